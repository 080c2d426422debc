"""A yard in memory whose jobs are experiments: those that completed have left data, with configs and provenance."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from jobyard.core.filters.completing import Suggestion
from jobyard.core.labmodels import ConfigLink, DataFile, Run, RunFilter
from jobyard.core.models import Comparison, Difference, GitState, Job, Provenance
from jobyard.core.states import Cause, State
from tests.tui.fake_configs import TYPE
from tests.tui.fake_yard import FakeYard

CLASS = "experiments.rabi:Rabi"
RETRIED = 19  # the row of a job with two attempts, of which the second left data
VERSIONS = ("CFG-HW-20261122-00001", "CFG-HW-20261122-00002")


class FakeLab(FakeYard):
    """*told* is where the data of all runs is said to be, *there* where it is."""

    def __init__(self, home: Path, told: str, there: Path) -> None:
        super().__init__(home)
        self.told, self.near = told, Near(told, there)
        self.growing: list[Run] = []
        self.config_texts = ["f_ge: 4.8\n", "f_ge: 4.85\n"]

    def job(self, ref: int | str) -> Job:
        row = self.resolve([ref])[0] if isinstance(ref, str) else ref
        found = super().job(row)
        config = {"start": 0, "step": 400 if row % 2 else 200, "reps": 100}
        fields = {"module": "experiments.rabi", "class": "Rabi", "config": config, "swept": {"step": config["step"]}}
        link = ConfigLink(TYPE, VERSIONS[row % 2], "0" * 64, "/lab/configs/one")
        tries = tuple(one._replace(configs=(link,)) for one in found.attempts)
        if found.state is State.COMPLETED:
            tries = (tries[0]._replace(data_file=self.told, data_bytes=27_000),)
        if row == RETRIED:
            failed = tries[0]._replace(state=State.FAILED, cause=Cause.EXIT, exit_code=3, message="", data_file="")
            tries = (failed, tries[0]._replace(number=2))
        return found._replace(kind="experiment", fields=fields, attempts=tries)

    def provenance(self, ref: int, attempt: int | None = None) -> Provenance | None:
        git = GitState("/lab/code", "1a2b3c4d5e6f7890", "main", "+one\n-two\n")
        told = {"program": "/lab/bin/python", "python": "3.11.7"}
        return Provenance(
            attempt or 1, ("/lab/bin/python", "-u", "start.py"), "/lab", 0o22, {"QICK": "1"}, "ab" * 32, "rig",
            "Linux 6.1", "lab1", "0.1.0", told, git, 1.0, {},
        )  # fmt: skip

    def data_run(self, ref: int, attempt: int | None = None) -> Run | None:
        return self.run(ref, attempt or 1)

    def run(self, row: int, number: int) -> Run:
        job = self.job(row)
        data = DataFile(self.told, 27_000, job.ended_at or 0.0)
        return Run(row, job.id, job.name, number, job.user, CLASS, job.started_at, job.ended_at, data)

    def data_runs(self, tests: Any = (), *, limit: int | None = 100, **where: Any) -> list[Run]:
        rows = [row for row in range(self.ended, 0, -1) if self.make(row).state is State.COMPLETED]
        return [self.run(row, 2 if row == RETRIED else 1) for row in rows][:limit]

    def run_filter(self, text: str) -> RunFilter:
        return RunFilter(user=text.removeprefix("user:"))

    def complete_runs(self, text: str, cursor: int) -> list[Suggestion]:
        known = (("user:", "who submitted it"), ("expt.step=", "400 of late"), ("expt.reps=", "100 of late"))
        return [Suggestion(0, len(text), word, help) for word, help in known if word.startswith(text)]

    def runs_of(self, where: RunFilter, limit: int | None = 100, order: str = "") -> list[Run]:
        return [run for run in self.data_runs(limit=limit) if run.user.startswith(where.user)]

    def growing_runs(self, where: RunFilter) -> list[Run]:
        return self.growing

    def diff(
        self, one: int | str, other: int | str, attempt: int | None = None, other_attempt: int | None = None
    ) -> Comparison:
        sides = self.job(one).id, self.job(other).id
        found = Difference(f"config {TYPE}", *VERSIONS), Difference("time", "1s", "2s", False)
        return Comparison(sides[0], attempt or 1, sides[1], other_attempt or 1, found, False)


class Near:
    """Reads data files in this process; what is said to be at one place is read at another. For an app's `apart`."""

    def __init__(self, told: str, there: Path) -> None:
        self.told, self.there = told, str(there)

    def ask(self, function: str, *given: Any, stop: object = None) -> Any:
        module, _, name = function.partition(":")
        call: Callable[..., Any] = getattr(import_module(module), name)
        return call(*map(self._found, given))

    ask_alone = ask

    def _found(self, value: Any) -> Any:
        if hasattr(value, "files"):
            return value._replace(files=tuple((self._found(path), called) for path, called in value.files))
        return self.there if value == self.told else value

    def end(self) -> None:
        """There is no process."""
