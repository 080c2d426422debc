"""Ticks and windows: numbers people can read, and windows that come back to what they were."""

from __future__ import annotations

import math
import re
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from jobyard.tui.plots.model import View
from jobyard.tui.plots.ticks import Tick, ticks
from jobyard.tui.plots.windows import panned, widened, zoomed

ENDS = st.floats(-1e12, 1e12, allow_subnormal=False)
SPANS = st.floats(1e-6, 1e12)


def texts(*arguments: object, **more: object) -> list[str]:
    """What is written at the ticks."""
    return [tick.text for tick in ticks(*arguments, **more).ticks]  # type: ignore[arg-type]


@given(ENDS, SPANS, st.integers(2, 12))
def test_ticks_cover_the_window(low: float, span: float, most: int):
    """From two to about so many, all inside, evenly spaced, none of them written like another."""
    high = low + span
    assume(high - low > 1e-9 * max(abs(low), abs(high)))
    found = ticks(low, high, most).ticks
    slack = 1e-6 * (high - low)
    assert 2 <= len(found) <= 2 * most + 1
    assert all(low - slack <= tick.place <= high + slack for tick in found)
    steps = [b.place - a.place for a, b in pairwise(found)]
    assert all(math.isclose(step, steps[0], rel_tol=1e-3) for step in steps)
    if steps:
        assert found[0].place - low <= steps[0] * 1.001
        assert high - found[-1].place <= steps[0] * 1.001
    assert len({tick.text for tick in found}) == len(found)


@given(ENDS, SPANS)
def test_what_is_written_is_where_it_stands(low: float, span: float):
    """A tick's number, with what all have in common, is its place."""
    assume(span > 1e-9 * abs(low))
    found = ticks(low, low + span, 6)
    power = re.search(r"×10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", found.note)
    scale = 10.0 ** int(power[1].translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))) if power else 1.0
    start = re.search(r"([+-]) ([\d,.e+-]+)$", found.note)
    shift = float(start[2].replace(",", "")) * (1 if start[1] == "+" else -1) if start else 0.0
    for tick in found.ticks:
        assert math.isclose(shift + scale * float(tick.text), tick.place, rel_tol=1e-6, abs_tol=1e-3 * span)


def test_numbers_are_short():
    """1-2-5; large and small ones share an exponent, those far from 0 a beginning."""
    assert texts(0, 30000, 4) == ["0", "10000", "20000", "30000"]
    assert texts(0.0, 1.0, 5) == ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]
    assert ticks(0, 4e9, 4).note == "×10⁹"
    assert texts(0, 4e9, 4) == ["0", "1", "2", "3", "4"]
    assert texts(0, 4e-6, 4) == ["0", "1", "2", "3", "4"]
    far = ticks(1e9, 1e9 + 0.5, 4)
    assert ([tick.text for tick in far.ticks], far.note) == (["0.0", "0.2", "0.4"], "+ 1,000,000,000")


def test_a_logarithmic_axis_bears_powers():
    """Whole decades; within one decade the numbers themselves, at their logarithms."""
    assert texts(-2, 6, 8, True) == ["0.01", "0.1", "1", "10", "100", "1000", "10000", "10⁵", "10⁶"]
    within = ticks(math.log10(2), math.log10(8), 4, True).ticks
    assert [tick.text for tick in within] == ["2", "4", "6", "8"]
    assert within[1] == Tick(pytest.approx(math.log10(4)), "4")


def test_times_are_told_as_such(monkeypatch: pytest.MonkeyPatch):
    """Seconds since the epoch as local times, the day once; days where it is about days."""
    import time

    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    found = ticks(1_800_000_000, 1_800_003_600, 4, times=True)
    assert ([tick.text for tick in found.ticks], found.note) == (
        ["08:00", "08:15", "08:30", "08:45", "09:00"],
        "2027-01-15",
    )
    assert texts(1_800_000_000, 1_800_000_000 + 4 * 86400, 4, times=True)[0] == "2027-01-16"


@pytest.mark.parametrize(
    ("low", "high"), [(0.0, 5e-324), (-1.7e308, 1.7e308), (1e300, 1.0000001e300), (1e-310, 2e-310)]
)
@pytest.mark.parametrize("log", [False, True])
def test_extreme_windows_have_some_ticks(low: float, high: float, log: bool):
    """The smallest and the largest numbers are no reason to fail."""
    if log and high > 300:
        low, high = -300.0, 308.0
    assert len(ticks(low, high, 6, log).ticks) <= 12


VIEWS = st.builds(
    lambda left, width, low, height: View(left, left + width, low, low + height), ENDS, SPANS, ENDS, SPANS
)


def near(one: View, other: View) -> bool:
    """The same window, but for what floating point loses at its size and distance."""
    sizes = (max(map(abs, one[:2])), max(map(abs, one[:2])), max(map(abs, one[2:])), max(map(abs, one[2:])))  # type: ignore[arg-type]
    return all(abs(a - b) <= 1e-9 * size for a, b, size in zip(one, other, sizes, strict=True))  # type: ignore[operator]


@given(VIEWS, st.sampled_from([1.5, 2.0, 4.0]), st.sampled_from(["x", "y", "xy"]), st.booleans())
def test_zoom_and_back_is_the_same_window(view: View, factor: float, axes: str, at: bool):
    """Whichever axes, around whatever place in it."""
    assume(view.right - view.left > 1e-9 * max(map(abs, view[:2])))  # type: ignore[arg-type]
    assume(view.high - view.low > 1e-9 * max(map(abs, view[2:])))  # type: ignore[operator, arg-type]
    centre = (view.left + (view.right - view.left) / 3, view.low + (view.high - view.low) / 3) if at else None  # type: ignore[operator]
    closer = zoomed(view, factor, axes, centre)
    assert near(zoomed(closer, 1 / factor, axes, centre), view)
    assert (closer[:2] == view[:2]) is ("x" not in axes)
    assert (closer[2:] == view[2:]) is ("y" not in axes)


@given(VIEWS, st.floats(-2, 2), st.floats(-2, 2))
def test_pan_and_back_is_the_same_window(view: View, across: float, up: float):
    """A window is as large as before."""
    assert near(panned(panned(view, across, up), -across, -up), view)


def test_zoom_has_ends():
    """No window finer than numbers can tell apart, none much wider than everything."""
    view = home = View(1e9, 1e9 + 1, 0, 1)
    for _ in range(100):
        view = zoomed(view, 2.0, "x", home=home)
    assert view.right > view.left
    for _ in range(200):
        view = zoomed(view, 0.5, "x", home=home)
    assert view.right - view.left <= 21


def test_one_value_alone_has_a_window():
    """A constant lies in the middle of something."""
    for value in (0.0, 3.0, -2e9, 5e-324):
        low, high = widened(value, value)
        assert low < value < high


@given(st.floats(-1e300, 1e300), st.integers(0, 20))
def test_what_arithmetic_rounds_is_no_picture(value: float, steps: int) -> None:
    """A constant with noise in its last digits is a flat line, not as high as the plot; real differences are seen."""
    other = value
    for _ in range(steps):
        other = math.nextafter(other, math.inf)
    low, high = widened(value, other, 0.05)
    assert low < value <= other < high
    assert abs(value) < 1e-290 or other - value <= 1e-3 * (high - low)
    assert widened(1e9, 1e9 + 1e-3, 0.05)[1] < 1e9 + 2e-3
