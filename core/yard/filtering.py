"""The facade's filters: a text in the filter language as a filter of this yard, and what may be written next."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

from ..lazy import LazyModule
from ..models import JobFilter
from .part import Whole

if TYPE_CHECKING:
    from ..filters import completing
    from ..store import arrays
    from ..store.filtering import offers
    from . import resolving
else:  # most commands filter nothing
    completing = LazyModule("jobyard.core.filters.completing")
    arrays = LazyModule("jobyard.core.store.arrays")
    offers = LazyModule("jobyard.core.store.filtering.offers")
    resolving = LazyModule("jobyard.core.yard.resolving")


class Filtering(Whole):
    """Filters, as people write them."""

    def filter(self, text: str, base: JobFilter = JobFilter()) -> JobFilter:
        """*base*, and what *text* says beside: ``state:failed name~rabi age<2d``.

        A text that names jobs or times looks further back than *base* does. Raises BadFilter, which knows where.
        """
        return resolving.applied(self._store, text, base)

    def complete_filter(self, text: str, cursor: int) -> builtins.list[completing.Suggestion]:
        """What may stand at the cursor of a filter, at most 50, the likeliest first."""
        return completing.suggestions(text, cursor, lambda kind, typed: offers.offers(self._store, kind, typed))

    def picks_elements(self, where: JobFilter) -> bool:
        """Whether a filter names some elements of an array and not the whole of it."""
        return where.rows is not None and arrays.partly(self._store, where.rows)
