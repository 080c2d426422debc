"""The looks of the Timeline: which thread fetches its chart, how often, and what else it is asked."""

from __future__ import annotations

import time
from functools import partial

from textual.message import Message

from jobyard.core.gantt.axis import USUAL, ZOOMS, View, fitting, window
from jobyard.core.gantt.chart import Chart
from jobyard.core.gantt.spans import GROUPINGS, By, Window
from jobyard.core.models import Changes, JobRow
from jobyard.core.yard import Yard

from ..lanes import Lane as Thread
from ..messages import Answered, Charted
from ..text import plain
from ..timelines import NOTHING, Ahead, Asked, ahead, fetch, later
from ..widgets.gantt import Gantt
from .narrowed import Narrowed

SECOND = 1.0
SHARE = 5.0  # times what a look took are waited before the next that nobody asked for
FORESEE = 3.0  # seconds between two forecasts at least
GAUGE = 5.0  # seconds after which what runs is asked how far it is
REMEMBERED = "timeline"


class Charting(Narrowed):
    """A screen with a chart that is fetched in a thread: anew for every wish, now and then while time goes on."""

    gantt: Gantt

    def __init__(self) -> None:
        super().__init__()
        self.view, self.by = self._recalled()
        self._new = self.yard_app.memory.get(REMEMBERED) is None  # nobody has chosen a width yet
        self.missed = ""  # of a job from which somebody came, that it has no bar
        self.wanted: JobRow | None = None  # a job that shall be in sight
        self._rest = 0.0  # until when (monotonic) nothing is looked up unasked
        self._late = False  # a look is due then
        self._shown = 0.0  # when (monotonic) the last chart came
        self._thread: Thread | None = None
        self.expect_anew()

    def _recalled(self) -> tuple[View, By]:
        kept = self.yard_app.memory.get(REMEMBERED)
        span, by = (kept.get("span"), kept.get("by")) if isinstance(kept, dict) else (None, None)
        return View(span if span in ZOOMS else USUAL), by if by in GROUPINGS else "queue"

    def expect_anew(self) -> None:
        """What is expected is not that of before."""
        self._ahead = NOTHING
        self._foreseen = 0.0  # until when (monotonic) what is expected is not asked again

    def when_empty(self, chart: Chart) -> tuple[tuple[str, str], ...]:
        """What is said where there is no lane: lines with their styles."""
        raise NotImplementedError

    def on_mount(self) -> None:
        """Time goes on."""
        self.set_interval(SECOND, self._tick)

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
        self.expect_anew()
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
        self.gantt.empty = self.when_empty(chart)
        self.gantt.take(chart)
        self._seek(last=asked.ahead is not NOTHING or (self.wanted is not None and self.wanted.started_at is not None))
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
        job = self.wanted
        if job is None:
            return
        if self.gantt.choose(job.row):
            self.wanted = None
        elif last:
            self.wanted = None
            why = "has not run" if job.started_at is None else "is not in sight"
            self.missed = f"  ·  {plain(job.name or job.id)} {why}"
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


def _timed(yard: Yard, asked: Asked) -> tuple[Ahead, float]:
    began = time.monotonic()
    return ahead(yard, asked), time.monotonic() - began
