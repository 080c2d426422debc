"""What became of an attempt that an earlier keeper had, as far as it can be known.

| in the folder                                | and then                           | the answer                   |
|----------------------------------------------|------------------------------------|------------------------------|
| nothing                                      | a tombstone can be written         | never started, and never will|
|                                              | it cannot                          | unknown                      |
| a tombstone                                  |                                    | never                        |
| another attempt                              | no process carries the token       | never                        |
| ``result.json`` of this attempt              |                                    | that                         |
| facts of a process, of an earlier boot       |                                    | lost: the host was restarted |
| facts of a process                           | exactly that one lives             | watched                      |
|                                              | its status can still be had        | that                         |
|                                              | it cannot                          | lost: the keeper was killed  |
| ``starting`` without facts                   | one process carries the token      | watched                      |
|                                              | none, or several                   | lost                         |

No process can appear after this search: a child that has yet to exec holds the dead keeper's lock.
"""

from __future__ import annotations

import time
from typing import NamedTuple

from ... import crash
from ..base import Held, Outcome
from . import files, logbound, pidfd, procfs, protocol, reaper, spawn, system
from .jobs import LIMITS, Job, Status

_WINDOW = 0.5  # seconds after `starting` within which its process was born

crash.register(
    keeper_during_adoption="an attempt of an earlier keeper has been looked up, nothing has come of it yet",
)


class Never(NamedTuple):
    """It has not started and never will."""

    why: str = ""


class Unknown(NamedTuple):
    """It cannot be said."""

    why: str


class Told(NamedTuple):
    """It has ended, and everything about that is known."""

    outcome: Outcome


Finding = Never | Unknown | Told | Job  # a job with a status has ended, but its tree may not be gone


def find(held: Held, fd: int) -> Finding:
    """What became of *held*. *fd* is a pidfd that a worker kept, or -1; it is used up."""
    try:
        finding = _find(held, fd)
    except OSError as error:
        finding = Unknown(f"cannot read {held.folder}: {error.strerror}")
    if not (isinstance(finding, Job) and finding.pidfd == fd):
        pidfd.shut(fd)
    crash.point("keeper.during_adoption")
    return finding


def _find(held: Held, fd: int) -> Finding:
    record = files.read_record(held.folder)
    if record is None:
        return _tombstone(held)
    if record.token not in ("", held.token):
        return _foreign(held)
    if record.tombstone:
        return Never()
    result = files.read_result(held.folder, held.token)
    if result and not result.get("sweeping"):
        return Told(protocol.outcome_of(result))
    if record.boot and record.boot != system.boot_id():
        return Told(_rebooted(held, record, result))
    job = _identified(_job(held, record.facts)) if record.facts else _searched(held, record)
    if result:
        return _half_told(job, protocol.outcome_of(result))
    return _judged(job, fd)


def _judged(job: Job, fd: int) -> Job:
    if not job.pid:
        return _ended(job, Status(cause="lost", message=reaper.STARTING))
    why, sent = files.read_stop(job.folder)
    job.stop_why, job.stop_meant = (why if sent else ""), why
    job.pidfd = fd if fd >= 0 else pidfd.opened(job.pid, job.ticks)
    if not procfs.lives(job.pid, job.ticks):
        if job.pidfd < 0:
            return _ended(job, Status(cause="lost", message=reaper.UNKNOWN))
        job.watched = False
    logbound.remember(job)
    return job


def _half_told(job: Job, outcome: Outcome) -> Job:
    """Its main process was over, and what it left behind was being stopped when the keeper was killed."""
    limit = outcome.cause if outcome.cause in LIMITS else ""
    job.stop_why, job.started_at = outcome.stopped or limit, outcome.started_at
    cause = "" if limit else outcome.cause
    status = Status(outcome.exit_code, outcome.signal, cause, outcome.message, outcome.cpu_seconds, outcome.max_rss)
    return _ended(job, status, outcome.ended_at)


def _rebooted(held: Held, record: files.Record, result: protocol.Message | None) -> Outcome:
    if result:
        return protocol.outcome_of(result)
    at = record.facts.at if record.facts else None
    return Outcome(held.token, at, time.time(), cause="lost", message=reaper.REBOOTED)


def _ended(job: Job, status: Status, at: float | None = None) -> Job:
    job.status = status
    job.watched = False
    job.ended_at = at or time.time()
    return job


def _foreign(held: Held) -> Finding:
    """Another attempt has been in its folder, and nothing starts twice in one: ids come again after an old backup."""
    why = f"{held.folder} belongs to another attempt"
    if any(procfs.token_of(pid) == held.token for pid in procfs.every()):
        return Unknown(f"{why}, but its process lives")
    return Never(why)


def _tombstone(held: Held) -> Finding:
    try:
        files.write_tombstone(held.folder, spawn.intent(held.token, held.job))
    except OSError as error:
        return Unknown(f"cannot promise it in {held.folder}: {error.strerror}")
    return Never()


def _job(held: Held, facts: files.Facts) -> Job:
    return Job(
        held.token, held.job, held.folder, held.lane, held.time_limit, held.grace, held.log_cap,
        facts.pid, facts.ticks, facts.at, facts.boot_at, own=False,
    )  # fmt: skip


def _identified(job: Job) -> Job:
    """With its start time. If its keeper was killed before it wrote that, the process that has the pid is taken for it
    if it was started when the job was; otherwise a time that no process has."""
    if not job.ticks:
        seen = procfs.stat(job.pid)
        job.ticks = seen.ticks if seen is not None and _fits(job, seen) else -1
    return job


def _fits(job: Job, seen: procfs.Stat) -> bool:
    """Whether a process with its pid is the job's: born with it, leading a session, and not another attempt's."""
    in_time = job.since - 1 <= seen.ticks <= (job.boot_at + _WINDOW) * procfs.TICKS
    return in_time and seen.session == job.pid and procfs.token_of(job.pid) in ("", job.token)


def _searched(held: Held, record: files.Record) -> Job:
    """The job of the one process that was started with this token; without a pid if there is none."""
    first, last = (record.boot_at * procfs.TICKS - 2), (record.boot_at + _WINDOW) * procfs.TICKS
    fitting = [
        (pid, seen.ticks)
        for pid in procfs.every()
        if (seen := procfs.stat(pid))
        and seen.session == pid
        and first <= seen.ticks <= last
        and procfs.token_of(pid) == held.token
    ]
    pid, ticks = fitting[0] if len(fitting) == 1 else (0, int(first))
    at = time.time() - (system.boottime() - record.boot_at) if pid else None
    job = _job(held, files.Facts(pid, ticks, record.boot, at or 0.0, record.boot_at))
    job.started_at = at
    job.recorded = not pid
    return job
