"""Making versions: a file's bytes become one, unless they are one already, and may become main.

The file is named first, its row comes after: a crash between leaves a file that nothing refers to, which the doctor
tells. A version whose file is damaged or gone is put right by whoever brings its bytes again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from .. import crash
from ..errors import BadFile
from ..labmodels import VERSIONS, ConfigVersion, MainChange, Pushed
from ..store import Store, config_ids, configs
from . import snapshots
from .snapshots import Source, Taken

Check = Callable[[str, bytes, str], Sequence[str]]  # (type, bytes, what the file is called) → what is wrong

crash.register(
    config_named="the file of a new version has its name, the store knows nothing of it",
    config_stored="a new version is stored, nobody was told",
)


class Maker(NamedTuple):
    """For whom a version is made: a type and its code; the row of the job that brings it, if one does."""

    type: str
    code: str
    job: int | None = None


def push(store: Store, maker: Maker, source: Source, filename: str, main: bool, check: Check) -> Pushed:
    """A version of these bytes; with *main* it is the one that runs use from now on, if *check* finds nothing wrong.

    Raises BadInput, BadFile, StoreFull, YardError.
    """
    with snapshots.taken(source, store.home, maker.type, filename) as copy, store.changing("config push"):
        if main:
            refuse(maker.type, check(maker.type, copy.path.read_bytes(), copy.filename), copy.filename)
        known = configs.by_checksum(store, maker.type, copy.checksum)
        row = known.row if known else _named(store, maker, copy)
        mended = known is not None and _put_right(store, copy, known)
        return _stored(store, maker, copy, row, main)._replace(mended=mended)


def refuse(type: str, complaints: Sequence[str], filename: str) -> None:
    """Raise BadFile where there is something to complain of."""
    if complaints:
        more = f" ({len(complaints) - 1} more: jobyard config check)" if len(complaints) > 1 else ""
        todo = f"Mend it; or keep it without using it: jobyard config push --no-main {type} FILE"
        raise BadFile(f"{filename or 'This'} cannot become the main {type}", f"{complaints[0]}{more}", todo)


def _put_right(store: Store, copy: Taken, known: ConfigVersion) -> bool:
    """Give a version that is damaged its bytes again; whether it was."""
    if not snapshots.damage(store.home, known):
        return False
    snapshots.put_back(copy, known, store.home)
    return True


def _named(store: Store, maker: Maker, copy: Taken) -> configs.New:
    """The copy has the name of a version by now, which no version and no file had before."""
    while True:
        day, number = configs.reserve(store, maker.code)
        id = config_ids.text(maker.code, day, number)
        path = f"{VERSIONS}/{maker.type}/{id}{snapshots.suffix_of(copy.filename)}"
        if snapshots.name_it(copy, store.home / path, store.home):  # else an older copy of the store is in use
            crash.point("config.named")
            return configs.New(
                maker.type, maker.code, day, number, copy.checksum, copy.size, copy.filename, path, maker.job
            )


def _stored(store: Store, maker: Maker, copy: Taken, found: int | configs.New, main: bool) -> Pushed:
    """The row, and main; of two who bring the same bytes the later one uses what the earlier has stored."""
    row = found if isinstance(found, int) else None
    with store.db.transaction() as connection:
        if isinstance(found, configs.New):
            row = configs.add(store, found)
        existed = row is None or isinstance(found, int)
        if row is None:
            row = configs.row_by_checksum(connection, maker.type, copy.checksum)
        before = configs.set_main(store, maker.type, row) if main else configs.main_id(connection, maker.type)
    crash.point("config.stored")
    if existed and isinstance(found, configs.New):
        (store.home / found.path).unlink(missing_ok=True)  # the other's file is the version's
    version = configs.by_row(store, row)
    assert version is not None
    return Pushed(version, existed, before)


def make_main(store: Store, version: ConfigVersion, check: Check) -> MainChange:
    """Have runs use this version from now on. Raises ConfigDamaged, BadFile for one that *check* complains of."""
    data = snapshots.read(store.home, version)
    refuse(version.type, check(version.type, data, version.filename or Path(version.path).name), version.id)
    with store.changing("config main"), store.db.transaction():
        configs.set_main(store, version.type, version.row)
    return configs.history(store, version.type, 1)[0]
