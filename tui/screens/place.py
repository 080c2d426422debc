"""The base of the screens that keys lead to beside the first: a top line, a body, the footer, and looks at the yard."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.widget import Widget

from jobyard.core.models import JobRow

from ..actions import TABLE, Action, Context
from ..desk import Desk
from ..widgets.footer import Footer
from ..widgets.lines import Line
from ..widgets.placeline import PlaceLine

if TYPE_CHECKING:
    from textual._path import CSSPathType


class Place(Desk):
    """A screen of its own, kept alive when it is left, so that whoever comes back finds what was there.

    Subclasses give ``NAME``, ``ACTIONS`` and :meth:`body`, and fetch what they show in :meth:`look`: in a thread,
    whose message they handle. While it is out of sight nothing is fetched; coming back looks anew.
    """

    NAME: ClassVar[str] = ""
    ACTIONS: ClassVar[tuple[Action, ...]] = ()
    CSS_PATH: ClassVar[CSSPathType | None] = "place.tcss"
    way_back = "jobs"  # the screen that escape leads to at last

    def compose(self) -> ComposeResult:
        """The top line, the body, the footer."""
        self.line = PlaceLine(self.NAME, lambda name: self.yard_app.show_place(name, self.job), id="place-line")
        self.footer = Footer(self.actions, id="footer")
        yield self.line
        yield from self.body()
        yield self.footer

    def body(self) -> Iterable[Widget]:
        """The widgets between the lines."""
        raise NotImplementedError

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """It came into sight: what happened meanwhile is looked up, and the keys say what is possible."""
        self.look()
        self.show_context()

    # -- what it shows --------------------------------------------------------------------------------

    def turn_to(self, job: JobRow | None) -> None:
        """Somebody comes here from this job; called before it is shown."""

    def tell_facts(self) -> None:
        """Say in the top line what is shown, and what is wrong with the yard."""
        if not self.is_mounted:
            return
        ailing = self.yard_app.jobs.header.ailing
        alarm: Line = [(f"▲ {ailing.short}  ", "failed")] if ailing is not None else []
        self.line.take(self.subject(), [*alarm, *self.facts()])

    def subject(self) -> str:
        """What is shown, in plain text: a job, a queue, a filter."""
        return ""

    def facts(self) -> Line:
        """Numbers about it: (text, style)s; the first ones stay longest where there is little room."""
        return []

    # -- keys -----------------------------------------------------------------------------------------

    def context(self) -> Context:
        """What is the case just now."""
        app, jobs = self.yard_app, self.yard_app.jobs.context()
        job = self.job
        watched = job is not None and job.row in self.yard_app.jobs.watches
        return jobs._replace(
            job=job, queue=self.queue, marked=0, shown=0, ranging=False, filtered=False, read_only=app.read_only,
            watched=watched, focus=TABLE, session=job.session if job is not None else "",
        )  # fmt: skip

    def show_context(self) -> None:
        """The footer says what can be done."""
        if self.is_mounted:
            self.footer.take(self.context())

    def go_to_job(self, row: int, *, inside: bool = True) -> None:
        """Turn to a job."""
        self.ask(lambda yard: yard.rows([row]).get(row), self._turn)

    def _turn(self, job: JobRow | None) -> None:
        if job is not None:
            self.turn_to(job)
            self.look()

    def go_to_queue(self, queue: int) -> None:
        """A queue is shown by its jobs."""
        if self.yard_app.show_place("jobs"):
            self.yard_app.jobs.go_to_queue(queue)

    def back(self) -> None:
        """Escape: to the jobs, or to the page that led here."""
        self.yard_app.show_place(self.way_back)
