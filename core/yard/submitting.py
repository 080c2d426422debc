"""From what somebody asks for to rows that can be stored: kinds, queues, environments, dependencies."""

from __future__ import annotations

import gc
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from .. import kinds, names
from ..capture import all_of
from ..errors import BadInput, WrongState
from ..givenspec import typed
from ..lazy import LazyModule
from ..models import JobSpec, QueueInfo, Submitted
from ..states import State
from ..store import Store, arrays, queues, reasons, views
from ..store.arrays import NewArray
from ..store.store import Retrying
from ..store.submit import NewJob, add, intern_environment
from ..units import FOREVER
from . import access, wishes

if TYPE_CHECKING:
    from ..store import resources
    from . import configwishes, expanding, sharing
else:
    configwishes = LazyModule("jobyard.core.yard.configwishes")
    expanding = LazyModule("jobyard.core.yard.expanding")
    resources = LazyModule("jobyard.core.store.resources")
    sharing = LazyModule("jobyard.core.yard.sharing")


def submit(store: Store, spec: JobSpec, clone_of: int | None = None) -> Submitted:
    """One job; where it stands."""
    spec = typed(spec)
    if spec.name and clone_of is None:
        names.check_name(spec.name)
    row = _store(store, _derived([spec]), clone_of=clone_of)[0]
    return answer(store, row)


def submit_many(
    store: Store, specs: Iterable[JobSpec], progress: Callable[[int], None] | None = None
) -> tuple[list[int], dict[int, str]]:
    """Many jobs, all or nothing: the first row of each in order, and the reference of those that are arrays.

    Names and keys within come before those of the yard.
    """
    with _uncollected():
        given = _derived([typed(spec) for spec in specs])
        rows = _store(store, given, progress)
    shown = {number: arrays.shown_as(store, rows[number]) for number, spec in enumerate(given) if spec.array}
    return rows, shown


def _derived(specs: list[JobSpec]) -> list[JobSpec]:
    """Those that ask for several points are arrays; almost always there are none."""
    several = {kind for kind in {spec.kind for spec in specs} if kinds.get(kind).sweeps}
    return [expanding.derived(spec) if spec.kind in several else spec for spec in specs] if several else specs


def answer(store: Store, row: int) -> Submitted:
    """What a submit tells; of an array by its first element."""
    found = views.rows_of(store, [row])[row]
    place = reasons.place(store, row) if found.state is State.PENDING else 0
    id = arrays.shown_as(store, row) if found.array_id == row else found.id
    return Submitted(id, found.state, found.reason, place)


def _store(
    store: Store,
    specs: Sequence[JobSpec],
    progress: Callable[[int], None] | None = None,
    clone_of: int | None = None,
) -> list[int]:
    """The first row of each."""
    _refuse_equal_keys(specs)
    around = Surroundings(store)
    parents = wishes.parents(store, specs)
    if any(spec.array for spec in specs):
        return _store_arrays(around, store, specs, parents, progress)
    new = [new_job(around, spec, some, clone_of) for spec, some in zip(specs, parents, strict=True)]
    return add(store, new, progress)


def _store_arrays(
    around: Surroundings,
    store: Store,
    specs: Sequence[JobSpec],
    parents: Sequence[wishes.Parents],
    progress: Callable[[int], None] | None,
) -> list[int]:
    """The same where some are arrays: each of these becomes its elements."""
    wanted = [expanding.array_of(spec) for spec in specs]
    spans = expanding.spans(wanted)
    new: list[NewJob] = []
    begun: list[NewArray] = []
    for spec, some, array, span in zip(specs, wishes.spread(parents, spans), wanted, spans, strict=True):
        job = new_job(around, spec, some, None)
        if array is None:
            new.append(job)
        else:
            new += expanding.elements(job, array, len(begun))
            begun.append(expanding.new_array(job, array, span.start))
    rows = add(store, new, progress, begun)
    return [rows[span.start] for span in spans]


def _refuse_equal_keys(specs: Sequence[JobSpec]) -> None:
    """Two jobs of a submit cannot both be the only one."""
    keys = [spec.unique for spec in specs if spec.unique]
    if len(keys) > len(set(keys)):
        twice = next(key for number, key in enumerate(keys) if key in keys[:number])
        which = [number for number, spec in enumerate(specs, start=1) if spec.unique == twice]
        why = f"Jobs {which[0]} and {which[1]} of this submit bear it, and only one pending or running job may"
        raise BadInput(f"{twice} is taken", why, "Change one of them")


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without garbage collection: it would look through all jobs again and again, and they hold no cycles."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def new_job(around: Surroundings, spec: JobSpec, parents: wishes.Parents, clone_of: int | None) -> NewJob:
    """A wish, checked and ready to be stored."""
    spec = completed(around.retrying, spec)
    kind = kinds.get(spec.kind)
    fields = spec.fields if isinstance(spec.fields, kinds.Checked) else kind.check(spec.fields)
    if spec.name:
        names.check_text(spec.name, "name")
    if spec.user:
        names.check_user(spec.user)
    cwd = around.folder(spec.cwd)
    queue = around.queue(spec.session, spec.queue, kind)
    if kind.looks:
        fields = kind.found(fields, around.submitter(spec, cwd, queue))
    return NewJob(
        spec, queue, _encode(fields), kind.command_line(fields),
        around.environment(spec), parents, clone_of, cwd, around.umask if spec.umask < 0 else spec.umask,
        os.path.join(cwd, spec.stdin) if spec.stdin else "", around.demand(spec.needs) if spec.needs else 0,
        configs=around.configs(kind, spec.configs, cwd) if kind.configs or spec.configs else None,
    )  # fmt: skip


def completed(plain: Retrying, spec: JobSpec) -> JobSpec:
    """The same with what the settings of the yard say of retries, where it says nothing."""
    if spec.retries >= 0 and spec.retry_delay >= 0 and spec.retry_factor >= 0 and spec.retry_most >= 0:
        return spec
    return spec._replace(**{name: value for name, value in plain._asdict().items() if getattr(spec, name) < 0})


_encode = json.JSONEncoder(separators=(",", ":")).encode


class Surroundings:
    """What every job of one submit takes from the submitting process, looked up once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.retrying = store.retrying
        self._queues: dict[tuple[str, str], int] = {}
        self._environments: dict[tuple[bool, tuple[tuple[str, str], ...]], int] = {}
        self._plain: dict[bool, int] = {}
        self._demands: dict[tuple[tuple[str, int], ...], int] = {}
        self._captured = captured(store.home)
        self._configs: dict[tuple[str, str, tuple[tuple[str, str], ...]], str | None] = {}
        self._cwd = working_folder()
        self.umask = current_umask()

    def folder(self, cwd: str) -> str:
        """A job's folder, absolute: this process's where it names none."""
        if not cwd or cwd[0] == "/":
            return cwd or self._cwd
        return os.path.join(self._cwd, os.path.expanduser(cwd))

    def queue(self, session: str, name: str, kind: kinds.Kind) -> int:
        """The id of a queue that takes jobs; of no name, the kind's own. Raises Unknown or WrongState."""
        key = (session, name or kind.queue or queues.DEFAULT)
        found = self._queues.get(key)
        if found is None:
            if kind.queue and key == (queues.DEFAULT, kind.queue):
                queues.ensure(self._store, kind.queue, 1, FOREVER if kind.leaves else None)
            found = self._queues[key] = accepting(queues.find(self._store, *key)).id
        return found

    def configs(self, kind: kinds.Kind, given: Mapping[str, str] | None, cwd: str) -> str | None:
        """What a job asks for of configs, as it is stored. Raises Unknown, BadInput, BadFile."""
        key = (kind.name, cwd, tuple((given or {}).items()))
        if key not in self._configs:
            found = configwishes.checked(self._store, kind, given, cwd)
            self._configs[key] = None if found is None else _encode(found)
        return self._configs[key]

    def submitter(self, spec: JobSpec, cwd: str, queue: int) -> kinds.Submitter:
        """What a kind that looks around is told."""
        env = {**({} if spec.clean_env else os.environ), **spec.env}
        return kinds.Submitter(cwd, env, queues.python(self._store, queue), access.of(self._store.home).owner)

    def demand(self, needs: Mapping[str, int]) -> int:
        """The stored set of what a job wants. Raises Unknown or BadInput."""
        key = tuple(sorted(needs.items()))
        if key not in self._demands:
            self._demands[key] = resources.intern_demand(self._store, needs)
        return self._demands[key]

    def environment(self, spec: JobSpec) -> int:
        """The stored environment: this process's with the job's additions, or with *clean_env* those alone."""
        if not spec.env:
            found = self._plain.get(spec.clean_env)
            if found is None:
                found = self._plain[spec.clean_env] = self._intern({}, spec.clean_env)
            return found
        key = (spec.clean_env, tuple(sorted(spec.env.items())))
        if key not in self._environments:
            self._environments[key] = self._intern(spec.env, spec.clean_env)
        return self._environments[key]

    def _intern(self, added: Mapping[str, str], clean: bool) -> int:
        whole = dict(added) if clean else {**self._captured, **added}
        return intern_environment(self._store, json.dumps(whole, sort_keys=True, separators=(",", ":")))


def captured(home: Path) -> dict[str, str]:
    """What jobs of this yard take of this process's environment."""
    whose = access.of(home)
    return sharing.environment(home, whose) if whose.shared else all_of(os.environ)


def accepting(queue: QueueInfo) -> QueueInfo:
    """The queue, unless it takes no jobs any more."""
    if queue.ended or queue.session_ended:
        what = f"Queue {queue.name}" if queue.ended else f"Session {queue.session}"
        raise WrongState(f"{what} has ended", "it takes no more jobs", "Choose another queue: jobyard queue list")
    return queue


def working_folder() -> str:
    """Where this process stands. Raises BadInput when that folder has been deleted."""
    try:
        return os.getcwd()
    except FileNotFoundError:
        raise BadInput("The current folder does not exist any more", "", "Change to another, or give --cwd") from None


def current_umask() -> int:
    """This process's umask, read without changing it."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("Umask:"):
            return int(line.split()[1], 8)
    return 0o022
