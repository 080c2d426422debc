"""Several writers at once: each waits its turn, none is told that the database is locked."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from jobyard.core.store import edits
from jobyard.core.store.database import Busy
from tests.store.kit import Lab

ROOT = Path(__file__).parents[2]
WRITER = """
import sys
from pathlib import Path
from tests.store.kit import Lab
from jobyard.core.store import edits, jobs
lab = Lab.__new__(Lab)
lab.home, lab.now = Path(sys.argv[1]), 1_790_000_000.0
lab.store, lab.env = lab.another(), 1
for turn in range(150):
    row = lab.submit()
    edits.priority(lab.store, [row], lambda old: old + 1)  # reads, then writes, in one transaction
    edits.cancel(lab.store, [row])
"""


def test_processes_that_read_and_write_in_turn(lab: Lab) -> None:
    """Three processes of many small transactions, each of which reads before it writes."""
    command = [sys.executable, "-c", WRITER, str(lab.home)]
    processes = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=ROOT) for _ in range(3)]
    errors = [process.communicate(timeout=100)[1] for process in processes]
    assert errors == ["", "", ""]
    assert lab.store.db.value("SELECT count(*) FROM job WHERE state = 'cancelled' AND priority = 1") == 450


def test_threads_share_a_store(lab: Lab) -> None:
    """A connection each: what one thread does not commit no other sees, and all of it arrives."""
    failures: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(50):
                row = lab.submit()
                edits.hold(lab.store, [row])
            lab.store.close()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert lab.store.db.value("SELECT count(*) FROM job WHERE held = 1") == 200


def test_a_long_reader_keeps_no_writer_waiting(lab: Lab) -> None:
    """A page that is read slowly holds an old snapshot; commits go on."""
    for _ in range(20):
        lab.submit()
    reader = lab.another()
    cursor = reader.db.connection.execute("SELECT * FROM job")
    cursor.fetchone()
    began = time.monotonic()
    lab.submit()
    assert time.monotonic() - began < 5
    assert len(cursor.fetchall()) == 19
    reader.close()


def test_a_writer_that_will_not_go_is_told(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the busy timeout: which file, and how to find who holds it."""
    other = lab.another()
    other.db.connection.execute("PRAGMA busy_timeout = 50")
    with lab.store.db.transaction(), pytest.raises(Busy) as caught, other.db.transaction():
        pass
    assert "fuser" in caught.value.line()
    other.close()


def test_giving_the_log_back_waits_for_nobody(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """While somebody reads an old snapshot, the worker's tidying returns at once, and writers go on."""
    from jobyard.core.store import database

    monkeypatch.setattr(database, "WAL_LIMIT", 0)
    for _ in range(20):
        lab.submit()
    reader = lab.another()
    cursor = reader.db.connection.execute("SELECT * FROM job")
    cursor.fetchone()
    lab.submit()
    began = time.monotonic()
    lab.store.db.truncate_wal()
    assert time.monotonic() - began < 2
    cursor.fetchall()
    reader.close()
    lab.store.db.truncate_wal()
    assert Path(f"{lab.store.path}-wal").stat().st_size == 0
    assert lab.store.db.value("PRAGMA busy_timeout") > 1000
