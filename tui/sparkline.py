"""A row of numbers as a row of bars, an eighth of a line fine."""

from __future__ import annotations

from collections.abc import Sequence

BARS = "▁▂▃▄▅▆▇█"


def sparkline(values: Sequence[int], full: int = 0) -> str:
    """A cell a value, the highest (or *full* if that is more) a full one; nothing is a blank: none is not one."""
    most = max([full, *values])
    return "".join(BARS[max(0, -(-value * len(BARS) // most) - 1)] if value > 0 else " " for value in values)
