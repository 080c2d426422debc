"""Where the thumb of a scroll bar is: pure arithmetic."""

from __future__ import annotations


def thumb(top: int, lines: int, total: int) -> tuple[int, int]:
    """The first line of the thumb and the one after its last; (0, 0) when everything is in sight.

    It touches the ends only when the window does, so that nobody mistakes nearly for quite.
    """
    if total <= lines or lines <= 0:
        return 0, 0
    length = max(1, lines * lines // total)
    room, last = lines - length, total - lines
    start = room * min(top, last) // last
    if 0 < top < last and room >= 2:
        start = max(1, min(start, room - 1))
    return start, start + length


def line_of(y: int, lines: int, total: int) -> int:
    """The top line of the window when somebody points at line *y* of the bar."""
    return max(0, min(total - lines, (total - lines) * y // max(1, lines - 1)))
