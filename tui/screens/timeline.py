"""The Timeline: what ran, what runs and what will, over time."""

from __future__ import annotations

import time
from collections.abc import Iterable
from functools import partial

from textual.widget import Widget

from jobyard.core.gantt.axis import View, around, held, panned, zoomed
from jobyard.core.gantt.chart import Chart
from jobyard.core.gantt.spans import GROUPINGS, Span
from jobyard.core.models import JobRow

from ..actions import with_keys
from ..format import duration, plural
from ..messages import Answered
from ..registry import SCREENS
from ..widgets.gantt import Gantt
from ..widgets.lines import Line
from .charting import REMEMBERED, Charting

PAN = 0.25  # of the window


class Timeline(Charting):
    """A chart of attempts; the selected job is that of the attempt under the cursor."""

    NAME = "timeline"
    ACTIONS = SCREENS["timeline"]
    AUTO_FOCUS = "#gantt"

    def __init__(self) -> None:
        super().__init__()
        self._job: JobRow | None = None

    def body(self) -> Iterable[Widget]:
        """The chart."""
        self.gantt = Gantt(self.chosen, id="gantt")
        yield self.gantt

    # -- what it shows ------------------------------------------------------------------------------------

    def subject(self) -> str:
        """How it is grouped, and that a job which somebody came from has no bar."""
        return f"by {self.by}{self.missed}"

    def facts(self) -> Line:
        """Its width in time, how busy it was, how long things waited."""
        chart = self.gantt.chart
        if chart is None:
            return []
        found: Line = [(f"{_width(self.view.span)} {'· live' if self.view.follows else '· still'}", "accent")]
        if chart.timeline.slots:
            found.append((f"  {chart.used:.0%} busy", "dim"))
        if (waited := chart.timeline.waited).many:
            found.append((f"  waited {duration(waited.median)}, 90% {duration(waited.most)}", "dim"))
        return [*found, (f"  {plural(chart.timeline.total, 'attempt')}", "dim")]

    def when_empty(self, chart: Chart) -> tuple[tuple[str, str], ...]:
        """Why there is nothing, and the keys that lead elsewhere."""
        ever = chart.timeline.oldest is not None
        words = "Nothing ran in this window." if ever else "Nothing has run yet."
        if self.filter_text:
            words = "Nothing that matches ran in this window."
        keys = ("{timeline-closer} {timeline-further}  closer, further     {timeline-now}  now     {help}  every key",)
        return ((words, "bold"), *((line, "dim") for line in with_keys(keys, self.actions)))

    # -- the selected job ------------------------------------------------------------------------------------

    @property
    def job(self) -> JobRow | None:
        """The job of the attempt under the cursor."""
        span = self.gantt.span if self.is_mounted else None
        return self._job if self._job is not None and span is not None and span.row == self._job.row else None

    def chosen(self, span: Span | None) -> None:
        """Another attempt is under the cursor: its job is looked up."""
        if span is None:
            self._job = None
        elif self._thread is not None:
            yard, row = self.yard_app.yard, span.row
            self._thread.put(lambda: Answered(partial(self._found, yard.rows([row]).get(row))), self, key="job")
        self.show_context()

    def _found(self, job: JobRow | None) -> None:
        self._job = job
        self.show_context()

    def turn_to(self, job: JobRow | None) -> None:
        """Somebody comes from this job: it shall be in sight."""
        self.missed = ""
        if job is None:
            return
        self.wanted = job
        at = job.started_at
        if at is None or (self.view.follows and time.time() - at < self.view.span / 2):
            return
        self.view = around(self.view, at)

    # -- what the actions do ---------------------------------------------------------------------------------

    def show_view(self, view: View) -> None:
        """Look at another stretch of time."""
        if view != self.view:
            self.view, self._foreseen, self.missed = view, 0.0, ""
            self._remember()
            self.look_now()

    def _remember(self) -> None:
        self.yard_app.remember(REMEMBERED, {"span": self.view.span, "by": self.by})

    def zoom(self, by: int) -> None:
        """Closer (−1) or further."""
        if (chart := self.gantt.chart) is not None:
            self.show_view(zoomed(self.view, chart.window, by, self.gantt.around))

    def pan(self, share: float) -> None:
        """By a part of the window; the cursor goes along."""
        if (chart := self.gantt.chart) is not None:
            self.gantt.moment += share * self.view.span
            self.show_view(panned(held(self.view, chart.window), chart.window, share))

    def to_now(self) -> None:
        """Follow now."""
        self.gantt.moment = time.time()
        self.show_view(View(self.view.span))

    def to_oldest(self) -> None:
        """To where the first attempt ended."""
        if (chart := self.gantt.chart) is not None and (oldest := chart.timeline.oldest) is not None:
            self.gantt.moment = oldest
            self.show_view(around(self.view, oldest))

    def group_by(self) -> None:
        """By the next of queue, worker, user."""
        self.expect_anew()
        self.by = GROUPINGS[(GROUPINGS.index(self.by) + 1) % len(GROUPINGS)]
        self._remember()
        self.tell_facts()
        self.look_now()

    def step(self, delta: int) -> None:
        """To the next attempt of the lane; the window goes along where there is none in it."""
        chart = self.gantt.chart
        if self.gantt.step(delta) or chart is None:
            return
        window, oldest = chart.window, chart.timeline.oldest
        if window.end < time.time() if delta > 0 else oldest is not None and oldest < window.start:
            self.pan(PAN * delta)

    def open_selected(self) -> None:
        """The job in the list of jobs; of many in one cell: closer."""
        if self.gantt.span is not None:
            self.yard_app.show_job(self.gantt.span.row)
        else:
            self.zoom(-1)


def _width(span: float) -> str:
    """``5 min``, ``3 h``, ``30 d``."""
    if span < 3600:
        return f"{span / 60:.0f} min"
    return f"{span / 3600:.0f} h" if span < 86400 else f"{span / 86400:.0f} d"
