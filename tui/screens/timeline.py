"""The Timeline: what ran, what runs and what will, over time."""

from __future__ import annotations

import time
from collections.abc import Iterable
from functools import partial

from textual.message import Message
from textual.widget import Widget

from jobyard.core.gantt.axis import USUAL, ZOOMS, View, around, fitting, held, panned, window, zoomed
from jobyard.core.gantt.chart import Chart
from jobyard.core.gantt.spans import GROUPINGS, By, Span, Window
from jobyard.core.models import Changes, JobRow
from jobyard.core.yard import Yard

from ..actions import with_keys
from ..format import duration, plural
from ..lanes import Lane as Thread
from ..messages import Answered, Charted
from ..registry import SCREENS
from ..text import plain
from ..timelines import NOTHING, Ahead, Asked, ahead, fetch, later
from ..widgets.gantt import Gantt
from ..widgets.lines import Line
from .narrowed import Narrowed

SECOND = 1.0
SHARE = 5.0  # times what a look took are waited before the next that nobody asked for
PAN = 0.25  # of the window
FORESEE = 3.0  # seconds between two forecasts at least
GAUGE = 5.0  # seconds after which what runs is asked how far it is
REMEMBERED = "timeline"


class Timeline(Narrowed):
    """A chart of attempts; the selected job is that of the attempt under the cursor."""

    NAME = "timeline"
    ACTIONS = SCREENS["timeline"]
    AUTO_FOCUS = "#gantt"

    def __init__(self) -> None:
        super().__init__()
        self.view, self.by = self._recalled()
        self._new = self.yard_app.memory.get(REMEMBERED) is None  # nobody has chosen a width yet
        self._job: JobRow | None = None
        self._missed = ""  # of a job from which somebody came, that it has no bar
        self._wanted: JobRow | None = None  # a job that shall be in sight
        self._rest = 0.0  # until when (monotonic) nothing is looked up unasked
        self._late = False  # a look is due then
        self._ahead = NOTHING
        self._foreseen = 0.0  # until when (monotonic) what is expected is not asked again
        self._shown = 0.0  # when (monotonic) the last chart came
        self._thread: Thread | None = None

    def _recalled(self) -> tuple[View, By]:
        kept = self.yard_app.memory.get(REMEMBERED)
        span, by = (kept.get("span"), kept.get("by")) if isinstance(kept, dict) else (None, None)
        return View(span if span in ZOOMS else USUAL), by if by in GROUPINGS else "queue"

    def body(self) -> Iterable[Widget]:
        """The chart."""
        self.gantt = Gantt(self.chosen, id="gantt")
        yield self.gantt

    def on_mount(self) -> None:
        """Time goes on."""
        self.set_interval(SECOND, self._tick)

    # -- looking ----------------------------------------------------------------------------------------

    def look(self) -> None:
        """Fetch what is shown."""
        if not self.is_current or not self.gantt.size:
            return
        if self._thread is None or not self._thread.lives:
            self._thread = self.yard_app.lane("timeline", looks=True)
        asked = self._asked()
        self._late = False
        self._thread.put(partial(self._fetch, asked), self, key="chart")

    def _asked(self) -> Asked:
        return Asked(self.view, self.by, self.narrow, self.gantt.cells, self.gantt.height, self._ahead)

    def _fetch(self, asked: Asked) -> Message:
        began = time.monotonic()
        chart = fetch(self.yard_app.yard, asked)
        return Charted(asked, chart, time.monotonic() - began)

    def narrowed(self) -> None:
        """Another filter: other attempts."""
        self._ahead, self._foreseen = NOTHING, 0.0
        self.look_now()

    def give_keys(self) -> None:
        """To the chart."""
        self.gantt.focus()

    def look_now(self) -> None:
        """The same, instead of whatever is being looked up for what was wanted before."""
        self.yard_app.yard.interrupt()
        self.look()

    def rang(self, changes: Changes) -> None:
        """The yard changed: look, but not all the time."""
        if time.monotonic() >= self._rest:
            self._rest = time.monotonic() + SECOND
            self.look()
        else:
            self._late = True

    def on_charted(self, message: Charted) -> None:
        """Show it, unless something else has been wanted since."""
        self._shown = time.monotonic()
        self._rest = max(self._rest, self._shown + SHARE * message.took)
        asked, chart = message.asked, message.chart
        if asked.same != self._asked().same:
            return
        if self._new and (oldest := chart.timeline.oldest) is not None and self.view.follows:
            self.view = fitting(oldest, chart.timeline.now)
        self._new = False
        if self.view != asked.view:
            self.look()
            return
        self.gantt.empty = self._empty()
        self.gantt.take(chart)
        self._seek(
            last=asked.ahead is not NOTHING or (self._wanted is not None and self._wanted.started_at is not None)
        )
        self.counted(chart.timeline.total, "attempt")
        self.tell_facts()
        self._look_ahead(chart)

    def _look_ahead(self, chart: Chart) -> None:
        """Ask what is expected, once the chart is shown, if the chart goes on that far."""
        now = time.monotonic()
        if self._thread is None or now < self._foreseen or not (self.view.follows or chart.window.end > time.time()):
            return
        asked = self._asked()
        self._foreseen = now + FORESEE
        self._thread.put(
            lambda: Answered(partial(self._expect, asked, _timed(self.yard_app.yard, asked))), self, "ahead"
        )

    def _expect(self, asked: Asked, found: tuple[Ahead, float]) -> None:
        if asked.same[1:] != self._asked().same[1:]:
            return
        self._foreseen = max(self._foreseen, time.monotonic() + SHARE * found[1])
        if found[0] != self._ahead:
            self._ahead = found[0]
            self.look()
        else:
            self._seek(last=True)

    def _seek(self, *, last: bool) -> None:
        """Put the cursor on the job that somebody came from; *last*: it will not come any more."""
        job = self._wanted
        if job is None:
            return
        if self.gantt.choose(job.row):
            self._wanted = None
        elif last:
            self._wanted = None
            why = "has not run" if job.started_at is None else "is not in sight"
            self._missed = f"  ·  {plain(job.name or job.id)} {why}"
            self.tell_facts()

    def on_resize(self) -> None:
        """Another width, another chart."""
        self.call_after_refresh(self.look)

    def _tick(self) -> None:
        """The edge of what runs goes on; now and then the window follows."""
        if not self.is_current or (chart := self.gantt.chart) is None:
            return
        now = time.time()
        moved = self.view.follows and self._window(now) != chart.window
        due = self._late and time.monotonic() >= self._rest
        if moved or due:
            self.look()
        elif any(chart.running.values()) and time.monotonic() - self._shown > GAUGE:
            self._gauge(chart)
        self.gantt.tick()

    def _gauge(self, chart: Chart) -> None:
        """Ask what runs how far it is."""
        if self._thread is not None:
            asked, self._shown = self._asked(), time.monotonic()
            self._thread.put(
                lambda: Answered(partial(self._gauged, chart, later(self.yard_app.yard, asked, chart))), self, "gauge"
            )

    def _gauged(self, before: Chart, after: Chart) -> None:
        """The same chart with other progress, unless another has come since."""
        if self.gantt.chart is before:
            self.gantt.take(after)

    def _window(self, now: float) -> Window:
        return window(self.view, self.gantt.cells, now, ahead=bool(self._ahead.spans))

    # -- what it shows ------------------------------------------------------------------------------------

    def subject(self) -> str:
        """How it is grouped, and that a job which somebody came from has no bar."""
        return f"by {self.by}{self._missed}"

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

    def _empty(self) -> tuple[tuple[str, str], ...]:
        oldest = self.gantt.chart.timeline.oldest if self.gantt.chart else None
        words = "Nothing ran in this window." if oldest is not None else "Nothing has run yet."
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
        self._missed = ""
        if job is None:
            return
        self._wanted = job
        at = job.started_at
        if at is None or (self.view.follows and time.time() - at < self.view.span / 2):
            return
        self.view = around(self.view, at)

    # -- what the actions do ---------------------------------------------------------------------------------

    def show_view(self, view: View) -> None:
        """Look at another stretch of time."""
        if view != self.view:
            self.view, self._foreseen, self._missed = view, 0.0, ""
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
        self._ahead, self._foreseen = NOTHING, 0.0
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


def _timed(yard: Yard, asked: Asked) -> tuple[Ahead, float]:
    began = time.monotonic()
    return ahead(yard, asked), time.monotonic() - began


def _width(span: float) -> str:
    """``5 min``, ``3 h``, ``30 d``."""
    if span < 3600:
        return f"{span / 60:.0f} min"
    return f"{span / 3600:.0f} h" if span < 86400 else f"{span / 86400:.0f} d"
