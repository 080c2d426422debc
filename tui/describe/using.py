"""How far a running job is, and what its last attempt used over time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

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
LEAST = 12  # cells; a shorter curve says little
SOON = 3.0  # seconds from an attempt's start within which it need not have been sampled
_STEPS = 1000  # of a curve's height


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
        yield from _curves(dossier.curve, attempt, frame)
    elif (attempt.ended_at or frame.now) - attempt.started_at > SOON:
        yield from labelled("cpu, memory", "not sampled", frame, style="faint")


class _Figure(NamedTuple):
    """A line: what is told of it, from most to least, and what its curve shows; a full cell is *full* at least."""

    label: str
    figure: str
    words: tuple[str, ...]
    value: Callable[[Sample], float]
    full: float = 0.0


def _curves(samples: Sequence[Sample], attempt: Attempt, frame: Frame) -> Rows:
    figures = _figures(samples, attempt.ended_at is None)
    room = frame.width - LABEL - FIGURE
    words = [next((one for one in figure.words if len(one) + 1 + LEAST <= room), "") for figure in figures]
    cells = min(CURVE, room - 1 - max(map(len, words)))
    start, end = attempt.started_at or 0.0, attempt.ended_at or frame.now
    for figure, text in zip(figures, words, strict=True):
        line: Line = [(figure.label.ljust(LABEL), "faint"), (figure.figure.ljust(FIGURE), "dim")]
        if cells >= LEAST:
            line.append((_drawn(spread(samples, start, end, cells, figure.value), figure.full), "running"))
        yield Row([*line, (f" {text}", "dim")])


def _figures(samples: Sequence[Sample], now: bool) -> tuple[_Figure, _Figure]:
    """What it uses now; of one that has ended what it used on the average and at most."""
    first, last = samples[0], samples[-1]
    lasted, most = last.at - first.at, max(sample.rss for sample in samples)
    mean = (last.cpu_seconds - first.cpu_seconds) / lasted if lasted > 0 else last.cpu
    used, at_most = f"{took(last.cpu_seconds)} in all", f"most {size(most)}"
    processes = "1 process" if last.processes == 1 else f"{last.processes} processes"
    return (
        _Figure("cpu", cores(last.cpu if now else max(0.0, mean)), (used,), lambda one: one.cpu, 1.0),
        _Figure("memory", size(last.rss), (f"{at_most}, {processes}", at_most), lambda one: one.rss)
        if now
        else _Figure("memory", size(most), ("at most",), lambda one: one.rss),
    )


def _drawn(curve: Sequence[float | None], full: float) -> str:
    """The highest is a full cell, if it is as much as *full*; a blank is where nobody looked."""
    most = max([full, *(value for value in curve if value is not None)]) or 1.0
    return sparkline([0 if value is None else max(1, round(_STEPS * value / most)) for value in curve], _STEPS)
