"""A job as plain JSON, with the documented keys; times are ISO 8601, UTC, milliseconds, Z.

``show --json`` prints it and an ``on_end`` command reads it, so it is made here, below every face. The environment
of a job is no part of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from .models import Attempt, Edge, Element, Job

Json = dict[str, Any]


def moment(at: float | None) -> str | None:
    """Seconds since the epoch as ``2026-11-22T05:40:00.123Z``."""
    if at is None:
        return None
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def command_of(fields: Mapping[str, Any], shown: str) -> list[str] | str:
    """What the job runs: the argument list, or the text that a shell or an interpreter gets."""
    for name in ("command", "code"):
        if name in fields:
            value = fields[name]
            return [str(part) for part in value] if isinstance(value, (list, tuple)) else str(value)
    return shown


def job(job: Job) -> Json:
    """An element of ``list --json``, the answer of ``show --json``; those fill in what a running job says and uses."""
    return {
        "id": job.id,
        "name": job.name,
        "session": job.session,
        "queue": job.queue,
        "kind": job.kind,
        "state": job.state.value,
        "reason": job.reason or None,
        "cause": job.cause.value if job.cause else None,
        "message": job.message or None,
        "priority": job.priority,
        "user": job.user,
        "command": command_of(job.fields, job.command),
        **times(job),
        "exit_code": job.exit_code,
        "signal": job.signal,
        "worker": job.worker or None,
        "time_limit": job.time_limit,
        "limit": job.limit,
        "limit_from": job.limit_from or None,
        "estimate": job.estimate,
        "resources": dict(job.resources),
        "held": job.held,
        "retries": job.retries,
        "retry_delay": job.retry_delay,
        "retry_factor": job.retry_factor,
        "retry_max": job.retry_most,
        "idempotent": job.idempotent,
        "cwd": job.cwd,
        "stdin": job.stdin or None,
        "stopping": job.stopping,
        "cloned_from": job.cloned_from or None,
        "unique": job.unique or None,
        "array": element(job.array) if job.array else None,
        "swept": dict(job.fields.get("swept") or {}) or None,
        "on_end": job.on_end or None,
        "depends_on": [edge(each) for each in job.depends_on],
        "dependents": [each.id for each in job.dependents],
        "dependents_total": job.dependents_total,
        "configs": configs(job.attempts[-1]) if job.attempts else [],
        "data_file": job.data_file or None,
        "progress": None,
        "usage": None,
        "attempts": [attempt(each) for each in job.attempts],
    }


def element(element: Element) -> Json:
    """Which element of which array it is."""
    return {"id": element.id, "index": element.number, "size": element.size}


def times(job: Job) -> Json:
    """The moments of a job's life."""
    return {
        "created_at": moment(job.created_at),
        "not_before": moment(job.not_before),
        "started_at": moment(job.started_at),
        "ended_at": moment(job.ended_at),
    }


def edge(edge: Edge) -> Json:
    """A dependency, seen from the child."""
    return {"id": edge.id, "type": edge.after.value, "state": edge.state.value}


def configs(attempt: Attempt) -> list[Json]:
    """The versions that an attempt ran with."""
    return [{"type": link.type, "version": link.version} for link in attempt.configs]


def attempt(attempt: Attempt) -> Json:
    """One execution."""
    return {
        "number": attempt.number,
        "state": attempt.state.value,
        "started_at": moment(attempt.started_at),
        "ended_at": moment(attempt.ended_at),
        "exit_code": attempt.exit_code,
        "signal": attempt.signal,
        "cause": attempt.cause.value if attempt.cause else None,
        "message": attempt.message or None,
        "worker": attempt.worker,
        "pid": attempt.pid,
        "cpu_seconds": attempt.cpu_seconds,
        "max_rss": attempt.max_rss,
        "stdout_bytes": attempt.stdout_bytes,
        "stderr_bytes": attempt.stderr_bytes,
        "configs": configs(attempt),
        "data_file": attempt.data_file or None,
    }
