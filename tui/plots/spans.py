"""Bars and lines as upright spans of dots, and those as a canvas. All of it over whole arrays."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from .columns import Columns
from .scales import Scale
from .sources import Floats


class Spans(NamedTuple):
    """Dots of columns, from the upper row to the lower one, both included; what is outside may be among them."""

    at: Any
    upper: Any
    lower: Any


class Segments(NamedTuple):
    """Straight lines between places on the axes."""

    x0: Floats
    y0: Floats
    x1: Floats
    y1: Floats


def bars(found: Columns, across: Scale, up: Scale) -> Spans:
    """For each column a bar from its least to its most."""
    inside = (found.at >= 0) & (found.at < across.dots) & ~np.isnan(found.rows.most)
    rows = found.rows
    return Spans(found.at[inside], _row(rows.most[inside], up), _row(rows.least[inside], up))


def joints(found: Columns) -> Segments:
    """The lines from the last value of a column to the first of the next; none where either is a gap."""
    rows = found.rows
    x0, y0, x1, y1 = rows.right[:-1], rows.last[:-1], rows.left[1:], rows.first[1:]
    there = ~(np.isnan(y0) | np.isnan(y1) | np.isnan(x0) | np.isnan(x1))
    return Segments(x0[there], y0[there], x1[there], y1[there])


def strokes(lines: Segments, across: Scale, up: Scale) -> Spans:
    """Lines as dots: one row of spans after the other, no hole between two columns."""
    a, b = across.at(lines.x0), across.at(lines.x1)
    p, q = _height(lines.y0, up), _height(lines.y1, up)
    back = a > b
    a, b, p, q = np.where(back, b, a), np.where(back, a, b), np.where(back, q, p), np.where(back, p, q)
    seen = (b >= 0) & (a <= across.dots) & (np.maximum(p, q) >= 0) & (np.minimum(p, q) <= up.dots)
    return _stepped(*_cut(a[seen], b[seen], p[seen], q[seen], float(across.dots)), across.dots, up.dots)


def _cut(a: Floats, b: Floats, p: Floats, q: Floats, edge: float) -> tuple[Floats, Floats, Floats, Floats]:
    """Lines cut at the left and the right edge."""
    with np.errstate(all="ignore"):
        slope = np.where(b > a, (q - p) / np.where(b > a, b - a, 1.0), 0.0)
        begin, end = np.clip(a, 0, edge), np.clip(b, 0, edge)
        first = np.where(begin > a, p + slope * (begin - a), p)
        last = np.where(end < b, q - slope * (b - end), q)
    return begin, end, first, last


def _stepped(a: Floats, b: Floats, p: Floats, q: Floats, dots: int, rows: int) -> Spans:
    """In each column the rows from where the line was in the column before to where it is."""
    first = np.minimum(np.floor(a), dots - 1).astype("i8")
    last = np.minimum(np.floor(b), dots - 1).astype("i8")
    counts = last - first + 1
    of = np.repeat(np.arange(len(a)), counts)
    number = np.arange(len(of)) - np.repeat(np.cumsum(counts) - counts, counts)
    is_first, is_last = number == 0, number == counts[of] - 1
    middle = first[of] + number + 0.5
    with np.errstate(all="ignore"):
        wide = np.where(b > a, b - a, 1.0)[of]
        height = (q - p)[of]
        here = p[of] + height * np.clip((middle - a[of]) / wide, 0, 1)
        before = p[of] + height * np.clip((middle - 1 - a[of]) / wide, 0, 1)
    end = _whole(np.where(is_last, q[of], here), rows)
    begin = _whole(np.where(is_first, p[of], before), rows)
    begin = np.where(is_first, begin, begin + np.sign(end - begin))  # the dot of before is there already
    return Spans(first[of] + number, np.minimum(begin, end), np.maximum(begin, end))


def _height(places: Floats, up: Scale) -> Floats:
    """How far below the top, in dots, within what numbers can say."""
    return np.clip(up.dots - up.at(places), -1e12, 1e12)


def _row(places: Floats, up: Scale) -> Any:
    return _whole(_height(places, up), up.dots)


def _whole(heights: Floats, rows: int) -> Any:
    """Rows; the lower edge belongs to the last; -1 and *rows* are outside."""
    edge = np.where(heights == rows, rows - 1, heights)
    return np.floor(np.clip(np.nan_to_num(edge, nan=-1.0), -1, rows)).astype("i8")


def canvas(spans: Spans, across: int, rows: int) -> Any:
    """The dots that spans set: a boolean array, rows by columns."""
    inside = (spans.lower >= 0) & (spans.upper < rows) & (spans.at >= 0) & (spans.at < across)
    at, upper, lower = spans.at[inside], spans.upper[inside], spans.lower[inside]
    upper, lower = np.maximum(upper, 0), np.minimum(lower, rows - 1)
    size = (rows + 1) * across
    begins = np.bincount(upper * across + at, minlength=size)
    ends = np.bincount((lower + 1) * across + at, minlength=size)
    return np.cumsum((begins - ends).reshape(rows + 1, across), axis=0)[:rows] > 0
