"""Resources on real processes: nobody overlaps, indices are unique, also across deaths; an unlock is heard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jobyard.core.states import State
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
