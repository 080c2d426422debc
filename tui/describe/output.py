"""The end of a job's log."""

from __future__ import annotations

from jobyard.core.states import State

from ..text import plain
from .dossier import Dossier
from .rows import Frame, Row, Rows, heading, sentence


def output(dossier: Dossier, frame: Frame, most: int | None = None) -> Rows:
    """A heading and its last lines; nothing for a job that was never started."""
    if dossier.job.attempts:
        last = dossier.job.attempts[-1].number
        before = dossier.job.state is State.PENDING  # what it has not begun anew has no log yet
        yield heading("log", frame, f"of attempt {last}" if last > 1 or before else "")
        yield from _lines(dossier, frame, most)


def alone(dossier: Dossier, frame: Frame) -> Rows:
    """The whole tab."""
    if dossier.job.attempts:
        yield from _lines(dossier, frame, None)
    else:
        yield from sentence("It has not been started yet: there is no log.", frame)


def _lines(dossier: Dossier, frame: Frame, most: int | None) -> Rows:
    shown = dossier.tail if most is None else dossier.tail[-most:] if most > 0 else ()
    yield from (Row([(line, "")]) for line in shown)
    if not dossier.tail:
        yield from sentence(silence(dossier), frame, "faint")


def silence(dossier: Dossier) -> str:
    """Why there is nothing to see."""
    last = dossier.job.attempts[-1]
    if last.stdout_bytes or last.stderr_bytes:
        return f"its log is gone: {plain(last.folder)} was removed"
    return "nothing was written" if last.ended_at is not None else "nothing written yet"
