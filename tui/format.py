"""Numbers and states as people read them: pure functions, no widget."""

from __future__ import annotations

import re
import signal
import time
from datetime import datetime

from jobyard.core.models import JobRow, QueueInfo
from jobyard.core.states import Cause, State

_LONG = re.compile(r"\bJOB-\d{4}(\d{4}-\d+)\b(?: \(([^()]*)\))?")
_KINDS = {" [after-ok]": "", " [after-any]": ", however it ends", " [after-fail]": ", if it fails"}
_WAITS = re.compile(r"^waits for JOB-\d{4}(\d{4}-\d+)")

GLYPHS: dict[State, str] = {
    State.PENDING: "○",
    State.RUNNING: "●",
    State.COMPLETED: "✓",
    State.FAILED: "✗",
    State.CANCELLED: "⊘",
    State.SKIPPED: "»",
}


def duration(seconds: float) -> str:
    """At most six cells: ``42s``, ``3m05s``, ``2h07m``, ``4d03h``, ``412d``."""
    whole = max(0, int(seconds))
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m{whole % 60:02}s"
    if whole < 86400:
        return f"{whole // 3600}h{whole % 3600 // 60:02}m"
    days, hours = whole // 86400, whole % 86400 // 3600
    return f"{days}d{hours:02}h" if days < 100 else f"{days}d"


def took(seconds: float) -> str:
    """A finished duration; below ten seconds with a decimal."""
    return f"{max(0.0, seconds):.1f}s" if seconds < 9.95 else duration(seconds)


def size(count: int) -> str:
    """Bytes in binary units: ``312 B``, ``1.4 KiB``, ``12 MiB``."""
    value = float(count)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if value < 1024 or unit == "GiB":
            return f"{value:.1f} {unit}" if unit != "B" and value < 10 else f"{value:.0f} {unit}"
        value /= 1024
    raise AssertionError("unreachable")


def number(count: int) -> str:
    """A count with thin grouping: ``1,000,000``."""
    return f"{count:,}"


def plural(count: int, noun: str) -> str:
    """``1 job``, ``3 jobs``."""
    return f"{number(count)} {noun}{'' if count == 1 else 's'}"


def when(moment: float, now: float) -> str:
    """Local time of day; with the date when it is not today's."""
    then, today = datetime.fromtimestamp(moment), datetime.fromtimestamp(now)
    return then.strftime("%H:%M:%S" if then.date() == today.date() else "%Y-%m-%d %H:%M:%S")


def clock(moment: float, now: float) -> str:
    """Local time in at most eleven cells: ``09:14:02``, ``11-20 09:14``, ``2025-11-20``."""
    then, today = datetime.fromtimestamp(moment), datetime.fromtimestamp(now)
    if then.date() == today.date():
        return then.strftime("%H:%M:%S")
    return then.strftime("%m-%d %H:%M" if then.year == today.year else "%Y-%m-%d")


def signal_name(number_: int) -> str:
    """``SIGKILL`` for 9."""
    try:
        return signal.Signals(number_).name
    except ValueError:
        return f"signal {number_}"


def state_word(row: JobRow) -> str:
    """The state in a word; a job that has been asked to stop is ``stopping``."""
    return "stopping" if row.state is State.RUNNING and row.stopping else row.state.value


def state_glyph(row: JobRow) -> str:
    """The state in a glyph; a held job's circle is dotted."""
    return "◌" if row.state is State.PENDING and row.held else GLYPHS[row.state]


def job_time(row: JobRow, now: float) -> str:
    """How long it runs, ran, or has been waiting."""
    if row.state is State.RUNNING:
        return duration(now - (row.started_at or row.created_at))
    if row.started_at is not None and row.ended_at is not None:
        return took(row.ended_at - row.started_at)
    return duration(now - row.created_at) if row.state is State.PENDING else ""


def outcome(row: JobRow) -> str:
    """Why it waits, or how it ended."""
    if row.state is State.PENDING:
        return row.reason
    if row.state is State.FAILED:
        return row.message or failure(row.cause, row.exit_code, row.signal)
    return row.message


def failure(cause: Cause | None, exit_code: int | None, signal_: int | None) -> str:
    """A failure in words, for want of a message."""
    if cause is Cause.SIGNAL and signal_ is not None:
        return signal_name(signal_)
    if cause is Cause.EXIT and exit_code is not None:
        return f"exit code {exit_code}"
    return cause.value if cause else ""


def short_id(job_id: str) -> str:
    """``1122-00017`` for ``JOB-20261122-00017``: month, day and counter."""
    return job_id[8:] if job_id.startswith("JOB-") and len(job_id) > 12 else job_id


def short_reason(text: str) -> str:
    """A reason for a narrow column: ``after 1122-00017`` for ``waits for JOB-20261122-00017``."""
    return _WAITS.sub(r"after \1", text)


def short_prose(text: str) -> str:
    """A sentence with names before short ids: ``waits for calib (1122-00017)``, and kinds of waiting in words."""
    for kind, words in _KINDS.items():
        text = text.replace(kind, words)
    return _LONG.sub(lambda found: f"{found[2]} ({found[1]})" if found[2] else found[1], text)


def queue_mark(queue: QueueInfo, now: float | None = None) -> str:
    """What keeps a queue's jobs from starting, in words; empty when they may."""
    if queue.ended or queue.session_ended:
        return "ended" if queue.ended else "session ended"
    if queue.paused and queue.paused_until is not None:
        return f"paused until {when(queue.paused_until, now if now is not None else time.time())}"
    return "paused" if queue.paused else ""


def queue_title(queue: QueueInfo) -> str:
    """Its name, with its session unless that is the default one."""
    return queue.name if queue.session == "default" else f"{queue.session}/{queue.name}"
