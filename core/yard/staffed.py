"""Who works on a yard just now: workers, the keeper, what runs; and what the yard itself has on its disk.

All of it is read from the store and a few small files, so that a screen may ask every second.
"""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from .. import locks
from ..models import JobRow, WorkerInfo
from ..runners.keeper import hub, procfs
from ..settings import Loaded
from ..settings.origins import Setting, listed
from ..states import State
from ..store import Store, history, queues, staffing, views
from . import access

MOST = 500  # running jobs that are told
GREETING = 0.5  # seconds for a keeper to say who it is
ASK_AGAIN = 5.0  # seconds until one that was silent is asked again


class Keeper(NamedTuple):
    """The process of this host that owns the jobs' processes. What is not known of it is None."""

    alive: bool
    pid: int | None = None
    since: float | None = None  # wall clock
    rss: int | None = None  # bytes
    silent: bool = False  # it lives and does not answer
    theirs: bool = False  # it is another account's, which alone may ask it


class Assigned(NamedTuple):
    """A job that runs, and the worker that answers for it."""

    job: JobRow
    worker: int


class Staff(NamedTuple):
    """Workers (those at work first, newest first), the keeper, and what runs, longest first, at most `MOST`.

    ``total`` jobs run in all. ``at`` is the wall clock of the look.
    """

    at: float
    workers: tuple[WorkerInfo, ...]
    keeper: Keeper
    running: tuple[Assigned, ...]
    total: int


class Vitals(NamedTuple):
    """How a yard is, in bytes, counts and times. ``settings`` are those that are not the default."""

    disk_free: int
    disk_size: int
    disk_floor: int  # below it nothing new starts
    store_bytes: int
    log_bytes: int  # of the write-ahead log
    events: int  # from the oldest to the newest
    oldest_event: float | None  # wall clock
    jobs: int
    settings: tuple[Setting, ...]
    trouble: str  # what is wrong with jobyard.yml, "" if nothing is

    @property
    def low(self) -> bool:
        """Whether nothing starts for want of room."""
        return self.disk_free < self.disk_floor


def staff(store: Store, keepers: Keepers, worker: int | None = None) -> Staff:
    """A look at all of it; of what runs only what *worker* answers for, if one is named."""
    found = staffing.answered(store, MOST, worker)
    jobs = views.rows_of(store, [row for row, _ in found])
    running = tuple(Assigned(jobs[row], by) for row, by in found if row in jobs)
    total = views.counts(store).get(State.RUNNING, 0)
    return Staff(store.clock(), tuple(staffing.told(store)), keepers.look(store), running, total)


def vitals(store: Store, loaded: Loaded, trouble: str) -> Vitals:
    """Room, sizes and history of a yard whose settings are *loaded*."""
    disk = os.statvfs(store.home)
    events, oldest = history.extent(store)
    changed = tuple(setting for setting in listed(loaded) if setting.origin != "default")
    return Vitals(
        disk_free=disk.f_bavail * disk.f_frsize, disk_size=disk.f_blocks * disk.f_frsize, disk_floor=store.disk_floor,
        store_bytes=os.stat(store.path).st_size, log_bytes=store.db.wal_size(),
        events=events, oldest_event=oldest,
        jobs=queues.all_jobs(store), settings=changed, trouble=trouble,
    )  # fmt: skip


class Keepers:
    """The keeper as it was last met. It is greeted once; from then on the kernel tells whether it still is the same."""

    def __init__(self) -> None:
        self._met: tuple[int, int] | None = None  # process id, ticks of its start
        self._silent_at = -ASK_AGAIN  # monotonic

    def look(self, store: Store) -> Keeper:
        """How the keeper is."""
        if not locks.is_held(store.run / "keeper.lock"):
            self._met = None
            return Keeper(False)
        if not access.of(store.home).mine:
            return Keeper(True, theirs=True)
        if self._met is None or not procfs.lives(*self._met):
            self._met = self._greet(store.run)
        if self._met is None:
            return Keeper(True, silent=True)
        pid, ticks = self._met
        spent = procfs.spent(pid)
        since = time.time() - max(0.0, locks.boottime() - ticks / procfs.TICKS)
        return Keeper(True, pid, since, spent.rss if spent else None)

    def _greet(self, run: Path) -> tuple[int, int] | None:
        if time.monotonic() - self._silent_at < ASK_AGAIN:
            return None
        pid = greeted(run, GREETING)
        found = procfs.stat(pid) if pid else None
        if pid and found:
            return pid, found.ticks
        self._silent_at = time.monotonic()
        return None


def greeted(run: Path, seconds: float) -> int | None:
    """The process id of the keeper in the folder *run*, by its own word; None if it says none in so many seconds."""
    with suppress(OSError, ValueError), hub.connect(str(run)) as connection:
        connection.settimeout(seconds)
        heard = b""
        while b"\n" not in heard and (more := connection.recv(1 << 16)):
            heard += more
        hello = json.loads(heard.partition(b"\n")[0])
        return int(hello["pid"]) if isinstance(hello, dict) and "pid" in hello else None
    return None
