"""Dependencies that are edited after the submit: judged at once, never in a circle, taken along by everything else."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobyard.core import graph
from jobyard.core.errors import BadInput, Cycle, WrongState
from jobyard.core.states import After, EdgeState, State, judge
from jobyard.core.store import edges, edits, jobs, settle, submit, undo
from tests.store.kit import CANCELLED, COMPLETED, FAILED, PENDING, SKIPPED, Lab, statements

OK, ANY, FAIL = After.OK, After.ANY, After.FAIL


def names(lab: Lab, *rows: int) -> tuple[str, ...]:
    return tuple(jobs.id_of(lab.store, row) for row in rows)


def test_a_job_waits_for_more(lab: Lab) -> None:
    """A new edge to a job that has not ended is open, and keeps the child from being claimed."""
    parent, child = lab.submit(held=True), lab.submit()
    change = edges.add(lab.store, child, [parent])
    assert (change.verb, change.done) == ("after add", names(lab, parent))
    assert lab.edge(child, parent) == "open"
    assert lab.claim() == []
    edits.release(lab.store, [parent])
    lab.run(parent, COMPLETED)
    assert [job.row for job in lab.claim()] == [child]


def test_a_job_waits_for_less(lab: Lab) -> None:
    """Once its last open edge is cut it may start."""
    one, two = lab.submit(held=True), lab.submit(held=True)
    child = lab.submit((one, OK), (two, ANY))
    assert edges.cut(lab.store, child, [one, two]).done == names(lab, one, two)
    assert [job.row for job in lab.claim()] == [child]


@pytest.mark.parametrize("after", After)
@pytest.mark.parametrize("state", [COMPLETED, FAILED, CANCELLED])
def test_an_edge_to_an_ended_parent_is_judged_at_once(lab: Lab, state: State, after: After) -> None:
    """As in a submit: satisfied it changes nothing, dead it skips the child and what waits for that."""
    parent = lab.submit()
    lab.finish(parent, state)
    child = lab.submit(held=True)
    grandchild = lab.submit((child, OK))
    change = edges.add(lab.store, child, [parent], after)
    wanted = judge(after, state)
    assert lab.edge(child, parent) == wanted
    assert lab.states([child, grandchild]) == [SKIPPED if wanted is EdgeState.DEAD else PENDING] * 2
    assert change.also == (names(lab, child, grandchild) if wanted is EdgeState.DEAD else ())


def test_cutting_a_dead_edge_does_not_revive_and_requeue_does(lab: Lab) -> None:
    """The skipped child stays skipped until it is requeued."""
    parent = lab.submit()
    child = lab.submit((parent, OK))
    lab.run(parent, FAILED)
    assert edges.cut(lab.store, child, [parent]).done == names(lab, parent)
    assert lab.state(child) is SKIPPED
    edits.requeue(lab.store, [child])
    assert lab.state(child) is PENDING
    assert [job.row for job in lab.claim()] == [child]


def test_what_has_started_or_ended_is_refused(lab: Lab) -> None:
    """Running, ended and (for a new edge) skipped jobs wait for nothing: each in words."""
    other, bad = lab.submit(held=True), lab.submit(priority=1)
    runs, skipped = lab.submit(), lab.submit((bad, OK))
    lab.claim()
    lab.start(runs)
    lab.end(bad, FAILED)
    for row, word in ((runs, "is running"), (bad, "is failed"), (skipped, "is skipped")):
        with pytest.raises(WrongState, match=word):
            edges.add(lab.store, row, [other])
    for row in (runs, bad):
        with pytest.raises(WrongState):
            edges.cut(lab.store, row, [other])


def test_what_is_so_already_is_told(lab: Lab) -> None:
    """The same edge again, one that is not there: left, with the reason; the rest is done."""
    one, two, three = (lab.submit(held=True) for _ in range(3))
    child = lab.submit((one, OK), (two, ANY))
    change = edges.add(lab.store, child, [one, three])
    assert change.done == names(lab, three)
    assert [why for _, why in change.left] == ["it is waited for already [after-ok]"]
    change = edges.cut(lab.store, child, [one])
    assert edges.cut(lab.store, child, [one]).left == (
        (*names(lab, one), f"{names(lab, child)[0]} does not wait for it"),
    )


def test_a_wait_becomes_one_of_another_kind(lab: Lab) -> None:
    """At once, so that the job does not start in between; an undo makes it what it was."""
    parent = lab.submit(held=True)
    child = lab.submit((parent, ANY))
    assert edges.add(lab.store, child, [parent], FAIL).done == names(lab, parent)
    assert lab.store.db.value("SELECT type FROM edge") == "after-fail"
    assert lab.edge(child, parent) == "open"
    undo.undo(lab.store)
    assert lab.store.db.value("SELECT type FROM edge") == "after-any"
    lab.sound()


def test_a_wait_of_another_kind_is_judged_at_once(lab: Lab) -> None:
    """What can never be skips the job, and the undo revives it."""
    parent = lab.submit()
    lab.finish(parent, COMPLETED)
    child = lab.submit((parent, OK), held=True)
    change = edges.add(lab.store, child, [parent], FAIL)
    assert (lab.state(child), change.also) == (SKIPPED, names(lab, child))
    undo.undo(lab.store)
    assert (lab.state(child), lab.edge(child, parent)) == (PENDING, "satisfied")
    lab.sound()


def test_a_job_cannot_wait_for_itself(lab: Lab) -> None:
    """Refused before anything is changed."""
    one, other = lab.submit(), lab.submit()
    with pytest.raises(BadInput, match="itself"):
        edges.add(lab.store, one, [other, one])
    assert lab.store.db.value("SELECT count(*) FROM edge") == 0


def test_a_circle_is_named_and_refused(lab: Lab) -> None:
    """Whole command or nothing; the message shows the way round, also through jobs that have ended."""
    a = lab.submit()
    b = lab.submit((a, OK))
    c, free = lab.submit((b, ANY)), lab.submit()
    with pytest.raises(Cycle) as caught:
        edges.add(lab.store, a, [free, c])
    assert " → ".join(names(lab, a, c, b, a)) in caught.value.line()
    assert lab.store.db.value("SELECT count(*) FROM edge WHERE child_id = ?", (a,)) == 0
    lab.run(a, COMPLETED)
    lab.run(b, COMPLETED)
    edits.requeue(lab.store, [a])
    with pytest.raises(Cycle):
        edges.add(lab.store, a, [b])


@pytest.mark.parametrize("length", [30, 10_000])
def test_a_circle_of_any_length(lab: Lab, length: int) -> None:
    """The longest way round is found, and told in one line."""
    chain = [lab.new(held=True), *(lab.new(inside=[(i, OK)]) for i in range(length - 1))]
    rows = submit.add(lab.store, chain)
    with pytest.raises(Cycle) as caught:
        edges.add(lab.store, rows[0], [rows[-1]])
    assert len(caught.value.line()) < 500
    assert f"({length + 1 - 1 - 10:,} more)" in caught.value.line()


def test_the_search_walks_only_what_it_must(lab: Lab) -> None:
    """Beside a chain of 10,000 the answer comes from the short side: no query walks the chain."""
    chain = [lab.new(held=True), *(lab.new(inside=[(i, OK)]) for i in range(9_999))]
    rows = submit.add(lab.store, chain)
    lonely = lab.submit(held=True)
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    for child, parent in ((lonely, rows[-1]), (rows[0], lonely), (rows[5_000], lonely), (lonely, rows[5_000])):
        lab.store.db.connection.set_progress_handler(count, 1000)
        assert not edges.closes_circle(lab.store.db.connection, child, [parent])
        lab.store.db.connection.set_progress_handler(None, 0)
    assert steps < 40  # thousands of instructions; a walk over the chain takes hundreds of them


def test_two_that_close_a_circle_together(lab: Lab) -> None:
    """Of two people who add the two halves at the same time, one is refused, every time."""
    stores = [lab.another(), lab.another()]
    for _ in range(25):
        a, b = lab.submit(held=True), lab.submit(held=True)
        barrier, refused = threading.Barrier(2), list[Exception]()

        def half(store: object, child: int, parent: int, barrier=barrier, refused=refused) -> None:
            barrier.wait()
            try:
                edges.add(store, child, [parent])  # type: ignore[arg-type]
            except Cycle as error:
                refused.append(error)

        threads = [threading.Thread(target=half, args=args) for args in ((stores[0], a, b), (stores[1], b, a))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(refused) == 1
        assert lab.store.db.value("SELECT count(*) FROM edge WHERE child_id IN (?, ?)", (a, b)) == 1


def test_a_handed_job_is_asked_back(lab: Lab) -> None:
    """A claim that has not started returns and waits; a dead edge then skips it."""
    waits_for, bad = lab.submit(held=True), lab.submit()
    lab.run(bad, FAILED)
    one, two = lab.submit(), lab.submit()
    lab.claim()
    edges.add(lab.store, one, [waits_for])
    edges.add(lab.store, two, [bad])
    assert lab.store.db.rows("SELECT stop FROM job WHERE id IN (?, ?)", (one, two)) == [("recall",)] * 2
    lab.give_back(one)
    lab.give_back(two)
    settle.settle_all(lab.store)
    assert lab.states([one, two]) == [PENDING, SKIPPED]
    assert lab.claim() == []


def test_an_edge_that_comes_too_late_is_moot(lab: Lab) -> None:
    """The keeper has started it meanwhile: it runs to its end."""
    parent, child = lab.submit(held=True), lab.submit()
    lab.claim()
    edges.add(lab.store, child, [parent])
    lab.start(child)
    lab.end(child, COMPLETED)
    assert lab.state(child) is COMPLETED
    edits.cancel(lab.store, [parent])
    assert lab.state(child) is COMPLETED


def test_events_name_parent_and_type(lab: Lab) -> None:
    """So that an undo can set the edge back."""
    parent, child = lab.submit(held=True), lab.submit()
    edges.add(lab.store, child, [parent], FAIL)
    edges.cut(lab.store, child, [parent])
    rows = lab.store.db.rows("SELECT verb, job_id, before, after, change_id FROM event WHERE verb LIKE 'after %'")
    image = {"parent": parent, "type": "after-fail"}
    assert [(verb, job, _loads(before), _loads(after)) for verb, job, before, after, _ in rows] == [
        ("after add", child, None, image),
        ("after cut", child, image, None),
    ]
    assert len({change for *_, change in rows}) == 2


def _loads(text: str | None) -> object:
    return None if text is None else json.loads(text)


def test_very_many_parents_go_in_steps(lab: Lab) -> None:
    """A thousand edges at once: some hundreds a transaction."""
    parents = submit.add(lab.store, [lab.new(held=True) for _ in range(1000)])
    child = lab.submit()
    seen = statements(lab.store, lambda: edges.add(lab.store, child, parents))
    assert lab.store.db.value("SELECT unmet FROM job WHERE id = ?", (child,)) == 1000
    assert sum(sql.startswith("BEGIN") for sql in seen) >= 4


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), size=st.integers(2, 9))
def test_circles_are_those_of_a_plain_search(tmp_path_factory: pytest.TempPathFactory, seed: int, size: int) -> None:
    """Edges added and cut at random: refused exactly where the graph would have a cycle, and no counter is off."""
    chance = random.Random(seed)
    lab = Lab(tmp_path_factory.mktemp("circles") / "yard")
    rows = [lab.submit(held=True) for _ in range(size)]
    waits: dict[int, list[int]] = {row: [] for row in rows}
    for _ in range(30):
        child, parent = chance.sample(rows, 2)
        if parent in waits[child]:
            edges.cut(lab.store, child, [parent])
            waits[child].remove(parent)
            continue
        circle = graph.find_cycle({**waits, child: [*waits[child], parent]})
        if circle is None:
            edges.add(lab.store, child, [parent])
            waits[child].append(parent)
        else:
            with pytest.raises(Cycle):
                edges.add(lab.store, child, [parent])
    assert {row: sorted(found) for row, found in waits.items()} == kept(lab, rows)
    lab.sound()
    lab.close()


def kept(lab: Lab, rows: Sequence[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {row: [] for row in rows}
    for child, parent in lab.store.db.rows("SELECT child_id, parent_id FROM edge ORDER BY child_id, parent_id"):
        found[child].append(parent)
    return found
