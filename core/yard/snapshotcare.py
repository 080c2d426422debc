"""The files of versions of configs, looked after: damaged or missing ones, and those that no version has."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from .. import modes
from ..configs import snapshots
from ..labmodels import VERSIONS, ConfigVersion
from ..models import Finding
from ..store import Store, configs
from ..words import counted

SOME = 500  # files or versions that are looked up together
BUDGET = 2.0  # seconds of reading; main versions are always read
ASIDE = "configs/aside"  # of the yard
YOUNG = 3600.0  # seconds; a younger file may belong to a push that is under way
NAMED = 5  # versions that are told one by one


class Care(NamedTuple):
    """What was found: versions and what is wrong with each; how many there are, how many were read."""

    wrong: list[tuple[ConfigVersion, str]]
    versions: int
    read: int


def examine(store: Store) -> Iterator[Finding]:
    """For the doctor."""
    care = look(store)
    for version, why in care.wrong[:NAMED]:
        todo = f"Push the original again: jobyard config push {version.type} FILE; it is not used until then"
        yield Finding("bad" if version.main else "warn", f"{version.id} ({version.type}) is damaged", why, todo)
    if len(care.wrong) > NAMED:
        yield Finding("warn", f"{len(care.wrong) - NAMED:,} more versions of configs are damaged")
    orphans = sum(1 for _ in strays(store))
    if orphans:
        what = f"{counted(orphans, 'file')} in {VERSIONS} {'is' if orphans == 1 else 'are'} no version's"
        yield Finding("warn", what, "a push was killed, or the store is an older copy", "Put aside: doctor --repair")
    if care.versions and not (care.wrong or orphans):
        part = "" if care.read == care.versions else f", {care.read:,} of them read"
        yield Finding("ok", f"{counted(care.versions, 'version')} of configs, every file is there{part}")


def look(store: Store) -> Care:
    """Every version's file is there and has its size; as many as time allows are read, the main ones first."""
    until, wrong, versions, read = time.monotonic() + BUDGET, list[tuple[ConfigVersion, str]](), 0, 0
    after = 0
    while some := configs.every(store, after, SOME):
        for version in some:
            whole = version.main or time.monotonic() < until
            why = snapshots.damage(store.home, version) if whole else _missing(store.home, version)
            wrong += [(version, why)] if why else []
            read += whole
        versions += len(some)
        after = some[-1].row
    return Care(wrong, versions, read)


def _missing(home: Path, version: ConfigVersion) -> str:
    try:
        return "" if os.stat(home / version.path).st_size == version.size else "its file has another size"
    except OSError:
        return "its file is gone"


def strays(store: Store) -> Iterator[str]:
    """Files, relative to the yard, that no version has and that no push is about to name."""
    for folder in _entries(store.home / VERSIONS):
        names = [entry.name for entry in _entries(Path(folder.path)) if entry.is_file(follow_symlinks=False)]
        for start in range(0, len(names), SOME):
            paths = [f"{VERSIONS}/{folder.name}/{name}" for name in names[start : start + SOME]]
            known = configs.paths(store, folder.name, paths)
            yield from sorted(path for path in set(paths) - known if _old(store.home / path))


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        return sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return []


def _old(path: Path) -> bool:
    with contextlib.suppress(OSError):
        return time.time() - path.stat().st_ctime > YOUNG
    return False


def put_aside(store: Store) -> int:
    """Move strays to a folder beside, remove what was never named; how many went."""
    found = list(strays(store))
    for path in found:
        with contextlib.suppress(OSError):
            _move(store.home, path)
    return len(found)


def _move(home: Path, path: str) -> None:
    name = os.path.basename(path)
    if name.startswith(snapshots.TEMPORARY):
        os.unlink(home / path)
        return
    with contextlib.suppress(FileExistsError):
        modes.make_folder(home / ASIDE)
    target = home / ASIDE / name
    os.rename(home / path, target if not target.exists() else target.with_name(f"{name}.{os.urandom(3).hex()}"))
