"""Every execution of a job: when, how long, what it used, how it ended."""

from __future__ import annotations

from jobyard.core.models import Attempt
from jobyard.core.states import State

from ..format import GLYPHS, duration, failure, size, took, when
from ..text import plain
from .dossier import Dossier
from .rows import Frame, Link, Row, Rows, bulleted, heading, sentence

NUMBER = 5  # cells of an attempt's number
STATE = 13  # and of its state
FEW = 5  # attempts beside everything else


def attempts(dossier: Dossier, frame: Frame) -> Rows:
    """The last ones, a line each."""
    found = dossier.job.attempts
    if not found:
        return
    before = len(found) - len(found[-FEW:])
    yield heading("attempts", frame, f"(the last {FEW} of {len(found)})" if before else "")
    yield _titles()
    yield from (_line(attempt, frame) for attempt in found[-FEW:])


def alone(dossier: Dossier, frame: Frame) -> Rows:
    """The whole tab: all of them, the last one first, with all that is known of each."""
    if not dossier.job.attempts:
        yield from sentence("It has not been started yet: no attempts.", frame)
        return
    yield _titles()
    for attempt in reversed(dossier.job.attempts):
        yield _line(attempt, frame)
        for text in _more(attempt, frame):
            yield from bulleted(" " * NUMBER, text, "faint", frame)


def _titles() -> Row:
    return Row([("try".ljust(NUMBER) + "state".ljust(STATE) + "took   cpu    memory", "faint")])


def _line(attempt: Attempt, frame: Frame) -> Row:
    cpu = took(attempt.cpu_seconds) if attempt.cpu_seconds is not None else "–"
    memory = size(attempt.max_rss) if attempt.max_rss is not None else "–"
    line = [
        (f"{attempt.number} ".ljust(NUMBER), "dim"),
        (f"{GLYPHS[attempt.state]} {ending(attempt)} ".ljust(STATE), attempt.state.value),
        (f"{span(attempt, frame.now):<7}{cpu:<7}{memory}", "dim"),
    ]
    return Row(line, Link("attempt", str(attempt.number)))


def ending(attempt: Attempt) -> str:
    """Its state; of a failure how it failed: ``exit 3``, ``SIGKILL``, ``time limit``."""
    if attempt.state is not State.FAILED:
        return attempt.state.value
    how = failure(attempt.cause, attempt.exit_code, attempt.signal) or attempt.state.value
    return plain(how).replace("exit code", "exit")


def span(attempt: Attempt, now: float) -> str:
    """How long it took, or has taken so far."""
    if attempt.started_at is None:
        return "–"
    if attempt.ended_at is not None:
        return took(attempt.ended_at - attempt.started_at)
    return duration(now - attempt.started_at)


def _more(attempt: Attempt, frame: Frame) -> list[str]:
    """When and where it ran, what it wrote, how it ended."""
    moments = [when(at, frame.now) for at in (attempt.started_at, attempt.ended_at) if at is not None]
    where = f"{' – '.join(moments)} on {plain(attempt.worker)}"
    process = f", process {attempt.pid}" if attempt.pid is not None and attempt.ended_at is None else ""
    return [text for text in (where + process, written(attempt), plain(attempt.message)) if text]


def written(attempt: Attempt) -> str:
    """``wrote 12 B, 3 KiB to stderr``."""
    if attempt.stdout_bytes is None and attempt.stderr_bytes is None:
        return ""
    wrong = f", {size(attempt.stderr_bytes)} to stderr" if attempt.stderr_bytes else ""
    return f"wrote {size(attempt.stdout_bytes or 0)}{wrong}"
