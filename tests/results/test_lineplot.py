"""A line in a terminal."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from jobyard.tui.lineplot import plot

ANY = st.floats()


def dots(line: str) -> int:
    """How many dots are drawn in a line."""
    return sum((ord(one) - 0x2800).bit_count() for one in line if 0x2800 <= ord(one) <= 0x28FF)


@given(st.lists(st.tuples(ANY, ANY), max_size=30), st.integers(0, 90), st.integers(0, 12), st.text(max_size=9))
def test_it_keeps_within_its_cells(points: list[tuple[float, float]], width: int, height: int, below: str):
    """Whatever the numbers: NaN, infinities, the largest that there are."""
    lines = plot([x for x, _ in points], [y for _, y in points], width, height, "x" * len(below))
    assert len(lines) in (0, height + 1)
    assert all(len(line) <= width for line in lines)
    if lines:
        assert sum(map(dots, lines)) > 0


def test_a_slope_goes_from_corner_to_corner():
    """The first value is below on the left, the last above on the right; the ends of the axes are told."""
    lines = plot([0, 1], [-5, 5], 20, 4, "V")
    assert lines[0].startswith(" 5 │")
    assert lines[3].startswith("-5 │")
    assert lines[3][4] != "⠀"
    assert lines[0].rstrip("⠀")[-1] != " "
    assert len(lines[0]) == 20
    assert lines[4].split() == ["0", "V", "1"]


def test_a_gap_stays_a_gap():
    """No line is drawn over what has no number."""
    whole = plot([0, 1, 2, 3], [0, 1, 0, 1], 40, 5)
    broken = plot([0, 1, 2, 3], [0, 1, math.nan, 1], 40, 5)
    assert sum(map(dots, broken)) < sum(map(dots, whole))
    assert plot([0.0], [math.nan], 40, 5) == []
