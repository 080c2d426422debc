"""The table of transitions and the database's own rules agree: what is legal is possible, what is not is refused."""

from __future__ import annotations

import itertools
import re
import sqlite3
from pathlib import Path

import pytest

from jobyard.core.models import Result
from jobyard.core.states import ENDED, TRANSITIONS, After, Cause, State, Transition, allowed, sources
from jobyard.core.store import claims, edits, outcomes, settle, undo
from tests.store.kit import CANCELLED, COMPLETED, FAILED, PENDING, RUNNING, SKIPPED, Lab

COLUMNS = {
    PENDING: "started_at = NULL, ended_at = NULL, cause = NULL, exit_code = NULL, stop = NULL",
    RUNNING: "started_at = 5, ended_at = NULL, cause = NULL, exit_code = NULL",
    COMPLETED: "started_at = 5, ended_at = 6, cause = NULL, exit_code = 0, stop = NULL",
    FAILED: "started_at = 5, ended_at = 6, cause = 'exit', exit_code = 1, stop = NULL",
    CANCELLED: "ended_at = 6, cause = NULL, exit_code = NULL, stop = NULL",
    SKIPPED: "started_at = NULL, ended_at = 6, cause = NULL, exit_code = NULL, stop = NULL",
}

NONSENSE = [
    "state = 'sleeping'",
    "state = 'completed'",  # without an end
    "state = 'completed', ended_at = 1, exit_code = 1",
    "state = 'completed', ended_at = 1",  # without an exit code
    "state = 'failed', ended_at = 1",  # without a cause
    "state = 'failed', cause = 'exit'",  # without an end
    "state = 'failed', cause = 'mood', ended_at = 1",
    "state = 'cancelled', ended_at = 1, cause = 'exit'",
    "ended_at = 1",  # pending, and over
    "started_at = 1",  # pending, and begun
    "stop = 'cancel'",  # pending, and to be stopped
    "state = 'running', stop = 'please'",
    "due = 0",  # until when?
    "held = 2",
    "unmet = -1",
    "time_limit = 0",
    "queue_id = 99",
]

PATHS: dict[tuple[State, Transition], list[str]] = {
    (RUNNING, Transition.CLAIM): ["claim"],
    (CANCELLED, Transition.CANCEL): ["cancel"],
    (SKIPPED, Transition.SKIP): ["skip"],
    (PENDING, Transition.RETURN): ["claim", "return"],
    (PENDING, Transition.RETRY): ["claim", "retry"],
    (COMPLETED, Transition.END): ["claim", "end completed"],
    (FAILED, Transition.END): ["claim", "end failed"],
    (CANCELLED, Transition.END): ["claim", "end cancelled"],
    (COMPLETED, Transition.UNDO): ["claim", "end completed", "requeue", "undo"],
    (FAILED, Transition.UNDO): ["claim", "end failed", "requeue", "undo"],
    (CANCELLED, Transition.UNDO): ["cancel", "requeue", "undo"],
    (SKIPPED, Transition.UNDO): ["skip", "cut", "requeue", "undo"],
    (PENDING, Transition.REVIVE): ["cancel", "undo"],
}


@pytest.mark.parametrize("nonsense", NONSENSE)
def test_the_database_refuses_nonsense(lab: Lab, nonsense: str) -> None:
    """No row can say what no job can be, whoever writes it."""
    row = lab.submit()
    with pytest.raises(sqlite3.IntegrityError), lab.store.db.transaction() as connection:
        connection.execute(f"UPDATE job SET {nonsense} WHERE id = ?", (row,))


@pytest.mark.parametrize("state", State)
def test_every_state_has_a_row_that_the_database_accepts(lab: Lab, state: State) -> None:
    """The CHECKs forbid no state of the table."""
    row = lab.submit()
    for step in (RUNNING, state):
        with lab.store.db.transaction() as connection:
            connection.execute(f"UPDATE job SET state = '{step}', {COLUMNS[step]} WHERE id = ?", (row,))
    assert lab.state(row) is state
    with lab.store.db.transaction() as connection:
        connection.execute(f"UPDATE job SET state = 'pending', {COLUMNS[PENDING]} WHERE id = ?", (row,))


def test_ended_is_what_has_an_end(lab: Lab) -> None:
    """ENDED of the vocabulary and the CHECK of the table are the same set."""
    for state in State:
        row = lab.submit()
        with lab.store.db.transaction() as connection:
            connection.execute(f"UPDATE job SET state = 'running', {COLUMNS[RUNNING]} WHERE id = ?", (row,))
            connection.execute(f"UPDATE job SET state = '{state}', {COLUMNS[state]} WHERE id = ?", (row,))
        ended = lab.store.db.value("SELECT ended_at IS NOT NULL FROM job WHERE id = ?", (row,))
        assert bool(ended) is (state in ENDED)
        with lab.store.db.transaction() as connection:
            connection.execute(f"UPDATE job SET state = 'pending', {COLUMNS[PENDING]} WHERE id = ?", (row,))


def walk(lab: Lab, row: int, parent: int, step: str) -> None:
    """One named outcome."""
    match step.split():
        case ["claim"]:
            lab.run(parent, COMPLETED)
            lab.claim()
        case ["cancel"]:
            edits.cancel(lab.store, [row])
        case ["skip"]:
            lab.run(parent, FAILED)
        case ["return"]:
            lab.give_back(row)
        case ["retry"]:
            lab.store.db.rows("UPDATE job SET retries = 9 WHERE id = ?", (row,))
            lab.end(row, FAILED)
        case ["end", state]:
            lab.end(row, State(state))
        case ["requeue"]:
            assert edits.requeue(lab.store, [row]).done
        case ["cut"]:
            lab.store.db.rows("DELETE FROM edge WHERE child_id = ?", (row,))
        case ["undo"]:
            assert undo.undo(lab.store).done


@pytest.mark.parametrize(("after", "why"), PATHS, ids=lambda value: str(value))
def test_every_legal_transition_has_a_named_outcome(lab: Lab, after: State, why: Transition) -> None:
    """The store's outcomes lead where the table says."""
    parent = lab.submit()
    row = lab.submit((parent, After.OK))
    before = PENDING
    for step in PATHS[after, why]:
        before = lab.state(row)
        walk(lab, row, parent, step)
    assert lab.state(row) is after
    assert allowed(before, after, why)


@pytest.mark.parametrize("state", [COMPLETED, FAILED, CANCELLED])
def test_requeue_is_possible_from_every_end(lab: Lab, state: State) -> None:
    """Same id, next attempt; a skipped one follows its parent (test_edges)."""
    row = lab.submit()
    lab.finish(row, state)
    assert len(edits.requeue(lab.store, [row]).done) == 1
    assert lab.state(row) is PENDING
    lab.run(row, COMPLETED)


def test_the_paths_tested_are_all_of_the_table() -> None:
    """A transition that is added to the table needs a test above."""
    tested = {(after, why) for after, why in PATHS} | {(PENDING, Transition.REQUEUE)}
    assert tested == {(after, why) for (_, after), whys in TRANSITIONS.items() for why in whys}


def test_the_diagram_says_what_the_table_says() -> None:
    """ARCHITECTURE.md draws every legal transition and no other."""
    text = (Path(__file__).parents[2] / "ARCHITECTURE.md").read_text(encoding="utf-8")
    drawn = re.findall(r"^ +(\w+) --> (\w+): (.+)$", text, re.MULTILINE)
    told = {(State(before), State(after)): set(whys.split(", ")) for before, after, whys in drawn}
    assert told == {pair: {why.value for why in whys} for pair, whys in TRANSITIONS.items()}


def outcome(lab: Lab, row: int, name: str) -> None:
    """A named outcome on a job in whatever state it is."""
    token = lab.tokens.get(row, "no such token")
    with lab.store.db.transaction() as connection:
        match name:
            case "claim":
                claims.claim(lab.store, connection, lab.worker, {}, None)
            case "started":
                outcomes.started(lab.store, connection, [(token, 1, lab.now)])
            case "returned":
                outcomes.returned(lab.store, connection, [token])
            case "ended":
                outcomes.ended(lab.store, connection, [Result(token, FAILED, lab.now, cause=Cause.EXIT)])
            case "skip":
                settle.skip(lab.store, connection, [row])


TOO_LATE = {
    "claim": [RUNNING, COMPLETED, FAILED, CANCELLED, SKIPPED],
    "started": [PENDING, COMPLETED, FAILED, CANCELLED, SKIPPED],
    "returned": [PENDING, RUNNING, COMPLETED, FAILED, CANCELLED, SKIPPED],
    "ended": [PENDING, COMPLETED, FAILED, CANCELLED, SKIPPED],
    "skip": [RUNNING, COMPLETED, FAILED, CANCELLED, SKIPPED],
}


@pytest.mark.parametrize(("name", "state"), [(n, s) for n, states in TOO_LATE.items() for s in states])
def test_an_outcome_that_comes_too_late_changes_nothing(lab: Lab, name: str, state: State) -> None:
    """Each is guarded by the state, and by the token, that it expects."""
    parent = lab.submit()
    row = lab.submit((parent, After.OK), held=False)
    lab.run(parent, FAILED if state is SKIPPED else COMPLETED)
    if state not in (PENDING, SKIPPED):
        lab.claim()
        lab.start(row)
    if state in (COMPLETED, FAILED, CANCELLED):
        lab.end(row, state)
    before = lab.store.db.row("SELECT * FROM job WHERE id = ?", (row,))
    if (name, state) == ("claim", PENDING):
        return
    outcome(lab, row, name)
    assert lab.store.db.row("SELECT * FROM job WHERE id = ?", (row,)) == before


@pytest.mark.parametrize(
    ("state", "verb"), itertools.product(State, ["cancel", "requeue", "hold", "release", "priority"])
)
def test_edits_of_the_wrong_state_are_told_and_left(lab: Lab, state: State, verb: str) -> None:
    """Each verb acts on the states it is for, and says why it left the others."""
    parent = lab.submit()
    row = lab.submit((parent, After.OK), held=verb == "release" and state is PENDING)
    if state is not PENDING:
        lab.run(parent, FAILED if state is SKIPPED else COMPLETED)
    if state is RUNNING:
        lab.claim()
        lab.start(row)
    elif state in (COMPLETED, FAILED, CANCELLED):
        lab.run(row, state)
    does = {
        "cancel": lambda: edits.cancel(lab.store, [row]),
        "requeue": lambda: edits.requeue(lab.store, [row]),
        "hold": lambda: edits.hold(lab.store, [row]),
        "release": lambda: edits.release(lab.store, [row]),
        "priority": lambda: edits.priority(lab.store, [row], lambda old: old + 1),
    }
    change = does[verb]()
    fits = {"cancel": {PENDING, RUNNING}, "requeue": {COMPLETED, FAILED, CANCELLED}}.get(verb, {PENDING})
    assert (len(change.done) == 1) is (state in fits)
    assert (len(change.left) == 1) is (state not in fits)


def test_sources_are_read_from_the_table() -> None:
    """The guards of the UPDATEs follow the table, so that a change there is a change everywhere."""
    assert sources(CANCELLED, Transition.CANCEL) == (PENDING,)
    assert set(sources(PENDING, Transition.REQUEUE)) == set(ENDED)


def test_one_attempt_runs_at_a_time(lab: Lab) -> None:
    """The database refuses a second running attempt of a job."""
    row = lab.submit()
    lab.claim()
    with pytest.raises(sqlite3.IntegrityError), lab.store.db.transaction() as connection:
        connection.execute(
            "INSERT INTO attempt (job_id, number, token, folder, worker_id, claimed_at) VALUES (?, 2, 't', 'f', ?, 0)",
            (row, lab.worker),
        )
