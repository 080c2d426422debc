"""From a claimed job to a request that the runner understands."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import crash, kinds, modes
from .configs import codes
from .kinds.base import Context
from .runners.base import Held, StartSpec
from .settings import Settings
from .store.claims import Claimed
from .store.workers import Running

crash.register(experiment_files="some files of a claimed job are in its attempt's folder, the keeper has not been told")


def spec_from(job: Claimed, home: Path, settings: Settings, mock: bool = False) -> StartSpec:
    """The start request of a claim, whose kind's files are in the attempt's folder by then.

    Raises JobyardError when its kind cannot make a process of it. *mock*: its worker has no hardware.
    """
    if job.trouble is not None:
        raise job.trouble
    folder = str(home / job.folder)
    process = kinds.get(job.kind).process(job.fields, context(job, home, mock))
    if process.files:
        put(folder, process.files)
    marks = {"JOBYARD_JOB": job.id, "JOBYARD_HOME": str(home), "JOBYARD_NUMBER": str(job.number), **process.env}
    marks |= {codes.variable(link.type): link.path for link in job.configs}
    marks |= granted(job.grants) | ({"JOBYARD_MOCK": "1"} if mock else {})
    if job.array_index is not None:
        marks["JOBYARD_ARRAY_INDEX"] = str(job.array_index)
    return StartSpec(
        token=job.token, job=job.id, folder=folder, argv=tuple(process.argv), env=job.env, cwd=job.cwd, umask=job.umask,
        stdin=job.stdin, time_limit=job.time_limit, grace=settings.kill_grace, log_cap=settings.log_cap,
        lane=str(job.queue_id), lane_slots=job.slots, marks=marks,
    )  # fmt: skip


def put(folder: str, files: Mapping[str, bytes]) -> None:
    """Files into the folder of an attempt that the keeper has not heard of.

    A crash leaves what no process reads: an attempt without ``starting`` never starts, its job's next claim has
    another folder. Raises OSError; nothing of these files is left then.
    """
    from .runners.keeper.files import make_folder  # of kinds with files alone

    made: list[str] = []
    try:
        make_folder(folder)
        for name, data in files.items():
            with open(os.path.join(folder, name), "xb", opener=modes.open_file) as file:
                made.append(file.name)
                file.write(data)
            crash.point("experiment.files")
    except OSError:
        with contextlib.suppress(OSError):
            for path in made:
                os.unlink(path)
            os.rmdir(folder)
        raise


def context(job: Claimed, home: Path, mock: bool) -> Context:
    """Where a claimed job will run."""
    return Context(
        cwd=job.cwd, folder=str(home / job.folder), home=str(home), job=job.id, number=job.number,
        queue=job.queue, station=job.station, warm=job.warm, mock=mock,
        configs=job.configs, user=job.user,
    )  # fmt: skip


def granted(grants: Mapping[str, Any]) -> dict[str, str]:
    """What a job is told of what it got: cores, bytes of memory, GPUs; CUDA shows it no others."""
    told = {f"JOBYARD_{name.upper()}": str(grants[name]) for name in ("cpus", "mem") if name in grants}
    if "gpus" in grants:
        told["CUDA_VISIBLE_DEVICES"] = told["JOBYARD_GPUS"] = ",".join(map(str, grants["gpus"]))
    return told


def held_of(spec: StartSpec) -> Held:
    """What is needed to find a started attempt again."""
    return Held(
        token=spec.token, job=spec.job, folder=spec.folder, time_limit=spec.time_limit, grace=spec.grace,
        log_cap=spec.log_cap, lane=spec.lane, lane_slots=spec.lane_slots,
    )  # fmt: skip


def held_from(running: Running, home: Path, settings: Settings) -> Held:
    """What the runner needs to find an attempt that another worker, or an earlier self, has started."""
    return Held(
        token=running.token, job=running.job, folder=str(home / running.folder), time_limit=running.time_limit,
        grace=settings.kill_grace, log_cap=settings.log_cap, lane=str(running.queue_id), lane_slots=running.slots,
        stop="cancel" if running.stop == "cancel" else "",
    )  # fmt: skip
