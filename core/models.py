"""Frozen records that cross every border: what people ask for, what the store answers.

Times are seconds since the epoch (UTC, float); durations are seconds; sizes are bytes.
They are NamedTuples: made at import in a fifth of a frozen dataclass's time, and a command's whole life is as long
as some of those; and filled in a fraction of it, which a million jobs notice.
``row`` is a job's integer row id, the only order; ``id`` is its text, ``JOB-YYYYMMDD-NNNNN``.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from .filters.tree import Expression
from .labmodels import ConfigLink, DataFile
from .states import After, Cause, EdgeState, State
from .text import people_age

# -- what is asked for -------------------------------------------------------------------------


class Dependency(NamedTuple):
    """One wish to wait: *parent* is a job id, a name, or a key within the same file."""

    parent: str
    after: After = After.OK


class JobSpec(NamedTuple):
    """A job as somebody asks for it. ``fields`` belongs to the kind (for exec: ``command``)."""

    fields: Mapping[str, Any]
    kind: str = "exec"
    name: str = ""
    session: str = "default"
    queue: str = "default"
    priority: int = 0
    dependencies: tuple[Dependency, ...] = ()
    key: str = ""
    time_limit: float | None = None
    estimate: float | None = None
    retries: int = -1  # this and the three retry_…: below 0 means what the settings of the yard say
    retry_delay: float = -1.0
    idempotent: bool = False
    not_before: float | None = None
    held: bool = False
    cwd: str = ""
    umask: int = -1  # -1 = that of the process that submits
    env: Mapping[str, str] = MappingProxyType({})  # added to the captured environment
    clean_env: bool = False  # env alone, nothing captured
    stdin: str = ""
    needs: Mapping[str, int] = MappingProxyType({})  # units of each resource; cpus, mem (bytes) and gpus among them
    unique: str = ""  # one pending or running job of the yard may bear this key
    array: str = ""  # "1-100%10": a job for each index, at most 10 at a time
    on_end: str = ""  # a shell command that gets the ended job's JSON
    retry_factor: float = -1.0  # the delay grows by it with every attempt
    retry_most: float = -1.0  # seconds, the longest delay
    configs: Mapping[str, str] | None = None  # type: "" (its main version), a version's id, or a file; None: as its kind says
    user: str = ""  # whose job it is, a label; "" = the account that submits. The audit names that account in any case


class Submitted(NamedTuple):
    """The answer to a submit. ``position`` is among the pending of its queue, 1 = next; ``">=1000"`` beyond."""

    id: str
    state: State
    reason: str
    position: int | str


class Sort(NamedTuple):
    """An order of jobs by a column: ``id name state queue priority user age started duration estimate …``."""

    key: str
    descending: bool = False


# By what jobs can be sorted, and whether people want the largest first when they first ask for it.
SORTABLE: Mapping[str, bool] = MappingProxyType({
    "state": False, "id": True, "name": False, "queue": False, "session": False, "priority": True, "user": False,
    "kind": False, "age": False, "submitted": True, "started": True, "ended": True, "duration": True, "estimate": True,
    "attempts": True, "resources": True, "exit": True, "cause": False,
})  # fmt: skip


class JobFilter(NamedTuple):
    """Which jobs are meant, and how they are shown. Every given part must hold.

    ``words`` each occur in the id, name, command, queue, user or state, or name a resource that the job wants.
    ``expression`` is what was written in the filter language. ``folded``: an array and a finished chain are one line.
    """

    words: tuple[str, ...] = ()
    states: frozenset[State] = frozenset()
    queues: frozenset[int] = frozenset()
    user: str = ""
    ended_since: float | None = None  # ended jobs only from then on; pending and running always
    rows: frozenset[int] | None = None  # only some of these
    expression: Expression | None = None
    sort: Sort | None = None  # None: running, then pending in the order in which they start, then ended, newest first
    folded: bool = False


# -- what is answered ---------------------------------------------------------------------------


class Fold(NamedTuple):
    """What a line stands for beside its own job. ``ref`` is a reference to all of it: ``JOB-…[0-99]``, or a chain's."""

    kind: str  # array or chain
    ref: str
    size: int
    counts: tuple[tuple[State, int], ...]


class JobRow(NamedTuple):
    """A line of a list of jobs."""

    row: int
    id: str
    name: str
    queue_id: int
    session: str
    queue: str
    kind: str
    state: State
    reason: str  # short form, for a pending job; "" otherwise
    priority: int
    user: str
    held: bool
    stopping: bool  # a stop has been asked for
    created_at: float
    started_at: float | None
    ended_at: float | None
    exit_code: int | None
    signal: int | None
    cause: Cause | None
    message: str
    attempts: int
    command: str  # one line, for people
    unmet: int
    rank: int = 0  # place among equals of its priority and weight
    weight: float = 0.0  # the policy of its queue as a number, smaller first
    handed: bool = False  # claimed and given to the keeper, which has not started it yet
    array_id: int | None = None  # the row of its array, where it is an element of one
    array_index: int | None = None
    estimate: float | None = None  # seconds
    wants: str = ""  # what it takes beside a slot, for people: ``cpus 2, mem 4G, qick 1``
    fold: Fold | None = None  # in a folded list: the line of all of these


class Page(NamedTuple):
    """Rows *offset* … of the *total* that a filter shows, as of event *version*."""

    offset: int
    total: int
    rows: tuple[JobRow, ...]
    version: int


class Changes(NamedTuple):
    """What came after an event: the rows that changed, or ``None`` when there were too many: reload."""

    version: int
    rows: frozenset[int] | None
    queues: bool  # queues, sessions or workers changed too


class Edge(NamedTuple):
    """A dependency, seen from the child (``id`` = parent) or from the parent (``id`` = child)."""

    row: int
    id: str
    name: str
    after: After
    state: EdgeState
    job_state: State
    array: str = ""  # of a parent, one of many elements of an array: how far these are, ``rabi[0-9]: 3/10 done``


class GraphEdge(NamedTuple):
    """A dependency between two rows."""

    child: int
    parent: int
    after: After
    state: EdgeState


class JobGraph(NamedTuple):
    """Jobs by row, oldest first, and every dependency among them. ``cut``: there were more than could be shown."""

    jobs: Mapping[int, JobRow]
    edges: tuple[GraphEdge, ...]
    cut: bool


class Attempt(NamedTuple):
    """One execution. ``folder`` is relative to the yard; ``cpu_seconds`` and ``max_rss`` (bytes) are the kernel's."""

    number: int
    state: State
    token: str
    folder: str
    worker: str
    claimed_at: float
    started_at: float | None
    ended_at: float | None
    pid: int | None
    exit_code: int | None
    signal: int | None
    cause: Cause | None
    message: str
    cpu_seconds: float | None
    max_rss: int | None
    stdout_bytes: int | None
    stderr_bytes: int | None
    configs: tuple[ConfigLink, ...] = ()  # the versions that it ran with
    data_file: str = ""  # absolute; "" = it left none
    data_bytes: int = 0


class Result(NamedTuple):
    """The verdict on an attempt, as the store records it. ``counts``: it is one of the job's attempts."""

    token: str
    state: State  # completed, failed or cancelled
    ended_at: float
    started_at: float | None = None
    cause: Cause | None = None
    message: str = ""
    exit_code: int | None = None
    signal: int | None = None
    cpu_seconds: float | None = None
    max_rss: int | None = None
    stdout_bytes: int | None = None
    stderr_bytes: int | None = None
    pid: int | None = None
    counts: bool = True
    data: DataFile | None = None  # what it left, where its kind leaves data


class Blocker(NamedTuple):
    """One thing that keeps a pending job waiting. ``job`` is the id of the job behind it, where there is one."""

    rule: str  # held, ended, paused, time, dependency, slot, worker, disk, batch, next
    text: str  # "waits for JOB-… (rabi), running"
    job: str = ""


class Element(NamedTuple):
    """Which element of which array a job is. ``id`` is the array's: that of its first element."""

    id: str
    number: int  # its index
    size: int


class ArrayRow(NamedTuple):
    """A job array as one line. ``shown`` is its id with its indexes, which is also a reference to all of it."""

    row: int  # of its first element, which is the array's own
    id: str
    shown: str
    indexes: str
    name: str
    command: str
    size: int
    left: int  # elements that have not been purged
    most: int | None  # how many may run at a time
    counts: Mapping[State, int]
    created_at: float
    sample: JobRow  # the element that stands first in the list: queue, user and priority are its

    @property
    def state(self) -> State:
        """The most telling state of its elements: what goes on first, then what went wrong."""
        return next((state for state in TELLING if self.counts.get(state)), State.PENDING)


TELLING = (State.RUNNING, State.PENDING, State.FAILED, State.CANCELLED, State.SKIPPED, State.COMPLETED)


class Job(NamedTuple):
    """A job, whole."""

    row: int
    id: str
    name: str
    queue_id: int
    session: str
    queue: str
    kind: str
    fields: Mapping[str, Any]
    command: str
    state: State
    reason: str  # the first blocker's text for a pending job, "" otherwise
    blockers: tuple[Blocker, ...]
    cause: Cause | None
    message: str
    priority: int
    user: str
    held: bool
    stopping: bool
    created_at: float
    not_before: float | None
    started_at: float | None
    ended_at: float | None
    exit_code: int | None
    signal: int | None
    worker: str
    time_limit: float | None
    estimate: float | None
    retries: int
    retry_delay: float
    idempotent: bool
    cwd: str
    stdin: str
    depends_on: tuple[Edge, ...]
    dependents: tuple[Edge, ...]  # at most 1,000
    dependents_total: int
    attempts: tuple[Attempt, ...]
    cloned_from: str  # id of the job this is a clone of, or ""
    resources: Mapping[str, int] = MappingProxyType({})  # units of each, memory in bytes
    unique: str = ""
    array: Element | None = None
    on_end: str = ""
    retry_factor: float = 2.0
    retry_most: float = 3600.0  # seconds
    umask: int = 0o022
    limit: float | None = None  # seconds that it may run, or might: its own limit, or what follows from other rules
    limit_from: str = ""  # which, where it is not its own
    stop_at: float | None = None  # when its stop was asked for, while it is stopping
    stop_by: str = ""  # and by whom
    tried: int = 0  # attempts since it was submitted or requeued
    configs: Mapping[str, str] | None = None  # what it asks for, as in JobSpec
    account: str = ""  # that submitted it; ``user`` is that, or the label that it gave

    @property
    def whose(self) -> str:
        """The user that it bears; where that is a label, with the account behind it."""
        return self.user if self.account in ("", self.user) else f"{self.user} (account {self.account})"

    @property
    def data_file(self) -> str:
        """The data of its last attempt that left any, an absolute path; "" = none did."""
        return next((attempt.data_file for attempt in reversed(self.attempts) if attempt.data_file), "")


class QueueInfo(NamedTuple):
    """A queue with its live counts of every state; a job handed to the keeper but not started counts as pending."""

    id: int
    session: str
    name: str
    slots: int
    policy: str
    paused: bool
    paused_until: float | None
    ended: bool
    session_ended: bool
    counts: Mapping[State, int]
    instructions: str = ""
    time_limit: float | None = None  # seconds, for jobs that bring neither a limit nor an estimate
    limit_factor: float | None = None  # times the estimate is the limit of a job that brings none
    retention: float | None = None  # seconds; None: that of the settings
    declared: Mapping[str, Any] | None = None  # what jobyard.yml says of it; None: nothing
    by_hand: Mapping[str, str] = MappingProxyType({})  # what was set by hand since, and by whom
    python: str = ""  # the interpreter of its experiments; "" = that of whoever submits
    station: str = ""  # MODULE:CLASS, constructed before an experiment: the connections to instruments
    warm: bool = False  # whether that is kept from one experiment to the next

    @property
    def exclusive(self) -> bool:
        """Whether it never runs two jobs at a time."""
        return self.slots == 1

    @property
    def open(self) -> bool:
        """Whether its jobs may start."""
        return not (self.paused or self.ended or self.session_ended)


class Share(NamedTuple):
    """What a running job has of a resource. ``indices`` are those of its GPUs."""

    row: int
    id: str
    name: str
    units: int
    indices: tuple[int, ...] = ()


class ResourceInfo(NamedTuple):
    """A resource: who has how much of it, who waits, who keeps everybody off it. Of ``mem`` units are bytes."""

    name: str
    kind: str  # host or named
    capacity: int
    free: int
    note: str
    declared: int | None  # capacity by the settings
    by_hand: int | None  # capacity by a person, which wins
    locked_by: str
    locked_at: float | None
    lock_note: str
    holders: tuple[Share, ...]
    waiting: int | str  # jobs that wait for nothing but a slot and resources, this among them; ``">=1000"`` beyond
    waiters: tuple[str, ...]  # ids of the first of them

    @property
    def given(self) -> bool:
        """Whether anybody declares it. One that nobody does stays, without a unit, for the jobs that want it."""
        return self.kind == "host" or self.declared is not None or self.by_hand is not None


class SessionInfo(NamedTuple):
    """A group of queues."""

    id: int
    name: str
    created_at: float
    ended_at: float | None
    queues: int


class WorkerInfo(NamedTuple):
    """A worker. ``alive`` is what its lock says; ``hung`` that it has not told of itself for 15 s."""

    id: int
    name: str
    host: str
    pid: int
    face: str  # app, headless, run
    mode: str  # working, draining, left, dead, retired
    alive: bool
    hung: bool
    started_at: float
    heartbeat_at: float
    running: int
    max_jobs: int | None
    mock: bool = False  # it has no hardware: experiments get simulated instruments

    @property
    def starts(self) -> bool:
        """Whether it starts jobs: one that drains or leaves lives, and does not."""
        return self.alive and self.mode == "working"


class Change(NamedTuple):
    """What a command did. ``done`` are ids that changed, ``left`` (id, why) those that did not."""

    verb: str
    done: tuple[str, ...]
    left: tuple[tuple[str, str], ...] = ()
    also: tuple[str, ...] = ()  # others that changed with them: skipped or revived
    of: ChangeInfo | None = None  # what an undo or a redo took back
    passed: ChangeInfo | None = None  # a later change of the same user that it passed over, since it cannot be undone
    priorities: tuple[tuple[str, int, int], ...] = ()  # (id, before, now) of each that moved

    @property
    def crossed(self) -> dict[tuple[int, int], tuple[str, ...]]:
        """Those whose priority a move has changed, by (before, now)."""
        found: dict[tuple[int, int], list[str]] = {}
        for identity, before, now in self.priorities:
            if before != now:
                found.setdefault((before, now), []).append(identity)
        return {pair: tuple(some) for pair, some in found.items()}


class CancelPreview(NamedTuple):
    """What a cancel would do: how many of the jobs run, wait, have ended; how many others would be skipped."""

    running: int
    pending: int
    ended: int
    skipped: int


class CascadePreview(NamedTuple):
    """What a requeue with its dependants would take along: rows, nearest first; some of them whole.

    It is refused while one of *running* (ids) runs; *pending* others wait already and follow by themselves.
    """

    rows: tuple[int, ...]
    shown: tuple[JobRow, ...]
    running: tuple[str, ...]
    pending: int


class ChangeInfo(NamedTuple):
    """A change set: what one command did, over however many jobs. Undo takes it back as a whole."""

    id: int
    at: float
    verb: str
    user: str
    host: str
    face: str
    what: str  # "44 jobs", "JOB-…", "queue lab/qick"
    jobs: int  # how many it changed; at most 10,000 are counted
    first: tuple[str, ...]  # the ids of the first few
    of: int | None  # the change that it undoes or redoes
    undone: bool
    undoable: bool  # undo may take it back, as far as its verb and its state go

    def words(self, user: str, now: float) -> str:
        """``cancel of 44 jobs by you 10s ago``."""
        by = "you" if self.user == user else self.user
        age = people_age(now - self.at)
        return f"{self.verb} of {self.what} by {by} {'just now' if age == 'now' else f'{age} ago'}"


class Event(NamedTuple):
    """One line of the audit: who did what to what, when, from where, and both values."""

    id: int
    at: float
    verb: str
    user: str
    host: str
    face: str
    job: str
    queue: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


class Deed(NamedTuple):
    """What somebody changed of late: so many jobs of a queue, the queue itself, or *what*: a session, a resource."""

    user: str
    host: str
    face: str
    verb: str
    session: str
    queue: str
    jobs: int
    what: str


class News(NamedTuple):
    """What others did, up to event *version*."""

    version: int
    deeds: tuple[Deed, ...]


class Health(NamedTuple):
    """How a yard is, as far as its disk and its locks tell."""

    there: bool
    writable: bool
    low: str = ""  # how far the disk is below its floor, in words
    held_up: float = 0.0  # seconds that a write of this program has been waiting for another program's


class Finding(NamedTuple):
    """One thing that the doctor looked at. ``level`` is ok, warn or bad."""

    level: str
    what: str
    why: str = ""
    todo: str = ""


class GitState(NamedTuple):
    """A repository as an attempt found it. ``why`` says what is not known of it, or that there is none."""

    root: str = ""
    revision: str = ""
    branch: str = ""  # "" = detached
    diff: str = ""  # what was not committed, at most 1 MiB
    cut: bool = False  # there was more of it
    untracked: tuple[str, ...] = ()  # new files, at most 200
    more: bool = False  # there were more of them
    why: str = ""


class Provenance(NamedTuple):
    """What an attempt was started with. ``taken_at`` is when the files were looked at, which git needs time for."""

    number: int
    argv: tuple[str, ...]
    cwd: str
    umask: int
    environment: Mapping[str, str]
    environment_hash: str  # SHA-256
    host: str
    kernel: str
    user: str
    version: str  # of jobyard
    interpreter: Mapping[str, str]  # program, interpreter, real, python: as far as there are any
    git: GitState
    taken_at: float | None
    grants: Mapping[str, Any]


class Failure(NamedTuple):
    """A job that failed. ``tries`` of ``allowed`` since it was submitted or requeued."""

    row: int
    id: str
    name: str
    session: str
    queue: str
    user: str
    ended_at: float
    cause: Cause
    message: str
    tries: int
    allowed: int


class Difference(NamedTuple):
    """One thing that two runs do not share: both sides for people (None: absent), a text's also line by line."""

    what: str
    one: str | None
    other: str | None
    counts: bool = True  # False: measured, and never the same twice
    lines: tuple[str, ...] = ()  # of a unified diff, without its head


class Comparison(NamedTuple):
    """How two runs differ. An attempt's number is 0 for a job that was never started."""

    one: str
    one_attempt: int
    other: str
    other_attempt: int
    differences: tuple[Difference, ...]
    same: bool


class Cleanup(NamedTuple):
    """What a purge deleted, or would: jobs by queue, folders of attempts; what is waited for is ``kept``."""

    jobs: int
    kept: int
    folders: int
    by_queue: Mapping[str, int]
    queues: int = 0  # of runs that were long ago
    dry_run: bool = False


class Copy(NamedTuple):
    """A backup: its file, how many bytes and jobs it has, and the seconds that it took.

    ``versions`` of configs and ``data`` of runs are files beside the store, which it does not hold.
    """

    path: str
    bytes: int
    jobs: int
    seconds: float
    versions: int = 0
    data: int = 0


class Repair(NamedTuple):
    """What a repair did, in sentences, and what is lost; ``store`` is the new one, ``kept`` the damaged file."""

    done: tuple[str, ...]
    lost: tuple[str, ...] = ()
    store: str = ""
    kept: str = ""
