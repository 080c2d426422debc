"""A row of numbers as a row of bars, an eighth of a line fine."""

from __future__ import annotations

from collections.abc import Sequence

BARS = "▁▂▃▄▅▆▇█"


def sparkline(values: Sequence[int]) -> str:
    """A cell a value, the highest a full one; nothing is a blank, so that one can be told from none."""
    most = max(values, default=0)
    return "".join(BARS[max(0, -(-value * len(BARS) // most) - 1)] if value > 0 else " " for value in values)
