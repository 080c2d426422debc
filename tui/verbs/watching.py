"""Watching jobs: a word at their end."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from jobyard.core.models import JobRow

from ..actions import Action, Context, any_job
from ..format import job_time, state_glyph, state_word
from ..watching import Watch

if TYPE_CHECKING:
    from ..desk import Desk
    from ..screens.jobs import Jobs


def watch(desk: Desk) -> None:
    """Watch the marked jobs or the one under the cursor; if all of them are watched, no more."""
    desk.watch_selected()


def watched(desk: Jobs) -> None:
    """Which jobs are watched; goes to the chosen one."""
    some = list(desk.watches.values())
    if not some:
        desk.tell("No job is watched: w watches one.")
        return

    def offer(found: Mapping[int, JobRow]) -> None:
        options = [(one.name, _about(one, found.get(one.row))) for one in some]
        desk.choose("Watched jobs", options, lambda number: desk.go_to_job(some[number].row))

    desk.ask(lambda yard: yard.rows([one.row for one in some]), offer)


def _about(one: Watch, job: JobRow | None) -> str:
    """State and time, then its id; of an array, which has as many states as jobs, that it is one."""
    if one.array:
        return f"array  {one.id}[]"
    return one.id if job is None else f"{state_glyph(job)} {state_word(job)} {job_time(job, time.time())}  {one.id}"


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
