"""How far running jobs are and what they use, on the command line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from jobyard.core.models import ArrayRow, Job, JobRow
from jobyard.core.states import RUNNING
from jobyard.core.yard import people_duration
from jobyard.tui import gauges
from jobyard.tui.cli.words import clean, size
from jobyard.tui.gauges import Gauge

if TYPE_CHECKING:
    from jobyard.core.yard import Yard

NARROW = 22  # cells of bar, number and end
NOTHING = Gauge()


def gauges_of(yard: Yard, jobs: Iterable[JobRow | ArrayRow | Job], *, use: bool = True) -> dict[int, Gauge]:
    """What is known of those of these jobs that run; *use*: also what they use."""
    rows = [job.row for job in jobs if not isinstance(job, ArrayRow) and job.state is RUNNING]
    if not rows:
        return {}
    progress, samples = yard.progress(rows), yard.usage_now(rows) if use else {}
    return {row: Gauge(progress.get(row), samples.get(row)) for row in progress.keys() | samples.keys()}


def headway(gauge: Gauge, now: float) -> str:
    """``▕██▋   ▏ 45% → 14:32 · 45/100``, or nothing."""
    if gauge.progress is None:
        return ""
    parts = (gauges.told(gauge.progress, NARROW, now), clean(gauge.progress.text))
    return " · ".join(part for part in parts if part)


def use_cells(gauge: Gauge) -> list[str]:
    """CPU and memory: ``98%``, ``62M``."""
    return [gauges.cores(gauge.sample.cpu), gauges.memory(gauge.sample.rss)] if gauge.sample is not None else ["", ""]


def facts(gauge: Gauge, now: float) -> Iterator[tuple[str, str]]:
    """Names and values of how far a job is and what it uses."""
    progress, sample = gauge.progress, gauge.sample
    if progress is not None:
        yield "progress", f"{gauges.framed(progress.fraction)} {gauges.sentence(progress, now)}"
    if sample is not None:
        yield "cpu", f"{gauges.cores(sample.cpu)} now, {people_duration(sample.cpu_seconds)} in all"
        processes = "1 process" if sample.processes == 1 else f"{sample.processes} processes"
        yield "memory", f"{size(sample.rss)} now, {processes}"
