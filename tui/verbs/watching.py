"""Watching jobs: a word at their end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..actions import Action, Context, any_job

if TYPE_CHECKING:
    from ..screens.jobs import Jobs


def watch(desk: Jobs) -> None:
    """Watch the marked jobs or the one under the cursor; if all of them are watched, no more."""
    desk.watch_selected()


def watched(desk: Jobs) -> None:
    """Which jobs are watched; goes to the chosen one."""
    some = list(desk.watches.values())
    if not some:
        desk.tell("No job is watched: w watches one.")
        return
    options = [(one.name, one.id) for one in some]
    desk.choose("Watched jobs", options, lambda number: desk.go_to_job(some[number].row))


def _label(context: Context) -> str:
    return "unwatch" if context.watched else "watch"


GROUP = "Look"

WATCHING = (
    Action(
        "watch",
        ("w",),
        "watch",
        "Say when the job ends: bell and notification, also after a while without the app.",
        GROUP,
        watch,
        any_job,
        footer=15,
        relabel=_label,
    ),
    Action("watched", ("W",), "watched jobs", "The jobs that are watched; go to one.", GROUP, watched),
)
