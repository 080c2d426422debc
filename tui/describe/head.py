"""Which job it is, its state, how it ended."""

from __future__ import annotations

from collections.abc import Sequence

from jobyard.core.models import Event, Job
from jobyard.core.states import State

from ..format import GLYPHS, duration, failure, took
from ..text import plain
from ..widgets.lines import Line
from .dossier import Dossier
from .rows import Frame, Link, Row, Rows, blank, wrapped

HELD, STOPPING = "◌", "■"
BACK = ("requeue", "revive", "retry")  # what makes an ended job pending


def title(dossier: Dossier, frame: Frame) -> Rows:
    """Its name, its id, what it is a copy or an element of."""
    job = dossier.job
    yield Row([(plain(named(job) or job.command), "bold")])
    yield Row([(job.id, "dim")])
    yield from kin(dossier)


def kin(dossier: Dossier) -> Rows:
    """What it is a copy or an element of."""
    job = dossier.job
    if job.cloned_from:
        yield Row([("cloned from ", "faint"), (job.cloned_from, "dim")], Link("job", job.cloned_from))
    if job.array is not None:
        text = f"{job.array.number} of {plain(job.array.id)}[], {job.array.size:,} in all"
        yield Row([("element ", "faint"), (text, "dim")], Link("job", job.array.id))


def named(job: Job) -> str:
    """Its name, with its index where it is an element of an array."""
    return f"{job.name}[{job.array.number}]" if job.name and job.array else job.name


def state(dossier: Dossier, frame: Frame) -> Rows:
    """Its state, since when, and how it ended."""
    job = dossier.job
    yield blank()
    since = pending_since(job, dossier.deeper.events) if dossier.deeper is not None else None
    yield Row([(state_text(job), job.state.value), (f"  {lasted(job, frame.now, since)}", "dim")])
    if ending := how_it_ended(job):
        yield from (Row([(text, job.state.value)]) for text in wrapped(ending, frame.width))


def brief(dossier: Dossier, frame: Frame) -> Rows:
    """The same for a pane of a few lines."""
    job = dossier.job
    line: Line = [(f"{state_text(job)} ", job.state.value), (plain(named(job)), "bold"), (f"  {job.id}", "dim")]
    yield Row(line)
    if job.state is not State.PENDING:
        yield Row([(lasted(job, frame.now), "dim"), (f"  {how_it_ended(job)}", job.state.value)])


def state_text(job: Job) -> str:
    """``● running``, ``■ stopping``, ``◌ pending``."""
    if job.stopping and job.state is State.RUNNING:
        return f"{STOPPING} stopping"
    glyph = HELD if job.held and job.state is State.PENDING else GLYPHS[job.state]
    return f"{glyph} {job.state.value}"


def pending_since(job: Job, events: Sequence[Event] = ()) -> float:
    """When it was submitted, or came back: by a requeue, or for its next attempt."""
    ends = [attempt.ended_at for attempt in job.attempts if attempt.ended_at is not None]
    back = [event.at for event in events if event.verb in BACK]
    return max([job.created_at, *ends, *back])


def lasted(job: Job, now: float, since: float | None = None) -> str:
    """How long it has been what it is; *since* when a job waits, where that is known better."""
    if job.state is State.PENDING:
        return f"for {duration(now - (since or pending_since(job)))}"
    if job.started_at is None:
        return "never started"
    if job.stopping and job.stop_at is not None:
        asked = f"for {duration(now - job.stop_at)}, by {plain(job.stop_by)}"
        return f"{asked}; it has run for {duration(now - job.started_at)}"
    if job.ended_at is None:
        return f"for {duration(now - job.started_at)}"
    return f"after {took(job.ended_at - job.started_at)}"


def how_it_ended(job: Job) -> str:
    """The message of its end, with the telling line of its output."""
    if job.state is State.FAILED:
        return plain(job.message) or failure(job.cause, job.exit_code, job.signal)
    return plain(job.message) if job.state is not State.PENDING else ""
