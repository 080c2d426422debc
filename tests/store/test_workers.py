"""Workers as the store knows them: alive by their lock, hung by their silence, and what the dead leave."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from jobyard.core import locks
from jobyard.core.states import State
from jobyard.core.store import workers
from jobyard.core.yard import Yard
from tests.store.kit import Lab


def test_a_silent_worker_is_shown_as_hung_and_loses_nothing(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """After 15 s without a heartbeat, by a clock that nobody sets; it is alive all the same and keeps its jobs."""
    row = lab.submit()
    lab.claim()
    now = locks.boottime()
    for silent, hung in ((14.0, False), (16.0, True)):
        monkeypatch.setattr(locks, "boottime", lambda silent=silent: now + silent)
        (worker,) = workers.every(lab.store)
        assert (worker.alive, worker.hung) == (True, hung)
    assert workers.bury(lab.store, lab.worker) == []
    assert lab.store.db.value("SELECT worker_id FROM attempt WHERE job_id = ?", (row,)) == lab.worker
    workers.heartbeat(lab.store, lab.worker)
    assert not workers.every(lab.store)[0].hung


def test_when_a_worker_counts_as_hung_is_a_setting(lab: Lab) -> None:
    """With hung_after at half a second it is hung after one."""
    lab.store.hung_after = 0.5
    lab.store.db.rows("UPDATE worker SET heartbeat = heartbeat - 1")
    assert workers.every(lab.store)[0].hung


def test_the_setting_reaches_the_store(yard_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Executr's own variable for it is understood as well."""
    monkeypatch.setenv("EXECUTR_HEARTBEAT_TIMEOUT", "7s")
    with Yard.open(yard_home) as yard:
        assert yard._store.hung_after == 7.0


def test_what_a_dead_worker_held_goes_to_another(lab: Lab) -> None:
    """It is dead when its lock is free, whatever its heartbeat says; its running attempts are the heir's."""
    row = lab.submit()
    lab.claim()
    lab.start(row)
    heir = workers.admit(lab.store, "heir", "host", os.getpid(), "headless", None, None)
    assert workers.bury(lab.store, heir) == []
    assert lab.lock is not None
    os.close(lab.lock)
    lab.lock = None
    assert workers.bury(lab.store, heir) == ["lab"]
    workers.inherit(lab.store, heir)
    assert [one.row for one in workers.running(lab.store, heir)] == [row]
    assert lab.store.db.value("SELECT state FROM job WHERE id = ?", (row,)) == State.RUNNING
