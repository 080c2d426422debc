"""Ends with very many dependants settle in steps, so that nobody waits for the lock."""

from __future__ import annotations

import pytest

from jobyard.core.states import After
from jobyard.core.store import edits, settle, submit
from tests.store.kit import COMPLETED, FAILED, PENDING, SKIPPED, Lab

TEN_THOUSAND = 10_000
LONGEST = 0.25  # seconds: five times the promise, since the machine of a test may be busy; the bench measures


def edges_changed(lab: Lab) -> int:
    return int(lab.store.db.value("SELECT count(*) FROM edge WHERE state <> 'open'"))


def count_steps(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many edges each transaction of the test settles."""
    steps: list[int] = []
    real = settle.step

    def step(*args: object) -> None:
        before = edges_changed(lab)
        real(*args)  # type: ignore[arg-type]
        steps.append(abs(edges_changed(lab) - before))

    monkeypatch.setattr(settle, "step", step)
    return steps


@pytest.mark.parametrize("end", [COMPLETED, FAILED])
def test_ten_thousand_dependants(lab: Lab, end: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """No transaction settles more than a thousand edges, and all are settled."""
    parent = lab.submit()
    rows = submit.add(lab.store, [lab.new([(parent, After.OK)]) for _ in range(TEN_THOUSAND)])
    steps = count_steps(lab, monkeypatch)
    lab.store.db.longest = 0.0
    lab.run(parent, end)  # type: ignore[arg-type]
    assert settle.STEP - 10 < max(steps) <= settle.STEP
    assert sum(steps) == TEN_THOUSAND
    assert lab.store.db.longest < LONGEST
    assert {lab.state(row) for row in rows} == {PENDING if end is COMPLETED else SKIPPED}


def test_a_chain_of_ten_thousand_is_skipped_and_revived(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Length needs no recursion: a failure at the top skips the chain, a requeue of the top brings it back."""
    chain = [lab.new(), *(lab.new(inside=[(i, After.OK)]) for i in range(TEN_THOUSAND))]
    rows = submit.add(lab.store, chain)
    steps = count_steps(lab, monkeypatch)
    lab.store.db.longest = 0.0
    lab.run(rows[0], FAILED)
    assert max(steps) <= settle.STEP // settle.PARENT
    assert {lab.state(row) for row in rows[1:]} == {SKIPPED}
    edits.requeue(lab.store, [rows[0]])
    assert max(steps) <= settle.STEP // settle.PARENT
    assert lab.store.db.longest < LONGEST
    assert {lab.state(row) for row in rows} == {PENDING}


def test_settling_goes_on_where_it_stopped(lab: Lab) -> None:
    """After any number of steps another process takes over."""
    parent = lab.submit()
    submit.add(lab.store, [lab.new([(parent, After.OK)]) for _ in range(2500)])
    from jobyard.core.models import Result
    from jobyard.core.states import Cause
    from jobyard.core.store import outcomes

    lab.claim()
    with lab.store.db.transaction() as connection:
        outcomes.ended(lab.store, connection, [Result(lab.tokens[parent], FAILED, lab.now, cause=Cause.EXIT)])
        settle.step(lab.store, connection)
    first = lab.store.db.value("SELECT count(*) FROM job WHERE state = 'skipped'")
    assert settle.STEP - 10 < first <= settle.STEP
    other = lab.another()
    settle.settle_all(other)
    assert other.db.value("SELECT count(*) FROM job WHERE state = 'skipped'") == 2500
    assert not settle.pending(other)
    other.close()


def test_the_step_of_a_commit_is_limited_too(lab: Lab) -> None:
    """Many parents that end together share one step's budget."""
    parents = [lab.submit() for _ in range(4)]
    for parent in parents:
        submit.add(lab.store, [lab.new([(parent, After.OK)]) for _ in range(400)])
    lab.claim()
    from jobyard.core.models import Result
    from jobyard.core.states import Cause
    from jobyard.core.store import outcomes

    with lab.store.db.transaction() as connection:
        outcomes.ended(
            lab.store, connection, [Result(lab.tokens[parent], FAILED, lab.now, cause=Cause.EXIT) for parent in parents]
        )
        settle.step(lab.store, connection)
    first = lab.store.db.value("SELECT count(*) FROM job WHERE state = 'skipped'")
    assert settle.STEP - len(parents) * settle.PARENT <= first <= settle.STEP
    settle.settle_all(lab.store)
    assert lab.store.db.value("SELECT count(*) FROM job WHERE state = 'skipped'") == 1600
