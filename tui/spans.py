"""Only the cells that changed are sent to the terminal.

Textual knows which spans of a line are to be painted, but sends everything from the left edge of the widget up to
each span's end ("TODO: crop to x extents", Textual 8.2.8): a digit at the end of a line costs the whole line. Here
the strip is cropped on both sides. If Textual learns it, this module can go.
"""

from __future__ import annotations

from collections.abc import Mapping

from rich.color import ColorSystem
from rich.console import Console
from textual._compositor import ChopsUpdate, Compositor
from textual.strip import Strip

from .pen import Pen


class Spans(ChopsUpdate):
    """An update of spans that begins where they begin."""

    def render_segments(self, console: Console) -> str:
        """What the terminal gets."""
        pen = Pen(console._color_system or ColorSystem.TRUECOLOR)
        for y, start, end in self.spans:
            _write(pen, y, start, end, self.chops[y], self.chop_ends[y])
        return pen.text()


def _write(pen: Pen, y: int, start: int, end: int, chops: Mapping[int, Strip | None], ends: list[int]) -> None:
    """One span of line *y*, cells *start* to *end*, out of the pieces of the widgets that it crosses."""
    for right, (left, strip) in zip(ends, chops.items(), strict=False):
        first, last = max(left, start), min(right, end)
        if strip is not None and first < last:
            pen.write(first, y, strip.crop(first - left, last - left))


class Sparing(Compositor):
    """Textual's compositor, which sends no more than it must."""

    def render_partial_update(self) -> ChopsUpdate | None:
        """What changed."""
        update = super().render_partial_update()
        if update is None:
            return None
        for line in update.chops:
            for strip in line.values():
                if strip is not None:
                    strip._divide_cache.clear()  # a strip that is not cut keeps itself in it: garbage in circles
        return Spans(update.chops, update.spans, update.chop_ends)
