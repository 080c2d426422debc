"""Whether everything that a yard needs is there, in findings of three levels."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

from .. import locks, settings
from ..errors import JobyardError
from ..models import Finding
from ..store import Store, check, workers
from ..text import people_size
from ..worker import disk_room
from . import access, sharing
from . import home as homes

OLDEST_SQLITE = (3, 35, 0)


def examine(home: Path, open_store: Callable[[], Store]) -> list[Finding]:
    """Look at the yard, its store, its processes and its host. Never raises, changes nothing."""
    found = [_python(), _sqlite(), *_folder(home)]
    try:
        store = open_store()
    except JobyardError as error:
        return [*found, Finding("bad", error.what, error.why, error.todo)]
    for look in (_store, _workers, _keeper, _room, _lasting):
        try:
            found += look(store)
        except JobyardError as error:
            found.append(Finding("bad", error.what, error.why, error.todo))
    return found


def _python() -> Finding:
    import platform

    return Finding("ok", f"Python {platform.python_version()} on Linux {platform.release()}")


def _sqlite() -> Finding:
    version = f"SQLite {sqlite3.sqlite_version}"
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        return Finding("bad", version, "3.35 is the oldest that has RETURNING", "Use a Python with a newer SQLite")
    return Finding("ok", version)


def _folder(home: Path) -> Iterator[Finding]:
    if not home.is_dir():
        yield Finding("bad", f"There is no yard at {home}", "", "Make one with: jobyard init")
        return
    yield Finding("ok", f"yard {home} on {homes.file_system(home) or 'an unknown file system'}")
    yield from sharing.examine(home)


def _store(store: Store) -> Iterator[Finding]:
    problems = check.problems(store)
    for problem in problems:
        yield Finding("bad", problem, "the store does not agree with itself", "Keep a copy of the folder and report it")
    if not problems:
        jobs = store.db.value("SELECT coalesce(sum(n), 0) FROM tally")
        yield Finding("ok", f"the store is sound: {jobs:,} jobs, every counter recounted")


def _workers(store: Store) -> Iterator[Finding]:
    listed = workers.every(store)
    for worker in listed:
        if worker.hung:
            yield Finding(
                "warn", f"worker {worker.name} has not been heard of for 15 s", "", "See: jobyard worker list"
            )
        elif worker.alive:
            yield Finding("ok", f"worker {worker.name} ({worker.face}) is {worker.mode}")
    if not any(worker.alive for worker in listed):
        yield Finding("warn", "no worker lives", "nothing new starts", "Open the app, or: jobyard worker start")


def _keeper(store: Store) -> Iterator[Finding]:
    if not access.of(store.home).mine:
        yield Finding("ok", "the keeper is its owner's to look at")
    elif locks.is_held(store.run / "keeper.lock"):
        yield Finding("ok", "the keeper lives")
    elif store.db.value("SELECT 1 FROM attempt WHERE state = 'running' LIMIT 1"):
        why = "no keeper watches them; they go on, or have ended and nobody has recorded it yet"
        yield Finding("warn", "attempts stand as running", why, "Start a worker: jobyard worker start")
    else:
        yield Finding("ok", "no keeper, and none is needed: nothing runs")


def _room(store: Store) -> Iterator[Finding]:
    room, floor = disk_room(store.home), settings.load(store.home).disk_floor
    text = f"{people_size(room)} of disk are free"
    if room < floor:
        yield Finding("bad", text, f"below the floor of {people_size(floor)} nothing new starts", "Free some space")
    else:
        yield Finding("ok", text)


def _lasting(store: Store) -> Iterator[Finding]:
    """Whether logind lets processes outlive the session."""
    lingering = Path("/var/lib/systemd/linger") / store.actor.user
    if not Path("/run/systemd/system").exists() or lingering.exists() or os.geteuid() == 0:
        yield Finding("ok", "processes outlive the login session")
    elif _kills_user_processes():
        todo = f"Ask for: loginctl enable-linger {store.actor.user}"
        yield Finding("warn", "logind ends processes with the session (KillUserProcesses)", "jobs would die", todo)
    else:
        yield Finding("ok", "processes outlive the login session (KillUserProcesses is off)")


def _kills_user_processes() -> bool:
    try:
        lines = Path("/etc/systemd/logind.conf").read_text().splitlines()
    except OSError:
        return False
    return any(line.strip().lower() in ("killuserprocesses=yes", "killuserprocesses=true") for line in lines)
