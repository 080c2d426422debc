"""The end of a run: the table of its tasks, or the same as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from jobyard.core.models import JobRow
from jobyard.core.states import CANCELLED, COMPLETED, FAILED, SKIPPED, State
from jobyard.tui.cli.jsonview import Json, moment
from jobyard.tui.cli.table import Cell, Column, table
from jobyard.tui.cli.taskrun.tasks import Track
from jobyard.tui.cli.words import LOOK, clean

STATUS: dict[State, str] = {COMPLETED: "ok", FAILED: "failed", SKIPPED: "skipped", CANCELLED: "cancelled"}
NARROWEST = 60
PIPED = 120  # columns of the table where there is no terminal

COLUMNS = (
    Column("NAME", weight=2, least=8),
    Column("STATUS"),
    Column("TYPE"),
    Column("ARGUMENTS", weight=6, least=12),
    Column("DEPENDENCIES", weight=3, least=8),
)


def status(track: Track) -> str:
    """ok, failed, skipped, cancelled; pending or running where it was left early."""
    if track.job is None:
        return "pending"
    return STATUS.get(track.job.state, track.job.state.value)


def lines(tracks: Sequence[Track], limit: int) -> Iterator[str]:
    """The table, then one line for each task that failed."""
    yield from table(COLUMNS, [cells(track) for track in tracks], max(NARROWEST, limit))
    yield from failures(tracks)


def cells(track: Track) -> list[Cell | str]:
    """A line of the table."""
    colour = LOOK[track.job.state][1] if track.job else ""
    dependencies = ", ".join(clean(name) for name in track.dependencies)
    return [clean(track.name), Cell(status(track), colour), track.type, clean(track.arguments), dependencies]


def failures(tracks: Iterable[Track]) -> Iterator[str]:
    """``NAME failed: exit code 3 (jobyard logs JOB-…)``."""
    for track in tracks:
        if track.job is not None and track.job.state is FAILED:
            yield f"{clean(track.name)} failed: {why(track.job)} (jobyard show {track.id})"


def why(job: JobRow) -> str:
    """Why it failed, in words."""
    return clean(job.message or (job.cause.value if job.cause else "no reason is known"))


def as_json(tracks: Sequence[Track], queue: str, file: str, code: int) -> Json:
    """``run --json``."""
    return {
        "file": file,
        "queue": queue,
        "exit_code": code,
        "ok": all_ok(tracks),
        "tasks": [task_json(track) for track in tracks],
    }


def task_json(track: Track) -> Json:
    """A task and what became of it."""
    job = track.job
    return {
        "name": track.name,
        "status": status(track),
        "type": track.type,
        "arguments": track.arguments,
        "dependencies": list(track.dependencies),
        "id": track.id,
        "exit_code": job.exit_code if job else None,
        "signal": job.signal if job else None,
        "cause": job.cause.value if job and job.cause else None,
        "message": (job.message or None) if job else None,
        "started_at": moment(job.started_at) if job else None,
        "ended_at": moment(job.ended_at) if job else None,
    }


def all_ok(tracks: Iterable[Track]) -> bool:
    """Whether every task completed."""
    return all(track.job is not None and track.job.state is COMPLETED for track in tracks)
