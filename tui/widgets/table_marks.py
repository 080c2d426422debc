"""Which jobs of a table are marked: one by one, or a range up to the cursor."""

from __future__ import annotations

from collections.abc import Set

from ..messages import Marked
from .table_view import TableView


class TableMarks(TableView):
    """Marks are row ids of jobs, never of lines: they stay whatever the table shows."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.marks: set[int] = set()

    def toggle_mark(self) -> None:
        """Mark or unmark the job under the cursor."""
        if self.selected is not None:
            self.chosen = True
            self.toggle(frozenset({self.selected.row}))

    def toggle(self, rows: Set[int]) -> None:
        """Mark these jobs, or unmark them if all of them are marked."""
        self.marks = self.marks - rows if rows <= self.marks else self.marks | rows
        self._marks_changed()

    def mark(self, rows: Set[int]) -> None:
        """Mark these jobs too."""
        self.marks = self.marks | rows
        self._marks_changed()

    def unmark(self) -> None:
        """Forget the marks."""
        self.marks = set()
        self._marks_changed()

    def begin_range(self) -> None:
        """Everything between the job under the cursor and wherever the cursor goes."""
        if self.selected is not None:
            self.chosen = True
            self.range_start = (self.selected.row, self.cursor)
            self._marks_changed()

    def end_range(self) -> None:
        """Forget the range."""
        self.range_start = None
        self._marks_changed()

    @property
    def range_span(self) -> tuple[int, int] | None:
        """The first and last offset of the range."""
        if self.range_start is None:
            return None
        return min(self.range_start[1], self.cursor), max(self.range_start[1], self.cursor)

    @property
    def marked_count(self) -> int:
        """How many jobs are marked, those of the range included."""
        return len(self.marks) + self._in_range()

    @property
    def meant_count(self) -> int:
        """How many jobs an action would mean that are not just the one under the cursor."""
        folded = self.selected.fold if self.selected is not None else None
        return self.marked_count or (folded.size if folded else 0)

    def _in_range(self) -> int:
        """Jobs of the range: a folded line counts as all of its own, where the lines are here."""
        span = self.range_span
        if span is None:
            return 0
        lines = self.rows.between(*span)
        if lines is None:
            return span[1] - span[0] + 1
        return sum(line.fold.size if line.fold else 1 for line in lines)

    def _marks_changed(self) -> None:
        self.post_message(Marked(self.marked_count))
        self.repaint()
