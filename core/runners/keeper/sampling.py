"""What a job's processes use: CPU time and memory of its whole tree, once a second after its first one.

CPU time is added up from look to look, so that it never goes back: a process that ends takes its time along unless
its parent, or its cgroup, has it. Where there is a cgroup its figure counts, otherwise the sum over /proc.
"""

from __future__ import annotations

import contextlib
import time

from . import cgroup, procfs, system, usagefile
from .jobs import Job
from .usagefile import Sample, UsageFile

FIRST = 1.0  # seconds that an attempt has lived when it is first looked at; shorter ones cost nothing
LENT = "station"  # of an attempt's folder: the process that does its work outside of its tree: PID TICKS SPENT
_EVERY = 0.9  # seconds between samples at least: every fourth look


class Gauge:
    """What is known of one attempt's use."""

    __slots__ = ("_file", "_raw", "_source", "_total", "due", "looked_at")

    def __init__(self, job: Job, now: float) -> None:
        age = now - job.boot_at
        self._file = UsageFile(job.folder, age)
        self._total = 0.0 if job.own else usagefile.last_cpu(job.folder)
        self._raw = 0.0  # what the source said last
        self._source: str | None = None  # the cgroup that it came from, "" for /proc
        self.looked_at = job.boot_at if job.own else now
        self.due = 0.0

    def take(self, job: Job, now: float, wall: float) -> Sample:
        """A look at the tree at *now* (CLOCK_BOOTTIME), added to the file."""
        spent = [found for pid in job.processes() if (found := procfs.spent(pid))] + lent_to(job.folder)
        ticks, rss = sum(one.ticks for one in spent), sum(one.rss for one in spent)
        before = self._total
        self._add_up(job.cgroup, ticks / procfs.TICKS)
        apart = now - self.looked_at
        cores = (self._total - before) / apart if apart > 0 else 0.0
        self.looked_at, self.due = now, now + _EVERY
        sample = Sample(wall, self._total, rss, len(spent), cores)
        self._file.add(sample, now)
        return sample

    def _add_up(self, group: str, by_process: float) -> None:
        """Bring the total up to date. A new source goes on from where the other one was."""
        told = cgroup.cpu_seconds(group) if group else None
        source, raw = (group, told) if told is not None else ("", by_process)
        if source == self._source:
            self._total += max(0.0, raw - self._raw)
        self._source, self._raw = source, raw
        self._total = max(self._total, by_process)


def lent_to(folder: str) -> list[procfs.Spent]:
    """What a warm station has used for the attempt that it was lent to, if it was and still is."""
    with contextlib.suppress(OSError, ValueError), open(f"{folder}/{LENT}", encoding="ascii") as file:
        pid, ticks, before = map(int, file.read(100).split())
        found = procfs.spent(pid) if procfs.lives(pid, ticks) else None
        return [procfs.Spent(max(0, found.ticks - before), found.rss)] if found else []
    return []


def look(job: Job) -> None:
    """Sample *job* if that is due. Its members are up to date."""
    now = system.boottime()
    if now - job.boot_at < FIRST:
        return
    if job.gauge is None:
        job.gauge = Gauge(job, now)
    if now >= job.gauge.due:
        job.gauge.take(job, now, time.time())
