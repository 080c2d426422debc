"""The models as JSON, with the documented keys; times are ISO 8601, UTC, milliseconds, Z.

This is the only place where a model becomes JSON on the command line; a job's own is `jobyard.core.plain`, which
an ``on_end`` command reads too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobyard.core.labmodels import ConfigDiff, ConfigKind, ConfigVersion, Drift, MainChange
from jobyard.core.models import (
    Blocker,
    Change,
    ChangeInfo,
    Comparison,
    Event,
    Job,
    Provenance,
    QueueInfo,
    ResourceInfo,
    SessionInfo,
    Submitted,
    WorkerInfo,
)
from jobyard.core.yard import plain

if TYPE_CHECKING:
    from jobyard.core.forecast import Expected
    from jobyard.core.kept import Kept
    from jobyard.core.progress import Progress
    from jobyard.core.usage import Sample

Json = plain.Json
edge, attempt, moment, command_of = plain.edge, plain.attempt, plain.moment, plain.command_of


def job(job: Job, progress: Progress | None = None, sample: Sample | None = None) -> Json:
    """An element of ``list --json``, the answer of ``show --json``; while it runs, how far it is and what it uses."""
    told = {"progress": headway(progress) if progress else None, "usage": usage(sample) if sample else None}
    return {**plain.job(job), **told}


def headway(progress: Progress) -> Json:
    """How far it says that it is."""
    return {
        "fraction": round(progress.fraction, 6),
        "text": progress.text or None,
        "at": moment(progress.at),
        "expected_end": moment(progress.expected_end),
    }


def usage(sample: Sample) -> Json:
    """What its processes use: cores, bytes."""
    return {
        "at": moment(sample.at),
        "cpu": round(sample.cpu, 3),
        "cpu_seconds": round(sample.cpu_seconds, 3),
        "rss": sample.rss,
        "processes": sample.processes,
    }


def output(kept: Kept) -> Json:
    """What is kept of a stream."""
    text = kept.text.decode("utf-8", "replace")
    return {"text": text, "bytes": kept.size, "lines": kept.lines, "left_out": kept.left_out}


def submitted(answer: Submitted) -> Json:
    """``submit --json``."""
    return {
        "id": answer.id,
        "state": answer.state.value,
        "reason": answer.reason or None,
        "position": answer.position,
    }


def change(change: Change) -> Json:
    """``cancel --json`` and its like."""
    return {
        "verb": change.verb,
        "done": list(change.done),
        "left": [{"id": identity, "why": why} for identity, why in change.left],
        "also": list(change.also),
    }


def blockers(job: Job, told: Expected | None = None, behind: str = "") -> Json:
    """``why --json``."""
    return {
        "id": job.id,
        "state": job.state.value,
        "reason": job.reason or None,
        "blockers": [blocker(each) for each in job.blockers],
        "expected": expected(told, behind) if told is not None else None,
    }


def expected(told: Expected, behind: str = "") -> Json:
    """When a job is expected to start and to end, or why nobody can say."""
    return {
        "start": moment(told.start),
        "end": moment(told.end),
        "late_start": moment(told.late_start),
        "late_end": moment(told.late_end),
        "guess": told.guess,
        "why_not": told.why_not or None,
        "behind": behind or None,
    }


def blocker(blocker: Blocker) -> Json:
    """One thing that keeps a job waiting."""
    return {"rule": blocker.rule, "text": blocker.text, "job": blocker.job or None}


def queue(queue: QueueInfo) -> Json:
    """``queue list --json``."""
    return {
        "name": queue.name,
        "session": queue.session,
        "slots": queue.slots,
        "exclusive": queue.exclusive,
        "policy": queue.policy,
        "paused": queue.paused,
        "paused_until": moment(queue.paused_until),
        "ended": queue.ended,
        "session_ended": queue.session_ended,
        "instructions": queue.instructions or None,
        "python": queue.python or None,
        "station": queue.station or None,
        "warm": queue.warm,
        "time_limit": queue.time_limit,
        "limit_factor": queue.limit_factor,
        "retention": queue.retention,
        "declared": None if queue.declared is None else dict(queue.declared),
        "by_hand": dict(queue.by_hand),
        "counts": {state.value: count for state, count in queue.counts.items()},
    }


def resource(resource: ResourceInfo) -> Json:
    """``resource list --json``."""
    return {
        "name": resource.name,
        "kind": resource.kind,
        "capacity": resource.capacity,
        "free": resource.free,
        "note": resource.note or None,
        "declared": resource.declared,
        "by_hand": resource.by_hand,
        "locked_by": resource.locked_by or None,
        "locked_at": moment(resource.locked_at),
        "lock_note": resource.lock_note or None,
        "holders": [
            {"id": share.id, "name": share.name, "units": share.units, "indices": list(share.indices)}
            for share in resource.holders
        ],
        "waiting": resource.waiting,
        "waiters": list(resource.waiters),
    }


def session(session: SessionInfo) -> Json:
    """``session list --json``."""
    return {
        "name": session.name,
        "created_at": moment(session.created_at),
        "ended_at": moment(session.ended_at),
        "queues": session.queues,
    }


def worker(worker: WorkerInfo) -> Json:
    """``worker list --json``."""
    return {
        "id": worker.id,
        "name": worker.name,
        "host": worker.host,
        "pid": worker.pid,
        "face": worker.face,
        "mode": worker.mode,
        "alive": worker.alive,
        "hung": worker.hung,
        "started_at": moment(worker.started_at),
        "heartbeat_at": moment(worker.heartbeat_at),
        "running": worker.running,
        "max_jobs": worker.max_jobs,
        "mock": worker.mock,
    }


def change_set(change: ChangeInfo) -> Json:
    """``undo --list --json``, ``history --user --json``."""
    return {
        "id": change.id,
        "at": moment(change.at),
        "verb": change.verb,
        "what": change.what,
        "user": change.user,
        "host": change.host,
        "face": change.face,
        "jobs": change.jobs,
        "first": list(change.first),
        "of": change.of,
        "undone": change.undone,
        "undoable": change.undoable,
    }


def event(event: Event) -> Json:
    """``history --json``."""
    return {
        "id": event.id,
        "at": moment(event.at),
        "verb": event.verb,
        "user": event.user,
        "host": event.host,
        "face": event.face,
        "job": event.job or None,
        "queue": event.queue or None,
        "before": dict(event.before) if event.before is not None else None,
        "after": dict(event.after) if event.after is not None else None,
    }


def provenance(came: Provenance) -> Json:
    """``show --provenance --json``; of the environment only its hash."""
    return {
        "attempt": came.number,
        "argv": list(came.argv),
        "cwd": came.cwd,
        "umask": came.umask,
        "environment_hash": came.environment_hash or None,
        "host": came.host,
        "kernel": came.kernel,
        "user": came.user,
        "jobyard": came.version,
        "taken_at": moment(came.taken_at),
        "interpreter": dict(came.interpreter),
        "git": {**came.git._asdict(), "untracked": list(came.git.untracked), "why": came.git.why or None},
        "grants": dict(came.grants),
    }


def config_version(version: ConfigVersion) -> Json:
    """An element of ``config list --json``."""
    return {
        "id": version.id,
        "type": version.type,
        "main": version.main,
        "created_at": moment(version.created_at),
        "created_by": version.created_by,
        "job": version.job or None,
        "filename": version.filename or None,
        "size": version.size,
        "checksum": version.checksum,
        "path": version.path,
        "attempts": version.attempts,
    }


def config_kind(kind: ConfigKind, drift: Drift | None) -> Json:
    """An element of ``config types --json``."""
    return {
        "name": kind.name,
        "code": kind.code or None,
        "file": kind.file or None,
        "schema": kind.schema or None,
        "main": kind.main.id if kind.main else None,
        "set_at": moment(kind.set_at),
        "set_by": kind.set_by or None,
        "versions": kind.versions,
        "state": drift.state if drift else None,
        "why": (drift.why or None) if drift else None,
    }


def config_drift(drift: Drift) -> Json:
    """An element of ``config check --json``."""
    return {
        "type": drift.type or None,
        "state": drift.state,
        "file": drift.file or None,
        "main": drift.main or None,
        "why": drift.why or None,
        "wrong": drift.wrong,
    }


def main_change(change: MainChange) -> Json:
    """An element of ``config history --json``."""
    return {
        "type": change.type,
        "version": change.version or None,
        "at": moment(change.at),
        "by": change.by,
        "way": change.way or None,
    }


def config_diff(found: ConfigDiff) -> Json:
    """``config diff --json``."""
    changes = None if found.changes is None else [change._asdict() for change in found.changes]
    return {
        "one": found.one, "other": found.other, "same": not found.lines, "lines": list(found.lines), "changes": changes,
        "why": found.why,
    }  # fmt: skip


def comparison(found: Comparison) -> Json:
    """``diff --json``."""
    return {
        "one": {"id": found.one, "attempt": found.one_attempt or None},
        "other": {"id": found.other, "attempt": found.other_attempt or None},
        "same": found.same,
        "differences": [{**each._asdict(), "lines": list(each.lines)} for each in found.differences],
    }
