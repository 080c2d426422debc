"""A queue that keeps its station, in a yard: worker, keeper, station and attempts as real processes."""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jobyard.core.lab import stations
from jobyard.core.labmodels import Run
from jobyard.core.models import JobSpec
from jobyard.core.states import State
from tests.running.crewkit import Crew
from tests.running.promise import until

QUEUE = "default/experiments"
EXPERIMENT = """
import os, time

class Exp:
    def __init__(self, soccfg=None, path="", prefix="", config_file=None):
        self.cfg = None

    def go(self, save=False, analyze=False, display=False, progress=False):
        print(os.getpid(), flush=True)
        time.sleep(self.cfg.expt.get("seconds", 0))
        self.data = {"xpts": [1.0, 2.0], "amp": [self.cfg.expt.get("amp", 0.0)]}
"""


class WarmCrew(Crew):
    """With a lab's modules, a config, and a queue that keeps its station."""

    def __init__(self, home: Path, code: Path) -> None:
        super().__init__(home)
        self.code = code
        (code / "exp.py").write_text(EXPERIMENT)
        self.yard.config_push("hardware_config", b"device: {f_ge: 4885.3}\n", filename="hw.yml")
        self.yard.queue_create("experiments", exclusive=True, python=sys.executable, warm=True)

    def experiment(self, seconds: float = 0, **more: Any) -> str:
        fields = {"module": "exp", "class": "Exp", "config": {"seconds": seconds}, "paths": [str(self.code)], **more}
        spec = JobSpec(fields, kind="experiment", queue="experiments", cwd=str(self.home))
        return self.yard.submit(spec).id

    def runs(self, sweep: str) -> list[Run]:
        """Its runs, in the order in which they began, each of which ended before the next."""
        found = sorted(self.yard.data_runs(array=sweep), key=lambda run: run.started_at or 0)
        assert all((one.ended_at or 0) <= (next.started_at or 0) for one, next in itertools.pairwise(found))
        return found

    def ran_in(self, id: str) -> int:
        """The process that it ran in, which it printed."""
        out = self.folder(id) / "stdout"
        until(lambda: out.exists() and out.read_text().endswith("\n"), "its first line")
        return int(out.read_text())


@pytest.fixture
def crew(yard_home: Path, tmp_path: Path) -> Iterator[WarmCrew]:
    """A yard whose station ends with the test."""
    code = tmp_path / "code"
    code.mkdir()
    found = WarmCrew(yard_home, code)
    yield found
    found.yard.stations_leave()
    until(lambda: not stations.living(yard_home), "the station's leaving")
    found.close()


def test_a_station_outlives_its_worker_and_goes_with_the_warmth(crew: WarmCrew) -> None:
    """Attempts of a killed worker and of the next one, and all jobs of a sweep, have the same station, and data each;
    a cold queue has none."""
    crew.worker("--mock")
    one = crew.experiment()
    (job,) = crew.ended(one)
    assert (job.state, Path(job.data_file).name) == (State.COMPLETED, f"{one}.h5")
    station = crew.ran_in(one)
    assert station != job.attempts[-1].pid
    crew.kill_workers()
    crew.worker("--mock")
    two = crew.experiment()
    assert [job.state for job in crew.ended(two)] == [State.COMPLETED]
    assert crew.ran_in(two) == station
    sweep = crew.experiment(sweep={"axes": {"amp": "0:1:3"}})
    assert [job.state for job in crew.ended(sweep)] == [State.COMPLETED] * 3
    found = crew.yard.data_sweep(sweep)
    assert (found["amp"].tolist(), found.jobs) == ([0.0, 0.5, 1.0], [run.job for run in crew.runs(sweep)])
    assert {crew.ran_in(job) for job in found.jobs} == {station}
    crew.yard.queue_set("experiments", warm=False)
    three = crew.experiment()
    (job,) = crew.ended(three)
    assert (job.state, crew.ran_in(three)) == (State.COMPLETED, job.attempts[-1].pid)
    until(lambda: not stations.living(crew.home), "the station's leaving")
    assert not os.path.exists(f"/proc/{station}")


def test_a_cancelled_attempt_has_another_station_after_it(crew: WarmCrew) -> None:
    """The cancel reaches what runs in the station, and the record says so."""
    crew.worker("--mock")
    long = crew.experiment(60)
    crew.started(long)
    station = crew.ran_in(long)
    crew.yard.cancel(crew.yard.resolve([long]))
    (job,) = crew.ended(long)
    assert (job.state, job.data_file) == (State.CANCELLED, "")
    after = crew.experiment()
    assert [job.state for job in crew.ended(after)] == [State.COMPLETED]
    assert crew.ran_in(after) != station
