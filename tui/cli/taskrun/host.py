"""The worker of a run: somebody else's if one lives, else one in a thread of this process."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from jobyard.tui.cli.printing import note

if TYPE_CHECKING:
    from jobyard.core.yard import WorkerHandle, Yard

LOOK = 2.0  # seconds between looks whether a worker lives


class Host:
    """Sees to it that a worker lives as long as the run is followed."""

    def __init__(self, yard: Yard) -> None:
        self.yard = yard
        self.worker: WorkerHandle | None = None
        self.look_at = 0.0
        self.told = False

    def keep_alive(self) -> None:
        """Host a worker if none lives, also when the one that did has died since."""
        now = time.monotonic()
        if now < self.look_at:
            return
        self.look_at = now + LOOK
        if self.worker is not None and self.worker.error is not None:
            raise self.worker.error  # another one would meet the same
        if self.yard.worker_alive():
            return
        if self.yard.mine:
            self.worker = self.yard.start_worker("run")
        elif not self.told:
            self.told = True
            note(f"No worker lives here, and only {self.yard.owner} can start one. The tasks wait for it.")

    def hand_over(self) -> None:
        """Leave, but let a headless worker go on with what ours had."""
        if self.worker is not None:
            self.yard.worker_detach(self.worker.id)
            self.close()

    def close(self) -> None:
        """End our worker, if we have one; its jobs go on."""
        if self.worker is not None:
            self.worker.stop()
            self.worker = None
