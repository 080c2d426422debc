"""A graph that is looked at again after some jobs changed is the graph that a look at everything finds."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobyard.core.errors import JobyardError
from jobyard.core.models import JobSpec
from jobyard.core.states import After
from jobyard.core.yard import Yard
from jobyard.tui.graphing import FILTER, JOB, QUEUE, SESSION, WHOLE, Scope, Shown, fetch, fetch_again

STEPS = 40


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[Yard]:
    """Two queues with ten jobs; nothing runs."""
    with Yard.open(tmp_path / "yard") as found:
        found.queue_create("lab")
        for number in range(10):
            submit(found, number)
        yield found


def submit(yard: Yard, number: int) -> None:
    queue = "lab" if number % 3 == 0 else "default"
    yard.submit(JobSpec({"command": ["true"]}, name=f"j{number}", queue=queue, cwd="/"))


def change(yard: Yard, dice: random.Random, jobs: int) -> None:
    """Something that somebody does; also what is refused."""
    one, other = dice.randrange(1, jobs + 1), dice.randrange(1, jobs + 1)
    deeds = (
        lambda: yard.after_add(one, [other], dice.choice(list(After))),
        lambda: yard.after_add(one, [other]),
        lambda: yard.after_cut(one, [other]),
        lambda: yard.hold([one]),
        lambda: yard.cancel([one]),
        lambda: yard.requeue([one]),
        lambda: yard.undo(),
        lambda: submit(yard, jobs),
    )
    try:
        dice.choice(deeds)()
    except JobyardError:
        pass


def same(one: Shown, other: Shown) -> bool:
    """But for how long they took, and the order of edges."""
    graphs = one.picture.graph, other.picture.graph
    return (
        graphs[0].jobs == graphs[1].jobs
        and set(graphs[0].edges) == set(graphs[1].edges)
        and one.picture.lanes.order == other.picture.lanes.order
        and (one.title, one.why, one.facts, one.told) == (other.title, other.why, other.facts, other.told)
    )


@pytest.mark.parametrize(
    "scope",
    [Scope(JOB, row=3), Scope(JOB, row=3, kept=(5, 6)), Scope(WHOLE, row=3), Scope(QUEUE, "default/lab"),
     Scope(SESSION, "default"), Scope(FILTER, "not state:cancelled")],
    ids=lambda scope: scope.kind,
)  # fmt: skip
def test_what_changed_alone_leads_to_the_same_graph(scope: Scope, yard: Yard) -> None:
    """Whatever is added, cut, cancelled, requeued, submitted or undone, and whatever is looked at."""
    dice = random.Random(len(scope.kind))
    version, jobs = yard.changes(-1).version, 10
    shown = fetch(yard, scope, folded=False, opened=())
    for _ in range(STEPS):
        change(yard, dice, jobs)
        changes = yard.changes(version)
        version, jobs = changes.version, max([jobs, *(changes.rows or ())])
        assert changes.rows is not None
        shown = fetch_again(yard, shown, changes.rows, folded=False, opened=()) or shown
        assert same(shown, fetch(yard, scope, folded=False, opened=()))


def test_what_is_elsewhere_costs_nothing(yard: Yard) -> None:
    """Changes of jobs that have nothing to do with the graph leave it as it is; one that comes to wait is shown."""
    shown = fetch(yard, Scope(JOB, row=1), folded=True, opened=())
    yard.hold([7])
    assert fetch_again(yard, shown, frozenset({7}), folded=True, opened=()) is None
    yard.after_add(7, [1])
    found = fetch_again(yard, shown, frozenset({7}), folded=True, opened=())
    assert found is not None
    assert set(found.picture.graph.jobs) == {1, 7}
