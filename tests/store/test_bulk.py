"""Bulk submits are all or nothing, whatever dies and whoever looks in between."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from jobyard.core.states import After
from jobyard.core.store import database, edits, settle, submit
from tests.store.kit import FAILED, PENDING, SKIPPED, Lab

MANY = submit.CHUNK * 2 + 500

SUBMITTER = """
import sys
from pathlib import Path
from tests.store.kit import Lab
from jobyard.core.store import submit
lab = Lab.__new__(Lab)
lab.home, lab.now = Path(sys.argv[1]), 1_790_000_000.0
lab.store, lab.env = lab.another(), 1
{wait}
submit.add(lab.store, [lab.new() for _ in range(int(sys.argv[2]))])
"""
WAIT = """
def stop(done):
    print(done, flush=True)
    sys.stdin.readline()
submit.add(lab.store, [lab.new() for _ in range(int(sys.argv[2]))], stop)
sys.exit()
"""


def submitter(lab: Lab, wait: str = "") -> list[str]:
    return [sys.executable, "-c", SUBMITTER.format(wait=wait), str(lab.home), str(MANY)]


def crash(lab: Lab, point: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A real process that submits MANY jobs and is killed at *point*."""
    with monkeypatch.context() as patch:
        patch.setenv("JOBYARD_CRASH_AT", point)
        patch.setenv("JOBYARD_CRASH_ONCE", str(tmp_path))
        done = subprocess.run(submitter(lab), timeout=60, cwd=Path(__file__).parents[2], check=False)
    assert done.returncode == -9
    assert (tmp_path / f"crashed-{point}").exists()


@pytest.mark.parametrize(("point", "visible"), [("submit.chunk", 0), ("submit.complete", MANY), ("submit.admit", MANY)])
def test_a_killed_submitter_leaves_all_or_nothing(
    lab: Lab, point: str, visible: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the batch is complete nothing stays; afterwards everything comes."""
    crash(lab, point, tmp_path, monkeypatch)
    assert submit.sweep(lab.store) == 1
    assert lab.store.db.value("SELECT count(*) FROM job WHERE batch IS NULL") == visible
    assert lab.store.db.value("SELECT count(*) FROM job") == visible
    assert lab.store.db.value("SELECT count(*) FROM batch") == 0
    assert list((lab.home / "run" / "batches").iterdir()) == []
    assert len(lab.claim()) == (4 if visible else 0)
    lab.sound()


def test_nobody_sees_or_claims_a_batch_that_grows(lab: Lab) -> None:
    """Neither lists, counts nor claims know of it before its last chunk."""
    seen: list[tuple[int, int]] = []

    def look(done: int) -> None:
        claimed = len(lab.claim())
        counted = lab.store.db.value("SELECT sum(n) FROM tally")
        seen.append((claimed, counted))

    submit.add(lab.store, [lab.new() for _ in range(MANY)], look)
    assert seen == [(0, 0)] * 3
    assert lab.store.db.value("SELECT sum(n) FROM tally") == MANY


def test_a_living_submitter_is_not_swept(lab: Lab) -> None:
    """Another process is in the midst of its chunks: its lock tells, and its jobs come."""
    process = subprocess.Popen(
        submitter(lab, WAIT), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
    )
    assert process.stdout is not None
    assert int(process.stdout.readline()) == submit.CHUNK
    assert submit.sweep(lab.store) == 0
    assert process.communicate("\n\n\n\n", timeout=60)[1] is None
    assert process.returncode == 0
    assert lab.store.db.value("SELECT count(*) FROM job WHERE batch IS NULL") == MANY


def test_a_submitter_that_finishes_under_the_sweepers_eyes_keeps_its_jobs(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sweep reads the batch, then its submitter completes and lets go, then the sweep gets the lock."""
    store = lab.another()
    real = submit._try_lock

    def finish_first(run: Path, batch: int) -> int | None:
        store.db.rows("UPDATE batch SET complete = 1 WHERE id = ?", (batch,))
        submit._admit(store, batch, 1, MANY)
        return real(run, batch)

    monkeypatch.setattr(submit, "_admit", lambda *args: None)  # the submitter stops before it admits
    submit.add(lab.store, [lab.new() for _ in range(MANY)])
    monkeypatch.undo()
    lab.store.db.rows("UPDATE batch SET complete = 0")
    monkeypatch.setattr(submit, "_try_lock", finish_first)
    assert submit.sweep(lab.store) == 0
    assert lab.store.db.value("SELECT count(*) FROM job WHERE batch IS NULL") == MANY


def test_an_error_takes_everything_back(lab: Lab) -> None:
    """A submit that fails in a later chunk leaves no job, no event, no batch."""

    def fail(done: int) -> None:
        if done > submit.CHUNK:
            raise KeyboardInterrupt

    events = lab.store.db.value("SELECT count(*) FROM event")
    with pytest.raises(KeyboardInterrupt):
        submit.add(lab.store, [lab.new() for _ in range(MANY)], fail)
    assert lab.store.db.value("SELECT count(*) FROM job") == 0
    assert lab.store.db.value("SELECT count(*) FROM event") == events
    assert lab.store.db.value("SELECT count(*) FROM batch") == 0


def test_an_interrupt_after_the_last_chunk_takes_nothing_back(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once the batch is complete its jobs may run: an interrupt leaves them to be admitted by whoever comes next."""

    def interrupted(*args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(submit, "_admit", interrupted)
        with pytest.raises(KeyboardInterrupt):
            submit.add(lab.store, [lab.new() for _ in range(MANY)])
    assert submit.sweep(lab.store) == 1
    assert lab.store.db.value("SELECT count(*) FROM job WHERE batch IS NULL") == MANY


@pytest.mark.parametrize("settled_between", [False, True])
def test_skips_reach_across_chunks(lab: Lab, settled_between: bool) -> None:
    """A job that a dead parent skips in the first chunk skips those that depend on it in the last one."""
    bad = lab.submit()
    lab.run(bad, FAILED)
    news = [lab.new([(bad, After.OK)]), lab.new(inside=[(0, After.OK)])]
    news += [lab.new(held=True) for _ in range(MANY)]
    news += [lab.new(inside=[(0, After.OK)]), lab.new(inside=[(1, After.OK)]), lab.new(inside=[(2, After.OK)])]
    rows = submit.add(lab.store, news, lambda done: settle.settle_all(lab.store) if settled_between else None)
    assert lab.states([rows[0], rows[1], *rows[-3:]]) == [SKIPPED, SKIPPED, SKIPPED, SKIPPED, PENDING]


def test_a_parent_that_ends_while_the_batch_grows_counts(lab: Lab) -> None:
    """Children that are not visible yet are judged all the same."""
    parent = lab.submit()
    lab.claim()
    news = [lab.new([(parent, After.OK)]) for _ in range(MANY)]
    rows = submit.add(lab.store, news, lambda done: lab.end(parent, FAILED) if done == submit.CHUNK else None)
    assert {lab.state(row) for row in rows} == {SKIPPED}
    assert lab.store.db.value("SELECT n FROM tally WHERE bucket = 'skipped'") == MANY


def test_a_job_may_wait_for_one_that_stands_chunks_later(lab: Lab) -> None:
    """The order of a file does not matter: a parent thousands of lines below its child is found."""
    news = [lab.new(inside=[(MANY - 1, After.OK)]), *(lab.new() for _ in range(MANY - 1))]
    rows = submit.add(lab.store, news)
    assert lab.store.db.value("SELECT unmet FROM job WHERE id = ?", (rows[0],)) == 1
    assert lab.store.db.value("SELECT child_id FROM edge WHERE parent_id = ?", (rows[-1],)) == rows[0]


def test_no_transaction_of_a_bulk_submit_is_long(lab: Lab) -> None:
    """Chunks, admission and removal each stay far below what a claim could wait for."""
    lab.store.db.longest = 0.0
    rows = submit.add(lab.store, [lab.new() for _ in range(20_000)])
    assert lab.store.db.longest < 0.25  # 0.05 on an idle machine; the bench holds it to that
    edits.cancel(lab.store, rows[:2000])


@pytest.mark.parametrize("count", [1, database.FEW - 1, database.FEW, database.FEW + 7, submit.CHUNK + 3])
def test_every_job_comes_with_its_own_values_event_and_dependency(lab: Lab, count: int) -> None:
    """Rows go in many to a statement, and none is lost or mixed up where a group ends."""
    lab.submit(name="job-0")
    jobs = [lab.new(inside=[(n - 1, After.OK)] if n else [], name=f"job-{n + 1}", priority=n % 7) for n in range(count)]
    rows = submit.add(lab.store, jobs)
    told = lab.store.db.rows("SELECT id, name, priority, unmet FROM job ORDER BY id")
    assert told[1:] == [(row, f"job-{n + 1}", n % 7, int(n > 0)) for n, row in enumerate(rows)]
    assert lab.store.db.rows("SELECT child_id, parent_id FROM edge ORDER BY 1") == list(
        zip(rows[1:], rows, strict=False)
    )
    events = lab.store.db.rows(
        "SELECT job_id, queue_id, verb, change_id IS NOT NULL FROM event WHERE job_id > 0 ORDER BY id"
    )
    assert events == [(row, 1, "submit", 1) for row, *_ in told]
