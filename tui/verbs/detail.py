"""The detail pane: its tabs, where its lines lead, and the way back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from jobyard.core.errors import Unknown
from jobyard.core.models import ResourceInfo
from jobyard.core.yard import Yard

from ..actions import Action, Context
from ..columns import name_of
from ..screens.described import Step

if TYPE_CHECKING:
    from ..describe import Link
    from ..screens.jobs import Jobs

TRAIL = 100  # jobs that the way back leads over
REMEMBERED = "detail.section"


# -- tabs --------------------------------------------------------------------------------------------


def show_section(desk: Jobs, name: str) -> None:
    """Show a tab, now and in the next app."""
    desk.detail.show_section(name)
    desk.feeds.spotlight.deepen()
    try:
        desk.yard_app.memory.put(REMEMBERED, name)
    except OSError:
        pass  # it is shown all the same; that nothing is remembered is told elsewhere


def remembered_section(desk: Jobs) -> None:
    """Show the tab of last time."""
    name = desk.yard_app.memory.get(REMEMBERED)
    if isinstance(name, str):
        desk.detail.section = name  # whether there is such a one is seen when the first job comes


def turn(desk: Jobs, step: int) -> None:
    """The tab beside; the pane is shown if it is hidden."""
    from ..describe import beside

    if not desk.detail.display:
        desk.toggle_detail()
    show_section(desk, beside(desk.detail.section, step))


# -- where a line leads ------------------------------------------------------------------------------


def follow(desk: Jobs) -> None:
    """Go where the line under the pane's cursor leads."""
    link = desk.detail.link
    if link is not None and desk.detail.job is not None:
        FOLLOW[link.kind](desk, link)


def _job(desk: Jobs, link: Link) -> None:
    _go(desk, link, link.key)


def _go(desk: Jobs, link: Link, ref: str) -> None:
    """To a job, with the way back."""
    if (here := desk.detail.job) is not None:
        step = _step(desk, here.row, link)
        visit(desk, ref, lambda: _remember(desk, step))


def _step(desk: Jobs, row: int, link: Link) -> Step:
    return Step(row, link, desk.filter_text, desk.queues.chosen)


def _remember(desk: Jobs, step: Step) -> None:
    desk.trail[:] = [*desk.trail, step][-TRAIL:]


def _leave(desk: Jobs, link: Link) -> None:
    """Remember the job from which one goes to another view."""
    if (here := desk.detail.job) is not None:
        _remember(desk, _step(desk, here.row, link))


def visit(desk: Jobs, ref: str | int, found: Callable[[], None]) -> None:
    """Select a job and stay in the pane; a filter that hides the job goes."""
    where = desk.table.where

    def look(yard: Yard) -> tuple[int, bool]:
        row = yard.resolve([ref])[-1]
        if row not in yard.rows([row]):
            raise Unknown("That job is gone", "it was purged, with its logs")
        return row, yard.offset_of(where, row) is not None

    def go(answer: tuple[int, bool]) -> None:
        row, shown = answer
        found()
        focused = desk.focused
        if shown:
            desk.table.chosen = True
            desk.feeds.fetch(seek=row)
        else:
            desk.go_to_job(row)
        if focused is desk.detail:
            desk.detail.focus()

    desk.ask(look, go)


def _attempt(desk: Jobs, link: Link) -> None:
    from .logs import show_attempt

    if (job := desk.detail.job) is not None:
        number = int(link.key)
        desk.ask(lambda yard: yard.rows([job.row]).get(job.row), lambda row: show_attempt(desk, row, number))


def _resource(desk: Jobs, link: Link) -> None:
    desk.ask(lambda yard: _with_names(yard, yard.resource(link.key)), lambda got: _who(desk, link, *got))


def _with_names(yard: Yard, found: ResourceInfo) -> tuple[ResourceInfo, dict[str, str]]:
    """With the names of those that wait for it."""
    rows = yard.rows(yard.resolve(found.waiters)) if found.waiters else {}
    return found, {job.id: name_of(job) for job in rows.values()}


def _who(desk: Jobs, link: Link, found: ResourceInfo, names: dict[str, str]) -> None:
    """Who has it and who waits for it, to go to one of them."""
    from ..describe.holders import options, title

    some = options(found, names)
    if not some:
        desk.tell(title(found))
        return
    choices = [(label, word) for label, word, _ in some]
    desk.choose(title(found), choices, lambda number: _go(desk, link, some[number][2]))


def _queue(desk: Jobs, link: Link) -> None:
    wanted = frozenset({int(link.key)})
    _leave(desk, link)
    desk.queues.choose(wanted)
    if desk.queues.chosen == wanted:
        desk.table.focus()
    else:
        desk.tell("The list of queues has it folded away; open its session there.")


def _filter(desk: Jobs, link: Link) -> None:
    _leave(desk, link)
    desk.filter_by(link.key)


def _config(desk: Jobs, link: Link) -> None:
    """To a version on the Configs screen; of a type that is only asked for to its main version."""
    from ..screens.configs import Configs

    type, _, version = link.key.partition(" ")
    _leave(desk, link)
    if isinstance(place := desk.yard_app.show_place("configs", desk.job), Configs):
        place.turn_to_version(type, version)


def _data(desk: Jobs, link: Link) -> None:
    """To its data on the Results screen."""
    _leave(desk, link)
    desk.yard_app.show_place("results", desk.job)


def _act(desk: Jobs, link: Link) -> None:
    """The action that lifts a blocker, on this job alone: not on marked ones that are out of sight."""
    here, selected = desk.detail.job, desk.table.selected
    if desk.several:
        desk.tell("There are marks: the key means the marked jobs. Drop them first with esc.", "warning")
    elif here is not None and selected is not None and here.row == selected.row:
        desk.action_act(link.key)


def _say(desk: Jobs, link: Link) -> None:
    desk.tell(link.key)


def _section(desk: Jobs, link: Link) -> None:
    show_section(desk, link.key)


FOLLOW: dict[str, Callable[[Jobs, Link], None]] = {
    "job": _job,
    "attempt": _attempt,
    "resource": _resource,
    "queue": _queue,
    "filter": _filter,
    "config": _config,
    "data": _data,
    "act": _act,
    "say": _say,
    "section": _section,
}


# -- the way back ------------------------------------------------------------------------------------


def job_before(desk: Jobs) -> None:
    """Back to the job from which one came, in the queue and with the filter that there were."""
    if not desk.trail:
        desk.tell("You came from no other job.")
        return
    step = desk.trail.pop()
    if (step.text, step.queues) == (desk.filter_text, desk.queues.chosen):
        visit(desk, step.row, lambda: desk.detail.return_to(step.row, step.link))
        return
    desk.detail.return_to(step.row, step.link)
    desk.queues.choose(step.queues)
    desk.filter_by(step.text, seek=step.row)


def _has_job(context: Context) -> bool:
    return context.job is not None


GROUP = "Look"

DETAIL = (
    Action(
        "section-after",
        ("right_square_bracket",),
        "next part",
        "The next tab of the detail pane: why, attempts, dependencies, origin, history, log.",
        GROUP,
        lambda desk: turn(desk, 1),
        _has_job,
    ),
    Action(
        "section-before",
        ("left_square_bracket",),
        "part before",
        "The tab of the detail pane before this one.",
        GROUP,
        lambda desk: turn(desk, -1),
        _has_job,
    ),
    Action(
        "job-before",
        ("ctrl+o", "backspace"),
        "job before",
        "Back to the job from which a line of the detail pane has led.",
        GROUP,
        job_before,
    ),
)
