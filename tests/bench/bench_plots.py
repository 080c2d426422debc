"""A plot of ten million points: until it is painted first, and until it is painted nearer."""

from __future__ import annotations

import asyncio
import gc
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import h5py
import numpy as np
from textual.app import App, ComposeResult
from textual.theme import BUILTIN_THEMES

from jobyard.tui.lanes import Lane
from jobyard.tui.plots.model import Figure, Image, Series
from jobyard.tui.plots.sources import Even, Stored
from jobyard.tui.theme import palette
from jobyard.tui.widgets.plot import Plot
from tests.bench.harness import Check, Medians
from tests.bench.harness import Figure as Row

COUNT = 10_000_000
SIZE = (160, 50)  # cells
MILLI = 1000
NEARER = (2, 4, 4, 8, 8, 8, 16)  # one after the other: down to some ten points


class Shown(App[None]):
    """A plot alone, and whether its picture is there."""

    def __init__(self) -> None:
        super().__init__()
        self.palette = palette(BUILTIN_THEMES["textual-dark"], no_color=False)
        self.drawn = asyncio.Event()

    def compose(self) -> ComposeResult:
        self.own = Lane("plots")
        yield Plot(lambda: self.own)

    def on_plot_drawn(self) -> None:
        self.drawn.set()

    async def after(self, what: Callable[[], object]) -> float:
        """Milliseconds until the picture is there and its cells are on their way to the terminal."""
        self.drawn.clear()
        began = time.perf_counter()
        what()
        await self.drawn.wait()
        self.screen._on_timer_update()
        return MILLI * (time.perf_counter() - began)


class Work(NamedTuple):
    """A screen with a plot, and the same points in several ways."""

    runner: asyncio.Runner
    app: Shown
    figures: dict[str, Figure]

    @property
    def plot(self) -> Plot:
        return self.app.query_one(Plot)

    def after(self, what: Callable[[], object]) -> float:
        return self.runner.run(self.app.after(what))


@contextmanager
def shown() -> Iterator[Work]:
    """The points in memory and in a file."""
    some = np.random.default_rng(7)
    x = np.linspace(0.0, 1.0, COUNT)
    y = np.sin(40 * x) + some.normal(0, 0.1, COUNT)
    with tempfile.TemporaryDirectory() as folder, asyncio.Runner() as runner:
        path = Path(folder) / "plot.h5"
        with h5py.File(path, "w") as file:
            for name, values in (("xpts", x), ("avgi", y)):
                file.create_dataset(name, data=values, maxshape=(None,), chunks=True)
        stored = [Stored(path, name, (COUNT,), "f8") for name in ("xpts", "avgi")]
        app = Shown()
        pilot = app.run_test(size=SIZE)
        runner.run(_entered(pilot))
        gc.freeze()  # as the app does
        square = y[: 2500 * 4000].reshape(2500, 4000)
        yield Work(
            runner, app,
            {
                "arrays": Figure((Series("y", x, y),)),
                "numbered": Figure((Series("y", Even(COUNT), y),)),
                "file": Figure((Series("y", *stored),)),
                "image": Figure((), Image("z", Even(4000), Even(2500), square)),
            },
        )  # fmt: skip
        runner.run(pilot.__aexit__(None, None, None))
        app.own.close()
        gc.unfreeze()


async def _entered(pilot: Any) -> None:
    await pilot.__aenter__()


def first(name: str, work: Work) -> float:
    """Milliseconds to the first picture."""
    return work.after(lambda: work.plot.take(work.figures[name]))


def nearer(name: str, work: Work) -> float:
    """Milliseconds to a picture that is nearer, the slowest of all steps down and back."""
    work.after(lambda: work.plot.take(work.figures[name]))
    times = [work.after(lambda factor=factor: work.plot.zoom(factor)) for factor in NEARER]  # type: ignore[misc]
    times += [work.after(lambda: work.plot.pan(0.5)), work.after(work.plot.reset)]
    return max(times)


def worst(of: Medians) -> float:
    return max(of.values())


WAYS = {"in memory": "arrays", "over their numbers": "numbered", "in a file": "file", "an image": "image"}


def sides(measured: Callable[[str, Work], float]) -> dict[str, Callable[[Any], float]]:
    """A side for each way to have the points."""
    return {told: lambda work, name=name: measured(name, work) for told, name in WAYS.items()}  # type: ignore[misc]


FIGURES = (
    Row(
        "plot-first",
        f"a plot of {COUNT:,} points, from the figure to the painted picture",
        "ms",
        sides(first),
        (Check("the slowest", worst, at_most=300),),
        shown,
    ),
    Row(
        "plot-zoom",
        f"a plot of {COUNT:,} points: the slowest of {len(NEARER) + 2} steps nearer, aside and back",
        "ms",
        sides(nearer),
        (Check("the slowest", worst, at_most=50),),
        shown,
    ),
)
