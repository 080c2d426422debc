"""Which runs are shown: those that a filter lets through, in one of several orders; and those that write just now."""

from __future__ import annotations

from typing import NamedTuple

from jobyard.core.errors import Unknown
from jobyard.core.labmodels import Run, RunFilter
from jobyard.core.models import JobRow
from jobyard.core.yard import Yard

ORDERS: dict[str, tuple[str, str]] = {  # what each order of the yard is called, and what comes first
    "": ("date", "the newest first"),
    "oldest": ("date, oldest first", "the oldest first"),
    "user": ("user", "of each the newest first"),
    "class": ("class", "of the experiment; of each the newest first"),
    "name": ("name", "of the job"),
    "size": ("size", "the largest file first"),
}
SAMPLE = "words, user:ann, class~rabi, since:yesterday, expt.reps>=100"


class Wish(NamedTuple):
    """What is to be shown. ``job``: somebody comes from it, to its data."""

    where: RunFilter
    order: str = ""
    limit: int = 500
    job: JobRow | None = None


class Shown(NamedTuple):
    """Runs, first those that ``grow``: experiments that still run. ``job``: as it is now."""

    wish: Wish
    runs: tuple[Run, ...]
    grow: frozenset[int]  # of which attempts
    more: bool = False  # than these
    job: JobRow | None = None

    def at(self, row: int) -> int:
        """Where an attempt's run is, -1 where it is not."""
        return next((number for number, run in enumerate(self.runs) if run.row == row), -1)

    def of(self, job: str) -> int:
        """The same of the newest run of a job."""
        return next((number for number, run in enumerate(self.runs) if run.job == job), -1)


def look(yard: Yard, wish: Wish) -> Shown:
    """What there is. In a thread."""
    job = yard.rows([wish.job.row]).get(wish.job.row) if wish.job is not None else None  # before its data: no gap
    growing = yard.growing_runs(wish.where)
    found = yard.runs_of(wish.where, wish.limit, wish.order)
    ended = {run.row for run in found}
    runs = [*(run for run in growing if run.row not in ended), *found]
    if job is not None and all(run.job != job.id for run in runs):
        runs = [*_of(yard, job), *runs]
    grow = frozenset(run.row for run in growing if run.row not in ended)
    return Shown(wish, tuple(runs), grow, len(found) >= wish.limit, job)


def _of(yard: Yard, job: JobRow) -> list[Run]:
    """The run of a job that the filter hides, or that is older than those which are shown."""
    try:
        found = yard.data_run(job.row)
    except Unknown:
        return []
    return [found] if found is not None else []
