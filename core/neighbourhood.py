"""The jobs around a job, in layers from top to bottom in which few lines cross. Pure.

Sugiyama's way: each job below all that it waits for (the longest path), lines over several layers through a
:class:`Via` in each, layers put in order by barycentres in sweeps down and up, the best order kept. All lines of a job
to what is further down share one Via a layer, so a job with ten far children costs one line, not ten.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from .graph import layers as longest_ways

MOST = 60  # jobs of a neighbourhood
BESIDE = 3  # others that are shown beside a job: its children's other parents, its parents' other children
SWEEPS = 6

Waits = Mapping[int, Sequence[int]]


class Via(NamedTuple):
    """Where the line of a job passes through a layer on its way further down."""

    parent: int
    layer: int


Item = int | Via
Nets = dict[Item, list[Item]]  # between two layers: from where, to where


class Layered(NamedTuple):
    """Layers from top to bottom, each from left to right; ``nets[n]`` lead from layer n to the next."""

    layers: list[list[Item]]
    nets: list[Nets]


def around(centre: int, parents: Waits, children: Waits, hops: int, most: int = MOST) -> list[int]:
    """The jobs within *hops* steps up or down from *centre*, the nearest first, at most *most*.

    Ancestors and descendants alone, as far as they go; then, where there is room, some of what stands beside them.
    """
    up, down = _reached(centre, parents, hops, most), _reached(centre, children, hops, most)
    above = up[: max(most // 2, most - 1 - len(down))]
    found = dict.fromkeys([centre, *above, *down[: max(0, most - 1 - len(above))]])
    if hops > 1:
        for node in list(found):
            for near, back in ((children, parents), (parents, children)):
                some = (one for other in near.get(node, ())[:BESIDE] if other in found for one in back.get(other, ()))
                new = [one for one in some if one not in found]
                found.update(dict.fromkeys(new[: min(BESIDE, max(0, most - len(found)))]))
    return list(found)[: max(1, most)]


def _reached(start: int, near: Waits, hops: int, most: int) -> list[int]:
    """All within so many steps, the nearest first, not many more than *most*."""
    found = {start: None}
    step = [start]
    for _ in range(hops):
        step = [one for one in dict.fromkeys(one for node in step for one in near.get(node, ())) if one not in found]
        step = step[: max(0, most - len(found) + 1)]
        found.update(dict.fromkeys(step))
    return list(found)[1:]


def layered(parents: Waits) -> Layered:
    """Put jobs into layers in which few lines cross; what is no key of *parents* is left out. Raises Cycle."""
    inside = {node: [one for one in dict.fromkeys(wanted) if one in parents] for node, wanted in parents.items()}
    children: dict[int, list[int]] = {node: [] for node in inside}
    for node, wanted in inside.items():
        for parent in wanted:
            children[parent].append(node)
    level = _levels(inside, children)
    found = Layered([[] for _ in range(max(level.values(), default=-1) + 1)], [])
    found.nets.extend({} for _ in found.layers)
    for node in inside:
        found.layers[level[node]].append(node)
    for node in inside:
        _connect(found, node, children[node], level)
    return _ordered(found)


def _levels(parents: Waits, children: Waits) -> dict[int, int]:
    """The longest way from the top; what waits for nothing stands right above its first child."""
    level = longest_ways(parents)
    for node, wanted in parents.items():
        if not wanted and children[node]:
            level[node] = min(level[child] for child in children[node]) - 1
    least = min(level.values(), default=0)
    return {node: at - least for node, at in level.items()}


def _connect(found: Layered, node: int, children: Sequence[int], level: Mapping[int, int]) -> None:
    source: Item = node
    last = max((level[child] for child in children), default=0)
    for at in range(level[node], last):
        targets: list[Item] = [child for child in children if level[child] == at + 1]
        if at + 1 < last:
            via = Via(node, at + 1)
            found.layers[at + 1].append(via)
            targets.append(via)
            found.nets[at][source] = targets
            source = via
        else:
            found.nets[at][source] = targets


# -- the order within the layers ---------------------------------------------------------------------------


def _ordered(found: Layered) -> Layered:
    layers, best = found.layers, crossings(found)
    up = [_turned(nets) for nets in found.nets]
    for sweep in range(SWEEPS):
        if not best:
            break
        tried = _swept(layers, up, range(1, len(layers)), -1)
        tried = _swept(tried, found.nets, range(len(layers) - 2, -1, -1), 0)
        count = crossings(Layered(tried, found.nets))
        if count < best:
            layers, best = tried, count
        elif sweep:
            break
    return Layered(layers, found.nets)


def _turned(nets: Nets) -> Nets:
    """The same lines, from the lower layer up."""
    found: Nets = {}
    for source, targets in nets.items():
        for target in targets:
            found.setdefault(target, []).append(source)
    return found


def _swept(layers: list[list[Item]], nets: list[Nets], way: Iterable[int], offset: int) -> list[list[Item]]:
    """Each layer in the order of the mean places of what it hangs on in the layer before; others stay."""
    layers = list(layers)
    for at in way:
        beside = layers[at - 1 if offset else at + 1]
        place = {item: number for number, item in enumerate(beside)}
        near = nets[at + offset]

        def mean(numbered: tuple[int, Item], near: Nets = near, place: Mapping[Item, int] = place) -> float:
            some = [place[one] for one in near.get(numbered[1], ())]
            return sum(some) / len(some) if some else float(numbered[0])

        layers[at] = [item for _, item in sorted(enumerate(layers[at]), key=mean)]
    return layers


def crossings(found: Layered) -> int:
    """How often lines cross between the layers, were each drawn straight."""
    total = 0
    for upper, lower, nets in zip(found.layers, found.layers[1:], found.nets, strict=False):
        place = {item: number for number, item in enumerate(lower)}
        seen: list[int] = []
        for item in upper:
            ends = [place[target] for target in nets.get(item, ())]
            total += sum(len(seen) - bisect_left(seen, end + 1) for end in ends)
            for end in ends:
                insort(seen, end)
    return total
