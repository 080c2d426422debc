"""What is said where a run has no data to show: why, and what it waits for."""

from __future__ import annotations

from jobyard.core.states import State

from .model import EXPERIMENT, Seen

GONE = ("This job is gone.", "It was purged: its record and its logs were deleted.")
NOTHING = ("No job is chosen.", "1 leads to the list of jobs, 6 to runs that left data; there {page} shows one whole.")
WHY = {
    State.PENDING: ("It has not been started yet.", "Its data is written when it ends."),
    State.RUNNING: ("It runs: its data is written when it ends.", "It will be drawn here then."),
    State.COMPLETED: ("It left no data.", "An experiment that is told not to save leaves none."),
    State.FAILED: ("It failed before its data was saved.", "The log tells where."),
    State.CANCELLED: ("It was cancelled before its data was saved.",),
    State.SKIPPED: ("It was skipped: it never ran.",),
}


def words(seen: Seen) -> tuple[str, ...]:
    """Why there is nothing to draw, in sentences."""
    if seen.job.kind != EXPERIMENT:
        return "No data: only experiments leave some.", "What it wrote is in its log."
    attempt = seen.attempt
    return WHY[seen.job.state if attempt is None or seen.last else attempt.state]
