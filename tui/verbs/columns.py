"""How the list of jobs looks: its columns, its order, what is folded; and the next job that is marked or matches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobyard.core.models import JobFilter, JobRow, Sort

from ..actions import Action, Context, any_job, at_jobs
from ..columns import COLUMNS
from ..seeking import beyond

if TYPE_CHECKING:
    from ..screens.jobs import Jobs

NATURAL = "natural order"
OF_ALL, OF_ONE = "running, pending by priority and age, ended", "running, pending in the order of the queue, ended"
ORDERED = {"name": "its name, capitals first; unnamed ones last"}  # where the order is not that of what is shown
MIXED = "Sort by  (ended jobs mix in; the filter state:pending drops them)"


def sort(desk: Jobs) -> None:
    """Offer every column that can order the jobs."""
    now = desk.arrangement.sort
    columns = [column for column in COLUMNS if column.sort]
    options = [_option(NATURAL, OF_ONE if len(desk.queues.chosen) == 1 else OF_ALL, marked="•" if now is None else "")]
    options += [
        _option(column.key, ORDERED.get(column.key, column.about), marked=_way(column.sort, now)) for column in columns
    ]
    at = next((n for n, column in enumerate(columns, 1) if now is not None and column.sort == now.key), 0)

    def take(number: int) -> None:
        how = desk.arrangement
        desk.lay_out(how.sorted_by(columns[number - 1].sort) if number else how._replace(sort=None))

    desk.choose(MIXED, options, take, at=at)


def _option(label: str, about: str, marked: str) -> tuple[str, str]:
    return f"{marked or ' '} {label}", about


def _way(key: str, now: Sort | None) -> str:
    if now is None or now.key != key:
        return ""
    return "↓" if now.descending else "↑"


def columns(desk: Jobs) -> None:
    """Choose and order the columns; the table behind shows what is chosen."""
    from ..screens.columns import ColumnsDialog

    before = desk.arrangement

    def take(keys: tuple[str, ...] | None) -> None:
        desk.table.lay_out(before.columns)
        if keys is not None:
            desk.lay_out(desk.arrangement._replace(columns=keys))

    desk.app.push_screen(ColumnsDialog(before.columns, desk.table.lay_out), take)


def fold(desk: Jobs) -> None:
    """Open the folded line, or fold the session in the list of queues; elsewhere: fold the list, or unfold it."""
    if desk.focused is desk.queues and desk.queues.node.open is not None:
        desk.queues.open_or_close(desk.queues.node)
        return
    job = desk.table.selected if desk.focused is not desk.queues else None
    if job is not None and job.fold is not None:
        desk.open_fold(job)
        return
    if desk.table.where.sort is not None:
        desk.tell("A list in another order is not folded: o, then natural order.", "warning")
    elif desk.filter_text:
        desk.tell("What a filter shows is not folded: esc drops the filter.", "warning")
    else:
        desk.lay_out(desk.arrangement._replace(folded=not desk.arrangement.folded))


def next_(desk: Jobs) -> None:
    """Down to the next marked job, or the next that the last filter matches."""
    _seek(desk, 1)


def previous(desk: Jobs) -> None:
    """Up to the one before."""
    _seek(desk, -1)


def _seek(desk: Jobs, step: int) -> None:
    job, wanted = desk.table.selected, _wanted(desk)
    if job is None:
        return
    if wanted is None:
        desk.tell("Nothing is marked, and there was no filter yet.", "warning")
        return
    shown = desk.table.where
    desk.ask(lambda yard: beyond(yard, shown, wanted, job, step), lambda found: _go(desk, found))


def _wanted(desk: Jobs) -> JobFilter | None:
    """The jobs that are gone through, in the order in which they are shown."""
    where = desk.table.where
    if desk.table.marks:
        return where._replace(rows=frozenset(desk.table.marks), folded=False)
    found = desk.last_filter
    return None if found is None else found._replace(sort=where.sort, folded=False)


def _go(desk: Jobs, found: JobRow | None) -> None:
    if found is None:
        desk.tell("There is no other in this list.", "warning")
    else:
        desk.table.chosen = True
        desk.feeds.fetch(seek=found.row)


def _fold_label(context: Context) -> str:
    folded = at_jobs(context) and context.job is not None and context.job.fold is not None
    return "open all of it" if folded else "fold"


def _next_label(context: Context) -> str:
    return "next marked" if context.marked else "next match"


GROUP = "List"

LIST = (
    Action("sort", ("o",), "sort", "Sort by a column; by the same again: the other way round.", GROUP, sort),
    Action("columns", ("O",), "columns", "Choose and order the columns; they are remembered.", GROUP, columns),
    Action(
        "fold",
        ("z",),
        "fold",
        "Open a folded array or chain; elsewhere: fold the list, or unfold it.",
        GROUP,
        fold,
        relabel=_fold_label,
    ),
    Action(
        "next",
        ("n",),
        "next",
        "To the next marked job; without marks to the next that the last filter matches.",
        GROUP,
        next_,
        any_job,
        relabel=_next_label,
    ),
    Action(
        "previous",
        ("N",),
        "previous",
        "To the marked job before; without marks to the one before that the last filter matches.",
        GROUP,
        previous,
        any_job,
    ),
)
