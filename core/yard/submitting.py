"""From what somebody asks for to rows that can be stored: kinds, queues, environments, dependencies."""

from __future__ import annotations

import gc
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from .. import graph, kinds, names
from ..capture import all_of
from ..errors import BadInput, Cycle, WrongState
from ..lazy import LazyModule
from ..models import Dependency, JobSpec, QueueInfo, Submitted
from ..states import State
from ..store import Store, queues, reasons, views
from ..store.submit import NewJob, Parent, add, intern_environment
from . import access, finding

if TYPE_CHECKING:
    from . import sharing
else:
    sharing = LazyModule("jobyard.core.yard.sharing")


def submit(store: Store, spec: JobSpec, clone_of: int | None = None) -> Submitted:
    """One job; where it stands."""
    if spec.name and clone_of is None:
        names.check_name(spec.name)
    row = _store(store, [spec], clone_of=clone_of)[0]
    return answer(store, row)


def submit_many(store: Store, specs: Iterable[JobSpec], progress: Callable[[int], None] | None = None) -> list[int]:
    """Many jobs, all or nothing; their rows in order. Names and keys within come before those of the yard."""
    with _uncollected():
        return _store(store, list(specs), progress)


def answer(store: Store, row: int) -> Submitted:
    """What a submit tells."""
    found = views.rows_of(store, [row])[row]
    place = reasons.place(store, row) if found.state is State.PENDING else 0
    return Submitted(found.id, found.state, found.reason, place)


def _store(
    store: Store,
    specs: Sequence[JobSpec],
    progress: Callable[[int], None] | None = None,
    clone_of: int | None = None,
) -> list[int]:
    around = Surroundings(store)
    parents = _parents(store, specs)
    new = [_new_job(around, spec, some, clone_of) for spec, some in zip(specs, parents, strict=True)]
    return add(store, new, progress)


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


def _new_job(around: Surroundings, spec: JobSpec, parents: tuple[Parent, ...], clone_of: int | None) -> NewJob:
    kind = kinds.get(spec.kind)
    fields = spec.fields if isinstance(spec.fields, kinds.Checked) else kind.check(spec.fields)
    if spec.name:
        names.check_text(spec.name, "name")
    cwd = around.folder(spec.cwd)
    return NewJob(
        spec, around.queue(spec.session, spec.queue), _encode(fields), kind.command_line(fields),
        around.environment(spec), parents, clone_of, cwd, around.umask if spec.umask < 0 else spec.umask,
        os.path.join(cwd, spec.stdin) if spec.stdin else "",
    )  # fmt: skip


_encode = json.JSONEncoder(separators=(",", ":")).encode


class Surroundings:
    """What every job of one submit takes from the submitting process, looked up once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._queues: dict[tuple[str, str], int] = {}
        self._environments: dict[tuple[bool, tuple[tuple[str, str], ...]], int] = {}
        self._plain: dict[bool, int] = {}
        self._captured = captured(store.home)
        self._cwd = working_folder()
        self.umask = current_umask()

    def folder(self, cwd: str) -> str:
        """A job's folder, absolute: this process's where it names none."""
        if not cwd or cwd[0] == "/":
            return cwd or self._cwd
        return os.path.join(self._cwd, os.path.expanduser(cwd))

    def queue(self, session: str, name: str) -> int:
        """The id of a queue that takes jobs. Raises Unknown or WrongState."""
        key = (session, name)
        found = self._queues.get(key)
        if found is None:
            found = self._queues[key] = accepting(queues.find(self._store, session, name)).id
        return found

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


def _parents(store: Store, specs: Sequence[JobSpec]) -> list[tuple[Parent, ...]]:
    """Every job's parents, within the submit or in the yard. Raises Cycle, Unknown, Ambiguous, BadInput."""
    if not any(spec.dependencies for spec in specs):
        return [()] * len(specs)
    inside = _inside(specs)
    found = [_parents_of(store, inside, index, spec.dependencies) for index, spec in enumerate(specs)]
    _refuse_cycle(specs, found)
    return found


def _parents_of(
    store: Store, inside: Mapping[str, int], child: int, wishes: Sequence[Dependency]
) -> tuple[Parent, ...]:
    if len(wishes) == 1:
        return (_parent(store, inside, child, wishes[0]),)
    return tuple(_unique(_parent(store, inside, child, wish) for wish in wishes))


def _inside(specs: Sequence[JobSpec]) -> dict[str, int]:
    """Keys and names of this submit; -1 for a name that several bear."""
    where: dict[str, int] = {}
    for index, spec in enumerate(specs):
        if spec.name:
            where[spec.name] = -1 if spec.name in where else index
    keys: set[str] = set()
    for index, spec in enumerate(specs):
        if spec.key:
            if spec.key in keys:
                raise BadInput(f"The key {spec.key} is given to two jobs", "a key names one job", "Change one of them")
            keys.add(spec.key)
            where[spec.key] = index
    return where


def _parent(store: Store, inside: Mapping[str, int], child: int, wish: Dependency) -> Parent:
    index = inside.get(wish.parent)
    if index is None:
        return Parent(wish.after, row=finding.one(store, wish.parent))
    if index < 0:
        raise BadInput(f"Several jobs of this submit are named {wish.parent}", "", "Give them keys and use those")
    if index == child:
        raise Cycle(f"Job {wish.parent} depends on itself", "it would wait for ever", "Remove that dependency")
    return Parent(wish.after, inside=index)


def _unique(parents: Iterable[Parent]) -> list[Parent]:
    """Each parent once; two different wishes for one parent contradict each other."""
    seen: dict[tuple[int, int], Parent] = {}
    for parent in parents:
        known = seen.setdefault((parent.row, parent.inside), parent)
        if known.after is not parent.after:
            raise BadInput(
                "A job depends on the same job twice", f"{known.after} and {parent.after}", "Keep one of them"
            )
    return list(seen.values())


def _refuse_cycle(specs: Sequence[JobSpec], parents: Sequence[tuple[Parent, ...]]) -> None:
    if all(parent.inside < index for index, some in enumerate(parents) for parent in some):
        return  # every parent stands before its child: most files are written so
    waits = {index: [parent.inside for parent in some if parent.inside >= 0] for index, some in enumerate(parents)}
    cycle = graph.find_cycle(waits)
    if cycle:
        shown = [specs[index].name or specs[index].key or f"job {index + 1}" for index in cycle]
        raise Cycle("These jobs wait for each other", graph.name_cycle(shown), "Remove one of these dependencies")


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
