"""Filtering, marking, going to a job: which jobs are meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..actions import Action, Context, any_job
from ..format import plural
from ..paging import MARK_LIMIT, rows_shown

if TYPE_CHECKING:
    from ..desk import Desk
    from ..places import Place
    from ..screens.jobs import Jobs


def filter_jobs(desk: Jobs) -> None:
    """Open the filter line."""
    desk.yard_app.opening = True
    desk.call_next(desk.open_filter)


def mark(desk: Jobs) -> None:
    """Mark the job under the cursor and go on; a range becomes marks."""
    if desk.table.range_start is not None:
        desk.with_targets(lambda rows: _mark_these(desk, rows, len(rows)))
        return
    line = desk.table.selected
    if line is not None and line.fold is not None:
        desk.with_jobs_of(line, lambda rows: desk.table.toggle(frozenset(rows)))
    else:
        desk.table.toggle_mark()
    desk.table.move(1)


def mark_all(desk: Jobs) -> None:
    """Mark everything that the filter shows; if all of it is marked, nothing any more."""
    where = desk.table.where
    desk.ask(lambda yard: rows_shown(yard, where), lambda answer: _mark_or_unmark(desk, *answer))


def _mark_or_unmark(desk: Jobs, rows: tuple[int, ...], total: int) -> None:
    if desk.table.marks.issuperset(rows):
        desk.table.range_start = None
        desk.table.unmark()
    else:
        _mark_these(desk, rows, total)


def _mark_these(desk: Jobs, rows: tuple[int, ...], total: int) -> None:
    desk.table.range_start = None
    desk.table.mark(set(rows))
    if total > len(rows):
        desk.tell(f"Marked the first {plural(MARK_LIMIT, 'job')} of {total:,}. Filter for fewer.", "warning")


def range_(desk: Jobs) -> None:
    """Begin a range at the cursor, or turn it into marks."""
    if desk.table.range_start is None:
        desk.table.begin_range()
    else:
        mark(desk)


def go_to(desk: Desk) -> None:
    """Ask for a job, an array or a queue by as much of its id or name as is needed, and go there."""
    from ..places import places
    from ..screens.goto import GoTo

    screen = GoTo()

    def left(number: int | None) -> None:
        if number is not None:
            lead_to(desk, screen.places[number]) if number >= 0 else look_for(desk, screen.written, loosely=True)

    desk.app.push_screen(screen, left)
    desk.ask(places, screen.offer)


def look_for(desk: Desk, ref: str, *, loosely: bool = False) -> None:
    """Find what is called so, or *loosely* what fits best, and go there."""
    from ..places import find

    if ref:
        desk.ask(lambda yard: find(yard, ref, loosely=loosely), lambda place: lead_to(desk, place))


def lead_to(desk: Desk, place: Place) -> None:
    """Put the cursor on a job or on an array's line; of a queue show its jobs."""
    if place.queue is None:
        desk.go_to_job(place.row, inside=not place.whole)
    else:
        desk.go_to_queue(place.queue)


def _some_shown(context: Context) -> bool:
    return context.shown > 0


GROUP = "Choose"

CHOOSING = (
    Action(
        "filter",
        ("slash",),
        "filter",
        "Show only some jobs: words, state:failed, user:NAME, age<2d, or, not; Tab completes.",
        GROUP,
        filter_jobs,
        footer=3,
    ),
    Action("mark", ("space",), "mark", "Mark the job, for a command on several.", GROUP, mark, any_job, footer=7),
    Action(
        "mark-all",
        ("asterisk",),
        "mark all",
        "Mark every job that the filter shows; if all are marked: none.",
        GROUP,
        mark_all,
        _some_shown,
    ),
    Action("range", ("v",), "range", "Mark from here to where the cursor goes.", GROUP, range_, any_job),
    Action(
        "go", ("colon",), "go to", "Go to a job, an array or a queue by its id or a part of its name.", GROUP, go_to
    ),
)
