"""The base of every widget that paints its own lines and repaints only the cells that changed."""

from __future__ import annotations

from typing import Protocol, cast

from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from ..painting import Cell, Span, cells, cut, differing, strip_of
from ..theme import Palette

Line = list[tuple[str, str]]  # (text, name of a palette style)
KEPT = 300  # lines that a widget keeps ready


class Painted(Protocol):
    """An app with a palette."""

    palette: Palette


class Lines(Widget):
    """A widget of lines. Subclasses give :meth:`line_at`; :meth:`repaint` sends what differs from the screen.

    Scrolling is the subclass's own affair, in whole lines: Textual's scroll bars are widgets that are
    redrawn from top to bottom with every step, which costs more bytes than the step itself.
    """

    ALLOW_SELECT = False

    DEFAULT_CSS = """
    Lines { width: 1fr; height: 1fr; }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._picture: dict[int, Strip] = {}  # as Textual has it
        self._made: dict[int, tuple[Strip, list[Cell]]] = {}  # the same as line_at gave it, and its cells
        self._ready: dict[tuple[object, ...], Strip] = {}  # by what they were made of
        self._inked: Palette | None = None  # the palette that these have

    @property
    def palette(self) -> Palette:
        """The styles of the theme in force."""
        return cast("Painted", self.app).palette

    def line_at(self, y: int) -> Strip:
        """Window line *y* as it should look now, as wide as the widget."""
        raise NotImplementedError

    def strip(self, line: Line, base: Style | None = None) -> Strip:
        """A line of named styles as a strip over the whole width; the one of before for a line of before."""
        palette, width = self.palette, self.size.width
        if palette is not self._inked or len(self._ready) > KEPT:
            self._ready, self._inked = {}, palette
        made_of = (width, base, *line)
        if (ready := self._ready.get(made_of)) is None:
            ground = palette.base if base is None else palette.base + base
            ready = strip_of(((text, palette.named(style)) for text, style in line), ground, width)
            self._ready[made_of] = ready
        return ready

    def render_line(self, y: int) -> Strip:
        """Textual asks for a line: the one that is on the picture, or a new one."""
        strip = self._picture.get(y)
        if strip is None or strip.cell_length != self.size.width:
            strip = self._picture[y] = self.line_at(y)
            self._made[y] = strip, cells(strip)
        return strip

    def repaint(self) -> None:
        """Send those cells that changed since they were last painted."""
        if not self.is_mounted or not self.size:
            return
        regions = [region for y in range(self.size.height) for region in self._redraw(y)]
        if regions:
            self.refresh(*regions)

    def _redraw(self, y: int) -> list[Region]:
        made, new = self._made.get(y), self.line_at(y)
        if made is not None and (made[0] is new or made[0] == new):
            return []
        after = cells(new)
        spans: list[Span] = [(0, new.cell_length)] if made is None else differing(made[1], after)
        self._made[y] = new, after
        if spans:
            self._picture[y] = cut(new, spans)
        return [Region(start, y, end - start, 1) for start, end in spans]

    def watch_has_focus(self, focused: bool) -> None:
        """The cursor shows who has the keys. (The events of focus come before it is known who has it.)"""
        super().watch_has_focus(focused)
        self.repaint()

    def forget(self) -> None:
        """Paint everything anew: the size or the theme changed."""
        self._picture.clear()
        self._made.clear()
        self.refresh()

    def on_resize(self) -> None:
        """Textual has asked for lines of the new size already; send what came out otherwise."""
        self.repaint()
