"""Commands on jobs. Each is the same facade call as on the command line."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from jobyard.core.errors import BadInput
from jobyard.core.lazy import LazyModule
from jobyard.core.models import CancelPreview, CascadePreview, Change, JobRow
from jobyard.core.states import State
from jobyard.core.yard import Yard, parse_priority

from ..actions import Action, Context, ended, pending, unended
from ..format import plural

if TYPE_CHECKING:
    from .. import previews
    from ..desk import Desk
else:
    previews = LazyModule("jobyard.tui.previews")  # the first paint does not wait for it

LOOKED_AT = 200  # jobs of which the first few are named
Rows = tuple[int, ...]


def cancel(desk: Desk) -> None:
    """Cancel; asks when it stops a process, or means several, or others would be skipped with it."""
    job, whole = None if desk.several else desk.job, _whole(desk)

    def decide(rows: Rows) -> None:
        if job is not None and job.state is State.PENDING:
            desk.ask(lambda yard: yard.cancel_preview(rows).skipped, lambda skips: _cancel_waiting(desk, job, skips))
        else:
            desk.ask(
                lambda yard: (yard.cancel_preview(rows), *_some(yard, rows, whole)),
                lambda got: _ask(desk, rows, job, *got),
            )

    desk.with_targets(decide)


def _cancel_waiting(desk: Desk, job: JobRow, skips: int) -> None:
    def act() -> None:
        desk.command("cancelled", lambda yard: yard.cancel([job.row], only_pending=True))  # it may have started since

    if skips:
        ask(desk, previews.cancel_waiting(job, skips), act)
    else:
        act()


def _whole(desk: Desk) -> list[str]:
    """What a command line calls the folded line that is meant; nothing where single jobs are."""
    line = desk.job if desk.whole() else None
    return [line.fold.ref] if line is not None and line.fold is not None else []


def _some(yard: Yard, rows: Rows, whole: list[str]) -> tuple[list[JobRow], list[str]]:
    """The lines of some of these, and what a command line calls them: the *whole*, or, if they are few, their ids."""
    found = yard.rows(rows[:LOOKED_AT])
    ids = [found[row].id for row in rows if row in found] if len(rows) <= previews.SHORT else []
    return previews.first(found, rows), whole or ids


def _requeued(yard: Yard, rows: Rows, whole: list[str]) -> tuple[Change, list[JobRow], list[str]]:
    """What a requeue of these would do, the first few that will run again, and what a command line calls them all."""
    preview = yard.requeue_preview(rows)
    done = tuple(yard.resolve(preview.done[: previews.NAMED])) if preview.done else ()
    return preview, previews.first(yard.rows(done), done), _some(yard, rows, whole)[1]


def _ask(
    desk: Desk, rows: Rows, job: JobRow | None, preview: CancelPreview, some: list[JobRow], ids: list[str]
) -> None:
    if preview.running or preview.pending:
        ask(desk, previews.cancel(job, preview, some, ids), lambda: _cancel(desk, rows, preview))
    else:
        desk.tell("cancel: all of these have ended", "warning")


def ask(desk: Desk, question: previews.Question, act: Callable[[], None]) -> None:
    """Do it after Enter."""
    desk.confirm(question.title, [*desk.whole(), *question.body], act, question.line)


def _cancel(desk: Desk, rows: Rows, asked: CancelPreview) -> None:
    """Whoever was asked about pending jobs alone has not agreed that one is stopped which has started since."""
    desk.command("cancelled", lambda yard: yard.cancel(rows, only_pending=not asked.running))


def requeue(desk: Desk) -> None:
    """Run ended jobs again; asks when several are meant."""
    whole = _whole(desk)

    def decide(rows: Rows) -> None:
        if len(rows) == 1:
            _requeue(desk, rows)
        else:
            desk.ask(lambda yard: _requeued(yard, rows, whole), lambda got: _again(desk, rows, *got))

    desk.with_targets(decide)


def _again(desk: Desk, rows: Rows, preview: Change, some: list[JobRow], ids: list[str]) -> None:
    if preview.done:
        ask(desk, previews.requeue(preview, some, ids), lambda: _requeue(desk, rows))
    else:
        desk.tell(" ".join(["requeue: none of these can run again.", *previews.left(preview)]), "warning")


def _requeue(desk: Desk, rows: Rows) -> None:
    desk.command("requeued", lambda yard: yard.requeue(rows))


def requeue_cascade(desk: Desk) -> None:
    """Requeue with all dependants, which are shown first."""
    whole = _whole(desk)
    desk.with_targets(
        lambda rows: desk.ask(
            lambda yard: (yard.cascade_preview(rows, previews.SHOWN), _some(yard, rows, whole)[1]),
            lambda got: _with_dependants(desk, rows, *got),
        )
    )


def _with_dependants(desk: Desk, rows: Rows, preview: CascadePreview, ids: list[str]) -> None:
    if preview.running:
        error = BadInput(
            f"{preview.running[0]} depends on it and is running",
            "A running job cannot be requeued",
            "Cancel it, or wait",
        )
        desk.tell(error.line(), "warning")
        return
    question = previews.cascade(len(rows), preview, ids)
    ask(desk, question, lambda: desk.command("requeued", lambda yard: yard.requeue(rows, cascade=True)))


def if_many(desk: Desk, verb: str, rows: Rows, act: Callable[[], None]) -> None:
    """Ask first where more jobs are meant than anybody sees: those of a folded line, or very many."""
    if len(rows) > previews.MANY or desk.whole():
        ask(desk, previews.many(verb, len(rows), ""), act)
    else:
        act()


def priority_up(desk: Desk) -> None:
    """One more."""
    _priority_by(desk, 1)


def priority_down(desk: Desk) -> None:
    """One less."""
    _priority_by(desk, -1)


def _priority_by(desk: Desk, delta: int) -> None:
    word = "raised the priority of" if delta > 0 else "lowered the priority of"
    verb = "Raise the priority of" if delta > 0 else "Lower the priority of"

    def act(rows: Rows) -> None:
        if_many(desk, verb, rows, lambda: desk.command(word, lambda yard: yard.priority_by(rows, delta), keep=True))

    desk.with_targets(act)


def priority_set(desk: Desk) -> None:
    """Ask for a number."""
    now = desk.job.priority if desk.job else 0

    def ask_for(rows: Rows) -> None:
        title = f"Priority of {plural(len(rows), 'job')}"
        hint = "a number, higher runs first; high (10), medium (0), low (-10); +3 adds to what each has"
        desk.prompt(title, str(now), lambda text: _set(desk, rows, text.strip()), hint)

    desk.with_targets(ask_for)


def _set(desk: Desk, rows: Rows, text: str) -> None:
    try:
        value = parse_priority(text)
    except BadInput as error:
        desk.tell(error.line(), "error")
        return
    if text.startswith("+"):
        desk.command("raised the priority of", lambda yard: yard.priority_by(rows, value))
    else:
        desk.command("set the priority of", lambda yard: yard.priority(rows, value))


def hold(desk: Desk) -> None:
    """Hold; release if the job under the cursor is held."""
    held = desk.job is not None and desk.job.held

    def act(rows: Rows) -> None:
        if held:
            if_many(desk, "Release", rows, lambda: desk.command("released", lambda yard: yard.release(rows), keep=True))
        else:
            if_many(desk, "Hold", rows, lambda: desk.command("held", lambda yard: yard.hold(rows), keep=True))

    desk.with_targets(act)


def _hold_label(context: Context) -> str:
    return "release" if context.job is not None and context.job.held else "hold"


GROUP = "Jobs"

JOBS = (
    Action(
        "cancel",
        ("c",),
        "cancel",
        "Cancel; a running job is stopped with all it started.",
        GROUP,
        cancel,
        unended,
        footer=4,
    ),
    Action(
        "requeue", ("r",), "requeue", "Run an ended job again, as its next attempt.", GROUP, requeue, ended, footer=5
    ),
    Action(
        "cascade",
        ("R",),
        "requeue all",
        "Requeue with everything that depends on it; shows it first.",
        GROUP,
        requeue_cascade,
        ended,
    ),
    Action(
        "hold",
        ("H",),
        "hold",
        "Hold a pending job back, or release it.",
        GROUP,
        hold,
        pending,
        footer=8,
        relabel=_hold_label,
    ),
    Action("raise", ("plus",), "priority +1", "Raise the priority by one.", GROUP, priority_up, pending),
    Action("lower", ("minus",), "priority -1", "Lower the priority by one.", GROUP, priority_down, pending),
    Action(
        "priority", ("p",), "priority", "Set the priority; higher runs first.", GROUP, priority_set, pending, footer=10
    ),
)
