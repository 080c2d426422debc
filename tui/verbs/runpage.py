"""The page of a run: how one comes there, and what can be done on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from jobyard.core.states import ENDED

from ..actions import Action, Context, at_jobs
from . import results
from .jobs import cancel
from .results import RESULTS

if TYPE_CHECKING:
    from jobyard.core.models import JobRow

    from ..describe import Link
    from ..desk import Desk
    from ..screens.runpage import RunPage

# -- the way there ----------------------------------------------------------------------------------------


def show(desk: Desk) -> None:
    """The page of the run that is chosen, else of the selected job's last."""
    run = getattr(desk, "run", None)
    if run is not None:
        visit(desk, run.job, run.number)
    else:
        desk.yard_app.show_place("run", desk.job)


def visit(desk: Desk, id: str, number: int | None) -> None:
    """The page of an attempt of a job."""
    desk.ask(lambda yard: yard.rows(yard.resolve([id])), lambda rows: _visit(desk, list(rows.values()), number))


def _visit(desk: Desk, jobs: list[JobRow], number: int | None) -> None:
    from ..screens.runpage import RunPage

    if not jobs:
        desk.tell("That job is gone, and its page with it.", "warning")
        return
    if isinstance(page := desk.yard_app.show_place("run", jobs[-1]), RunPage):
        page.see(jobs[-1], number)
        page.look()


def _one(context: Context) -> bool:
    return at_jobs(context) and (context.job is not None or context.run is not None)


PAGE = Action("screen-run", ("i",), "its page", "All about a run on one screen: what made it, parameters, data, plot, "
              "log.", "Screens", show, _one, footer=13)  # fmt: skip

# -- where a line leads -----------------------------------------------------------------------------------


def follow(desk: RunPage, link: Link | None) -> None:
    """Go where a line leads."""
    if link is not None:
        FOLLOW.get(link.kind, _list)(desk, link)


def _attempt(desk: RunPage, link: Link) -> None:
    desk.choose_attempt(int(link.key))


def _job(desk: RunPage, link: Link) -> None:
    visit(desk, link.key, None)


def _run(desk: RunPage, link: Link) -> None:
    id, _, number = link.key.partition(" ")
    visit(desk, id, int(number))


def _config(desk: RunPage, link: Link) -> None:
    """To a version on the Configs screen, from which one comes back."""
    from ..screens.configs import Configs

    type, _, version = link.key.partition(" ")
    if isinstance(place := lead(desk, "configs"), Configs):
        place.turn_to_version(type, version)


def lead(desk: RunPage, name: str) -> Desk | None:
    """To another screen, whose escape leads back; None where a question is in front by now."""
    from ..screens.place import Place

    place = desk.yard_app.show_place(name, desk.job)
    if isinstance(place, Place):
        place.way_back = desk.NAME
    return place


def _data(desk: RunPage, link: Link) -> None:
    lead(desk, "results")


def _list(desk: RunPage, link: Link | None = None) -> None:
    if desk.job is not None:
        desk.yard_app.show_job(desk.job.row)


def _act(desk: RunPage, link: Link) -> None:
    """What lifts a blocker, where this screen can do it; else in the list of jobs."""
    if any(action.id == link.key for action in desk.actions):
        desk.action_act(link.key)
    else:
        _list(desk)


FOLLOW: dict[str, Callable[[RunPage, Link], None]] = {
    "attempt": _attempt, "job": _job, "run": _run, "config": _config, "data": _data, "act": _act,
    "say": lambda desk, link: desk.tell(link.key),
}  # fmt: skip

# -- other runs -------------------------------------------------------------------------------------------


def attempt(desk: RunPage, step: int) -> None:
    """An earlier or a later attempt."""
    count = len(desk.seen.job.attempts) if desk.seen is not None else 0
    goal = (desk.seen.number if desk.seen is not None else 0) + step
    if not count:
        desk.tell("It has no attempt yet.")
    elif not 1 <= goal <= count:
        desk.tell(f"There is no {'earlier' if step < 0 else 'later'} attempt: it has {count}.")
    else:
        desk.choose_attempt(goal)


def neighbour(desk: RunPage, step: int) -> None:
    """The next line of the list from which one came: of runs, or of jobs."""
    from ..screens.results import Results

    place = desk.yard_app.place_called(desk.came_from)
    if isinstance(place, Results):
        before = place.run
        place.list.move(step)
        if (run := place.run) is not None and run is not before:
            visit(desk, run.job, run.number)
            return
    else:
        table = desk.yard_app.jobs.table
        at = table.cursor
        table.move(step)
        if table.cursor != at:
            where, now = table.where, table.cursor
            desk.ask(lambda yard: yard.page(where, now, 1).rows, lambda rows: _turn(desk, rows))
            return
    desk.tell("There is none further.")


def _turn(desk: RunPage, rows: Sequence[JobRow]) -> None:
    if rows:
        desk.see(rows[0])
        desk.look()


LOOKED_FOR = "The run before is being looked for."

# -- what is done with it ---------------------------------------------------------------------------------


def differ(desk: RunPage) -> None:
    """How it differs from the run before."""
    seen = desk.seen
    if seen is None or not seen.compared:
        desk.tell(LOOKED_FOR)
    elif seen.before is None:
        desk.tell("There is no run before: none of its class has left data, and it has one attempt.", "warning")
    elif seen.before.run is not None and seen.run is not None:
        results.compare(desk, seen.before.run, seen.run)
    else:
        results.show_differences(desk, seen.before.comparison, None)


def over(desk: RunPage) -> None:
    """Draw the run before over it too, or no more."""
    if desk.seen is not None and not desk.seen.compared:
        desk.tell(LOOKED_FOR)
    elif desk.run_before is None:
        desk.tell("There is no run before of this class that left data.", "warning")
    else:
        desk.draw_over()


def log(desk: RunPage) -> None:
    """The whole log of the attempt."""
    from .logs import show_attempt

    if desk.seen is not None and desk.number is not None:
        show_attempt(desk, desk.job, desk.number)
    else:
        desk.yard_app.show_place("logs", desk.job)


def sideways(desk: RunPage, way: int) -> None:
    """The cursor of the plot; in the parameters: fold."""
    if desk.focused is desk.params:
        desk.fold()
    elif desk.focused is desk.log_tail:
        desk.log_tail.sideways(way * max(8, desk.log_tail.size.width // 2))
    else:
        desk.plot.move_cursor(way)
        desk.tell_values()


def copy(desk: RunPage) -> None:
    """Offer the data's path and the lines that load it, and what can be copied of any job."""
    from .copying import Thing, offer, things_of

    if (seen := desk.seen) is None:
        return
    run = seen.run
    load = f'from jobyard.core.results import load\n\nrun = load("{run.data.path}")\n' if run is not None else ""
    data = [Thing("data path", run.data.path), Thing("python", load)] if run is not None else []
    row, number = seen.job.row, seen.number or None
    desk.ask(
        lambda yard: yard.log_path(row, "stdout", number),
        lambda path: offer(desk, [*data, *things_of(seen.job, path)]),
    )


def _has_job(context: Context) -> bool:
    return context.job is not None


def _drawn(context: Context) -> bool:
    return context.drawn


def _running(context: Context) -> bool:
    return context.job is not None and not context.read_only and context.job.state not in ENDED


GROUP = "Run"
SHARED = ("results-x", "results-part", "results-style", "results-log", "results-fits", "results-in", "results-out",
          "results-all", "results-pan-left", "results-pan-right", "results-export", "results-picture",
          "results-alone", "results-slice-along", "results-slice-other")  # fmt: skip


def _run_action(
    id: str, keys: str, label: str, tooltip: str, run: Callable[[RunPage], None],
    when: Callable[[Context], bool] = _has_job, group: str = GROUP,
) -> Action:  # fmt: skip
    return Action(f"run-{id}", tuple(keys.split()), label, tooltip, group, run, when)


RUNPAGE = (
    _run_action("panel-after", "tab", "next panel", "What it was, parameters, data, plot, log.",
                lambda desk: desk.turn(1), lambda context: True, "Move"),
    _run_action("panel-before", "shift+tab", "panel before", "To the panel before this one.",
                lambda desk: desk.turn(-1), lambda context: True, "Move"),
    _run_action("attempt-before", "left_square_bracket", "earlier attempt", "The attempt before.",
                lambda desk: attempt(desk, -1)),
    _run_action("attempt-after", "right_square_bracket", "later attempt", "The attempt after.",
                lambda desk: attempt(desk, 1)),
    _run_action("next", "n", "next run", "The next one of the list from which you came: of runs, or of jobs.",
                lambda desk: neighbour(desk, 1)),
    _run_action("previous", "N", "run before", "The one before in the list from which you came.",
                lambda desk: neighbour(desk, -1)),
    _run_action("differ", "d", "differences", "How it differs from the run before of the same class; of other jobs "
                "from the attempt before, or from the job that it is a clone of.", differ),
    _run_action("over", "o", "with the run before", "Draw the run before of the same class too, or no more.",
                over, _drawn),
    _run_action("log", "l", "whole log", "The log of this attempt on a screen of its own.", log),
    _run_action("job", "J", "its job", "To the job in the list of jobs.", _list),
    _run_action("copy", "y", "copy", "Copy the data's path, lines that load it, the id, the command line …", copy),
    _run_action("cancel", "C", "cancel", "Cancel the job; a running one is stopped with all it started.", cancel,
                _running),
    _run_action("slice-after", "greater_than_sign", "next slice", "Of data of more than two directions.",
                lambda desk: desk.slice_by(1), _drawn),
    _run_action("slice-before", "less_than_sign", "slice before", "Of data of more than two directions.",
                lambda desk: desk.slice_by(-1), _drawn),
    _run_action("left", "left", "left", "The cursor of the plot to the left; in the parameters: fold.",
                lambda desk: sideways(desk, -1)),
    _run_action("right", "right", "right", "The cursor of the plot to the right; in the parameters: unfold.",
                lambda desk: sideways(desk, 1)),
    *(action for action in RESULTS if action.id in SHARED),
)  # fmt: skip
