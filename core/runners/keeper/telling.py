"""What is said about jobs: that they run, and how they ended."""

from __future__ import annotations

import signal

from ..base import Outcome
from . import protocol
from .jobs import LIMITS, Job, Status

_OURS = (signal.SIGTERM, signal.SIGKILL)


def started_line(job: Job) -> bytes:
    """The news that *job* runs."""
    return protocol.line(
        {"ev": "started", "token": job.token, "pid": job.pid, "at": job.started_at, "pidfd": job.pidfd >= 0}
    )


def outcome(job: Job) -> Outcome:
    """Everything about the end of *job*. A limit overrules the exit code, which stays told."""
    status = job.status or Status()
    why = _stopped_for(job, status)
    return Outcome(
        job.token,
        job.started_at,
        job.ended_at,
        status.exit_code,
        status.signal,
        status.cause or (why if why in LIMITS else ""),
        "; ".join(text for text in (status.message, _about_leftovers(job)) if text),
        "cancel" if why == "cancel" else "",
        status.cpu_seconds,
        status.max_rss,
        job.out.size,
        job.err.size,
        job.pid or None,
    )


def _stopped_for(job: Job, status: Status) -> str:
    """Why we stopped it. If a keeper died between its decision and its signal, the signal that ended it tells."""
    return job.stop_meant if not job.stop_why and status.signal in _OURS else job.stop_why


def _about_leftovers(job: Job) -> str:
    if job.given_up:
        return f"{_processes(job.given_up)} of its tree could not be stopped"
    if job.swept and not job.stop_why:
        return f"{_processes(job.swept)} that it left behind had to be stopped"
    return ""


def _processes(number: int) -> str:
    return "1 process" if number == 1 else f"{number} processes"
