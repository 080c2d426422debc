"""``client.data``: what runs left. A *ref* is a job (its last attempt that left data) or the path of a data file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..labmodels import Run
from ..lazy import LazyModule
from ..units import parse_time
from ..yard import Yard

if TYPE_CHECKING:
    from .. import results
    from ..results import DataDifferences, Expt, Tree
else:  # h5py and numpy are imported by whoever looks into a file
    results = LazyModule("jobyard.core.results")

Ref = str | int


class DataFiles:
    """Found by what made them, loaded, compared, exported."""

    def __init__(self, yard: Yard) -> None:
        self._yard = yard

    def file(self, ref: Ref, attempt: int | None = None) -> Path:
        """The data file of a run, which is there. Raises Unknown, Ambiguous, BadFile."""
        return self._yard.data_file(ref, attempt)

    def find(
        self,
        *tests: str,
        user: str = "",
        experiment: str = "",
        queue: str = "",
        since: float | str | None = None,
        until: float | str | None = None,
        limit: int | None = 100,
    ) -> list[Run]:
        """Runs that left data, newest first, by the configs that made them: ``find("expt.reps=1000", user="Claude")``.

        *experiment* is a class, a module or MODULE:CLASS; times are seconds since the epoch or ISO 8601.
        Raises BadInput, Unknown.
        """
        return self._yard.data_runs(
            tests, user=user, experiment=experiment, queue=queue, since=_seconds(since), until=_seconds(until),
            limit=limit,
        )  # fmt: skip

    def load(self, ref: Ref, attempt: int | None = None) -> Expt:
        """Data and config: ``.data["avgi"]`` (numpy arrays by name), ``.cfg.expt.reps``. Raises as `file`."""
        return self._yard.data_load(ref, attempt)

    def config(self, ref: Ref, attempt: int | None = None) -> dict[str, Any]:
        """The full config that the file keeps. Raises as `file`."""
        return self._yard.data_config(ref, attempt)

    def tree(self, ref: Ref, attempt: int | None = None) -> Tree:
        """Groups, datasets and attributes of the file. Raises as `file`."""
        return self._yard.data_tree(ref, attempt)

    def diff(self, one: Ref, other: Ref) -> DataDifferences:
        """How two runs differ: their configs and their values. Raises as `file`."""
        return self._yard.data_diff(one, other)

    def export(self, ref: Ref, to: str | Path, names: tuple[str, ...] = ()) -> Path:
        """Write datasets (default: all that go together) as CSV, or as npz where *to* ends so; where.

        Raises as `file`; BadInput for what does not fit together, OSError for what cannot be written.
        """
        path, target = self._yard.data_file(ref), Path(to).expanduser()
        if target.suffix == ".npz":
            with target.open("wb") as file:
                results.export_npz(path, file, names)
        else:
            with target.open("w", encoding="utf-8", newline="") as text:
                results.export_csv(path, text, names)
        return target


def _seconds(when: float | str | None) -> float | None:
    if when is None or isinstance(when, (int, float)):
        return when
    from time import time

    return parse_time(when, time())
