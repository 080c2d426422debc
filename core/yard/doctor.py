"""Whether everything that a yard needs is there, in findings of three levels."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from .. import locks, settings
from ..errors import JobyardError
from ..models import Finding
from ..runners.keeper import hub, protocol
from ..store import Store, check, folders, queues, swap, workers
from ..store.database import WAL_LIMIT
from ..text import people_size
from ..worker import disk_room
from . import access, driftcare, hostcheck, litter, sharing, snapshotcare
from . import home as homes

LOOKS = 10_000  # folders without an attempt that are counted
LOG = 4 * WAL_LIMIT  # bytes
GREETING = 2.0  # seconds for a keeper to answer


def examine(home: Path, open_store: Callable[[], Store]) -> list[Finding]:
    """Look at the yard, its store, its processes and its host. Never raises, changes nothing."""
    found = [hostcheck.python(), hostcheck.sqlite(), *_folder(home), *hostcheck.limits()]
    try:
        store = open_store()
    except JobyardError as error:
        return [*found, _bad(error)]
    configs = (snapshotcare.examine, driftcare.examine)
    for look in (_store, _log, _workers, _keeper, _litter, *configs, _room, _settings, _host):
        try:
            found += look(store)
        except JobyardError as error:
            found.append(_bad(error))
    return found


def _bad(error: JobyardError) -> Finding:
    return Finding("bad", error.what, error.why, error.todo)


def _folder(home: Path) -> Iterator[Finding]:
    if not home.is_dir():
        yield Finding("bad", f"There is no yard at {home}", "", "Make one with: jobyard init")
        return
    yield Finding("ok", f"yard {home} on {homes.file_system(home) or 'an unknown file system'}")
    yield from sharing.examine(home)


def _store(store: Store) -> Iterator[Finding]:
    problems = check.problems(store)
    for problem in problems:
        yield Finding("bad", problem, "the store does not agree with itself", "Mend it: jobyard doctor --repair")
    if not problems:
        jobs = queues.all_jobs(store)
        yield Finding("ok", f"the store is sound: {jobs:,} job{'' if jobs == 1 else 's'}, every counter recounted")


def _log(store: Store) -> Iterator[Finding]:
    """The write-ahead log: a worker gives its room back, unless somebody reads an old state for ever."""
    size = store.db.wal_size()
    if size > LOG:
        who = "; ".join(swap.holders(store.path)[:4])
        why = f"somebody may be reading an old state all the time: {who}" if who else "no worker tidies it"
        yield Finding("warn", f"the write-ahead log has {people_size(size)}", why, "Restart those programs")
    else:
        yield Finding("ok", f"the write-ahead log has {people_size(size)}")


def _settings(store: Store) -> Iterator[Finding]:
    loaded = settings.read(store.home)
    if loaded.problems:
        yield Finding("warn", loaded.trouble(), "", "See all of it: jobyard config-check")
    else:
        yield Finding("ok", "the settings are fine")


def _litter(store: Store) -> Iterator[Finding]:
    """What lies about, and what is missing."""
    todo = "Remove them: jobyard doctor --repair"
    orphans = sum(1 for _ in islice(litter.orphans(store), LOOKS))
    if orphans:
        yield Finding("warn", f"{orphans:,} folders of attempts belong to no job", "they take room", todo)
    trash = folders.trash_left(store)
    if trash:
        yield Finding("warn", f"{trash:,} folders of purged jobs are still there", "a worker removes them", todo)
    ended, running = litter.without_folder(store)
    if ended:
        yield Finding("warn", f"{ended:,} attempts have no folder", "somebody deleted their logs")
    if running:
        yield Finding("bad", f"{running:,} running attempts have no folder", "somebody deleted it", "Cancel those jobs")
    if litter.stale_files(store.home):
        yield Finding("warn", "files lie about that something killed has left", "", todo)
    if not (orphans or trash or ended or running):
        yield Finding("ok", "every attempt has its folder, every folder its attempt")


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
        yield _greeted(store.home)
    elif workers.any_attempt(store):
        why = "no keeper watches them; they go on, or have ended and nobody has recorded it yet"
        yield Finding("warn", "attempts stand as running", why, "Start a worker: jobyard worker start")
    else:
        yield Finding("ok", "no keeper, and none is needed: nothing runs")


def _greeted(home: Path) -> Finding:
    """Whether the keeper that lives also answers: it greets whoever connects."""
    try:
        with hub.connect(str(home / "run")) as connection:
            connection.settimeout(GREETING)
            hello = protocol.parsed(connection.recv(1 << 20).partition(b"\n")[0] + b"\n")
    except OSError as error:
        todo = f"See {home}/run/keeper.log; if it is stuck, end it with SIGKILL: jobs go on"
        return Finding("bad", "the keeper lives but does not answer", str(error), todo)
    return Finding("ok", f"the keeper lives (process {hello.get('pid')}) and answers")


def _room(store: Store) -> Iterator[Finding]:
    yield hostcheck.room(disk_room(store.home), settings.load(store.home).disk_floor)
    yield from hostcheck.inodes(store.home)


def _host(store: Store) -> Iterator[Finding]:
    yield hostcheck.clock(store)
    yield hostcheck.lasting(store.actor.user)
