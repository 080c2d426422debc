"""What the timeline shows, fetched and laid out: called in a thread."""

from __future__ import annotations

import time
from typing import NamedTuple

from jobyard.core.gantt.axis import View, window
from jobyard.core.gantt.chart import Chart, lay_out
from jobyard.core.gantt.spans import By, Span, Timeline, Wish
from jobyard.core.models import JobFilter
from jobyard.core.yard import Yard

MOST_GAUGED = 100  # running jobs whose logs are looked at for how far they are: a tenth of a millisecond each


class Asked(NamedTuple):
    """What somebody wants to see, and the room for it."""

    view: View
    by: By
    where: JobFilter
    cells: int
    height: int


def fetch(yard: Yard, asked: Asked) -> Chart:
    """The chart."""
    shown = window(asked.view, asked.cells, time.time(), ahead=False)
    found = yard.timeline(Wish(shown, asked.by, asked.where))
    return lay_out(gauged(yard, found), asked.height)


def gauged(yard: Yard, found: Timeline) -> Timeline:
    """What runs, with how far it says that it is."""
    running = [span.row for span in found.spans if span.end is None][:MOST_GAUGED]
    said = yard.progress(running) if running else {}
    if not said:
        return found

    def told(span: Span) -> Span:
        one = said.get(span.row) if span.end is None else None
        return span if one is None else span._replace(fraction=one.fraction, expected=one.expected_end)

    return found._replace(spans=tuple(map(told, found.spans)))
