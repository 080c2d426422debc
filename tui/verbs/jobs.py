"""Commands on jobs. Each is the same facade call as on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobyard.core.errors import BadInput
from jobyard.core.models import CancelPreview, CascadePreview, JobRow
from jobyard.core.states import State

from ..actions import Action, Context, ended, pending, unended
from ..format import number, plural, state_glyph, state_word
from ..text import plain

if TYPE_CHECKING:
    from ..screens.jobs import Jobs

Rows = tuple[int, ...]
SHOWN = 8  # jobs named in a dialog


def cancel(desk: Jobs) -> None:
    """Cancel; asks when it stops a process or means several."""
    job = None if desk.several else desk.table.selected

    def decide(rows: Rows) -> None:
        if job is not None and job.state is State.PENDING:
            _cancel(desk, rows)
        else:
            desk.ask(lambda yard: yard.cancel_preview(rows), lambda preview: _ask(desk, rows, job, preview))

    desk.with_targets(decide)


def _ask(desk: Jobs, rows: Rows, job: JobRow | None, preview: CancelPreview) -> None:
    if preview.running or preview.pending:
        desk.confirm(*_cancel_words(job, preview), lambda: _cancel(desk, rows))
    else:
        desk.tell("cancel: all of these have ended", "warning")


def _cancel_words(job: JobRow | None, preview: CancelPreview) -> tuple[str, list[str]]:
    """The question and what follows from a yes, counted."""
    more = [f"{plural(preview.skipped, 'other')} will be skipped."] if preview.skipped else []
    if job is not None:
        return "Cancel this running job?", [_named(job), "Its process and everything it started are stopped.", *more]
    counts = ((preview.running, "running"), (preview.pending, "pending"))
    body = [" and ".join(f"{number(count)} {word}" for count, word in counts if count) + "."]
    if preview.running:
        body.append("Those that run are stopped with everything they started.")
    if preview.ended:
        more.append(f"{plural(preview.ended, 'other')} ended already and stay{'s' if preview.ended == 1 else ''} so.")
    return f"Cancel {plural(preview.running + preview.pending, 'job')}?", [*body, *more]


def _cancel(desk: Jobs, rows: Rows) -> None:
    desk.command("cancelled", lambda yard: yard.cancel(rows))


def requeue(desk: Jobs) -> None:
    """Run ended jobs again; asks when several are meant."""

    def decide(rows: Rows) -> None:
        if len(rows) == 1:
            _requeue(desk, rows)
        else:
            desk.confirm(
                f"Requeue {plural(len(rows), 'job')}?",
                ["Those that have ended run again, as the next attempt."],
                lambda: _requeue(desk, rows),
            )

    desk.with_targets(decide)


def _requeue(desk: Jobs, rows: Rows) -> None:
    desk.command("requeued", lambda yard: yard.requeue(rows))


def requeue_cascade(desk: Jobs) -> None:
    """Requeue with all dependants, which are shown first."""
    desk.with_targets(
        lambda rows: desk.ask(
            lambda yard: yard.cascade_preview(rows, SHOWN), lambda preview: _confirm(desk, rows, preview)
        )
    )


def _confirm(desk: Jobs, rows: Rows, preview: CascadePreview) -> None:
    count = len(preview.rows)
    more = [f"and {plural(count - SHOWN, 'job')} more"] if count > SHOWN else []
    names = [_named(job) for job in preview.shown] or ["Nothing that depends on it has run."]
    title = f"Requeue {plural(len(rows), 'job')} with {plural(count, 'dependant')}?"
    desk.confirm(
        title, [*names, *more], lambda: desk.command("requeued", lambda yard: yard.requeue(rows, cascade=True))
    )


def _named(job: JobRow) -> str:
    return f"{state_glyph(job)} {state_word(job)}  {plain(job.name or job.command)}  {job.id}"


def priority_up(desk: Jobs) -> None:
    """One more."""
    _priority_by(desk, 1)


def priority_down(desk: Jobs) -> None:
    """One less."""
    _priority_by(desk, -1)


def _priority_by(desk: Jobs, delta: int) -> None:
    word = "raised the priority of" if delta > 0 else "lowered the priority of"
    desk.with_targets(lambda rows: desk.command(word, lambda yard: yard.priority_by(rows, delta)))


def priority_set(desk: Jobs) -> None:
    """Ask for a number."""
    now = desk.table.selected.priority if desk.table.selected else 0

    def ask(rows: Rows) -> None:
        title = f"Priority of {plural(len(rows), 'job')}"
        desk.prompt(title, str(now), lambda text: _set(desk, rows, text), "a whole number; higher runs first")

    desk.with_targets(ask)


def _set(desk: Jobs, rows: Rows, text: str) -> None:
    try:
        value = int(text.strip())
    except ValueError:
        error = BadInput(f"{plain(text.strip())!r} is no priority", todo="Give a whole number, such as 10 or -5")
        desk.tell(error.line(), "error")
        return
    desk.command("set the priority of", lambda yard: yard.priority(rows, value))


def hold(desk: Jobs) -> None:
    """Hold; release if the job under the cursor is held."""
    if desk.table.selected is not None and desk.table.selected.held:
        desk.with_targets(lambda rows: desk.command("released", lambda yard: yard.release(rows)))
    else:
        desk.with_targets(lambda rows: desk.command("held", lambda yard: yard.hold(rows)))


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
