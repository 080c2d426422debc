"""The facade's rehearsals: what a submit or a new dependency would be refused for, before anybody asks for it.

The same checks as those that the command itself makes, each alone, so that a form can say which of its fields is
meant. Nothing is stored but, the first time, what the host has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from .. import kinds, names
from ..errors import JobyardError, Unknown
from ..lazy import LazyModule
from ..models import JobSpec, QueueInfo
from ..states import After
from ..store import Store, queues
from . import finding, submitting, wishes
from .part import Ref, Whole

if TYPE_CHECKING:
    from ..store import edges, resources, unique
    from . import configwishes, expanding
else:
    edges = LazyModule("jobyard.core.store.edges")
    configwishes = LazyModule("jobyard.core.yard.configwishes")
    expanding = LazyModule("jobyard.core.yard.expanding")
    resources = LazyModule("jobyard.core.store.resources")
    unique = LazyModule("jobyard.core.store.unique")

HOST = ("cpus", "mem", "gpus")  # resources with a key of their own
KEYS = {After.OK: "after", After.ANY: "after_any", After.FAIL: "after_fail"}


class Complaint(NamedTuple):
    """What would be refused, and the key of a job file that says it."""

    key: str
    error: JobyardError


class Rehearsing(Whole):
    """What would be refused."""

    def submit_check(self, spec: JobSpec) -> tuple[Complaint, ...]:
        """Everything for which a submit of this job would be refused now; empty: it would be taken."""
        return tuple(_complaints(_checks(self._store, spec)))

    def after_check(self, ref: Ref, parents: Sequence[Ref]) -> None:
        """Whether `after_add` would take these: raises what it would raise."""
        child = finding.one(self._store, ref)
        edges.check(self._store, child, self.resolve(parents, destructive=True))


_Check = tuple[str, Callable[[], object]]


def _checks(store: Store, spec: JobSpec) -> Iterator[_Check]:
    kind = kinds.get(spec.kind)
    if spec.fields:
        yield "command", lambda: kind.check(spec.fields)
        if kind.looks:
            yield "command", lambda: _look_around(store, kind, spec)
    if spec.name:
        yield "name", lambda: names.check_name(spec.name)
    yield "queue", lambda: _lane(store, kind, spec)
    if kind.configs or spec.configs:
        yield (
            "configs",
            lambda: configwishes.checked(store, kind, spec.configs, spec.cwd or submitting.working_folder()),
        )
    for wish in spec.dependencies:
        yield KEYS[wish.after], lambda parent=wish.parent: finding.rows(store, [parent], destructive=True)  # type: ignore[misc]
    yield "after", lambda: wishes.parents(store, [spec])
    for name, units in spec.needs.items():
        yield name if name in HOST else "needs", lambda need={name: units}: resources.check_demand(store, need)  # type: ignore[misc]
    yield "array", lambda: expanding.array_of(expanding.derived(spec))
    if spec.unique:
        yield "unique", lambda: unique.check(store.db.connection, [spec.unique])


def _lane(store: Store, kind: kinds.Kind, spec: JobSpec) -> QueueInfo | None:
    """The queue that it would wait in; None for the kind's own where that is made with the first job."""
    name = spec.queue or kind.queue or queues.DEFAULT
    try:
        return submitting.accepting(queues.find(store, spec.session, name))
    except Unknown:
        if name == kind.queue and spec.session == queues.DEFAULT:
            return None
        raise


def _look_around(store: Store, kind: kinds.Kind, spec: JobSpec) -> None:
    """What a kind finds missing: an experiment's interpreter, its libraries, its module, its class."""
    try:
        lane = _lane(store, kind, spec)
    except JobyardError:  # that is told of the queue
        lane = None
    around = submitting.Surroundings(store)
    kind.found(kind.check(spec.fields), around.submitter(spec, around.folder(spec.cwd), lane.id if lane else 0))


def _complaints(checks: Iterator[_Check]) -> Iterator[Complaint]:
    """Each key once: what comes of the first mistake is not told as a second."""
    seen: set[str] = set()
    for key, check in checks:
        if key in seen or (key == "after" and seen & set(KEYS.values())):
            continue
        try:
            check()
        except JobyardError as error:
            seen.add(key)
            yield Complaint(key, error)
