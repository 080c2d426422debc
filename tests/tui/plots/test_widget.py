"""The plot on a screen: drawn by a thread, moved by keys, only what changed is sent."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
import pytest
from textual.app import App, ComposeResult
from textual.theme import BUILTIN_THEMES

from jobyard.core.errors import BadFile
from jobyard.tui.lanes import Lane
from jobyard.tui.plots.model import Ask, Figure, Image, Picture, Series
from jobyard.tui.theme import palette
from jobyard.tui.widgets.plot import Plot
from tests.tui.plots.kit import of

WAVE = of(np.linspace(0, 10, 101), np.sin(np.linspace(0, 10, 101)), xlabel="t")
MAP = Figure((), Image("z", np.arange(20.0), np.arange(10.0), np.arange(200.0).reshape(10, 20)), "x", "y")


class Shown(App[None]):
    """A plot alone."""

    def __init__(self, theme: str = "textual-dark", no_color: bool = False) -> None:
        super().__init__()
        self.palette = palette(BUILTIN_THEMES[theme], no_color)
        self.drawn = 0
        self.changed = threading.Event()
        self.own = Lane("plots")

    def compose(self) -> ComposeResult:
        yield Plot(lambda: self.own)

    @property
    def plot(self) -> Plot:
        return self.query_one(Plot)

    def on_plot_drawn(self) -> None:
        self.drawn += 1

    def lines(self) -> list[str]:
        """What is on the screen."""
        return ["".join(segment.text for segment in self.plot.render_line(y)) for y in range(self.plot.size.height)]


@asynccontextmanager
async def shown(**more: Any) -> AsyncIterator[tuple[Shown, Callable[..., Any]]]:
    """The app, and a way to do something and wait for the picture that follows."""
    app = Shown(**more)
    async with app.run_test(size=(70, 20)) as pilot:

        async def then(what: Callable[[], object]) -> None:
            before = app.drawn
            what()
            while app.drawn == before:
                await pilot.pause(0.005)
            await pilot.pause()

        yield app, then
    app.own.close()


async def test_a_figure_is_shown_and_moved():
    """Zoom goes into the middle, then to the cursor; pan, reset; the cursor tells the value, and stays where it was."""
    async with shown() as (app, then):
        plot = app.plot
        plot.zoom(2)
        plot.pan(1)
        plot.move_cursor(1)  # before anything is there
        assert plot.words() == ""
        await then(lambda: plot.take(WAVE))
        assert any("⡠" in line for line in app.lines())
        await then(lambda: plot.zoom(2))
        assert plot.picture.view[:2] == (2.5, 7.5)
        await then(lambda: plot.pan(0.5))
        assert plot.picture.view[:2] == (5.0, 10.0)
        plot.move_cursor(1)
        at = plot.stop.x
        assert plot.words() == f"t {at:.6g} · y {np.sin(at):.6g}"
        await then(lambda: plot.zoom(4))
        assert plot.stop.x == pytest.approx(at)
        await then(lambda: plot.pan(3))
        assert plot.stop is None  # it is out of sight
        await then(plot.reset)
        assert plot.picture.view == plot.picture.home._replace(low=plot.picture.view.low, high=plot.picture.view.high)
        assert plot.window is None


async def test_heights_stay_once_they_were_chosen():
    """They follow what is seen, until somebody moves up, down or zooms along y."""
    async with shown() as (app, then):
        plot = app.plot
        await then(lambda: plot.take(WAVE))
        await then(lambda: plot.zoom(2))
        assert plot.window.low is None
        await then(lambda: plot.pan(0, 0.5))
        chosen = plot.window[2:]
        await then(lambda: plot.zoom(2))
        assert plot.window[2:] == chosen
        await then(lambda: plot.zoom(2, "y"))
        assert plot.window.high - plot.window.low == pytest.approx((chosen[1] - chosen[0]) / 2)


async def test_an_image_is_moved_both_ways():
    """Zoom takes both axes; the cursor goes up and down as well, and stands on its value."""
    async with shown() as (app, then):
        plot = app.plot
        await then(lambda: plot.take(MAP))
        plot.move_cursor(1)
        before = plot.stop
        plot.move_cursor(1, 2)
        assert (plot.stop.column, plot.stop.row) == (before.column + 1, before.row - 2)
        assert plot.words().startswith("x ")
        frame = plot.picture.frame
        assert app.lines()[frame.top + plot.stop.row][frame.left + plot.stop.column] == "┼"
        await then(lambda: plot.zoom(2))
        assert plot.window.right - plot.window.left == pytest.approx(10)
        assert plot.window.high - plot.window.low == pytest.approx(5)


async def test_only_changed_cells_are_sent():
    """A cursor step repaints two columns; a figure that is the same nothing."""
    async with shown() as (app, then):
        plot = app.plot
        await then(lambda: plot.take(WAVE))
        plot.move_cursor(1)
        sent: list[Any] = []
        plot.refresh = lambda *regions, **more: sent.extend(regions)  # type: ignore[method-assign, assignment]
        plot.move_cursor(4)
        assert sum(region.width for region in sent) <= 20 * plot.picture.frame.height
        assert max(region.width for region in sent) <= 12
        sent.clear()
        await then(lambda: plot.take(WAVE, keep=True))
        assert sent == []


async def test_a_live_figure_keeps_its_window():
    """New values come into the same window; without them all is new."""
    async with shown() as (app, then):
        plot = app.plot
        await then(lambda: plot.take(WAVE))
        await then(lambda: plot.zoom(2))
        window = plot.window
        plot.move_cursor(1)
        await then(lambda: plot.take(WAVE._replace(title="more"), keep=True))
        assert (plot.window, plot.stop is not None) == (window, True)
        assert app.lines()[0].startswith("more")
        await then(lambda: plot.take(WAVE))
        assert (plot.window, plot.stop) == (None, None)
        plot.take(None)
        assert "".join(app.lines()).strip() == ""


class Odd:
    """Draws nothing but trouble."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def picture(self, ask: Ask) -> Picture:
        raise self.error


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (BadFile("The data is gone", "no such file"), "The data is gone. No such file."),
        (OSError("odd"), "It cannot be drawn: odd"),
    ],
)
async def test_trouble_is_told_in_its_place(error: Exception, said: str):
    """A file that vanishes while it is shown, numbers that numpy refuses: words, and the next figure is drawn."""
    async with shown() as (app, then):
        plot = app.plot
        await then(lambda: plot.take(WAVE, Odd(error)))
        assert any(said in line for line in app.lines())
        assert plot.words() == said
        await then(lambda: plot.take(WAVE))
        assert plot.words() == ""


async def test_themes_without_colours_get_shades():
    """Heat maps of colours only where the theme's colours are known."""
    async with shown(no_color=True) as (app, then):
        await then(lambda: app.plot.take(MAP))
        assert any("▒" in line for line in app.lines())
        assert not any("▀" in line for line in app.lines())


async def test_another_figure_stops_the_one_before():
    """Whoever turns the pages does not wait for each of them."""
    began, go = threading.Event(), threading.Event()

    class Slow:
        shape, dtype, pieces = (10**9,), np.dtype("f8"), 0

        def __getitem__(self, key: slice) -> np.ndarray:
            self.pieces += 1
            began.set()
            go.wait(10)
            start, stop, _ = key.indices(self.shape[0])
            return np.zeros(stop - start)

    async with shown() as (app, then):
        slow = Slow()
        app.plot.take(Figure((Series("slow", slow, slow),)))
        assert await asyncio.to_thread(began.wait, 10)

        def other() -> None:
            app.plot.take(WAVE)
            go.set()

        await then(other)
        assert slow.pieces <= 4
        assert app.plot.figure is WAVE


MEMORY = """
import resource
import numpy as np
from jobyard.tui.plots.model import Ask, Figure, Series, View
from jobyard.tui.plots.plotter import Plotter
from jobyard.tui.plots.sources import Even
class Made:
    shape, dtype = (20_000_000,), np.dtype("f8")
    def __getitem__(self, key):
        return np.sin(Even(self.shape[0])[key] / 1e5)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
plotter = Plotter(Figure((Series("y", Even(20_000_000), Made()),)))
plotter.picture(Ask(160, 50))
plotter.picture(Ask(160, 50, View(1e6, 2e6)))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_values_that_are_in_no_memory_need_none():
    """Twenty million values that are read as they are needed (160 MB) are plotted within 50 MB more."""
    done = subprocess.run([sys.executable, "-c", MEMORY], capture_output=True, text=True, check=True)
    assert int(done.stdout) * (1 if sys.platform == "linux" else 1 / 1024) < 50 * 1024


def test_the_screens_thread_needs_no_numpy():
    """What a screen imports to show a plot loads neither numpy nor h5py."""
    code = "import sys, jobyard.tui.widgets.plot; sys.exit(bool({'h5py', 'numpy'} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
