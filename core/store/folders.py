"""Which folders of attempts the store knows: those of attempts, and those that are on the list of what goes."""

from __future__ import annotations

from collections.abc import Sequence

from .database import marks
from .store import Store


def known(store: Store, day: int, numbers: Sequence[int], folders: Sequence[str]) -> set[str]:
    """Of these *folders* those that are trash already, and all that attempts of the jobs of these *numbers* have."""
    found = store.db.rows(f"SELECT folder FROM trash WHERE folder IN ({marks(len(folders))})", folders)
    if numbers:
        found += store.db.rows(
            "SELECT a.folder FROM job j JOIN attempt a ON a.job_id = j.id "
            f"WHERE j.day = ? AND j.number IN ({marks(len(numbers))})",
            (day, *numbers),
        )
    return {folder for (folder,) in found}


def newest(store: Store, most: int) -> list[tuple[str, str]]:
    """The folders of the newest attempts that have started, and their states."""
    sql = "SELECT folder, state FROM attempt WHERE started_at IS NOT NULL ORDER BY id DESC LIMIT ?"
    return [(folder, state) for folder, state in store.db.rows(sql, (most,))]


def trash_left(store: Store) -> int:
    """How many are on the list of what goes."""
    return int(store.db.value("SELECT count(*) FROM trash"))


def throw_away(store: Store, some: Sequence[str]) -> None:
    """Put these on that list."""
    with store.db.transaction(quiet=True) as connection:
        connection.executemany("INSERT OR IGNORE INTO trash (folder) VALUES (?)", [(folder,) for folder in some])
