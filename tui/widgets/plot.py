"""A plot: lines that a thread made of a figure; the cursor is laid over them here."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from math import log10
from typing import TYPE_CHECKING

from rich.style import Style
from textual.message import Message
from textual.strip import Strip

from jobyard.core.errors import JobyardError
from jobyard.core.yard import Interrupted

from ..messages import Plotted
from ..painting import strip_of
from ..plots import cursors, windows
from ..plots.model import Ask, Draws, Figure, Picture, Stop, View
from ..text import plain
from .lines import Lines

if TYPE_CHECKING:
    from ..lanes import Lane

TROUBLE = (OSError, RuntimeError, ValueError, TypeError, LookupError, ArithmeticError, MemoryError)  # of HDF5, of numpy
WAITING = "Reading …"


class Sitter:
    """A figure for as long as it is the one that is shown; whoever draws it is made by the first letter."""

    def __init__(self, figure: Figure, draws: Draws | None) -> None:
        self.figure, self._draws = figure, draws
        self.gone = False

    def picture(self, ask: Ask) -> Picture:
        """Called by the lane's thread, which imports numpy. What goes wrong is told in the picture."""
        from ..plots.layout import note

        try:
            if self._draws is None:
                from ..plots.plotter import Plotter

                self._draws = Plotter(self.figure, self.stopped)
            return self._draws.picture(ask)
        except Interrupted:
            raise
        except JobyardError as error:
            said = error.line()
        except TROUBLE as error:
            said = f"It cannot be drawn: {error}"
        return Picture(note(ask.width, ask.height, plain(said), plain(self.figure.title)), said=said)

    def stopped(self) -> None:
        """Raise Interrupted if nobody wants to see it any more."""
        if self.gone:
            raise Interrupted("another figure")


class Plot(Lines):
    """A figure in its window. Drawn by *lane*: the pictures of before stay until the next has come."""

    def __init__(self, lane: Callable[[], Lane], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._lane = lane  # asked for with the first figure
        self._sitter: Sitter | None = None
        self._picture_of: tuple[Sitter, Picture] | None = None
        self._view: View | None = None  # None: everything
        self._stop: Stop | None = None

    # -- what a screen asks --------------------------------------------------------------------------------

    def take(self, figure: Figure | None, draws: Draws | None = None, *, keep: bool = False) -> None:
        """Show a figure, drawn by *draws* (else by a plotter of its own). *keep*: window and cursor stay, if there."""
        if self._sitter is not None:
            self._sitter.gone = True
        self._sitter = Sitter(figure, draws) if figure is not None else None
        if not keep:
            self._view, self._stop, self._picture_of = None, None, None
        self._ask()
        self.repaint()

    @property
    def figure(self) -> Figure | None:
        """What is shown."""
        return self._sitter.figure if self._sitter else None

    @property
    def picture(self) -> Picture | None:
        """As it was drawn last."""
        return self._picture_of[1] if self._picture_of else None

    @property
    def window(self) -> View | None:
        """The view that is shown, None for everything: for an export of what is seen."""
        return self._view

    @property
    def stop(self) -> Stop | None:
        """Where the cursor is."""
        return self._stop

    def zoom(self, factor: float, axes: str = "") -> None:
        """*factor* times nearer (below 1: further away) along "x", "y" or "xy"; images along both unless told."""
        if (now := self._now()) is None or (figure := self.figure) is None:
            return
        axes = axes or ("xy" if figure.image else "x")
        self._turn(windows.zoomed(now, factor, axes, self._centre(now), self._home()), "y" in axes)

    def pan(self, across: float, up: float = 0.0) -> None:
        """Move the window by parts of itself, to the right and up."""
        if (now := self._now()) is not None:
            self._turn(windows.panned(now, across, up), bool(up))

    def reset(self) -> None:
        """Everything again."""
        self._view = None
        self._ask()

    def move_cursor(self, across: int, up: int = 0) -> None:
        """To the next values that are shown; without a cursor it appears."""
        if self.picture is not None:
            self._stop = cursors.moved(self.picture, self._stop, across, up)
            self.repaint()

    def drop_cursor(self) -> None:
        """No cursor."""
        self._stop = None
        self.repaint()

    def words(self) -> str:
        """What the cursor is on; what there is to say without one."""
        if self.picture is None or self.figure is None:
            return ""
        return cursors.words(self.picture, self._stop, self.figure) if self._stop else self.picture.said

    # -- views ---------------------------------------------------------------------------------------------

    def _home(self) -> View | None:
        return self.picture.home if self.picture else None

    def _now(self) -> View | None:
        """The window that is wanted, its heights as they were seen last."""
        shown = self.picture.view if self.picture else None
        if shown is None or self._view is None:
            return shown
        low, high = (shown.low, shown.high) if self._view.low is None else (self._view.low, self._view.high)
        return View(self._view.left, self._view.right, low, high)

    def _turn(self, view: View, heights: bool) -> None:
        """Look through another window; heights follow what is seen unless they were chosen."""
        chosen = heights or (self._view is not None and self._view.low is not None)
        image = self.figure is not None and self.figure.image is not None
        self._view = view if chosen or image else View(view.left, view.right)
        self._ask()

    def _centre(self, now: View) -> tuple[float, float] | None:
        """Where the cursor is, as a place on the axes."""
        stop, figure = self._stop, self.figure
        if stop is None or figure is None or now.low is None or now.high is None:
            return None
        x = log10(stop.x) if figure.logx and stop.x > 0 else stop.x
        y = stop.y if stop.y is not None else (now.low + now.high) / 2
        return x, log10(y) if figure.logy and stop.y is not None and y > 0 else y

    # -- drawing -------------------------------------------------------------------------------------------

    def _ask(self) -> None:
        """Have the window drawn; of several that wait only the last is."""
        sitter = self._sitter
        if sitter is None or not self.is_mounted or not self.size:
            return
        ask = Ask(self.size.width, self.size.height, self._view, self._colours)
        self._lane().put(lambda: Plotted(sitter, sitter.picture(ask)), self, key=(self, "picture"))

    @property
    def _colours(self) -> bool:
        """Whether the theme knows its colours: neither those of the terminal nor none."""
        return self.palette.base.bgcolor is not None

    def on_plotted(self, message: Plotted) -> None:
        """A picture, unless it is of a figure of before."""
        message.stop()
        if message.sitter is not self._sitter or self._sitter is None:
            return
        self._picture_of = self._sitter, message.picture
        if self._stop is not None:
            self._stop = cursors.again(message.picture, self._stop, self._sitter.figure.logx)
        self.repaint()
        self.post_message(Plot.Drawn())

    class Drawn(Message):
        """A picture has come: `words` may say something else."""

    def line_at(self, y: int) -> Strip:
        """A line of the picture, and the cursor on it."""
        picture = self.picture
        if picture is None:
            waiting = WAITING if self._sitter is not None and y == self.size.height // 2 else ""
            return self.strip([(waiting.center(self.size.width) if waiting else "", "dim")])
        line = picture.lines[y] if y < len(picture.lines) else ()
        parts = [(text, self._style(style)) for text, style in line]
        return strip_of(self._with_cursor(picture, parts, y), self.palette.base, self.size.width)

    def _style(self, name: str) -> Style:
        return colour(name) if name.startswith("#") else self.palette.named(name)

    def _with_cursor(self, picture: Picture, parts: list[tuple[str, Style]], y: int) -> list[tuple[str, Style]]:
        """The cell under the cursor, in another ground; of an image with a cross on it."""
        stop, frame = self._stop, picture.frame
        if stop is None or frame is None or not frame.top <= y < frame.top + frame.height:
            return parts
        crossed = stop.y is not None
        if crossed and y != frame.top + stop.row:
            return parts
        return list(_marked(parts, frame.left + stop.column, self.palette.cursor, "┼" if crossed else ""))

    def on_resize(self) -> None:
        """Another picture."""
        self._ask()
        super().on_resize()

    def forget(self) -> None:
        """The theme may be one without colours."""
        super().forget()
        self._ask()


def _marked(parts: list[tuple[str, Style]], at: int, style: Style, mark: str) -> list[tuple[str, Style]]:
    """The parts with one cell in another style."""
    found: list[tuple[str, Style]] = []
    start = 0
    for text, own in parts:
        inner = at - start
        if 0 <= inner < len(text):
            cell = (mark or text[inner], style if mark else own + style)
            found += [(text[:inner], own), cell, (text[inner + 1 :], own)]
        else:
            found.append((text, own))
        start += len(text)
    if start <= at:
        found += [(" " * (at - start), Style.null()), (mark or " ", style)]
    return found


@cache
def colour(spec: str) -> Style:
    """``#rrggbb`` or ``#rrggbb on #rrggbb``."""
    return Style.parse(spec)
