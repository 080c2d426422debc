"""What an outcome means: the state, the cause and the words that the store records. Pure."""

from __future__ import annotations

import signal

from .models import Result
from .runners.base import Outcome
from .states import Cause, State

CAUSES = {cause.value: cause for cause in Cause}


def verdict(outcome: Outcome) -> Result:
    """The recorded result of an attempt.

    A stop that reached the process alive makes it ``cancelled``, whatever its exit code; a limit makes it
    ``failed`` by that limit. Otherwise the process's own end stands.
    """
    state, cause, message = _judge(outcome)
    return Result(
        token=outcome.token, state=state, cause=cause, message=message, started_at=outcome.started_at,
        ended_at=outcome.ended_at, exit_code=_exit_code(outcome, state), signal=outcome.signal,
        cpu_seconds=outcome.cpu_seconds, max_rss=outcome.max_rss, stdout_bytes=outcome.stdout_bytes,
        stderr_bytes=outcome.stderr_bytes, pid=outcome.pid,
    )  # fmt: skip


def _judge(outcome: Outcome) -> tuple[State, Cause | None, str]:
    if outcome.stopped == "cancel":
        return State.CANCELLED, None, outcome.message or "stopped by a cancel"
    if outcome.cause in CAUSES and outcome.cause not in (Cause.EXIT, Cause.SIGNAL):
        return State.FAILED, CAUSES[outcome.cause], outcome.message or outcome.cause
    if outcome.signal is not None:
        return State.FAILED, Cause.SIGNAL, _join(f"killed by {signal_name(outcome.signal)}", outcome.message)
    if outcome.exit_code is None:
        return State.FAILED, Cause.LOST, outcome.message or "its exit status is not known"
    if outcome.exit_code == 0:
        return State.COMPLETED, None, outcome.message
    return State.FAILED, Cause.EXIT, _join(f"exit code {outcome.exit_code}", outcome.message)


def _exit_code(outcome: Outcome, state: State) -> int | None:
    return 0 if state is State.COMPLETED else outcome.exit_code


def _join(first: str, more: str) -> str:
    return f"{first}; {more}" if more else first


def signal_name(number: int) -> str:
    """``SIGTERM (15)``."""
    try:
        return f"{signal.Signals(number).name} ({number})"
    except ValueError:
        return f"signal {number}"
