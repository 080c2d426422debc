"""The next job of some among those that a list shows, wherever it is: found by halving, in a thread."""

from __future__ import annotations

from jobyard.core.models import JobFilter, JobRow
from jobyard.core.yard import Yard


def beyond(yard: Yard, shown: JobFilter, wanted: JobFilter, here: int, step: int) -> JobRow | None:
    """The job of *wanted* that comes next after job *here* in the list *shown*, before it if *step* is -1.

    The lists have one order, so the place of every wanted job among those shown grows with its place among the
    wanted. After the last comes the first. None: *wanted* is empty.
    """
    total = yard.page(wanted, 0, 1).total
    place = yard.offset_of(shown, here)
    if not total:
        return None
    number = 0 if place is None else _first_from(yard, shown, wanted, total, place + (step > 0))
    number = (number if step > 0 else number - 1) % total
    return next(iter(yard.page(wanted, number, 1).rows), None)


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
