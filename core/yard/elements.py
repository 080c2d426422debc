"""The facade's arrays: a list with one line for each, and what an array is made of."""

from __future__ import annotations

import builtins

from ..models import ArrayRow, JobFilter, JobRow
from ..states import State
from ..store import arrays, views
from . import finding
from .part import Ref, Whole


class Elements(Whole):
    """Arrays as people see them."""

    def folded(self, where: JobFilter = JobFilter(), limit: int | None = 100) -> builtins.list[JobRow | ArrayRow]:
        """The list of jobs with one line for each array, where the first of its elements would stand."""
        return arrays.folded(self._store, where, limit)

    def folded_rows(self, row: int) -> builtins.list[int]:
        """Every job that a line of a folded list stands for: an array by index, a chain from its first job on."""
        return views.behind(self._store, row)

    def array(self, ref: Ref) -> ArrayRow | None:
        """The array that a reference means as a whole (``ID[]``), None if it means a job or some elements."""
        array = finding.whole(self._store, ref)
        if array is None:
            return None
        sample = arrays.sample(self._store, array)
        return arrays.lines(self._store, [self.rows([sample])[sample]])[array]

    def elements(self, array: ArrayRow, state: State, limit: int) -> builtins.list[JobRow]:
        """The first elements of an array that are in a state, by index."""
        rows = arrays.in_state(self._store, array.row, state.value)[:limit]
        found = self.rows(rows)
        return [found[row] for row in rows if row in found]
