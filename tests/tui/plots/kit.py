"""Pictures as text, for the tests of plots."""

from __future__ import annotations

from typing import Any

import numpy as np

from jobyard.tui.plots.model import LINE, Ask, Figure, Picture, Series, View
from jobyard.tui.plots.plotter import Plotter

BLANK = 0x2800


def text(picture: Picture) -> list[str]:
    """The lines without their styles."""
    return ["".join(part for part, _ in line).rstrip() for line in picture.lines]


def of(x: Any, y: Any, style: str = LINE, **more: Any) -> Figure:
    """A figure of one series, called y."""
    return Figure((Series("y", np.asarray(x), np.asarray(y), style),), **more)


def drawn(figure: Figure, width: int = 60, height: int = 16, view: View | None = None, **more: Any) -> Picture:
    """Its picture."""
    return Plotter(figure).picture(Ask(width, height, view, **more))


def dots(picture: Picture) -> np.ndarray:
    """The dots of the canvas: booleans, rows by columns."""
    frame = picture.frame
    assert frame is not None
    rows = np.zeros((4 * frame.height, 2 * frame.width), bool)
    for row, line in enumerate(text(picture)[frame.top : frame.top + frame.height]):
        for column, char in enumerate(line.ljust(frame.left + frame.width)[frame.left : frame.left + frame.width]):
            rows[4 * row : 4 * row + 4, 2 * column : 2 * column + 2] = bits(char)
    return rows


def bits(char: str) -> list[list[bool]]:
    """The dots of a braille character, four rows of two."""
    code = ord(char) - BLANK if BLANK <= ord(char) < BLANK + 256 else 0
    return [[bool(code & left), bool(code & right)] for left, right in ((1, 8), (2, 16), (4, 32), (64, 128))]
