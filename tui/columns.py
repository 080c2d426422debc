"""Which columns a table of jobs has at a given width, and a job's cells in them."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from jobyard.core.models import JobRow

from .format import job_time, outcome, short_id, short_reason, state_glyph, state_word
from .text import plain


def name_of(row: JobRow) -> str:
    """Its name or its command; of an element of an array with its index."""
    if row.array_id is None:
        return row.name or row.command
    return f"{row.name}[{row.array_index}]" if row.name else f"[{row.array_index}] {row.command}"


class Column(NamedTuple):
    """A column *width* cells wide. ``text`` gives a job's cell; ``style`` names a palette style."""

    key: str
    title: str
    width: int
    text: Callable[[JobRow, float], str]
    style: str = ""
    right: bool = False


STATE = Column("state", "state", 11, lambda row, now: f"{state_glyph(row)} {state_word(row)}", "state")
GLYPH = Column("state", "", 1, lambda row, now: state_glyph(row), "state")
ID = Column("id", "id", 18, lambda row, now: row.id, "dim")
SHORT = Column("id", "id", 10, lambda row, now: short_id(row.id), "dim")
NAME = Column("name", "name", 16, lambda row, now: plain(name_of(row)))
QUEUE = Column("queue", "queue", 10, lambda row, now: plain(row.queue), "dim")
PRIORITY = Column("priority", "prio", 4, lambda row, now: str(row.priority) if row.priority else "", "dim", right=True)
USER = Column("user", "user", 8, lambda row, now: plain(row.user), "dim")
TIME = Column("time", "time", 6, lambda row, now: job_time(row, now), "", right=True)
REASON = Column("reason", "reason/outcome", 14, lambda row, now: plain(short_reason(outcome(row))), "dim")

NAME_MOST = 28
MARK = 2  # cells before the first column: the mark and a space

# What is shown from which width on, in screen order; the name and the reason share what is left.
_STEPS: tuple[tuple[int, tuple[Column, ...]], ...] = (
    (100, (STATE, ID, NAME, QUEUE, PRIORITY, USER, TIME, REASON)),
    (78, (STATE, SHORT, NAME, QUEUE, PRIORITY, TIME, REASON)),
    (62, (STATE, SHORT, NAME, TIME, REASON)),
    (44, (STATE, NAME, TIME)),
    (26, (STATE, NAME)),
    (0, (GLYPH, NAME)),
)


@lru_cache(maxsize=8)
def plan(width: int) -> tuple[Column, ...]:
    """The columns of a table *width* cells wide, their widths adding up to it (a space between two)."""
    columns = next(columns for least, columns in _STEPS if width >= least)
    spare = width - MARK - sum(column.width + 1 for column in columns)
    shares = _shares({column.key for column in columns}, spare)
    return tuple(c._replace(width=max(1, c.width + shares.get(c.key, 0))) for c in columns)


def _shares(keys: set[str], spare: int) -> dict[str, int]:
    """A name gets up to NAME_MOST cells; the reason, which is prose, the rest."""
    if "reason" not in keys:
        return {"name": spare}
    name = max(0, min(spare // 4, NAME_MOST - NAME.width))
    return {"name": name, "reason": spare - name}
