"""What a filter says that no index serves, as a condition of SQL on ``job j``. Every value is bound.

`clauses`  the whole filter, and the tree of its expression
`terms`    a field against a value
`words`    plain words
`reasons`  why a pending job waits
`offers`   what the yard knows, for whoever is writing one
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...lazy import LazyModule
from ...models import JobFilter
from ..store import Store

if TYPE_CHECKING:
    from . import clauses
else:  # most commands filter nothing
    clauses = LazyModule("jobyard.core.store.filtering.clauses")


def scanned(where: JobFilter) -> bool:
    """Whether the filter says anything that must be looked for job by job."""
    return bool(where.words) or where.rows is not None or where.expression is not None


# No module of this package may have the name of this function: imported, it would take its place here.
def conditions(store: Store, where: JobFilter) -> tuple[str, list[Any]]:
    """What must be looked for job by job: a condition that begins with AND, or "", and its parameters."""
    return clauses.conditions(store, where) if scanned(where) else ("", [])
