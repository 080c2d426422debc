"""What is wrong with the yard just now, as a state: two words for the top line, a sentence when it begins and ends.

A store that cannot be read fails at every look, so a toast for each would be a storm.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from jobyard.core.errors import YardError
from jobyard.core.models import Health

PATIENCE = 1.0  # seconds that a command may wait for another program's before that is shown


class Trouble(NamedTuple):
    """One thing that is wrong. ``words`` is said when it begins, ``over`` when it ends; "" is not said."""

    kind: str
    short: str
    words: str = ""
    over: str = ""


NO_YARD = "yard gone"
ANSWERS = "The store answers again."
GONE = "The yard {} is gone: its store was removed or moved. What runs goes on. Bring it back, or leave with q."
READ_ONLY = (
    "The yard {} cannot be written: its disk has become read-only, or its rights have changed (ls -l, dmesg). "
    "The app only looks, as with --read-only."
)


def trouble_of(home: str, health: Health, errors: Iterable[YardError]) -> Trouble | None:
    """The gravest of what is wrong."""
    errors = list(errors)
    if not health.there or any(error.short == NO_YARD for error in errors):
        return Trouble("gone", NO_YARD, GONE.format(home), "The yard is back.")
    for error in errors:
        return Trouble(type(error).__name__, error.short, error.line(), ANSWERS)
    if not health.writable:
        return Trouble("read-only", "read-only disk", READ_ONLY.format(home), "The yard can be written again.")
    if health.held_up >= PATIENCE:
        return Trouble("locked", f"store locked by another program {int(health.held_up)}s")
    if health.low:
        return Trouble("low", "disk low", f"The {health.low}.", "There is room on the disk again.")
    return None
