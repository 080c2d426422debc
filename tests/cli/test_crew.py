"""``worker list`` and ``top``: who works, what runs and what it uses."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobyard.core.usage import NAME, RECORD
from jobyard.core.yard import Yard
from jobyard.core.yard.staffed import Keeper
from jobyard.tui.cli import crewview
from tests.cli.conftest import Call
from tests.tui import prepared

MIB = 1 << 20
VITALS = "disk_free disk_size disk_floor store_bytes log_bytes events oldest_event jobs settings trouble"
TOP = "at counts workers keeper queues resources running waiting yard"


@pytest.fixture
def yard(yard_home: Path) -> Iterator[Yard]:
    """The prepared yard; its worker seems to live, and the keeper has sampled the job that runs."""
    prepared.make(yard_home)
    with prepared.worked(yard_home), Yard.open(yard_home) as yard:
        folder = yard.log_path("run")
        assert folder is not None
        folder.parent.mkdir(parents=True, exist_ok=True)
        now = time.time()
        samples = [(now - 3, 1.0, 40 * MIB, 2, 0.5), (now - 1, 5.0, 64 * MIB, 3, 2.0)]
        (folder.parent / NAME).write_bytes(b"".join(RECORD.pack(*sample) for sample in samples))
        folder.write_text("::progress 0.25 shot 1\n")
        yield yard


def test_the_list_tells_what_a_workers_jobs_use(yard: Yard, call: Call) -> None:
    """CPU and memory of all that a worker runs stand beside it; with --jobs each job has its own."""
    (line,) = [line for line in call("worker", "list").out.splitlines() if line.startswith(prepared.WORKER)]
    assert "● working" in line
    assert "200%" in line
    assert "64M" in line
    shown = call("worker", "list", "--jobs").out
    (line,) = [line for line in shown.splitlines() if yard.job("run").id in line]
    assert line.split()[-4:] == ["200%", "64M", "3", "run"]


def test_the_list_as_json_has_jobs_and_keeper(yard: Yard, call: Call) -> None:
    """Each worker has the jobs that it answers for, with their newest sample, and the keeper of its host."""
    (told,) = call("worker", "list", "--json").json
    (job,) = told["jobs"]
    assert set(job) == {"id", "name", "session", "queue", "started_at", "usage"}
    assert (job["id"], job["usage"]["cpu"], job["usage"]["rss"]) == (yard.job("run").id, 2.0, 64 * MIB)
    assert set(told["keeper"]) == {"alive", "silent", "pid", "started_at", "rss"}
    assert told["keeper"]["alive"] is False


def test_a_missing_keeper_is_told_where_jobs_run(yard: Yard, call: Call) -> None:
    """Jobs that run with nobody to watch them are not passed over."""
    assert "keeper: gone; the next worker starts one" in call("worker", "list").out


@pytest.mark.parametrize(
    ("keeper", "running", "words"),
    [
        (Keeper(False), 0, ""),
        (Keeper(True, theirs=True), 1, "its owner's to look at"),
        (Keeper(True, silent=True), 1, "does not answer"),
        (Keeper(True, 4100, 1_795_300_000.0, 13 * MIB), 1, "owns the processes of 1 job"),
    ],
)
def test_the_keeper_in_words(keeper: Keeper, running: int, words: str) -> None:
    """What is known of the keeper, and nothing where none is needed."""
    assert words in crewview.keeper_words(keeper, running)
    assert bool(words) is bool(crewview.keeper_words(keeper, running))


def test_top_tells_use_progress_and_resources(yard: Yard, call: Call) -> None:
    """A job that runs has its CPU, its curve, its memory and how far it is; a locked resource says by whom."""
    lines = call("top").out.splitlines()
    (run,) = [line for line in lines if line.startswith(yard.job("run").id)]
    assert all(word in run for word in ("200%", "█", "64M", "25%", "shot 1"))
    assert any(line.startswith("fridge") and f"locked by {yard.user}" in line for line in lines)
    assert lines[1].startswith("cpus ▕")
    assert "mem ▕" in lines[1]


def test_top_as_json(yard: Yard, call: Call) -> None:
    """The same facts for a program, with the documented keys."""
    told = call("top", "--json").json
    assert set(told) == set(TOP.split())
    assert set(told["yard"]) == set(VITALS.split())
    (run,) = told["running"]
    assert (run["name"], run["progress"]["fraction"], run["usage"]["processes"]) == ("run", 0.25, 3)
    assert {job["name"] for job in told["waiting"]} >= {"one", "locked"}
    assert told["counts"]["running"] == 1


def test_who_died_is_told_for_a_while(yard: Yard) -> None:
    """A worker whose lock is free is dead, and stays among the staff with what it left."""
    (yard.home / "run" / "workers" / f"{prepared.WORKER}.lock").unlink()
    (dead,) = yard.staff().workers
    assert (dead.mode, dead.alive, dead.running) == ("dead", False, 1)
