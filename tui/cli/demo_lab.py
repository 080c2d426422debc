"""A lab day for the demo: three people, one board that nobody has, experiments in line for it.

A copy of config/examples/experiments in the demo's yard, to be edited at will, runs on mock hardware, in the
interpreter that runs jobyard. Its hardware config has been pushed three times, and the file has been edited since.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jobyard.core.models import JobSpec

if TYPE_CHECKING:
    from jobyard.core.yard import Yard

QUEUE, CONFIG = "experiments", "hardware_config"
BOARD, NOTE = "qick", "warm until Thursday: use mock hardware"
LAB, MODULES, FILE = "lab", "lab_experiments", "hardware_config.yml"  # in the demo's yard
SETTINGS = f"""# The demo's lab: the file of its hardware config, which is watched for how it differs from main.
configs:
  {CONFIG}: {{file: {LAB}/{FILE}}}
"""
STATION = """'The station of the lab: hardware that nobody has, whichever worker runs it. A real one opens instruments.'

from jobyard.core.lab.mock import MockStation as Station
"""
Edit = tuple[bytes, bytes]
EDITS: tuple[tuple[Edit, ...], ...] = (  # what was found out in turn, and pushed
    ((b"threshold: [27.5]", b"threshold: [31.2]"),),
    ((b"[4885.312]", b"[4884.871]"), (b"gain: [10950]", b"gain: [9840]"), (b"gain: [5475]", b"gain: [4920]")),
)  # fmt: skip
UNPUSHED: tuple[Edit, ...] = ((b"T1: [64.0]", b"T1: [61.7] # this morning: 61.7, 60.9"),)


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
    sweep: dict[str, list[Any]] = field(default_factory=dict)


RABI, T1, RAMSEY = "AmplitudeRabiExperiment", "T1Experiment", "T2RamseyExperiment"
CHEVRON = "RabiChevronExperiment"
QUICK = {"reps": 4, "delay": 0.05}  # as much noise as shows what a fit is for
GAINS = {"start": 0, "step": 400, "expts": 75, **QUICK}
WAITS = {"start": 0, "step": 2.5, "expts": 80, **QUICK}
FRINGES = {"start": 0, "step": 0.1, "expts": 400, **QUICK}
IMAGE = {"start": 0, "step": 0.02, "expts": 101, "span": 4, "rows": 61, "rabi": 1.2, "delay": 0.01}

RUNS: tuple[Run, ...] = (
    Run("rabi", "mira", "amplitude_rabi", RABI, GAINS, priority=20, old=True),
    Run("t1", "jonas", "t1", T1, WAITS, priority=15),
    Run("ramsey-typo", "lea", "ramsey", RAMSEY, {**FRINGES, "ramsey_frq": 1.5}, priority=12),
    Run("ramsey", "lea", "ramsey", RAMSEY, {**FRINGES, "ramsey_freq": 1.5}, priority=10),
    Run("rabi-again", "mira", "amplitude_rabi", RABI, GAINS, priority=10),
    Run("chevron", "jonas", "chevron", CHEVRON, IMAGE, priority=8),
    Run("ramsey-sweep", "lea", "ramsey", RAMSEY, FRINGES, priority=8, sweep={"ramsey_freq": [0.25, 0.5, 0.75]}),
    Run("t1-overnight", "jonas", "t1", T1, {**WAITS, "reps": 600, "delay": 0.3}, priority=5),
    Run("rabi-fine", "mira", "amplitude_rabi", RABI, {**GAINS, "step": 100, "expts": 300}),
    Run("ramsey-on-the-board", "lea", "ramsey", RAMSEY, {**FRINGES, "ramsey_freq": 1.5}, needs={BOARD: 1}),
)
WAITING = RUNS[-1].name  # until somebody unlocks the board
STAYING = frozenset({WAITING})
FIRST = RUNS[0].name  # the Rabi oscillation that a newcomer sees


def folder() -> Path:
    """Where the experiments and their hardware config lie."""
    return Path(str(files("jobyard.config.examples.experiments")))


def furnish(yard: Yard) -> None:
    """A queue that keeps its station, a board that is locked, the lab's files, unless they are there."""
    if not any(queue.session == "default" and queue.name == QUEUE for queue in yard.queues()):
        yard.queue_create(
            QUEUE, exclusive=True, python=sys.executable, station="lab_station:Station", warm=True,
            instructions="Mock hardware: enjoy.",
        )  # fmt: skip
    if not any(resource.name == BOARD for resource in yard.resources()):
        yard.resource_set(BOARD, capacity=1, new=True)
        yard.resource_lock(BOARD, NOTE)
    for module in sorted((folder() / MODULES).glob("*.py")):
        write(yard.home / LAB / MODULES / module.name, module.read_bytes())
    write(yard.home / LAB / "lab_station.py", STATION.encode())
    write(yard.home / LAB / FILE, edited(pushes()[-1], UNPUSHED))
    write(yard.home / "jobyard.yml", SETTINGS.encode())


def write(path: Path, data: bytes) -> None:
    """Make a file, unless there is one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        path.write_bytes(data)


def edited(data: bytes, edits: Sequence[Edit]) -> bytes:
    """The same with some values changed."""
    for before, after in edits:
        data = data.replace(before, after)
    return data


def pushes() -> list[bytes]:
    """What the hardware config was, oldest first."""
    return list(accumulate(EDITS, edited, initial=(folder() / FILE).read_bytes()))


def configs(yard: Yard) -> str:
    """The versions of the hardware config, the newest of which is main, unless there are some; answers the oldest."""
    new = not yard.config_versions(CONFIG, limit=1)
    pushed = [yard.config_push(CONFIG, data, filename=FILE, main=new) for data in pushes()]
    return pushed[0].version.id


def specs(lab: Path, old: str, without: frozenset[str] = frozenset()) -> list[JobSpec]:
    """The day's experiments, whose modules are in the folder *lab*; *old* is the version of before."""
    return [spec(lab, run, old) for run in RUNS if run.name not in without]


def spec(lab: Path, run: Run, old: str) -> JobSpec:
    """One of them."""
    fields: dict[str, Any] = {
        "module": f"{MODULES}.{run.module}", "class": run.of, "config": run.config, "display": True,
        "paths": [str(lab)],
    }  # fmt: skip
    if run.sweep:
        fields["sweep"] = {"axes": run.sweep, "zip": False}
    return JobSpec(
        fields, kind="experiment", name=run.name, queue=QUEUE, priority=run.priority, user=run.user, needs=run.needs,
        configs={CONFIG: old} if run.old else None, cwd=str(lab),
    )  # fmt: skip
