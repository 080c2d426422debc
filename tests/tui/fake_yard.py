"""A yard in memory with the facade's methods: any number of synthetic jobs, made when they are looked at.

Deterministic: the same rows, names and times for the same numbers. The first *running* jobs run, then come the
pending ones, then the ended ones, newest first; that is the facade's order.
"""

from __future__ import annotations

import builtins
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from jobyard.core.errors import BadFilter, JobyardError, Unknown
from jobyard.core.filters.completing import Suggestion, suggestions
from jobyard.core.filters.lifting import lift
from jobyard.core.filters.reading import parse
from jobyard.core.filters.tree import All, Expression, Not, Some, Term, Word, unplaced
from jobyard.core.forecast import Expected, Forecast
from jobyard.core.gantt import waits
from jobyard.core.gantt.spans import Block, Group, Span, Timeline, Wish
from jobyard.core.labmodels import Asked, MainFile
from jobyard.core.logbook import Book, Source, Streams
from jobyard.core.models import (
    ArrayRow,
    Attempt,
    Blocker,
    CancelPreview,
    CascadePreview,
    Change,
    ChangeInfo,
    Changes,
    Deed,
    Edge,
    Event,
    Finding,
    Fold,
    GraphEdge,
    Health,
    Job,
    JobFilter,
    JobGraph,
    JobRow,
    JobSpec,
    News,
    Page,
    Provenance,
    QueueInfo,
    Repair,
    ResourceInfo,
    Submitted,
    WorkerInfo,
)
from jobyard.core.progress import Progress
from jobyard.core.states import After, Cause, EdgeState, State
from jobyard.core.usage import Sample
from jobyard.core.yard.staffed import Assigned, Keeper, Staff, Vitals
from tests.tui.fake_configs import FakeConfigs

NOW = 1_795_300_000.0  # 2026-11-22, some time in the morning
ENOUGH = 1 << 16  # bytes of a log
DAY = "20261122"
NAMES = ("rabi", "ramsey", "t1", "spectroscopy", "fold", "align", "render")
SORTS: dict[str, Callable[[JobRow], Any]] = {
    "id": lambda job: job.row,
    "name": lambda job: job.name,
    "state": lambda job: job.state,
    "priority": lambda job: job.priority,
    "queue": lambda job: job.queue,
    "started": lambda job: job.started_at or 0.0,
    "age": lambda job: -job.created_at,
}
ENDINGS = (State.COMPLETED, State.COMPLETED, State.FAILED, State.COMPLETED, State.CANCELLED, State.SKIPPED)


class FakeBell:
    """A pipe that is rung by hand."""

    def __init__(self) -> None:
        self._read, self.write = os.pipe()
        os.set_blocking(self._read, False)

    def fileno(self) -> int:
        return self._read

    def moved(self) -> bool:
        return False

    def drain(self) -> bool:
        try:
            return bool(os.read(self._read, 64))
        except BlockingIOError:
            return False

    def __enter__(self) -> FakeBell:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._read)
        os.close(self.write)


class FakeHandle:
    """A worker that does nothing."""

    def __init__(self) -> None:
        self.running, self.id, self.calls = True, 1, list[str]()

    def stop(self) -> None:
        self.running = False
        self.calls.append("stop")

    def drain(self) -> None:
        self.running = False
        self.calls.append("drain")


class FakeYard(FakeConfigs):
    """The facade's methods over *running* + *pending* + *ended* synthetic jobs."""

    def __init__(self, home: Path, *, running: int = 3, pending: int = 12, ended: int = 20) -> None:
        super().__init__()
        self.home, self.face, self.user, self.host = home, "app", "lab1", "rig"
        self.running, self.pending, self.ended = running, pending, ended
        self.override: dict[int, JobRow | None] = {}
        self.calls: list[tuple[object, ...]] = []
        self.version = 1
        self.changed: dict[int, frozenset[int]] = {}
        self.bells: list[FakeBell] = []
        self.paused: set[int] = set()
        self.worker_list: list[WorkerInfo] = []
        self.logs: dict[int, Path] = {}
        self.handle: FakeHandle | None = None
        self.fail: JobyardError | None = None
        self.skips = 0  # others that a cancel would have skipped
        self.word = ""  # what a submit of a group yard tells first
        self.lock = threading.RLock()
        self.mine, self.owner = True, "lab1"
        self.looks = ""
        self.trouble = ""  # what is wrong with the settings
        self.ends: dict[int, dict[int, int]] = {}  # queue → stretch → jobs that ended
        self.resource_list: list[ResourceInfo] = []
        self.deeds: list[tuple[int, Deed]] = []  # what others did, by version
        self.condition = Health(True, True)
        self.keeper = Keeper(True, 4100, NOW - 600, 13 << 20)
        self.vital = Vitals(73 << 30, 250 << 30, 64 << 20, 4 << 20, 1 << 20, 812, NOW - 86_400, 35, (), "")
        self.findings = [Finding("ok", "the store is sound"), Finding("ok", "the settings are fine")]
        self.blocks: tuple[Block, ...] = ()  # what kept jobs from running
        self.main_file: MainFile | None = None  # the hardware config that experiments would run with
        self.foreseen: dict[int, Expected] = {}  # what is expected of jobs, by row
        self.waits: dict[int, dict[int, After]] = {}  # what each job waits for, and how
        self.headway: dict[int, Progress] = {}  # how far running jobs say that they are
        self.samples: dict[int, tuple[Sample, ...]] = {}  # what jobs used

    # -- rows -------------------------------------------------------------------------------------

    @property
    def total(self) -> int:
        return self.running + self.pending + self.ended

    def make(self, row: int) -> JobRow:
        """The synthetic job *row*, 1 … total."""
        state = self._state(row)
        ended = state not in (State.PENDING, State.RUNNING)
        created = NOW - 86_400 + row % 80_000
        started = None if state in (State.PENDING, State.SKIPPED) else NOW - 400 - row % 50
        queue = 1 + row % 3
        return JobRow(
            row=row,
            id=f"JOB-{DAY}-{row:05}",
            name=f"{NAMES[row % len(NAMES)]}-{row:03}",
            queue_id=queue,
            session="default",
            queue=("default", "qick", "spectra")[queue - 1],
            kind="exec",
            state=state,
            reason=f"no free slot (position {row % 9 + 1})" if state is State.PENDING else "",
            priority=row % 5 if row % 4 == 0 else 0,
            user="lab1",
            held=False,
            stopping=False,
            created_at=created,
            started_at=started,
            ended_at=(started or NOW - 400) + row % 97 if ended else None,
            exit_code={State.COMPLETED: 0, State.FAILED: 3}.get(state),
            signal=None,
            cause=Cause.EXIT if state is State.FAILED else None,
            message="exit code 3" if state is State.FAILED else "",
            attempts=0 if state in (State.PENDING, State.SKIPPED) else 1,
            command=f"python3 {NAMES[row % len(NAMES)]}.py --shots 1000 --qubit {row % 12}",
            unmet=0,
        )

    def _state(self, row: int) -> State:
        if row > self.ended + self.pending:
            return State.RUNNING
        return State.PENDING if row > self.ended else ENDINGS[row % len(ENDINGS)]

    def get(self, row: int) -> JobRow | None:
        return self.override[row] if row in self.override else self.make(row) if 0 < row <= self.total else None

    def _row_at(self, offset: int) -> int:
        """Without overrides: running, pending by age, ended newest first."""
        if offset < self.running:
            return self.ended + self.pending + 1 + offset
        if offset < self.running + self.pending:
            return self.ended + 1 + offset - self.running
        return self.ended - (offset - self.running - self.pending)

    def _plain(self, where: JobFilter) -> bool:
        return not self.override and where._replace(folded=False) == JobFilter()

    def _all(self, where: JobFilter) -> list[JobRow]:
        rows = set(range(1, self.total + 1)) | set(self.override)
        jobs = [job for row in rows if (job := self.get(row)) is not None and _matches(job, where)]
        order = {State.RUNNING: 0, State.PENDING: 1}
        jobs.sort(key=lambda job: (order.get(job.state, 2), job.row if job.state in order else -job.row))
        if where.sort is not None:
            jobs.sort(key=SORTS[where.sort.key], reverse=where.sort.descending)
        return list(self._folded(jobs)) if where.folded else jobs

    def _folded(self, jobs: list[JobRow]) -> Iterator[JobRow]:
        """An array is one line, where the first of its elements would stand."""
        told: set[int] = set()
        for job in jobs:
            if job.array_id is None:
                yield job
            elif job.array_id not in told:
                told.add(job.array_id)
                states = [one.state for one in jobs if one.array_id == job.array_id]
                counts = tuple((state, states.count(state)) for state in State if state in states)
                ref = f"JOB-{DAY}-{job.array_id:05}[0-{len(states) - 1}]"
                yield job._replace(fold=Fold("array", ref, len(states), counts))

    def folded_rows(self, row: int) -> list[int]:
        line = self.get(row)
        return [job.row for job in self._all(JobFilter()) if line is not None and job.array_id == line.array_id]

    def array(self, ref: int | str) -> ArrayRow | None:
        found = next((one for one in self._all(JobFilter()) if one.array_id and str(ref).startswith(one.id)), None)
        if found is None or found.array_id is None:
            return None
        jobs = [job for job in self._all(JobFilter()) if job.array_id == found.array_id]
        counts = {state: sum(job.state is state for job in jobs) for state in State}
        id, indexes = f"JOB-{DAY}-{found.array_id:05}", f"0-{len(jobs) - 1}"
        size = len(jobs)
        return ArrayRow(
            found.array_id, id, f"{id}[{indexes}]", indexes, found.name, found.command, size, size, None, counts,
            found.created_at, jobs[0],
        )  # fmt: skip

    def elements(self, array: ArrayRow, state: State, limit: int) -> list[JobRow]:
        return [job for job in self._all(JobFilter()) if job.array_id == array.row and job.state is state][:limit]

    def make_array(self, first: int, last: int) -> None:
        """Let these rows be the elements of an array called ``sweep``."""
        for row in range(first, last + 1):
            job = self.override.get(row) or self.make(row)
            self.override[row] = job._replace(name="sweep", array_id=first, array_index=row - first)

    def page(self, where: JobFilter, offset: int, limit: int, anchor: Page | None = None) -> Page:
        with self.lock:
            if self.fail is not None:
                raise self.fail
            if self._plain(where):
                last = min(self.total, offset + limit)
                rows = tuple(self.make(self._row_at(n)) for n in range(offset, last))
                return Page(offset, self.total, rows, self.version)
            jobs = self._all(where)
            return Page(offset, len(jobs), tuple(jobs[offset : offset + limit]), self.version)

    def filter(self, text: str, base: JobFilter = JobFilter()) -> JobFilter:
        """Words, states, a user, queues; all else is matched as text. A queue that is not there is a mistake."""
        if self.fail is not None:
            raise self.fail
        found = lift(parse(text))
        lanes = {queue.name: queue.id for queue in self.queues()}
        if found.queues and not set(found.queues) <= set(lanes):
            raise BadFilter(f"There is no queue {found.queues[0]}", at=text.index(found.queues[0]))
        queues = frozenset(lanes[name] for name in found.queues or ()) or base.queues
        states = frozenset(map(State, found.states or ())) or base.states
        rest = None if found.rest is None else unplaced(found.rest)
        return base._replace(states=states, queues=queues, user=found.user or base.user, expression=rest)

    def complete_filter(self, text: str, cursor: int) -> list[Suggestion]:
        """Fields, and states with their counts."""
        counts = self.counts()
        return suggestions(text, cursor, lambda kind, typed: [(s.value, f"{counts.get(s, 0)} jobs") for s in State])

    def offset_of(self, where: JobFilter, row: int) -> int | None:
        with self.lock:
            if self._plain(where):
                return self._plain_offset(row)
            array = where.folded and (job := self.get(row)) is not None and job.array_id
            lines = enumerate(self._all(where))
            return next((n for n, line in lines if line.row == row or (array and line.array_id == array)), None)

    def _plain_offset(self, row: int) -> int | None:
        if not 0 < row <= self.total:
            return None
        if row > self.ended + self.pending:
            return row - self.ended - self.pending - 1
        return self.running + row - self.ended - 1 if row > self.ended else self.total - row

    # -- queries ----------------------------------------------------------------------------------

    def counts(self) -> dict[State, int]:
        if not self.override:
            return {State.RUNNING: self.running, State.PENDING: self.pending, State.FAILED: self.ended // 6}
        jobs = self._all(JobFilter())
        return {state: sum(job.state is state for job in jobs) for state in State}

    def queues(self) -> list[QueueInfo]:
        return [self._queue(n) for n in (1, 2, 3)]

    def _queue(self, number: int) -> QueueInfo:
        counts = dict.fromkeys(State, 0) | {
            State.RUNNING: int(number <= self.running),
            State.PENDING: self.pending // 3,
        }
        name = ("default", "qick", "spectra")[number - 1]
        paused = number in self.paused
        return QueueInfo(number, "default", name, 4, "fifo", paused, None, False, False, counts)

    def settings_trouble(self) -> str:
        return self.trouble

    def activity(self, since: float, step: float) -> dict[int, dict[int, int]]:
        first = int(since // step)
        return {queue: {n: count for n, count in counts.items() if n >= first} for queue, counts in self.ends.items()}

    def resources(self) -> list[ResourceInfo]:
        return list(self.resource_list)

    def news(self, since: int) -> News:
        with self.lock:
            told = [deed for version, deed in self.deeds if version > since >= 0]
            return News(self.version, tuple(told))

    def health(self) -> Health:
        return self.condition

    def progress(self, rows: Sequence[int]) -> dict[int, Progress]:
        return {row: self.headway[row] for row in rows if row in self.headway}

    def usage(self, ref: int | str, attempt: int | None = None) -> tuple[Sample, ...]:
        return self.samples.get(int(ref), ())

    def usage_now(self, rows: Sequence[int]) -> dict[int, Sample]:
        return {row: self.samples[row][-1] for row in rows if self.samples.get(row)}

    def forecast(self, limit: int = 10_000, *, stale: float = 0.0) -> Forecast:
        order = sorted((one.start, row) for row, one in self.foreseen.items() if one.start is not None)
        return Forecast(time.time(), self.foreseen, tuple(row for _, row in order))

    def list(self, where: JobFilter, limit: int = 100) -> builtins.list[JobRow]:
        return self._all(where)[:limit]

    def timeline(self, wish: Wish) -> Timeline:
        """One attempt of each job that has started, in its queue; nothing held anything up."""
        if self.fail is not None:
            raise self.fail
        window, now = wish.window, time.time()
        jobs = [job for job in self._all(wish.where) if job.started_at is not None and job.started_at < window.end]
        spans = tuple(
            _span(job, wish) for job in jobs if job.ended_at is None or job.ended_at >= window.start
        )  # fmt: skip
        groups = tuple(Group(queue.name, queue.slots) for queue in self.queues()) if wish.by == "queue" else ()
        by_cell, waited = waits.by_cell(((span.start, span.waited) for span in spans), window)
        oldest = min((job.ended_at for job in jobs if job.ended_at is not None), default=None)
        return Timeline(
            wish, now, groups, spans, (), self.blocks, (), by_cell, waited, oldest, len(spans), 12,
            wish.where != JobFilter(),
        )  # fmt: skip

    def workers(self, *, all: bool = False) -> list[WorkerInfo]:
        return list(self.worker_list)

    def staff(self, worker: int | None = None) -> Staff:
        found = [job for job in self._all(JobFilter()) if job.state is State.RUNNING]
        first = self.worker_list[0].id if self.worker_list else 1
        mine = tuple(Assigned(job, first) for job in found if worker in (None, first))
        return Staff(time.time(), tuple(self.worker_list), self.keeper, mine, len(found))

    def vitals(self) -> Vitals:
        return self.vital

    def doctor(self) -> list[Finding]:
        self.calls.append(("doctor",))
        return list(self.findings)

    def repair(self, folder: Path) -> Repair:
        self.calls.append(("repair",))
        self.findings = [one for one in self.findings if "--repair" not in one.todo]
        return Repair(("The counters of 3 jobs were set right",))

    def worker_start(self, mock: bool = False) -> WorkerInfo:
        self.worker_list = [worker("headless")]
        return self._of_worker("worker_start", self.worker_list[0])

    def worker_stop(self, name: str = "") -> list[WorkerInfo]:
        self.worker_list = [one._replace(mode="left", alive=False) for one in self.worker_list]
        return [self._of_worker("worker_stop", one) for one in self.worker_list]

    def worker_drain(self, name: str = "") -> list[WorkerInfo]:
        self.worker_list = [one._replace(mode="draining") for one in self.worker_list]
        return [self._of_worker("worker_drain", one) for one in self.worker_list]

    def _of_worker(self, verb: str, one: WorkerInfo) -> WorkerInfo:
        self.calls.append((verb, one.name))
        self.change()
        return one

    def job(self, ref: int | str) -> Job:
        row = self.get(int(ref))
        if row is None:
            raise Unknown(f"There is no job {ref}")
        return whole(row)

    def queue(self, name: str) -> QueueInfo:
        return self._queue(self._number(name))

    def queue_history(self, name: str, limit: int = 100, since: float | None = None) -> list[Event]:
        return []

    def history(self, ref: int) -> list[Event]:
        row = self.get(ref)
        if row is None:
            raise Unknown(f"There is no job {ref}")
        return [Event(1, row.created_at, "submit", row.user, "rig", "cli", row.id, "", None, None)]

    def provenance(self, ref: int, attempt: int | None = None) -> Provenance | None:
        return None

    def wish(self, ref: int | str) -> JobSpec:
        job = self.job(ref)
        return JobSpec(job.fields, name=job.name, queue=job.queue, priority=job.priority, cwd=job.cwd, clean_env=True)

    def rows(self, rows: Sequence[int]) -> dict[int, JobRow]:
        return {row: job for row in rows if (job := self.get(row)) is not None}

    def experiments_asked(self, limit: int = 50) -> list[Asked]:
        return []

    def experiment_main(self) -> MainFile | None:
        return self.main_file

    def requeue_preview(self, refs: Sequence[int]) -> Change:
        found = [job for row in refs if (job := self.get(row)) is not None]
        ended = tuple(job.id for job in found if job.state not in (State.PENDING, State.RUNNING))
        left = tuple((job.id, f"it is {job.state}") for job in found if job.id not in ended)
        return Change("requeue", ended, left)

    def submit_check(self, spec: JobSpec) -> tuple[()]:
        return ()

    def cascade_preview(self, refs: Sequence[int], most: int = 20) -> CascadePreview:
        rows = [row for row in (self.get(refs[0] + 1), self.get(refs[0] + 2)) if row is not None]
        return CascadePreview(tuple(row.row for row in rows), tuple(rows[:most]), (), 0)

    def graph(self, refs: Sequence[int], *, whole: bool = False, most: int = 10_000) -> JobGraph:
        """Everything connected with these, the nearest first."""
        with self.lock:
            near: dict[int, list[int]] = {}
            for child, parents in self.waits.items():
                near.setdefault(child, []).extend(parents)
                for parent in parents:
                    near.setdefault(parent, []).append(child)
            found = dict.fromkeys(row for row in refs if self.get(row) is not None)
            todo = list(found)
            for row in todo:
                new = [one for one in near.get(row, ()) if one not in found]
                found.update(dict.fromkeys(new))
                todo += new
            return self._graph(list(found), most)

    def graph_of(self, where: JobFilter, most: int = 10_000) -> JobGraph:
        return self._graph([job.row for job in self._all(where)], most)

    def edges_of(self, rows: Sequence[int]) -> list[GraphEdge]:
        return [
            GraphEdge(child, parent, after, EdgeState.OPEN)
            for child, parents in self.waits.items()
            for parent, after in parents.items()
            if child in rows or parent in rows
        ]

    def _graph(self, rows: list[int], most: int) -> JobGraph:
        jobs = {row: job for row in sorted(rows[:most]) if (job := self.get(row)) is not None}
        edges = [
            GraphEdge(child, parent, after, EdgeState.OPEN)
            for child in jobs
            for parent, after in self.waits.get(child, {}).items()
            if parent in jobs
        ]
        return JobGraph(jobs, tuple(edges), len(rows) > most)

    def resolve(self, refs: Sequence[str], *, destructive: bool = False) -> list[int]:
        found = [job.row for ref in refs for job in self._all(JobFilter()) if ref in (job.id, job.name)]
        if found:
            return found
        raise Unknown(f"There is no job {refs[0]}", todo="See them with jobyard list")

    def changes(self, since: int) -> Changes:
        with self.lock:
            rows = frozenset[int]().union(*(rows for v, rows in self.changed.items() if v > since >= 0))
            return Changes(self.version, rows, since not in (-1, self.version))

    def log_path(self, ref: int | str, stream: str = "stdout", attempt: int | None = None) -> Path | None:
        return self.logs.get(int(ref)) if stream == "stdout" else None

    def logbook(
        self, refs: Sequence[int | str], *, attempt: int | None = None, streams: Streams = "both", parents: bool = False
    ) -> Book:
        paths = [self.logs.get(int(ref), self.home / "nothing") for ref in refs]
        beside = [(path.with_name(f"{path.name}.{end}") for end in ("err", "growth", "holes")) for path in paths]
        return Book([Source(path, *more, path.name) for path, more in zip(paths, beside, strict=True)], streams)

    def tail(self, ref: int | str, stream: str = "both", lines: int = 200, attempt: int | None = None) -> list[str]:
        with self.logs[int(ref)].open("rb") as file:  # which may be as long as it likes
            file.seek(max(0, file.seek(0, os.SEEK_END) - ENOUGH))
            return file.read().decode(errors="replace").splitlines()[-lines:]

    def listen(self) -> FakeBell:
        self.bells.append(FakeBell())
        return self.bells[-1]

    def interrupt(self) -> None: ...

    def close(self) -> None: ...

    # -- changes ------------------------------------------------------------------------------------

    def change(self, *rows: JobRow, ring: bool = True) -> None:
        """Let jobs be otherwise, and ring."""
        with self.lock:
            self.override |= {row.row: row for row in rows}
            self.version += 1
            self.changed[self.version] = frozenset(row.row for row in rows)
        if ring:
            self.ring()

    def ring(self) -> None:
        for bell in self.bells:
            try:
                os.write(bell.write, b"x")
            except OSError:
                pass

    def _edit(self, verb: str, refs: Iterable[int], **fields: object) -> Change:
        rows = tuple(refs)
        self.calls.append((verb, rows, *fields.values()))
        if self.fail is not None:
            raise self.fail
        jobs = [job for row in rows if (job := self.get(row)) is not None]
        self.change(*(job._replace(**fields) for job in jobs))  # type: ignore[arg-type]
        return Change(verb, tuple(job.id for job in jobs))

    def cancel(self, refs: Iterable[int], *, only_pending: bool = False) -> Change:
        found = [job for row in refs if (job := self.get(row)) is not None]
        if only_pending and (running := [job for job in found if job.state is State.RUNNING]):
            return Change("cancel", (), tuple((job.id, "it is running") for job in running))
        refs = [job.row for job in found]
        return self._edit("cancel", refs, state=State.CANCELLED, ended_at=NOW)

    def cancel_preview(self, refs: Iterable[int]) -> CancelPreview:
        states = [job.state for row in refs if (job := self.get(row)) is not None]
        running, pending = states.count(State.RUNNING), states.count(State.PENDING)
        return CancelPreview(running, pending, len(states) - running - pending, self.skips)

    def undoable(self) -> ChangeInfo | None:
        verb = str(self.calls[-1][0]) if self.calls else ""
        info = ChangeInfo(8, time.time() + 1, verb, self.user, self.host, "app", "1 job", 1, (), None, False, True)
        return info if verb in ("cancel", "hold", "release", "priority", "requeue") else None

    def undo(self) -> Change:
        return self._take_back("undo")

    def redo(self) -> Change:
        return self._take_back("redo")

    def _take_back(self, way: str) -> Change:
        self.calls.append((way,))
        if self.fail is not None:
            raise self.fail
        of = ChangeInfo(
            7, time.time() - 10, "cancel", self.user, self.host, "app", "44 jobs", 44, (), None, False, True
        )
        return Change(f"{way} cancel", tuple(f"JOB-{DAY}-{row:05}" for row in range(1, 45)), of=of)

    def requeue(self, refs: Iterable[int], cascade: bool = False) -> Change:
        return self._edit("requeue --cascade" if cascade else "requeue", refs, state=State.PENDING, ended_at=None)

    def submit(self, spec: JobSpec) -> Submitted:
        self.calls.append(("submit", spec))
        row = self.total + 1
        new = self.make(21)._replace(
            row=row, id=f"JOB-{DAY}-{row:05}", name=spec.name, command=str(spec.fields.get("command", spec.fields))
        )
        self.change(new)
        return Submitted(new.id, State.PENDING, "no free slot", 13)

    def first_word(self) -> str:
        return self.word

    def hold(self, refs: Iterable[int]) -> Change:
        return self._edit("hold", refs, held=True)

    def release(self, refs: Iterable[int]) -> Change:
        return self._edit("release", refs, held=False)

    def priority(self, refs: Iterable[int], value: int) -> Change:
        return self._edit("priority", refs, priority=value)

    def priority_by(self, refs: Iterable[int], delta: int) -> Change:
        rows = tuple(refs)
        self.calls.append(("priority_by", rows, delta))
        return self._edit("priority", rows)

    def queue_pause(self, name: str, until: float | None = None) -> QueueInfo:
        self.calls.append(("queue_pause", name))
        self.paused.add(self._number(name))
        self.change()
        return self._queue(self._number(name))

    def queue_resume(self, name: str) -> QueueInfo:
        self.calls.append(("queue_resume", name))
        self.paused.discard(self._number(name))
        self.change()
        return self._queue(self._number(name))

    def _number(self, name: str) -> int:
        return ("default/default", "default/qick", "default/spectra").index(name) + 1

    # -- workers ------------------------------------------------------------------------------------

    def worker_alive(self) -> bool:
        return any(worker.alive for worker in self.worker_list)

    def start_worker(self, face: str = "app", mock: bool = False) -> FakeHandle:
        self.calls.append(("start_worker", face))
        self.worker_list = [worker(face)]
        self.handle = FakeHandle()
        return self.handle

    def worker_detach(self, generation: int | None = None) -> WorkerInfo:
        self.calls.append(("worker_detach", generation))
        self.worker_list = [worker("headless")]
        self.change()
        return self.worker_list[0]

    def worker_attach(self) -> FakeHandle:
        self.calls.append(("worker_attach",))
        self.worker_list = [worker("app")]
        self.change()
        self.handle = FakeHandle()
        return self.handle


def _span(job: JobRow, wish: Wish) -> Span:
    group = {"queue": job.queue, "worker": "rig-1a2b", "user": job.user}[wish.by]
    return Span(
        job.row, job.id, job.name, 1, group, job.queue, job.user, "rig-1a2b", job.state, job.started_at or NOW,
        job.ended_at, job.created_at, job.message,
    )  # fmt: skip


def worker(face: str, mode: str = "working", hung: bool = False) -> WorkerInfo:
    """A worker that lives."""
    return WorkerInfo(1, "rig-1a2b", "rig", 4242, face, mode, True, hung, NOW - 600, NOW, 2, None)


def _matches(job: JobRow, where: JobFilter) -> bool:
    array = f"array:JOB-{DAY}-{job.array_id or 0:05}".lower()
    text = f"{array} {job.id} {job.name} {job.queue} {job.user} {job.state}".lower()
    return (
        all(word.lower() in text for word in where.words)
        and (not where.states or job.state in where.states)
        and (not where.queues or job.queue_id in where.queues)
        and (not where.user or job.user == where.user)
        and (where.rows is None or job.row in where.rows)
        and (where.expression is None or _holds(text, where.expression))
    )


def _holds(text: str, expression: Expression) -> bool:
    match expression:
        case Word(text=word):
            return word.lower() in text
        case Term(field=field, value=value):
            return (f"array:{value}" if field == "array" else value).lower() in text
        case Not(part=part):
            return not _holds(text, part)
        case All(parts=parts):
            return all(_holds(text, part) for part in parts)
        case Some(parts=parts):
            return any(_holds(text, part) for part in parts)
    return False


def whole(row: JobRow) -> Job:
    """The job of a row, with an edge each way and an attempt."""
    blockers = (Blocker("slot", row.reason),) if row.reason else ()
    edge = Edge(row.row + 1, f"JOB-{DAY}-{row.row + 1:05}", "later", After.OK, EdgeState.OPEN, State.PENDING)
    return Job(
        **{name: getattr(row, name) for name in _SHARED},
        fields={"command": row.command.split()},
        blockers=blockers,
        not_before=None,
        worker="rig-1a2b" if row.started_at else "",
        time_limit=600.0,
        retries=0,
        retry_delay=60.0,
        idempotent=False,
        cwd="/home/lab1/experiments",
        stdin="",
        depends_on=(),
        dependents=(edge,),
        dependents_total=1,
        attempts=tuple(_attempts(row)),
        cloned_from="",
    )


_SHARED = set(JobRow._fields) & set(Job._fields) - {"attempts"}


def _attempts(row: JobRow) -> Iterator[Attempt]:
    if row.started_at is not None:
        times = (row.started_at, row.started_at, row.ended_at)
        result = (4242, row.exit_code, row.signal, row.cause, row.message, 1.25, 91 * 2**20, 120, 0)
        yield Attempt(1, row.state, "token", f"jobs/{row.id}/1", "rig-1a2b", *times, *result)
