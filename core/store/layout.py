"""What the store's tables look like, so that a row can be told from any other by its values alone."""

from __future__ import annotations

import contextlib
import json
import re
import sqlite3
from collections.abc import Callable
from typing import NamedTuple

from .migrations import MIGRATIONS, statements
from .pages import INDEX_LEAF, TABLE_LEAF, Cell, Value

MADE_ANEW = {
    "tally",
    "array_tally",
    "fold_tally",
    "sqlite_sequence",
    "sqlite_stat1",
}  # follow from the rest, or are SQLite's own

Row = tuple[Value, ...]


class Table(NamedTuple):
    """A table as the store makes it. ``order`` are the columns in the order in which a record holds them."""

    name: str
    columns: tuple[str, ...]
    order: tuple[int, ...]
    kinds: tuple[str, ...]
    needed: tuple[bool, ...]  # NOT NULL
    alias: int  # the column that stands for the row id; -1 if none
    least: int  # columns in records of its first version

    @property
    def leaf(self) -> int:
        """The kind of page that its rows lie on."""
        return INDEX_LEAF if self.alias == -1 else TABLE_LEAF


def tables() -> dict[str, Table]:
    """Every table that holds something of its own, as today's version makes them."""
    first, newest = _described(MIGRATIONS[:1]), _described(MIGRATIONS)
    return {
        name: table._replace(least=len(first[name].columns) if name in first else len(table.columns))
        for name, table in newest.items()
        if name not in MADE_ANEW
    }


def _described(scripts: tuple[str, ...]) -> dict[str, Table]:
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        for script in scripts:
            for statement in statements(script):
                connection.execute(statement)
        listed = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall()
        return {name: _table(connection, name, sql) for name, sql in listed if not name.startswith("sqlite_")}


def _table(connection: sqlite3.Connection, name: str, sql: str) -> Table:
    info = connection.execute(f"PRAGMA table_info({name})").fetchall()
    keys = sorted((key, at) for at, _, _, _, _, key in info if key)
    apart = "WITHOUT ROWID" in sql
    alias = keys[0][1] if not apart and len(keys) == 1 and info[keys[0][1]][2] == "INTEGER" else -1
    first = [at for _, at in keys] if apart else []
    order = [*first, *(at for at in range(len(info)) if at not in first)]
    return Table(
        name, tuple(column for _, column, *_ in info), tuple(order), tuple(kind for _, _, kind, *_ in info),
        tuple(bool(needed) and default is None for _, _, _, needed, default, _ in info), alias, len(info),
    )  # fmt: skip


_FITS: dict[str, tuple[type, ...]] = {"INTEGER": (int,), "REAL": (int, float), "TEXT": (str,)}


def row_of(table: Table, cell: Cell) -> Row | None:
    """The values of a cell in the order of the columns, as many as it has; None if they are not this table's."""
    record = cell.record
    if not table.least <= len(record) <= len(table.columns):
        return None
    values: list[Value] = [None] * len(record)
    for at, value in zip(table.order, record, strict=False):
        if at == table.alias:
            value = cell.row
        if not _fits(table.kinds[at], table.needed[at], value):
            return None
        values[at] = value
    return tuple(values) if _PROOFS.get(table.name, _any)(values) else None


def _fits(kind: str, needed: bool, value: Value) -> bool:
    if value is None:
        return not needed
    return isinstance(value, _FITS.get(kind, (int, float, str, bytes)))


def _any(values: list[Value]) -> bool:
    return True


def _is_environment(values: list[Value]) -> bool:
    """A JSON object of nothing but texts: what tells it from a blob of the same columns."""
    try:
        found = json.loads(str(values[2]))
    except ValueError:
        return False
    return isinstance(found, dict) and all(isinstance(value, str) for value in found.values())


def _is_blob(values: list[Value]) -> bool:
    return isinstance(values[2], bytes) or not _is_environment(values)


def _is_counter(values: list[Value]) -> bool:
    return re.fullmatch(r"day|job|JOB-\d{8}|CFG-[A-Z0-9]+-\d{8}", str(values[0])) is not None


def _is_version(values: list[Value]) -> bool:
    return re.fullmatch(r"[0-9a-f]{64}", str(values[5])) is not None


_PROOFS: dict[str, Callable[[list[Value]], bool]] = {  # what tells it from others of the same columns
    "environment": _is_environment, "blob": _is_blob, "counter": _is_counter, "config_version": _is_version,
}  # fmt: skip
