"""The facade's commands on the order of jobs: where they stand in their queue, and what they wait for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..errors import BadInput
from ..lazy import LazyModule
from ..models import Change
from ..states import After
from . import finding
from .part import Ref, Whole

if TYPE_CHECKING:
    from ..store import edges, moves
    from ..store.moves import Where
else:
    edges = LazyModule("jobyard.core.store.edges")
    moves = LazyModule("jobyard.core.store.moves")


class Ordering(Whole):
    """What comes before what."""

    def move(self, refs: Sequence[Ref], where: Where, anchor: Ref | None = None) -> Change:
        """Move pending jobs within their queue: before or after *anchor*, or to the top, bottom, up, down.

        Several move as a block, in the order given (up and down: as they stand). Across a priority they take the
        neighbour's. Raises Unknown, Ambiguous, BadInput, WrongState.
        """
        if (anchor is not None) is not (where in ("before", "after")):
            raise BadInput(f"Moving {where} needs {'a' if anchor is None else 'no'} job to stand beside")
        rows = self.resolve(refs, destructive=True)
        return moves.move(self._store, rows, where, None if anchor is None else finding.one(self._store, anchor))

    def after_add(self, ref: Ref, parents: Sequence[Ref], after: After = After.OK) -> Change:
        """Have a job that has not started wait for others, or in another way. Raises Cycle, BadInput, WrongState."""
        child = finding.one(self._store, ref)
        return edges.add(self._store, child, self.resolve(parents, destructive=True), after)

    def after_cut(self, ref: Ref, parents: Sequence[Ref]) -> Change:
        """Have a job that has not started wait for these no more. Raises WrongState."""
        child = finding.one(self._store, ref)
        return edges.cut(self._store, child, self.resolve(parents, destructive=True))
