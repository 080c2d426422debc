"""The graph around some jobs: all that they wait for and all that waits for them, transitively."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..models import GraphEdge
from ..states import After, EdgeState
from .database import marks
from .store import Store

STEP = 500  # ids a statement


def related(store: Store, rows: Sequence[int], *, whole: bool = False, most: int = 10_000) -> tuple[list[int], bool]:
    """The rows of the jobs above and below these, oldest first, and whether more than *most* were left out.

    *whole*: everything that is connected with them in any way, also the other parents of a child.
    """
    walks = ((True, True),) if whole else ((True, False), (False, True))
    found = dict.fromkeys(rows)
    for up, down in walks:
        seen = dict.fromkeys(rows)
        frontier = list(rows)
        while frontier and len(found) <= most:
            near = dict.fromkeys(_neighbours(store, frontier, up=up, down=down))
            frontier = [row for row in near if row not in seen]
            seen.update(dict.fromkeys(frontier))
            found.update(dict.fromkeys(frontier))
    # What was asked for stays when something has to be left out; then the nearest.
    return sorted(list(found)[:most]), len(found) > most


def above(store: Store, rows: Sequence[int], most: int) -> list[int]:
    """These jobs and all that they wait for or waited for, transitively; the nearest *most* of them."""
    found = dict.fromkeys(rows)
    frontier = list(rows)
    while frontier and len(found) < most:
        near = dict.fromkeys(_neighbours(store, frontier, up=True, down=False))
        frontier = [row for row in near if row not in found]
        found.update(dict.fromkeys(frontier))
    return list(found)[:most]


def _neighbours(store: Store, rows: Sequence[int], *, up: bool, down: bool) -> Iterator[int]:
    for start in range(0, len(rows), STEP):
        some = rows[start : start + STEP]
        if up:
            yield from _column(store, f"SELECT parent_id FROM edge WHERE child_id IN ({marks(len(some))})", some)
        if down:
            yield from _column(store, f"SELECT child_id FROM edge WHERE parent_id IN ({marks(len(some))})", some)


def _column(store: Store, sql: str, rows: Sequence[int]) -> list[int]:
    return [row for (row,) in store.db.rows(sql, rows)]


def edges_among(store: Store, rows: Sequence[int]) -> list[GraphEdge]:
    """Every dependency whose two ends are both in *rows*."""
    inside = set(rows)
    found: list[GraphEdge] = []
    for start in range(0, len(rows), STEP):
        some = rows[start : start + STEP]
        sql = f"SELECT child_id, parent_id, type, state FROM edge WHERE child_id IN ({marks(len(some))})"
        found += [
            GraphEdge(child, parent, After(after), EdgeState(state))
            for child, parent, after, state in store.db.rows(sql, some)
            if parent in inside
        ]
    return found


def edges_of(store: Store, rows: Sequence[int]) -> list[GraphEdge]:
    """Every dependency with at least one end in *rows*."""
    found: dict[tuple[int, int], GraphEdge] = {}
    for start in range(0, len(rows), STEP):
        some = rows[start : start + STEP]
        for sql in (
            f"SELECT child_id, parent_id, type, state FROM edge WHERE child_id IN ({marks(len(some))})",
            f"SELECT child_id, parent_id, type, state FROM edge WHERE parent_id IN ({marks(len(some))})",
        ):
            for child, parent, after, state in store.db.rows(sql, some):
                found[child, parent] = GraphEdge(child, parent, After(after), EdgeState(state))
    return list(found.values())
