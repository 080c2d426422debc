"""The worker inside the app: started, handed to a process of its own, taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobyard.core.yard import Yard

if TYPE_CHECKING:  # importing it imports the whole worker, which the first paint does not wait for
    from jobyard.core.yard import WorkerHandle


class Embedded:
    """At most one worker in this app. All methods may block; they belong to the acting thread.

    *mock*: a new one has no hardware.
    """

    def __init__(self, yard: Yard, mock: bool = False) -> None:
        self._yard, self.mock = yard, mock
        self._handle: WorkerHandle | None = None

    @property
    def running(self) -> bool:
        """Whether this app runs the worker."""
        return self._handle is not None and self._handle.running

    @property
    def name(self) -> str:
        """The name of this app's worker, "" where it runs none."""
        return self._handle.name if self._handle is not None and self._handle.running else ""

    def start(self, *, attach: bool = False) -> bool:
        """Start one unless one lives (with *attach*: take over a headless one); whether this app runs it now."""
        if self.running:
            return True
        if not self._yard.worker_alive():
            self._handle = self._yard.start_worker("app", mock=self.mock)
        elif attach:
            self.attach()
        return self.running

    def detach(self) -> str:
        """Hand it to a process of its own; answers that one's name. Returns when that one is admitted."""
        if self._handle is None:
            return ""
        name = self._yard.worker_detach(self._handle.id).name
        self._handle = None
        return name

    def attach(self) -> None:
        """Take it back from the process of its own."""
        self._handle = self._yard.worker_attach()

    def drain(self) -> None:
        """Start nothing new."""
        if self._handle is not None:
            self._handle.drain()

    def stop(self) -> None:
        """Leave at once; the jobs go on."""
        handle, self._handle = self._handle, None
        if handle is not None:
            handle.stop()
