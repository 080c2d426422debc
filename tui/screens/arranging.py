"""The part of the Jobs screen that arranges: columns, order, folding, and what is remembered of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from textual.message import Message

from jobyard.core.models import JobFilter, JobRow, Sort

from ..arrangement import Arrangement, kept, recall
from ..folds import filter_of, fold_name
from ..messages import Answered, SortAsked
from ..paging import MARK_LIMIT, jobs_of, line_with
from ..text import plain
from ..widgets.header import Header
from .filtered import Filtering

FEW_MARKS = 1000  # so many are counted again whenever jobs have changed


class Opened(NamedTuple):
    """A folded line that was opened: the filter that shows its jobs, and what there was before."""

    text: str
    before: str
    row: int
    last: JobFilter | None  # what n and N went through


class Arranging(Filtering):
    """How the jobs are shown is the user's choice, kept from one time to the next."""

    arrangement: Arrangement
    header: Header
    _opened: Opened | None = None
    _noted: Sort | None = None  # the order of which it was said that it hides moves

    def begin_arranged(self) -> None:
        """As last time."""
        self.arrangement = recall(self.yard_app.memory)
        self.table.lay_out(self.arrangement.columns)
        self.table.where = self.arranged(JobFilter())

    def arranged(self, where: JobFilter) -> JobFilter:
        """The same jobs in the user's order."""
        return self.arrangement.arranged(where)

    def lay_out(self, how: Arrangement) -> None:
        """From now on like this."""
        self.arrangement = how
        self.table.lay_out(how.columns)
        where = self.arranged(self.table.where._replace(sort=None, folded=False))
        if where != self.table.where:
            chosen = self.table.chosen  # a cursor that nobody has touched stays at the top
            self.table.show(where)
            self.table.chosen = chosen
            self.feeds.fetch(fresh=True)
        for name, value in kept(how).items():
            self.yard_app.remember(name, value)

    def note_order(self) -> None:
        """Say once of an order that jobs which move in their queue stay where they are in it."""
        sort = self.table.where.sort
        if sort is not None and sort != self._noted:
            self.yard_app.tell(f"Moved in the order of its queue; the list is sorted by {sort.key} (o: natural order).")
        self._noted = sort

    def on_sort_asked(self, message: SortAsked) -> None:
        """A click on a heading; on the same again: the other way round."""
        self.lay_out(self.arrangement.sorted_by(message.key))

    # -- marks that the filter hides ------------------------------------------------------------------

    def show_where(self, where: JobFilter, seek: int | None = None) -> None:
        """Other jobs; and other marks may be hidden."""
        super().show_where(where, seek)
        self.count_hidden()

    def count_hidden(self, most: int = MARK_LIMIT) -> None:
        """Have it counted how many of at *most* so many marks the table does not show."""
        marks, where, yard = self.table.marks, self.table.where, self.yard_app.yard
        if self.header.hidden and not self.filtered:
            self.header.mark(self.table.marked_count)
        if not marks or len(marks) > most or not self.filtered:
            return

        def letter() -> Message:
            shown = yard.page(where._replace(rows=frozenset(marks), sort=None, folded=False), 0, 1).total
            return Answered(lambda: self._told_hidden(marks, where, len(marks) - shown))

        self.yard_app.siding.put(letter, self, key="hidden")

    def _told_hidden(self, marks: set[int], where: JobFilter, hidden: int) -> None:
        if self.table.marks is marks and self.table.where == where:
            self.header.mark(self.table.marked_count, hidden)

    # -- folded lines -------------------------------------------------------------------------------

    def with_jobs_of(self, line: JobRow, act: Callable[[tuple[int, ...]], None]) -> None:
        """Call *act* with the jobs that a line stands for; those of a folded one are asked for."""
        if line.fold is None:
            act((line.row,))
        else:
            self.ask(lambda yard: jobs_of(yard, line), act)

    def whole(self) -> list[str]:
        """What a question says first where it is about a folded line."""
        line = self.table.selected
        if line is None or line.fold is None or self.table.marked_count:
            return []
        return [f"All of the {line.fold.kind} {plain(fold_name(line, line.fold))}."]

    def go_to_job(self, row: int, *, inside: bool = True) -> None:
        """Put the cursor on a job; a filter that hides it goes, and a folded line around it is opened if *inside*."""
        self.drop_filter(fetch=False)
        self.queues.choose(frozenset())
        where = self.arranged(JobFilter())
        self.table.show(where)
        self.feeds.fetch(seek=row)
        self.table.focus()
        if where.folded:
            self.ask(lambda yard: line_with(yard, where, row), lambda line: self._open_around(line, row, inside))

    def go_to_queue(self, queue: int) -> None:
        """Show the jobs of a queue."""
        self.drop_filter(fetch=False)
        self.queues.choose(frozenset({queue}))
        self.table.focus()

    def _open_around(self, line: JobRow | None, row: int, inside: bool) -> None:
        if line is None or line.fold is None:
            return
        if inside:
            self.open_fold(line, seek=row)
        else:
            self.feeds.fetch(seek=line.row)

    def open_fold(self, line: JobRow, seek: int | None = None) -> None:
        """Show the jobs of a folded line, and nothing else; *seek* is the one to put the cursor on."""
        if line.fold is not None:
            text = filter_of(line.fold)
            self._opened = Opened(text, self.filter_text, line.row, self.last_filter)
            self.filter_by(text, seek=seek)

    def close_fold(self) -> bool:
        """Back to the folded line, if it is its jobs that are shown."""
        opened, self._opened = self._opened, None
        if opened is None or opened.text != self.filter_text:
            return False
        self.last_filter = opened.last
        self.filter_by(opened.before, seek=opened.row)
        return True
