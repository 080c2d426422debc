"""The lines of a log: a window on a page of it, with times and streams in the margin and the position at the edge."""

from __future__ import annotations

from itertools import accumulate

from textual import events

from jobyard.core.logbook import END, START, Place, Row

from ..logs.model import Fraction, Page, Story
from ..logs.text import width_of
from ..messages import LogWanted
from .logpaint import LogPaint

WHEEL = 3


class LogPane(LogPaint, can_focus=True):
    """A window on a log. It knows rows, not files: :meth:`take` gives it a page, `LogWanted` says that it needs one."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.following = True
        self.owed = 0  # lines that could not be scrolled: their rows are on the way
        self._began_above = True  # the range's beginning is above its cursor

    # -- what is shown ----------------------------------------------------------------------------

    def take(self, page: Page, *, show: Place | None = None, above: int = 0) -> None:
        """Another page; *show*: the row to have in sight, *above* lines from the top."""
        self.held, self.story = page, page.story
        self._given = dict(zip((row.place for row in page.rows), page.texts, strict=True))
        self._before = [0, *accumulate(max(0, row.end - row.place.offset - row.size) for row in page.rows)]
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
        self._band, self._thumb = self._marked_rows(), self._thumb_now()
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

    def on_resize(self) -> None:
        """Lines break elsewhere; the end stays in sight."""
        self.arranged()
