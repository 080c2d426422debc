"""The versions of a type: the cursor holds on to a version, however many come above it."""

from __future__ import annotations

import time

from rich.cells import cell_len
from textual import events
from textual.message import Message
from textual.strip import Strip

from jobyard.core.labmodels import ConfigKind, ConfigVersion, Drift

from ..configs.leaf import within
from ..configs.versions import FILE, Column, Known, columns_of, file_line, heading, version_line
from ..empty import folded_words
from ..format import number
from ..scrollbar import line_of, thumb
from .lines import Line, Lines

AHEAD = 50  # lines below the window from which on more are fetched


class VersionList(Lines, can_focus=True):
    """A title; the file on disk, where there is one; the versions, newest first, as far as they were read."""

    class Turned(Message):
        """The cursor is on another line. From the list."""

    class Wanted(Message):
        """Older versions are wanted. From the list."""

    class Followed(Message):
        """A line was double-clicked. From the list."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.kind: ConfigKind | None = None
        self.drift: Drift | None = None
        self.known = Known()
        self.key = ""  # of the line under the cursor
        self.mark = ""  # of the one that is marked
        self.empty: tuple[str, ...] = ()
        self.ran = ""  # the version that the job from which one came ran with
        self._top = self._at = 0
        self._to_end = False
        self._places: dict[str, int] = {}
        self._columns: tuple[Column, ...] = ()
        self._day: object = None  # of the columns: times of today are shorter

    # -- what is shown ------------------------------------------------------------------------------

    def take(self, kind: ConfigKind | None, drift: Drift | None, known: Known) -> None:
        """Show these; the cursor stays on its line, wherever that is now."""
        if kind is None or self.kind is None or kind.name != self.kind.name:
            self._top, self.mark, self._to_end = 0, "", False
        in_sight = self._at - self._top
        if known is not self.known or self._day != time.localtime()[:3]:
            self._columns, self._day = columns_of(known.versions, time.time()), time.localtime()[:3]
        if known is not self.known or kind != self.kind:
            self.kind, self.known = kind, known
            self._places = {version.id: self._above + at for at, version in enumerate(known.versions)}
        self.drift = drift
        at = self._place(self.key)
        if self._to_end:
            self._to_end = not known.whole
            self._put(self.count - 1)
        else:
            self._at = at if at is not None else max(0, min(self._at, self.count - 1))
            self._top = self._at - max(0, min(in_sight, self._lines - 1)) if self._top else 0
            self._keep_in_sight()
        self.repaint()

    @property
    def _above(self) -> int:
        return 1 if self.kind is not None and self.kind.file else 0

    def _place(self, key: str) -> int | None:
        return (0 if self._above else None) if key == FILE else self._places.get(key)

    def line_key(self, at: int) -> str:
        """What a line is about."""
        if at < self._above:
            return FILE
        at -= self._above
        return self.known.versions[at].id if at < len(self.known.versions) else ""

    @property
    def count(self) -> int:
        """Lines that are known."""
        return self._above + len(self.known.versions)

    @property
    def total(self) -> int:
        """Lines that there are."""
        return self._above + max(self.kind.versions if self.kind is not None else 0, len(self.known.versions))

    @property
    def version(self) -> ConfigVersion | None:
        """The version under the cursor, as it was read last."""
        at = self._places.get(self.key)
        return self.known.versions[at - self._above] if at is not None else None

    def has(self, key: str) -> bool:
        """Whether a line is known."""
        return self._place(key) is not None

    # -- the cursor ---------------------------------------------------------------------------------

    def choose(self, key: str) -> None:
        """Put the cursor there, now or when it is known."""
        self.key = key
        self._at = self._place(key) or 0
        self._keep_in_sight()
        self.repaint()

    def toggle_mark(self) -> None:
        """Mark this line, or no more."""
        self.mark = "" if self.mark == self.key else self.key
        self.repaint()

    def move(self, delta: int) -> None:
        """By so many lines."""
        if self.count:
            self._to_end = False
            self._put(max(0, min(self._at + delta, self.count - 1)))

    def _put(self, at: int) -> None:
        if (key := self.line_key(at)) and key != self.key:
            self.key = key
            self.post_message(self.Turned())
        self._at = at
        self._keep_in_sight()
        self.repaint()
        if not self.known.whole and self.count and self._top + self._lines + AHEAD > self.count:
            self.post_message(self.Wanted())

    def page(self, delta: float) -> None:
        """By so many windows."""
        self.move(int(delta * self._lines) or (1 if delta > 0 else -1))

    def home(self) -> None:
        """To the first line."""
        self.move(-self.count)

    def end(self) -> None:
        """To the oldest version, which is read first."""
        self.move(self.count)
        self._to_end = not self.known.whole

    @property
    def _lines(self) -> int:
        return max(1, self.size.height - 1)

    def _keep_in_sight(self) -> None:
        top = max(self._at - self._lines + 1, min(self._top, self._at))
        self._top = max(0, min(top, self.count - self._lines))

    # -- painting -----------------------------------------------------------------------------------

    def line_at(self, y: int) -> Strip:
        """The title, a line, or what an empty list says."""
        if y == 0:
            return self.strip(self._title(), self.palette.bar)
        at, width = self._top + y - 1, self.size.width - 1
        if at >= self.count:
            return self.strip(self._hint(y - 1 - self.count, width))
        key = self.line_key(at)
        mark = ("▌", "accent") if key == self.mark else ("◂", "running") if key == self.ran else (" ", "")
        line = within([mark, *self._line(at, width - 1)], width)
        ground = (self.palette.cursor if self.has_focus else self.palette.cursor_idle) if key == self.key else None
        return self.strip([*line, self._bar(y)], ground)

    def _line(self, at: int, width: int) -> Line:
        assert self.kind is not None
        if at < self._above:
            return file_line(self.kind, self.drift, width)
        main = self.kind.main.row if self.kind.main is not None else None
        return version_line(self.known.versions[at - self._above], main, time.time(), width, self._columns)

    def _hint(self, number: int, width: int) -> Line:
        if self.kind is None or self.known.versions or not self.known.whole or number < 1:
            return []
        return [(f"  {text}", style) for text, style in folded_words(self.empty, width - 3)[number - 1 : number]]

    def _title(self) -> Line:
        style = "title" if self.has_focus else "faint"
        count = self.kind.versions if self.kind is not None else 0
        title = f"{'▸' if self.has_focus else ' '}versions {number(count)}"
        marked = f"▌ {'the file' if self.mark == FILE else self.mark} marked " if self.mark else ""
        room = self.size.width - cell_len(title)
        if marked and len(marked) < room:
            return [(title, style), (f"{marked:>{room}}", "accent")]
        heads = f" {heading(self._columns, self.size.width - 2)}"  # as the lines: after the mark
        beside = heads[len(title) :] if not heads[: len(title) + 1].strip() else ""
        return [(title, style), (beside, "dim")]

    def _bar(self, y: int) -> tuple[str, str]:
        start, end = thumb(self._top, self._lines, self.total)
        return ("▐", "dim") if start <= y - 1 < end else (" ", "")

    def on_resize(self) -> None:
        """The cursor stays in sight."""
        self._keep_in_sight()
        super().on_resize()

    # -- mouse --------------------------------------------------------------------------------------

    def on_click(self, event: events.Click) -> None:
        """A click chooses, twice opens; on the scroll bar it leads there."""
        if event.y > 0 and event.x >= self.size.width - 1:
            self.move(line_of(event.y - 1, self._lines, self.count) - self._at)
        elif event.y > 0 and self._top + event.y - 1 < self.count:
            self.move(self._top + event.y - 1 - self._at)
            if event.chain == 2:
                self.post_message(self.Followed())

    def on_mouse_scroll_down(self) -> None:
        """The wheel moves the cursor."""
        self.move(1)

    def on_mouse_scroll_up(self) -> None:
        """The wheel moves the cursor."""
        self.move(-1)
