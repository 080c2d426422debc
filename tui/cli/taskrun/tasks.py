"""From a task file's jobs to jobs in a queue of their own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jobyard.core.errors import BadInput, WrongState
from jobyard.core.models import JobRow, JobSpec
from jobyard.tui.cli.tail import Tail

if TYPE_CHECKING:
    from jobyard.core.yard import Yard

SESSION = "run"
UNFIT = re.compile(r"[^\w.+-]+")
MISREAD = re.compile(r"|[0-9]+(\.\.[0-9]+)?|last|[A-Z]+(-[A-Z0-9]+)?-[0-9]+-[0-9]+", re.IGNORECASE)
LONGEST = 250  # characters of a job's name, with room for "task "
TRIES = 20  # two runs that start at the same instant may choose the same name


@dataclass(slots=True)
class Track:
    """A task, its job, and how much of it has been told."""

    spec: JobSpec
    id: str
    row: int
    job: JobRow | None = None
    attempt: int = 0
    started: bool = False
    ended: bool = False
    tails: list[Tail] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The task's name in its file."""
        return self.spec.key or self.spec.name

    @property
    def type(self) -> str:
        """exec or eval."""
        return self.spec.kind

    @property
    def arguments(self) -> str:
        """The one string that the task consists of."""
        return str(self.spec.fields.get("command", self.spec.fields.get("code", "")))

    @property
    def dependencies(self) -> list[str]:
        """Names of the tasks that it waits for."""
        return [wish.parent for wish in self.spec.dependencies]


def submit_tasks(yard: Yard, specs: Sequence[JobSpec], name: str, slots: int | None) -> tuple[str, list[Track]]:
    """Submit all or nothing into a new queue; answers its full name and the tracks, in the order of the file."""
    queue = new_queue(yard, name, slots)
    try:
        ids = yard.submit_many([placed(spec, queue) for spec in specs])
    except BaseException:
        yard.queue_remove(f"{SESSION}/{queue}")
        raise
    rows = yard.resolve(ids)
    tracks = [Track(spec, identity, row) for spec, identity, row in zip(specs, ids, rows, strict=True)]
    return f"{SESSION}/{queue}", tracks


def placed(spec: JobSpec, queue: str) -> JobSpec:
    """The job in its queue. A task may be called 7 or last, which for a job would mean another one."""
    name = spec.name[:LONGEST]
    fit = f"task {name}" if MISREAD.fullmatch(name.strip()) else name
    return spec._replace(session=SESSION, queue=queue, name=fit, key=spec.key or spec.name)


def new_queue(yard: Yard, name: str, slots: int | None) -> str:
    """A queue of this run alone, named after its file."""
    for _ in range(TRIES):
        free = free_name(yard, name)
        try:
            return yard.queue_create(f"{SESSION}/{free}", slots=slots).name
        except WrongState:
            continue
    raise BadInput(f"No queue could be made for {name}", "Others take every name that is free", "Try again")


def free_name(yard: Yard, name: str) -> str:
    """``build``, ``build-2``, …: the first that no queue of the session has."""
    stem = UNFIT.sub("-", name).strip("-.")[:100]
    stem = stem if stem and not stem[0].isdigit() and stem.lower() != "last" else f"run-{stem}".rstrip("-")
    taken = {queue.name for queue in yard.queues() if queue.session == SESSION}
    number = 1
    while (free := stem if number == 1 else f"{stem}-{number}") in taken:
        number += 1
    return free
