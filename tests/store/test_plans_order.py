"""Moves, edges, chains and cascades must stay cheap at a million jobs: none of their queries scans a table of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest

from jobyard.core.states import After
from jobyard.core.store import edges, edits, moves, preview, queues, submit, weights
from tests.store.kit import Lab, plan, statements

OK = After.OK
WRITES = ("INSERT INTO event", "INSERT INTO change", "UPDATE counter")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A queue of policy chain with a tree of jobs, some of them handed to the keeper."""
    found = Lab(tmp_path_factory.mktemp("plans") / "yard")
    info = queues.find(found.store, "default", "default")
    queues.change(found.store, info, "set", policy="chain")
    rows = submit.add(found.store, [found.new(priority=i % 3, estimate=float(i)) for i in range(100)])
    submit.add(found.store, [found.new([(rows[i], OK)]) for i in range(100)])
    found.claim()
    yield found
    found.close()


def row(lab: Lab, which: int) -> int:
    """The *which*-th job that waits and is not handed."""
    sql = "SELECT id FROM job WHERE state = 'pending' AND unmet = 0 ORDER BY id LIMIT 1 OFFSET ?"
    return int(lab.store.db.value(sql, (which,)))


def crowd(lab: Lab) -> None:
    """No room between the first ones."""
    first, second = row(lab, 0), row(lab, 1)
    place = lab.store.db.row("SELECT priority, weight, rank FROM job WHERE id = ?", (first,))
    assert place is not None
    with lab.store.db.transaction() as connection:
        sql = "UPDATE job SET priority = ?, weight = ?, rank = ? WHERE id = ?"
        connection.execute(sql, (*place[:2], place[2] + 1, second))
    moves.move(lab.store, [row(lab, 5)], "after", first)


ACTIONS: dict[str, Callable[[Lab], object]] = {
    "up": lambda lab: moves.move(lab.store, [row(lab, 9)], "up"),
    "down": lambda lab: moves.move(lab.store, [row(lab, 9)], "down"),
    "top": lambda lab: moves.move(lab.store, [row(lab, 9), row(lab, 8)], "top"),
    "bottom": lambda lab: moves.move(lab.store, [row(lab, 9)], "bottom"),
    "before": lambda lab: moves.move(lab.store, [row(lab, 9)], "before", row(lab, 3)),
    "crowd": crowd,
    "add": lambda lab: edges.add(lab.store, row(lab, 20), [row(lab, 21)]),
    "cut": lambda lab: edges.cut(lab.store, row(lab, 30), [row(lab, 31)]),
    "cancel": lambda lab: edits.cancel(lab.store, [row(lab, 40)]),
    "submit": lambda lab: lab.submit((row(lab, 50), OK)),
    "cascade": lambda lab: (edits.descendants(lab.store, [1, 2]), preview.cascade(lab.store, [1, 2])),
    "policy": lambda lab: queues.change(lab.store, queues.find(lab.store, "default", "default"), "set", policy="chain"),
    "pending": lambda lab: weights.pending(lab.store),
}


@pytest.mark.parametrize("name", ACTIONS)
def test_nothing_scans_jobs_or_edges(lab: Lab, name: str) -> None:
    """Each query of it reads rows by key, or a stretch of an index in its order."""
    asked = statements(lab.store, lambda: ACTIONS[name](lab))
    seen = 0
    for sql in asked:
        mine = "job" in sql or "edge" in sql or "chain" in sql
        if not mine or not re.match("SELECT|UPDATE|DELETE|INSERT|WITH", sql) or sql.startswith(WRITES):
            continue
        if sql.startswith("SELECT id FROM job WHERE state = 'pending' AND unmet = 0") or "test" in sql:
            continue  # the test's own
        found = plan(lab.store, sql, ())
        seen += 1
        assert not re.search(r"SCAN (job|j|p|c|e|edge)\b(?! USING (COVERING )?INDEX job_running)", found), (
            found,
            sql,
        )
        if "json_each" not in sql:
            assert "TEMP B-TREE FOR ORDER BY" not in found, (found, sql)
    assert seen


def test_a_place_is_a_stretch_of_the_index(lab: Lab) -> None:
    """What comes before or after a job is found without walking over what does not."""
    values = {"queue": 1, "priority": 1, "weight": -60.0, "rank": 5, "row": 5}
    wanted = ("rank", "weight", "priority")
    for forward in (True, False):
        for beyond, column in zip(moves._BEYOND[forward], wanted, strict=True):
            sql = moves._FROM + beyond + moves._ORDER[forward]
            found = "; ".join(line[3] for line in lab.store.db.connection.execute("EXPLAIN QUERY PLAN " + sql, values))
            assert re.search(rf"SEARCH job USING INDEX job_queue_pending \(.*{column}[<>=]", found), found
