"""``doctor --repair``: counters recounted, litter removed; of a damaged store, a new one made of what can be read.

The damaged files are never written. The new store takes their place only when no process has them open, and they
stay beside it under another name; otherwise it lies beside them, and the way to use it is told.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from ..errors import CorruptStore, StoreFull, YardError
from ..models import Repair
from ..store import Actor, Store, check, folders, recount, rescue, swap
from . import access, litter, snapshotcare
from . import home as homes

Progress = Callable[[str], None]


def repair(home: Path, actor: Actor, progress: Progress = lambda text: None) -> Repair:
    """Mend the yard at *home*. Raises YardError when it cannot be used at all, StoreFull when there is no room."""
    homes.prepare(home, create=False)
    access.require_owner(home, "A repair")
    try:
        with contextlib.closing(Store(home, actor)) as store:
            progress("checking the store")
            broken = check.damage(store)
            if not broken:
                return Repair(tuple(_mend(store, progress)))
    except CorruptStore as error:
        broken = [error.why]
    return _rescue(home, broken, progress)


# -- a sound store ------------------------------------------------------------------------------------------


def _mend(store: Store, progress: Progress) -> Iterator[str]:
    progress("counting anew")
    yield from recount.recount(store)
    progress("removing what belongs to nobody")
    orphans = list(litter.orphans(store))
    left = folders.trash_left(store)
    gone = litter.sweep(store, orphans)
    if orphans:
        yield f"{len(orphans):,} folders of attempts that the store does not know were removed"
    if gone > len(orphans):
        yield f"{gone - len(orphans):,} of {left:,} folders of purged attempts were removed"
    aside = snapshotcare.put_aside(store)
    if aside:
        yield f"{aside:,} files that are no version of a config were put aside: {snapshotcare.ASIDE}"
    stale = litter.stale_files(store.home)
    for path in stale:
        with contextlib.suppress(OSError):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    if stale:
        yield f"{len(stale):,} files that something killed had left were removed"


# -- a damaged one ------------------------------------------------------------------------------------------


def _rescue(home: Path, broken: list[str], progress: Progress) -> Repair:
    """Save what can be read; put it in place if nobody has the store open."""
    path = home / "jobyard.db"
    if swap.mine(path):
        raise YardError("This program has the damaged store open", "", "Run `jobyard doctor --repair` by itself")
    _need_room(home, path)
    stamp = _stamp(home)
    new, kept = home / f"jobyard-rescued-{stamp}.db", home / f"jobyard-damaged-{stamp}.db"
    with swap.alone(home), swap.nobody_else(path) as nobody:
        if nobody:
            found = rescue.rescue(path, Path(f"{path}-wal"), new, home, time.time(), progress)
            _verify(new, home)
            swap.swap(path, new, kept)
            return Repair(_done(broken, found), tuple(found.said), str(path), str(kept))
        frozen = home / "run" / f"rescue-{stamp}"
        with swap.standing_still(path):
            progress("copying the damaged files")
            copied = swap.freeze(path, frozen)
    try:
        found = rescue.rescue(copied, Path(f"{copied}-wal"), new, home, time.time(), progress)
        _verify(new, home)
    finally:
        shutil.rmtree(frozen, ignore_errors=True)
    raise InUse(path, new, found)


def _stamp(home: Path) -> str:
    """The time, in a form that no earlier repair has used."""
    base = time.strftime("%Y%m%d-%H%M%S")
    stamps = (base, *(f"{base}-{number}" for number in range(2, 1000)))
    return next(stamp for stamp in stamps if not any(home.glob(f"jobyard-*-{stamp}.db")))


class InUse(YardError):
    """A damaged store that somebody has open: the new one lies beside it."""

    def __init__(self, path: Path, new: Path, found: rescue.Rescued) -> None:
        self.found = found
        who = "; ".join(swap.holders(path)[:4]) or "processes of other accounts"
        super().__init__(
            f"The store is damaged and in use; what could be saved ({found.jobs:,} jobs) is in {new}",
            f"it is open in {who}. {'. '.join(found.said)}",
            f"End those (jobs go on) and repair once more, which puts it in place; or look at it: "
            f"cp {new.name} SOMEWHERE/jobyard.db",
        )


def _done(broken: list[str], found: rescue.Rescued) -> tuple[str, ...]:
    return (f"The store was damaged: {broken[0]}", f"A new one was made of what could be read: {found.jobs:,} jobs")


def _need_room(home: Path, path: Path) -> None:
    size = sum(os.stat(f"{path}{end}").st_size for end in ("", "-wal") if os.path.exists(f"{path}{end}"))
    disk = os.statvfs(home)
    if disk.f_bavail * disk.f_frsize < 2 * size:
        raise StoreFull("There is no room for a repair", f"it takes up to {2 * size:,} bytes", "Free some space")


def _verify(new: Path, home: Path) -> None:
    """Open the new store as a yard of its own would, and have everything checked."""
    folder = home / "run" / f"rescue-check-{os.getpid()}"
    (folder / "run").mkdir(parents=True)
    os.link(new, folder / "jobyard.db")
    try:
        with contextlib.closing(Store(folder, Actor("doctor", "", "repair"))) as store:
            problems = check.problems(store)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if problems:
        raise CorruptStore(
            f"What could be saved does not agree with itself; it is in {new}", problems[0],
            "The damaged store was left as it is; report this with a copy of both",
        )  # fmt: skip
