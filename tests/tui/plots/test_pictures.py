"""Small plots as they look, and what is told where there is nothing to draw."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from jobyard.core.results.series import Line
from jobyard.tui.cli import dataview
from jobyard.tui.plots import cursors
from jobyard.tui.plots.model import POINTS, Ask, Figure, Image, Series, View
from jobyard.tui.plots.plotter import Plotter
from tests.tui.plots.kit import dots, drawn, of, text

SLOPE = """\
sweep                             ⠒⠒⠒ y
I (ADC)
    10┤                        ⢀⣀⣀⠤⠤⠒⠒⠉
      │                ⣀⣀⠤⠤⠔⠒⠊⠉⠁
      │       ⢀⣀⡠⠤⠔⠒⠒⠉⠉
     0┤⣀⠤⠤⠒⠒⠉⠉⠁
      └┬───────────────┬──────────────┬
       0               5              10
                     gain"""


def test_a_slope():
    """Axes, numbers, labels, legend, and the line from corner to corner."""
    figure = of([0, 10], [0, 10], xlabel="gain", ylabel="I (ADC)", title="sweep")
    assert text(drawn(figure, 40, 9)) == SLOPE.splitlines()


def test_a_heat_map_of_shades():
    """Without colours: each cell a shade, what they mean above, a dot where there is no value."""
    z = np.array([[0.0, 1.0, 2.0], [3.0, np.nan, 5.0]])
    picture = drawn(Figure((), Image("z", np.arange(3.0), np.arange(2.0), z), "x", "y", "map"), 40, 10, colours=False)
    lines = text(picture)
    assert lines[0].split() == ["map", "z", "0", "░▒▓█", "5"]
    assert picture.frame is not None
    canvas = [line[picture.frame.left :].ljust(picture.frame.width) for line in lines[2:7]]
    assert canvas[0][0] == "▓"
    assert canvas[0][15] == "·"
    assert canvas[0][-1] == "█"
    assert (canvas[-1][0], canvas[-1][-1]) == (" ", "▒")


def test_a_heat_map_of_colours():
    """Two lines of values in each line of cells: the upper one in ink, the lower one as ground; none is clear."""
    z = np.array([[0.0, 0.0], [1.0, np.nan]])
    picture = drawn(Figure((), Image("z", np.arange(2.0), np.arange(2.0), z)), 31, 7)
    canvas = picture.lines[picture.frame.top : picture.frame.top + picture.frame.height]  # type: ignore[union-attr]
    assert len(canvas) == 2
    styles = {style for line in canvas for _, style in line if style.startswith("#")}
    assert styles == {"#fde725 on #fde725", "#440154 on #440154"}
    assert canvas[0][-1] == (" " * 12, "")


@pytest.mark.parametrize("turned", [(False, False), (True, False), (False, True)])
def test_an_image_is_the_right_way_round(turned: tuple[bool, bool]):
    """Whichever way its axes go, a value is where its axes say; low y is below."""
    x, y = np.array([1.0, 2.0, 4.0]), np.array([10.0, 20.0])
    z = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    if turned[0]:
        y, z = y[::-1], z[::-1]
    if turned[1]:
        x, z = x[::-1], z[:, ::-1]
    picture = drawn(Figure((), Image("z", x, y, z)), 60, 16)
    for place, row, value in ((1.0, 0, 4.0), (4.0, 0, 6.0), (2.0, 99, 2.0)):
        stop = cursors.nearest(picture, place, row)
        assert stop is not None
        assert stop.values[0].low == value


def test_the_mean_of_a_cell_leaves_nan_out():
    """A large image: each cell is the mean of what is in it."""
    z = np.tile(np.array([[1.0, 3.0]]), (500, 500))
    z[:, ::10] = np.nan
    picture = drawn(Figure((), Image("z", np.arange(1000.0), np.arange(500.0), z)), 48, 20)
    values = [stop.values[0].low for row in range(len(picture.cells.y)) for stop in cursors.line(picture, row)]  # type: ignore[union-attr]
    assert 1.5 < min(values) <= max(values) < 2.5


@pytest.mark.parametrize(
    ("figure", "said"),
    [
        (Figure(), "Nothing to plot"),
        (of([], []), "It has no values"),
        (of([1.0, 2.0], [np.nan, np.inf]), "No value is a number"),
        (of([1.0, 2.0], [-1.0, 0.0], logy=True), "No value is above 0, as a logarithmic axis needs"),
        (of([-1.0, 0.0], [1.0, 2.0], logx=True), "No x is above 0, as a logarithmic axis needs"),
        (Figure((), Image("z", np.empty(0), np.empty(0), np.empty((0, 3)))), "It has no values"),
    ],
)
def test_what_cannot_be_drawn_is_told(figure: Figure, said: str):
    """In the picture and beside it."""
    picture = drawn(figure)
    assert picture.said == said
    assert any(said in line for line in text(picture))


def test_a_constant_and_one_point():
    """They lie in the middle."""
    line = dots(drawn(of(np.arange(50), np.full(50, 7))))
    assert line.sum(axis=1).astype(bool).sum() == 1
    assert line.any(axis=0).all()
    assert 1 <= dots(drawn(of([3.0], [4.0]))).sum() <= 4


HUGE = st.sampled_from([0.0, 5e-324, 1e300, 1e307, 1.2e308, 1.75e308, sys.float_info.max]) | st.floats(0, 1e308)


@given(st.lists(st.builds(lambda one, sign: one * sign, HUGE, st.sampled_from([1, -1])), min_size=1, max_size=4))
@settings(max_examples=60, deadline=None)
def test_numbers_as_large_as_there_are_are_drawn(values: list[float]):
    """Up to the largest number there is, over each other too, something is seen and nothing said instead."""
    for figure in (of(range(len(values)), values), of(sorted(values), values)):
        picture = drawn(figure, 60, 15)
        assert picture.said == ""
        assert dots(picture).any()


def test_small_changes_of_large_numbers_are_seen():
    """1e9 and a little: the line goes from corner to corner, the numbers say by how much."""
    picture = drawn(of(1e9 + np.linspace(0, 1e-3, 50), 1e9 + np.linspace(0, 1e-3, 50)))
    found = dots(picture)
    assert found[: len(found) // 4, -8:].any()
    assert found[-len(found) // 4 :, :8].any()
    assert "+ 1,000,000,000" in text(picture)[1]


def test_kinds_of_numbers():
    """Integers, truth values, complex numbers (by magnitude), times: all of them are drawn."""
    for y in (np.arange(9, dtype="u8"), np.arange(9) % 2 == 0, np.exp(1j * np.arange(9)) * np.arange(9)):
        assert not drawn(of(np.arange(9), y)).said
    days = np.arange("2026-11-01", "2026-11-10", dtype="datetime64[D]")
    picture = drawn(of(days, np.arange(9)), 80)
    assert picture.times
    assert any("2026-11-0" in line for line in text(picture))


def test_overlays_are_told_apart_without_colours():
    """Each of several lines is broken in its own way, and the legend shows how; fits are drawn last."""
    x = np.linspace(0, 1, 500)
    runs = [Series(f"run {number}", x, np.full(500, float(number))) for number in range(3)]
    picture = drawn(Figure((runs[0], runs[1]._replace(fit=True), runs[2])), 80)
    legend = text(picture)[0]
    assert legend.split("run")[1:] == [" 0  ⠒⠒  ", " 2  ⠂⠐  ", " 1"]
    found = dots(picture)
    lengths = sorted(int(row.sum()) for row in found if row.any())
    assert len(set(lengths)) == 3


def test_points_are_no_line():
    """Two levels in turn are two rows of points with nothing between; x need not rise."""
    x, y = np.arange(40.0), np.arange(40.0) % 2
    assert dots(drawn(of(x, y, POINTS))).any(axis=1).sum() <= 4
    mixed = np.random.default_rng(1).permutation(40)
    assert (dots(drawn(of(x[mixed], y[mixed], POINTS))) == dots(drawn(of(x, y, POINTS)))).all()
    assert dots(drawn(of(x, y))).any(axis=1).sum() > 20


def test_a_crowd_of_points_over_an_x_in_no_order():
    """Many of them: every one is a dot."""
    some = np.random.default_rng(2)
    x, y = some.uniform(0, 1, 150_000), some.uniform(0, 1, 150_000)
    picture = drawn(of(x, y))
    assert dots(picture)[2:-2].mean() > 0.9
    assert picture.stops == ()


def test_a_window_follows_what_is_in_it():
    """Between two edges the heights are those of the values there, unless they were chosen."""
    x = np.arange(100.0)
    picture = drawn(of(x, x**2), view=View(0.0, 10.0))
    assert picture.view is not None
    assert picture.view.high == pytest.approx(100, rel=0.3)
    assert drawn(of(x, x**2), view=View(0.0, 10.0, 5.0, 6.0)).view == View(0.0, 10.0, 5.0, 6.0)
    assert drawn(of(x, x**2), view=View(200.0, 300.0)).said == "Nothing here; 0 shows everything"


def test_a_series_that_reaches_below_zero_on_a_logarithmic_axis():
    """What is above 0 is drawn, from blocks as well."""
    x = np.arange(400_000.0)
    y = np.where(x % 3 == 0, -1.0, 1.0 + x)
    picture = drawn(of(x, y, logx=True, logy=True))
    assert dots(picture)[:8, -6:].any()
    assert picture.home is not None
    assert picture.home.left == pytest.approx(0.0, abs=1e-9)


# -- the cursor ------------------------------------------------------------------------------------------------


def test_the_cursor_goes_from_value_to_value():
    """Few points: each is a stop with its own value, of all series; at the ends it stays."""
    x = np.linspace(0, 1000, 9)
    figure = Figure((Series("I", x, x / 10), Series("Q", x, -x)), xlabel="gain")
    picture = Plotter(figure).picture(Ask(80, 20))
    stop = None
    seen = []
    for _ in range(12):
        stop = cursors.moved(picture, stop, 1)
        assert stop is not None
        seen.append(stop.x)
    assert seen[0] == 500.0
    assert seen[-1] == 1000.0
    assert seen[1:5] == [625.0, 750.0, 875.0, 1000.0]
    assert cursors.words(picture, stop, figure) == "gain 1,000 · I 100 · Q -1,000"


def test_a_cell_of_many_points_tells_their_range():
    """The least, the most and how many they are; closer the point itself."""
    x = np.arange(10_000.0)
    figure = of(x, np.where(x == 5000, 99.0, 1.0))
    picture = drawn(figure, 80)
    stop = cursors.nearest(picture, 5000.0)
    assert stop is not None
    assert " 1 … 99 " in cursors.words(picture, stop, figure)
    close = drawn(figure, 80, view=View(4995.0, 5005.0))
    stop = cursors.nearest(close, 5000.1)
    assert stop is not None
    assert cursors.words(close, stop, figure) == "x 5,000 · y 99"


def test_numbers_near_each_other_are_told_apart():
    """As many figures as the window needs."""
    assert cursors.number(1e9 + 0.25, 1e-3) != cursors.number(1e9 + 0.2501, 1e-3)
    assert cursors.number(0.1) == "0.1"
    assert cursors.number(float("nan")) == "no value"


def test_the_command_line_draws_the_same(monkeypatch: pytest.MonkeyPatch):
    """`data show`: title, axes with their labels, the line; nothing where nothing can be drawn. No Textual for that."""
    monkeypatch.setenv("COLUMNS", "60")
    line = Line("avgi\x1b", "xpts", (0.0, 1.0), (-5.0, 5.0), 2, "gain", "I")
    drawn_lines = dataview.plot(line)
    assert drawn_lines[0] == "avgi␛ over xpts, 2 values"
    assert drawn_lines[1] == "I"
    assert drawn_lines[-1].strip() == "gain"
    assert all(len(each) <= 60 for each in drawn_lines)
    assert dataview.plot(line._replace(y=(np.nan, np.nan))) == dataview.plot(None) == []
    code = "import sys, jobyard.tui.plots.plotter; sys.exit('textual' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


ODD = st.floats() | st.sampled_from([np.nan, np.inf, -np.inf, 0.0, 1e308, -1e308])
NAMES = st.text(max_size=30) | st.sampled_from(["漢字" * 20, "a\nb\x1b[31m", "é" * 90])


@given(
    st.integers(1, 4), st.integers(1, 4),
    st.lists(ODD, min_size=16, max_size=16), st.lists(ODD, min_size=4, max_size=4),
    st.booleans(), st.booleans(), NAMES, st.integers(0, 70), st.integers(0, 18),
)  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_whatever_the_image_a_picture_fits(
    rows: int, columns: int, values: list[float], axis: list[float], log: bool, colours: bool, name: str, w: int, h: int
):
    """Any values, any axes, any names, any size: as many lines as asked for, none too wide."""
    z = np.array(values[: rows * columns]).reshape(rows, columns)
    image = Image(name, np.array(axis[:columns]), np.array(axis[:rows]), z)
    picture = drawn(Figure((), image, name, name, name, logx=log), w, h, colours=colours)
    assert len(picture.lines) == h
    for line in text(picture):
        assert cell_len(line) <= w
        assert not any(char < " " for char in line)
