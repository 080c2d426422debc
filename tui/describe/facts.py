"""What was asked for and when things happened: command, times, queue, resources, retries."""

from __future__ import annotations

import shlex

from jobyard.core.models import Job
from jobyard.core.states import State

from ..format import duration, size, when
from ..text import plain
from .dossier import Dossier
from .rows import Frame, Link, Row, Rows, blank, labelled, wrapped

COMMAND_LINES = 6


def command(dossier: Dossier, frame: Frame) -> Rows:
    """The command line, of an array with {i} where its index stands, and its folder."""
    job = dossier.job
    yield blank()
    text = plain(dossier.array.command) if dossier.array is not None else command_text(job)
    pieces = wrapped(text[: frame.width * (COMMAND_LINES + 1)], frame.width - 2)
    for number, text in enumerate(pieces[:COMMAND_LINES]):
        yield Row([("$ " if number == 0 else "  ", "faint"), (text, "")])
    yield from labelled("in", plain(job.cwd), frame)


def command_text(job: Job) -> str:
    """The whole command line, its words quoted for a shell."""
    argv = job.fields.get("command")
    if isinstance(argv, (list, tuple)) and all(isinstance(part, str) for part in argv):
        return plain(shlex.join(argv))
    return plain(job.command)


def times(dossier: Dossier, frame: Frame) -> Rows:
    """When what happened, and how long it may take."""
    job, now = dossier.job, frame.now
    yield blank()
    yield from labelled("submitted", f"{when(job.created_at, now)} by {plain(job.whose)}", frame)
    if job.not_before is not None and job.state is State.PENDING:
        yield from labelled("not before", when(job.not_before, now), frame)
    if job.started_at is not None:
        on = f" on {plain(job.worker)}" if job.worker else ""
        yield from labelled("started", when(job.started_at, now) + on, frame)
    if job.ended_at is not None:
        yield from labelled("ended", when(job.ended_at, now), frame)
    if job.limit is not None:
        source = f" ({plain(job.limit_from)})" if job.limit_from else ""
        yield from labelled("limit", duration(job.limit) + source + _left(job, job.limit, now), frame)
    if job.estimate is not None:
        yield from labelled("estimate", duration(job.estimate) + _left(job, job.estimate, now), frame)


def _left(job: Job, seconds: float, now: float) -> str:
    """``, 3m05s left`` of a running job."""
    if job.state is not State.RUNNING or job.started_at is None:
        return ""
    left = job.started_at + seconds - now
    return f", {duration(left)} left" if left > 0 else f", over by {duration(-left)}"


def place(dossier: Dossier, frame: Frame) -> Rows:
    """Its queue, what it wants and has, its retries."""
    job = dossier.job
    yield from labelled("queue", _queue(dossier), frame, Link("queue", str(job.queue_id)))
    yield from resources(dossier, frame)
    yield from configs(job, frame)
    yield from labelled("data", data(job), frame, Link("data", job.id))
    yield from labelled("retries", retries(job), frame)
    yield from labelled("unique", plain(job.unique), frame)
    yield from labelled("on end", plain(job.on_end), frame)
    yield from labelled("stdin", plain(job.stdin), frame)
    if job.kind != "exec":
        yield from labelled("kind", plain(job.kind), frame)


def data(job: Job) -> str:
    """The newest file of data that it left, with its size; "" without one."""
    found = next((attempt for attempt in reversed(job.attempts) if attempt.data_file), None)
    return f"{plain(found.data_file)} ({size(found.data_bytes)})" if found else ""


def configs(job: Job, frame: Frame) -> Rows:
    """A line for each version that its last attempt ran with, which leads there; before, for those that it asks for."""
    wanted = (job.configs or {}).items()
    some = [(link.type, link.version) for link in job.attempts[-1].configs] if job.attempts else wanted
    for number, (type, version) in enumerate(some):
        text = f"{plain(type)} {plain(version) or '(main)'}"
        yield from labelled("configs" if number == 0 else "", text, frame, Link("config", f"{type} {version}".strip()))


def _queue(dossier: Dossier) -> str:
    job, queue = dossier.job, dossier.queue
    name = job.queue if job.session == "default" else f"{job.session}/{job.queue}"
    parts = [plain(name), f"priority {job.priority}" if job.priority else "", "held" if job.held else ""]
    if queue is not None and queue.policy != "fifo":
        parts.append(plain(queue.policy))
    return " · ".join(part for part in parts if part)


def resources(dossier: Dossier, frame: Frame) -> Rows:
    """A line for each resource that it wants; while it runs, what it has of it."""
    job = dossier.job
    label = "has" if job.state is State.RUNNING else "wants"
    for number, (name, units) in enumerate(job.resources.items()):
        text = f"{plain(name)} {size(units) if name == 'mem' else units}{_indices(dossier, name)}"
        yield from labelled(label if number == 0 else "", text, frame, Link("resource", name))


def _indices(dossier: Dossier, name: str) -> str:
    """Which GPUs a running job has."""
    came = dossier.deeper.provenance if dossier.deeper is not None else None
    granted = came.grants.get(name) if came is not None and dossier.job.state is State.RUNNING else None
    some = granted if isinstance(granted, (list, tuple)) else ()
    return f" (number {', '.join(map(str, some))})" if some else ""


def retries(job: Job) -> str:
    """``2 of 3 left, after 1m00s, then 2 times as long each, at most 1h00m``."""
    if job.retries <= 0:
        return ""
    grows = f", then {job.retry_factor:g} times as long each, at most {duration(job.retry_most)}"
    left = "" if job.state in ENDED_WELL else f"{retries_left(job)} of "
    text = f"{left}{job.retries}{' left' if left else ''}, after {duration(job.retry_delay)}"
    return text + (grows if job.retries > 1 else "")


ENDED_WELL = (State.COMPLETED, State.SKIPPED, State.CANCELLED)


def retries_left(job: Job) -> int:
    """How often it would be tried again if it failed now."""
    return max(0, min(job.retries, job.retries + 1 - job.tried))
