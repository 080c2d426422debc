"""A figure that gives a picture for each window. It is read once; called in one thread, not that of the screen."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from ..text import plain
from . import heat, layers
from .blocks import PIECE, Blocks, Stopped, read
from .dots import POINT, broken, drawn, glyph, ink
from .layout import Labels, arranged, frame, note
from .model import POINTS, Ask, Cells, Figure, Frame, Picture, Text, View
from .scales import Scale, along, back
from .sources import floats
from .ticks import Tick, Ticks, ticks
from .windows import widened

REMEMBERED = 8  # pictures
AIR = 0.04  # above and below what is to be seen
CELLS_A_TICK = 12
LINES_A_TICK = 3


class Plotter:
    """Pictures of one figure."""

    def __init__(self, figure: Figure, stopped: Stopped = lambda: None) -> None:
        ordered = sorted(figure.series, key=lambda series: series.fit)
        self.figure = figure._replace(series=tuple(ordered))
        self._stopped = stopped
        self._drawn: dict[Ask, Picture] = {}  # the last ones: people go back

    def picture(self, ask: Ask) -> Picture:
        """The lines of a window, and what a cursor needs."""
        if ask not in self._drawn:
            found = self._drawn[ask] = self._picture(ask)
            if len(self._drawn) > REMEMBERED:  # everything takes longest, and people go back to it
                del self._drawn[next((old for old in self._drawn if old.view is not None), ask)]
            return found
        return self._drawn[ask]

    def _picture(self, ask: Ask) -> Picture:
        if self.figure.empty:
            return self._said(ask, "Nothing to plot")
        if self.home is None:
            return self._said(ask, self._why_nothing())
        where = frame(ask.width, ask.height, self._labels(()))
        if where is None:
            return self._said(ask, "Too small for a plot")
        view = ask.view or self.home
        return self._image(ask, where, view) if self.figure.image else self._series(where, view)

    @cached_property
    def blocks(self) -> tuple[Blocks, ...]:
        """The series as they were read."""
        return tuple(read(series.x, series.y, self._stopped) for series in self.figure.series)

    @cached_property
    def axes(self) -> tuple[heat.Axis, heat.Axis]:
        """Those of the image, x and y."""
        image = self.figure.image
        assert image is not None
        rows, columns = image.z.shape
        return heat.axis(image.x, columns, self.figure.logx), heat.axis(image.y, rows, self.figure.logy)

    @cached_property
    def home(self) -> View | None:
        """The window of everything; None where there is nothing."""
        if self.figure.image is not None:
            if 0 in self.figure.image.z.shape:
                return None
            x, y = self.axes
            return View(*x.ends, *y.ends)
        ends = [pair for one in self.blocks if (pair := _ends(one, self.figure.logx))]
        if not ends:
            return None
        return View(*widened(min(low for low, _ in ends), max(high for _, high in ends)))

    @cached_property
    def times(self) -> bool:
        """Whether x is times."""
        axes = [series.x for series in self.figure.series]
        return bool(axes) and np.dtype(axes[0].dtype).kind == "M"

    def _said(self, ask: Ask, said: str) -> Picture:
        return Picture(note(ask.width, ask.height, said, plain(self.figure.title)), said=said)

    def _why_nothing(self) -> str:
        if self.figure.logx and any(one.x_least == one.x_least for one in self.blocks):
            return "No x is above 0, as a logarithmic axis needs"
        return "No value is a number" if any(one.size for one in self.blocks) else "It has no values"

    def _labels(self, legend: tuple[tuple[Text, ...], ...]) -> Labels:
        figure = self.figure
        y = figure.ylabel or (figure.series[0].name if figure.series else "y")
        return Labels(plain(figure.title) or " ", plain(figure.xlabel) or "x", plain(y) or "y", legend)

    # -- series ------------------------------------------------------------------------------------------

    def window(self, view: View | None, dots: int) -> tuple[Scale, list[layers.Seen], View]:
        """What is seen between the edges of a view, and the view with its heights found."""
        assert self.home is not None
        view = view or self.home
        across = Scale(view.left, view.right, dots)
        pairs = zip(self.figure.series, self.blocks, strict=True)
        seen = [layers.seen(series, blocks, across, self.figure) for series, blocks in pairs]
        if view.low is None or view.high is None:
            view = view._replace(**_heights(layers.bounds(seen, across)))
        return across, seen, view

    def _series(self, where: Frame, view: View) -> Picture:
        across, seen, view = self.window(view, 2 * where.width)
        assert view.low is not None
        assert view.high is not None
        up = Scale(view.low, view.high, 4 * where.height)
        stacked = [(self._layer(one, number, across, up), ink(number)) for number, one in enumerate(seen)]
        said = "" if any(dots.any() for dots, _ in stacked) else self._why_none_here(seen)
        canvas = drawn(stacked) if not said else note(where.width, where.height, said)
        stops = layers.stops(seen, across, self.figure)
        return self._arranged(where, view, canvas, self._legend(), said)._replace(stops=stops)

    def _layer(self, one: layers.Seen, number: int, across: Scale, up: Scale) -> Any:
        dots = layers.dots(one, across, up, self.figure, self._stopped)
        return dots if one.series.style == POINTS else broken(dots, self._line(number))

    def _line(self, number: int) -> int:
        """Which of the lines a series is."""
        return sum(series.style != POINTS for series in self.figure.series[:number])

    def _why_none_here(self, seen: Sequence[layers.Seen]) -> str:
        if self.figure.logy and not any(np.nanmax(one.most, initial=-1.0) > 0 for one in self.blocks):
            return "No value is above 0, as a logarithmic axis needs"
        return "Nothing here; 0 shows everything"

    def _legend(self) -> tuple[tuple[Text, ...], ...]:
        """The glyph and the name of each series; none where the label of y says it all."""
        if len(self.figure.series) == 1 and self.figure.ylabel in ("", self.figure.series[0].name):
            return ()
        return tuple(
            (
                (POINT if series.style == POINTS else glyph(self._line(number)), ink(number)),
                (f" {plain(series.name)}", "dim"),
            )
            for number, series in enumerate(self.figure.series)
        )

    # -- an image ----------------------------------------------------------------------------------------

    def _image(self, ask: Ask, where: Frame, view: View) -> Picture:
        assert self.figure.image is not None
        low, high = self.axes[1].ends
        if view.low is not None and view.high is not None:
            low, high = view.low, view.high
        view = View(view.left, view.right, low, high)
        lines = where.height * (2 if ask.colours else 1)
        across, up = Scale(view.left, view.right, where.width), Scale(low, high, lines)
        values = heat.means(self.figure.image, *self.axes, across, up, self._stopped)
        known = values[~np.isnan(values)]
        least, most = (float(known.min()), float(known.max())) if known.size else (0.0, 0.0)
        canvas = heat.blocks(values, least, most) if ask.colours else heat.shades(values, least, most)
        cells = self._cells(values, across, up, where.height)
        said = "" if known.size else "No value is a number here"
        legend = heat.bar(self.figure.image.name, least, most, ask.colours)
        return self._arranged(where, view, canvas, (legend,), said)._replace(cells=cells)

    def _cells(self, values: Any, across: Scale, up: Scale, height: int) -> Cells:
        """What the cursor finds in each cell."""
        assert self.figure.image is not None
        with np.errstate(all="ignore"):
            parts = values.reshape(height, len(values) // height, -1)
            low, high = np.fmin.reduce(parts, axis=1), np.fmax.reduce(parts, axis=1)
        return Cells(
            self.figure.image.name,
            tuple(back(place, self.figure.logx) for place in _middles(across, across.dots)),
            tuple(back(place, self.figure.logy) for place in reversed(_middles(up, height))),
            tuple(array("d", row.tobytes()) for row in low),
            tuple(array("d", row.tobytes()) for row in high),
        )

    # -- together ----------------------------------------------------------------------------------------

    def _arranged(
        self, where: Frame, view: View, canvas: Sequence[Sequence[Text]], legend: tuple[tuple[Text, ...], ...],
        said: str,
    ) -> Picture:  # fmt: skip
        assert view.low is not None
        assert view.high is not None
        figure = self.figure
        up = ticks(view.low, view.high, max(2, where.height // LINES_A_TICK), figure.logy)
        across = ticks(view.left, view.right, max(2, where.width // CELLS_A_TICK), figure.logx, self.times)
        up, rows = _placed(up, Scale(view.low, view.high, where.height), where.height)
        across, columns = _placed(across, Scale(view.left, view.right, where.width))
        lines = arranged(where, self._labels(legend), canvas, up, across, rows, columns)
        return Picture(lines, view, self.home, where, said=said, times=self.times)


def _placed(found: Ticks, scale: Scale, turned: int = 0) -> tuple[Ticks, list[int]]:
    """The ticks that lie in the window, one for a cell, and their cells."""
    cells = scale.cell(scale.at(np.array([tick.place for tick in found.ticks], "f8"))).tolist()
    kept: dict[int, Tick] = {}
    for cell, tick in zip(cells, found.ticks, strict=True):
        if 0 <= cell < scale.dots:
            kept.setdefault(turned - 1 - cell if turned else cell, tick)
    return found._replace(ticks=tuple(kept.values())), list(kept)


def _middles(scale: Scale, cells: int) -> list[float]:
    return [scale.low + (scale.high - scale.low) * ((cell + 0.5) / cells) for cell in range(cells)]


def _heights(found: tuple[float, float] | None) -> dict[str, float]:
    low, high = widened(*found, AIR) if found else (0.0, 1.0)
    return {"low": low, "high": high}


def _ends(blocks: Blocks, log: bool) -> tuple[float, float] | None:
    """Where a series begins and ends on the axis."""
    low, high = blocks.x_least, blocks.x_most
    if log and low == low and low <= 0:
        low = _least_above(blocks)
    places = along(np.array([low, high]), log)
    return None if np.isnan(places).any() else (float(places[0]), float(places[1]))


def _least_above(blocks: Blocks) -> float:
    """The least x above 0."""
    start = int(np.searchsorted(blocks.x1, 0.0, "right")) * blocks.block if blocks.rises else 0
    least = np.nan
    for at in range(start, blocks.size, PIECE):
        x = floats(blocks.x, slice(at, min(at + PIECE, blocks.size)))
        above = x[x > 0]
        least = float(np.fmin(least, above.min())) if above.size else least
        if blocks.rises and above.size:
            break
    return least
