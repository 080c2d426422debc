"""How far a run is: the last line of the terminal, below what is printed, from its second second on."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from jobyard.core.yard import clip
from jobyard.tui import gauges
from jobyard.tui.cli.waiting import PATIENCE, somebody_looks

if TYPE_CHECKING:
    from jobyard.core.yard import Yard
    from jobyard.tui.cli.taskrun.follow import Follower
    from jobyard.tui.cli.taskrun.printer import Printer

EVERY = 1.0  # seconds between two looks
GAUGED = 50  # running tasks whose progress is read


class Standing:
    """Says how far a run is, where output and the line below it go to one terminal."""

    def __init__(self, yard: Yard, printer: Printer, clock: Callable[[], float] = time.monotonic) -> None:
        self._yard, self._printer, self._clock = yard, printer, clock
        self._wanted = not printer.raw and somebody_looks()
        self._due = clock() + PATIENCE

    def look(self, follower: Follower) -> None:
        """Say it if it is time to."""
        if not self._wanted or self._clock() < self._due:
            return
        self._due = self._clock() + EVERY
        columns = shutil.get_terminal_size((80, 24)).columns
        self._printer.below(clip(told(self._yard, follower), columns - 1))

    def end(self) -> None:
        """Wipe the line."""
        self._printer.below("")


def told(yard: Yard, follower: Follower) -> str:
    """``▕████▌     ▏ 45% · 45 of 100 tasks have ended, 4 running``; what running ones print of themselves counts."""
    total, ended, live = len(follower.tracks), len(follower.tracks) - follower.left, sorted(follower.live)
    done = ended + sum(one.fraction for one in yard.progress(live[:GAUGED]).values())
    share = done / max(1, total)
    return f"{gauges.framed(share)} {gauges.percent(share)} · {ended:,} of {total:,} tasks ended, {len(live):,} running"
