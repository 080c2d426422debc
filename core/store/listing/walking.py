"""Rows of a plan by the indexes of its parts: from a place in the list, or from the row before it.

How long a part is, is counted only where a walk begins behind it and the tallies do not know.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...models import JobRow, Page
from ..store import Store
from .lines import COLUMNS
from .plans import Part, Plan, count, count_all
from .segments import keyset, order, values_of

Raw = list[Any]  # rows of COLUMNS


def at(store: Store, plan: Plan, offset: int, limit: int, anchor: Page | None) -> Raw:
    """Rows *offset* … of a list; *limit* below 0: all that follow."""
    limit = plan.total - offset if limit < 0 else min(limit, plan.total - offset)
    if limit <= 0:
        return []
    last = anchor.rows[-1] if anchor is not None and anchor.rows else None
    if last is not None:
        found = _after(store, plan, last, limit)
        if found is not None:
            return found
    behind = plan.total - offset - limit
    if behind < offset:
        return _across(store, plan, plan.parts[::-1], behind, limit, backwards=True)[::-1]
    return _across(store, plan, plan.parts, offset, limit)


def _across(store: Store, plan: Plan, parts: Sequence[Part], skip: int, limit: int, *, backwards: bool = False) -> Raw:
    """Rows from a place on, from the parts that it touches."""
    found: Raw = []
    for part in parts:
        if len(found) == limit:
            break
        total = _known(store, plan, part)
        if total is not None and skip >= total:
            skip -= total
            continue
        want = limit - len(found) if total is None else min(limit - len(found), total - skip)
        some = _select(store, part, "", (), want, skip, backwards=backwards)
        skip = 0 if some or not skip else skip - count(store, part)
        found += some
    return found


def _known(store: Store, plan: Plan, part: Part) -> int | None:
    """How long a part is, where that is known or soon told: what has no index is what the others leave.

    The table would be walked to its end for the last rows of it.
    """
    if part.total is not None or not part.by_table:
        return part.total
    others = [one for one in plan.parts if one is not part]
    if any(one.by_table for one in others):
        return None
    return max(0, plan.total - count_all(store, others))


def _after(store: Store, plan: Plan, last: JobRow, limit: int) -> Raw | None:
    """Rows that come after one that was listed, or None if it does not tell where it stood."""
    held = (at for at, part in enumerate(plan.parts) if part.holds(last) and part.queue in (0, last.queue_id))
    number = next(held, None)
    if number is None:
        return None
    part = plan.parts[number]
    values = values_of(part.key, last)
    if values is None or None in values:
        return None
    found = _select(store, part, *keyset(part.key, values), limit)
    return found + _across(store, plan, plan.parts[number + 1 :], 0, limit - len(found))


def _select(
    store: Store, part: Part, beyond: str, values: Sequence[Any], limit: int, skip: int = 0, *, backwards: bool = False
) -> Raw:
    """Rows of a part, beyond a condition if there is one."""
    where = f"{part.where} AND {beyond}" if beyond else part.where
    ordered = order(part.key, backwards=backwards)
    sql = f"SELECT {COLUMNS} FROM {part.source} WHERE {where} ORDER BY {ordered} LIMIT ? OFFSET ?"
    return store.db.rows(sql, (*part.parameters, *values, limit, skip))


def beyond(store: Store, part: Part, after: JobRow | None, others: str, arrays: Sequence[int], limit: int) -> Raw:
    """Rows of a part that come after one (None: from its beginning) and fulfil another condition."""
    condition, values = ("1", ()) if after is None else keyset(part.key, values_of(part.key, after) or ())
    return _select(store, part, f"{condition} AND {others}", (*values, *arrays), limit)


# -- where a job stands ----------------------------------------------------------------------------

NEAR = 20_000  # rows that are counted from the beginning before the rest is


def place(store: Store, plan: Plan, row: int) -> int | None:
    """The position of a job in a list."""
    for number, part in enumerate(plan.parts):
        ahead = _ahead(store, part, row)
        if ahead is not None:
            return count_all(store, plan.parts[:number]) + ahead
    return None


def _ahead(store: Store, part: Part, row: int) -> int | None:
    """How many rows of a part come before this one; None if it is not one of them."""
    columns = ", ".join(column for column, _ in part.key)
    sql = f"SELECT {columns} FROM {part.tables} WHERE {part.where} AND j.id = ?"
    values = store.db.row(sql, (*part.parameters, row))
    if values is None:
        return None
    nearer = _count(store, part, values, NEAR, backwards=True)
    if nearer < NEAR:
        return nearer
    return max(0, count(store, part) - _count(store, part, values, -1, backwards=False) - 1)


def _count(store: Store, part: Part, values: Sequence[Any], most: int, *, backwards: bool) -> int:
    condition, parameters = keyset(part.key, tuple(values), backwards=backwards)
    rows = f"SELECT 1 FROM {part.source} WHERE {part.where} AND {condition} LIMIT ?"
    return int(store.db.value(f"SELECT count(*) FROM ({rows})", (*part.parameters, *parameters, most)))
