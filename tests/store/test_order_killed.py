"""SIGKILL in the windows of moves, edges and policies: whoever comes next goes on, and the order is whole."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from jobyard.core.models import Dependency, JobSpec
from jobyard.core.states import State
from jobyard.core.store import check, moves, weights
from jobyard.core.yard import Yard
from tests.running import promise

JOBS = 2 * moves.STEP + 50


def spec(name: str, *parents: str, **more: object) -> JobSpec:
    wishes = tuple(Dependency(parent) for parent in parents)
    return JobSpec({"command": ["true"]}, name=name, key=name, cwd="/", dependencies=wishes, **more)  # type: ignore[arg-type]


@pytest.fixture
def yard(yard_home: Path) -> Iterator[Yard]:
    """A chain of jobs, the head held, each with an estimate of its own."""
    yard = Yard.open(yard_home)
    names = [f"n{number}" for number in range(JOBS)]
    specs = [spec("n0", held=True, estimate=1.0)]
    specs += [spec(name, parent, estimate=float(1 + n % 9)) for n, (parent, name) in enumerate(pairwise(names))]
    yard.submit_many(specs)
    yield yard
    yard.close()


def killed(home: Path, once: Path, point: str, code: str) -> None:
    """Run it as a process that dies there."""
    once.mkdir()
    assert promise.script(home, code, JOBYARD_CRASH_AT=point, JOBYARD_CRASH_ONCE=str(once)) == -9


def order(yard: Yard) -> list[str]:
    sql = "SELECT name FROM job WHERE state = 'pending' ORDER BY priority DESC, weight, rank, id"
    return [name for (name,) in yard._store.db.rows(sql)]


def test_a_move_is_killed(yard: Yard, tmp_path: Path) -> None:
    """Part of the block stands where it shall, the rest where it stood; the same move once more makes it whole."""
    before = order(yard)
    code = "yard.move([f'n{number}' for number in range(20, 620)], 'top')"
    killed(yard.home, tmp_path / "once", "move.step", code)
    half = order(yard)
    assert half == before[20 : 20 + moves.STEP] + before[:20] + before[20 + moves.STEP :]
    assert promise.script(yard.home, code) == 0
    assert order(yard) == before[20:620] + before[:20] + before[620:]
    assert check.problems(yard._store) == []


def test_an_edit_of_dependencies_is_killed(yard: Yard, tmp_path: Path) -> None:
    """The edges of the first step are there, and the dead one among them skips: by the next command, or a worker."""
    yard.submit_many([spec("bad"), spec("child"), spec("below", "child")])
    yard.cancel(["bad"])
    killed(yard.home, tmp_path / "once", "after.step", "yard.after_add('child', ['bad'])")
    assert yard.job("child").state is State.SKIPPED
    assert yard.job("below").state is State.PENDING
    yard.hold(["n5"])
    assert yard.job("below").state is State.SKIPPED
    assert check.problems(yard._store) == []


@pytest.mark.parametrize("point", ["reorder.set", "reorder.step", "rechain.step"])
@pytest.mark.parametrize("who", ["worker", "command"])
def test_a_new_policy_is_killed(yard: Yard, tmp_path: Path, point: str, who: str) -> None:
    """The policy is set and some jobs are weighed: a worker, or the next command, weighs the rest."""
    killed(yard.home, tmp_path / "once", point, "yard.queue_set('default', policy='chain')")
    assert yard.queue("default").policy == "chain"
    assert weights.pending(yard._store)
    if who == "worker":
        worker = promise.worker(yard.home, "--once")
        assert worker.wait(promise.PATIENCE) == 0
        promise.put_down(yard.home, [])
    else:
        yard.hold(["n5"])
    assert not weights.pending(yard._store)
    assert order(yard) == [f"n{number}" for number in range(JOBS)]
    rows = yard._store.db.rows("SELECT weight, coalesce(estimate, 60.0) FROM job ORDER BY id DESC")
    total = 0.0
    for weight, estimate in rows:
        total += estimate
        assert weight == -total
