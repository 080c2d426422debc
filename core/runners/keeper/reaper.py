"""Exit statuses: of our children from the kernel's wait, of adopted processes from wherever they can be had."""

from __future__ import annotations

import os
import select
from collections.abc import Iterator
from typing import Any

from . import pidfd, procfs, system
from .jobs import Job, Status

PATIENCE = 10.0  # seconds that an adopted process may remain unreaped by its new parent before we give up asking

UNKNOWN = "the keeper was killed while it ran, and this kernel cannot tell how it ended"
REBOOTED = "the host was restarted"
STARTING = "the keeper was killed while it started it; whether it ran is unknown"


def reaped() -> Iterator[tuple[int, int, Any]]:
    """Every child that has ended, with wait status and resource usage; orphans that came to us as well."""
    while True:
        try:
            pid, status, usage = os.wait4(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        yield pid, status, usage


def own_status(job: Job, status: int, usage: Any) -> Status:
    """What wait4 said about a child of ours."""
    code, number = _decoded(status)
    peak = int(usage.ru_maxrss) * 1024
    # A spawned process begins with the peak of the one that spawned it: below that, only the looks know.
    return Status(
        code,
        number,
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        max_rss=peak if peak > job.floor else job.peak,
    )


def has_ended(job: Job) -> bool:
    """Whether the main process has ended already, reaped or not. Asked just before our first signal."""
    if job.status is not None:
        return True
    if job.own:
        return os.waitid(os.P_PID, job.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    return readable(job.pidfd) if job.pidfd >= 0 else not procfs.lives(job.pid, job.ticks)


def readable(fd: int) -> bool:
    """Whether the process of a pidfd has ended."""
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    return bool(poll.poll(0))


def adopted_status(job: Job) -> Status | None:
    """How a process that is not our child ended; None while its new parent has yet to reap it."""
    status = status_of(job.pid, job.ticks, job.pidfd)
    if status is not None:
        return status._replace(max_rss=job.peak)
    found = procfs.stat(job.pid)
    waiting = found is not None and found.ticks == job.ticks
    if waiting and system.boottime() - job.gone_at < PATIENCE:
        return None
    return Status(cause="lost", message=UNKNOWN, max_rss=job.peak)


def status_of(pid: int, ticks: int, fd: int) -> Status | None:
    """The exit status of an ended process by its pidfd (Linux 6.15+), or from /proc while it is a zombie."""
    status = pidfd.exit_status(fd) if fd >= 0 else None
    if status is None:
        found = procfs.stat(pid)
        if found is None or found.ticks != ticks or not found.zombie or not _may_see(pid):
            return None
        status = found.exit_status
    return Status(*_decoded(status))


def _may_see(pid: int) -> bool:
    """Whether /proc shows us the exit status of *pid*: it shows others a zero."""
    try:
        return os.stat(f"/proc/{pid}").st_uid == os.geteuid() or os.geteuid() == 0
    except OSError:
        return False


def _decoded(status: int) -> tuple[int | None, int | None]:
    code = os.waitstatus_to_exitcode(status)
    return (code, None) if code >= 0 else (None, -code)
