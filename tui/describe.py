"""A job in words: the lines of the detail pane, without any widget."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from rich.cells import cell_len, chop_cells

from jobyard.core.models import Attempt, Edge, Job
from jobyard.core.states import EdgeState, State

from .format import GLYPHS, duration, failure, plural, size, took, when
from .text import plain
from .widgets.lines import Line

LABEL = 11  # cells of the left column
ATTEMPT = 5  # and of an attempt's number
EDGES = 6  # dependencies shown each way before "and N more"
ATTEMPTS = 5


def describe(job: Job, now: float, width: int) -> list[Line]:
    """Everything about a job, most wanted first, wrapped to *width* cells."""
    parts = (_title(job), _state(job, now, width), _command(job, width), _times(job, now, width))
    more = (_place(job, width), _edges(job, width), _attempts(job, now, width))
    return [line for part in (*parts, *more) for line in part]


def brief(job: Job, now: float, width: int) -> list[Line]:
    """The same for a pane of a few lines: title, state, command."""
    head: Line = [(f"{GLYPHS[job.state]} {job.state.value} ", job.state.value), (plain(_named(job)), "bold")]
    head.append((f"  {job.id}", "dim"))
    lines = [head, *_blockers(job, width)]
    if job.state is not State.PENDING:
        lines.append([(_ran(job, now), "dim"), (f"  {_ending(job)}", job.state.value)])
    return [*lines, [("$ ", "faint"), (plain(job.command), "")]]


def _title(job: Job) -> Iterator[Line]:
    yield [(plain(_named(job) or job.command), "bold")]
    yield [(job.id, "dim"), (f"  cloned from {job.cloned_from}" if job.cloned_from else "", "faint")]


def _named(job: Job) -> str:
    return f"{job.name}[{job.array.number}]" if job.name and job.array else job.name


def _state(job: Job, now: float, width: int) -> Iterator[Line]:
    yield []
    word = "stopping" if job.stopping and job.state is State.RUNNING else job.state.value
    yield [(f"{GLYPHS[job.state]} {word}", job.state.value), (f"  {_ran(job, now)}", "dim")]
    if ending := _ending(job):
        yield from ([(text, job.state.value)] for text in wrapped(ending, width))
    yield from _blockers(job, width)


def _ran(job: Job, now: float) -> str:
    if job.state is State.PENDING:
        return f"for {duration(now - job.created_at)}"
    if job.started_at is None:
        return "never started"
    if job.stopping and job.stop_at is not None:
        asked = f"for {duration(now - job.stop_at)}, by {plain(job.stop_by)}"
        return f"{asked}; it has run for {duration(now - job.started_at)}"
    if job.ended_at is None:
        return f"for {duration(now - job.started_at)}"
    return f"after {took(job.ended_at - job.started_at)}"


def _ending(job: Job) -> str:
    if job.state is State.FAILED:
        return plain(job.message) or failure(job.cause, job.exit_code, job.signal)
    return plain(job.message) if job.state is not State.PENDING else ""


def _blockers(job: Job, width: int) -> Iterator[Line]:
    """Every reason why it waits, the first one first."""
    texts = [plain(blocker.text) for blocker in job.blockers] or ([plain(job.reason)] if job.reason else [])
    for text in texts:
        for number, piece in enumerate(wrapped(text, width - 2)):
            yield [("· " if number == 0 else "  ", "warning"), (piece, "warning")]


def _command(job: Job, width: int) -> Iterator[Line]:
    yield []
    for number, text in enumerate(wrapped(_command_text(job), width - 2)[:6]):
        yield [("$ " if number == 0 else "  ", "faint"), (text, "")]
    if job.cwd:
        yield from _row("in", plain(job.cwd), width)


def _command_text(job: Job) -> str:
    argv = job.fields.get("command")
    if isinstance(argv, (list, tuple)) and all(isinstance(part, str) for part in argv):
        return plain(shlex.join(argv))
    return plain(job.command)


def _times(job: Job, now: float, width: int) -> Iterator[Line]:
    yield []
    yield from _row("submitted", f"{when(job.created_at, now)} by {plain(job.user)}", width)
    if job.not_before is not None and job.state is State.PENDING:
        yield from _row("not before", when(job.not_before, now), width)
    if job.started_at is not None:
        yield from _row(
            "started", when(job.started_at, now) + (f" on {plain(job.worker)}" if job.worker else ""), width
        )
    if job.ended_at is not None:
        yield from _row("ended", when(job.ended_at, now), width)
    if job.limit is not None:
        source = f" ({job.limit_from})" if job.limit_from else ""
        yield from _row("limit", duration(job.limit) + source, width)


def _place(job: Job, width: int) -> Iterator[Line]:
    queue = job.queue if job.session == "default" else f"{job.session}/{job.queue}"
    priority = f" · priority {job.priority}" if job.priority else ""
    yield from _row("queue", plain(queue) + priority + (" · held" if job.held else ""), width)
    if job.resources:
        yield from _row("wants", _wants(job), width)
    if job.retries:
        yield from _row("retries", f"{job.retries}, after {duration(job.retry_delay)}", width)


def _wants(job: Job) -> str:
    """``cpus 2, mem 2.0G, qick 1``."""
    some = ((name, size(units) if name == "mem" else str(units)) for name, units in job.resources.items())
    return ", ".join(f"{plain(name)} {text}" for name, text in some)


def _edges(job: Job, width: int) -> Iterator[Line]:
    yield from _side("waits for" if job.state is State.PENDING else "after", job.depends_on, len(job.depends_on), width)
    yield from _side("needed by", job.dependents, job.dependents_total, width)


def _side(title: str, edges: Sequence[Edge], total: int, width: int) -> Iterator[Line]:
    for number, edge in enumerate(edges[:EDGES]):
        label = title if number == 0 else ""
        yield [(label.ljust(LABEL), "faint"), (f"{GLYPHS[edge.job_state]} ", edge.job_state.value), *_edge(edge, width)]
    if total > EDGES:
        yield [(" " * LABEL, ""), (f"and {plural(total - EDGES, 'job')} more", "dim")]


def _edge(edge: Edge, width: int) -> Line:
    mark = {EdgeState.OPEN: "", EdgeState.SATISFIED: " ✓", EdgeState.DEAD: " ✗ dead"}[edge.state]
    kind = "" if edge.after == "after-ok" else f" {edge.after.value}"
    return [(plain(edge.name or edge.id), ""), (f" {edge.id}" if edge.name else "", "dim"), (kind + mark, "faint")]


def _attempts(job: Job, now: float, width: int) -> Iterator[Line]:
    if not job.attempts:
        return
    yield []
    yield [("try".ljust(ATTEMPT) + "state       took   cpu    memory", "faint")]
    for attempt in job.attempts[-ATTEMPTS:]:
        yield _attempt(attempt, now)


def _attempt(attempt: Attempt, now: float) -> Line:
    started, ended = attempt.started_at, attempt.ended_at
    span = took(ended - started) if started and ended else duration(now - started) if started else "–"
    cpu = took(attempt.cpu_seconds) if attempt.cpu_seconds is not None else "–"
    memory = size(attempt.max_rss) if attempt.max_rss is not None else "–"
    state = f"{GLYPHS[attempt.state]} {attempt.state.value}"
    how = failure(attempt.cause, attempt.exit_code, attempt.signal) if attempt.state is State.FAILED else ""
    how = how.replace("exit code", "exit")
    return [
        (f"{attempt.number}".ljust(ATTEMPT), "dim"),
        (state.ljust(12), attempt.state.value),
        (f"{span:<7}{cpu:<7}{memory}", "dim"),
        (f"  {how}" if how else "", attempt.state.value),
    ]


def _row(label: str, text: str, width: int) -> Iterator[Line]:
    for number, piece in enumerate(wrapped(text, width - LABEL)):
        yield [((label if number == 0 else "").ljust(LABEL), "faint"), (piece, "dim")]


def wrapped(text: str, width: int) -> list[str]:
    """*text* in pieces of at most *width* cells, broken at spaces where there are some."""
    width = max(8, width)
    pieces: list[str] = []
    line = ""
    for word in text.split(" "):
        joined = f"{line} {word}" if line else word
        if cell_len(joined) <= width:
            line = joined
            continue
        if line:
            pieces.append(line)
        *whole, line = chop_cells(word, width) or [""]
        pieces += whole
    return [*pieces, line] if line or not pieces else pieces
