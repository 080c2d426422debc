"""What the Jobs screen asks of the side thread about running jobs, once a second: how far they are, what they use.

Only those in sight, and the one that is described; and what they use only where a column or the pane shows it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

from jobyard.core.errors import Unknown
from jobyard.core.states import State

from .gauges import Gauge
from .messages import Gauged

if TYPE_CHECKING:
    from jobyard.core.usage import Sample
    from jobyard.core.yard import Yard

    from .screens.jobs import Jobs

_USE = frozenset({"cpu", "memory"})  # columns


class Gauging:
    """The Jobs screen's look at running jobs. Nothing here waits."""

    def __init__(self, screen: Jobs) -> None:
        self._screen = screen

    def tick(self) -> None:
        """A second has passed."""
        screen, yard = self._screen, self._screen.yard_app.yard
        rows, described = set(screen.table.running_rows()), self._described()
        if described is not None:
            rows.add(described)
        if not rows and not screen.table.gauges:
            return
        use = not _USE.isdisjoint(column.key for column in screen.table.shown_columns)

        def letter() -> Message:
            return Gauged(look(yard, sorted(rows), use), described, curve(yard, described))

        screen.yard_app.siding.put(letter, screen, key="gauges")

    def _described(self) -> int | None:
        """The job in the detail pane, while it runs and the pane is in sight."""
        detail = self._screen.detail
        dossier = detail.dossier if detail.display else None
        if dossier is None or dossier.fold is not None or dossier.job.state is not State.RUNNING:
            return None
        return dossier.row


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
