"""The facade's commands on workers, in this process or headless."""

from __future__ import annotations

import builtins
import functools
from collections.abc import Callable
from typing import TYPE_CHECKING

from ..lazy import LazyModule
from ..models import WorkerInfo
from ..store import Actor, workers
from . import access
from .part import Whole

if TYPE_CHECKING:
    from ..lab import stations
    from . import staff, staffed
    from .staff import WorkerHandle
    from .staffed import Keepers, Staff
else:
    stations = LazyModule("jobyard.core.lab.stations")
    staff, staffed = LazyModule("jobyard.core.yard.staff"), LazyModule("jobyard.core.yard.staffed")


class Crew(Whole):
    """Workers: started, replaced, drained, stopped."""

    def worker_alive(self) -> bool:
        """Whether any worker lives."""
        return workers.any_alive(self._store)

    def staff(self, worker: int | None = None) -> Staff:
        """Workers, the keeper and what runs (of *worker*, a generation, alone). Cheap enough to be asked every second.

        Workers that died or left in the last quarter of an hour are among them.
        """
        return staffed.staff(self._store, self._keepers, worker)

    @functools.cached_property
    def _keepers(self) -> Keepers:
        return staffed.Keepers()

    def start_worker(
        self,
        face: str,
        *,
        name: str | None = None,
        max_jobs: int | None = None,
        once: bool = False,
        replaces: int | None = None,
        mock: bool = False,
        tell: Callable[[str], None] = lambda text: None,
    ) -> WorkerHandle:
        """A worker in a thread of this process; returns when it is admitted. *mock*: it has no hardware."""
        worker = staff.make_worker(
            self.home, self._actor(), face=face, name=name, max_jobs=max_jobs, once=once, replaces=replaces,
            mock=mock, tell=tell,
        )  # fmt: skip
        return staff.WorkerHandle(worker).start()

    def run_worker(
        self,
        *,
        name: str | None = None,
        max_jobs: int | None = None,
        once: bool = False,
        replaces: int | None = None,
        mock: bool = False,
        tell: Callable[[str], None] = lambda text: None,
    ) -> int:
        """A headless worker in this (the main) thread, until it has left; the exit code."""
        worker = staff.make_worker(
            self.home, self._actor(), face="headless", name=name, max_jobs=max_jobs, once=once, replaces=replaces,
            mock=mock, tell=tell,
        )  # fmt: skip
        return staff.run_here(worker)

    def worker_start(self, name: str | None = None, max_jobs: int | None = None, mock: bool = False) -> WorkerInfo:
        """Start a headless worker as a process of its own; returns when it is admitted."""
        access.require_owner(self.home, "Starting a worker")
        return staff.start_headless(self._store, None, name=name, max_jobs=max_jobs, mock=mock)

    def worker_detach(self, generation: int | None = None) -> WorkerInfo:
        """A headless worker takes over from the embedded one (by default the newest); no job notices."""
        access.require_owner(self.home, "Detaching a worker")
        return staff.detach(self._store, generation)

    def worker_attach(self, face: str = "app") -> WorkerHandle:
        """A worker in this process takes over from the headless one."""
        access.require_owner(self.home, "Attaching a worker")
        headless = staff.find(self._store, "", "headless")
        return self.start_worker(face, replaces=headless[0].id, mock=headless[0].mock)

    def worker_drain(self, name: str = "") -> builtins.list[WorkerInfo]:
        """Workers (default: all) start nothing new and leave when their jobs have ended."""
        return staff.ask(self._store, name, "draining")

    def worker_stop(self, name: str = "") -> builtins.list[WorkerInfo]:
        """Workers (default: all) leave at once; jobs go on."""
        return staff.ask(self._store, name, "stopping")

    def stations_leave(self) -> builtins.list[str]:
        """Warm stations leave as soon as they have ended what they do; their names."""
        access.require_owner(self.home, "Ending a station")
        names = stations.living(self.home)
        for name in names:
            stations.dismiss(self.home, name)
        return names

    def _actor(self) -> Actor:
        return self._store.actor._replace(face=self.face)
