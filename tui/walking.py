"""Lines of which some lead somewhere: a window on them, and a cursor that goes from one such line to the next.

The cursor holds on to where its line leads, not to its place: lines come and go above it. Pure: no widget.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .describe import Link, Row


class Walk:
    """Where somebody is in these lines. ``active``: the keys are here, so there is a cursor wherever there can be."""

    def __init__(self) -> None:
        self.rows: Sequence[Row] = ()
        self.room = 1  # lines in the window
        self.top = 0
        self.cursor: int | None = None  # its line
        self.active = False
        self._at: tuple[Link, int] | None = None  # where it leads, and which of several alike

    # -- what there is ----------------------------------------------------------------------------

    def begin(self, link: Link | None = None) -> None:
        """Other lines will come: from their top, or with the cursor on *link*."""
        self.top, self.cursor = 0, None
        self._at = (link, 0) if link is not None else None

    def show(self, rows: Sequence[Row], room: int) -> None:
        """These are the lines now, and so many fit into the window."""
        self.rows, self.room = rows, max(1, room)
        self.cursor = self._find()
        self.top = self._clamped(self.top)

    @property
    def last(self) -> int:
        """The top of the last window."""
        return max(0, len(self.rows) - self.room)

    @property
    def link(self) -> Link | None:
        """Where the line under the cursor leads."""
        return self.rows[self.cursor].link if self.cursor is not None else None

    def in_sight(self, number: int) -> bool:
        """Whether a line is in the window."""
        return self.top <= number < self.top + self.room

    def _clamped(self, top: int) -> int:
        return max(0, min(top, self.last))

    def _links(self) -> list[int]:
        return [number for number, row in enumerate(self.rows) if row.link is not None]

    def _find(self) -> int | None:
        """Where the line under the cursor is by now; if it is gone, the one that took its place."""
        if self._at is None:
            return None
        alike = [number for number, row in enumerate(self.rows) if row.link == self._at[0]]
        if len(alike) > self._at[1]:
            return alike[self._at[1]]
        near = [number for number in self._links() if self.cursor is None or number <= self.cursor]
        return near[-1] if near else None

    # -- movement ---------------------------------------------------------------------------------

    def select(self, number: int) -> None:
        """Put the cursor on a line, if that leads somewhere."""
        link = self.rows[number].link
        if link is not None:
            self.cursor = number
            self._at = link, sum(row.link == link for row in self.rows[:number])

    def move(self, delta: int) -> None:
        """To the next line that leads somewhere, if it is in sight; else the text is scrolled towards it."""
        for _ in range(abs(delta)):
            self._step(1 if delta > 0 else -1)

    def _step(self, way: int) -> None:
        found = self._next(way)
        if found is None or not self.in_sight(found):
            self.top = self._clamped(self.top + way)
            found = self._next(way)
        if found is not None and self.in_sight(found):
            self.select(found)

    def _next(self, way: int) -> int | None:
        """The next line that leads somewhere, from the cursor if that is in sight, else from the edge."""
        start = self.cursor
        if start is None or not self.in_sight(start):
            start = self.top - 1 if way > 0 else self.top + self.room
        later = [number for number in self._links() if (number - start) * way > 0]
        return (later[0] if way > 0 else later[-1]) if later else None

    def page(self, delta: float) -> None:
        """Scroll by *delta* windows; the cursor goes along."""
        self.scroll(self.top + (int(delta * self.room) or (1 if delta > 0 else -1)))

    def end(self) -> None:
        """To the last line that leads somewhere, and the end of the text."""
        self.scroll(self.last)
        if links := [number for number in self._links() if self.in_sight(number)]:
            self.select(links[-1])

    def scroll(self, top: int) -> None:
        """Put the window there; the cursor comes along where the keys are."""
        self.top = self._clamped(top)
        if self.active and (self.cursor is None or not self.in_sight(self.cursor)):
            self._choose()

    def keep(self) -> None:
        """Where the keys are there is a cursor; one that was asked for is in sight."""
        if self.active and self.cursor is None:
            self._choose()
        elif self.cursor is not None and self.top == 0 and not self.in_sight(self.cursor):
            self.scroll(self.cursor - self.room // 2)

    def _choose(self) -> None:
        """The first line in sight that leads somewhere."""
        if (number := next((number for number in self._links() if self.in_sight(number)), None)) is not None:
            self.select(number)
