"""What is told of a job beside what it wrote: which attempt, how it ended, why there is nothing to see. Pure."""

from __future__ import annotations

from jobyard.core.models import Attempt, Job
from jobyard.core.states import State

from ..format import size, took
from ..text import plain
from .model import Story

GONE = ("This job is gone.", "It was deleted by cleanup, or with its queue, and its logs with it.")
YET = "Nothing written yet."
NOTHING = "Nothing was written."
NOT_YET = "It has not been started yet: there is no log."


def story_of(job: Job, number: int | None, there: bool) -> Story:
    """The story of an attempt (None: the last one). *there*: its files can be found."""
    attempt = next((one for one in reversed(job.attempts) if number in (None, one.number)), None)
    title = plain(job.name or job.id)
    if attempt is None:
        return Story(title, attempts=len(job.attempts), silence=_waiting(job))
    return Story(
        title,
        attempt.number,
        len(job.attempts),
        attempt.ended_at is not None,
        ending(attempt),
        silence(attempt, there),
        attempt.started_at,
        attempt.ended_at,
    )


def ending(attempt: Attempt) -> tuple[str, str]:
    """``■ completed, exit 0, 12.3s`` and its style; empty while it runs."""
    if attempt.ended_at is None:
        return "", ""
    words = [attempt.state.value]
    if attempt.message or attempt.exit_code is not None:
        words.append(plain(attempt.message) or f"exit {attempt.exit_code}")
    if attempt.started_at is not None:
        words.append(took(attempt.ended_at - attempt.started_at))
    return f"■ {', '.join(words)}", attempt.state.value


def silence(attempt: Attempt, there: bool) -> tuple[str, ...]:
    """Why an attempt shows nothing."""
    written = (attempt.stdout_bytes or 0) + (attempt.stderr_bytes or 0)
    if attempt.ended_at is None:
        return (YET,)
    if written and not there:
        return (f"Its log is gone: {size(written)} in {plain(attempt.folder)} were removed.",)
    return (NOTHING,)


def _waiting(job: Job) -> tuple[str, ...]:
    why = plain(job.reason)
    return (NOT_YET, *([f"It is {job.state.value}: {why}."] if why and job.state is State.PENDING else []))
