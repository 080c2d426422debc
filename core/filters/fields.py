"""The one table of fields of the filter language; the reader, the completion, the help and the README go by it.

What a field is in SQL the store knows (``core/store/filtering``); a test holds the two together.
"""

from __future__ import annotations

from typing import NamedTuple

from ..states import Cause, State

OPERATORS: dict[str, str] = {
    ":": "is, or is one of a list: {name}:a,b",
    "=": "is, the same as :",
    "!=": "is not; what has no value is not meant",
    "~": "contains, whatever the case",
    "!~": "does not contain",
    "<": "less than",
    "<=": "at most",
    ">": "more than",
    ">=": "at least",
}
MISTAKEN = {"==": "=", "=<": "<=", "=>": ">=", "<>": "!=", "=~": "~", "~=": "~", "!": "!=", "!:": "!=", "!==": "!="}

_IS = (":", "=", "!=")
_TEXT = (":", "=", "!=", "~", "!~")
_MEASURE = (":", "=", "!=", "<", "<=", ">", ">=")

KINDS: dict[str, tuple[str, ...]] = {
    "choice": _IS,  # one of `Field.choices`
    "name": _TEXT,  # a short text; * stands for anything
    "prose": _TEXT,  # a long text, of which : asks for a part
    "number": _MEASURE,
    "duration": _MEASURE,
    "size": _MEASURE,
    "time": _MEASURE,
    "needs": _IS,  # NAME, NAME>=2
    "job": _IS,  # whatever names jobs
    "flag": _IS,  # yes or no
}

REASONS: dict[str, str] = {
    "held": "held by hand",
    "ended": "its queue or session has ended",
    "paused": "its queue is paused",
    "time": "not before a time",
    "retry": "waits for its next attempt",
    "dependency": "waits for other jobs",
    "resource": "a resource is taken, locked or reserved",
    "slot": "no free slot in its queue",
    "worker": "no live worker",
    "disk": "the disk is below its floor",
    "array": "as many of its array run as may",
    "next": "nothing: it is about to start",
}


class Field(NamedTuple):
    """What may stand before an operator."""

    name: str
    kind: str  # of KINDS
    help: str
    example: str
    aliases: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    optional: bool = False  # a job may be without it: none, any
    offers: str = ""  # what the yard knows of it, for completion: users, queues, …

    @property
    def operators(self) -> tuple[str, ...]:
        """Those that it takes, the usual one first."""
        return KINDS[self.kind]

    @property
    def usual(self) -> str:
        """The operator that one reaches for first: that of the example."""
        rest = self.example.removeprefix(self.name)
        return next(operator for operator in sorted(OPERATORS, key=len, reverse=True) if rest.startswith(operator))


def _field(name: str, kind: str, help: str, example: str, *aliases: str, **more: object) -> Field:
    return Field(name, kind, help, example, aliases, **more)  # type: ignore[arg-type]


TABLE: tuple[Field, ...] = (
    _field("state", "choice", "its state", "state:failed,skipped", "status", "is", choices=tuple(State)),
    _field("user", "name", "who submitted it", "user:ada", offers="users"),
    _field("queue", "name", "its queue, or SESSION/QUEUE", "queue:lab/qick", "q", offers="queues"),
    _field("session", "name", "the session of its queue", "session:lab", offers="sessions"),
    _field("name", "name", "its name", "name~rabi", "n", offers="names"),
    _field("id", "job", "its id, a number of today, a range, last", "id:12..20", "job", offers="jobs"),
    _field("command", "prose", "its command", "command:calibrate", "cmd"),
    _field("kind", "name", "how it is run", "kind:exec", offers="kinds"),
    _field("class", "name", "the class of its experiment, or MODULE:CLASS", "class:Rabi", "experiment", optional=True,
           offers="classes"),
    _field("cause", "choice", "why it failed", "cause:lost", choices=tuple(Cause), optional=True),
    _field("message", "prose", "what was said of its end", 'message:"exit code 3"', "msg"),
    _field("reason", "choice", "why it waits", "reason:dependency", "why", choices=tuple(REASONS), optional=True),
    _field("held", "flag", "whether it is held", "held:yes"),
    _field("stopping", "flag", "whether its stop has been asked for", "stopping:yes"),
    _field("priority", "number", "its priority; high, medium and low too", "priority>=10", "prio", "pri"),
    _field("attempts", "number", "how often it was tried", "attempts>1", "tries"),
    _field("retries", "number", "how often it may be tried again", "retries>0"),
    _field("exit", "number", "its exit code", "exit:2..9", "exit_code", "code", optional=True),
    _field("signal", "number", "the signal that ended it, by number or name", "signal:KILL", "sig", optional=True),
    _field("age", "duration", "time since its submit", "age<2d"),
    _field("waited", "duration", "time from its submit to its start, or until now", "waited>1h", "wait"),
    _field("duration", "duration", "how long it ran or has been running", "duration>10m", "took",
           optional=True),
    _field("estimate", "duration", "how long it was said to take", "estimate<5m", optional=True),
    _field("limit", "duration", "its own time limit", "limit:none", "time_limit", optional=True),
    _field("submitted", "time", "when it was submitted", "submitted:today", "created"),
    _field("started", "time", "when it started", "started>10:00", optional=True),
    _field("ended", "time", "when it ended", "ended>2026-11-21", "finished", optional=True),
    _field("needs", "needs", "a resource that it wants, or so much of it", "needs:qick>=2", "need", optional=True,
           offers="resources"),
    _field("cpus", "number", "CPUs that it asked for", "cpus>=4", "cpu", optional=True),
    _field("mem", "size", "memory that it asked for", "mem>4G", "memory", optional=True),
    _field("gpus", "number", "GPUs that it asked for", "gpus:any", "gpu", optional=True),
    _field("after", "job", "waits, or waited, for that job", "after:rabi", "parent", optional=True, offers="jobs"),
    _field("before", "job", "that job waits, or waited, for it", "before:JOB-20261122-00017", "needed-by", "child",
           optional=True, offers="jobs"),
    _field("array", "job", "an element of that array", "array:scan", optional=True, offers="arrays"),
    _field("chain", "job", "of the ended chain, or the array, that is folded into one line with that job",
           "chain:fit", offers="jobs"),
    _field("graph", "job", "connected with that job by dependencies, all the way", "graph:fit", offers="jobs"),
    _field("worker", "name", "a worker that ran it", "worker:rig-1a2b", offers="workers"),
    _field("unique", "name", "its unique key", "unique:nightly", "key"),
)  # fmt: skip

FIELDS: dict[str, Field] = {field.name: field for field in TABLE}
NAMES: dict[str, str] = {word: field.name for field in TABLE for word in (field.name, *field.aliases)}


def field_named(word: str) -> Field | None:
    """The field by its name or an alias, whatever the case; ``_`` and ``-`` are the same."""
    word = word.lower()
    name = NAMES.get(word) or NAMES.get(word.replace("-", "_")) or NAMES.get(word.replace("_", "-"))
    return FIELDS[name] if name else None
