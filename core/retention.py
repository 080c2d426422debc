"""What keeps a yard from growing for ever: old jobs go, their folders after them, the log gives its room back.

Two chores of a worker. `Retention` purges when a worker comes up and then every hour, a short transaction a turn,
one worker of the yard at a time, and not while the clock of the host is doubted. `Tidy` looks at the write-ahead
log. `emptied` removes the folders of purged attempts; it may be killed anywhere and goes on where it was, since a
folder leaves the trash list only once it is gone.
"""

from __future__ import annotations

import contextlib
import math
import os
import shutil
import stat
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from . import crash, locks
from .chores import Chore
from .errors import JobyardError
from .store import Store, purge, wallclock

HOUR = 3600.0
PAUSE = 0.04  # seconds between two steps, in which the worker does its work
EASE = 4.0  # and at least so many times as long as the step took: on a busy host it gives way
LOG_LOOK = 30.0  # seconds between looks at the log
BATCH = 200  # folders between two looks at whether to go on

crash.register(purge_folders="folders of purged attempts are gone, the trash list still has them")


class Retention(Chore):
    """Purge what is older than its queue keeps it; *keep* tells the seconds where the queue does not."""

    name = "retention"

    def __init__(self, store: Store, keep: Callable[[], float], up: Callable[[], float] = locks.boottime) -> None:
        super().__init__()
        self._store, self._keep, self._up = store, keep, up
        self._lock: int | None = None
        self._steps: Iterator[None] | None = None
        self._sweeper: threading.Thread | None = None
        self._leaving = threading.Event()

    def turn(self) -> float:
        """A step of the purge; then folders, in a thread; then rest for an hour."""
        try:
            return self._turn()
        except JobyardError:
            self._rest()
            raise

    def _turn(self) -> float:
        if self._sweeper is not None:
            return self._look_after_sweeper()
        if self._steps is None and not self._begin():
            return HOUR
        began = time.monotonic()
        if next(self._steps or iter(()), self) is None:
            return max(PAUSE, EASE * (time.monotonic() - began))
        return self._sweep()

    def _begin(self) -> bool:
        """Start a purge, unless another worker of the yard is at it."""
        self._lock = locks.acquire(self._store.run / "purge.lock")
        if self._lock is None:
            return False
        now = wallclock.check(self._store, self._up)
        self._steps = purge.steps(self._store, purge.rules(self._store, self._keep(), now=now), purge.Tally())
        return True

    def _sweep(self) -> float:
        """Folders may be large and disks slow: a thread removes them."""
        if not purge.trash(self._store, most=1):
            self._rest()
            return HOUR
        self._sweeper = threading.Thread(target=self._empty, name="jobyard-trash", daemon=True)
        self._sweeper.start()
        return math.inf

    def _empty(self) -> None:
        with contextlib.suppress(JobyardError):  # what it met, the next turn meets as well and tells
            for _ in emptied(self._store):
                if self._leaving.is_set():
                    break
        self._store.close()  # this thread's connection
        self.poke()

    def _look_after_sweeper(self) -> float:
        assert self._sweeper is not None
        self._sweeper.join(0.01)
        if self._sweeper.is_alive():
            return 1.0
        self._rest()
        return HOUR

    def _rest(self) -> None:
        self._steps = self._sweeper = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def close(self) -> None:
        """Leave; the next worker goes on with what is left."""
        self._leaving.set()
        if self._sweeper is not None:
            self._sweeper.join(5.0)
        self._rest()


class Tidy(Chore):
    """Give the write-ahead log's room back when it has grown, also while jobs run for weeks; in a thread."""

    name = "tidying the log"

    def __init__(self, store: Store) -> None:
        super().__init__()
        self._store = store
        self._thread: threading.Thread | None = None

    def turn(self) -> float:
        """Start a thread if the log is too large and none is at it."""
        from .store.database import WAL_LIMIT

        busy = self._thread is not None and self._thread.is_alive()
        if not busy and self._store.db.wal_size() > WAL_LIMIT:
            self._thread = threading.Thread(target=self._truncate, name="jobyard-log", daemon=True)
            self._thread.start()
        return LOG_LOOK

    def _truncate(self) -> None:
        with contextlib.suppress(JobyardError):
            self._store.db.truncate_wal()
        self._store.close()  # this thread's connection

    def close(self) -> None:
        """Let it finish: a checkpoint cannot be given up."""
        if self._thread is not None:
            self._thread.join(5.0)


# -- at once, for a command -----------------------------------------------------------------------------


def purge_now(
    store: Store, rules: list[purge.Rule], beside_workers: bool, progress: Callable[[int], None]
) -> purge.Tally:
    """Purge and empty the trash; with workers at work, a rest after each step leaves the store to them."""
    tally = purge.Tally()
    steps, began = purge.steps(store, rules, tally), time.monotonic()
    for _ in steps:
        progress(tally.jobs)
        took = time.monotonic() - began
        time.sleep(max(PAUSE, 2 * took) if beside_workers else 0)
        began = time.monotonic()
    for _ in emptied(store):
        pass
    return tally


# -- folders --------------------------------------------------------------------------------------------


def emptied(store: Store) -> Iterator[list[str]]:
    """Remove the folders in the trash list, some at a time; what cannot be removed stays in the list."""
    after = ""
    days: set[str] = set()
    if purge.trash(store, most=1):
        purge.harden(store)
    while folders := purge.trash(store, after, BATCH):
        after = folders[-1]
        gone = [folder for folder in folders if remove(store.home, folder)]
        crash.point("purge.folders")
        purge.forget(store, gone)
        days |= {os.path.dirname(folder) for folder in gone}
        yield gone
    for day in days:
        _remove_day(store, day)


def remove(home: Path, folder: str) -> bool:
    """Remove an attempt's folder with all that its job left in it; whether it is gone. Follows no link."""
    if not is_attempts(folder):
        return True  # no folder of an attempt: nothing of ours to remove
    path = home / folder
    with contextlib.suppress(OSError):
        shutil.rmtree(path)
    if not os.path.lexists(path):
        return True
    _open_up(path)  # a job may have left folders that not even their owner may change
    with contextlib.suppress(OSError):
        os.unlink(path) if path.is_symlink() else shutil.rmtree(path)
    return not os.path.lexists(path)


def is_attempts(folder: str) -> bool:
    """Whether it is the path of an attempt's folder, ``jobs/DAY/JOB-….N``, and leads nowhere else."""
    parts = folder.split("/")
    return len(parts) == 3 and parts[0] == "jobs" and all(part and not part.startswith(".") for part in parts)


def _open_up(path: Path) -> None:
    if path.is_symlink():
        return
    for folder, _, _ in os.walk(path):
        with contextlib.suppress(OSError):
            os.chmod(folder, stat.S_IRWXU)
            for name in os.listdir(folder):  # os.walk could not see into what was closed a moment ago
                inner = os.path.join(folder, name)
                if os.path.isdir(inner) and not os.path.islink(inner):
                    os.chmod(inner, stat.S_IRWXU)


def _remove_day(store: Store, folder: str) -> None:
    """The day's folder, once no job of that day is left that might run again and need it."""
    day = os.path.basename(folder)
    if day.isdecimal() and not purge.day_in_use(store, int(day)):
        with contextlib.suppress(OSError):
            (store.home / folder).rmdir()


__all__ = ["Retention", "Tidy", "emptied", "is_attempts", "purge_now", "remove"]
