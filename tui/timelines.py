"""What the timeline shows, fetched and laid out: called in a thread."""

from __future__ import annotations

import time
from typing import NamedTuple

from jobyard.core.gantt.axis import View, window
from jobyard.core.gantt.chart import Chart, lay_out
from jobyard.core.gantt.spans import By, Wish
from jobyard.core.models import JobFilter
from jobyard.core.yard import Yard


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
    return lay_out(yard.timeline(Wish(shown, asked.by, asked.where)), asked.height)
