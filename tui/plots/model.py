"""The records of a plot. Arrays are whatever has ``shape``, ``dtype`` and slices; nothing here imports numpy."""

from __future__ import annotations

from array import array
from typing import Any, NamedTuple, Protocol

LINE, POINTS = "line", "points"
Text = tuple[str, str]  # (text, its style: a name of the palette, or "INK on GROUND" of two colours #rrggbb)


class Series(NamedTuple):
    """Values over others: as long as each other, one direction, real numbers (see `choosing.parts`) or times.

    NaN and infinities are gaps. *style* is ``line`` or ``points``. Over an x that jumps to and fro a line goes through
    its points in their order, and beyond 100,000 they are points; more points than 262,144 in a window over an x that
    rises are told by the least and the most of each column. *fit*: it is drawn over the others.
    """

    name: str
    x: Any
    y: Any
    style: str = LINE
    fit: bool = False


class Image(NamedTuple):
    """Values over two axes: ``z[row, column]`` at ``y[row]``, ``x[column]``; the axes rise or fall, evenly or not."""

    name: str
    x: Any
    y: Any
    z: Any


class Figure(NamedTuple):
    """What is plotted: series over each other, or one image."""

    series: tuple[Series, ...] = ()
    image: Image | None = None
    xlabel: str = ""
    ylabel: str = ""
    title: str = ""
    logx: bool = False
    logy: bool = False

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw at all."""
        return not self.series and self.image is None


class View(NamedTuple):
    """The window, in coordinates of the axes: those of the data, their logarithms (to 10) where an axis is logarithmic.

    ``low`` and ``high`` are None where they follow what is to be seen between ``left`` and ``right``.
    """

    left: float
    right: float
    low: float | None = None
    high: float | None = None


class Ask(NamedTuple):
    """What is wanted of a plotter. Without a view: everything. Sizes in cells, with axes and labels."""

    width: int
    height: int
    view: View | None = None
    colours: bool = True  # else: heat maps of shades


class Value(NamedTuple):
    """What one series has at a stop: the value; where a column stands for several, the least and the most of them."""

    name: str
    low: float
    high: float


class Stop(NamedTuple):
    """A place where the cursor can be: a cell of the canvas, and what is there."""

    column: int
    x: float  # of the data
    values: tuple[Value, ...]
    points: int = 1  # that the column stands for
    row: int = 0  # of an image: the line of the canvas
    y: float | None = None


class Cells(NamedTuple):
    """The values of an image, cell by cell, the upper line first: the least and the most of each cell, NaN for none.

    Arrays of floats: as many stops as there are cells would keep the collector of garbage busy.
    """

    name: str
    x: tuple[float, ...]  # of each column
    y: tuple[float, ...]  # of each line
    low: tuple[array[float], ...]
    high: tuple[array[float], ...]


class Frame(NamedTuple):
    """Where the canvas lies in a picture, in cells."""

    left: int
    top: int
    width: int
    height: int


class Picture(NamedTuple):
    """A plot as lines of text, and what the cursor needs to know."""

    lines: tuple[tuple[Text, ...], ...]
    view: View | None = None  # the window as it was drawn: low and high are numbers
    home: View | None = None  # the window of everything
    frame: Frame | None = None
    stops: tuple[Stop, ...] = ()  # of series; of an image they are made of cells (see `cursors`)
    cells: Cells | None = None
    said: str = ""  # what people should know: that there is nothing to draw, that something was left out
    times: bool = False  # x is seconds since the epoch


class Draws(Protocol):
    """Whatever makes pictures: a `plotter.Plotter`, or what stands for one in another process."""

    def picture(self, ask: Ask) -> Picture:
        """Called in the thread of a lane."""
        ...
