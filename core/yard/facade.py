"""The yard, as faces and notebooks see it. Every method is one line of duty; the work is in the modules beside."""

from __future__ import annotations

import builtins
import getpass
import os
import select
import socket
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO

from .. import settings
from ..errors import BadInput, YardError
from ..lazy import LazyModule
from ..logs import tail
from ..models import (
    Change,
    Changes,
    Event,
    Finding,
    Job,
    JobFilter,
    JobRow,
    JobSpec,
    Page,
    QueueInfo,
    SessionInfo,
    Submitted,
    WorkerInfo,
)  # fmt: skip
from ..names import check_lane, split_queue
from ..states import ENDED, State
from ..store import Actor, Bell, Store, jobs, queues, views, workers
from ..text import clean_line
from ..units import MOST_PRIORITY
from . import finding, home, submitting

if TYPE_CHECKING:
    from ..store import edits
    from . import doctor, staff
    from .staff import WorkerHandle
else:
    edits = LazyModule("jobyard.core.store.edits")
    doctor = LazyModule("jobyard.core.yard.doctor")
    staff = LazyModule("jobyard.core.yard.staff")

Ref = str | int  # what people call a job, or its row


class Yard:
    """A yard, opened by somebody through a face. Threads may share it: each has a connection of its own."""

    def __init__(self, folder: Path, actor: Actor) -> None:
        self.home = folder
        self.face, self.user, self.host = actor.face, actor.user, actor.host
        self._store = Store(folder, actor, synchronous=settings.load().synchronous)
        queues.ensure_default(self._store)

    @classmethod
    def open(cls, home_: Path | str | None = None, *, face: str = "cli", create: bool = True) -> Yard:
        """Open the yard at *home_* (default: see `default_home`), making it if it is missing.

        Raises YardError, NewerStore or CorruptStore; nothing is changed then.
        """
        folder = home.prepare(Path(home_) if home_ else home.default(), create=create)
        return cls(folder, Actor(user_name(), socket.gethostname().partition(".")[0], face))

    def close(self) -> None:
        """Close this thread's connection."""
        self._store.close()

    def __enter__(self) -> Yard:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    # -- submit ---------------------------------------------------------------------------------

    def submit(self, spec: JobSpec) -> Submitted:
        """Add a job. Raises BadInput, Unknown, Ambiguous, Cycle, WrongState."""
        return submitting.submit(self._store, spec)

    def submit_many(
        self, specs: Iterable[JobSpec], progress: Callable[[int], None] | None = None
    ) -> builtins.list[str]:
        """Add many jobs, all or nothing; their ids in order. *progress* hears how many are stored."""
        rows = submitting.submit_many(self._store, specs, progress)
        return self.ids(rows)

    def clone(self, ref: Ref) -> Submitted:
        """Add a job like an earlier one, linked to it, without its dependencies."""
        row = finding.one(self._store, ref)
        job = jobs.load(self._store, row)
        env = views.environment(self._store, row)
        umask = self._store.db.value("SELECT umask FROM job WHERE id = ?", (row,))
        spec = JobSpec(
            fields=job.fields, kind=job.kind, name=job.name, session=job.session, queue=job.queue,
            priority=job.priority, time_limit=job.time_limit, estimate=job.estimate, retries=job.retries,
            retry_delay=job.retry_delay, idempotent=job.idempotent, cwd=job.cwd, umask=umask, env=env, clean_env=True,
            stdin=job.stdin,
        )  # fmt: skip
        return submitting.submit(self._store, spec, clone_of=row)

    def load_tasks(
        self, path: Path | str, schema: Path | str | None = None, base: JobSpec | None = None
    ) -> builtins.list[JobSpec]:
        """The jobs of a task file (REQUIREMENTS S3); *base* gives what it leaves out. Raises BadFile or Cycle."""
        from ..taskfile import load_tasks

        return load_tasks(Path(path), Path(schema) if schema else None, base)

    def load_jobs(self, source: Path | str | BinaryIO, base: JobSpec | None = None) -> Iterable[JobSpec]:
        """The jobs of a JSON lines or YAML file, or of a stream; *base* gives what they leave out.

        Raises BadFile with the line, at the end if need be: take all or none.
        """
        from ..jobfile import read_job_file, read_jobs

        base, now = base or JobSpec(fields={}), self._store.clock()
        if isinstance(source, (str, Path)):
            return read_job_file(Path(source), base, now)
        return read_jobs(source, "-", base, now)

    # -- queries -----------------------------------------------------------------------------------

    def resolve(self, refs: Sequence[Ref], *, destructive: bool = False) -> builtins.list[int]:
        """The rows that ids, names, numbers, ranges and ``last`` mean. Raises Unknown, Ambiguous."""
        return finding.rows(self._store, refs, destructive=destructive)

    def ids(self, rows: Sequence[int]) -> builtins.list[str]:
        """The ids of these rows."""
        return [jobs.id_of(self._store, row) for row in rows] if len(rows) < 100 else _ids(self._store, rows)

    def job(self, ref: Ref) -> Job:
        """A job, whole. Raises Unknown."""
        return jobs.load(self._store, finding.one(self._store, ref, destructive=False))

    def list(self, where: JobFilter = JobFilter(), limit: int | None = 100) -> builtins.list[JobRow]:
        """Running jobs, then pending ones in the order in which they start, then ended ones, newest first."""
        return views.listing(self._store, where, limit)

    def page(self, where: JobFilter, offset: int, limit: int, anchor: Page | None = None) -> Page:
        """A stretch of that list; *anchor*, the page right before it, makes it cheaper."""
        return views.page(self._store, where, offset, limit, anchor)

    def offset_of(self, where: JobFilter, row: int) -> int | None:
        """Where a job stands in that list, or None."""
        return views.offset_of(self._store, where, row)

    def rows(self, rows: Sequence[int]) -> dict[int, JobRow]:
        """These jobs' lines."""
        return views.rows_of(self._store, rows)

    def changes(self, since: int) -> Changes:
        """What changed after event *since*; -1 for the newest event only."""
        return views.changes(self._store, since)

    def interrupt(self) -> None:
        """End another thread's long filter query; it raises Interrupted there."""
        self._store.db.interrupt()

    def queues(self) -> builtins.list[QueueInfo]:
        """All queues with their counts."""
        return queues.every(self._store)

    def queue(self, name: str) -> QueueInfo:
        """A queue by ``[SESSION/]NAME``. Raises Unknown."""
        session, queue = split_queue(name)
        return queues.find(self._store, session, queue)

    def sessions(self) -> builtins.list[SessionInfo]:
        """All sessions."""
        return queues.sessions(self._store)

    def workers(self, *, all: bool = False) -> builtins.list[WorkerInfo]:
        """Workers at work, or *all* of the last hundred."""
        return workers.every(self._store, all=all)

    def counts(self) -> dict[State, int]:
        """How many jobs of the yard are in each state."""
        return views.counts(self._store)

    def history(self, ref: Ref) -> builtins.list[Event]:
        """Everything that was done to a job."""
        return jobs.history(self._store, finding.one(self._store, ref, destructive=False))

    def log_path(self, ref: Ref, stream: str = "stdout", attempt: int | None = None) -> Path | None:
        """The file of a stream (stdout, stderr) of an attempt (default: the last); None before the first."""
        row = finding.one(self._store, ref, destructive=False)
        tries = jobs.attempts(self._store, row)
        if attempt is None:
            return self.home / tries[-1].folder / stream if tries else None
        for one in tries:
            if one.number == attempt:
                return self.home / one.folder / stream
        made = f"it has {len(tries)}" if tries else "it has none so far"
        raise BadInput(f"{jobs.id_of(self._store, row)} has no attempt {attempt}", made, "See: jobyard show")

    def tail(self, ref: Ref, stream: str = "both", lines: int = 200) -> builtins.list[str]:
        """The last lines of a job's output, safe to print; with ``both`` stderr follows stdout."""
        found: builtins.list[str] = []
        for name in ("stdout", "stderr") if stream == "both" else (stream,):
            path = self.log_path(ref, name)
            if path is not None and path.exists():
                found += [clean_line(line) for line in tail(path, lines, 1 << 18)]
        return found[-lines:]

    def wait(self, refs: Sequence[Ref], timeout: float | None = None) -> builtins.list[Job]:
        """The jobs, once all have ended, or after *timeout* seconds as they are then."""
        rows = self.resolve(refs)
        deadline = None if timeout is None else time.monotonic() + timeout
        with self.listen() as bell:
            while not self._all_ended(rows):
                left = 1.0 if deadline is None else deadline - time.monotonic()
                if left <= 0:
                    break
                select.select([bell], [], [], min(left, 1.0))
                bell.drain()
        return [jobs.load(self._store, row) for row in rows]

    def _all_ended(self, rows: Sequence[int]) -> bool:
        return all(row.state in ENDED for row in self.rows(rows).values())

    def doctor(self) -> builtins.list[Finding]:
        """What is right and wrong with the yard and its host."""
        return doctor.examine(self.home, lambda: self._store)

    @staticmethod
    def examine(folder: Path | str | None = None) -> builtins.list[Finding]:
        """As `doctor`, also of a yard that cannot be opened. Creates nothing."""
        where = Path(os.path.abspath(Path(folder) if folder else home.default()))
        return doctor.examine(where, lambda: Store(home.prepare(where, create=False), Actor(user_name(), "", "doctor")))

    # -- commands ------------------------------------------------------------------------------------

    def cancel(self, refs: Sequence[Ref]) -> Change:
        """Cancel pending jobs, stop running ones."""
        change = edits.cancel(self._store, self.resolve(refs, destructive=True))
        staff.stop_running(self._store)
        return change

    def requeue(self, refs: Sequence[Ref], cascade: bool = False) -> Change:
        """Ended jobs are pending again; with *cascade* also all that depend on them, unless one of those runs."""
        rows = self.resolve(refs, destructive=True)
        if cascade:
            rows += self._cascade(rows)
        return edits.requeue(self._store, rows)

    def cascade(self, ref: Ref) -> builtins.list[JobRow]:
        """The jobs that a requeue of this one with *cascade* takes along."""
        rows = edits.descendants(self._store, [finding.one(self._store, ref)])
        found = self.rows(rows)
        return [found[row] for row in rows if row in found]

    def _cascade(self, rows: Sequence[int]) -> builtins.list[int]:
        more = edits.descendants(self._store, rows)
        found = self.rows(more)
        running = [row.id for row in found.values() if row.state is State.RUNNING]
        if running:
            raise BadInput(
                f"{running[0]} depends on it and is running", "a running job cannot be requeued", "Cancel it, or wait"
            )
        return [row for row in more if row in found and found[row].state in ENDED]

    def hold(self, refs: Sequence[Ref]) -> Change:
        """Keep pending jobs from starting."""
        return edits.hold(self._store, self.resolve(refs, destructive=True))

    def release(self, refs: Sequence[Ref]) -> Change:
        """Let held jobs start."""
        return edits.release(self._store, self.resolve(refs, destructive=True))

    def priority(self, refs: Sequence[Ref], value: int) -> Change:
        """Set the priority of pending jobs."""
        return edits.priority(self._store, self.resolve(refs, destructive=True), lambda old: value)

    def priority_by(self, refs: Sequence[Ref], delta: int) -> Change:
        """Raise or lower the priority of pending jobs."""
        rows = self.resolve(refs, destructive=True)
        return edits.priority(self._store, rows, lambda old: max(-MOST_PRIORITY, min(MOST_PRIORITY, old + delta)))

    # -- queues and sessions ---------------------------------------------------------------------------

    def queue_create(
        self,
        name: str,
        *,
        slots: int | None = None,
        exclusive: bool = False,
        session: str = "default",
        instructions: str = "",
    ) -> QueueInfo:
        """A new queue ``[SESSION/]NAME``; one slot a core unless told, one when *exclusive*."""
        session, queue = split_queue(name, session)
        check_lane(session, "session"), check_lane(queue)
        if exclusive and slots not in (None, 1):
            raise BadInput("An exclusive queue has one slot", f"{slots} were asked for", "Leave one of the two out")
        wanted = 1 if exclusive else slots or os.cpu_count() or 1
        return queues.create(self._store, session, queue, _slots(wanted), instructions)

    def queue_set(self, name: str, *, slots: int | None = None, instructions: str | None = None) -> QueueInfo:
        """Change a queue's slots or instructions."""
        values: dict[str, int | str] = {}
        if slots is not None:
            values["slots"] = _slots(slots)
        if instructions is not None:
            values["instructions"] = instructions
        if not values:
            raise BadInput("Nothing to change", "no value was given", "Give --slots or --instructions")
        return queues.change(self._store, self.queue(name), "set", **values)

    def queue_pause(self, name: str, until: float | None = None) -> QueueInfo:
        """Start nothing more of a queue, until told or until a time (seconds since the epoch)."""
        return queues.change(self._store, self._open_queue(name), "pause", paused=1, paused_until=until)

    def queue_resume(self, name: str) -> QueueInfo:
        """Let a paused queue go on."""
        queue = self._open_queue(name)
        if not queue.paused:
            raise BadInput(f"Queue {queue.name} is not paused")
        return queues.change(self._store, queue, "resume", paused=0, paused_until=None)

    def queue_end(self, name: str) -> QueueInfo:
        """Take and start nothing more; what runs goes on."""
        return queues.change(self._store, self._open_queue(name), "end", ended_at=self._store.clock())

    def queue_remove(self, name: str) -> None:
        """Delete an empty queue."""
        queues.remove(self._store, self.queue(name))

    def _open_queue(self, name: str) -> QueueInfo:
        return submitting.accepting(self.queue(name))

    def session_create(self, name: str) -> SessionInfo:
        """A new session."""
        return queues.create_session(self._store, check_lane(name, "session"))

    def session_end(self, name: str) -> SessionInfo:
        """End a session and with it its queues."""
        return queues.end_session(self._store, name)

    # -- workers -------------------------------------------------------------------------------------------

    def worker_alive(self) -> bool:
        """Whether any worker lives."""
        return workers.any_alive(self._store)

    def start_worker(
        self,
        face: str,
        *,
        name: str | None = None,
        max_jobs: int | None = None,
        once: bool = False,
        replaces: int | None = None,
        tell: Callable[[str], None] = lambda text: None,
    ) -> WorkerHandle:
        """A worker in a thread of this process; returns when it is admitted."""
        worker = staff.make_worker(
            self.home, self._actor(), face=face, name=name, max_jobs=max_jobs, once=once, replaces=replaces, tell=tell
        )
        return staff.WorkerHandle(worker).start()

    def run_worker(
        self,
        *,
        name: str | None = None,
        max_jobs: int | None = None,
        once: bool = False,
        replaces: int | None = None,
        tell: Callable[[str], None] = lambda text: None,
    ) -> int:
        """A headless worker in this (the main) thread, until it has left; the exit code."""
        worker = staff.make_worker(
            self.home, self._actor(), face="headless", name=name, max_jobs=max_jobs, once=once, replaces=replaces,
            tell=tell,
        )  # fmt: skip
        return staff.run_here(worker)

    def worker_start(self, name: str | None = None, max_jobs: int | None = None) -> WorkerInfo:
        """Start a headless worker as a process of its own; returns when it is admitted."""
        return staff.start_headless(self._store, None, name=name, max_jobs=max_jobs)

    def worker_detach(self, generation: int | None = None) -> WorkerInfo:
        """A headless worker takes over from the embedded one (by default the newest); no job notices."""
        return staff.detach(self._store, generation)

    def worker_attach(self, face: str = "app") -> WorkerHandle:
        """A worker in this process takes over from the headless one."""
        headless = staff.find(self._store, "", "headless")
        return self.start_worker(face, replaces=headless[0].id)

    def worker_drain(self, name: str = "") -> builtins.list[WorkerInfo]:
        """Workers (default: all) start nothing new and leave when their jobs have ended."""
        return staff.ask(self._store, name, "draining")

    def worker_stop(self, name: str = "") -> builtins.list[WorkerInfo]:
        """Workers (default: all) leave at once; jobs go on."""
        return staff.ask(self._store, name, "stopping")

    def _actor(self) -> Actor:
        return replace(self._store.actor, face=self.face)

    # -- bell ----------------------------------------------------------------------------------------------

    def listen(self) -> Bell:
        """Hear of every change: readable on a ring. Close it, or use it as a context manager."""
        return Bell(self._store.run)


def user_name() -> str:
    """The account's name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def _slots(count: int) -> int:
    if not 1 <= count <= 100_000:
        raise BadInput(f"{count} slots cannot be", "a queue has between 1 and 100,000", "Pause it to start nothing")
    return count


def _ids(store: Store, rows: Sequence[int]) -> list[str]:
    from ..store import ids

    sql = "SELECT id, day, number FROM job WHERE id BETWEEN ? AND ?"
    found = {row: ids.text(day, number) for row, day, number in store.db.rows(sql, (min(rows), max(rows)))}
    return [found.get(row, "") for row in rows]


__all__ = ["Yard", "YardError"]
