"""How the lines of a log look: margin, text with its looks and matches, scroll bar."""

from __future__ import annotations

from datetime import datetime

from rich.style import Style
from textual.strip import Strip

from jobyard.core.logbook import END, Expression, Look, Place, Row

from ..logs.ink import Inks
from ..logs.model import Page, Story
from ..logs.text import Text, breaks, crop, found_in, line_span, split_at, styled
from ..logs.window import Window
from ..painting import strip_of
from ..scrollbar import thumb
from .lines import Line, Lines

CLOCK, SINCE = "clock", "since"
TIMES = ("", CLOCK, SINCE)  # what the margin may show
TIME_WIDTH = 11
NO_JOB = Story(
    silence=(
        "No job is selected.",
        "1 leads to the list of jobs; l on one of them shows its log, : finds one by its name.",
    )
)


class LogPaint(Lines):
    """Paints what a window on a page of a log shows; who moves it is the subclass's affair."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.window = Window(self._lines_of)
        self.story = NO_JOB
        self.held: Page | None = None
        self.wrap = False
        self.times = ""
        self.left = 0  # cells scrolled to the right
        self.pattern: Expression[str] | None = None  # what is highlighted
        self.hit: Place | None = None  # the row of the match one is at
        self.marked: tuple[Place, Place] | None = None  # a range: where it began, where its cursor is
        self._given: dict[Place, Text] = {}  # the texts of the page's rows
        self._texts: dict[Place, tuple[Text, list[int]]] = {}
        self._before: list[int] = [0]  # bytes of the page's rows before each of them, and of all
        self._spots: list[tuple[int, int]] = []  # the lines in sight
        self._thumb = (0, 0)
        self._band: tuple[int, int] = (0, -1)  # the rows that are marked
        self._inks: Inks | None = None

    @property
    def silent(self) -> bool:
        """Whether there is no row but how the job ended."""
        return self.held is not None and not self.held.rows

    # -- painting ---------------------------------------------------------------------------------

    def line_at(self, y: int) -> Strip:
        """A line of the log."""
        width = self.size.width - 1
        if self.silent or self.held is None:
            return self.strip(self._silence(y))
        if y >= len(self._spots):
            return strip_of([(" " * width, Style.null()), self._bar(y)], self.palette.base, self.size.width)
        number, line = self._spots[y]
        row = self.window.rows[number]
        ground = self._ground(number)
        parts = [*self._margin(row, line), *self._body(row, line)]
        used = strip_of(parts, ground, width)
        return Strip.join([used, strip_of([self._bar(y)], self.palette.base, 1)])

    def _ground(self, number: int) -> Style:
        palette = self.palette
        low, high = self._band
        if low <= number <= high:
            cursor = self.marked is not None and self.window.rows[number].place == self.marked[1]
            return palette.base + (palette.cursor if cursor else palette.cursor_idle)
        return palette.base

    def _body(self, row: Row, line: int) -> list[tuple[str, Style]]:
        text, starts = self._text(row)
        if row.kind != "line":
            return [self._aside(row, text, line, starts)]
        pad = 0
        if self.wrap:
            span = line_span(starts, line, len(text.plain))
        else:
            start, end, pad = crop(text, self.left, self._room())
            span = (start, end)
        marks = found_in(text, self.pattern, span) if self.pattern is not None else []
        own = self._match(row)
        pieces: list[tuple[str, Style]] = [(" " * pad, Style.null())] if pad else []
        for start, end, style, mark in split_at(styled(text, span), marks):
            ink = self._ink(style)
            pieces.append((text.plain[start:end], own if mark else ink))
        return pieces

    def _match(self, row: Row) -> Style:
        """How what was looked for stands out: where one is, and elsewhere."""
        accent = self.palette.accent + Style(bold=True)
        return accent + Style(reverse=True) if row.place == self.hit else self.palette.band + accent

    def _aside(self, row: Row, text: Text, line: int, starts: list[int]) -> tuple[str, Style]:
        """What is no line of the log: a gap, a heading, the job's end."""
        if row.place == END:
            return text.plain, self.palette.named(self.story.ending[1])
        if row.kind == "heading":
            return f"── {text.plain} ", self.palette.title
        if row.kind == "gap":
            return f"┄┄ {text.plain} ┄┄", self.palette.warning
        return text.plain, self.palette.faint

    def _ink(self, look: Look | None) -> Style:
        if look is None:
            return Style.null()
        theme = self.app.current_theme
        if self._inks is None or self._inks.theme != theme.name:  # it may have changed while this was out of sight
            self._inks = Inks(theme, self.app.no_color)
        return self._inks.style(look)

    def _margin(self, row: Row, line: int) -> list[tuple[str, Style]]:
        """When it arrived, where that is wanted; and whether it is standard error."""
        parts: list[tuple[str, Style]] = []
        if self.times:
            words = self._time(row) if line == 0 else ""
            parts.append((words.rjust(TIME_WIDTH - 1) + " ", self.palette.dim))
        if self._glyphs:
            wrong = row.place.stream == "stderr" and row.kind == "line"
            on = row.continued and line == 0
            parts.append(("▌", self.palette.failed) if wrong else ("↪" if on else " ", self.palette.faint))
        return parts

    @property
    def _glyphs(self) -> bool:
        return self.held is not None and self.held.wish.subject.streams == "both"

    def _time(self, row: Row) -> str:
        if row.at is None or row.kind not in ("line", "gap"):
            return ""
        if self.times == SINCE and self.story.started_at is not None:
            return f"+{row.at - self.story.started_at:.1f}s"
        return datetime.fromtimestamp(row.at).strftime("%H:%M:%S") + f".{int(row.at % 1 * 10)}"

    def _bar(self, y: int) -> tuple[str, Style]:
        """The scroll bar's cell."""
        start, end = self._thumb
        return ("▐", self.palette.dim) if start <= y < end else (" ", self.palette.base)

    def _thumb_now(self) -> tuple[int, int]:
        """The lines of the scroll bar's thumb, from and up to."""
        page, height = self.held, self.size.height
        if page is None or page.size <= 0 or not self._spots:
            return 0, 0
        window = self.window
        if window.first and window.last:
            end = (len(window.rows), 0)
            return thumb(window.between((0, 0), window.top), height, window.between((0, 0), end))
        upper, lower = self.in_sight()
        if upper <= 0 and lower >= page.size:
            return 0, 0
        total = max(height + 1, height * page.size // max(1, lower - upper))
        top = total - height if self.window.at_end else min(upper * total // page.size, total - height - 1)
        return thumb(top, height, total)

    def in_sight(self) -> tuple[int, int]:
        """Bytes of the log before the window, and up to its end."""
        page = self.held
        if page is None or not page.rows or not self._spots:
            return 0, 0
        first, last = self._spots[0][0], self._spots[-1][0]
        before, rows = self._before, len(page.rows)
        return page.upper + before[min(first, rows)], min(page.size, page.upper + before[min(last + 1, rows)])

    def _silence(self, y: int) -> Line:
        words = (*self.story.silence, *([self.story.ending[0]] if self.story.ending[0] else []))
        number = y - 1
        return [(f"   {words[number]}", "dim")] if 0 <= number < len(words) else []

    # -- texts ------------------------------------------------------------------------------------

    def _room(self) -> int:
        """Cells for the text."""
        return max(1, self.size.width - 1 - (TIME_WIDTH if self.times else 0) - int(self._glyphs))

    def _lines_of(self, row: Row) -> int:
        return len(self._text(row)[1]) if self.wrap and row.kind == "line" else 1

    def _text(self, row: Row) -> tuple[Text, list[int]]:
        """A row's text, and where its lines begin."""
        found = self._texts.get(row.place)
        if found is None:
            text = self._given.get(row.place) or Text(row.data.decode("utf-8", "replace"))
            found = self._texts[row.place] = text, breaks(text, self._room()) if self.wrap else [0]
        return found
