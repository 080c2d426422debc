"""The part of the Jobs screen that filters: the filter line, and what it makes the table show."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual import on
from textual.message import Message
from textual.widgets._input import Input

from jobyard.core.models import JobFilter

from ..desk import Desk
from ..feeds import Feeds
from ..messages import Filtered
from ..widgets.queues import Queues
from ..widgets.virtual_table import VirtualTable

if TYPE_CHECKING:
    from ..filtering import Answer
    from ..widgets.filterline import FilterLine

PAST = "filters"  # the name under which the filters of before are remembered


class Filtering(Desk):
    """Typing filters at once, Enter goes to the table, Escape drops it.

    A text is read in a thread, since it may name what only the yard knows. While there is a mistake in it, the last
    filter without one stays in force.
    """

    table: VirtualTable
    queues: Queues
    feeds: Feeds
    filter_text = ""
    _applied = ""  # the last text without a mistake
    last_filter: JobFilter | None = None  # what was typed last, also when it has been dropped since

    @property
    def filtered(self) -> bool:
        """Whether the table shows a part of the jobs only."""
        return bool(self.filter_text) or bool(self.queues.chosen)

    @property
    def filter_line(self) -> FilterLine | None:
        """The line, once it has been needed."""
        return cast("FilterLine | None", next(iter(self.query("FilterLine")), None))

    async def open_filter(self) -> None:
        """Show the filter line and give it the keys."""
        line = await self._filter_line()
        line.display = line.written = True
        line.input.focus()
        self.show_filtered()

    async def _filter_line(self) -> FilterLine:
        from ..filtering import remembered  # the first paint does not wait for it
        from ..widgets.filterhelp import FilterHelp
        from ..widgets.filterline import FilterLine

        if (line := self.filter_line) is None:
            help = FilterHelp()
            line = FilterLine(help, remembered(self.yard_app.memory.get(PAST)))
            await self.mount(line, help, before="#body")
        return line

    def close_filter(self) -> None:
        """Put the filter line away if nothing is written in it."""
        if not self.filter_text and self.filter_line is not None:
            self.drop_filter()

    def drop_filter(self, fetch: bool = True) -> None:
        """Show everything again and put the filter line away."""
        self.filter_text = ""
        if (line := self.filter_line) is not None:
            line.display = False
            line.tell(None)
            with self.prevent(Input.Changed):
                line.input.value = ""
        if fetch:
            self.show_filtered()

    # -- from a text to a filter ------------------------------------------------------------------------

    def show_filtered(self, seek: int | None = None) -> None:
        """Have the table show what filter and queues let through; *seek* is a job to put the cursor on."""
        text, base, line = self.filter_text, JobFilter(queues=self.queues.chosen), self.filter_line
        cursor = line.input.cursor_position if line is not None and line.written else None
        if not text:
            self._applied = ""
            self.show_where(base, seek)
        if text or cursor is not None:
            self._read_filter(text, base, cursor, seek)

    def _read_filter(self, text: str, base: JobFilter, cursor: int | None, seek: int | None) -> None:
        yard = self.yard_app.yard

        def letter() -> Message:
            from ..filtering import answer

            return Filtered(answer(yard, text, base, cursor), seek)

        self.yard_app.siding.put(letter, self, key="filter")

    def on_filtered(self, message: Filtered) -> None:
        """A text has been read."""
        found = message.answer
        if found.text != self.filter_text or found.base.queues != self.queues.chosen:
            return  # written on since
        line = self.filter_line
        if line is not None:
            line.tell(found)
        if found.where is None:
            self._not_applied(found)
        elif found.text:
            self._applied = found.text
            self.show_where(found.where, message.seek)
            self.last_filter = self.table.where

    def _not_applied(self, found: Answer) -> None:
        """The last filter stays; unless it was but the name of the field that is being written."""
        from ..filtering import part_at, was_a_word

        if found.before is not None and was_a_word(self._applied, found):
            self._applied = found.text[: part_at(found)]
            self.show_where(found.before)
        self._told_mistaken()

    def _told_mistaken(self) -> None:
        """Whoever does not write any more hears of the mistake."""
        line = self.filter_line
        if line is not None and not line.written and line.answer is not None and line.answer.mistake:
            self.tell(line.answer.mistake.line(), "warning")

    def show_where(self, where: JobFilter, seek: int | None = None) -> None:
        """Have the table show these jobs."""
        where = self.arranged(where)
        if where != self.table.where:
            self.table.show(where)
            self.feeds.fetch(seek=seek, fresh=seek is None)
            if (line := self.filter_line) is not None and self.filter_text:
                line.looking()
        else:
            self.filter_counted()

    def arranged(self, where: JobFilter) -> JobFilter:
        """The same jobs in the order in which they are wanted."""
        return where

    def filter_by(self, text: str, seek: int | None = None) -> None:
        """Filter as if *text* had been typed; the table keeps the keys."""
        self.filter_text = text
        self.call_next(self._write_filter, text)
        self.show_filtered(seek)

    async def _write_filter(self, text: str) -> None:
        line = await self._filter_line()
        line.display = bool(text)
        with self.prevent(Input.Changed):
            line.input.value = text

    def filter_counted(self) -> None:
        """Say how many jobs are left; of a folded list only its lines are counted."""
        if (line := self.filter_line) is not None:
            line.count(self.table.total, "line" if self.table.where.folded else "job")

    # -- what is typed ------------------------------------------------------------------------------------

    @on(Input.Changed, "#filter-input")
    def filter_typed(self, event: Input.Changed) -> None:
        """Every letter filters; a query that is under way is stopped."""
        self.filter_text = event.value if event.value.strip() else ""
        self.show_filtered()

    @on(Input.Submitted, "#filter-input")
    def filter_taken(self, event: Input.Submitted) -> None:
        """Enter: on to the jobs; an empty filter goes away, and one with a mistake keeps the keys."""
        line = self.filter_line
        assert line is not None
        if not event.value.strip():
            self.table.focus()
            self.drop_filter()
        elif line.answer is not None and line.answer.text == event.value and line.answer.mistake is not None:
            line.tell(line.answer, insist=True)
        else:
            self.table.focus()
            self._keep_filter(line, event.value.strip())

    def _keep_filter(self, line: FilterLine, text: str) -> None:
        """Remember a filter for the next time."""
        from ..filtering import with_newest

        line.past = with_newest(line.past, text)
        self.yard_app.remember(PAST, line.past)
