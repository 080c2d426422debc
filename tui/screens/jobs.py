"""The Jobs screen: queues, jobs, and the selected job in detail."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.containers import Container, Horizontal
from textual.widget import Widget

from jobyard.core.models import Changes, JobFilter, JobRow, QueueInfo

from ..actions import ELSEWHERE, FILTER, PANE, TABLE, TREE, Action, Context, why_not
from ..desk import Desk, Rows
from ..feeds import Feeds
from ..messages import (
    Did,
    Loaded,
    Marked,
    Opened,
    QueuesChosen,
    Rang,
    Refused,
    Selected,
    Surveyed,
    Wanted,
)
from ..paging import rows_between
from ..registry import ACTIONS
from ..verbs.detail import follow, remembered_section
from ..watching import line_of
from ..widgets.detail import Detail
from ..widgets.footer import Footer
from ..widgets.header import Header
from ..widgets.queues import Queues
from ..widgets.virtual_table import VirtualTable
from .arranging import FEW_MARKS, Arranging
from .attentive import Attentive
from .aware import Aware
from .beside import Beside, remembered
from .described import Described
from .panes import Panes

if TYPE_CHECKING:
    from ..commands import Item

FIRST_VIEW = 0.05  # seconds that the first paint waits for its rows


class Jobs(Aware, Attentive, Beside, Described, Arranging, Panes, Desk):
    """Queues left, jobs in the middle, detail right (or below, where it is narrow)."""

    ACTIONS = ACTIONS
    NAME: ClassVar[str] = "jobs"
    AUTO_FOCUS: ClassVar[str] = "#table"

    def __init__(self) -> None:
        super().__init__()
        self.feeds = Feeds(self)
        self._missed = False  # something changed while another screen was in front

    def compose(self) -> ComposeResult:
        """Header, three panes, footer."""
        app = self.yard_app
        self.header = Header(
            app.yard.home,
            lambda name: app.show_place(name, self.job),
            read_only=app.read_only,
            start=self._start_key(),
            id="header",
        )
        self.queues, self.table = Queues(id="queues"), VirtualTable(id="table")
        self.detail, self.footer = Detail(id="detail"), Footer(self.actions, id="footer")
        yield self.header
        with Horizontal(id="body"):
            yield self.queues
            with Container(id="work"):
                yield self.table
                yield self.detail
        yield self.footer

    def _start_key(self) -> str:
        """The key that starts a worker, where this account may."""
        return "" if self.yard_app.member else next(one.shown_key for one in self.actions if one.id == "worker")

    def on_mount(self) -> None:
        """Begin to look."""
        self.table.empty = self.when_empty()
        self.queues.fold(remembered(self.yard_app.memory))
        remembered_section(self)
        self.begin_arranged()
        self.begin_panes()
        if (view := self.yard_app.first_view.wait(FIRST_VIEW)) is not None:
            self.table.take(view)
        self.feeds.start(view.version if view is not None else None)
        self.call_after_refresh(self.begin_watching)

    def on_unmount(self) -> None:
        """Look no more."""
        self.feeds.stop()

    def on_resize(self, event: events.Resize) -> None:
        """Where the panes go."""
        self.place_panes(event.size.width, event.size.height)
        self.refresh()  # also at the same size: a terminal that was small for a moment has forgotten the rest

    # -- what the threads say ---------------------------------------------------------------------

    def on_rang(self, message: Rang) -> None:
        """The yard changed: look again at what is in sight. What this screen misses, it looks up when it is back."""
        place = self.yard_app.place
        if place is self:
            self.feeds.look_again(message.changes)
            return
        self._missed = True
        if place.is_mounted:
            place.rang(message.changes)
        self.feeds.outlook.look_again(message.changes)
        self.call_after_refresh(self.feeds.drawn)

    def on_screen_resume(self) -> None:
        """Another screen is left."""
        if self._missed and self.yard_app.place is self:
            self._missed = False
            self.look_everywhere()

    def look_everywhere(self) -> None:
        """Look again at all that this screen shows."""
        self.feeds.look_again(Changes(0, None, True))

    def on_loaded(self, message: Loaded) -> None:
        """Rows for the table."""
        self.table.empty = self.when_empty()
        self.table.take(message.view)
        if self.table.selected is None and not self.table.total:
            self.detail.take(None)
        self.feeds.drawn()
        self.filter_counted()
        self.count_hidden(FEW_MARKS)
        self.show_context()

    def on_wanted(self, message: Wanted) -> None:
        """The table needs a page."""
        self.feeds.fetch(page=message.page)

    def on_surveyed(self, message: Surveyed) -> None:
        """Queues, workers, counts."""
        self.header.take(message.counts, message.workers)
        self.queues.take(message.queues)
        self.show_scope()
        if not self.table.total:
            self.table.empty = self.when_empty()
            self.table.repaint()
        if message.trouble != self.header.trouble:
            self._tell_trouble(message.trouble)
        self.show_context()

    def _tell_trouble(self, trouble: str) -> None:
        """The settings are broken, in another way than before, or can be used again."""
        self.header.warn(trouble)
        self.tell(trouble or "jobyard.yml can be used again.", "warning" if trouble else "information")

    def on_did(self, message: Did) -> None:
        """A command was done: its marks have served."""
        if message.change.done and not message.keep:
            self.table.range_start = None
            self.table.unmark()
        super().on_did(message)

    def on_refused(self, message: Refused) -> None:
        """Something was refused: the app says what; whatever was waited for will not come."""
        self.feeds.drawn()

    # -- what the widgets say -----------------------------------------------------------------------

    def on_selected(self, message: Selected) -> None:
        """Another job under the cursor."""
        self.feeds.spotlight.turn_to(message.row)
        self.show_context()

    def on_marked(self, message: Marked) -> None:
        """Other marks."""
        self.header.mark(message.count)
        self.count_hidden()
        self.show_context()

    def on_opened(self, message: Opened) -> None:
        """A double click."""
        self.open_selected()

    def on_queues_chosen(self, message: QueuesChosen) -> None:
        """Another line of the list: other jobs."""
        self.show_scope()
        self.limit_to(message.resource)
        self.show_filtered()

    # -- what the actions use -----------------------------------------------------------------------

    @property
    def job(self) -> JobRow | None:
        """The line under the cursor."""
        return self.table.selected

    @property
    def where(self) -> JobFilter:
        """What the table shows."""
        return self.table.where

    def look(self) -> None:
        """Fetch what the table shows."""
        self.feeds.fetch()

    def seek(self, row: int) -> None:
        """The same, and put the cursor on this job."""
        self.feeds.fetch(seek=row)

    @property
    def several(self) -> bool:  # type: ignore[override]
        """Whether an action means marks, a range or a folded line, not one job under the cursor."""
        job = self.table.selected
        return self.table.marked_count > 0 or (job is not None and job.fold is not None)

    @property
    def queue(self) -> QueueInfo | None:
        """The queue of the selection: the line's in the list while that has the keys, else that of the job."""
        if self.focused is self.queues:
            return self.queues.queue
        return self.queue_of(self.table.selected) or self.queues.queue

    def queue_of(self, job: JobRow | None) -> QueueInfo | None:
        """A job's queue, as it was last looked at."""
        found = (queue for queue in self.queues.queues if job is not None and queue.id == job.queue_id)
        return next(found, None)

    @property
    def session(self) -> str:
        """The session of the queue, or the one that is chosen in the list."""
        queue, chosen = self.queue, self.queues.chosen
        if queue is not None:
            return queue.session
        some = {one.session for one in self.queues.queues if one.id in chosen}
        return some.pop() if len(some) == 1 else ""

    def context(self) -> Context:
        """What is the case just now."""
        workers, job = self.header.staff or (), self.table.selected
        focused: dict[Widget, str] = {self.queues: TREE, self.detail: PANE, self.table: TABLE}
        return Context(
            job=job,
            queue=self.queue,
            session=self.session,
            focus=TABLE if self.focused is None else focused.get(self.focused, FILTER),
            marked=self.table.meant_count,
            shown=self.table.total,
            ranging=self.table.range_start is not None,
            filtered=self.filtered,
            read_only=self.yard_app.read_only,
            watched=job is not None and line_of(job) in self.watches,
            embedded=self.yard_app.embedded.running,
            headless=any(worker.alive and worker.face == "headless" for worker in workers),
            elsewhere=any(worker.alive and worker.face != "headless" for worker in workers),
            member=self.yard_app.member,
        )

    def refuse(self, action: Action) -> None:
        """Say that an action is not possible just now, and how one comes to where it is."""
        if why_not(action, self.context()) == ELSEWHERE:
            self.tell(f"{action.label}: {ELSEWHERE}.{self.hint('back', 'goes to the jobs')}", "warning")
        else:
            super().refuse(action)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Another pane has the keys: they do other things."""
        self.show_context()

    def show_context(self) -> None:
        """The footer says what can be done."""
        self.footer.take(self.context())

    def more_commands(self) -> Iterable[Item]:
        """The palette leads to each queue."""
        from ..commands import queue_commands

        return queue_commands(self)

    def with_targets(self, act: Callable[[Rows], None]) -> None:
        """Call *act* with the jobs that are meant: the range and the marks, else the one under the cursor."""
        table, marks = self.table, set(self.table.marks)
        if table.range_start is not None and table.selected is not None:
            first, last, where = table.range_start[0], table.selected.row, table.where
            self.ask(lambda yard: rows_between(yard, where, first, last), lambda rows: act(_merged(rows, marks)))
        elif marks:
            act(_merged((), marks))
        elif table.selected is not None:
            table.chosen = True
            self.with_jobs_of(table.selected, act)

    def open_selected(self) -> None:
        """From the queues to the table; from the table into the detail pane; from there where its line leads."""
        if self.focused is self.queues:
            self.leave_list()
        elif self.focused is self.detail:
            follow(self)
        elif self.table.selected is not None and self.table.selected.fold is not None:
            self.open_fold(self.table.selected)
        elif self.table.selected is not None:
            self.table.chosen = True
            self.show_detail()
            self.detail.focus()

    def back(self) -> None:
        """Out of a side pane; then the range, the marks, the filter, the queue."""
        if self.focused is not self.table:
            self.table.focus()
            self.close_filter()
        elif self.table.range_start is not None:
            self.table.end_range()
        elif self.table.marks:
            self.table.unmark()
        elif self.filter_text:
            if not self.close_fold():
                self.drop_filter()
        else:
            self.queues.choose(frozenset())


def _merged(rows: Rows, marks: set[int]) -> Rows:
    return tuple(sorted(marks | set(rows)))
