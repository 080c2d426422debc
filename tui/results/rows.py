"""Runs, a line each: what ran, who, when, how large; and the line about a dataset of one."""

from __future__ import annotations

import time
from collections.abc import Sequence

from jobyard.core.labmodels import Run
from jobyard.core.results.model import Summary

from ..configs.leaf import Leaf
from ..format import number, size, when
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


def told(one: Summary) -> str:
    """A line about the values of a dataset."""
    if one.trouble:
        return f"✗ {plain(one.trouble)}"
    values = [f"{name} {value:.6g}" for name, value in (("least", one.least), ("most", one.most), ("mean", one.mean))
              if value is not None]  # fmt: skip
    first = "" if values else plain(", ".join(one.first))
    nans = f"{number(one.nans)} NaN" if one.nans else ""
    part = "" if one.whole else f"of the first {number(one.looked)}"
    return "  ".join([plain(one.path), f"{number(one.total)} values", *values, first, nans, part]).rstrip()
