"""Several people who move, weigh, connect and cancel at the same time leave a yard as sound as if they had queued."""

from __future__ import annotations

import random
import threading
from contextlib import suppress
from itertools import pairwise

import pytest

from jobyard.core import graph
from jobyard.core.errors import BadInput
from jobyard.core.states import After, State
from jobyard.core.store import Store, edges, edits, moves, queues, submit, weights
from tests.store.kit import Lab
from tests.store.test_weights import agree, policy

PEOPLE, ACTS, JOBS = 4, 40, 25


def act(store: Store, chance: random.Random, rows: list[int]) -> None:
    """One thing; what the others made impossible meanwhile is refused in words."""
    one, *others = chance.sample(rows, 3)
    with suppress(BadInput):
        match chance.choice(["move", "move", "add", "cut", "priority", "hold", "cancel", "requeue", "policy"]):
            case "move":
                moves.move(store, others, chance.choice(["top", "bottom", "up", "down"]))
                moves.move(store, others, chance.choice(["before", "after"]), one)
            case "add":
                edges.add(store, one, others, chance.choice(list(After)))
            case "cut":
                edges.cut(store, one, others)
            case "priority":
                edits.priority(store, others, lambda old: old + chance.choice([-1, 1]))
            case "hold":
                (edits.hold if chance.random() < 0.5 else edits.release)(store, others)
            case "cancel":
                edits.cancel(store, [one])
            case "requeue":
                edits.requeue(store, [one])
            case "policy":
                info = queues.find(store, "default", "default")
                queues.change(store, info, "set", policy=chance.choice(weights.POLICIES))


@pytest.mark.parametrize("seed", range(3))
def test_everybody_at_once(lab: Lab, seed: int) -> None:
    """No circle, no wrong counter, no lost job; every chain is what a search through all ways finds."""
    policy(lab, "chain")
    rows = submit.add(lab.store, [lab.new(estimate=float(n % 5), held=n % 4 == 0) for n in range(JOBS)])
    broken: list[BaseException] = []

    def person(number: int) -> None:
        store = lab.another()
        chance = random.Random(seed * 100 + number)
        try:
            for _ in range(ACTS):
                act(store, chance, rows)
        except BaseException as error:
            broken.append(error)
        finally:
            store.close()

    threads = [threading.Thread(target=person, args=(number,)) for number in range(PEOPLE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert broken == []
    policy(lab, "chain")
    agree(lab, [1])
    waits: dict[int, list[int]] = {row: [] for row in rows}
    for child, parent in lab.store.db.rows("SELECT child_id, parent_id FROM edge"):
        waits[child].append(parent)
    assert graph.find_cycle(waits) is None
    assert {State(state) for (state,) in lab.store.db.rows("SELECT state FROM job")} <= {
        State.PENDING, State.CANCELLED, State.SKIPPED,
    }  # fmt: skip


def test_moves_of_two_people_lose_nobody(lab: Lab) -> None:
    """Both shuffle the same queue: afterwards every job has a place of its own."""
    rows = submit.add(lab.store, [lab.new() for _ in range(30)])

    def shuffle(number: int) -> None:
        store, chance = lab.another(), random.Random(number)
        for _ in range(60):
            one, *others = chance.sample(rows[:6], 3)
            moves.move(store, others, chance.choice(["before", "after"]), one)
        store.close()

    threads = [threading.Thread(target=shuffle, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    places = lab.store.db.rows("SELECT rank FROM job WHERE state = 'pending' ORDER BY rank, id")
    assert len(places) == 30
    assert all(one < other for (one,), (other,) in pairwise(places))
