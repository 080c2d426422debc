"""The first panel of a run's page: what it was, how it goes or ended, when, with what it may run."""

from __future__ import annotations

from jobyard.core.models import Attempt
from jobyard.core.states import State

from ..describe import attempts as tries
from ..describe import facts, head, using
from ..describe.rows import Frame, Link, Row, Rows, heading, labelled, trimmed, wrapped
from ..describe.why import why
from ..format import GLYPHS, duration, size, took, when
from ..text import plain
from .model import Seen
from .origin import origin

COMMAND_LINES = 3


def about(seen: Seen, frame: Frame) -> list[Row]:
    """All its lines, none wider than the frame."""
    parts = (_state, _waits, _what, _times, _used, _attempts, origin)
    return [trimmed(row, frame.width) for part in parts for row in part(seen, frame)]


def _state(seen: Seen, frame: Frame) -> Rows:
    """State, for how long, and how it ended; of an earlier attempt the attempt's."""
    attempt, job = seen.attempt, seen.job
    if attempt is not None and (not seen.last or job.state is State.PENDING):
        yield Row([(f"{GLYPHS[attempt.state]} {attempt.state.value}", attempt.state.value),
                   (f"  after {tries.span(attempt, frame.now)}", "dim"), (_which(seen), "dim")])  # fmt: skip
        ending, style = plain(attempt.message) or tries.ending(attempt), attempt.state.value
    else:
        line = [(head.state_text(job), job.state.value), (f"  {head.lasted(job, frame.now)}", "dim")]
        yield Row([*line, (_which(seen), "dim")])
        ending, style = head.how_it_ended(job), job.state.value
    for text in wrapped(ending, frame.width) if ending else ():
        yield Row([(text, style)])
    if seen.last:
        yield from using.progress(seen.dossier, frame)


def _which(seen: Seen) -> str:
    count = len(seen.job.attempts)
    return f"  · attempt {seen.number} of {count}" if count > 1 else ""


def _waits(seen: Seen, frame: Frame) -> Rows:
    """Why it waits."""
    yield from why(seen.dossier, frame)


def _what(seen: Seen, frame: Frame) -> Rows:
    """The class of an experiment; of other jobs the command line."""
    module, _, of = seen.experiment.rpartition(":")
    if of:
        yield from labelled("class", f"{plain(of)} · {plain(module)}", frame, style="")
    else:
        pieces = wrapped(facts.command_text(seen.job)[: frame.width * (COMMAND_LINES + 1)], frame.width - 2)
        for number, text in enumerate(pieces[:COMMAND_LINES]):
            yield Row([("$ " if number == 0 else "  ", "faint"), (text, "")])
    yield from labelled("job", seen.job.id, frame, Link("list", seen.job.id))
    yield from labelled("user", plain(seen.job.whose), frame)
    yield from labelled("queue", _queue(seen), frame)
    if (array := seen.job.array) is not None:
        text = f"number {array.number} of {plain(array.id)}[], {array.size:,} in all"
        yield from labelled("array", text, frame, Link("job", array.id))
    if seen.job.cloned_from:
        yield from labelled("cloned from", seen.job.cloned_from, frame, Link("job", seen.job.cloned_from))


def _queue(seen: Seen) -> str:
    job = seen.job
    name = job.queue if job.session == "default" else f"{job.session}/{job.queue}"
    parts = [plain(name), f"priority {job.priority}" if job.priority else "", "held" if job.held else ""]
    return " · ".join(part for part in parts if part)


def _times(seen: Seen, frame: Frame) -> Rows:
    """When it was submitted, started and ended, how it exited, and how long it may take."""
    job, attempt, now = seen.job, seen.attempt, frame.now
    yield from labelled("submitted", when(job.created_at, now), frame)
    if attempt is not None and attempt.started_at is not None:
        yield from labelled("started", f"{when(attempt.started_at, now)} on {plain(attempt.worker)}", frame)
    if attempt is not None and attempt.ended_at is not None:
        yield from labelled("ended", when(attempt.ended_at, now), frame)
        yield from labelled("exit", _exit(attempt), frame)
    if attempt is None or attempt.ended_at is None:
        limit = f"{duration(job.limit)} at most" if job.limit is not None else ""
        guess = f"{duration(job.estimate)} estimated" if job.estimate is not None else ""
        yield from labelled("may take", ", ".join(part for part in (guess, limit) if part), frame)
    yield from facts.resources(seen.dossier, frame)


def _exit(attempt: Attempt) -> str:
    if attempt.exit_code is not None:
        return f"{attempt.exit_code}"
    return tries.ending(attempt) if attempt.state is State.FAILED else ""


def _used(seen: Seen, frame: Frame) -> Rows:
    """What it used: over time where that was sampled, else what the kernel counted; and what it left."""
    attempt = seen.attempt
    if attempt is None:
        return
    if seen.last and seen.dossier.curve:
        yield from using.over_time(seen.dossier, frame)
    elif attempt.cpu_seconds is not None and attempt.max_rss is not None:
        yield from labelled("cpu, memory", f"{took(attempt.cpu_seconds)}, {size(attempt.max_rss)}", frame)
    if (run := seen.run) is not None:
        grows = ", being written" if seen.grows else ""
        text = f"{plain(run.data.path)} ({size(run.data.size)}{grows})"
        yield from labelled("data", text, frame, Link("data", run.data.path))


def _attempts(seen: Seen, frame: Frame) -> Rows:
    """All of them, where there are several; the one that is shown stands out."""
    if len(seen.job.attempts) < 2:
        return
    yield heading("attempts", frame, f"{frame.key('run-attempt-before')} {frame.key('run-attempt-after')}")
    for attempt in seen.job.attempts:
        shown = attempt.number == seen.number
        line = [
            ("▸" if shown else " ", "title"), (f"{attempt.number:<3}", "title" if shown else "dim"),
            (f"{GLYPHS[attempt.state]} {tries.ending(attempt)}", attempt.state.value),
            (f"  {tries.span(attempt, frame.now)}", "dim"), ("  data" if attempt.data_file else "", "accent"),
        ]  # fmt: skip
        yield Row(line, Link("attempt", str(attempt.number)))
