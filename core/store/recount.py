"""Counters of a sound store that do not agree with what they count, set right while people work on.

What a counter is off by is the same at every instant, since triggers change counter and counted alike. So it is
read in one query, of one instant, and added in a short transaction later.
"""

from __future__ import annotations

from . import refolding
from .mend import Mending, attempts
from .schema import BUCKET
from .store import Store

SPAN = 50_000  # jobs whose dependencies are counted in one query
STEP = 500  # jobs a transaction


def recount(store: Store) -> list[str]:
    """Set every counter right; what was wrong, in sentences."""
    said = []
    for table, column in (("tally", "queue_id"), ("array_tally", "array_id")):
        wrong = _tally(store, table, column)
        said += [f"Counts of {wrong} kinds of jobs were wrong"] if wrong else []
    said += _folds(store)
    wrong = _unmet(store)
    said += [f"{wrong:,} jobs had their open dependencies counted wrongly"] if wrong else []
    return said + _attempts(store)


def _tally(store: Store, table: str, column: str) -> int:
    counted = "folded = 1" if table == "fold_tally" else f"{column} IS NOT NULL"
    off = store.db.rows(
        f"SELECT {column}, bucket, sum(n) FROM ("
        f"SELECT {column}, {BUCKET.format('j')} AS bucket, count(*) AS n FROM job j WHERE batch IS NULL "
        f"AND {counted} GROUP BY 1, 2 UNION ALL SELECT {column}, bucket, -n FROM {table}) "
        "GROUP BY 1, 2 HAVING sum(n) <> 0"
    )
    if off:
        with store.db.transaction() as connection:
            connection.executemany(
                f"INSERT INTO {table} ({column}, bucket, n) VALUES (?, ?, ?) "
                f"ON CONFLICT ({column}, bucket) DO UPDATE SET n = n + excluded.n",
                off,
            )
    return len(off)


def _folds(store: Store) -> list[str]:
    """Lines of arrays, what is folded behind them and behind chains, and how many that is."""
    with store.db.transaction() as connection:
        wrong = refolding.mend(connection)
    wrong += _tally(store, "fold_tally", "queue_id")
    return [f"{wrong:,} folded lines or their counts were wrong"] if wrong else []


def _unmet(store: Store) -> int:
    wrong = 0
    newest = int(store.db.value("SELECT max(id) FROM job") or 0)
    for start in range(0, newest + 1, SPAN):
        off = store.db.rows(
            "SELECT count(e.parent_id) - j.unmet, j.id FROM job j LEFT JOIN edge e ON e.child_id = j.id "
            "AND e.state = 'open' WHERE j.id BETWEEN ? AND ? GROUP BY j.id HAVING j.unmet <> count(e.parent_id)",
            (start, start + SPAN - 1),
        )
        wrong += len(off)
        for at in range(0, len(off), STEP):
            with store.db.transaction() as connection:
                sql = "UPDATE job SET unmet = max(0, unmet + ?) WHERE id = ?"
                connection.executemany(sql, off[at : at + STEP])
    return wrong


def _attempts(store: Store) -> list[str]:
    """Running jobs without a running attempt, and the reverse."""
    mending = Mending(store.db.connection, store.clock(), store.home)
    with store.db.transaction():
        attempts(mending)
    return mending.said
