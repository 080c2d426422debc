"""Policies: the weight of every job that waits is what its queue's policy says, whatever happened in whatever order."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobyard.core.errors import BadInput, Cycle
from jobyard.core.models import QueueInfo
from jobyard.core.states import ENDED, After, State
from jobyard.core.store import edges, edits, moves, queues, submit, undo, weights
from tests.store.kit import COMPLETED, FAILED, Lab, statements

OK, ANY = After.OK, After.ANY


def policy(lab: Lab, word: str, name: str = "default") -> QueueInfo:
    return queues.change(lab.store, queues.find(lab.store, "default", name), "set", policy=word)


def order(lab: Lab, queue: int = 1) -> list[int]:
    sql = (
        "SELECT id FROM job WHERE queue_id = ? AND state = 'pending' AND batch IS NULL "
        "ORDER BY priority DESC, weight, rank, id"
    )
    return [row for (row,) in lab.store.db.rows(sql, (queue,))]


def weight(lab: Lab, row: int) -> float:
    return float(lab.store.db.value("SELECT weight FROM job WHERE id = ?", (row,)))


def longest(lab: Lab) -> dict[int, float]:
    """The longest remaining chain of each pending job, by trying every way."""
    states = {row: State(state) for row, state in lab.store.db.rows("SELECT id, state FROM job")}
    costs = dict(lab.store.db.rows("SELECT id, coalesce(estimate, 60.0) FROM job"))
    waits: dict[int, list[int]] = {row: [] for row in states}
    for child, parent in lab.store.db.rows("SELECT child_id, parent_id FROM edge WHERE state = 'open'"):
        if states[child] is State.PENDING:
            waits[parent].append(child)

    def chain(row: int) -> float:
        return float(costs[row]) + max((chain(child) for child in waits[row]), default=0.0)

    return {row: chain(row) for row, state in states.items() if state is State.PENDING}


def agree(lab: Lab, queues_: Sequence[int]) -> None:
    """Every weight of these queues is minus the longest chain."""
    found = longest(lab)
    marks = ",".join("?" * len(queues_))
    sql = f"SELECT id, weight FROM job WHERE state = 'pending' AND moved = 0 AND queue_id IN ({marks})"
    assert {row: -kept for row, kept in lab.store.db.rows(sql, queues_)} == {
        row: chain for row, chain in found.items() if queue_of(lab, row) in queues_ and not moved(lab, row)
    }


def queue_of(lab: Lab, row: int) -> int:
    return int(lab.store.db.value("SELECT queue_id FROM job WHERE id = ?", (row,)))


def moved(lab: Lab, row: int) -> bool:
    return bool(lab.store.db.value("SELECT moved FROM job WHERE id = ?", (row,)))


# -- each policy ------------------------------------------------------------------------------------------


def test_fifo_is_the_order_of_submission(lab: Lab) -> None:
    """No policy weighs anything."""
    rows = [lab.submit(estimate=estimate) for estimate in (30.0, None, 10.0)]
    assert order(lab) == rows
    assert {weight(lab, row) for row in rows} == {0.0}


@pytest.mark.parametrize("first", [True, False])
def test_shortest_is_by_estimate_unknown_last(lab: Lab, first: bool) -> None:
    """Whether the policy was set before or after the jobs came."""
    if first:
        policy(lab, "shortest")
    long, unknown, short = (lab.submit(estimate=estimate) for estimate in (30.0, None, 10.0))
    if not first:
        policy(lab, "shortest")
    assert order(lab) == [short, long, unknown]
    assert [job.row for job in lab.claim(room=2)] == [short, long]


@pytest.mark.parametrize("first", [True, False])
def test_chain_is_the_longest_remaining_chain_first(lab: Lab, first: bool) -> None:
    """A job without an estimate counts as a minute; chains go through other queues as well."""
    other = queues.create(lab.store, "default", "other", 1).id
    if first:
        policy(lab, "chain")
    alone, head, short = lab.submit(estimate=100.0), lab.submit(estimate=10.0), lab.submit()
    middle = lab.submit((head, OK), queue_id=other)
    lab.submit((middle, ANY), estimate=31.0)
    if not first:
        policy(lab, "chain")
    assert [weight(lab, row) for row in (alone, head, short)] == [-100.0, -101.0, -60.0]
    assert weight(lab, middle) == 0.0
    assert [job.row for job in lab.claim()][:3] == [head, alone, short]


def test_a_priority_goes_before_every_policy(lab: Lab) -> None:
    """Policies order equals."""
    policy(lab, "shortest")
    short, important = lab.submit(estimate=1.0), lab.submit(estimate=99.0, priority=1)
    assert order(lab) == [important, short]


def test_an_unknown_policy_is_refused() -> None:
    """With the nearest one."""
    with pytest.raises(BadInput, match="shortest"):
        weights.check_policy("shortes")


def test_a_new_policy_weighs_all_and_back(lab: Lab) -> None:
    """From one to the other and back, each time as if it had always been so; ended jobs that come back too."""
    rows = [lab.submit(estimate=estimate) for estimate in (30.0, 10.0)]
    child = lab.submit((rows[1], OK), estimate=50.0)
    ended = lab.submit(estimate=1.0)
    policy(lab, "shortest")
    edits.cancel(lab.store, [ended])
    policy(lab, "chain")
    edits.requeue(lab.store, [ended])
    agree(lab, [1])
    assert order(lab) == [rows[1], child, rows[0], ended]
    policy(lab, "fifo")
    assert order(lab) == [*rows, child, ended]


# -- chain, under everything that happens ---------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 100_000))
def test_chains_equal_a_search_through_every_way(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    """After submits, edits of edges, cancels, ends, requeues, moves and new policies in any order."""
    chance = random.Random(seed)
    lab = Lab(tmp_path_factory.mktemp("chains") / "yard", slots=3)
    other = queues.create(lab.store, "default", "other", 2).id
    policy(lab, "chain")
    rows: list[int] = []
    for _ in range(30):
        happen(lab, chance, rows, other)
        weights.finish(lab.store)
        chained = [queue.id for queue in queues.every(lab.store) if queue.policy == "chain"]
        agree(lab, chained)
        if not chained:
            assert lab.store.db.value("SELECT count(*) FROM rechain") == 0
    lab.sound()
    lab.close()


def happen(lab: Lab, chance: random.Random, rows: list[int], other: int) -> None:
    """One thing of many."""
    match chance.choice(
        ["submit", "submit", "batch", "add", "add", "cut", "cancel", "run", "requeue", "move", "policy"]
    ):
        case "submit" | "batch" as how:
            submit_some(lab, chance, rows, other, bulk=how == "batch")
        case "add" if len(rows) > 1:
            child, parent = chance.sample(rows, 2)
            if lab.state(child) is State.PENDING:
                try:
                    edges.add(lab.store, child, [parent], chance.choice(list(After)))
                except Cycle:
                    pass
        case "cut" if rows:
            found = lab.store.db.rows("SELECT child_id, parent_id FROM edge")
            if found:
                child, parent = chance.choice(found)
                if lab.state(child) in (State.PENDING, State.SKIPPED):
                    edges.cut(lab.store, child, [parent])
        case "cancel" if rows:
            edits.cancel(lab.store, [chance.choice(rows)])
        case "run":
            lab.claim()
            if running := lab.running():
                lab.end(chance.choice(running), chance.choice([COMPLETED, FAILED]))
        case "requeue" if rows:
            edits.requeue(lab.store, chance.sample(rows, min(2, len(rows))))
        case "move" if rows:
            moves.move(lab.store, [chance.choice(rows)], chance.choice(["top", "up", "down"]))
        case "policy":
            policy(lab, chance.choice(["chain", "chain", "fifo", "shortest"]), chance.choice(["default", "other"]))


def submit_some(lab: Lab, chance: random.Random, rows: list[int], other: int, bulk: bool) -> None:
    """A few jobs that wait for earlier ones, and for others of the same submit in either direction."""
    news = []
    count = chance.randint(1, 4)
    turned = chance.random() < 0.5
    for index in range(count):
        outside = [(row, chance.choice([OK, ANY])) for row in chance.sample(rows, min(len(rows), chance.randint(0, 2)))]
        inside = index + 1 if turned else index - 1
        inner = [(inside, OK)] if 0 <= inside < count and chance.random() < 0.7 else []
        queue = chance.choice([1, 1, other])
        estimate = chance.choice([None, 1.0, 7.0, 100.0])
        news.append(lab.new(outside, inner, estimate=estimate, queue_id=queue, held=chance.random() < 0.3))
    before, submit.CHUNK = submit.CHUNK, 1 if bulk else submit.CHUNK
    try:
        rows += submit.add(lab.store, news)
    finally:
        submit.CHUNK = before


# -- what it costs --------------------------------------------------------------------------------------------

TEN_THOUSAND = 10_000


def graph(lab: Lab, shape: str) -> list[int]:
    """A thing of ten thousand jobs whose head is the first or the last row."""
    n = TEN_THOUSAND
    match shape:
        case "chain":
            return submit.add(lab.store, [lab.new(held=True), *(lab.new(inside=[(i, OK)]) for i in range(n - 1))])
        case "chain, turned":
            return submit.add(lab.store, [*(lab.new(inside=[(i + 1, OK)]) for i in range(n - 1)), lab.new(held=True)])
        case "star":
            return submit.add(lab.store, [lab.new(held=True), *(lab.new(inside=[(0, OK)]) for _ in range(n - 1))])
        case "star, turned":
            return submit.add(lab.store, [*(lab.new(inside=[(n - 1, OK)]) for _ in range(n - 1)), lab.new(held=True)])
        case _:
            heads = [lab.new(held=True) for _ in range(n - 1)]
            return submit.add(lab.store, [*heads, lab.new(inside=[(i, OK) for i in range(n - 1)])])


@pytest.mark.parametrize("shape", ["chain", "chain, turned", "star", "star, turned", "join"])
@pytest.mark.parametrize("first", [True, False])
def test_each_chain_is_computed_once(lab: Lab, shape: str, first: bool) -> None:
    """Ten thousand jobs in any shape: as many computations as jobs, in transactions that are all short."""
    if first:
        policy(lab, "chain")
    rows = graph(lab, shape)
    seen = statements(lab.store, lambda: weights.finish(lab.store) if first else policy(lab, "chain"))
    computed = [sql.startswith("UPDATE job SET chain =") for sql in seen].count(True)
    assert computed <= TEN_THOUSAND + 200
    assert most_in_a_transaction(seen) <= 6 * weights.BUDGET
    head = rows[-1] if "turned" in shape else rows[0]
    assert weight(lab, head) == -60.0 * (TEN_THOUSAND if "chain" in shape else 2)
    assert weights.pending(lab.store) is False


def most_in_a_transaction(seen: Sequence[str]) -> int:
    """The most statements between a BEGIN and its COMMIT."""
    sizes = [0]
    for sql in seen:
        sizes = [*sizes, 0] if sql.startswith("BEGIN") else [*sizes[:-1], sizes[-1] + 1]
    return max(sizes)


def test_where_no_queue_has_the_policy_nothing_is_recorded(lab: Lab) -> None:
    """Submits, edits and ends leave no mark and touch no chain."""
    policy(lab, "shortest")

    def live() -> None:
        parent = lab.submit()
        child = lab.submit((parent, OK))
        edges.add(lab.store, lab.submit(), [child])
        lab.run(parent, COMPLETED)
        edits.cancel(lab.store, [child])

    seen = statements(lab.store, live)
    assert not [sql for sql in seen if "INTO rechain" in sql or sql.startswith("UPDATE job SET chain")]


def test_chains_that_end_leave_nothing(lab: Lab) -> None:
    """Once the last queue with the policy has another one, its marks go too."""
    policy(lab, "chain")
    a = lab.submit()
    with lab.store.db.transaction() as connection:
        weights.mark(connection, [a])
    with lab.store.db.transaction() as connection:
        connection.execute("UPDATE queue SET policy = 'fifo'")
    weights.finish(lab.store)
    assert lab.store.db.value("SELECT count(*) FROM rechain") == 0


def test_steps_go_on_where_they_stopped(lab: Lab) -> None:
    """After any number of them another process takes over; a worker does it in its own transactions."""
    from jobyard.core.store import settle

    rows = submit.add(lab.store, [lab.new(estimate=float(n % 7)) for n in range(3000)])
    with lab.store.db.transaction() as connection:
        connection.execute("UPDATE queue SET policy = 'shortest'")
        weights.set_policy(lab.store, connection, 1, "shortest")
    with lab.store.db.transaction() as connection:
        settle.step(lab.store, connection)
    done = lab.store.db.value("SELECT count(*) FROM job WHERE weight > 0")
    assert 0 < done <= weights.STEP
    assert settle.pending(lab.store)
    other = lab.another()
    weights.finish(other)
    other.close()
    assert not settle.pending(lab.store)
    assert order(lab) == sorted(rows, key=lambda row: ((row - rows[0]) % 7, row))


def test_what_a_batch_brings_waits_until_it_is_there(lab: Lab) -> None:
    """While the rows of a bulk submit are admitted nothing is computed that the next ones would undo."""
    policy(lab, "chain")
    row = lab.submit()
    with lab.store.db.transaction() as connection:
        connection.execute("INSERT INTO batch (first, last, complete, created_at) VALUES (9000, 9001, 1, 0)")
        weights.mark(connection, [row])
    assert not weights.pending(lab.store)
    with lab.store.db.transaction() as connection:
        connection.execute("DELETE FROM batch")
    assert weights.pending(lab.store)
    weights.finish(lab.store)


def test_the_end_of_weighing_is_told(lab: Lab) -> None:
    """So that an app shows the new order."""
    lab.submit()
    policy(lab, "shortest")
    verb, job, after = lab.store.db.row("SELECT verb, job_id, after FROM event ORDER BY id DESC LIMIT 1")  # type: ignore[misc]
    assert (verb, job, json.loads(after)) == ("reorder", None, {"policy": "shortest"})
    assert lab.state(1) not in ENDED


def test_a_job_moved_by_hand_keeps_its_place_through_undo_and_requeue(lab: Lab) -> None:
    """Until the policy is set anew, also where it had ended by then."""
    policy(lab, "chain")
    long, short, last = (lab.submit(estimate=float(n)) for n in (30, 20, 10))
    moves.move(lab.store, [last], "top")
    edits.cancel(lab.store, [last])
    undo.undo(lab.store)
    assert order(lab) == [last, long, short]
    edits.cancel(lab.store, [last])
    policy(lab, "chain")
    edits.requeue(lab.store, [last])
    assert order(lab) == [long, short, last]


def test_undo_of_a_move_brings_back_the_chain_of_today(lab: Lab) -> None:
    """What changed since is not undone with it."""
    policy(lab, "chain")
    first, second = lab.submit(estimate=30.0), lab.submit(estimate=20.0)
    moves.move(lab.store, [second], "top")
    number = lab.store.db.value("SELECT id FROM change WHERE verb = 'move'")
    lab.submit((second, OK), estimate=5.0)
    undo.undo(lab.store, number)
    assert order(lab)[:2] == [first, second]
    assert weight(lab, second) == -25.0
