"""What is drawn over what: a wish that crosses to the process that reads, and its figure without its values."""

from __future__ import annotations

import os
import re
from threading import Event
from typing import TYPE_CHECKING, NamedTuple

from jobyard.core.results.model import Node

from ..plots.model import Ask, Figure, Picture

if TYPE_CHECKING:
    from jobyard.core.results.apart import Apart

SERVICE = "jobyard.tui.results.service"
FIRST = ("avgi", "avgq", "amps", "I", "Q", "phases")  # that are looked at first
NUMBERS = re.compile(r"u?int|float|complex|bool|enum|datetime|timedelta|\{r(e|eal)?: ", re.IGNORECASE)
PARTS = ("magnitude", "phase", "real", "imaginary", "both")


class Drawing(NamedTuple):
    """Datasets of files drawn over another. ``y`` and ``x`` are paths without the first slash, "" = what fits."""

    files: tuple[tuple[str, str], ...]  # (path, what it is called)
    y: str
    x: str = ""
    part: str = "magnitude"
    style: str = "line"
    logx: bool = False
    logy: bool = False
    fits: bool = True
    heat: bool = True  # of two directions or more: an image
    at: tuple[int, ...] = ()  # of the directions that are not drawn
    stamp: object = None  # another one: the file was written since

    def turned(self, y: str, x: str = "") -> Drawing:
        """Another dataset; its axes are not logarithmic, and its slice is the first, unless it is the same."""
        if y == self.y:
            return self._replace(x=x)
        return self._replace(y=y, x=x, at=(), logx=False, logy=False)

    def scales(self) -> str:
        """Which axes are logarithmic: ``log x``, ``log y``, ``log x, log y``, or ""."""
        return ", ".join(name for name, is_log in (("log x", self.logx), ("log y", self.logy)) if is_log)


def first(nodes: tuple[Node, ...]) -> str:
    """The dataset that says most."""
    numbers = [node for node in nodes if drawable(node)]
    names = [node.path.lstrip("/") for node in numbers]
    values = [name for name in names if not name.endswith("pts") and not name.startswith("fit_")]
    return next((name for name in FIRST if name in names), next(iter(values or names), ""))


def drawable(node: Node) -> bool:
    """Whether it has numbers in a row."""
    numbers = node.kind == "dataset" and NUMBERS.match(node.dtype)
    return bool(numbers) and max(node.shape or (0,)) > 1


class Remote:
    """Pictures of a drawing, made by the process that reads. *stop* is set when nobody wants them any more."""

    def __init__(self, apart: Apart, drawing: Drawing, stop: Event | None = None) -> None:
        self._apart, self._drawing, self._stop = apart, drawing, stop

    def picture(self, ask: Ask) -> Picture:
        """Raises BadFile."""
        found: Picture = self._apart.ask(f"{SERVICE}:picture", self._drawing, ask, stop=self._stop)
        return found


def figure(apart: Apart, drawing: Drawing) -> Figure:
    """What is on the picture, without the values. Raises BadFile."""
    found: Figure = apart.ask(f"{SERVICE}:figure", drawing)
    return found


def stamp_of(path: str) -> object:
    """Another one when the file was written; None while it is not there."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
