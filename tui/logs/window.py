"""Which rows of a log are in sight: a page of rows in hand, and the line that stands at the top. Pure arithmetic.

A row takes one line of the window, or several when it is wrapped; how many, whoever makes the window says. The window
never leaves the page: whoever scrolls further has another page fetched, around the row at the top.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from jobyard.core.logbook import Place, Row

Spot = tuple[int, int]  # a row of the page, and which of its lines


class Window:
    """A page of rows and a window of *height* lines on it. *lines_of* says how many lines a row takes, 1 or more."""

    def __init__(self, lines_of: Callable[[Row], int]) -> None:
        self._lines_of = lines_of
        self.rows: tuple[Row, ...] = ()
        self.first = self.last = True  # whether the page has the log's first row, its last
        self.top: Spot = (0, 0)
        self.height = 0

    # -- what is in sight -------------------------------------------------------------------------

    def spots(self) -> Iterator[Spot]:
        """The lines in sight, from the top."""
        number, line = self.top
        for _ in range(self.height):
            if number >= len(self.rows):
                return
            yield number, line
            line += 1
            if line >= self._lines_of(self.rows[number]):
                number, line = number + 1, 0

    def row_at(self, y: int) -> Row | None:
        """The row on line *y* of the window."""
        spot = next((spot for n, spot in enumerate(self.spots()) if n == y), None)
        return None if spot is None else self.rows[spot[0]]

    @property
    def top_row(self) -> Row | None:
        """The row at the top."""
        return self.rows[self.top[0]] if self.rows else None

    @property
    def bottom_row(self) -> Row | None:
        """The last row in sight."""
        last = None
        for number, _ in self.spots():
            last = number
        return None if last is None else self.rows[last]

    @property
    def at_end(self) -> bool:
        """Whether the log's last line is in sight."""
        return self.last and self.top >= self.lowest

    @property
    def at_start(self) -> bool:
        """Whether its first line is."""
        return self.first and self.top == (0, 0)

    def short(self, screens: int = 1) -> bool:
        """Whether fewer than *screens* windows of rows are in hand above or below, and there are more."""
        number, near = self.top[0], screens * self.height
        return (not self.first and number < near) or (not self.last and len(self.rows) - number < near + self.height)

    # -- moving -----------------------------------------------------------------------------------

    @property
    def lowest(self) -> Spot:
        """The top with which the page's last line is the window's last; the page's beginning if it is shorter."""
        return self._above((len(self.rows), 0), max(1, self.height))

    def move(self, delta: int) -> int:
        """Scroll by *delta* lines, within the page; by how many it could not."""
        goal = self._below(self.top, delta) if delta > 0 else self._above(self.top, -delta)
        goal = min(goal, max(self.lowest, self.top)) if delta > 0 else goal
        moved = self.between(*sorted((self.top, goal)))
        self.top = goal
        return abs(delta) - moved

    def between(self, upper: Spot, lower: Spot) -> int:
        """How many lines down *lower* is from *upper*."""
        rows = sum(self._lines_of(self.rows[number]) for number in range(upper[0], min(lower[0], len(self.rows))))
        return rows - upper[1] + lower[1]

    def home(self) -> None:
        """To the page's beginning."""
        self.top = (0, 0)

    def end(self) -> None:
        """To its end."""
        self.top = self.lowest

    def show(self, place: Place, above: int = 0) -> bool:
        """Have the row of *place* in the window, *above* lines from the top if there are that many. False: not here."""
        number = self.find(place)
        if number is None:
            return False
        self.top = min(self._above((number, 0), above), max(self.lowest, (0, 0)))
        return True

    def find(self, place: Place) -> int | None:
        """The number of the row at this place."""
        return next((number for number, row in enumerate(self.rows) if row.place == place), None)

    # -- other rows -------------------------------------------------------------------------------

    def take(self, rows: Sequence[Row], first: bool, last: bool) -> None:
        """Another page; the row at the top stays there if it is in it."""
        anchor = self.top_row
        self.rows, self.first, self.last = tuple(rows), first, last
        number = self.find(anchor.place) if anchor is not None else None
        self.top = (0, 0) if number is None else (number, min(self.top[1], self._lines_of(self.rows[number]) - 1))
        self.settle()

    def settle(self) -> None:
        """Heights have changed: the top is a line that exists, and no room is wasted below the end."""
        number, line = self.top
        if number < len(self.rows):
            self.top = (number, min(line, self._lines_of(self.rows[number]) - 1))
        self.top = max((0, 0), min(self.top, self.lowest))

    def _below(self, spot: Spot, lines: int) -> Spot:
        number, line = spot
        line += lines
        while number < len(self.rows) and line >= (own := self._lines_of(self.rows[number])):
            number, line = number + 1, line - own
        return (number, line) if number < len(self.rows) else (len(self.rows), 0)

    def _above(self, spot: Spot, lines: int) -> Spot:
        number, line = spot
        line -= lines
        while line < 0 and number > 0:
            number -= 1
            line += self._lines_of(self.rows[number])
        return (number, max(0, line))
