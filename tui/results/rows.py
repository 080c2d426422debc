"""Runs, a line each: what ran, who, when, how large."""

from __future__ import annotations

import time
from collections.abc import Sequence

from jobyard.core.labmodels import Run

from ..configs.leaf import Leaf
from ..format import size, when
from ..painting import fit
from ..text import plain
from ..widgets.lines import Line

USER, WHEN, SIZE = 9, 12, 9  # cells


class Runs(Leaf):
    """Runs newest first; marked ones bear a bar."""

    chooses = True

    def __init__(self, runs: Sequence[Run], marked: Sequence[str] = (), now: float | None = None) -> None:
        self.runs, self.marked, self._now = runs, set(marked), now or time.time()

    @property
    def count(self) -> int:
        """How many are known."""
        return len(self.runs)

    def key(self, number: int) -> str:
        """The data file."""
        return self.runs[number].data.path

    def line(self, number: int, left: int, width: int) -> Line:
        """What, who, when, size."""
        run = self.runs[number]
        wide = max(8, width - USER - WHEN - SIZE - 5)
        mark = ("▌", "accent") if run.data.path in self.marked else (" ", "")
        made = when(run.data.made_at, self._now)
        return [
            mark, (fit(title(run), wide), ""), (f" {fit(plain(run.user), USER)}", "dim"),
            (f" {made:>{WHEN}}", "dim"), (f" {size(run.data.size):>{SIZE}}", "faint"),
        ]  # fmt: skip


def title(run: Run) -> str:
    """The class, and the job's name where that says more."""
    kind = plain(run.experiment.rpartition(":")[2])
    name = plain(run.name)
    return f"{kind} · {name}" if kind and name and kind.lower() not in name.lower() else name or kind or run.job
