"""How far a running job is, and what its last attempt used over time."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from jobyard.core.models import Attempt
from jobyard.core.states import State
from jobyard.core.usage import Sample, spread

from ..format import size, took
from ..gauges import BAR, ROOM, cores, framed, sentence
from ..sparkline import sparkline
from ..widgets.lines import Line
from .dossier import Dossier
from .rows import LABEL, Frame, Row, Rows, labelled, wrapped

CURVE = 24  # cells at most
FIGURE = 9  # cells of the number before it
LEAST = 8  # cells; a shorter curve says nothing
SOON = 3.0  # seconds from an attempt's start within which it need not have been sampled
Value = Callable[[Sample], float]


def progress(dossier: Dossier, frame: Frame) -> Rows:
    """``▕████▌     ▏ 45% · 45/100 · ends about 14:32 (in 12m)``, of a running job that prints it."""
    told = dossier.progress
    if told is None or dossier.job.state is not State.RUNNING:
        return
    bar = framed(told.fraction, BAR)
    for number, piece in enumerate(wrapped(sentence(told, frame.now), frame.width - ROOM - 1)):
        yield Row([(bar if number == 0 else " " * ROOM, "running"), (f" {piece}", "dim")])


def running(dossier: Dossier, frame: Frame) -> Rows:
    """What a running job uses."""
    if dossier.job.state is State.RUNNING:
        yield from over_time(dossier, frame)


def ended(dossier: Dossier, frame: Frame) -> Rows:
    """What the last attempt of a job used that does not run, if that is known."""
    if dossier.job.state is not State.RUNNING and dossier.curve:
        yield from over_time(dossier, frame)


def over_time(dossier: Dossier, frame: Frame) -> Rows:
    """What the last attempt used, as a curve; or that it was not sampled."""
    attempt = dossier.job.attempts[-1] if dossier.job.attempts else None
    if attempt is None or attempt.started_at is None:
        return
    if dossier.curve:
        now = attempt.ended_at is None
        yield _curve("cpu", *_of_cpu(dossier.curve, now), attempt, dossier.curve, frame, lambda one: one.cpu)
        yield _curve("memory", *_of_memory(dossier.curve, now), attempt, dossier.curve, frame, lambda one: one.rss)
    elif (attempt.ended_at or frame.now) - attempt.started_at > SOON:
        yield from labelled("cpu, memory", "not sampled", frame, style="faint")


def _of_cpu(samples: Sequence[Sample], now: bool) -> tuple[str, str]:
    """What it uses now, or used on the average, in cores; and the sum."""
    first, last = samples[0], samples[-1]
    lasted = last.at - first.at
    mean = (last.cpu_seconds - first.cpu_seconds) / lasted if lasted > 0 else last.cpu
    return cores(last.cpu if now else max(0.0, mean)), f"{took(last.cpu_seconds)} in all"


def _of_memory(samples: Sequence[Sample], now: bool) -> tuple[str, str]:
    """What it has now and had at most, with its processes; of an ended one only the most."""
    most, last = max(sample.rss for sample in samples), samples[-1]
    if not now:
        return size(most), "at most"
    processes = "1 process" if last.processes == 1 else f"{last.processes} processes"
    return size(last.rss), f"at most {size(most)}, {processes}"


def _curve(
    label: str, figure: str, words: str, attempt: Attempt, samples: Sequence[Sample], frame: Frame, value: Value
) -> Row:
    """A figure, its curve over the attempt's whole life as far as there is room, and words."""
    line: Line = [(label.ljust(LABEL), "faint"), (figure.ljust(FIGURE), "dim")]
    cells = min(CURVE, frame.width - LABEL - FIGURE - len(words) - 1)
    if cells < LEAST:
        return Row([*line, (words, "dim")])
    curve = spread(samples, attempt.started_at or 0.0, attempt.ended_at or frame.now, cells, value)
    return Row([*line, (_drawn(curve), "running"), (f" {words}", "dim")])


def _drawn(curve: Sequence[float | None]) -> str:
    """The highest is a full cell; a blank is where nobody looked."""
    most = max((value for value in curve if value is not None), default=0.0) or 1.0
    return sparkline([max(1, round(1000 * value / most)) if value is not None else 0 for value in curve])
