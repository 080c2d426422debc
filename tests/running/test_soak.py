"""A short soak as part of the tests: random kills, a seed that is told, an exit code that says what happened."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from jobyard.core.states import State
from tests.running import promise, soak
from tests.running.crewkit import Crew

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_a_short_soak_keeps_the_promise(tmp_path: Path) -> None:
    """One round of random kills, and a small exclusive queue with eight workers."""
    command = [sys.executable, "-m", "tests.running.soak", "--minutes", "0.01", "--seed", "42", "--exclusive", "200"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=110, env=surroundings(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[0].startswith("SEED=42")
    assert "round 1: " in done.stdout
    assert list(tmp_path.glob("jobyard-soak-*")) == []


def surroundings(folder: Path) -> dict[str, str]:
    import os

    return {**os.environ, "TMPDIR": str(folder)}


def test_a_broken_promise_is_told_with_its_seed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 1, the seed, and the yard kept for a look."""
    monkeypatch.setattr(soak, "under_fire", lambda home, seed, until: ["JOB-1 ran twice"])
    monkeypatch.setattr(soak.tempfile, "mkdtemp", lambda prefix: str(tmp_path))
    monkeypatch.setenv("JOBYARD_KEEPER_IDLE", "1")
    assert soak.main(["--seed", "7", "--minutes", "0", "--exclusive", "0"]) == 1
    told = capsys.readouterr().out
    assert "BROKEN: JOB-1 ran twice" in told
    assert "SEED=7" in told.splitlines()[-1]


def test_the_check_sees_every_kind_of_broken_promise(yard_home: Path) -> None:
    """A job that ran twice, one that ran unseen, one with a false outcome, one that never ran and says completed."""
    crew = Crew(yard_home)
    ids = [crew.yard.submit(spec).id for spec in soak.jobs(yard_home, 1)[1:4]]
    crew.worker("--once").wait(promise.PATIENCE)
    fine = {id: promise.may_be(crew.job(id).state, code=3) for id in ids}
    assert promise.broken(crew.yard, fine, may_lose=False) == []
    witness = yard_home / "witness"
    whole = witness.read_text()
    witness.write_text(whole + whole.splitlines()[0] + "\n")
    assert "ran twice" in promise.broken(crew.yard, fine, may_lose=False)[0]
    witness.write_text(f"{whole}{ids[0]} deadbeef\n")
    assert "knows nothing" in promise.broken(crew.yard, fine, may_lose=False)[0]
    witness.write_text("")
    assert any("ran 0 times" in line for line in promise.broken(crew.yard, fine, may_lose=False))
    witness.write_text(whole)
    wrong = {ids[0]: promise.may_be(State.CANCELLED)}
    assert "not cancelled" in promise.broken(crew.yard, wrong, may_lose=False)[0]
    crew.close()
