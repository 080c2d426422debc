"""The yard, as faces and notebooks see it. Every method is one line of duty; the work is in the modules beside."""

from __future__ import annotations

import builtins
import contextlib
import getpass
import os
import socket
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO

from .. import settings
from ..errors import BadInput, YardError
from ..lazy import LazyModule
from ..logs import tail
from ..models import (
    SORTABLE,
    Changes,
    Event,
    Finding,
    GraphEdge,
    Job,
    JobFilter,
    JobGraph,
    JobRow,
    JobSpec,
    Page,
    QueueInfo,
    SessionInfo,
    Submitted,
    WorkerInfo,
)  # fmt: skip
from ..names import split_queue
from ..states import State
from ..store import Actor, Store, jobs, queues, views, workers
from ..text import clean_line
from . import access, finding, home, submitting
from .briefing import Briefing
from .changing import Changing
from .cloning import Cloning
from .configdiffs import ConfigDiffs
from .crew import Crew
from .declaring import Declaring
from .elements import Elements
from .filtering import Filtering
from .forecasting import Forecasting
from .gauging import Gauging
from .holdings import Holdings
from .keeping import Keeping
from .lanes import Lanes
from .lookback import Lookback
from .ordering import Ordering
from .outlook import Outlook
from .owning import Owning
from .part import Ref
from .proposing import Proposing
from .reading import Reading
from .rehearsing import Rehearsing
from .resulting import Resulting
from .timeline import Timelines
from .undoing import Undoing
from .upkeep import Upkeep
from .waiting import Waiting

if TYPE_CHECKING:
    from ..store import graphs
    from . import doctor
else:
    graphs = LazyModule("jobyard.core.store.graphs")
    doctor = LazyModule("jobyard.core.yard.doctor")


class Yard(
    Briefing, Changing, Cloning, ConfigDiffs, Elements, Filtering, Forecasting, Waiting, Lanes, Ordering, Crew,
    Holdings, Declaring, Lookback, Outlook, Owning, Proposing, Reading, Keeping, Rehearsing, Resulting, Timelines,
    Undoing, Upkeep, Gauging,
):  # fmt: skip
    """A yard, opened by somebody through a face. Threads may share it: each has a connection of its own."""

    def __init__(self, folder: Path, actor: Actor, refusal: YardError | None = None) -> None:
        self.home = folder
        self.face, self.user, self.host = actor.face, actor.user, actor.host
        self._times = settings.times(folder)
        loaded = settings.read(folder)
        self._store = Store(folder, actor, synchronous=loaded.settings.synchronous, refusal=refusal)
        if refusal is None:
            queues.ensure_default(self._store)
        self._heed(loaded)

    @classmethod
    def open(cls, home_: Path | str | None = None, *, face: str = "cli", create: bool = True) -> Yard:
        """Open the yard at *home_* (default: see `default_home`), making it if it is missing.

        One that this account can read but not write is only looked at (`looks`), and whatever would change it raises
        YardError. Raises YardError, NewerStore or CorruptStore; nothing is changed then.
        """
        folder = home.absolute(home_ or home.default())
        refusal = home.only_look(folder)
        if refusal is None:
            folder = home.prepare(folder, create=create)
        return cls(folder, Actor(user_name(), socket.gethostname().partition(".")[0], face), refusal)

    @property
    def looks(self) -> str:
        """Why this account can only look at the yard, as a sentence's beginning; "" where it can change it."""
        if self._store.db.refusal is None:
            return ""
        if access.on_read_only_disk(self.home):
            return "This yard lies on a read-only disk"
        return f"This yard cannot be written by you ({user_name()})"

    def only_look(self) -> None:
        """From now on nothing is changed through this Yard: whatever would raises YardError.

        For threads that have used it before, it holds once they have closed it.
        """
        self._store.db.only_look()

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
        rows, arrays = submitting.submit_many(self._store, specs, progress)
        ids = self.ids(rows)
        return [arrays.get(number, id) for number, id in enumerate(ids)] if arrays else ids

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

        base, now = submitting.completed(self._store.retrying, base or JobSpec(fields={})), self._store.clock()
        if isinstance(source, (str, Path)):
            return read_job_file(Path(source), base, now)
        return read_jobs(source, "-", base, now)

    # -- queries -----------------------------------------------------------------------------------

    def resolve(self, refs: Sequence[Ref], *, destructive: bool = False) -> builtins.list[int]:
        """The rows that ids, names, numbers, ranges and ``last`` mean. Raises Unknown, Ambiguous."""
        return finding.rows(self._store, refs, destructive=destructive)

    def ids(self, rows: Sequence[int]) -> builtins.list[str]:
        """The ids of these rows."""
        return [jobs.id_of(self._store, row) for row in rows] if len(rows) < 100 else jobs.ids_of(self._store, rows)

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
        """Where a job, or the line that it is folded into, stands in that list, or None."""
        return views.offset_of(self._store, where, row)

    @staticmethod
    def sortable() -> Mapping[str, bool]:
        """By what that list can be sorted (`JobFilter.sort`), and whether people want the largest first."""
        return SORTABLE

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

    def graph(self, refs: Sequence[Ref], *, whole: bool = False, most: int = 10_000) -> JobGraph:
        """All that these jobs wait for and all that waits for them; *whole*: whatever is connected with them."""
        found, cut = graphs.related(self._store, self.resolve(refs), whole=whole, most=most)
        return self._graph(found, cut)

    def graph_of(self, where: JobFilter, most: int = 10_000) -> JobGraph:
        """The jobs that a filter shows, the first of its list, and what they wait for among each other."""
        found = views.listing(self._store, where._replace(folded=False), most + 1)
        return self._graph(sorted(job.row for job in found[:most]), len(found) > most)

    def edges_of(self, rows: Sequence[int]) -> builtins.list[GraphEdge]:
        """Every dependency of these jobs, and every one on them."""
        return graphs.edges_of(self._store, rows)

    def _graph(self, found: builtins.list[int], cut: bool) -> JobGraph:
        jobs_ = self.rows(found)
        some = {row: jobs_[row] for row in found if row in jobs_}
        return JobGraph(some, tuple(graphs.edges_among(self._store, list(some))), cut)

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

    def tail(self, ref: Ref, stream: str = "both", lines: int = 200, attempt: int | None = None) -> builtins.list[str]:
        """The last lines of an attempt's output (default: the last one's), safe to print; stderr follows stdout.

        What has been removed, also while it was read, has no lines.
        """
        found: builtins.list[str] = []
        for name in ("stdout", "stderr") if stream == "both" else (stream,):
            path = self.log_path(ref, name, attempt)
            with contextlib.suppress(FileNotFoundError):
                found += [clean_line(line) for line in tail(path, lines, 1 << 18)] if path is not None else []
        return found[-lines:]

    def doctor(self) -> builtins.list[Finding]:
        """What is right and wrong with the yard and its host."""
        return doctor.examine(self.home, lambda: self._store)

    @staticmethod
    def examine(folder: Path | str | None = None) -> builtins.list[Finding]:
        """As `doctor`, also of a yard that cannot be opened. Creates nothing."""
        where = Path(os.path.abspath(Path(folder) if folder else home.default()))
        return doctor.examine(where, lambda: Store(home.prepare(where, create=False), Actor(user_name(), "", "doctor")))


def user_name() -> str:
    """The account's name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


__all__ = ["Yard", "YardError"]
