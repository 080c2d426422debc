"""Unique keys: at most one pending or running job of the yard bears one (S1.4)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from jobyard.core.errors import BadInput, WrongState
from jobyard.core.models import JobSpec
from jobyard.core.states import After
from jobyard.core.store import edits, settle, submit, unique
from jobyard.core.yard import submitting
from tests.store.kit import COMPLETED, FAILED, PENDING, SKIPPED, Lab


def test_a_duplicate_is_refused_with_the_id_of_the_one_that_stands(lab: Lab) -> None:
    """Pending or running; once that has ended, the key is free."""
    first = lab.submit(unique="spack:hdf5")
    id = str(submitting.answer(lab.store, first).id)
    with pytest.raises(WrongState, match=f"spack:hdf5 is taken. {id} is pending with it"):
        lab.submit(unique="spack:hdf5")
    lab.claim()
    lab.start(first)
    with pytest.raises(WrongState, match=f"{id} is running with it"):
        lab.submit(unique="spack:hdf5")
    lab.end(first, COMPLETED)
    assert lab.submit(unique="spack:hdf5") > first


def test_a_job_that_will_be_tried_again_keeps_its_key(lab: Lab) -> None:
    """It is pending, whatever its attempts did."""
    first = lab.submit(unique="k", retries=2)
    lab.claim()
    lab.end(first, FAILED)
    assert lab.state(first) is PENDING
    with pytest.raises(WrongState):
        lab.submit(unique="k")


@pytest.mark.parametrize("many", [3, submit.CHUNK + 5])
def test_of_many_jobs_none_comes_when_one_key_is_taken(lab: Lab, many: int) -> None:
    """All or nothing, also in chunks."""
    lab.submit(unique="k")
    jobs = [lab.new() for _ in range(many - 1)]
    with pytest.raises(WrongState, match="k is taken"):
        submit.add(lab.store, [*jobs, lab.new(unique="k")])
    assert lab.store.db.value("SELECT count(*) FROM job") == 1


def test_two_equal_keys_within_a_submit(lab: Lab) -> None:
    """Are refused before anything is stored, naming both."""
    same = JobSpec({"command": ["true"]}, unique="k")
    with pytest.raises(BadInput, match="Jobs 1 and 3"):
        submitting.submit_many(lab.store, [same, same._replace(unique="other"), same])
    assert lab.store.db.value("SELECT count(*) FROM job") == 0


def test_a_requeue_of_a_job_whose_key_is_taken_is_refused_in_words(lab: Lab) -> None:
    """The one that stands is named; when it has ended, the requeue is done."""
    old = lab.submit(unique="k")
    lab.run(old, FAILED)
    new = lab.submit(unique="k")
    id = submitting.answer(lab.store, new).id
    assert edits.requeue(lab.store, [old]).left[0][1] == f'its key "k" is taken by {id}'
    lab.run(new, COMPLETED)
    assert edits.requeue(lab.store, [old]).done
    assert lab.state(old) is PENDING


def test_a_skipped_job_whose_key_is_taken_stays_skipped(lab: Lab) -> None:
    """Its parent's requeue would revive it; of two that bear one key, one comes back."""
    parent = lab.submit()
    one = lab.submit((parent, After.OK), unique="k")
    lab.run(parent, FAILED)
    two = lab.submit((parent, After.OK), unique="k")
    assert lab.states([one, two]) == [SKIPPED, SKIPPED]
    other = lab.submit(unique="k")
    edits.requeue(lab.store, [parent])
    settle.settle_all(lab.store)
    assert lab.states([parent, one, two, other]) == [PENDING, SKIPPED, SKIPPED, PENDING]
    edits.cancel(lab.store, [other])
    lab.run(parent, FAILED)
    edits.requeue(lab.store, [parent])
    settle.settle_all(lab.store)
    assert sorted(lab.states([one, two])) == [PENDING, SKIPPED]


SUBMITTER = """
import os, sys
from pathlib import Path
from tests.store.kit import Lab
from jobyard.core.errors import WrongState
from jobyard.core.store import submit
lab = Lab.__new__(Lab)
lab.home, lab.now = Path(sys.argv[1]), 1_790_000_000.0
lab.store, lab.env = lab.another(), 1
print("ready", flush=True)
won = 0
for key in sys.stdin.readline().split():
    try:
        submit.add(lab.store, [lab.new(unique=key), *(lab.new() for _ in range(int(sys.argv[2])))])
        won += 1
    except WrongState as error:
        assert "is taken" in str(error), error
print(won)
"""


@pytest.mark.parametrize("others", [0, submit.CHUNK])
def test_of_two_processes_that_race_exactly_one_wins(lab: Lab, others: int) -> None:
    """Key by key, whether the submit is of one job or of many."""
    words = [sys.executable, "-c", SUBMITTER, str(lab.home), str(others)]
    keys = [f"k{number}" for number in range(4 if others else 150)]
    folder = Path(__file__).parents[2]
    racers = [
        subprocess.Popen(words, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in "ab"
    ]
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write(" ".join(keys) + "\n")
        racer.stdin.flush()
    won = [int(racer.communicate(timeout=60)[0]) for racer in racers]
    assert sum(won) == len(keys)
    bearers = "SELECT count(*), count(DISTINCT unique_key) FROM job WHERE unique_key IS NOT NULL"
    assert lab.store.db.row(bearers) == (len(keys), len(keys))


def test_a_dead_bulk_submit_gives_its_key_back(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever wants the key next sweeps what it left; one that lives is told of."""
    told: list[str] = []

    def meanwhile(done: int) -> None:
        if done == submit.CHUNK:
            with pytest.raises(unique.TakenByBatch, match="under way"):
                submit.add(lab.store, [lab.new(unique="k0")])
            told.append("k0")

    submit.add(lab.store, [lab.new(unique=f"k{n}") for n in range(submit.CHUNK + 1)], meanwhile)
    assert told == ["k0"]
    monkeypatch.setenv("JOBYARD_CRASH_AT", "submit.chunk")
    monkeypatch.setenv("JOBYARD_CRASH_ONCE", str(tmp_path))
    words = [sys.executable, "-c", SUBMITTER, str(lab.home), str(submit.CHUNK)]
    done = subprocess.run(words, input="free\n", text=True, timeout=60, cwd=Path(__file__).parents[2], check=False)
    assert done.returncode == -9
    monkeypatch.delenv("JOBYARD_CRASH_AT")
    assert lab.submit(unique="free")
