"""The part of the Jobs screen that filters: the filter line, and what it makes the table show."""

from __future__ import annotations

from textual import on
from textual.screen import Screen
from textual.widgets._input import Input

from jobyard.core.models import JobFilter

from ..feeds import Feeds
from ..filtering import parse
from ..widgets.filterline import FilterLine
from ..widgets.queues import Queues
from ..widgets.virtual_table import VirtualTable


class Filtering(Screen[None]):
    """Typing filters at once, Enter goes to the table, Escape drops it."""

    table: VirtualTable
    queues: Queues
    feeds: Feeds
    filter_text = ""
    last_filter: JobFilter | None = None  # what was typed last, also when it has been dropped since

    @property
    def filtered(self) -> bool:
        """Whether the table shows a part of the jobs only."""
        return bool(self.filter_text) or bool(self.queues.chosen)

    async def open_filter(self) -> None:
        """Show the filter line and give it the keys."""
        if not self.query(FilterLine):
            await self.mount(FilterLine(), before="#body")
        line = self.query_one(FilterLine)
        line.display = True
        line.input.focus()

    def drop_filter(self, fetch: bool = True) -> None:
        """Show everything again and put the filter line away."""
        self.filter_text = ""
        for line in self.query(FilterLine):
            line.display = False
            with self.prevent(Input.Changed):
                line.input.value = ""
        if fetch:
            self.show_filtered()

    def show_filtered(self, seek: int | None = None) -> None:
        """Have the table show what filter and queues let through; *seek* is a job to put the cursor on."""
        where = self.arranged(parse(self.filter_text, JobFilter(queues=self.queues.chosen)))
        if where != self.table.where:
            self.table.show(where)
            self.feeds.fetch(seek=seek, fresh=seek is None)

    def arranged(self, where: JobFilter) -> JobFilter:
        """The same jobs in the order in which they are wanted."""
        return where

    def filter_by(self, text: str, seek: int | None = None) -> None:
        """Filter as if *text* had been typed; the table keeps the keys."""
        self.filter_text = text
        self.call_next(self._write, text)
        self.show_filtered(seek)

    async def _write(self, text: str) -> None:
        if not self.query(FilterLine):
            await self.mount(FilterLine(), before="#body")
        line = self.query_one(FilterLine)
        line.display = bool(text)
        with self.prevent(Input.Changed):
            line.input.value = text

    def filter_counted(self) -> None:
        """Say how many jobs are left."""
        for line in self.query(FilterLine):
            line.count(self.table.total)

    @on(Input.Changed, "#filter-input")
    def filter_typed(self, event: Input.Changed) -> None:
        """Every letter filters; a query that is under way is stopped."""
        self.filter_text = event.value.strip()
        self.show_filtered()
        if self.filter_text:
            self.last_filter = self.table.where

    @on(Input.Submitted, "#filter-input")
    def filter_taken(self, event: Input.Submitted) -> None:
        """Enter: on to the jobs; an empty filter goes away."""
        self.table.focus()
        if not event.value.strip():
            self.drop_filter()
