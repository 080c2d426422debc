"""Who works on a yard: the keeper as it is met, and workers that are gone."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from jobyard.core import locks
from jobyard.core.runners.keeper import hub
from jobyard.core.store import staffing, workers
from jobyard.core.yard import Yard, access, staffed
from jobyard.core.yard.staffed import Keeper, Keepers


@pytest.fixture
def yard(yard_home: Path) -> Iterator[Yard]:
    with Yard.open(yard_home) as yard:
        yield yard


@pytest.fixture
def held(yard: Yard) -> Iterator[Path]:
    """The lock of a keeper is held; its folder."""
    lock = locks.acquire(yard.home / "run" / "keeper.lock")
    assert lock is not None
    yield yard.home / "run"
    os.close(lock)


def answering(run: Path, words: bytes) -> threading.Thread:
    """Somebody answers once on the keeper's socket."""
    listener = hub.listen(str(run))
    listener.setblocking(True)

    def answer() -> None:
        sock, _ = listener.accept()
        sock.sendall(words)
        sock.shutdown(socket.SHUT_RDWR)
        sock.close()
        listener.close()

    thread = threading.Thread(target=answer)
    thread.start()
    return thread


def test_no_keeper(yard: Yard) -> None:
    """Without a lock there is none."""
    assert yard.staff().keeper == Keeper(False)


def test_a_keeper_is_greeted_once(yard: Yard, held: Path) -> None:
    """It says its process id; since when and how much memory is the kernel's word, and nobody asks it again."""
    keepers = Keepers()
    thread = answering(held, b'{"ev":"hello","pid":%d,"tokens":[]}\n' % os.getpid())
    first = keepers.look(yard._store)
    thread.join()
    second = keepers.look(yard._store)  # nobody listens any more
    assert first.pid == second.pid == os.getpid()
    assert first.rss is not None
    assert first.rss > 1 << 20
    assert first.since is not None
    assert first.since == pytest.approx(second.since, abs=0.1)


@pytest.mark.parametrize("words", [b"", b"rubbish\n", b"[]\n", b'{"pid":"x"}\n', b'{"pid":4194304999}\n'])
def test_one_that_answers_nothing_sensible_is_silent(yard: Yard, held: Path, words: bytes) -> None:
    """It lives, since its lock is held; that is all that is said."""
    thread = answering(held, words)
    assert Keepers().look(yard._store) == Keeper(True, silent=True)
    thread.join()


def test_a_silent_one_is_not_asked_all_the_time(yard: Yard, held: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A look of every second must not wait half a second for somebody who does not answer."""
    asked: list[Path] = []
    monkeypatch.setattr(staffed, "greeted", lambda run, seconds: asked.append(run))
    keepers = Keepers()
    assert [keepers.look(yard._store).silent for _ in range(5)] == [True] * 5
    assert len(asked) == 1


def test_another_accounts_keeper_is_left_alone(yard: Yard, held: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A member sees that it lives, and asks it nothing."""
    monkeypatch.setattr(access, "of", lambda home: SimpleNamespace(mine=False))
    assert Keepers().look(yard._store) == Keeper(True, theirs=True)


def test_the_last_few_that_left_are_told(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    """Active workers first; of those that died or left the newest, for a quarter of an hour."""
    store = yard._store
    for number in range(5):
        worker = workers.admit(store, f"w{number}", "host", 1, "headless", None, None)
        workers.set_mode(store, worker, "left")
    assert [one.name for one in staffing.told(store)] == ["w4", "w3", "w2"]
    later = locks.boottime() + staffing.LATELY + 1
    monkeypatch.setattr(locks, "boottime", lambda: later)
    assert staffing.told(store) == []


def test_vitals_are_of_this_yard(yard: Yard) -> None:
    """Room, sizes, events from the oldest on, settings that are not as they ship and what is wrong with them."""
    found = yard.vitals()
    assert 0 < found.disk_free <= found.disk_size
    assert found.log_bytes > 0
    assert found.events >= 1
    assert found.oldest_event is not None
    assert (found.settings, found.trouble, found.low) == ((), "", False)
    (yard.home / "jobyard.yml").write_text("max_jobs: 3\n")
    (changed,) = yard.vitals().settings
    assert (changed.name, changed.shown) == ("max_jobs", "3")
    assert changed.origin.endswith("jobyard.yml:1")
    (yard.home / "jobyard.yml").write_text("nonsense: 1\n")
    assert "nonsense" in yard.vitals().trouble
