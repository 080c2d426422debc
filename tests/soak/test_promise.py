"""The soak's judge: whatever contradicts the promise is told, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobyard.core.models import JobSpec
from jobyard.core.yard import Yard
from tests.soak import promise, witness
from tests.soak.witness import Seen


@pytest.fixture
def yard(yard_home: Path):
    with Yard.open(yard_home) as yard:
        yield yard


def run(yard: Yard, code: int) -> tuple:
    """A job that exited with *code*, as recorded, and what a witness sees of it when all is well."""
    job = yard.submit(JobSpec(fields={"command": ["sh", "-c", f"exit {code}"]}, cwd="/")).id
    handle = yard.start_worker("test")
    (ended,) = yard.wait([job], timeout=30)
    handle.stop()
    token = ended.attempts[0].token
    return ended, Seen(begun=[token], ended=[token])


@pytest.mark.parametrize("code", [0, 3])
def test_a_true_record_is_let_pass(code: int, yard: Yard):
    """A job that was seen to begin and end once, with the code that is recorded, is no complaint."""
    job, seen = run(yard, code)
    assert list(promise.broken(job, seen, code)) == []


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda seen: Seen(seen.begun * 2, seen.ended), "ran twice"),
        (lambda seen: Seen(seen.begun, []), "did not end so"),
        (lambda seen: Seen([*seen.begun, "other"], seen.ended), "nobody recorded"),
        (lambda seen: Seen(seen.begun, seen.ended, clashes=1), "not alone"),
    ],
)
def test_a_false_record_is_told(change, complaint: str, yard: Yard):
    """Two runs of an attempt, a completion that nobody saw, an unrecorded run and a clash are each told."""
    job, seen = run(yard, 0)
    assert complaint in " ".join(promise.broken(job, change(seen), 0))


def test_a_wrong_exit_code_is_told(yard: Yard):
    """A recorded exit code that differs from the real one is told."""
    job, seen = run(yard, 3)
    assert "exit code 3" in " ".join(promise.broken(job, seen, 4))


def test_a_forgotten_job_is_told(yard: Yard):
    """A job that has not ended when all should have is told."""
    job = yard.job(yard.submit(JobSpec(fields={"command": ["true"]}, cwd="/")).id)
    assert "forgotten" in " ".join(promise.broken(job, Seen(), 0))


def test_the_witness_is_read_back(tmp_path: Path):
    """Lines of the witness give begins, ends and clashes by job."""
    (tmp_path / "witness").write_text("begin A t1\nbegin B t2\nclash B t2\nend A t1\n")
    assert witness.read(tmp_path / "witness") == {"A": Seen(["t1"], ["t1"]), "B": Seen(["t2"], [], 1)}
