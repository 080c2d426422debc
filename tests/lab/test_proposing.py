"""What a yard knows of experiments before they are asked for: the last time of each class, and main."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobyard.core.models import JobSpec
from jobyard.core.yard import Yard

EXAMPLES = Path(__file__).parents[2] / "config" / "examples" / "experiments"


@pytest.fixture
def yard(yard_home: Path) -> Iterator[Yard]:
    with Yard.open(yard_home, face="api") as found:
        yield found


def submit(yard: Yard, module: str, name: str, **config: object) -> str:
    fields = {
        "module": f"lab_experiments.{module}",
        "class": name,
        "config": config,
        "paths": [str(EXAMPLES)],
        "python": sys.executable,
    }
    return yard.submit(JobSpec(fields, kind="experiment", queue="")).id


def test_the_last_job_of_each_class_is_known(yard: Yard) -> None:
    """Newest first, with its parameters and folders; other jobs do not count."""
    yard.config_push("hardware_config", EXAMPLES / "hardware_config.yml")
    assert yard.experiments_asked() == []
    submit(yard, "t1", "T1Experiment", reps=1)
    rabi = submit(yard, "amplitude_rabi", "AmplitudeRabiExperiment", start=0)
    t1 = submit(yard, "t1", "T1Experiment", reps=2)
    yard.submit(JobSpec({"command": ["true"]}))
    last = yard.experiments_asked()
    assert [(one.job, one.name, dict(one.config)) for one in last] == [
        (t1, "T1Experiment", {"reps": 2}), (rabi, "AmplitudeRabiExperiment", {"start": 0}),
    ]  # fmt: skip
    assert last[0].paths == (str(EXAMPLES),)
    assert [one.job for one in yard.experiments_asked(1)] == [t1]


def test_a_sweep_counts_as_one(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many jobs it is, the classes before it are known."""
    yard.config_push("hardware_config", EXAMPLES / "hardware_config.yml")
    monkeypatch.setattr("jobyard.core.store.asked.LOOKED_AT", 2)
    submit(yard, "t1", "T1Experiment", reps=1)
    sweep = JobSpec(
        {
            "module": "lab_experiments.amplitude_rabi", "class": "AmplitudeRabiExperiment", "paths": [str(EXAMPLES)],
            "python": sys.executable, "sweep": {"axes": {"reps": [1, 2, 3]}},
        },
        kind="experiment", queue="",
    )  # fmt: skip
    first = yard.submit(sweep).id.partition("[")[0]
    assert [one.name for one in yard.experiments_asked()] == ["AmplitudeRabiExperiment", "T1Experiment"]
    assert yard.experiments_asked()[0].job == first


def test_a_sheet_has_the_values_of_main(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the version that runs would use now; without one that is told, and the parameters are there."""
    monkeypatch.chdir(EXAMPLES)
    without = yard.experiment_sheet("lab_experiments.t1", "T1Experiment")
    assert (without.main, yard.experiment_main()) == ("", None)
    assert without.parameters
    main = yard.config_push("hardware_config", EXAMPLES / "hardware_config.yml").version
    sheet = yard.experiment_sheet("lab_experiments.t1", "T1Experiment", [str(EXAMPLES)])
    assert (sheet.main, [(one.path, one.value) for one in sheet.reads]) == (main.id, [("device.qubit.T1", "[64.0]")])
    assert os.path.samefile(sheet.file, EXAMPLES / "lab_experiments" / "t1.py")


def test_what_an_experiment_lacks_is_known_before_it_is_asked_for(yard: Yard) -> None:
    """Its config, its class, its interpreter, each by its key; its own queue is made at need and need not be there."""
    fields = {"module": "lab_experiments.t1", "class": "T1Experiment", "paths": [str(EXAMPLES)]}

    def missing(queue: str = "", **more: object) -> dict[str, str]:
        spec = JobSpec({**fields, "python": sys.executable, **more}, kind="experiment", queue=queue)
        return {one.key: one.error.what for one in yard.submit_check(spec)}

    assert "hardware_config" in missing()["configs"]
    yard.config_push("hardware_config", EXAMPLES / "hardware_config.yml")
    assert missing() == {}
    assert missing("nowhere") == {"queue": "There is no queue nowhere"}
    assert "has no class Nope" in missing(**{"class": "Nope"})["command"]
    assert "There is no interpreter" in missing(python="/nowhere/python")["command"]
    assert [queue.name for queue in yard.queues()] == ["default"]
