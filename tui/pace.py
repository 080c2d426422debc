"""How many jobs ended of late, kept so that only the newest stretches are ever counted again."""

from __future__ import annotations

from collections.abc import Mapping, Set

HOUR = 3600.0  # seconds
STEP = 150.0  # seconds a cell
CELLS = int(HOUR / STEP)
Counts = Mapping[int, Mapping[int, int]]  # queue → stretch → jobs


class Pace:
    """The last hour by queue, in stretches of STEP seconds."""

    def __init__(self) -> None:
        self._counts: dict[int, dict[int, int]] = {}
        self._until = 0  # the stretch that was the present one when it was last counted

    def since(self, now: float) -> float:
        """From when on to count: the whole hour at first, then what may have grown: the last stretch but one, too.

        A job's end is stored a moment after it, sometimes when its stretch is over.
        """
        return max(self._first(now), self._until - 1) * STEP

    def take(self, now: float, counts: Counts) -> None:
        """The counts from `since` on, asked for at *now*."""
        old, counted, present = self._first(now), int(self.since(now) // STEP), int(now // STEP)
        for queue in self._counts.keys() | counts.keys():
            kept = {n: count for n, count in self._counts.get(queue, {}).items() if old <= n < counted}
            self._counts[queue] = {**kept, **counts.get(queue, {})}
        self._until = present

    def forget(self) -> None:
        """Another store has taken the old one's place."""
        self._counts, self._until = {}, 0

    def bars(self, queues: Set[int], now: float) -> list[int]:
        """Jobs ended in each stretch of the last hour, of these queues; an empty set means all."""
        chosen = [counts for queue, counts in self._counts.items() if not queues or queue in queues]
        first = self._first(now)
        return [sum(counts.get(n, 0) for counts in chosen) for n in range(first, first + CELLS)]

    def _first(self, now: float) -> int:
        return int(now // STEP) - CELLS + 1
