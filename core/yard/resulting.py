"""The facade's way to data: the file that a run left, runs found by what made them, and what is in a file."""

from __future__ import annotations

import builtins
import hashlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeGuard

from ..errors import BadFile, BadInput, Unknown
from ..labmodels import ConfigTest, DataFile, Run, RunFilter
from ..lazy import LazyModule
from ..names import split_queue
from ..store import jobs, queues
from ..text import one_line, quoted
from ..words import nearest
from .part import Ref, Whole

if TYPE_CHECKING:
    from .. import results
    from ..configs import documents, yamltree
    from ..filters import completing
    from ..results import DataDifferences, Expt, Summary, SweepData, Tree, together, wishes
    from ..store import briefs
    from ..store import results as runs
    from . import runwords
else:
    documents = LazyModule("jobyard.core.configs.documents")
    results = LazyModule("jobyard.core.results")
    runs = LazyModule("jobyard.core.store.results")
    briefs = LazyModule("jobyard.core.store.briefs")
    together = LazyModule("jobyard.core.results.together")
    runwords = LazyModule("jobyard.core.yard.runwords")
    yamltree = LazyModule("jobyard.core.configs.yamltree")
    wishes = LazyModule("jobyard.core.results.wishes")

ENDINGS = (".h5", ".hdf5", ".he5", ".nxs")  # of what is a file and no job
Tell = Callable[[str], None]


class Resulting(Whole):
    """What runs left. *ref* is a job (its last attempt that left data, unless *attempt* says which) or a file."""

    def data_file(self, ref: Ref, attempt: int | None = None) -> Path:
        """The data file of a run, which is there. Raises Unknown, Ambiguous; BadFile if it is gone."""
        if is_file(ref):
            return Path(os.path.abspath(os.path.expanduser(ref)))
        run = self._run_of(ref, attempt)
        path = Path(run.data.path)
        if not path.is_file():
            raise BadFile(f"The data of {run.job} is gone", f"there is no file {path}", "")
        return path

    def data_run(self, ref: Ref, attempt: int | None = None) -> Run | None:
        """What made the data; None for a file that no run of this yard left. Raises Unknown, Ambiguous."""
        if is_file(ref):
            return runs.of_file(self._store, os.path.abspath(os.path.expanduser(ref)))
        return self._run_of(ref, attempt)

    def data_runs(
        self, tests: Sequence[str | ConfigTest] = (), *, user: str = "", experiment: str = "", queue: str = "",
        session: str = "", since: float | None = None, until: float | None = None, limit: int | None = 100,
        tell: Tell | None = None, array: str = "", words: str = "",
    ) -> builtins.list[Run]:  # fmt: skip
        """Runs that left data, newest first; *tests* are wishes such as ``expt.reps=100`` (see `results.wishes`).

        *experiment* is a class, a module or MODULE:CLASS; *since* and *until* are seconds since the epoch, of the data.
        *array* is an array or a sweep, as a whole (its id, or that of one of its jobs, or its name) or some elements of
        it (``rabi[1-5]``). *words* are a filter of runs beside (`run_filter`). *tell* hears of each config that cannot
        be looked into.
        Raises BadInput, Unknown, Interrupted.
        """
        types = runs.config_types(self._store) if tests else []
        wanted = tuple(test if isinstance(test, ConfigTest) else wishes.parse(test, types) for test in tests)
        lanes = self._lanes(queue, session)
        also = self.run_filter(words)
        since = max((at for at in (since, also.since) if at is not None), default=None)
        until = min((at for at in (until, also.until) if at is not None), default=None)
        tests_ = (*wanted, *also.tests)
        where = RunFilter(user, experiment, lanes, since, until, tests_, self._of_array(array), also.of)
        return runs.runs(self._store, where, limit, _Judge(self.home, tell or _quiet))

    def run_filter(self, text: str) -> RunFilter:
        """What a filter of runs means: ``user:ann class:Rabi since:yesterday expt.reps>=100``; see `filters.runs`.

        Raises BadFilter, which knows where.
        """
        return runwords.filter_of(self, self._store, text)

    def complete_runs(self, text: str, cursor: int) -> builtins.list[completing.Suggestion]:
        """What may stand at the cursor of a filter of runs, the likeliest first."""
        return runwords.offered(self._store, self.home, text, cursor)

    def runs_of(
        self, where: RunFilter, limit: int | None = 100, order: str = "", tell: Tell | None = None
    ) -> builtins.list[Run]:
        """Runs that left data and that a filter lets through; *order* is one of `run_orders`. Raises Interrupted."""
        return runs.runs(self._store, where, limit, _Judge(self.home, tell or _quiet), order=order)

    def run_orders(self) -> tuple[str, ...]:
        """How a list of runs can be ordered; "" is newest first."""
        return tuple(runs.ORDERS)

    def growing_runs(self, where: RunFilter = RunFilter()) -> builtins.list[Run]:
        """Experiments that run just now and have a data file of their own by now, newest first.

        It is the file that the experiment itself writes (its ``fname``), in the folder of its attempt: no result yet.
        """
        found = runs.running(self._store, where, _Judge(self.home, _quiet))
        return [run for run in map(self._grown, found) if run is not None]

    def _grown(self, run: Run) -> Run | None:
        try:
            with os.scandir(self.home / run.data.path) as entries:
                files = [one for one in entries if one.name.lower().endswith(ENDINGS) and not one.name.startswith(".")]
            stats = [(one.stat(), one.path) for one in files if one.is_file(follow_symlinks=False)]
        except OSError:
            return None
        if not stats:
            return None
        newest, path = max(stats, key=lambda one: (one[0].st_mtime_ns, one[1]))
        return run._replace(data=DataFile(path, newest.st_size, newest.st_mtime))

    def data_tree(self, ref: Ref, attempt: int | None = None) -> Tree:
        """Groups, datasets, attributes and links of a data file. Raises as `data_file`, and BadFile."""
        return results.tree(self.data_file(ref, attempt))

    def data_summaries(self, ref: Ref, attempt: int | None = None) -> builtins.list[Summary]:
        """What the values of its datasets are, read piece by piece."""
        return results.summaries(self.data_file(ref, attempt))

    def data_config(self, ref: Ref, attempt: int | None = None) -> dict[str, Any]:
        """The config that its file keeps."""
        return results.config_of(self.data_file(ref, attempt))

    def data_load(self, ref: Ref, attempt: int | None = None) -> Expt:
        """Data and config as a plain object, read whole."""
        return results.load(self.data_file(ref, attempt))

    def data_sweep(self, ref: Ref) -> SweepData:
        """What the jobs of an array or a sweep left, as arrays over its points. Raises Unknown, Ambiguous."""
        rows = sorted(self._of_array(str(ref)) or ())
        told, lines = briefs.of(self._store, rows), self.rows(rows)
        found = [
            together.Element(lines[row].id, lines[row].array_index or 0, told[row].fields.get("swept") or {},
                             told[row].data_file)
            for row in rows if row in lines and row in told
        ]  # fmt: skip
        return together.SweepData(sorted(found, key=lambda one: one.number))

    def data_diff(
        self, one: Ref, other: Ref, attempt: int | None = None, other_attempt: int | None = None
    ) -> DataDifferences:
        """How two data files differ: the configs that made them, and their values."""
        return results.differences(self.data_file(one, attempt), self.data_file(other, other_attempt))

    def _run_of(self, ref: Ref, attempt: int | None) -> Run:
        row = self._one_row(ref)
        found = runs.of_job(self._store, row, attempt)
        if found is not None:
            return found
        id, tries = jobs.id_of(self._store, row), jobs.attempts(self._store, row)
        if attempt is not None and attempt not in [one.number for one in tries]:
            made = f"it has {len(tries)}" if tries else "it has none so far"
            raise BadInput(f"{id} has no attempt {attempt}", made, "See: jobyard show")
        what = f"Attempt {attempt} of {id}" if attempt is not None else id
        state = self.rows([row])[row].state.value
        raise Unknown(f"{what} has left no data", f"it is {state}" if attempt is None else "", "See: jobyard data list")

    def _one_row(self, ref: Ref) -> int:
        found = self.resolve([ref])
        if len(found) != 1:
            raise BadInput(f"{ref} means {len(found)} jobs", "here it must be one", "Give a single id")
        return found[0]

    def _of_array(self, array: str) -> frozenset[int] | None:
        """The jobs of an array. Raises Unknown, BadInput."""
        return frozenset(self.resolve([array if array.endswith("]") else f"{array}[]"])) if array else None

    def _lanes(self, queue: str, session: str) -> frozenset[int]:
        """The queues that are meant; none for all. Raises Unknown."""
        if queue:
            return frozenset([queues.find(self._store, *split_queue(queue)).id])
        if not session:
            return frozenset()
        lanes = queues.every(self._store)
        if found := frozenset(lane.id for lane in lanes if lane.session == session):
            return found
        near = nearest(session, {lane.session for lane in lanes})
        raise Unknown(f"There is no session {quoted(session)} with queues", f"the nearest is {near}" if near else "")


def is_file(ref: Ref) -> TypeGuard[str]:
    """Whether it is called as a file is: by its ending, or by a path that leads to one."""
    if isinstance(ref, int):
        return False
    return ref.lower().endswith(ENDINGS) or ("/" in ref and os.path.exists(os.path.expanduser(ref)))


def _quiet(text: str) -> None:
    """Nobody listens."""


class _Judge:
    """Judges versions of configs, each read once; those that are no more what they were are told and fulfil nothing."""

    def __init__(self, home: Path, tell: Tell) -> None:
        self._home, self._tell = home, tell
        self._last: tuple[int, Any] = (0, None)

    def __call__(self, version: runs.Version, test: ConfigTest) -> bool | None:
        if self._last[0] != version.row:
            self._last = (version.row, self._read(version))
        return wishes.holds(test, self._last[1])

    def _read(self, version: runs.Version) -> Any:
        path = self._home / version.path
        try:
            data = path.read_bytes()
        except OSError as error:
            self._tell(f"{version.id} was left out: its file {path} cannot be read: {(error.strerror or '').lower()}")
            return None
        if hashlib.sha256(data).hexdigest() != version.checksum:
            self._tell(f"{version.id} was left out: its file {path} is not what it was when it was pushed")
            return None
        if not documents.form(version.filename):
            return None
        try:
            return documents.read(data, version.filename)
        except yamltree.Unreadable as error:
            self._tell(f"{version.id} was left out: {one_line(error.text(), 160)}")
            return None
