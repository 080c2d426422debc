"""Which columns a table has at a given width, and how wide each is: pure arithmetic."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from .columns import ANY, BRIEF, BY_KEY, SHIPPED, Column

MARK = 2  # cells before the first column: the mark and a space
Columns = tuple[Column, ...]

# What ships is shown from which width on, in screen order.
_STEPS: tuple[tuple[int, tuple[str, ...]], ...] = (
    (100, SHIPPED),
    (78, ("state", "id", "name", "queue", "priority", "time", "reason")),
    (63, ("state", "id", "name", "time", "reason")),
    (44, ("state", "name", "reason")),
    (0, ("state", "name")),
)
_SHORT_ID = 100  # cells below which the id is the short one
_GLYPH = 26  # cells below which the shipped columns have the state's glyph alone
_NAME = 15  # cells of a name that the others leave it before it leaves some of its own to prose
_KEPT = ("name", "state", "reason", "time", "id")  # of a choice without room, the last to go; others go from the right
_FEWEST = 2  # columns that are squeezed sooner than left out


def known(keys: Any) -> tuple[str, ...]:
    """Those of *keys* that are columns, each once: a saved choice may be of another version, or of anything."""
    if not isinstance(keys, (list, tuple)):
        return ()
    return tuple(dict.fromkeys(key for key in keys if isinstance(key, str) and key in BY_KEY))


@lru_cache(maxsize=32)
def plan(width: int, chosen: tuple[str, ...] = ()) -> Columns:
    """The columns of a table *width* cells wide, their widths adding up to it (a space after each).

    *chosen* are the keys that somebody chose, in order; none: as ships. Where the time has no room, the reason of a
    job that has none is its time.
    """
    room = width - MARK
    columns = _chosen(chosen, width) if chosen else _shipped(width)
    while _needed(columns) > room and (fewer := _smaller(columns)) != columns:
        columns = fewer
    if "time" in (chosen or SHIPPED) and not any(column.key == "time" for column in columns):
        columns = _narrowed(columns, "reason")
    return _spread(columns, room)


def without_room(width: int, chosen: tuple[str, ...]) -> tuple[str, ...]:
    """Those of *chosen* that such a table does not show."""
    columns = plan(width, chosen)
    shown = {column.key for column in columns} | {"time" for column in columns if column.title == BRIEF.title}
    return tuple(key for key in chosen if key not in shown)


def _chosen(keys: tuple[str, ...], width: int) -> Columns:
    """A choice, with the short id below the width at which what ships has it, or where prose would have to give way."""
    columns = tuple(BY_KEY[key] for key in keys)
    wanted = sum((column.width if column.most == ANY else _least(column)) + 1 for column in columns)
    return _narrowed(columns, "id") if width < _SHORT_ID or wanted > width - MARK else columns


def _shipped(width: int) -> Columns:
    keys = next(keys for least, keys in _STEPS if width >= least)
    narrow = {key for key, below in (("id", _SHORT_ID), ("state", _GLYPH)) if width < below}
    return tuple((BY_KEY[key].narrow if key in narrow else None) or BY_KEY[key] for key in keys)


def _least(column: Column) -> int:
    return column.least or column.width


def _needed(columns: Iterable[Column]) -> int:
    return sum(_least(column) + 1 for column in columns)


def _smaller(columns: Columns) -> Columns:
    """One step narrower: the short id, then a column less, and of the last few the state's glyph."""
    if (narrowed := _narrowed(columns, "id")) != columns:
        return narrowed
    if len(columns) <= _FEWEST:
        return _narrowed(columns, "state")
    least = max(enumerate(columns), key=lambda found: _order_of_going(*found))
    return tuple(column for column in columns if column is not least[1])


def _order_of_going(place: int, column: Column) -> tuple[int, int]:
    """Where a column stands among those that go: the largest first."""
    return (_KEPT.index(column.key), 0) if column.key in _KEPT else (len(_KEPT), place)


def _narrowed(columns: Columns, key: str) -> Columns:
    return tuple((column.narrow if column.key == key else None) or column for column in columns)


def _spread(columns: Columns, room: int) -> Columns:
    """The same columns with widths that fill *room*: prose gives way last and grows most."""
    widths = {column.key: column.width for column in columns}
    spare = room - sum(width + 1 for width in widths.values())
    if spare >= 0:
        _grow(columns, widths, spare)
    else:
        _shrink(columns, widths, -spare)
    return tuple(column._replace(width=widths[column.key]) for column in columns)


def _grow(columns: Columns, widths: dict[str, int], spare: int) -> None:
    """A name gets up to a quarter, prose the rest; without prose the name, or the last column, gets all."""
    prose = [column for column in columns if column.most == ANY]
    name = next((column for column in columns if column.key == "name"), None)
    if not prose:
        widths[(name or columns[-1]).key] += spare
        return
    if name is not None:
        part = min(spare // 4, name.most - name.width)
        widths["name"] += part
        spare -= part
    share, rest = divmod(spare, len(prose))
    for number, column in enumerate(prose):
        widths[column.key] += share + (number < rest)


def _shrink(columns: Columns, widths: dict[str, int], excess: int) -> None:
    """Down to the least of each, prose last; then, with the last few columns, down to a cell."""
    for floor in (_fair, _least, lambda column: 1):
        for column in _by_most(columns):
            given = min(excess, max(0, widths[column.key] - floor(column)))
            widths[column.key] -= given
            excess -= given


def _fair(column: Column) -> int:
    return max(_least(column), _NAME) if column.key == "name" else _least(column)


def _by_most(columns: Sequence[Column]) -> list[Column]:
    return sorted(columns, key=lambda column: column.most)
