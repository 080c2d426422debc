"""Lists of jobs, counts, what changed: what faces look at. The work is in `listing`."""

from __future__ import annotations

import importlib
import json
from typing import TYPE_CHECKING, Any

from ..states import State
from . import queues
from .listing.lines import rows_of
from .listing.news import MOST_CHANGES, changes, version
from .store import Store

if TYPE_CHECKING:
    from .listing.folding import behind
    from .listing.found import forget
    from .listing.paging import listing, offset_of, page, walk

__all__ = [
    "MOST_CHANGES", "behind", "changes", "counts", "environment", "forget", "listing", "offset_of", "page", "rows_of",
    "version", "walk",
]  # fmt: skip

_LATER = {"behind": "folding", "forget": "found"} | dict.fromkeys(("listing", "offset_of", "page", "walk"), "paging")


def __getattr__(name: str) -> Any:
    """Lists are imported when one is asked for: `jobyard submit` asks for none."""
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(importlib.import_module(f".listing.{_LATER[name]}", __package__), name)
    return globals().setdefault(name, found)


def counts(store: Store) -> dict[State, int]:
    """Jobs of the whole yard by state, as people see them."""
    rows = store.db.rows("SELECT bucket, sum(n) FROM tally GROUP BY bucket")
    return queues.by_state(dict(rows))


def environment(store: Store, row: int) -> dict[str, str]:
    """A job's environment, as captured at submit."""
    data = store.db.value("SELECT e.data FROM job j JOIN environment e ON e.id = j.env_id WHERE j.id = ?", (row,))
    return dict(json.loads(data))
