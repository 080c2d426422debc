"""New jobs: from nothing, or like an earlier one. What is asked for is a form; it is imported when it is opened."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from jobyard.core.errors import JobyardError
from jobyard.core.models import JobRow, JobSpec, Submitted
from jobyard.core.states import State
from jobyard.core.yard import Yard

from ..actions import Action, Context, at_jobs
from ..format import queue_title

if TYPE_CHECKING:
    from ..desk import Desk
    from ..forms.experiment import NewExperiment
    from ..forms.fields import Form
    from ..screens.form import FormScreen

Answers = tuple[Any, ...]
FormOf = TypeVar("FormOf", bound="Form")
# What shows a form, from it, the yard, the drafts, and who is told of answers that came late.
Shown = Callable[[FormOf, Yard, dict[str, dict[str, str]], Callable[[Answers], None]], "FormScreen"]


def fill_in(desk: Desk, form: Form, then: Callable[[Answers], None]) -> None:
    """Show a form; what its steps answered is told and handed on."""
    from ..screens.form import FormScreen

    show_form(desk, form, then, FormScreen)


def show_form(desk: Desk, form: FormOf, then: Callable[[Answers], None], screen: Shown[FormOf]) -> None:
    """The same on a screen of its own."""
    began = time.time()

    def tell(answers: Answers) -> None:
        if (told := form.told(answers)) and form.taken_back:
            desk.ask(
                lambda yard: undoable_since(yard, began),
                lambda able: desk.tell(told + (desk.hint("undo", "undoes") if able else "")),
            )
        elif told:
            desk.tell(told)

    def filled(answers: Answers | None) -> None:
        if answers:
            tell(answers)
            then(answers)

    app = desk.yard_app
    app.push_screen(screen(form, app.yard, app.drafts, tell), filled)


def undoable_since(yard: Yard, began: float) -> bool:
    """Whether the next undo takes back something that was done after *began* (seconds since the epoch)."""
    try:
        found = yard.undoable()
    except JobyardError:  # what was done is done; the next look tells what is wrong
        return False
    return found is not None and found.at >= began


def new_job(desk: Desk) -> None:
    """Ask for a job, in the queue that is chosen or that of the selected job."""
    from ..forms.jobs import NewJob

    queue = desk.queue
    open_ = queue is not None and not (queue.ended or queue.session_ended)
    fill_in(desk, NewJob(queue_title(queue) if queue is not None and open_ else ""), lambda got: _look_at(desk, got))


def new_experiment(desk: Desk) -> None:
    """Ask for an experiment; its queue is that of experiments unless it is told."""
    from ..forms.experiment import NewExperiment

    _show_experiment(desk, NewExperiment())


def _show_experiment(desk: Desk, form: NewExperiment) -> None:
    from ..screens.experiment import ExperimentScreen

    form.can_cancel = any(action.id == "cancel" for action in desk.actions)
    lists_jobs = desk.where is not None
    show_form(desk, form, lambda got: _look_at(desk, got) if lists_jobs else None, ExperimentScreen)


def once_more(desk: Desk) -> None:
    """The selected job once more, but for what is changed."""
    if (job := desk.job) is not None:
        desk.ask(lambda yard: _wish(yard, job), lambda wish: _edit(desk, job, *wish))


def _wish(yard: Yard, job: JobRow) -> tuple[JobSpec, int]:
    """What was asked for with it; how many jobs would be skipped without it."""
    skips = yard.cancel_preview([job.row]).skipped if job.state is State.PENDING else 0
    return yard.wish(job.row), skips


def _edit(desk: Desk, job: JobRow, spec: JobSpec, skips: int) -> None:
    from ..forms.jobs import OnceMore

    whole = job.fold is not None
    if spec.kind == "experiment" and not whole:
        _edit_experiment(desk, job, spec, skips)
        return
    form = OnceMore(
        job.row,
        job.fold.ref if job.fold is not None else job.id,
        spec,
        pending=job.state is State.PENDING and not whole,
        skips=skips,
        whole=whole,
    )
    fill_in(desk, form, lambda got: _look_at(desk, got))


def _edit_experiment(desk: Desk, job: JobRow, spec: JobSpec, skips: int) -> None:
    from ..forms.again import ExperimentOnceMore

    whose = job.user if job.user != desk.yard_app.yard.user else ""
    pending = job.state is State.PENDING
    _show_experiment(desk, ExperimentOnceMore(job.id, spec._replace(user=whose), pending=pending, skips=skips))


def _look_at(desk: Desk, answers: Answers) -> None:
    """The cursor goes to the new job, unless the filter hides it."""
    new: Submitted = answers[0]
    where = desk.where

    def place(yard: Yard) -> tuple[int, bool, str]:
        row = yard.resolve([new.id])[0]
        return row, where is None or yard.offset_of(where, row) is not None, yard.first_word()

    desk.ask(place, lambda found: _go(desk, *found))


def _go(desk: Desk, row: int, shown: bool, word: str) -> None:
    if word:  # what a group's yard means, once to each
        desk.tell(word)
    if shown:
        desk.seek(row)
    else:
        desk.tell("The filter hides the new job.")
        desk.look()


def _may_change(context: Context) -> bool:
    return not context.read_only


def _one_job(context: Context) -> bool:
    """One job, or an array as a whole; of a chain one has to be chosen."""
    job = context.job
    return (
        at_jobs(context)
        and job is not None
        and not context.read_only
        and (job.fold is None or job.fold.kind == "array")
    )


GROUP = "Jobs"

SUBMITTING = (
    Action(
        "new", ("a",), "new job", "Submit a job; the form shows the same command line.", GROUP, new_job, _may_change, 3
    ),
    Action(
        "experiment",
        ("A",),
        "new experiment",
        "Submit an experiment, or a sweep of it: a class of the lab's modules, its parameters beside what main says.",
        GROUP,
        new_experiment,
        _may_change,
        18,
    ),
    Action(
        "edit",
        ("E",),
        "once more",
        "Edit and resubmit: a new job like this one.",
        GROUP,
        once_more,
        _one_job,
        footer=15,
    ),
)
