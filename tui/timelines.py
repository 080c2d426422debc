"""What the timeline shows, fetched and laid out: called in a thread."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from jobyard.core.gantt.axis import View, window
from jobyard.core.gantt.chart import Chart, lay_out
from jobyard.core.gantt.spans import By, Span, Timeline, Wish
from jobyard.core.models import JobFilter, JobRow
from jobyard.core.states import State
from jobyard.core.yard import Yard

if TYPE_CHECKING:
    from jobyard.core.forecast import Expected

MOST_GAUGED = 100  # running jobs whose logs are looked at for how far they are: a tenth of a millisecond each
MOST_AHEAD = 400  # pending jobs that are shown where they should run
MOST_FILTERED = 2000  # pending jobs of a filter that are looked at
NOBODY = "next"  # in a chart of workers what waits is of no worker yet, unless there is but one


class Ahead(NamedTuple):
    """What is expected: pending jobs where they should run, and when running jobs should end, by row."""

    spans: tuple[Span, ...] = ()
    ends: Mapping[int, float] = {}


NOTHING = Ahead()


class Asked(NamedTuple):
    """What somebody wants to see, and the room for it."""

    view: View
    by: By
    where: JobFilter
    cells: int
    height: int
    ahead: Ahead = NOTHING

    @property
    def same(self) -> tuple[View, By, JobFilter]:
        """What another chart is wanted for."""
        return self.view, self.by, self.where


def fetch(yard: Yard, asked: Asked) -> Chart:
    """The chart."""
    shown = window(asked.view, asked.cells, time.time(), ahead=bool(asked.ahead.spans))
    return _laid_out(yard, asked, yard.timeline(Wish(shown, asked.by, asked.where)))


def later(yard: Yard, asked: Asked, chart: Chart) -> Chart:
    """The same attempts some seconds later: what runs says anew how far it is. The store is hardly asked."""
    return _laid_out(yard, asked, chart.timeline._replace(now=time.time()))


def _laid_out(yard: Yard, asked: Asked, found: Timeline) -> Chart:
    now, shown = found.now, found.wish.window
    ahead = (span._replace(start=max(span.start, now)) for span in asked.ahead.spans if (span.end or 0.0) > now)
    coming = [span for span in ahead if span.start < shown.end]
    return lay_out(gauged(yard, found, asked.ahead.ends), asked.height, coming)


def gauged(yard: Yard, found: Timeline, ends: Mapping[int, float]) -> Timeline:
    """What runs, with how far it says that it is, and when it should end."""
    running = [span.row for span in found.spans if span.end is None]
    said = yard.progress(running[:MOST_GAUGED]) if running else {}

    def told(span: Span) -> Span:
        if span.end is not None:
            return span
        one, end = said.get(span.row), ends.get(span.row)
        if one is None:
            return span._replace(expected=end)
        expected = None if one.unrecorded else one.expected_end or end
        return span._replace(fraction=one.fraction, expected=expected, unrecorded=one.unrecorded)

    return found._replace(spans=tuple(map(told, found.spans)))


# -- what is expected ------------------------------------------------------------------------------------------


def ahead(yard: Yard, asked: Asked) -> Ahead:
    """What is expected as far as the view is wide."""
    forecast = yard.forecast()
    until = forecast.now + asked.view.span
    soon = [row for row in forecast.order if (forecast.by_row[row].start or until) < until]
    jobs = _jobs(yard, asked.where, soon)
    group = _groups(yard, asked.by)
    spans = (_span(jobs[row], forecast.by_row[row], asked.by, group) for row in soon if row in jobs)
    ends = {row: one.end for row, one in forecast.by_row.items() if one.start is None and one.end is not None}
    return Ahead(tuple(spans), ends)


def _jobs(yard: Yard, where: JobFilter, soon: list[int]) -> dict[int, JobRow]:
    if not soon:
        return {}
    if where == JobFilter():
        return yard.rows(soon[:MOST_AHEAD])
    if where.states and State.PENDING not in where.states:
        return {}
    found = yard.list(where._replace(states=frozenset({State.PENDING}), folded=False), MOST_FILTERED)
    return {job.row: job for job in found}


def _groups(yard: Yard, by: By) -> str:
    """Whose jobs the next ones will be, in a chart of workers."""
    alive = {worker.name for worker in yard.workers() if worker.alive} if by == "worker" else set()
    return alive.pop() if len(alive) == 1 else NOBODY


def _span(job: JobRow, expected: Expected, by: By, worker: str) -> Span:
    queue = job.queue if job.session == "default" else f"{job.session}/{job.queue}"
    start = expected.start or 0.0
    index = f"[{job.array_index}]" if job.array_index is not None else ""
    return Span(
        row=job.row, id=job.id, name=(job.name or job.command) + index, attempt=0,
        group={"queue": queue, "user": job.user, "worker": worker}[by], queue=queue, user=job.user, worker="",
        state=State.PENDING, start=start, end=expected.end or start, waited_from=job.created_at,
    )  # fmt: skip


def coming(chart: Chart) -> Iterator[Span]:
    """What is expected in a chart."""
    return (span for lane in chart.lanes for span in lane.spans if not span.attempt)
