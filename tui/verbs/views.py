"""What is looked at: panes, the log; and the way out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..actions import PANE, RUN, TABLE, TREE, Action, Context, at_jobs

if TYPE_CHECKING:
    from ..desk import Desk
    from ..screens.jobs import Jobs


def open_job(desk: Jobs) -> None:
    """Enter: from the queues to the table, from the table to the detail pane."""
    desk.open_selected()


def back(desk: Jobs) -> None:
    """Escape: the innermost thing first: range, marks, filter."""
    desk.back()


def detail(desk: Jobs) -> None:
    """Show or hide the detail pane."""
    desk.toggle_detail()


def queues(desk: Jobs) -> None:
    """Show and enter the list of queues; from within: hide it."""
    desk.toggle_queues()


def log(desk: Desk) -> None:
    """The log of the selected job."""
    desk.yard_app.show_place("logs", desk.job)


def leave(desk: Jobs) -> None:
    """Leave the app."""
    desk.yard_app.leave()


def has_job(context: Context) -> bool:
    """There is a job under the cursor."""
    return context.job is not None and at_jobs(context)


def _open_label(context: Context) -> str:
    if context.focus == TREE and context.queue is None and context.session:
        return "fold"  # a line with queues below it
    return {PANE: "follow", RUN: "follow", TREE: "to the jobs"}.get(context.focus, "open")


def _back_label(context: Context) -> str:
    return "back" if context.focus in (TABLE, RUN) else "to the jobs"


def _queues_label(context: Context) -> str:
    return "hide queues" if context.focus == TREE else "queues"


GROUP = "Look"

VIEWS = (
    Action(
        "open",
        ("enter",),
        "open",
        "Look at the job; in its pane: go where the line leads; from the list of queues: to the jobs.",
        GROUP,
        open_job,
        relabel=_open_label,
    ),
    Action(
        "back",
        ("escape",),
        "back",
        "From a side pane to the jobs; there drop the range, the marks, the filter, in this order.",
        GROUP,
        back,
        relabel=_back_label,
    ),
    Action(
        "detail",
        ("d",),
        "detail",
        "Show or hide the detail pane; one that is hidden stays so.",
        GROUP,
        detail,
        footer=9,
    ),
    Action("log", ("l",), "log", "The job's log on the whole screen.", GROUP, log, has_job, footer=6),
    Action(
        "queues",
        ("b",),
        "queues",
        "To the list of queues; from there: hide it.",
        GROUP,
        queues,
        footer=11,
        relabel=_queues_label,
    ),
)

LEAVING = (Action("quit", ("q",), "quit", "Leave; asks what becomes of the work under way.", "App", leave, footer=2),)
