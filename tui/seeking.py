"""The next job of some among those that a list shows, wherever it is: found by halving, in a thread."""

from __future__ import annotations

from collections.abc import Iterator

from jobyard.core.models import JobFilter, JobRow
from jobyard.core.yard import Yard

STEP = 200  # jobs of one folded line that are passed over at once


def beyond(yard: Yard, shown: JobFilter, wanted: JobFilter, here: JobRow, step: int) -> JobRow | None:
    """The job of *wanted* that comes next after line *here* in the list *shown*, before it if *step* is -1.

    Both lists have one order, so the place of every wanted job among those shown grows with its place among the
    wanted. After the last comes the first. Jobs that are folded into the line itself are passed over. None: there is
    no other.
    """
    total = yard.page(wanted, 0, 1).total
    jobs = shown._replace(folded=False)
    place = yard.offset_of(jobs, here.row)
    number = 0 if place is None else _first_from(yard, jobs, wanted, total, place + (step > 0))
    others = (job for job in _from(yard, wanted, number, total, step) if not _folded_into(yard, shown, here, job))
    return next(others, None)


def _first_from(yard: Yard, shown: JobFilter, wanted: JobFilter, total: int, place: int) -> int:
    """The number of the first wanted job that stands at *place* or later."""
    low, high = 0, total
    while low < high:
        middle = (low + high) // 2
        rows = yard.page(wanted, middle, 1).rows
        at = yard.offset_of(shown, rows[0].row) if rows else None
        if at is not None and at < place:
            low = middle + 1
        else:
            high = middle
    return low


def _from(yard: Yard, wanted: JobFilter, number: int, total: int, step: int) -> Iterator[JobRow]:
    """All wanted jobs, once, beginning at a number, or right before it if *step* is -1."""
    stretches = [(number, total), (0, number)] if step > 0 else [(0, number), (number, total)]
    for first, last in stretches:
        while first < last:
            size = min(STEP, last - first)
            start = first if step > 0 else last - size
            yield from yard.page(wanted, start, size).rows[::step]
            first, last = (first + size, last) if step > 0 else (first, last - size)


def _folded_into(yard: Yard, shown: JobFilter, line: JobRow, job: JobRow) -> bool:
    """Whether a job has no line but this one."""
    if line.fold is None:
        return False
    if line.array_id is not None or job.array_id is not None:
        return line.array_id == job.array_id
    return yard.offset_of(shown, job.row) == yard.offset_of(shown, line.row)
