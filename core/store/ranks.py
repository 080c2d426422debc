"""The arithmetic of places in a queue: what a job's priority, weight and rank must be to stand between two others.

Pure: no store. The order is priority (higher first), weight (smaller first), rank, row.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

BEHIND = 1 << 10  # between jobs that go behind the last one, or before the first
ROOM = 1 << 5  # the least between two neighbours that anything is put between
SPACINGS = (1 << 16, 1 << 12, 1 << 8, ROOM)  # tried in this order where room has to be made


class Place(NamedTuple):
    """Where a job stands."""

    row: int
    priority: int
    weight: float
    rank: int

    @property
    def tier(self) -> tuple[int, float]:
        """What comes before the rank; smaller first."""
        return -self.priority, self.weight

    @property
    def order(self) -> tuple[int, float, int, int]:
        """Smaller first."""
        return *self.tier, self.rank, self.row


def between(block: Sequence[Place], low: Place | None, high: Place | None, more: int = 0) -> list[Place] | None:
    """The places of a block that shall stand between two neighbours, in its order; None: too little room.

    Each job changes as little as it can: it keeps its priority and weight where these lie between the
    neighbours', and takes a neighbour's where it crosses them. Behind it, room is left for *more*.
    """
    placed: list[Place] = []
    for tier, some in groupby(_clamped(block, low, high), key=lambda place: place.tier):
        group = list(some)
        after = low.rank if low is not None and low.tier == tier else None
        before = high.rank if high is not None and high.tier == tier else None
        ranks = _ranks(group, after, before, more)
        if ranks is None:
            return None
        placed += [place._replace(rank=rank) for place, rank in zip(group, ranks, strict=True)]
    return placed


def _clamped(block: Sequence[Place], low: Place | None, high: Place | None) -> Iterable[Place]:
    """With priorities and weights that never fall behind those before them nor go beyond those after."""
    least = low
    for place in block:
        if least is not None and place.tier < least.tier:
            place = place._replace(priority=least.priority, weight=least.weight)
        if high is not None and place.tier > high.tier:
            place = place._replace(priority=high.priority, weight=high.weight)
        least = place
        yield place


def _ranks(group: Sequence[Place], after: int | None, before: int | None, more: int) -> list[int] | None:
    """Rising ranks between two that are taken (None: there is no such neighbour)."""
    count = len(group)
    if after is None and before is None:
        own = [place.rank for place in group]
        return own if own == sorted(set(own)) else [own[0] + BEHIND * n for n in range(count)]
    if before is None:
        return [(after or 0) + BEHIND * (n + 1) for n in range(count)]
    if after is None:
        return [before - BEHIND * (count + more - n) for n in range(count)]
    spacing = (before - after) // (count + more + 1)
    return [after + spacing * (n + 1) for n in range(count)] if spacing >= ROOM else None


def window(low: int, following: Sequence[int], count: int, spacing: int, end: bool) -> int | None:
    """How many of the ranks that follow *low* must go up for *count* more to fit before them; None: more than these.

    The smallest number n such that low, the new ones and these n fit at this spacing below the next. It follows that
    each of them goes up, so that from the last to the first none ever overtakes another. *end*: nothing follows these.
    """
    for n, rank in enumerate(following):
        if rank - low >= (n + count + 1) * spacing:
            return n
    return len(following) if end else None
