"""SIGKILL between two steps of an undo or a redo: whoever comes next goes on, and nothing is set back twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobyard.core.models import JobSpec
from jobyard.core.states import After, State
from jobyard.core.store import check, undo
from jobyard.core.yard import Yard
from tests.running import promise

JOBS = 2 * undo.STEP + 100


@pytest.fixture
def cancelled(yard_home: Path) -> list[str]:
    """Many jobs, cancelled by one command, and one that was skipped through the last of them."""
    with Yard.open(yard_home) as yard:
        ids = yard.submit_many(JobSpec({"command": ["true"]}, cwd="/") for _ in range(JOBS))
        child = JobSpec({"command": ["true"]}, cwd="/", name="child")
        yard.submit(child)
        yard.after_add("child", [ids[-1]], After.OK)
        yard.cancel(ids)
        assert yard.job("child").state is State.SKIPPED
    return ids


def pending(home: Path) -> int:
    with Yard.open(home) as yard:
        assert check.problems(yard._store) == []
        return yard.counts()[State.PENDING]


def killed(home: Path, once: Path, code: str) -> None:
    """Run it as a process that dies at its first step."""
    once.mkdir(exist_ok=True)
    environment = {"JOBYARD_CRASH_AT": "undo.step", "JOBYARD_CRASH_ONCE": str(once)}
    assert promise.script(home, code, **environment) == -9


def test_an_undo_is_killed(yard_home: Path, tmp_path: Path, cancelled: list[str]) -> None:
    """Half is back; the next undo brings the rest and what was skipped; redo and undo take all of it."""
    killed(yard_home, tmp_path / "once", "yard.undo()")
    assert pending(yard_home) == undo.STEP
    assert promise.script(yard_home, "assert len(yard.undo().done) == " + str(JOBS - undo.STEP)) == 0
    assert pending(yard_home) == JOBS + 1
    for command, left in (("redo", 0), ("undo", JOBS + 1)):
        assert promise.script(yard_home, f"yard.{command}()") == 0
        assert pending(yard_home) == left


def test_a_redo_is_killed(yard_home: Path, tmp_path: Path, cancelled: list[str]) -> None:
    """Half is cancelled again; an undo makes that whole and takes it back."""
    assert promise.script(yard_home, "yard.undo()") == 0
    killed(yard_home, tmp_path / "once", "yard.redo()")
    assert 0 < pending(yard_home) < JOBS
    assert promise.script(yard_home, "yard.undo()") == 0
    assert pending(yard_home) == JOBS + 1
