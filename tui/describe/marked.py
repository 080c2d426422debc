"""The jobs that are marked, counted: what the next command is about to be done to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from jobyard.core.models import JobRow
from jobyard.core.states import State

from ..format import number, plural
from ..text import plain
from .rows import Frame, Rows, blank, bulleted

QUEUES = 4  # that are named


def marked(some: Sequence[JobRow], total: int, frame: Frame) -> Rows:
    """How many in which state and in which queue; *some* are those of them that were looked at."""
    states = Counter(row.state for row in some)
    counted = ", ".join(f"{number(states[state])} {state.value}" for state in State if states[state])
    first = f" (of the first {number(len(some))})" if len(some) < total else ""
    yield from bulleted("▌ ", f"{plural(total, 'job')} marked: {counted}{first}", "accent", frame)
    queues = Counter(plain(row.queue) for row in some).most_common()
    if len(queues) > 1:
        named = ", ".join(f"{queue} {number(count)}" for queue, count in queues[:QUEUES])
        yield from bulleted("  ", f"in {named}{' and more' if len(queues) > QUEUES else ''}", "dim", frame)
    yield blank()
