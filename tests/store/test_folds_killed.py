"""SIGKILL while a chain is folded or unfolded: whoever comes next goes on, and nothing is counted wrongly."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from jobyard.core.models import Dependency, JobFilter, JobSpec
from jobyard.core.states import After
from jobyard.core.store import check, refolding
from jobyard.core.yard import Yard
from tests.running import promise

JOBS = 650
assert JOBS > 2 * refolding.STEP
FOLDED = JobFilter(folded=True)


def killed(home: Path, once: Path, code: str) -> None:
    """Run it as a process that dies once some of the chain is done."""
    once.mkdir()
    assert promise.script(home, code, JOBYARD_CRASH_AT="refold.step", JOBYARD_CRASH_ONCE=str(once)) == -9


@pytest.mark.parametrize("who", ["worker", "command"])
def test_folding_is_killed(yard_home: Path, tmp_path: Path, who: str) -> None:
    """The first step's jobs stand behind the last; the next command or a worker brings the others there, and back."""
    names = [f"n{number}" for number in range(JOBS)]
    specs = [JobSpec({"command": ["true"]}, name="n0", key="n0", cwd="/", held=True)]
    for parent, name in pairwise(names):
        wish = (Dependency(parent, After.ANY),)
        specs.append(JobSpec({"command": ["true"]}, name=name, key=name, cwd="/", dependencies=wish))
    with Yard.open(yard_home) as yard:
        yard.submit_many(specs)
        killed(yard_home, tmp_path / "fold", f"yard.cancel([f'n{{n}}' for n in range({JOBS})])")
        assert 1 < yard.page(FOLDED, 0, 0).total < JOBS
        assert check.problems(yard._store) == []
        goes_on(yard, who)
        assert [row.name for row in yard.list(FOLDED) if row.name != "other"] == [names[-1]]
        killed(yard_home, tmp_path / "unfold", "yard.requeue(['n649'])")
        assert check.problems(yard._store) == []
        goes_on(yard, who)
        assert yard.page(FOLDED, 0, 0).total >= JOBS
        assert check.problems(yard._store) == []


def goes_on(yard: Yard, who: str) -> None:
    """Somebody else comes by."""
    if who == "worker":
        yard.queue_pause("default")
        worker = promise.worker(yard.home, "--once")
        assert worker.wait(60) == 0
    else:
        other = yard.submit(JobSpec({"command": ["true"]}, name="other", cwd="/", held=True))
        yard.cancel([other.id])
    assert not refolding.pending(yard._store)
