"""What a window shows of a series: no value is lost, whatever is read and whatever is not."""

from __future__ import annotations

import math
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from jobyard.tui.plots import columns as reducing
from jobyard.tui.plots.blocks import Blocks, read
from jobyard.tui.plots.columns import columns
from jobyard.tui.plots.scales import Scale, along
from jobyard.tui.plots.sources import Even, Reversed
from tests.tui.plots.kit import dots, drawn, of

NUMBERS = st.floats(-1e6, 1e6, allow_subnormal=False) | st.sampled_from([math.nan, math.inf, -math.inf, 0.0])
STEPS = st.sampled_from([0.0, 1.0, 1.0, 1.0, 3.5, 1000.0])


@st.composite
def series(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """A rising x with gaps and equal values, a y with holes; up to some hundred values."""
    y = draw(st.lists(NUMBERS, min_size=1, max_size=40)) * draw(st.integers(1, 12))
    steps = (draw(st.lists(STEPS, min_size=1, max_size=10)) * len(y))[: len(y)]
    return np.cumsum(steps) + draw(st.sampled_from([0.0, -500.0, 1e9])), np.array(y)


@pytest.fixture(autouse=True, scope="module")
def _blocks_of_eight():
    """Small blocks, so that few values have many of them."""
    with (
        patch("jobyard.tui.plots.blocks.BLOCK", 8),
        patch("jobyard.tui.plots.blocks.LARGER", 2),
        patch("jobyard.tui.plots.blocks.MANY", 200),
        patch("jobyard.tui.plots.blocks.PIECE", 64),
    ):
        yield


def check(blocks: Blocks, across: Scale, log: bool) -> None:
    """Each finite point of the window lies within the bar of its column; no bar goes beyond all values."""
    x, y = along(np.asarray(blocks.x[:]), log), np.asarray(blocks.y[:])
    found = columns(blocks, across, log, logy=False)
    assert (np.diff(found.at) > 0).all()
    bars = {at: (low, high) for at, low, high in zip(found.at, found.rows.least, found.rows.most, strict=True)}
    cells = across.cell(across.at(x))
    for cell, value in zip(cells, y, strict=True):
        if 0 <= cell < across.dots and math.isfinite(value):
            assert bars[cell][0] <= value <= bars[cell][1]
    real = y[np.isfinite(y)]
    for low, high in bars.values():
        assert math.isnan(low) or real.min() <= low <= high <= real.max()


@given(series(), st.integers(1, 40), st.floats(0, 1), st.floats(0.01, 1), st.sampled_from([0, 1 << 18]), st.booleans())
@settings(max_examples=150, deadline=None)
def test_every_point_is_inside_the_bar_of_its_column(
    points: tuple[np.ndarray, np.ndarray], dots: int, start: float, part: float, whole: int, log: bool
):
    """In any window, read value by value or by blocks, on a linear axis and on a logarithmic one."""
    x, y = points
    low = x[0] + start * (x[-1] - x[0])
    high = low + part * (x[-1] - x[0]) + 1
    if log:
        low, high = math.log10(max(low, 0.5)), math.log10(max(high, 2))
    with patch.object(reducing, "WHOLE", whole):
        check(read(x, y), Scale(low, high, dots), log)


@given(series())
@settings(max_examples=40, deadline=None)
def test_a_falling_x_is_turned_round(points: tuple[np.ndarray, np.ndarray]):
    """A sweep downwards is the same picture as upwards."""
    x, y = points
    assume(x[0] < x[-1])
    forth, back = read(x, y), read(Reversed(x), Reversed(y))
    assert back.rises
    np.testing.assert_array_equal(forth.x[:], back.x[:])
    np.testing.assert_array_equal(np.asarray(forth.y[:])[np.isfinite(y)], np.asarray(back.y[:])[np.isfinite(y)])


def test_what_is_never_asked_for_is_never_read():
    """Of an even axis and a source of many values, a window costs the blocks and some of the values."""

    class Counting:
        shape, dtype, asked = (100_000,), np.dtype("f8"), 0

        def __getitem__(self, key: slice) -> np.ndarray:
            start, stop, _ = key.indices(self.shape[0])
            self.asked += stop - start
            return np.sin(np.arange(start, stop) / 1000)

    source = Counting()
    blocks = read(Even(100_000), source)
    assert source.asked == 100_000
    columns(blocks, Scale(40_000, 40_100, 100), False, False)
    assert source.asked < 100_200


def test_a_gap_is_a_gap():
    """Lines stop at NaN and infinities; a point between two gaps is a dot."""
    x = np.arange(7.0)
    whole = dots(drawn(of(x, [0, 1, 0, 1, 0, 1, 0])))
    holes = dots(drawn(of(x, [0, 1, math.nan, 1, math.inf, 1, 0])))
    empty = ~holes.any(axis=0)
    assert whole.any(axis=0).all()
    third = slice(len(empty) * 2 // 6 - 5, len(empty) * 2 // 6 + 5)
    assert empty[third].all()
    assert holes[:, len(empty) // 2].any()  # the one in the middle


def test_lines_reach_the_edges_of_a_window_between_two_points():
    """A window that contains no point shows the line that goes through it."""
    from jobyard.tui.plots.model import View

    picture = drawn(of([0.0, 10.0], [0.0, 10.0]), view=View(4.0, 6.0, 4.0, 6.0))
    found = dots(picture)
    assert found.any(axis=0).all()
    assert found[-1, 0]
    assert found[0, -1]


NUMBERS = st.floats(-1e307, 1e307) | st.sampled_from([math.nan, math.inf, -math.inf])  # beyond, no margin has room


@given(st.lists(st.tuples(NUMBERS, NUMBERS), max_size=12), st.booleans(), st.booleans(), st.booleans())
@settings(max_examples=150, deadline=None)
def test_whatever_the_numbers_a_picture_fits(points: list[tuple[float, float]], logx: bool, logy: bool, line: bool):
    """The largest numbers, the smallest, infinities, none; x in no order: as many lines as asked for, none too wide."""
    x, y = np.array([x for x, _ in points]), np.array([y for _, y in points])
    picture = drawn(of(x, y, "line" if line else "points", logx=logx, logy=logy), 50, 14)
    assert len(picture.lines) == 14
    assert all(sum(len(part) for part, _ in each) <= 50 for each in picture.lines)
    shown = (np.isfinite(x) & np.isfinite(y) & ((x > 0) | (not logx)) & ((y > 0) | (not logy))).any()
    assert bool(picture.said) != bool(shown)
