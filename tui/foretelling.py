"""When a job is expected to start and to end, as people read it: no finer than it is known. Pure, no widget."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .gauges import clock
from .text import plain

if TYPE_CHECKING:  # the first paint imports no forecast
    from jobyard.core.forecast import Expected
    from jobyard.core.models import Job

SOON = 30.0  # seconds; what comes sooner comes now
SAME = 60.0  # seconds; two times that are no further apart are told once
GUESS = "a guess: how long some of it takes is not known"


def cell(expected: Expected, now: float) -> str:
    """``14:32``, ``~14:32`` for a guess, ``now``; of a running job its end, ``→14:50``; ``?`` where nobody can say."""
    at, sign = (expected.start, "") if expected.start is not None else (expected.end, "→")
    if at is None:
        return "?"
    sign += "~" if expected.guess else ""
    return f"{sign}now" if at - now < SOON else sign + clock(at, now)


def about(at: float, late: float | None, now: float) -> str:
    """``about 14:32 (by 15:10 with 90 %)``, ``now``."""
    text = "now" if at - now < SOON else f"about {clock(at, now)}"
    return text if late is None or late - at < SAME else f"{text} (by {clock(late, now)} with 90 %)"


def is_news(expected: Expected, job: Job) -> bool:
    """Whether it says more than the job's blockers: not, where the reason why nobody can say is one of them."""
    why_not = expected.why_not
    return not why_not or not any(blocker.text.startswith(why_not) for blocker in job.blockers)


def told(expected: Expected, now: float, behind: str = "") -> str:
    """A sentence without its full stop; *behind* is the id of the job that it waits for without an end."""
    if expected.end is None:
        why = plain(expected.why_not) + (f" ({behind})" if behind else "")
        return f"nobody can say when it starts: {why}"
    end = about(expected.end, expected.late_end, now)
    guess = f"; {GUESS}" if expected.guess else ""
    if expected.start is None:
        return f"expected to end {end}{guess}"
    return f"expected to start {about(expected.start, expected.late_start, now)}, to end {end}{guess}"
