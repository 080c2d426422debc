"""What a screen that stays open asks: what ended when, what others did, who holds the store up."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

from jobyard.core.models import JobSpec
from jobyard.core.store import Actor, Store, activity, deeds, edits, holdings, queues, resources, turns
from jobyard.core.yard import Yard
from tests.store.kit import COMPLETED, NOW, Lab, plan, statements

HOUR, STEP = 3600.0, 300.0


@pytest.fixture
def bob(lab: Lab) -> Store:
    """Another user at the same yard."""
    other = Store(lab.home, Actor("bob", "host", "test"), clock=lambda: lab.now)
    yield other
    other.close()


# -- activity -----------------------------------------------------------------------------------------------


def test_ends_are_counted_by_queue_and_stretch(lab: Lab) -> None:
    """Each end counts once, in its queue and in the stretch of time in which it fell; older ones do not."""
    queues.create(lab.store, "default", "other", 4)
    for later, queue in ((0, 1), (2 * HOUR, 1), (10, 1), (STEP, 2)):
        lab.now += later
        lab.run(lab.submit(queue_id=queue), COMPLETED)
    first = int((NOW + 2 * HOUR) // STEP)
    found = activity.ended(lab.store, lab.now - HOUR, STEP)
    assert {queue: sum(counts.values()) for queue, counts in found.items()} == {1: 2, 2: 1}
    assert found[1] == {first: 2}
    assert found[2] == {int(lab.now // STEP): 1}


def test_activity_is_counted_by_the_index(lab: Lab) -> None:
    """Nothing older than asked for is counted, and nothing is scanned: an hour of a million jobs stays cheap."""
    (sql,) = statements(lab.store, lambda: activity.ended(lab.store, lab.now - HOUR, STEP))
    steps = plan(lab.store, sql, ()).split("; ")
    of_jobs = [step for step in steps if "job_queue_ended" in step]
    assert len(of_jobs) == 2
    assert all("INDEX job_queue_ended (queue_id=? AND ended_at>" in step for step in of_jobs)


# -- news ---------------------------------------------------------------------------------------------------


def told(store: Store, since: int) -> list[tuple[str, str, str, int, str]]:
    return [(deed.user, deed.verb, deed.queue, deed.jobs, deed.what) for deed in deeds.since(store, since).deeds]


def test_others_changes_are_summed(lab: Lab, bob: Store) -> None:
    """Who, what, where and how many jobs, in the order in which it was done; one's own is left out."""
    rows = [lab.submit() for _ in range(4)]
    since = deeds.since(lab.store, -1).version
    edits.hold(bob, rows[:2])
    edits.hold(bob, rows[2:3])
    edits.hold(lab.store, rows[3:])
    queues.change(bob, queues.find(bob, "default", "default"), "pause", paused=1)
    assert told(lab.store, since) == [("bob", "hold", "default", 3, ""), ("bob", "queue pause", "default", 0, "")]
    assert told(bob, since) == [("ada", "hold", "default", 1, "")]
    assert told(lab.store, deeds.since(lab.store, since).version) == []


def test_what_follows_and_what_workers_do_is_no_news(lab: Lab, bob: Store) -> None:
    """A submit, a skip that a cancel causes, a worker's start and end of a job are not told."""
    from jobyard.core.states import After

    since = deeds.since(lab.store, -1).version
    parent = lab.submit()
    lab.submit((parent, After.OK))
    lab.run(lab.submit(), COMPLETED)
    assert told(bob, since) == []
    edits.cancel(bob, [parent])
    assert told(lab.store, since) == [("bob", "cancel", "default", 1, "")]


def test_sessions_and_resources_are_named(lab: Lab, bob: Store) -> None:
    """A change that is of no queue says of what it is."""
    since = deeds.since(lab.store, -1).version
    queues.create_session(bob, "lab")
    resources.set_capacity(bob, "qick", 1, new=True)
    holdings.lock(bob, "qick", "in the hutch")
    assert told(lab.store, since) == [
        ("bob", "session create", "", 0, "lab"),
        ("bob", "resource set", "", 0, "qick"),
        ("bob", "resource lock", "", 0, "qick"),
    ]


def test_an_older_store_has_no_news(lab: Lab, bob: Store) -> None:
    """After a restore the newest event lies below what was seen: nothing is told, and the count begins there."""
    edits.hold(bob, [lab.submit()])
    found = deeds.since(lab.store, 1 << 40)
    assert found.deeds == ()
    assert found.version == deeds.since(lab.store, -1).version


def test_of_a_long_time_the_end_is_told(lab: Lab, bob: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """However much happened meanwhile, so many events are looked at and no more."""
    monkeypatch.setattr(deeds, "MOST", 5)
    row = lab.submit()
    for _ in range(10):
        edits.hold(bob, [row])
        edits.release(bob, [row])
    (first, second) = deeds.since(lab.store, 0).deeds
    assert {first.verb, second.verb} == {"hold", "release"}


# -- health -------------------------------------------------------------------------------------------------


def test_another_programs_lock_is_noticed(yard_home: Path) -> None:
    """While a foreign connection holds the write lock, a waiting command is held up; afterwards nobody is."""
    with Yard.open(yard_home) as yard:
        other = sqlite3.connect(yard_home / "jobyard.db", isolation_level=None, check_same_thread=False)
        other.execute("BEGIN IMMEDIATE")
        writer = threading.Thread(target=lambda: yard.submit(JobSpec({"command": ["true"]})))
        writer.start()
        while not yard.health().held_up:
            assert writer.is_alive()
        other.execute("ROLLBACK")
        other.close()
        writer.join(30)
        assert yard.health().held_up == 0
        assert yard.health() == (True, True, "", 0.0)


def test_ones_own_writing_holds_nobody_up() -> None:
    """Whoever waits for a long transaction of this very program is not held up by another one."""
    mine = turns.Turns()
    began, end = threading.Event(), threading.Event()

    def write() -> None:
        with mine.turn(lambda: None):
            began.set()
            end.wait(30)

    def wait() -> None:
        with mine.turn(lambda: end.wait(30)):
            pass

    threads = [threading.Thread(target=work) for work in (write, wait)]
    for thread in threads:
        thread.start()
    began.wait(30)
    assert mine.held_up() == 0
    end.set()
    for thread in threads:
        thread.join(30)


def test_a_yard_that_is_gone(yard_home: Path) -> None:
    """The store's file was removed: the yard is not there."""
    with Yard.open(yard_home) as yard:
        (yard_home / "jobyard.db").unlink()
        assert not yard.health().there
