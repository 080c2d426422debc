"""Which processes belong to which job.

Every process of an own job stays below the keeper (it is their subreaper): it descends from the main process, or
from an orphan that came to the keeper. Whose an orphan is, is told by the first of these that speaks: an earlier
look saw it; its session; its cgroup; the token in its environment; its open log; and, if only one job was alive
when it was born, that. One that nothing gives away is a *stray*: it belongs to one of the jobs that were alive at
its birth, and is stopped with the last of them. The trees of adopted jobs are found by the same marks.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

from . import cgroup, procfs
from .cgroup import Cgroups
from .jobs import Job


class Tree:
    """The processes below the keeper. ``mains`` are its own children that jobs began with, by pid."""

    def __init__(self, jobs: dict[str, Job], mains: dict[int, Job], cgroups: Cgroups) -> None:
        self._jobs = jobs
        self._mains = mains
        self._cgroups = cgroups
        self._strays: dict[int, int] = {}
        self._files = procfs.has_children_files()
        self._me = os.getpid()

    def clean(self) -> bool:
        """Whether every child of the keeper is a main process: the usual case, asked whenever a job ends."""
        return not self._orphans()

    def look(self, job: Job) -> None:
        """Bring ``job.members`` up to date: everything known to be in its tree and alive, but its main process."""
        known = {pid: ticks for pid, ticks in job.members.items() if procfs.lives(pid, ticks)}
        roots = [*known] if job.status else [job.pid, *known]
        found = {**known, **procfs.descendants(roots)}
        if job.cgroup:
            found.update(_with_ticks(set(cgroup.members(job.cgroup)) - set(found)))
        found.pop(job.pid, None)
        job.members = {pid: ticks for pid, ticks in found.items() if procfs.lives(pid, ticks)}

    def settle(self) -> None:
        """Give every orphan of the keeper to its job, or keep it as a stray."""
        orphans = self._orphans()
        self._strays = {pid: ticks for pid, ticks in self._strays.items() if pid in orphans}
        for pid in orphans:
            seen = procfs.stat(pid)
            if seen is None or seen.zombie:
                continue
            job = self._owner(pid, seen)
            if job is None:
                self._strays[pid] = seen.ticks
            else:
                self._strays.pop(pid, None)
                job.members[pid] = seen.ticks

    def doomed(self) -> dict[int, int]:
        """Strays none of whose jobs is there any more: pid → ticks."""
        return {pid: ticks for pid, ticks in self._strays.items() if not self._candidates(ticks)}

    def search(self, job: Job) -> None:
        """Find an adopted job's processes by their marks among all that began after it did."""
        for pid in list(procfs.every()):
            seen = procfs.stat(pid)
            younger = seen and not seen.zombie and seen.ticks >= job.since and pid not in (job.pid, self._me)
            if seen and younger and self._marked(pid, seen, job):
                job.members[pid] = seen.ticks

    def _orphans(self) -> list[int]:
        if self._files:
            found = procfs.thread_children(self._me, self._me)
        else:
            found = procfs.children_by_scan(self._me)
        return [pid for pid in found if pid not in self._mains]

    def _owner(self, pid: int, seen: procfs.Stat) -> Job | None:
        for job in self._jobs.values():
            if job.members.get(pid) == seen.ticks:
                return job
        if pid not in self._strays:  # marks do not come later, so they are read once
            for mark in (self._cgroups.token_of, procfs.token_of):
                named = self._jobs.get(mark(pid))
                if named:
                    return named
            marked = [job for job in self._jobs.values() if _of_session(seen, job) or _writes_log(pid, job)]
            if marked:
                return marked[0]
        candidates = self._candidates(seen.ticks)
        return candidates[0] if len(candidates) == 1 else None

    def _candidates(self, ticks: int) -> list[Job]:
        return [job for job in self._jobs.values() if job.own and job.since <= ticks]

    def _marked(self, pid: int, seen: procfs.Stat, job: Job) -> bool:
        return (
            _of_session(seen, job)
            or procfs.token_of(pid) == job.token
            or _writes_log(pid, job)
            or self._cgroups.token_of(pid) == job.token
        )


def _of_session(seen: procfs.Stat, job: Job) -> bool:
    return job.watched and seen.session == job.pid and seen.ticks >= job.since


def _writes_log(pid: int, job: Job) -> bool:
    return not procfs.writes_to(pid).isdisjoint((job.out.path, job.err.path))


def _with_ticks(pids: Iterable[int]) -> dict[int, int]:
    return {pid: seen.ticks for pid in pids if (seen := procfs.stat(pid))}
