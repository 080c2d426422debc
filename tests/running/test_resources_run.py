"""Resources on real processes: nobody overlaps, indices are unique, also across deaths; an unlock is heard."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobyard.core.states import State
from tests.running import promise
from tests.running.crewkit import Crew
from tests.running.promise import until

# Appends BEGIN and END around its work to a file, each in one write.
ALONE = "echo begin >> witness; sleep 0.03; echo end >> witness"
# Says what it got; holds it until told.
HOLDS = "echo $CUDA_VISIBLE_DEVICES $JOBYARD_GPUS > told.$JOBYARD_JOB; while [ ! -e gate ]; do sleep 0.02; done"


@pytest.fixture
def crew(yard_home: Path) -> Iterator[Crew]:
    """A yard with an instrument, four GPUs and a second queue; whoever is started ends with the test."""
    found = Crew(yard_home)
    found.yard.resource_set("qick", capacity=1, new=True)
    found.yard.resource_set("gpus", capacity=4)
    found.yard.queue_create("other", slots=4)
    yield found
    found.close()


def test_two_queues_and_two_workers_share_an_instrument(crew: Crew) -> None:
    """Jobs of both queues that want it run one after another, whoever claims them; all of them run."""
    some = [crew.submit(ALONE, queue=queue, needs={"qick": 1}) for queue in ("default", "other") * 6]
    crew.worker(), crew.worker()
    assert {job.state for job in crew.ended(*some)} == {State.COMPLETED}
    assert (crew.home / "witness").read_text().split() == ["begin", "end"] * 12


def test_gpus_are_unique_also_after_a_worker_died(crew: Crew) -> None:
    """Indices that running jobs have are given to nobody else by the next worker."""
    first = [crew.submit(HOLDS, needs={"gpus": count}) for count in (1, 2)]
    crew.worker()
    crew.started(*first)
    crew.kill_workers()
    last = crew.submit(HOLDS, queue="other", needs={"gpus": 1})
    waits = crew.submit("true", needs={"gpus": 1})
    crew.worker()
    crew.started(last)
    words = [crew.home / f"told.{id}" for id in (*first, last)]
    until(lambda: all(path.exists() and path.read_text().endswith("\n") for path in words), "what each was told")
    assert [path.read_text().split() for path in words] == [["0", "0"], ["1,2", "1,2"], ["3", "3"]]
    assert [blocker.rule for blocker in crew.job(waits).blockers] == ["resource"]
    crew.open()
    assert {job.state for job in crew.ended(*first, last, waits)} == {State.COMPLETED}


def test_nothing_begins_once_a_lock_is_acknowledged(crew: Crew) -> None:
    """Whenever the lock comes: what begins with the instrument has begun before the command is back."""
    crew.yard.resource_set("qick", capacity=2)
    some = [crew.submit("date +%s.%N >> begun; sleep 0.02", needs={"qick": 1}) for _ in range(200)]
    crew.worker()
    begun = crew.home / "begun"
    until(begun.exists, "the first")
    for number in range(12):
        info = crew.yard.resource_lock("qick")
        had = len(begun.read_text().split())
        until(lambda: not crew.yard.resource("qick").holders, "the end of those that it names")
        new = len(begun.read_text().split()) - had
        assert new <= len(info.holders), f"{new} began after lock {number}"
        crew.yard.resource_unlock("qick")
        until(lambda had=had: len(begun.read_text().split()) > had, "the next")
    crew.yard.cancel(some)
    crew.ended(*some)


def test_what_a_stuck_keeper_was_handed_does_not_begin_after_a_lock(crew: Crew) -> None:
    """The lock names it, since nobody can know; when the keeper goes on it gives the job back."""
    crew.worker()
    crew.ended(crew.submit("true"))
    (keeper,) = promise.keepers(crew.home)
    os.kill(keeper, signal.SIGSTOP)
    try:
        id = crew.submit("touch begun", needs={"qick": 1})
        until(lambda: crew.yard.resource("qick").holders, "its claim")
        assert [share.id for share in crew.yard.resource_lock("qick", "in the hutch").holders] == [id]
    finally:
        os.kill(keeper, signal.SIGCONT)
    until(lambda: not crew.yard.resource("qick").holders, "the keeper's answer")
    assert crew.job(id).reason == f"qick locked by {crew.yard.user}: in the hutch"
    assert not (crew.home / "begun").exists()
    crew.yard.resource_unlock("qick")
    assert [job.state for job in crew.ended(id)] == [State.COMPLETED]


def test_an_unlock_is_heard_at_once(crew: Crew) -> None:
    """A worker that has nothing to do starts the job that a lock kept waiting, when that is taken off."""
    crew.worker()
    crew.yard.resource_lock("qick", "in the hutch")
    waits = crew.submit("true", needs={"qick": 1})
    passes = crew.submit("true")
    crew.ended(passes)
    assert crew.job(waits).state is State.PENDING
    assert crew.job(waits).reason == f"qick locked by {crew.yard.user}: in the hutch"
    crew.yard.resource_unlock("qick")
    crew.ended(waits)


def test_more_units_are_heard_at_once(crew: Crew) -> None:
    """A capacity that is raised lets the next job start beside the first."""
    one, two = (crew.submit("while [ ! -e gate ]; do sleep 0.02; done", needs={"qick": 1}) for _ in range(2))
    crew.worker()
    crew.started(one)
    assert crew.job(two).state is State.PENDING
    crew.yard.resource_set("qick", capacity=2)
    crew.started(two)
    crew.open()
    crew.ended(one, two)
