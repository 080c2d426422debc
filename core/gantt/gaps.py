"""Why nothing ran: a stretch in which a group was idle, cut where another reason begins, each with its word.

The first that applies: the worker is not there, no worker lived, the session or the queue had ended, the queue was
paused, a resource that something waited for was locked; else nothing waited; else what waited was held, not due yet
or waited for another job: that is known of what still waits.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from .spans import Block, Queued

AWAY, NO_WORKER = "not there", "no worker"
SESSION, QUEUE, PAUSED, LOCKED = "session ended", "queue ended", "paused", "locked"
IDLE, WAITING = "nothing to do", "waiting"
HELD, PARENTS, LATER = "held", "waiting for jobs", "not due yet"
ORDER = (AWAY, NO_WORKER, SESSION, QUEUE, PAUSED, LOCKED)

Stretch = tuple[float, float]


class Gap(NamedTuple):
    """A stretch in which nothing ran, and why."""

    start: float
    end: float
    word: str

    @property
    def idle(self) -> bool:
        """Nothing kept anything from running."""
        return self.word == IDLE


def gaps(busy: Iterable[Stretch], start: float, end: float, least: float) -> list[Stretch]:
    """Where none of *busy* (in any order) is, between *start* and *end*, if for *least* seconds."""
    found, free = list[Stretch](), start
    for began, ended in sorted(busy):
        if began - free >= least:
            found.append((free, min(began, end)))
        free = max(free, ended)
    if end - free >= least:
        found.append((free, end))
    return [(began, ended) for began, ended in found if ended - began >= least]


def explain(gap: Stretch, group: str, blocks: Sequence[Block], queued: Sequence[Queued], least: float) -> list[Gap]:
    """The reasons one after another; one that lasts less than *least* seconds goes with the one before it."""
    start, end = gap
    near = [block for block in blocks if block.group in ("", group) and block.start < end and block.end > start]
    waits = [wait for wait in queued if wait.group in ("", group) and wait.start < end and wait.end > start]
    edges = [(block.start, block.end) for block in near] + [(wait.start, wait.end) for wait in waits]
    borders = {start, end} | {at for edge in edges for at in edge if start < at < end}
    cuts = sorted(borders)
    found: list[Gap] = []
    for began, ended in pairwise(cuts):
        word = reason((began + ended) / 2, near, waits)
        if found and (found[-1].word == word or ended - began < least):
            found[-1] = found[-1]._replace(end=ended)
        else:
            found.append(Gap(began, ended, word))
    return _merged(found, least)


def _merged(found: list[Gap], least: float) -> list[Gap]:
    """What is too short at the beginning goes with what follows."""
    if len(found) > 1 and found[0].end - found[0].start < least:
        found[1] = found[1]._replace(start=found[0].start)
        return found[1:]
    return found


def reason(moment: float, blocks: Sequence[Block], queued: Sequence[Queued]) -> str:
    """Why nothing ran at a time: the first of `ORDER` that applies."""
    now = [block for block in blocks if block.start <= moment < block.end]
    wants = {want for wait in queued if wait.start <= moment < wait.end for want in wait.wants}
    found = [block for block in now if block.kind != LOCKED or block.resource in wants]
    if found:
        first = min(found, key=lambda block: ORDER.index(block.kind))
        return f"{first.resource} locked" if first.kind == LOCKED else first.kind
    whys = {wait.why or WAITING for wait in queued if wait.start <= moment < wait.end}
    return IDLE if not whys else whys.pop() if len(whys) == 1 else WAITING
