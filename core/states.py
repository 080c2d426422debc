"""The states of a job and the only legal ways between them.

| state     | who enters                       | who leaves              | what a crash leaves                      |
|-----------|----------------------------------|-------------------------|------------------------------------------|
| pending   | submit, requeue, retry, undo     | claim, cancel, settle   | itself                                   |
| running   | claim (`started_at` still empty: | outcome, returned claim | a process that the next worker adopts,   |
|           | handed to the keeper)            |                         | or a claim that it disowns               |
| completed | outcome: exit code 0             | requeue                 | itself; its edges settle later           |
| failed    | outcome: anything else           | requeue                 | itself; its edges settle later           |
| cancelled | cancel, outcome after a cancel   | requeue, undo           | itself; its edges settle later           |
| skipped   | settle: a dependency is dead     | requeue, undo, requeue  | itself; its edges settle later           |
|           |                                  | of the dead parent      |                                          |

The undo of a requeue that has not started leads back from pending to the end that it had.
"""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where a job stands."""

    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"


class Cause(StrEnum):
    """Why a job failed."""

    EXIT = "exit"
    SIGNAL = "signal"
    TIME_LIMIT = "time limit"
    LOG_LIMIT = "log limit"
    LAUNCH = "launch"
    LOST = "lost"
    AUTO_FAILED = "auto-failed"


class Transition(StrEnum):
    """Why a job may change its state."""

    CLAIM = "claim"
    RETURN = "return"  # a claim that never started
    RETRY = "retry"
    END = "end"
    CANCEL = "cancel"
    SKIP = "skip"
    REQUEUE = "requeue"
    REVIVE = "revive"  # undo, or the dead parent was requeued: no attempt counted
    UNDO = "undo"  # of a requeue that has not started


PENDING, RUNNING = State.PENDING, State.RUNNING
COMPLETED, FAILED, CANCELLED, SKIPPED = State.COMPLETED, State.FAILED, State.CANCELLED, State.SKIPPED

ENDED = frozenset({COMPLETED, FAILED, CANCELLED, SKIPPED})

TRANSITIONS: dict[tuple[State, State], frozenset[Transition]] = {
    (PENDING, RUNNING): frozenset({Transition.CLAIM}),
    (PENDING, COMPLETED): frozenset({Transition.UNDO}),
    (PENDING, FAILED): frozenset({Transition.UNDO}),
    (PENDING, CANCELLED): frozenset({Transition.CANCEL, Transition.UNDO}),
    (PENDING, SKIPPED): frozenset({Transition.SKIP, Transition.UNDO}),
    (RUNNING, PENDING): frozenset({Transition.RETURN, Transition.RETRY}),
    (RUNNING, COMPLETED): frozenset({Transition.END}),
    (RUNNING, FAILED): frozenset({Transition.END}),
    (RUNNING, CANCELLED): frozenset({Transition.END}),
    (COMPLETED, PENDING): frozenset({Transition.REQUEUE}),
    (FAILED, PENDING): frozenset({Transition.REQUEUE}),
    (CANCELLED, PENDING): frozenset({Transition.REQUEUE, Transition.REVIVE}),
    (SKIPPED, PENDING): frozenset({Transition.REQUEUE, Transition.REVIVE}),
}

ALIASES: dict[str, State] = {
    "queued": PENDING,
    "waiting": PENDING,
    "claimed": RUNNING,
    "doing": RUNNING,
    "succeeded": COMPLETED,
    "success": COMPLETED,
    "done": COMPLETED,
    "ok": COMPLETED,
    "canceled": CANCELLED,
}


class After(StrEnum):
    """What a child asks of its parent's end."""

    OK = "after-ok"
    ANY = "after-any"
    FAIL = "after-fail"


class EdgeState(StrEnum):
    """What has become of a dependency."""

    OPEN = "open"
    SATISFIED = "satisfied"
    DEAD = "dead"


_S, _D = EdgeState.SATISFIED, EdgeState.DEAD

SETTLED: dict[State, dict[After, EdgeState]] = {
    COMPLETED: {After.OK: _S, After.ANY: _S, After.FAIL: _D},
    FAILED: {After.OK: _D, After.ANY: _S, After.FAIL: _S},
    CANCELLED: {After.OK: _D, After.ANY: _S, After.FAIL: _S},
    SKIPPED: {After.OK: _D, After.ANY: _S, After.FAIL: _D},
}


def allowed(before: State, after: State, why: Transition) -> bool:
    """Whether a job may go from *before* to *after* for this reason."""
    return why in TRANSITIONS.get((before, after), frozenset())


def sources(after: State, why: Transition) -> tuple[State, ...]:
    """The states from which *why* leads to *after*; named outcomes guard their UPDATE with it."""
    return tuple(before for (before, to), whys in TRANSITIONS.items() if to is after and why in whys)


def judge(after: After, parent: State) -> EdgeState:
    """What an edge becomes once its parent is in state *parent* (DESIGN section 4)."""
    if parent not in ENDED:
        return EdgeState.OPEN
    return SETTLED[parent][after]


def parse_state(word: str) -> State | None:
    """The state that *word* names, by its own name or that of one of the five originals."""
    word = word.strip().lower()
    if word in ALIASES:
        return ALIASES[word]
    return State(word) if word in {state.value for state in State} else None
