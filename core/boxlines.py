"""Boxes and the lines between them, in cells of a terminal. Pure.

Between two layers each source has one line that runs along a track of its own and comes down to each of its targets.
No two lines share a cell but where they cross, and there the upright one is drawn: so a joint always means that what
it joins is one line, and the picture can be read back without guessing.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from .neighbourhood import Item, Layered, Nets, Via

HEIGHT = 4  # rows of a box
GAP = 3  # cells between two items of a layer
ROUNDS = 2  # of placing below the parents and above the children
UP, RIGHT, DOWN, LEFT = 1, 2, 4, 8  # the arms of a line in a cell

Arms = tuple[int, int]  # of a cell: all, and those that are lit
Lit = Callable[[int, int], bool]  # whether the edge of a parent and a child is lit
Ways = Mapping[Item, Collection[int]]  # for each source to which of its ends its line is lit


class Box(NamedTuple):
    """Where a job's box is: its left upper cell and its width."""

    x: int
    y: int
    width: int


class Line(NamedTuple):
    """All lines of a source between two layers: down from ``start`` to a track, along it, down to each of its ends."""

    parent: int
    source: Item
    start: int
    ends: dict[int, Item]  # x → target
    track: int

    def arms(self, x: int, ends: Collection[int]) -> int:
        """The arms of its cell in its track, as far as it leads to these ends."""
        first, last = min(self.start, *ends), max(self.start, *ends)
        found = (LEFT if first < x <= last else 0) | (RIGHT if first <= x < last else 0)
        return found | (UP if x == self.start else 0) | (DOWN if x in ends else 0)


class Channel(NamedTuple):
    """The rows between two layers and the lines in them."""

    top: int
    bottom: int  # the first row that is not its any more
    lines: list[Line]


class Sheet(NamedTuple):
    """The whole picture. A channel lies below each layer but the last; ``layers`` are their first rows."""

    boxes: dict[int, Box]
    layers: list[int]
    channels: list[Channel]
    width: int
    height: int

    def row(self, y: int, first: int, last: int, lit: Ways) -> dict[int, Arms]:
        """The cells of lines in row *y* from x *first* to before *last*; *lit* is what `lit` answers."""
        layer = bisect_right(self.layers, y) - 1
        if y < self.layers[layer] + HEIGHT:
            return _through(self.channels[layer - 1], lit) if layer else {}
        return _between(self.channels[layer], y, first, last, lit)

    def lit(self, edge: Lit) -> dict[Item, list[int]]:
        """To which of its ends the line of each source is lit: on its way, here or further down, is a lit edge."""
        found: dict[Item, list[int]] = {}
        for channel in reversed(self.channels):
            for line in channel.lines:
                ends = [
                    x
                    for x, target in line.ends.items()
                    if (target in found if isinstance(target, Via) else edge(line.parent, target))
                ]
                if ends:
                    found[line.source] = ends
        return found

    def ports(self, layer: int, lit: Ways) -> Iterator[tuple[int, int, int, bool]]:
        """Where lines come in at the upper edges of a layer's boxes: x, parent, child, whether it is lit."""
        if layer:
            for line in self.channels[layer - 1].lines:
                for x, target in line.ends.items():
                    if not isinstance(target, Via):
                        yield x, line.parent, target, x in lit.get(line.source, ())


def _through(channel: Channel, lit: Ways) -> dict[int, Arms]:
    """What passes through the layer below a channel."""
    return {
        x: (UP | DOWN, UP | DOWN if x in lit.get(line.source, ()) else 0)
        for line in channel.lines
        for x, target in line.ends.items()
        if isinstance(target, Via)
    }


def _between(channel: Channel, y: int, first: int, last: int, lit: Ways) -> dict[int, Arms]:
    """Tracks first, then what is upright over them: where two lines cross, the upright one stays."""
    found: dict[int, Arms] = {}
    upright: dict[int, Arms] = {}
    for line in channel.lines:
        lights, turns = lit.get(line.source, ()), any(x != line.start for x in line.ends)
        if turns and y == line.track:
            for x in range(max(first, min(line.start, *line.ends)), min(last, max(line.start, *line.ends) + 1)):
                found[x] = line.arms(x, line.ends), line.arms(x, lights) if lights else 0
        elif not turns or y < line.track:
            upright[line.start] = UP | DOWN, UP | DOWN if lights else 0
        else:
            upright.update({x: (UP | DOWN, UP | DOWN if x in lights else 0) for x in line.ends})
    return found | upright


def lay_out(found: Layered, width: int) -> Sheet:
    """Place boxes at least *width* cells wide, and the lines between them."""
    widths = _widths(found, width)
    left = _placed(found, widths)
    sheet, y = Sheet({}, [], [], 0, 0), 0
    for at, layer in enumerate(found.layers):
        sheet.layers.append(y)
        sheet.boxes.update({item: Box(left[item], y, widths[item]) for item in layer if not isinstance(item, Via)})
        y += HEIGHT
        if at + 1 < len(found.layers):
            sheet.channels.append(_routed(found.nets[at], left, widths, y))
            y = sheet.channels[-1].bottom
    right = max((left[item] + widths[item] for layer in found.layers for item in layer), default=0)
    return sheet._replace(width=right, height=y)


# -- where the boxes are -------------------------------------------------------------------------------------


def _widths(found: Layered, width: int) -> dict[Item, int]:
    """A box has room for all lines that come in."""
    incoming: dict[Item, int] = {}
    for nets in found.nets:
        for targets in nets.values():
            for target in targets:
                incoming[target] = incoming.get(target, 0) + 1
    return {
        item: 1 if isinstance(item, Via) else max(width, 3 * incoming.get(item, 0) + 4)
        for layer in found.layers
        for item in layer
    }


def _placed(found: Layered, widths: Mapping[Item, int]) -> dict[Item, int]:
    """The left cell of each item: as near as can be to the middle of what it hangs on, in the layer's order."""
    left: dict[Item, int] = {}
    for layer in found.layers:
        _set(layer, [0.0] * len(layer), widths, left)
    above: list[Nets] = [{}, *(_sources(nets) for nets in found.nets)]
    for number in range(2 * ROUNDS):
        downward = number % 2 == 0
        order = range(len(found.layers)) if downward else range(len(found.layers) - 1, -1, -1)
        for at in order:
            near = above[at] if downward else found.nets[at]
            layer = found.layers[at]
            _set(layer, [_wish(item, near, left, widths) for item in layer], widths, left)
    for layer, nets in zip(found.layers[1:], found.nets, strict=False):
        _free(layer, nets, left, widths)
    least = min(left.values(), default=0)
    return {item: x - least for item, x in left.items()}


def _sources(nets: Nets) -> Nets:
    found: Nets = {}
    for source, targets in nets.items():
        for target in targets:
            found.setdefault(target, []).append(source)
    return found


def _wish(item: Item, near: Nets, left: Mapping[Item, int], widths: Mapping[Item, int]) -> float:
    """Where its left cell would like to be."""
    some = near.get(item, ())
    if not some:
        return float(left[item])
    return sum(left[one] + (widths[one] - 1) / 2 for one in some) / len(some) - (widths[item] - 1) / 2


def _set(layer: Sequence[Item], wishes: Sequence[float], widths: Mapping[Item, int], left: dict[Item, int]) -> None:
    """As near to the wishes as the order allows, by least squares: neighbours that push each other move as one."""
    offset, blocks = 0.0, list[tuple[float, int]]()  # (mean wish, items)
    offsets = []
    for item, wish in zip(layer, wishes, strict=True):
        offsets.append(offset)
        mean, count = wish - offset, 1
        while blocks and blocks[-1][0] > mean:
            other, many = blocks.pop()
            mean, count = (mean * count + other * many) / (count + many), count + many
        blocks.append((mean, count))
        offset += widths[item] + GAP
    means = [mean for mean, count in blocks for _ in range(count)]
    end = None
    for item, mean, shift in zip(layer, means, offsets, strict=True):
        x = round(mean + shift)
        left[item] = x if end is None else max(x, end + GAP)
        end = left[item] + widths[item]


def _free(layer: Sequence[Item], nets: Nets, left: dict[Item, int], widths: Mapping[Item, int]) -> None:
    """Move each Via from below another's way out: there its line would run into that one's."""
    outs = {_out(source, left, widths): source for source in nets}
    sources = _sources(nets)
    for number, item in enumerate(layer):
        if isinstance(item, Via):
            own = sources[item][0]
            low = left[layer[number - 1]] + widths[layer[number - 1]] if number else left[item] - 9
            high = left[layer[number + 1]] if number + 1 < len(layer) else left[item] + 9
            places = sorted(range(low, high), key=lambda x, at=left[item]: abs(x - at))  # type: ignore[misc]
            left[item] = next(x for x in places if outs.get(x, own) == own)


# -- the lines -----------------------------------------------------------------------------------------------


def _out(item: Item, left: Mapping[Item, int], widths: Mapping[Item, int]) -> int:
    """The cell from which an item's line goes down."""
    return left[item] + (widths[item] - 1) // 2


def _routed(nets: Nets, left: Mapping[Item, int], widths: Mapping[Item, int], top: int) -> Channel:
    """The lines between two layers, each with a track of its own as far as it reaches."""
    outs = {source: _out(source, left, widths) for source in nets}
    ends = _ports(nets, outs, left, widths)
    reach = {}
    for source, targets in nets.items():
        xs = [outs[source], *(ends[source, target] for target in targets)]
        if min(xs) < max(xs):
            reach[source] = min(xs), max(xs)
    tracks = _tracks(reach)
    lines = [
        Line(
            source.parent if isinstance(source, Via) else source,
            source,
            outs[source],
            {ends[source, target]: target for target in targets},
            top + tracks.get(source, 0),
        )
        for source, targets in nets.items()
    ]
    return Channel(top, top + max([1, *(track + 1 for track in tracks.values())]), lines)


def _ports(
    nets: Nets, outs: Mapping[Item, int], left: Mapping[Item, int], widths: Mapping[Item, int]
) -> dict[tuple[Item, Item], int]:
    """Where each line comes in: right below its way out where that is over the box, never below another's."""
    found: dict[tuple[Item, Item], int] = {}
    for target, sources in _sources(nets).items():
        if isinstance(target, Via):
            found[sources[0], target] = left[target]
            continue
        first, last = left[target] + 1, left[target] + widths[target] - 1
        blocked = {*outs.values()}
        free = [x for x in range(first, last) if x not in blocked]
        ordered = sorted(sources, key=outs.__getitem__)
        for number, source in enumerate(ordered):
            x = _port(range(first, last), free, outs[source], len(ordered) - number - 1)
            found[source, target], first = x, x + 1
            free = free[bisect_right(free, x) :]
            free = free[1:] if len(free) > 2 * len(ordered) and free[0] == x + 1 else free
    return found


def _port(able: range, free: Sequence[int], want: int, rest: int) -> int:
    """The cell right below its way out, or the nearest; it leaves as many as the *rest* need at its right."""
    at = bisect_right(free, want)
    if want in able and len(free) - at >= rest:
        return want
    near = free[max(0, at - 1) : at + 1]
    last = free[len(free) - rest - 1]  # it has to be this one at the latest
    return min((min(x, last) for x in near or [last]), key=lambda x: abs(x - want))


def _tracks(reach: Mapping[Item, tuple[int, int]]) -> dict[Item, int]:
    """A row for each, so that no two in one row meet."""
    ends: list[int] = []
    found: dict[Item, int] = {}
    for source, (first, last) in sorted(reach.items(), key=lambda pair: pair[1]):
        at = next((number for number, end in enumerate(ends) if end < first), len(ends))
        ends[at:] = [last, *ends[at + 1 :]]
        found[source] = at
    return found


# -- what it looks like ----------------------------------------------------------------------------------------

_DIRECTIONS = {"UP": (UP,), "DOWN": (DOWN,), "LEFT": (LEFT,), "RIGHT": (RIGHT,), "VERTICAL": (UP, DOWN),
               "HORIZONTAL": (LEFT, RIGHT)}  # fmt: skip
_ROUND = {RIGHT | DOWN: "╭", LEFT | DOWN: "╮", UP | RIGHT: "╰", UP | LEFT: "╯"}


def glyph(arms: int, heavy: int = 0) -> str:
    """The character of a cell; *heavy* are those of its arms that are lit."""
    if not heavy and arms in _ROUND:
        return _ROUND[arms]
    return _glyphs().get((arms, heavy & arms), " ")


@cache
def _glyphs() -> dict[tuple[int, int], str]:
    """Unicode's box drawings by their names."""
    found: dict[tuple[int, int], str] = {}
    for code in range(0x2500, 0x2580):
        words = unicodedata.name(chr(code)).split()[2:]
        if not {"DASH", "DOUBLE", "SINGLE", "ARC", "DIAGONAL"} & set(words):
            found.setdefault(_named(words), chr(code))
    return found


def _named(words: Sequence[str]) -> tuple[int, int]:
    """The arms and the heavy arms that a name tells: ``LIGHT DOWN AND RIGHT``, ``UP HEAVY AND RIGHT DOWN LIGHT``."""
    arms = heavy = 0
    weight = ""
    for part in " ".join(words).split(" AND "):
        some = part.split()
        weight = next((word for word in some if word in ("LIGHT", "HEAVY")), weight)
        for word in some:
            for arm in _DIRECTIONS.get(word, ()):
                arms |= arm
                heavy |= arm if weight == "HEAVY" else 0
    return arms, heavy
