"""Whatever is done in whatever order: undo returns the store to what was seen before, redo to what was seen after."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobyard.core.errors import JobyardError
from jobyard.core.states import After, EdgeState, State, judge
from jobyard.core.store import check, edges, edits, moves, queues, submit, undo
from tests.store.kit import COMPLETED, FAILED, Lab

SEEN = (  # but what follows for jobs that do not wait, and when a skip was
    "id, state, held, priority, CASE state WHEN 'pending' THEN unmet ELSE 0 END, due, not_before, started_at, "
    "CASE state WHEN 'skipped' THEN 0 ELSE ended_at END, message, cause, exit_code, signal, stop, tried, base"
)
QUEUE = "id, session_id, name, slots, paused, paused_until, ended_at, instructions, python, station, warm"
Command = Callable[[Lab, list[int], int], object]


def do_queue(verb: str, **values: object) -> Command:
    return lambda lab, rows, value: queues.change(
        lab.store, queues.find(lab.store, "default", "default"), verb, **values
    )


COMMANDS: dict[str, Command] = {
    "cancel": lambda lab, rows, value: edits.cancel(lab.store, rows),
    "requeue": lambda lab, rows, value: edits.requeue(lab.store, rows),
    "hold": lambda lab, rows, value: edits.hold(lab.store, rows),
    "release": lambda lab, rows, value: edits.release(lab.store, rows),
    "priority": lambda lab, rows, value: edits.priority(lab.store, rows, lambda old: value),
    "top": lambda lab, rows, value: moves.move(lab.store, rows, "top"),
    "down": lambda lab, rows, value: moves.move(lab.store, rows, "down"),
    "before": lambda lab, rows, value: moves.move(lab.store, rows[1:], "before", rows[0]),
    "after add": lambda lab, rows, value: edges.add(lab.store, rows[0], rows[1:], list(After)[value % 3]),
    "after cut": lambda lab, rows, value: edges.cut(lab.store, rows[0], rows[1:]),
    "set": lambda lab, rows, value: queues.change(
        lab.store, queues.find(lab.store, "default", "default"), "set", slots=5 + value % 4
    ),
    "station": do_queue("set", station="lab.station:Station", warm=1),
    "pause": do_queue("pause", paused=1, paused_until=9e9),
    "resume": do_queue("resume", paused=0, paused_until=None),
    "create": lambda lab, rows, value: queues.create(lab.store, f"s{value % 2}", f"q{value}", 1),
}


def visible(lab: Lab) -> list[Any]:
    """What people see: jobs, their order, their edges, the queues."""
    order = lab.store.db.rows("SELECT id FROM job WHERE state = 'pending' ORDER BY priority DESC, weight, rank, id")
    wanted = lab.store.db.rows("SELECT child_id, parent_id, type FROM edge ORDER BY child_id, parent_id")
    return [
        lab.store.db.rows(f"SELECT {SEEN} FROM job ORDER BY id"), order, wanted,
        lab.store.db.rows(f"SELECT {QUEUE} FROM queue ORDER BY id"),
        lab.store.db.rows("SELECT id, name, ended_at FROM session ORDER BY id"),
    ]  # fmt: skip


@contextmanager
def yard() -> Iterator[tuple[Lab, list[int]]]:
    """Jobs of every state, some waiting for others."""
    with tempfile.TemporaryDirectory() as folder:
        lab = Lab(Path(folder) / "yard", slots=3)
        try:
            rows = submit.add(lab.store, [lab.new(priority=i % 2) for i in range(4)])
            done, bad = rows[1], rows[3]
            rows.append(lab.submit((rows[0], After.OK)))
            rows.append(lab.submit((rows[4], After.ANY), (bad, After.FAIL)))
            rows.append(lab.submit((bad, After.OK)))
            rows.append(lab.submit((rows[6], After.OK)))
            rows.append(lab.submit(held=True))
            lab.claim(2)
            for row, end in ((done, COMPLETED), (bad, FAILED)):
                lab.start(row)
                lab.end(row, end)
            yield lab, rows
        finally:
            lab.close()


def sound(lab: Lab) -> None:
    """Counters are true, and every edge of a waiting job says what its parent's state says."""
    assert check.problems(lab.store) == []
    for after, state, parent in lab.store.db.rows(
        "SELECT e.type, e.state, p.state FROM edge e JOIN job p ON p.id = e.parent_id JOIN job c ON c.id = e.child_id "
        "WHERE c.state = 'pending'"
    ):
        assert EdgeState(state) is judge(After(after), State(parent))


def acts() -> st.SearchStrategy[list[tuple[str, list[int], int]]]:
    one = st.tuples(
        st.sampled_from(sorted(COMMANDS)),
        st.lists(st.integers(0, 8), min_size=2, max_size=5, unique=True),
        st.integers(0, 9),
    )
    return st.lists(one, min_size=1, max_size=6)


@given(acts())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_there_and_back(commands: list[tuple[str, list[int], int]]) -> None:
    """After random commands each undo returns to what was seen before the last of them, each redo to what was after."""
    with yard() as (lab, rows):
        seen = [visible(lab)]
        for name, picked, value in commands:
            lab.now += 1
            before = undo.undoable(lab.store)
            try:
                COMMANDS[name](lab, [rows[index] for index in picked], value)
            except JobyardError:
                continue
            after = undo.undoable(lab.store)
            if after is not None and (before is None or after.id != before.id):
                seen.append(visible(lab))
            else:
                assert visible(lab) == seen[-1], f"{name} changed something that cannot be undone"
        for expected in seen[-2::-1]:
            change = undo.undo(lab.store)
            assert change.left == ()
            assert visible(lab) == expected
            sound(lab)
        for expected in seen[1:]:
            undo.redo(lab.store)
            assert visible(lab) == expected
            sound(lab)
