"""States, times and jobs in words for people: glyph and word first, colour as an extra."""

from __future__ import annotations

from datetime import datetime

from jobyard.core.models import Job, JobRow
from jobyard.core.states import CANCELLED, COMPLETED, FAILED, PENDING, RUNNING, SKIPPED, State
from jobyard.core.yard import people_duration, people_size, visible
from jobyard.tui.cli.table import Cell
from jobyard.tui.format import GLYPHS

COLOURS: dict[State, str] = {
    PENDING: "blue",
    RUNNING: "cyan",
    COMPLETED: "green",
    FAILED: "red",
    CANCELLED: "magenta",
    SKIPPED: "grey",
}
LOOK = {state: (GLYPHS[state], colour) for state, colour in COLOURS.items()}
HELD, STOPPING = "◌", "■"


def state_cell(job: JobRow | Job) -> Cell:
    """``✗ failed``, ``◌ held``, ``■ stopping``."""
    glyph, colour = LOOK[job.state]
    if job.state is PENDING and job.held:
        return Cell(f"{HELD} held", "yellow")
    if job.state is RUNNING and job.stopping:
        return Cell(f"{STOPPING} stopping", "yellow")
    return Cell(f"{glyph} {job.state.value}", colour)


def clean(text: str) -> str:
    """Somebody's text on one line, control characters visible."""
    return visible(text)


def when(at: float | None) -> str:
    """Local time to the second; today without its date."""
    if at is None:
        return ""
    moment = datetime.fromtimestamp(at)
    same_day = moment.date() == datetime.now().date()
    return moment.strftime("%H:%M:%S" if same_day else "%Y-%m-%d %H:%M:%S")


def lasted(started: float | None, ended: float | None, now: float) -> str:
    """How long it ran or has been running."""
    if started is None:
        return ""
    return people_duration(max(0.0, (ended if ended is not None else now) - started))


def outcome(job: JobRow | Job) -> str:
    """Why it waits, or how it ended: one line."""
    if job.state is PENDING:
        return clean(job.reason)
    if job.state is FAILED:
        return clean(job.message or (job.cause.value if job.cause else ""))
    return clean(job.message)


def size(count: int | None) -> str:
    """Bytes for people."""
    return "" if count is None else people_size(count)


def plural(count: int, noun: str) -> str:
    """``1 job``, ``2 jobs``."""
    return f"{count} {noun}" + ("" if count == 1 else "s")
