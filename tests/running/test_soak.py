"""A short soak as part of the tests: random kills, a seed that is told, an exit code that says what happened."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobyard.core.states import State
from jobyard.core.store import edits, holdings, queues, resources, submit
from tests.running import audit, promise, rounds, soak
from tests.running.crewkit import Crew
from tests.store.kit import Lab

ROOT = Path(__file__).parents[2]


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    found = Lab(tmp_path / "yard")
    yield found
    found.close()


@pytest.mark.slow
def test_a_short_soak_keeps_the_promise(tmp_path: Path) -> None:
    """One round of random kills, and a small exclusive queue with eight workers."""
    command = [sys.executable, "-m", "tests.running.soak", "--minutes", "0.01", "--seed", "42"]
    command += ["--exclusive", "24", "--bad-inputs", "5", "--keys", "0"]
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
    monkeypatch.setattr(soak, "under_fire", lambda home, dice, seconds: ["JOB-1 ran twice"])
    monkeypatch.setattr(soak.tempfile, "mkdtemp", lambda prefix: str(tmp_path))
    monkeypatch.setenv("JOBYARD_KEEPER_IDLE", "1")
    assert soak.main(["--seed", "7", "--minutes", "0", "--exclusive", "0", "--keys", "0"]) == 1
    told = capsys.readouterr().out
    assert "BROKEN: JOB-1 ran twice" in told
    assert "SEED=7" in told.splitlines()[-1]


def test_the_check_sees_every_kind_of_broken_promise(yard_home: Path) -> None:
    """A job that ran twice, one that ran unseen, one with a false outcome, one that never ran and says completed."""
    crew = Crew(yard_home)
    ids = [crew.yard.submit(spec).id for spec in rounds.jobs(yard_home, 1)[1:4]]
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


def wanting(lab: Lab) -> int:
    """A job that wants the instrument."""
    demand = resources.intern_demand(lab.store, {"qick": 1})
    return submit.add(lab.store, [lab.new()._replace(demand_id=demand)])[0]


def later(lab: Lab) -> None:
    """Ten seconds."""
    lab.now += 10


# -- the model that reads the audit ----------------------------------------------------------------------


def test_the_audit_tells_unlawful_ways(lab: Lab) -> None:
    """A job that starts though it was cancelled, and one whose audit and state disagree, are seen."""
    row, other = lab.submit(), lab.submit()
    assert audit.unlawful(lab.store) == []
    lab.store.db.rows("UPDATE job SET state = 'cancelled', ended_at = 1 WHERE id = ?", (row,))
    assert "its audit says pending" in audit.unlawful(lab.store)[0]
    with lab.store.db.transaction():
        lab.store.record("cancel", job=row, queue=1, after={"state": "cancelled"})
        lab.store.record("start", job=row, queue=1)
    assert f"row {row}: start while it was cancelled" in audit.unlawful(lab.store)
    assert not [line for line in audit.unlawful(lab.store) if f"row {other}" in line]


def test_the_audit_tells_claims_that_were_forbidden(lab: Lab) -> None:
    """A claim of a held job, in a paused queue, of a locked resource, and beyond a capacity."""
    resources.set_capacity(lab.store, "qick", 1, new=True)
    rows = [wanting(lab) for _ in range(2)]
    later(lab)
    edits.hold(lab.store, rows[:1])
    queues.change(lab.store, queues.find(lab.store, "default", "default"), "pause", paused=1)
    holdings.lock(lab.store, "qick")
    later(lab)
    claimed = lab.now
    later(lab)
    edits.release(lab.store, rows[:1])
    assert audit.unlawful(lab.store) == []
    for row in rows:
        lab.store.db.rows(
            "INSERT INTO attempt (job_id, number, token, folder, worker_id, claimed_at) VALUES (?, 1, ?, '', 1, ?)",
            (row, f"token{row}", claimed),
        )
    told = "\n".join(audit.unlawful(lab.store))
    assert "although held from" in told
    assert "although paused from" in told
    assert "although qick locked from" in told
    assert "qick was given 2 times, it has 1" in told


def test_the_audit_tells_a_key_that_is_borne_twice(lab: Lab) -> None:
    """Two jobs that have not ended with one key."""
    first, second = lab.submit(unique="nightly"), lab.submit()
    assert audit.unlawful(lab.store) == []
    lab.store.db.rows("DROP INDEX job_unique")
    lab.store.db.rows("UPDATE job SET unique_key = 'nightly' WHERE id = ?", (second,))
    assert audit.unlawful(lab.store) == [f"the key nightly is borne by rows {first} and {second}"]
