"""Why no time can be said of a pending job, once everything has been played."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

from .facts import TOO_FAR, Expected, Facts, Forecast, Task
from .play import Play

STEPS = 5  # jobs that are followed to the one that keeps all others
_UNKNOWN = Expected()


def unstaffed(modes: Sequence[str]) -> str:
    """Why nothing starts where the workers that live, in these modes, start nothing."""
    if not modes:
        return "no live worker"
    whose = "its only worker is" if len(modes) == 1 else f"all its {len(modes)} workers are"
    return f"{whose} {'draining' if 'draining' in modes else 'leaving'}: start one"


class Reasons:
    """The first rule that applies."""

    def __init__(self, facts: Facts, play: Play) -> None:
        self._facts, self._play = facts, play
        self._shut = {lane.id: lane.shut for lane in facts.lanes}

    def of(self, task: Task) -> Expected:
        """Of a task that has no start."""
        if self._facts.idle:
            return Expected(why_not=self._facts.idle)
        if task.stuck:
            return Expected(why_not=task.stuck)
        if task.row in self._play.skipped:
            parent = self._play.skipped[task.row]
            return Expected(why_not="will be skipped, if what it waits for ends as expected", behind=parent)
        why_not = self._shut[task.queue] or self._play.lack(task)
        if why_not:
            return Expected(why_not=why_not)
        behind = self._open.get(task.row)
        if behind is not None:
            return Expected(why_not="waits for a job without an expected end", behind=behind)
        return Expected(why_not=TOO_FAR)

    @cached_property
    def _open(self) -> dict[int, int]:
        """A parent of each that has one of which no end is known."""
        ended = {row for row, known in self._play.known.items() if known.end is not None}
        return {child: parent for child, parent, _ in self._facts.waits if parent not in ended}


class Root(NamedTuple):
    """Why a job has no start: the rows that it waits for, one behind the other, and what keeps the last of them."""

    behind: tuple[int, ...]
    why_not: str


def root(forecast: Forecast, row: int) -> Root | None:
    """What stands at the other end of a job's wait; None where it does not wait for a job without an end.

    Where some parent has not been looked at, or after `STEPS`, as far as it is known: ``why_not`` is "" then.
    """
    behind: list[int] = []
    found = forecast.of(row)
    while found.behind and found.why_not and found.end is None and len(behind) < STEPS:
        behind.append(found.behind)
        found = forecast.by_row.get(found.behind, _UNKNOWN)
    return Root(tuple(behind), "" if found.behind else found.why_not) if behind else None
