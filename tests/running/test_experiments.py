"""Experiments, run: files before the process, data that decides over the end, whoever records it."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jobyard.core import launch
from jobyard.core.kinds import Checked, experiment_
from jobyard.core.models import JobSpec
from jobyard.core.states import Cause
from jobyard.core.store import outcomes
from tests.running.workerkit import COMPLETED, FAILED, PENDING, RUNNING, Shift

FIELDS = Checked(module="experiments.rabi", config={"start": 0}, **{"class": "Rabi"})


@pytest.fixture
def shift(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shift]:
    """A yard whose experiments need neither a config nor a lab."""
    monkeypatch.setattr(experiment_, "request", lambda fields, context: b'{"format":1}')
    monkeypatch.setattr(experiment_.Experiment, "found", lambda self, fields, around: fields)
    monkeypatch.setattr(experiment_.Experiment, "configs", ())
    found = Shift(tmp_path / "yard")
    found.yard.queue_create("experiments", slots=1)
    yield found
    found.close()


def submit(shift: Shift, **more: Any) -> str:
    return shift.yard.submit(JobSpec(FIELDS, kind="experiment", queue="experiments", cwd="/", **more)).id


def folder(shift: Shift, ref: str) -> Path:
    row = shift.yard._store.db.value("SELECT folder FROM attempt WHERE token = ?", (shift.token(ref),))
    return shift.yard.home / str(row)


def leave(shift: Shift, ref: str, data: bytes = experiment_.MAGIC + b"data", **said: Any) -> Path:
    """What the runner leaves: a file of data, and the note that it is whole."""
    file = shift.yard.home / "data" / f"{ref}.h5"
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(data)
    note = {"path": str(file), "size": len(data), "made_at": 12.5, "keys": [], **said}
    (folder(shift, ref) / "data.json").write_text(json.dumps(note))
    return file


# -- before the process ---------------------------------------------------------------------------


def test_the_request_is_there_before_the_keeper_hears_of_the_attempt(shift: Shift) -> None:
    """Whoever starts the process finds what it reads; nobody but the yard's owner can read it."""
    seen: list[int] = []
    worker = shift.worker()
    start = worker.runner.start
    worker.runner.start = lambda specs: (  # type: ignore[method-assign]
        [seen.append(os.stat(spec.folder + "/request.json").st_mode & 0o777) for spec in specs], start(specs)
    )  # fmt: skip
    id = submit(shift)
    shift.turn(worker)
    assert seen == [0o600]
    assert (folder(shift, id) / "request.json").read_bytes() == b'{"format":1}'
    leave(shift, id), shift.finish(id), shift.turn()


def test_a_full_disk_at_the_start_is_no_failure(shift: Shift, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without room for its files a job waits again, nothing is left behind, and it is no attempt."""

    def full(folder: str, files: object) -> None:
        raise OSError(28, "No space left on device")

    worker, id = shift.worker(), submit(shift)
    with monkeypatch.context() as patched:
        patched.setattr(launch, "put", full)
        shift.turn(worker)
    assert (shift.state(id), shift.job(id).attempts) == (PENDING, ())
    assert "No space left" in shift.told[0]
    shift.later(2)
    shift.turn(worker)
    assert shift.state(id) is RUNNING
    leave(shift, id), shift.finish(id), shift.turn()
    assert shift.state(id) is COMPLETED


def test_files_are_whole_or_not_there(tmp_path: Path) -> None:
    """One that cannot be written takes the others with it, but never a file that was there before."""
    where = tmp_path / "jobs" / "1" / "JOB.1"
    where.parent.mkdir(parents=True)
    with pytest.raises(FileNotFoundError):
        launch.put(str(where), {"one": b"1", "no/where": b"2"})
    assert not where.exists()
    where.mkdir()
    (where / "one").write_bytes(b"old")
    with pytest.raises(FileExistsError):
        launch.put(str(where), {"one": b"new"})
    assert (where / "one").read_bytes() == b"old"


# -- its end ----------------------------------------------------------------------------------------


def test_an_experiment_with_its_data_has_completed(shift: Shift) -> None:
    """The file stands with the attempt, in the store and in every view of it."""
    worker, id = shift.worker(), submit(shift)
    shift.turn(worker)
    file = leave(shift, id)
    shift.finish(id), shift.turn(worker)
    job = shift.job(id)
    assert (job.state, job.message, job.data_file) == (COMPLETED, "", str(file))
    assert [attempt.data_file for attempt in job.attempts] == [str(file)]
    assert shift.yard._store.db.row("SELECT path, size, made_at FROM result") == (str(file), 12, 12.5)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (None, "it ended without its data"),
        ({"size": 99}, "has 12 bytes, 99 were written"),
        ({"path": "/nowhere/x.h5"}, "is not there"),
        ({"path": "relative.h5"}, "its path is not absolute"),
        ({"path": "/tmp"}, "is no file"),
        ({"made_at": "now"}, "its size or its time is no number"),
    ],
)
def test_an_experiment_without_its_data_has_failed(shift: Shift, said: dict[str, Any] | None, why: str) -> None:
    """Exit code 0 is not enough: `os._exit(0)` in the middle of a measurement is a failure that is told."""
    worker, id = shift.worker(), submit(shift)
    shift.turn(worker)
    if said is not None:
        leave(shift, id, **said)
    (folder(shift, id) / "stderr").write_bytes(b"")
    shift.finish(id), shift.turn(worker)
    job = shift.job(id)
    assert (job.state, job.cause, job.exit_code, job.data_file) == (FAILED, Cause.EXIT, 0, "")
    assert why in job.message


def test_a_file_that_is_no_hdf5_is_no_data(shift: Shift) -> None:
    """The first bytes tell."""
    worker, id = shift.worker(), submit(shift)
    shift.turn(worker)
    leave(shift, id, data=b"<html>not found</html>")
    shift.finish(id), shift.turn(worker)
    assert "is no HDF5 file" in shift.job(id).message


def test_a_failure_keeps_its_own_words(shift: Shift) -> None:
    """Exit code 1 is told as such; what it may have left is no result."""
    worker, id = shift.worker(), submit(shift)
    shift.turn(worker)
    leave(shift, id)
    (folder(shift, id) / "stderr").write_bytes(b"Traceback (most recent call last):\n  x\nValueError: too hot\n")
    shift.finish(id, 1), shift.turn(worker)
    job = shift.job(id)
    assert (job.state, job.message, job.data_file) == (FAILED, "exit code 1: ValueError: too hot", "")


def test_whoever_takes_over_judges_in_the_same_way(shift: Shift) -> None:
    """A worker is killed while two experiments run: the next one finds one's data, and none of the other."""
    shift.yard.queue_set("experiments", slots=2)
    first, one, two = shift.worker(), submit(shift), submit(shift)
    shift.turn(first)
    shift.kill(first)
    file = leave(shift, one)
    shift.finish(one), shift.finish(two)
    shift.turn(shift.worker())
    assert (shift.state(one), shift.job(one).data_file) == (COMPLETED, str(file))
    assert (shift.state(two), shift.job(two).message) == (FAILED, "it ended without its data")


def test_another_workers_experiment_is_judged_from_the_store(shift: Shift) -> None:
    """An outcome that a living worker is late to record is recorded by another, with its data."""
    owner, other, id = shift.worker(), shift.worker(), submit(shift)
    shift.turn(owner)
    other.runner.ensure()
    file = leave(shift, id)
    shift.finish(id)
    other.turn(), owner.runner.events()
    shift.later(60)
    other.turn(), other.turn()
    assert (shift.state(id), shift.job(id).data_file) == (COMPLETED, str(file))


def test_an_unknown_end_keeps_the_data_that_was_whole(shift: Shift) -> None:
    """Lost stays lost: but where the data had been closed and checked before, it is not lost with it."""
    worker, id = shift.worker(), submit(shift)
    shift.turn(worker)
    file = leave(shift, id)
    shift.finish(id, None, cause="lost", message="the keeper was killed")
    shift.turn(worker)
    job = shift.job(id)
    assert (job.state, job.cause, job.data_file) == (FAILED, Cause.LOST, str(file))


def test_a_retry_is_an_attempt_with_data_of_its_own(shift: Shift) -> None:
    """Missing data is a failure like any other: it is tried again, and the job's data is the last attempt's."""
    worker, id = shift.worker(), submit(shift, retries=1, retry_delay=0.0)
    shift.turn(worker)
    shift.finish(id), shift.turn(worker)
    file = leave(shift, id)
    shift.finish(id), shift.turn(worker)
    job = shift.job(id)
    assert (job.state, [attempt.data_file for attempt in job.attempts]) == (COMPLETED, ["", str(file)])


def test_data_and_end_are_one_commit(shift: Shift, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be committed leaves neither; the next turn records both."""
    worker, id = shift.worker(), submit(shift)
    shift.turn(worker)
    file = leave(shift, id)
    real = outcomes._end_job

    def broken(*more: Any) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(outcomes, "_end_job", broken)
    shift.finish(id)
    with pytest.raises(Exception, match=r"(?i)disk I/O error"):
        worker.turn()
    assert shift.yard._store.db.value("SELECT count(*) FROM result") == 0
    monkeypatch.setattr(outcomes, "_end_job", real)
    shift.turn(worker)
    assert (shift.state(id), shift.job(id).data_file) == (COMPLETED, str(file))


def test_other_kinds_pay_nothing(shift: Shift, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a command's end no file is looked at and the store is not asked what kind it is."""
    asked: list[object] = []
    monkeypatch.setattr(experiment_.Experiment, "left", lambda self, folder: asked.append(folder) or (None, ""))
    monkeypatch.setattr(outcomes, "ending", lambda store, tokens: asked.append(tokens) or [])
    worker, id = shift.worker(), shift.submit()
    shift.turn(worker)
    shift.finish(id), shift.turn(worker)
    assert (shift.state(id), asked) == (COMPLETED, [])


# -- afterwards -------------------------------------------------------------------------------------


def test_a_requeue_and_a_purge_keep_every_file_of_data(shift: Shift) -> None:
    """A second attempt leaves the first one's data alone; the purge takes folders and rows, never data."""
    worker, id = shift.worker(), submit(shift)
    shift.turn(worker)
    one = leave(shift, id)
    shift.finish(id), shift.turn(worker)
    shift.yard.requeue([id])
    shift.turn(worker)
    two = one.with_name("second.h5")
    two.write_bytes(experiment_.MAGIC)
    leave(shift, id, path=str(two), size=8)
    where = folder(shift, id)
    shift.finish(id), shift.turn(worker)
    assert [attempt.data_file for attempt in shift.job(id).attempts] == [str(one), str(two)]
    shift.later(60), shift.yard.cleanup(keep=1.0)
    assert not where.exists()
    assert one.exists()
    assert two.exists()
    assert shift.yard._store.db.value("SELECT count(*) FROM result") == 0
