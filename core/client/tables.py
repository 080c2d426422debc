"""Queue and history as plain dicts, by the keys of the original and some more, and the queue as lines for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..labmodels import Brief
from ..models import JobRow
from ..states import State
from ..text import one_line, people_age
from .result import HARDWARE, MULTIPHOTON, moment, trouble

Entry = dict[str, Any]
NONE = Brief({}, "", {})
HEAD = ("#", "JOB", "USER", "PRI", "QUEUE", "EXPERIMENT", "SINCE", "WHY")
WIDEST = 40  # cells of a column


def entries(jobs: Sequence[JobRow], briefs: Mapping[int, Brief]) -> list[Entry]:
    """A dict for each job. ``queue_position`` counts the pending of its queue as they stand in *jobs*."""
    place: Counter[int] = Counter()
    found = []
    for job in jobs:
        place[job.queue_id] += job.state is State.PENDING
        position = place[job.queue_id] if job.state is State.PENDING else None
        found.append(_entry(job, briefs.get(job.row, NONE), position))
    return found


def _entry(job: JobRow, brief: Brief, position: int | None) -> Entry:
    fields = brief.fields if job.kind == "experiment" else {}
    return {
        "job_id": job.id,
        "user": job.user,
        "experiment_class": fields.get("class"),
        "experiment_module": fields.get("module"),
        "status": job.state.value,
        "priority": job.priority,
        "queue": job.queue if job.session == "default" else f"{job.session}/{job.queue}",
        "queue_position": position,
        "reason": job.reason,
        "created_at": _iso(job.created_at),
        "started_at": _iso(job.started_at),
        "completed_at": _iso(job.ended_at),
        "data_file_path": brief.data_file or None,
        "error_message": trouble(job.state, job.message),
        "hardware_config_version_id": brief.configs.get(HARDWARE),
        "multiphoton_config_version_id": brief.configs.get(MULTIPHOTON),
        "configs": dict(brief.configs),
        "name": job.name,
        "kind": job.kind,
        "command": job.command,
    }


def _iso(at: float | None) -> str | None:
    return None if at is None else moment(at).isoformat(timespec="milliseconds")


# -- for people -----------------------------------------------------------------------------------


def lines(jobs: Sequence[Entry], now: float, total: int) -> Iterator[str]:
    """The queue as a table; *total*: how many wait or run in all."""
    if not jobs:
        yield "Nothing runs or waits."
        return
    cells = [HEAD, *(_cells(job, now) for job in jobs)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(HEAD))]
    for row in cells:
        yield "  ".join(word.ljust(width) for word, width in zip(row, widths, strict=True)).rstrip()
    if total > len(jobs):
        yield f"… and {total - len(jobs):,} more"


def _cells(job: Entry, now: float) -> tuple[str, ...]:
    running = job["queue_position"] is None
    since = _seconds(job["started_at"] or job["created_at"])
    what = job["experiment_class"] or job["command"]
    words = (
        "▶" if running else str(job["queue_position"]), job["job_id"], job["user"], str(job["priority"]), job["queue"],
        what, people_age(max(0.0, now - since)), "running" if running else job["reason"],
    )  # fmt: skip
    return tuple(one_line(word, WIDEST) for word in words)


def _seconds(text: str) -> float:
    from datetime import datetime

    return datetime.fromisoformat(text).timestamp()
