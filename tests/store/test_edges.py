"""What an end means to those that wait for it: the whole table of DESIGN section 4, both ways round."""

from __future__ import annotations

import pytest

from jobyard.core.states import SETTLED, After, EdgeState, State
from jobyard.core.store import edits, settle, submit
from tests.store.kit import CANCELLED, COMPLETED, FAILED, PENDING, SKIPPED, Lab

OK, ANY, FAIL = After.OK, After.ANY, After.FAIL
S, D = EdgeState.SATISFIED, EdgeState.DEAD
TABLE = {
    (COMPLETED, OK): S, (COMPLETED, ANY): S, (COMPLETED, FAIL): D,
    (FAILED, OK): D, (FAILED, ANY): S, (FAILED, FAIL): S,
    (CANCELLED, OK): D, (CANCELLED, ANY): S, (CANCELLED, FAIL): S,
    (SKIPPED, OK): D, (SKIPPED, ANY): S, (SKIPPED, FAIL): D,
}  # fmt: skip


def ended(lab: Lab, row: int, grandparent: int, state: State) -> None:
    """Bring *row* to *state*; skipped through its grandparent, which otherwise completes first."""
    lab.run(grandparent, FAILED if state is SKIPPED else COMPLETED)
    if state is not SKIPPED:
        lab.finish(row, state)
    assert lab.state(row) is state


def test_the_table_is_the_one_of_the_design() -> None:
    """states.SETTLED says what DESIGN section 4 says."""
    assert {(state, after): edge for state, row in SETTLED.items() for after, edge in row.items()} == TABLE


@pytest.mark.parametrize(("state", "after"), TABLE)
@pytest.mark.parametrize("when", ["before", "after"])
def test_an_end_settles_its_edges(lab: Lab, state: State, after: After, when: str) -> None:
    """An edge becomes the same, whether the parent ends before the child is submitted or after."""
    grandparent = lab.submit()
    parent = lab.submit((grandparent, OK))
    if when == "before":
        ended(lab, parent, grandparent, state)
        child = lab.submit((parent, after))
    else:
        child = lab.submit((parent, after))
        ended(lab, parent, grandparent, state)
    wanted = TABLE[state, after]
    assert lab.edge(child, parent) == wanted
    assert lab.state(child) is (SKIPPED if wanted is D else PENDING)
    lab.sound()


@pytest.mark.parametrize("held", [False, True])
def test_one_dead_edge_skips_held_or_not(lab: Lab, held: bool) -> None:
    """Whatever else is open, one dead edge skips, also a job that is held."""
    good, bad, waits = lab.submit(), lab.submit(), lab.submit(held=True)
    child = lab.submit((good, OK), (bad, OK), (waits, OK), held=held)
    lab.run(bad, FAILED)
    assert lab.state(child) is SKIPPED


def test_skips_go_down_a_tree(lab: Lab) -> None:
    """Dependants of a skipped job are skipped in turn; after-any ones run."""
    top = lab.submit()
    child = lab.submit((top, OK))
    grandchild, cleaner = lab.submit((child, OK)), lab.submit((child, ANY))
    lab.run(top, FAILED)
    assert lab.states([child, grandchild, cleaner]) == [SKIPPED, SKIPPED, PENDING]
    assert cleaner in [job.row for job in lab.claim()]


def test_a_submit_under_a_dead_parent_skips_all_of_it_at_once(lab: Lab) -> None:
    """Without any worker: a graph submitted below a failed job is skipped transitively."""
    bad = lab.submit()
    lab.run(bad, FAILED)
    rows = submit.add(lab.store, [lab.new([(bad, OK)]), lab.new(inside=[(0, OK)]), lab.new(inside=[(1, OK)])])
    assert lab.states(rows) == [SKIPPED] * 3


def test_a_requeue_reopens_and_revives_transitively(lab: Lab) -> None:
    """Children that were skipped through it, and theirs, are pending again; no attempt is counted."""
    top = lab.submit()
    child = lab.submit((top, OK))
    grandchild = lab.submit((child, OK))
    lab.run(top, FAILED)
    change = edits.requeue(lab.store, [top])
    assert len(change.done) == 1
    assert len(change.also) == 2
    assert lab.states([top, child, grandchild]) == [PENDING] * 3
    assert [lab.edge(child, top), lab.edge(grandchild, child)] == ["open", "open"]
    assert lab.store.db.value("SELECT sum(tried) FROM job WHERE id IN (?, ?)", (child, grandchild)) == 0
    lab.run(top, COMPLETED)
    lab.run(child, COMPLETED)
    lab.run(grandchild, COMPLETED)


def test_a_requeue_reopens_those_that_still_wait(lab: Lab) -> None:
    """A child with two parents, one of them requeued after it had completed, waits for both again."""
    first, second = lab.submit(), lab.submit(held=True)
    child = lab.submit((first, OK), (second, OK))
    lab.run(first, COMPLETED)
    edits.requeue(lab.store, [first])
    assert lab.edge(child, first) == "open"
    assert lab.store.db.value("SELECT unmet FROM job WHERE id = ?", (child,)) == 2


def test_a_requeue_leaves_children_that_ran(lab: Lab) -> None:
    """What has run stays as it is, and so does its edge."""
    parent = lab.submit()
    ran, running = lab.submit((parent, OK)), lab.submit((parent, OK))
    lab.run(parent, COMPLETED)
    lab.run(ran, COMPLETED)
    lab.start(running)
    edits.requeue(lab.store, [parent])
    assert lab.states([parent, ran, running]) == [PENDING, COMPLETED, State.RUNNING]
    assert [lab.edge(ran, parent), lab.edge(running, parent)] == ["satisfied", "satisfied"]


def test_a_revived_child_stays_skipped_by_another_dead_parent(lab: Lab) -> None:
    """Two dead parents: requeueing one revives nobody, requeueing the other does."""
    one, two = lab.submit(), lab.submit()
    child = lab.submit((one, OK), (two, OK))
    lab.run(one, FAILED)
    lab.run(two, FAILED)
    edits.requeue(lab.store, [one])
    assert lab.state(child) is SKIPPED
    edits.requeue(lab.store, [two])
    assert lab.state(child) is PENDING


def test_a_skipped_job_is_not_requeued_under_a_dead_parent(lab: Lab) -> None:
    """It would be skipped again at once: the answer names what to do instead."""
    parent = lab.submit()
    child = lab.submit((parent, OK))
    lab.run(parent, FAILED)
    change = edits.requeue(lab.store, [child])
    assert change.done == ()
    assert "requeue that one" in change.left[0][1]


@pytest.mark.parametrize("backwards", [False, True])
def test_a_chain_is_requeued_in_any_order(lab: Lab, backwards: bool) -> None:
    """Parent and skipped children named in one command, whichever comes first."""
    top = lab.submit()
    chain = [top, child := lab.submit((top, OK)), lab.submit((child, OK))]
    lab.run(top, FAILED)
    change = edits.requeue(lab.store, chain[::-1] if backwards else chain)
    assert len(change.done) == 3
    assert change.left == ()
    assert lab.states(chain) == [PENDING] * 3


def test_after_fail_of_a_parent_that_is_retried_waits(lab: Lab) -> None:
    """Only the last failure counts: while retries are left, the edge stays open."""
    parent = lab.submit(retries=1, retry_delay=10.0)
    child = lab.submit((parent, FAIL))
    lab.run(parent, FAILED)
    assert (lab.state(parent), lab.edge(child, parent)) == (PENDING, "open")
    lab.now += 10
    lab.run(parent, FAILED)
    assert (lab.state(parent), lab.edge(child, parent)) == (FAILED, "satisfied")


def test_a_crash_between_end_and_settling_is_made_good(lab: Lab) -> None:
    """The settle row is in the transaction of the end, so that whoever comes next goes on."""
    parent = lab.submit()
    children = [lab.submit((parent, OK)) for _ in range(3)]
    lab.claim()
    from jobyard.core.models import Result
    from jobyard.core.states import Cause
    from jobyard.core.store import outcomes

    with lab.store.db.transaction() as connection:
        outcomes.ended(lab.store, connection, [Result(lab.tokens[parent], FAILED, lab.now, cause=Cause.EXIT)])
    assert settle.pending(lab.store)
    assert lab.states(children) == [PENDING] * 3
    settle.settle_all(lab.another())
    assert lab.states(children) == [SKIPPED] * 3


def test_a_second_end_under_satisfied_edges_is_judged_afresh(lab: Lab) -> None:
    """A parent that is requeued and fails before its edges were reopened still skips who has not started."""
    parent = lab.submit()
    child = lab.submit((parent, OK), held=True)
    lab.run(parent, COMPLETED)
    assert lab.edge(child, parent) == "satisfied"
    with lab.store.db.transaction() as connection:
        (target,) = edits.targets(connection, [parent])
        edits._requeue(lab.store, connection, target)  # the process dies here: nothing is settled
    lab.claim()
    lab.end(parent, FAILED)
    assert lab.state(child) is SKIPPED
