"""A timeline as rows to be painted: groups one below the other, their lanes, what did not fit, and their gaps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ..states import State
from .cells import Row, row
from .gaps import IDLE, WAITING, Gap, explain, gaps
from .load import Load, load
from .packing import pack
from .spans import Group, Heap, Span, Timeline, Window

LEAST_GAP = 4  # cells in which nothing ran before it is told why
FEWEST = 2  # lanes of a group, however little room there is
MOST_LANES = 60  # of a group, however much there is


class Lane(NamedTuple):
    """A line of the chart. Without ``spans`` it is what did not fit, as density."""

    group: Group
    first: bool  # of its group
    spans: tuple[Span, ...]
    load: Load | None = None
    most: float = 0.0  # of the load, at full height
    gaps: tuple[Gap, ...] = ()

    @property
    def dense(self) -> bool:
        """Whether it shows how many, not which."""
        return self.load is not None

    def cells(self, window: Window, now: float) -> Row:
        """Its bars."""
        return row(self.spans, window, now)


@dataclass(frozen=True, slots=True)
class Chart:
    """A timeline, laid out."""

    timeline: Timeline
    lanes: tuple[Lane, ...]
    load: Load
    running: Mapping[str, int]  # by group, just now

    @property
    def window(self) -> Window:
        """What it shows."""
        return self.timeline.wish.window

    @property
    def used(self) -> float:
        """The part of all slots that was busy, up to now."""
        window, now = self.window, self.timeline.now
        cells = min(window.cells, max(0, window.cell(now)))
        return sum(self.load.mean[:cells]) / (cells * self.timeline.slots) if cells and self.timeline.slots else 0.0


class _Part(NamedTuple):
    """A group with what is its own."""

    group: Group
    spans: list[Span]
    heaps: list[Heap]


def lay_out(found: Timeline, height: int, ahead: Sequence[Span] = ()) -> Chart:
    """Lay it out for *height* lines, if that is enough. *ahead* are pending jobs where they are expected to run."""
    parts = _parts(found, ahead)
    wanted = [pack(part.spans, found.now, MOST_LANES) for part in parts]
    most = _lanes_each([len(one.lanes) + bool(part.heaps) for one, part in zip(wanted, parts, strict=True)], height)
    lanes = [lane for part in parts for lane in _lanes(found, part, most)]
    running = {part.group.name: sum(_runs(span) for span in part.spans) for part in parts}
    return Chart(found, tuple(lanes), load(found.spans, found.heaps, found.wish.window, found.now), running)


def _runs(span: Span) -> bool:
    return span.state is State.RUNNING and span.end is None


def _parts(found: Timeline, ahead: Sequence[Span]) -> list[_Part]:
    """Groups of which there is anything to tell, those of the yard first, in its order."""
    known = {group.name: _Part(group, [], []) for group in found.groups}
    for span in (*found.spans, *ahead):
        known.setdefault(span.group, _Part(Group(span.group), [], [])).spans.append(span)
    for heap in found.heaps:
        known.setdefault(heap.group, _Part(Group(heap.group), [], [])).heaps.append(heap)
    waits = {wait.group for wait in found.queued if wait.end >= found.now and not found.part}
    return [part for part in known.values() if part.spans or part.heaps or part.group.name in waits]


def _lanes_each(wanted: Sequence[int], height: int) -> int:
    """How many lanes a group may have so that all fit."""
    most = MOST_LANES
    while most > FEWEST and sum(min(most, one) for one in wanted) > height:
        most -= 1
    return most


def _lanes(found: Timeline, part: _Part, most: int) -> list[Lane]:
    window, now = found.wish.window, found.now
    room = most - 1 if part.heaps else most
    packed = pack(part.spans, now, room)
    if packed.left and not part.heaps:
        packed = pack(part.spans, now, most - 1)
    lanes = [Lane(part.group, False, spans) for spans in packed.lanes]
    if part.heaps or packed.left:
        dense = load(packed.left, part.heaps, window, now)
        lanes.append(Lane(part.group, False, (), dense, max(dense.mean, default=0.0)))
    if not lanes:
        lanes.append(Lane(part.group, False, ()))
    lanes[0] = lanes[0]._replace(first=True, gaps=tuple(_gaps(found, part)))
    return lanes


def _gaps(found: Timeline, part: _Part) -> list[Gap]:
    """Where none of a group ran, and why."""
    window = found.wish.window
    start, end = max(window.start, part.group.since), min(window.end, found.now)
    least = LEAST_GAP * window.step
    busy = [(span.start, span.until(found.now)) for span in part.spans if span.attempt]
    busy += [(window.time(heap.first), window.time(heap.last + 1)) for heap in part.heaps]
    idle = gaps(busy, start, end, least)
    told = [gap for one in idle for gap in explain(one, part.group.name, found.blocks, found.queued, least)]
    return [gap for gap in told if gap.word not in (IDLE, WAITING)] if found.part else told
