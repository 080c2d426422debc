"""What lies about in a yard and belongs to nobody: folders of attempts that the store does not know, stale files."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from .. import locks, retention
from ..store import Store, ids
from ..store import folders as stored

DAY = 86_400.0  # seconds; younger ones may belong to something that is under way
SOME = 500  # folders that are looked up together
NEWEST = 20_000  # attempts whose folders are looked for

TOKEN = b"JOBYARD_ATTEMPT="


def orphans(store: Store, older: float = DAY) -> Iterator[str]:
    """Folders of attempts, relative to the yard, that no attempt of the store has and no process uses."""
    living: set[str] | None = None
    for day in sorted(_names(store.home / "jobs")):
        names = sorted(_names(store.home / "jobs" / day))
        for start in range(0, len(names), SOME):
            some = [f"jobs/{day}/{name}" for name in names[start : start + SOME]]
            for folder in sorted(set(some) - _known(store, day, some)):
                if retention.is_attempts(folder) and _age(store.home / folder) > older:
                    living = _living_tokens() if living is None else living
                    if _token(store.home / folder) not in living:
                        yield folder


def _names(folder: Path) -> list[str]:
    try:
        return [entry.name for entry in os.scandir(folder) if entry.is_dir(follow_symlinks=False)]
    except OSError:
        return []


def _known(store: Store, day: str, folders: Sequence[str]) -> set[str]:
    """Those that an attempt has, or that are trash already."""
    parsed = (ids.parse(os.path.basename(folder).rpartition(".")[0]) for folder in folders)
    numbers = sorted({found[1] for found in parsed if found and str(found[0]) == day})
    return stored.known(store, int(day), numbers, folders)


def _age(path: Path) -> float:
    """Seconds since anything in it was last made or removed."""
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return 0.0


def _token(folder: Path) -> str:
    """The attempt that the keeper started there; "" if none."""
    import json

    for name in ("started", "starting"):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            return str(json.loads((folder / name).read_bytes().split(b"\n", 1)[0]).get("token", ""))
    return ""


def _living_tokens() -> set[str]:
    """The attempts of which a process lives."""
    found = set()
    for pid in (entry for entry in os.listdir("/proc") if entry.isdecimal()):
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0"):
                if line.startswith(TOKEN):
                    found.add(line[len(TOKEN) :].decode(errors="replace"))
    return found


def without_folder(store: Store) -> tuple[int, int]:
    """Of the newest attempts: how many have ended, and how many run, without their folder."""
    missing = [state for folder, state in stored.newest(store, NEWEST) if not os.path.isdir(store.home / folder)]
    return sum(state != "running" for state in missing), sum(state == "running" for state in missing)


def stale_files(home: Path) -> list[Path]:
    """Remains of what was killed: parts of backups, copies for a repair, locks and bells that nobody holds."""
    found = [path for pattern in ("*.part*", "run/rescue-*") for path in home.glob(pattern) if _age(path) > DAY]
    for folder in ("run/workers", "run/batches", "run/bells"):
        for lock in (home / folder).glob("*.lock"):
            if _age(lock) > DAY and not locks.is_held(lock):
                found += [path for path in (lock, lock.with_suffix("")) if path.exists()]
    return found


def sweep(store: Store, folders: Sequence[str]) -> int:
    """Remove orphans, by way of the trash list; how many are gone."""
    stored.throw_away(store, folders)
    return sum(len(gone) for gone in retention.emptied(store))
