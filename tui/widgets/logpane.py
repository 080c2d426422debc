"""The lines of a log: a window on a page of it, with times and streams in the margin and the position at the edge."""

from __future__ import annotations

import re
from datetime import datetime

from rich.style import Style
from textual import events
from textual.strip import Strip

from jobyard.core.logbook import END, START, Look, Place, Row

from ..logs.ink import Inks
from ..logs.model import Fraction, Page, Story
from ..logs.text import Text, breaks, crop, found_in, line_span, split_at, styled, width_of
from ..logs.window import Window
from ..messages import LogWanted
from ..painting import strip_of
from ..scrollbar import thumb
from .lines import Line, Lines

WHEEL = 3
CLOCK, SINCE = "clock", "since"
TIMES = ("", CLOCK, SINCE)  # what the margin may show
TIME_WIDTH = 11


class LogPane(Lines, can_focus=True):
    """A window on a log. It knows rows, not files: :meth:`take` gives it a page, `LogWanted` says that it needs one."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.window = Window(self._lines_of)
        self.story = Story(silence=("",))
        self.held: Page | None = None
        self.following = True
        self.wrap = False
        self.times = ""
        self.left = 0  # cells scrolled to the right
        self.pattern: re.Pattern[str] | None = None  # what is highlighted
        self.hit: Place | None = None  # the row of the match one is at
        self.marked: tuple[Place, Place] | None = None  # a range: where it began, where its cursor is
        self.owed = 0  # lines that could not be scrolled: their rows are on the way
        self._given: dict[Place, Text] = {}  # the page's
        self._texts: dict[Place, tuple[Text, list[int]]] = {}
        self._spots: list[tuple[int, int]] = []
        self._band: tuple[int, int] = (0, -1)
        self._began_above = True  # the range's beginning is above its cursor
        self._inks: Inks | None = None

    # -- what is shown ----------------------------------------------------------------------------

    def take(self, page: Page, *, show: Place | None = None, above: int = 0) -> None:
        """Another page; *show*: the row to have in sight, *above* lines from the top."""
        self.held, self.story = page, page.story
        self._given = dict(zip((row.place for row in page.rows), page.texts, strict=True))
        self._texts.clear()
        self.window.take(self._with_ending(page), page.first, page.last)
        if show is not None:
            self._show(show, above)
        elif self.following:
            self.window.end()
        elif self.owed:
            self.owed = (1 if self.owed > 0 else -1) * self.window.move(self.owed)
            if self.window.first or self.window.last:
                self.owed = 0
        self._changed()

    def _show(self, place: Place, above: int) -> None:
        if place == END:
            self.window.end()
        elif not self.window.show(place, above):
            self.window.home()

    def _with_ending(self, page: Page) -> tuple[Row, ...]:
        """The rows, and behind the last one how the job ended."""
        words = page.story.ending[0]
        if not (page.last and words and (page.rows or page.story.over)):
            return page.rows
        return (*page.rows, Row(END, words.encode(), 0, "heading"))

    def clear(self) -> None:
        """Another log: nothing of this one stays."""
        self.held, self.story = None, Story(silence=("",))
        self.window.take((), True, True)
        self.following, self.left, self.owed = True, 0, 0
        self.marked = self.hit = None
        self._texts.clear()
        self._changed()

    @property
    def silent(self) -> bool:
        """Whether there is no row but how the job ended."""
        return self.held is not None and not self.held.rows

    def arranged(self) -> None:
        """Wrapping, times or the like have changed: lines break elsewhere."""
        self._texts.clear()
        self.window.height = self.size.height
        self.window.settle()
        if self.following:
            self.window.end()
        self._changed()

    # -- moving -----------------------------------------------------------------------------------

    def move(self, delta: int) -> None:
        """Scroll, or move the cursor of a range; the end of the log is followed while it is in sight."""
        if self.marked is not None:
            self._move_cursor(delta)
            return
        left = self.window.move(delta)
        more = not (self.window.last if delta > 0 else self.window.first)
        self.owed = (left if delta > 0 else -left) if more else 0
        self.following = self.window.at_end and delta > 0
        self._changed()

    def page(self, delta: float) -> None:
        """Scroll by *delta* windows, less a line that stays in sight."""
        lines = max(1, int(abs(delta) * self.size.height) - (abs(delta) >= 1))
        self.move(lines if delta > 0 else -lines)

    def home(self) -> None:
        """To the log's first line."""
        self.post_message(LogWanted(START))

    def end(self) -> None:
        """To its last, to stay there."""
        self.post_message(LogWanted(END))

    def on_click(self, event: events.Click) -> None:
        """A click on the scroll bar leads there."""
        if event.x >= self.size.width - 1 and self.size.height > 1:
            self.post_message(LogWanted(Fraction(event.y / (self.size.height - 1))))

    def sideways(self, delta: int) -> None:
        """Scroll to the right or back, where lines are not wrapped."""
        widest = max((width_of(self._text(self.window.rows[number])[0]) for number, _ in self._spots), default=0)
        goal = max(0, min(self.left + delta, max(self.left, widest - self._room() // 2)))
        if not self.wrap and goal != self.left:
            self.left = goal
            self._changed()

    def reveal(self, column: int) -> None:
        """Scroll sideways so that this column is in sight, where lines are not wrapped."""
        room = self._room()
        if not self.wrap and not self.left <= column < self.left + room - min(8, room // 2):
            self.left = 0 if column < room // 2 else column - room // 2

    def on_mouse_scroll_down(self) -> None:
        """The wheel scrolls."""
        self.move(WHEEL)

    def on_mouse_scroll_up(self) -> None:
        """The wheel scrolls."""
        self.move(-WHEEL)

    def _changed(self) -> None:
        self._spots = list(self.window.spots())
        self._band = self._marked_rows()
        self.repaint()
        self.post_message(LogWanted())

    # -- a range ----------------------------------------------------------------------------------

    def _move_cursor(self, delta: int) -> None:
        assert self.marked is not None
        number = self.window.find(self.marked[1])
        if number is None:
            number = self.window.top[0]
        rows = self.window.rows
        number = max(0, min(number + delta, len(rows) - 1))
        if not rows:
            return
        if rows[number].place == END and number > 0:
            number -= 1
        self.marked = (self.marked[0], rows[number].place)
        self._keep_in_sight(number)
        self.following = False
        self._changed()

    def _keep_in_sight(self, number: int) -> None:
        shown = [row for row, _ in self.window.spots()]
        if shown and number <= shown[0]:
            self.window.move(self.window.between((number, 0), self.window.top) * -1)
        elif shown and number >= shown[-1]:
            bottom = self.window.between(self.window.top, (number, 0)) + self._lines_of(self.window.rows[number])
            self.window.move(bottom - self.window.height)

    def _marked_rows(self) -> tuple[int, int]:
        """The rows in hand that the range covers, from and to; its beginning may be beyond the page."""
        if self.marked is None:
            return 0, -1
        first, cursor = (self.window.find(place) for place in self.marked)
        if cursor is None:
            return 0, -1
        if first is None:
            first = 0 if self._began_above else len(self.window.rows) - 1
        else:
            self._began_above = first <= cursor
        return min(first, cursor), max(first, cursor)

    def begin_range(self) -> None:
        """Mark from the match, or from the last line in sight at the end of the log, else from the first."""
        numbers = [number for number, _ in self._spots if self.window.rows[number].place != END]
        if numbers:
            places = [self.window.rows[number].place for number in numbers]
            begin = self.hit if self.hit in places else places[-1 if self.window.at_end else 0]
            assert begin is not None
            self.marked, self.following = (begin, begin), False
            self._changed()

    def end_range(self) -> None:
        """Nothing is marked."""
        self.marked = None
        self._changed()

    @property
    def marked_lines(self) -> int:
        """How many rows in hand are marked."""
        low, high = self._band
        return high - low + 1

    def in_sight_text(self) -> list[str]:
        """The lines in sight, whole."""
        numbers = dict.fromkeys(number for number, _ in self._spots)
        return [self._text(self.window.rows[number])[0].plain for number in numbers]

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
        own = self.palette.cursor if row.place == self.hit else self.palette.band
        pieces: list[tuple[str, Style]] = [(" " * pad, Style.null())] if pad else []
        for start, end, style, mark in split_at(styled(text, span), marks):
            ink = self._ink(style)
            pieces.append((text.plain[start:end], own + Style(bold=True) if mark else ink))
        return pieces

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
        if self._inks is None:
            self._inks = Inks(self.app.current_theme, self.app.no_color)
        return self._inks.style(look)

    def _margin(self, row: Row, line: int) -> list[tuple[str, Style]]:
        """When it arrived, where that is wanted; and whether it is standard error."""
        parts: list[tuple[str, Style]] = []
        if self.times:
            words = self._time(row) if line == 0 else ""
            parts.append((words.rjust(TIME_WIDTH - 1) + " ", self.palette.dim))
        if self._glyphs:
            wrong = row.place.stream == "stderr" and row.kind == "line"
            parts.append(("▌" if wrong else " ", self.palette.failed))
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
        start, end = self._thumb()
        return ("▐", self.palette.dim) if start <= y < end else (" ", self.palette.base)

    def _thumb(self) -> tuple[int, int]:
        page, height = self.held, self.size.height
        if page is None or page.size <= 0 or not self._spots:
            return 0, 0
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
        sizes = [max(0, row.end - row.place.offset - row.size) for row in page.rows]
        upper = page.upper + sum(sizes[:first])
        return upper, min(page.size, upper + sum(sizes[first : last + 1]))

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

    def on_resize(self) -> None:
        """Lines break elsewhere; the end stays in sight."""
        self.arranged()

    def forget(self) -> None:
        """The theme has changed: so have the inks."""
        self._inks = None
        super().forget()
