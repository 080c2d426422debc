"""A folded line: an array, or a chain that has ended, as one line with its progress."""

from __future__ import annotations

from jobyard.core.models import TELLING, Fold, JobRow
from jobyard.core.states import State

BAR = 10  # cells
_EIGHTHS = " ▏▎▍▌▋▊▉"
_TOLD = (State.FAILED, State.CANCELLED, State.SKIPPED, State.RUNNING)


def fold_name(row: JobRow, fold: Fold) -> str:
    """``rabi[0-99]`` for an array, ``rabi … 5 jobs`` for a chain."""
    name = row.name or row.command
    brackets = fold.ref[fold.ref.index("[") :] if "[" in fold.ref else ""
    return f"{name}{brackets}" if fold.kind == "array" else f"{name} … {fold.size:,} jobs"


def told_state(row: JobRow) -> State:
    """Its state; of a folded line the one that tells most: what goes on first, then what went wrong."""
    counts = dict(row.fold.counts) if row.fold is not None else {}
    return next((state for state in TELLING if counts.get(state)), row.state)


def whole_id(row: JobRow) -> str:
    """Its id; of a folded array the array's own."""
    return row.id if row.fold is None or row.fold.kind != "array" else row.fold.ref.partition("[")[0]


def filter_of(fold: Fold) -> str:
    """The filter that shows its jobs and no other: ``array:JOB-…``, ``chain:JOB-…``."""
    id = fold.ref.partition("[")[0]
    return id if id.startswith(f"{fold.kind}:") else f"{fold.kind}:{id}"


def progress(fold: Fold, width: int, why: str = "") -> str:
    """``▕███▋      ▏ 37/100 done, 2 failed, 4 running``; without the bar where *width* has no room for both.

    While nothing of it runs, also *why*: ``0/6 done: no free slot``.
    """
    counts = dict(fold.counts)
    done = counts.get(State.COMPLETED, 0)
    parts = [f"{done:,}/{fold.size:,} done"]
    parts += [f"{counts[state]:,} {state.value}" for state in _TOLD if counts.get(state)]
    words = ", ".join(parts) + (f": {why}" if why and not counts.get(State.RUNNING) else "")
    return f"{bar(done, fold.size)} {words}" if len(words) + BAR + 3 <= width else words


def bar(done: int, size: int) -> str:
    """A bar of eighth blocks; full only when all is done, empty only when nothing is."""
    eighths = 8 * BAR * done // max(1, size)
    eighths = max(eighths, 1 if done else 0)
    whole, rest = divmod(eighths, 8)
    return "▕" + ("█" * whole + _EIGHTHS[rest].strip()).ljust(BAR) + "▏"
