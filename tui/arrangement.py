"""How a user has the list of jobs: which columns, in which order, folded or not. Remembered between two times."""

from __future__ import annotations

from typing import Any, NamedTuple

from jobyard.core.models import JobFilter, Sort

from .columns import COLUMNS
from .memory import Memory
from .planning import known


class Arrangement(NamedTuple):
    """``columns`` are keys, none: as ships; ``sort`` is None for the order in which jobs run."""

    columns: tuple[str, ...] = ()
    sort: Sort | None = None
    folded: bool = True

    def arranged(self, where: JobFilter) -> JobFilter:
        """*where* in this order; folded where neither a filter nor an order asks for single jobs."""
        whole = where == JobFilter(queues=where.queues)
        return where._replace(sort=self.sort, folded=self.folded and whole and self.sort is None)

    def sorted_by(self, key: str) -> Arrangement:
        """Sorted by a column, the other way round if it was already."""
        if self.sort is not None and self.sort.key == key:
            return self._replace(sort=Sort(key, not self.sort.descending))
        return self._replace(sort=Sort(key, any(column.sort == key and column.down for column in COLUMNS)))


def recall(memory: Memory) -> Arrangement:
    """The arrangement of last time; of what is not understood, what ships."""
    folded = memory.get("folded")
    return Arrangement(
        known(memory.get("columns")), _sort(memory.get("sort")), folded if isinstance(folded, bool) else True
    )


def kept(how: Arrangement) -> dict[str, Any]:
    """What is remembered of it, by name; None for what ships."""
    return {
        "columns": list(how.columns) or None,
        "sort": None if how.sort is None else how.sort._asdict(),
        "folded": None if how.folded else False,
    }


def _sort(found: Any) -> Sort | None:
    keys = {column.sort for column in COLUMNS if column.sort}
    if not isinstance(found, dict) or str(found.get("key")) not in keys:
        return None
    return Sort(str(found["key"]), found.get("descending") is True)
