"""Runs, a line each: what ran, who, when, how large; and the line about a dataset of one."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from datetime import datetime

from jobyard.core.labmodels import Run
from jobyard.core.results.model import Summary
from jobyard.core.text import cells

from ..configs.leaf import Leaf
from ..format import clock, number, size
from ..painting import fit
from ..text import plain
from ..widgets.lines import Line

CLASS, USER, WHEN, SIZE = 26, 9, 11, 9  # cells, at most
LEAST = 8  # cells of a name
LOOKED_AT = 200  # runs whose names say how wide their column is
NARROW = 52  # cells of a line that has no room for the size


class Runs(Leaf):
    """Runs in an order; marked ones bear a bar, those that still run say so.

    What they are ordered by stands out where it changes: the first of each user, class or day.
    """

    chooses = True

    def __init__(
        self, runs: Sequence[Run], marked: Collection[int] = (), growing: Collection[int] = (), order: str = "",
        now: float | None = None,
    ) -> None:  # fmt: skip
        self.runs, self.marked, self.growing = runs, set(marked), set(growing)
        self.order, self._now = order, now or time.time()
        self._longest = max((cells(names(run)[0]) for run in runs[:LOOKED_AT]), default=0)

    @property
    def count(self) -> int:
        """How many are known."""
        return len(self.runs)

    def key(self, number: int) -> str:
        """The data file."""
        return self.runs[number].data.path

    def line(self, number: int, left: int, width: int) -> Line:
        """What, who, when, size."""
        run, bare = self.runs[number], width < NARROW
        wide = max(12, width - USER - WHEN - (0 if bare else SIZE + 1) - 3)
        name, kind = names(run)
        half = min(wide - min(CLASS, wide // (3 if bare else 2)), max(LEAST, self._longest))
        kind = kind if cells(kind) < wide - half else bare_point(run) or kind
        lit = {self._column: "accent"} if self._first(number) else {}
        made, style = f"{clock(run.data.made_at, self._now):>{WHEN}}", lit.get("when", "dim")
        if run.row in self.growing:
            made, style = f"{'● running':>{WHEN}}", "running"
        tail: Line = [] if bare else [(f" {size(run.data.size):>{SIZE}}", lit.get("size", "faint"))]
        return [
            ("▌", "accent") if run.row in self.marked else (" ", ""), (fit(name, half), lit.get("name", "")),
            (fit(f" {kind}", wide - half), lit.get("class", "dim")),
            (f" {fit(plain(run.user), USER)}", lit.get("user", "dim")), (f" {made}", style), *tail,
        ]  # fmt: skip

    @property
    def _column(self) -> str:
        return self.order if self.order in ("user", "class", "name", "size") else "when"

    def _first(self, number: int) -> bool:
        """Whether another value of what they are ordered by begins here."""
        if self.order == "size":
            return False
        return number == 0 or self._value(self.runs[number]) != self._value(self.runs[number - 1])

    def _value(self, run: Run) -> object:
        match self.order:
            case "user":
                return run.user
            case "class":
                return run.experiment.rpartition(":")[2]
            case "name":
                return run.name
        return run.row in self.growing, datetime.fromtimestamp(run.data.made_at).date()


def names(run: Run) -> tuple[str, str]:
    """What the job is called; its point in a sweep, and its class where that says more."""
    kind, name = plain(run.experiment.rpartition(":")[2]), plain(run.name)
    more = (kind if kind.lower() not in name.lower() else "") if name else ""
    return name or kind or run.job, " ".join(part for part in (point(run), more) if part)


def point(run: Run) -> str:
    """``amp=0.3 freq=4.8``."""
    if not run.swept:
        return ""
    from jobyard.core import sweeps  # few runs are of a sweep

    return sweeps.told(dict(run.swept))


def bare_point(run: Run) -> str:
    """``0.3 4.8``: where there is no room for the keys, which are the same for all of a sweep."""
    if not run.swept:
        return ""
    from jobyard.core import sweeps

    return " ".join(plain(sweeps.shown(value)) for _, value in run.swept)


def title(run: Run) -> str:
    """The same as one."""
    return " · ".join(part for part in names(run) if part)


def called(runs: Sequence[Run]) -> dict[str, str]:
    """Runs that are drawn over each other, by their files: short names, with a number where two have the same."""
    if len(runs) == 1:
        return {runs[0].data.path: title(runs[0])}
    short = [names(run)[0] for run in runs]
    number = {run.row: f" {run.job.rpartition('-')[2].lstrip('0')}" for run in runs}
    found: dict[str, str] = {}
    for run, name in zip(runs, short, strict=True):
        found.setdefault(run.data.path, name + (number[run.row] if short.count(name) > 1 else ""))
    return found


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
