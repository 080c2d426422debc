"""A figure as SVG: axes, labels, lines; reduced as on the screen: 10^8 values make some kilobytes."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any
from xml.sax.saxutils import escape

import numpy as np

from ..text import plain
from . import heat
from .colours import FINE, rgb
from .layers import Seen
from .model import POINTS, Figure, View
from .plotter import Plotter
from .png import encoded
from .scales import Scale
from .spans import joints
from .ticks import Ticks, ticks

WIDTH, HEIGHT = 900, 560  # of the whole picture
LEFT, RIGHT, TOP, BELOW = 90, 30, 50, 70  # around the canvas
COLUMNS = 1600  # of a line
POINTS_MOST = 20_000  # of circles
INKS = ("#1f77b4", "#d95f02", "#1b9e77", "#7570b3", "#c51b7d", "#444444")
DASHES = ("", "9 5", "3 4", "9 4 2 4", "6 3", "2 6")
PIXELS = (WIDTH - LEFT - RIGHT, HEIGHT - TOP - BELOW)


def svg(figure: Figure, view: View | None = None) -> str:
    """The picture of a window, or of everything. It is read here: to be called in a thread."""
    plotter = Plotter(figure)
    inner = "".join(_image(plotter, view) if figure.image else _lines(plotter, view))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'font-family="DejaVu Sans, Helvetica, sans-serif" font-size="13" fill="#222">\n'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>\n'
        f'<clipPath id="canvas"><rect x="{LEFT}" y="{TOP}" width="{PIXELS[0]}" height="{PIXELS[1]}"/></clipPath>\n'
        f"{inner}{_around(figure)}</svg>\n"
    )


def _text(x: float, y: float, text: str, more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" {more}>{escape(plain(text))}</text>\n'


def _around(figure: Figure) -> str:
    """Frame, title and labels."""
    middle = TOP + PIXELS[1] / 2
    y = figure.ylabel or (figure.series[0].name if len(figure.series) == 1 else "")
    turned = f'text-anchor="middle" transform="rotate(-90 20 {middle:.1f})"'
    return (
        f'<rect x="{LEFT}" y="{TOP}" width="{PIXELS[0]}" height="{PIXELS[1]}" fill="none" stroke="#222"/>\n'
        + _text(LEFT, 24, figure.title, 'font-size="16" font-weight="bold"')
        + _text(LEFT + PIXELS[0] / 2, HEIGHT - 16, figure.xlabel, 'text-anchor="middle"')
        + _text(20, middle, y, turned)
    )


def _scales(view: View, width: int, height: int) -> tuple[Scale, Scale]:
    assert view.low is not None
    assert view.high is not None
    return Scale(view.left, view.right, width), Scale(view.low, view.high, height)


def _ticks(figure: Figure, view: View, times: bool) -> Iterator[str]:
    """Ticks with their numbers, and over the lines of series a faint one."""
    across, up = _scales(view, *PIXELS)
    wide, high = (6, 6) if figure.image else PIXELS
    found = ticks(across.low, across.high, 8, figure.logx, times)
    for place, text in _placed(found, across):
        x = LEFT + place
        yield f'<path d="M{x:.1f} {TOP + PIXELS[1]}v{-high}" stroke="#ddd"/>\n'
        yield _text(x, TOP + PIXELS[1] + 20, text, 'text-anchor="middle"')
    yield _text(LEFT + PIXELS[0], TOP + PIXELS[1] + 38, found.note, 'text-anchor="end"')
    found = ticks(up.low, up.high, 7, figure.logy)
    for place, text in _placed(found, up):
        y = TOP + PIXELS[1] - place
        yield f'<path d="M{LEFT} {y:.1f}h{wide}" stroke="#ddd"/>\n'
        yield _text(LEFT - 8, y + 4, text, 'text-anchor="end"')
    yield _text(LEFT, TOP - 8, found.note)


def _placed(found: Ticks, scale: Scale) -> Iterator[tuple[float, str]]:
    places = scale.at(np.array([tick.place for tick in found.ticks], "f8")).tolist()
    for place, tick in zip(places, found.ticks, strict=True):
        if -0.5 <= place <= scale.dots + 0.5:
            yield place, tick.text


# -- series ------------------------------------------------------------------------------------------------


def _lines(plotter: Plotter, view: View | None) -> Iterator[str]:
    if plotter.home is None:
        yield _text(LEFT + 20, TOP + 30, "nothing to plot")
        return
    _, seen, shown = plotter.window(view, COLUMNS)
    yield from _ticks(plotter.figure, shown, plotter.times)
    yield '<g clip-path="url(#canvas)">\n'
    line = 0
    for number, one in enumerate(seen):
        if one.series.style == POINTS and one.x is not None:
            yield _circles(one, shown, INKS[number % len(INKS)])
        else:
            yield _path(one, shown, INKS[number % len(INKS)], DASHES[line % len(DASHES)])
            line += 1
    yield "</g>\n"
    yield from _legend(plotter.figure)


def _where(x: Any, y: Any, view: View) -> tuple[Any, Any]:
    """Places as pixels, not further out than a viewer can follow."""
    across, up = _scales(view, *PIXELS)
    with np.errstate(invalid="ignore"):
        return (
            np.clip(LEFT + across.at(x), -1e4, 1e4),
            np.clip(TOP + PIXELS[1] - up.at(y), -1e4, 1e4),
        )


def _circles(one: Seen, view: View, ink: str) -> str:
    x, y = _where(one.x, one.y, view)
    known = np.flatnonzero(~(np.isnan(x) | np.isnan(y)))
    known = known[:: max(1, -(-known.size // POINTS_MOST))]
    pairs = zip(x[known].tolist(), y[known].tolist(), strict=True)
    size = 2.5 if known.size < 1000 else 1
    return "".join(f'<circle cx="{a:.1f}" cy="{b:.1f}" r="{size}" fill="{ink}"/>\n' for a, b in pairs)


def _path(one: Seen, view: View, ink: str, dash: str) -> str:
    """Bars from least to most of each column, and the lines between them; through its points where x jumps."""
    strokes: list[str] = []
    if one.x is not None and one.y is not None:
        a, b = _where(one.x, one.y, view)
        there = ~(np.isnan(a) | np.isnan(b))
        strokes = _segments(a[:-1], b[:-1], a[1:], b[1:], there[1:] & there[:-1])
    elif one.columns is not None:
        rows, lines = one.columns.rows, joints(one.columns)
        x, low = _where(rows.left, rows.least, view)
        _, high = _where(rows.left, rows.most, view)
        strokes = _segments(x, low, x, high, ~np.isnan(low) & ~np.isnan(high) & (low != high))
        strokes += _segments(*_where(lines.x0, lines.y0, view), *_where(lines.x1, lines.y1, view))
    broken = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<path d="{"".join(strokes)}" fill="none" stroke="{ink}" stroke-width="1.5" stroke-linecap="round"{broken}/>\n'
    )


def _segments(x0: Any, y0: Any, x1: Any, y1: Any, which: Any = slice(None)) -> list[str]:
    """Strokes, each one that begins where the last has ended going on with it."""
    found: list[str] = []
    last: tuple[float, float] | None = None
    for a, b, c, d in zip(*(each[which].tolist() for each in (x0, y0, x1, y1)), strict=True):
        if (a, b) != last:
            found.append(f"M{a:.1f} {b:.1f}")
        found.append(f"L{c:.1f} {d:.1f}")
        last = c, d
    return found


def _legend(figure: Figure) -> Iterator[str]:
    if len(figure.series) < 2:
        return
    line = 0
    for number, series in enumerate(figure.series):
        y, ink = TOP + 20 + 18 * number, INKS[number % len(INKS)]
        x = LEFT + PIXELS[0] - 190
        if series.style == POINTS:
            yield f'<circle cx="{x + 12}" cy="{y - 4}" r="3" fill="{ink}"/>\n'
        else:
            dash = DASHES[line % len(DASHES)]
            yield f'<path d="M{x} {y - 4}h24" stroke="{ink}" stroke-width="2" stroke-dasharray="{dash or "none"}"/>\n'
            line += 1
        yield _text(x + 32, y, series.name)


# -- an image ----------------------------------------------------------------------------------------------


def _image(plotter: Plotter, view: View | None) -> Iterator[str]:
    image = plotter.figure.image
    if image is None or plotter.home is None:
        yield _text(LEFT + 20, TOP + 30, "nothing to plot")
        return
    view = view or plotter.home
    if view.low is None or view.high is None:
        view = view._replace(low=plotter.home.low, high=plotter.home.high)
    x, y = plotter.axes
    values = heat.means(image, x, y, *_scales(view, *PIXELS))
    known = values[~np.isnan(values)]
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 0.0)
    data = base64.b64encode(encoded(_pixels(heat.levels(values, low, high, FINE)))).decode()
    size = f'width="{PIXELS[0]}" height="{PIXELS[1]}"'
    yield f'<image x="{LEFT}" y="{TOP}" {size} href="data:image/png;base64,{data}"/>\n'
    yield from _ticks(plotter.figure, view, times=False)
    told = f"{image.name}: {low:.4g} (dark) to {high:.4g} (light)"
    yield _text(LEFT + PIXELS[0], TOP - 8, told, 'text-anchor="end"')


def _pixels(levels: Any) -> Any:
    """Colours of levels; clear where there is none."""
    table = np.array([(*rgb(level / (FINE - 1)), 255) for level in range(FINE)] + [(0, 0, 0, 0)], "u1")
    return table[levels]
