"""What the Jobs screen asks of the side thread about running jobs, once a second: how far they are, what they use.

Only those in sight, and the one that is described; and what they use only where a column or the pane shows it.
"""

from __future__ import annotations

import time
from collections.abc import Set
from typing import TYPE_CHECKING

from textual.message import Message

from jobyard.core.errors import Unknown
from jobyard.core.states import State

from .columns import EXPECTED
from .gauges import Gauge
from .messages import Gauged

if TYPE_CHECKING:
    from jobyard.core.forecast import Forecast
    from jobyard.core.usage import Sample
    from jobyard.core.yard import Yard

    from .screens.jobs import Jobs

_USE = frozenset({"cpu", "memory"})  # columns
SOON = 0.4  # seconds between two looks at least
FORESEE = 3.0  # seconds between two forecasts at least


class Gauging:
    """The Jobs screen's look at running jobs. Nothing here waits."""

    def __init__(self, screen: Jobs) -> None:
        self._screen = screen
        self._foresight = Foresight()
        self._asked: frozenset[int] = frozenset()
        self._asked_at = -SOON

    def look_again(self) -> None:
        """Other jobs are in sight: they do not wait for the next second, unless jobs come and go all the time."""
        if not self._screen.is_current or time.monotonic() - self._asked_at < SOON:
            return
        if not self._asked.issuperset(self._screen.table.running_rows()):
            self.tick()

    def tick(self) -> None:
        """A second has passed."""
        screen, yard = self._screen, self._screen.yard_app.yard
        rows, described = set(screen.table.running_rows()), self._described()
        if described is not None:
            rows.add(described)
        self._asked, self._asked_at = frozenset(rows), time.monotonic()
        shown = {column.key for column in screen.table.shown_columns}
        use, wait = not _USE.isdisjoint(shown), EXPECTED in shown
        waiting = frozenset(screen.table.waiting_rows()) if wait else frozenset[int]()
        if not rows and not waiting and not screen.table.gauges:
            return

        def letter() -> Message:
            gauges = look(yard, sorted(rows), use)
            if wait:
                gauges = self._foresight.add(yard, gauges, waiting | rows)
            return Gauged(gauges, described, curve(yard, described))

        screen.yard_app.siding.put(letter, screen, key="gauges")

    def _described(self) -> int | None:
        """The job in the detail pane, while it runs and the pane is in sight."""
        detail = self._screen.detail
        dossier = detail.dossier if detail.display else None
        if dossier is None or dossier.fold is not None or dossier.job.state is not State.RUNNING:
            return None
        return dossier.row


class Foresight:
    """What is expected of the jobs in sight; worked out anew every few seconds. The side thread's."""

    def __init__(self) -> None:
        self._forecast: Forecast | None = None
        self._at = 0.0

    def add(self, yard: Yard, gauges: dict[int, Gauge], rows: Set[int]) -> dict[int, Gauge]:
        """The same with what is expected of these jobs."""
        from .foretelling import cell

        if self._forecast is None or time.monotonic() - self._at >= FORESEE:
            self._forecast, self._at = yard.forecast(), time.monotonic()
        now, forecast = time.time(), self._forecast
        told = {row: cell(forecast.of(row), now) for row in rows}
        return {
            row: gauges.get(row, Gauge())._replace(expected=told.get(row, "")) for row in gauges.keys() | told.keys()
        }


def look(yard: Yard, rows: list[int], use: bool) -> dict[int, Gauge]:
    """What is known of these jobs; those of which nothing is, are left out. *use*: also what they use."""
    if not rows:
        return {}
    progress, samples = yard.progress(rows), yard.usage_now(rows) if use else {}
    return {row: Gauge(progress.get(row), samples.get(row)) for row in progress.keys() | samples.keys()}


def curve(yard: Yard, row: int | None) -> tuple[Sample, ...]:
    """What a job used over time."""
    try:
        return yard.usage(row) if row is not None else ()
    except Unknown:
        return ()
