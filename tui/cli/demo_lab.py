"""A lab day for the demo: three people, one board that nobody has, experiments in line for it.

The examples of config/examples/experiments run on mock hardware, in the interpreter that runs jobyard.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jobyard.core.models import JobSpec

if TYPE_CHECKING:
    from jobyard.core.yard import Yard

QUEUE, CONFIG = "experiments", "hardware_config"
BOARD, NOTE = "qick", "warm until Thursday: use mock hardware"
DRIFTED = (b"f_ge: [4885.312]", b"f_ge: [4884.871]")  # what somebody found out since


@dataclass(frozen=True, slots=True)
class Run:
    """An experiment of the day. *old*: with the hardware config of before."""

    name: str
    user: str
    module: str
    of: str
    config: dict[str, Any]
    priority: int = 0
    old: bool = False
    needs: dict[str, int] = field(default_factory=dict)


RABI, T1, RAMSEY = "AmplitudeRabiExperiment", "T1Experiment", "T2RamseyExperiment"
QUICK = {"reps": 20, "delay": 0.01}
GAINS = {"start": 0, "step": 400, "expts": 75, **QUICK}
WAITS = {"start": 0, "step": 2.5, "expts": 80, **QUICK}
FRINGES = {"start": 0, "step": 0.1, "expts": 400, **QUICK}

RUNS: tuple[Run, ...] = (
    Run("rabi", "mira", "amplitude_rabi", RABI, GAINS, priority=20, old=True),
    Run("t1", "jonas", "t1", T1, WAITS, priority=15),
    Run("ramsey-typo", "lea", "ramsey", RAMSEY, {**FRINGES, "ramsey_frq": 1.5}, priority=12),
    Run("ramsey", "lea", "ramsey", RAMSEY, {**FRINGES, "ramsey_freq": 1.5}, priority=10),
    Run("rabi-again", "mira", "amplitude_rabi", RABI, GAINS, priority=10),
    Run("t1-overnight", "jonas", "t1", T1, {**WAITS, "reps": 600, "delay": 0.3}, priority=5),
    Run("rabi-fine", "mira", "amplitude_rabi", RABI, {**GAINS, "step": 100, "expts": 300}),
    Run("ramsey-on-the-board", "lea", "ramsey", RAMSEY, {**FRINGES, "ramsey_freq": 1.5}, needs={BOARD: 1}),
)
STAYING = frozenset({"ramsey-on-the-board"})  # what waits until somebody unlocks the board


def folder() -> Path:
    """Where the experiments and their hardware config lie."""
    return Path(str(files("jobyard.config.examples.experiments")))


def furnish(yard: Yard) -> None:
    """A queue that keeps its station, and a board that is locked, unless they are there."""
    if not any(queue.session == "default" and queue.name == QUEUE for queue in yard.queues()):
        yard.queue_create(QUEUE, exclusive=True, python=sys.executable, warm=True, instructions="Mock hardware: enjoy.")
    if not any(resource.name == BOARD for resource in yard.resources()):
        yard.resource_set(BOARD, capacity=1, new=True)
        yard.resource_lock(BOARD, NOTE)


def configs(yard: Yard) -> str:
    """Two versions of the hardware config, the newer of which is main; answers the older one."""
    text = (folder() / "hardware_config.yml").read_bytes()
    first = yard.config_push(CONFIG, text, filename="hardware_config.yml")
    yard.config_push(CONFIG, text.replace(*DRIFTED), filename="hardware_config.yml")
    return first.version.id


def specs(old: str, without: frozenset[str] = frozenset()) -> list[JobSpec]:
    """The day's experiments; *old* is the version of before."""
    return [spec(run, old) for run in RUNS if run.name not in without]


def spec(run: Run, old: str) -> JobSpec:
    """One of them."""
    fields = {
        "module": f"lab_experiments.{run.module}", "class": run.of, "config": run.config, "display": True,
        "paths": [str(folder())],
    }  # fmt: skip
    return JobSpec(
        fields, kind="experiment", name=run.name, queue=QUEUE, priority=run.priority, user=run.user, needs=run.needs,
        configs={CONFIG: old} if run.old else None, cwd=os.path.abspath(os.sep),
    )  # fmt: skip
