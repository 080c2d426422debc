"""Dots as braille: two by four in a cell; the lines of several series told apart by how they are broken as well."""

from __future__ import annotations

from typing import Any

import numpy as np

from .model import Text

BLANK = 0x2800
WEIGHTS = np.array(((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80)))  # by row and column in a cell
INKS = ("running", "warning", "completed", "accent", "failed", "bold")  # one series after the other
BROKEN = ((1, 1), (6, 10), (2, 5), (10, 12), (3, 4), (1, 4))  # dots that are drawn, of so many
GLYPHS = ("⠒⠒⠒", "⠒⠒ ", "⠂⠐ ", "⠒⠒⠐", "⠲⠒⠂", "⠂ ⠂")  # how they look in a legend
POINT = "⠶"


def ink(number: int) -> str:
    """The style of a series."""
    return INKS[number % len(INKS)]


def glyph(number: int) -> str:
    """How its line looks."""
    return GLYPHS[number % len(GLYPHS)]


def broken(dots: Any, number: int) -> Any:
    """The line as its series is drawn."""
    drawn, of = BROKEN[number % len(BROKEN)]
    return dots & (np.arange(dots.shape[1]) % of < drawn) if drawn < of else dots


def larger(dots: Any) -> Any:
    """Points that are seen alone: two dots by two."""
    grown = dots.copy()
    grown[1:] |= dots[:-1]
    grown[:, 1:] |= dots[:, :-1] | np.vstack((np.zeros((1, dots.shape[1] - 1), bool), dots[:-1, :-1]))
    return grown


def encoded(dots: Any) -> Any:
    """The dots of each cell as a number from 0 to 255: an array, lines by cells."""
    rows, columns = dots.shape[0] // 4, dots.shape[1] // 2
    return (dots.reshape(rows, 4, columns, 2) * WEIGHTS[None, :, None, :]).sum(axis=(1, 3))


def drawn(layers: list[tuple[Any, str]]) -> list[list[Text]]:
    """Layers of dots over each other, each in its style, as lines of text; the last one colours the cell."""
    codes = np.array([encoded(dots) for dots, _ in layers])
    styles = ["", *(style for _, style in layers)]
    owner = np.where(codes > 0, np.arange(1, len(layers) + 1)[:, None, None], 0).max(axis=0)
    together = np.bitwise_or.reduce(codes, axis=0)
    return [_line(row.tolist(), of.tolist(), styles) for row, of in zip(together, owner, strict=True)]


def _line(row: list[int], of: list[int], styles: list[str]) -> list[Text]:
    """Runs of cells of one style."""
    found: list[Text] = []
    start = 0
    for at in range(1, len(row) + 1):
        if at == len(row) or of[at] != of[start]:
            text = "".join(chr(BLANK + code) if code else " " for code in row[start:at])
            found.append((text, styles[of[start]]))
            start = at
    return found
