"""The facade's answers for clients: what many jobs asked for and left, and where one stands in its queue."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..labmodels import Brief
from ..lazy import LazyModule
from ..models import Submitted
from . import finding, submitting
from .part import Ref, Whole

if TYPE_CHECKING:
    from ..store import briefs
else:  # few commands ask
    briefs = LazyModule("jobyard.core.store.briefs")


class Briefing(Whole):
    """Jobs, for programs."""

    def briefs(self, rows: Sequence[int]) -> dict[int, Brief]:
        """What these jobs asked for, the data that they left and the configs that they ran with, by row."""
        return briefs.of(self._store, rows)

    def standing(self, ref: Ref) -> Submitted:
        """Where a job stands now, as its submit answered it then. Raises Unknown, Ambiguous."""
        return submitting.answer(self._store, finding.one(self._store, ref, destructive=False))
