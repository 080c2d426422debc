"""The end of the app, and the worker's way out of it and back: what becomes of the work under way."""

from __future__ import annotations

import time
from functools import cached_property
from typing import TYPE_CHECKING

from textual.app import App
from textual.message import Message
from textual.screen import ModalScreen

from jobyard.core.states import State
from jobyard.core.yard import Yard, crash_point, register_crash_points

from .forgetting import let_go
from .format import plural
from .messages import Told

if TYPE_CHECKING:
    from jobyard.core.results.apart import Apart

    from .embedded import Embedded
    from .lanes import Lane
    from .live import Live
    from .screens.jobs import Jobs

register_crash_points(
    app_detach_before="the app is about to hand its worker over",
    app_detach_after="a headless worker has taken over, the app has not left",
    app_quit="the app is about to leave",
)

DETACH, DRAIN, STAY = range(3)
OPTIONS = (
    ("detach", "the work goes on in a process of its own"),
    ("drain", "start nothing new, leave when the running jobs have ended"),
    ("stay", ""),
)
DRAIN_LOOK = 0.2  # seconds between two looks whether it has drained
GOODBYE = 3.0  # seconds that a thread may take to finish what it is doing


class Leaving(App[int]):
    """The part of the app that starts and ends the worker and the app."""

    yard: Yard
    embedded: Embedded
    reading: Lane
    siding: Lane
    acting: Lane
    lanes: list[Lane]
    live: Live | None = None  # begins once the first picture is painted
    jobs: Jobs
    _leaving = False

    @cached_property
    def apart(self) -> Apart:
        """The process that reads data files, for all screens; the first question starts it, the end ends it."""
        from jobyard.core.results.apart import Apart

        return Apart()

    # -- the worker -----------------------------------------------------------------------------------

    def toggle_worker(self) -> None:
        """Detach it, attach it, or start one: whatever there is to do."""
        self.acting.put(self._toggle, self)

    def _toggle(self) -> Message:
        if self.embedded.running:
            name = self._hand_over()
            return Told(f"The worker is a process of its own now ({name}). No job noticed.")
        alive = [worker for worker in self.yard.workers() if worker.alive]
        if any(worker.face == "headless" for worker in alive):
            self.embedded.attach()
            return Told("The worker is in this app now. No job noticed.")
        if alive:
            name = self.yard.worker_detach().name
            return Told(f"The worker of another program is a process of its own now ({name}). No job noticed.")
        self.embedded.start()
        return Told("A worker runs in this app now.")

    def _hand_over(self) -> str:
        crash_point("app.detach_before")
        name = self.embedded.detach()
        crash_point("app.detach_after")
        return name

    # -- the end --------------------------------------------------------------------------------------

    async def action_quit(self) -> None:
        """Ctrl+Q, and the palette's quit: the same as ``q``."""
        self.leave()

    def action_help_quit(self) -> None:
        """Ctrl+C stops nothing here."""
        key = next(action.shown_key for action in self.jobs.actions if action.id == "quit") or "^q"
        self.notify(f"{key}  leaves the app", timeout=2)

    def leave(self) -> None:
        """Leave; ask first what becomes of the work under way if this app runs it."""
        if isinstance(self.screen, ModalScreen):
            return  # a question is answered first
        if self.embedded.running:
            self.acting.put(self._count_and_leave, self)
        else:
            self._go()

    def _count_and_leave(self) -> None:
        """What runs is asked of the store: the header may be a moment behind."""
        self.call_from_thread(self._leave_with, self.yard.counts()[State.RUNNING])

    def _leave_with(self, running: int) -> None:
        if not running:
            self._go()
        else:
            self.jobs.choose(f"{plural(running, 'job')} under way in this app", OPTIONS, self._left)

    def _left(self, choice: int) -> None:
        if choice == DETACH:
            self.acting.put(self._detach_and_exit, self)
        elif choice == DRAIN:
            self.acting.put(self._drain_and_exit, self)
            self.notify("Draining: the app leaves when the running jobs have ended.")

    def _detach_and_exit(self) -> None:
        self._hand_over()
        self.call_from_thread(self._go)

    def _drain_and_exit(self) -> None:
        self.embedded.drain()
        while self.embedded.running:
            time.sleep(DRAIN_LOOK)
        self.call_from_thread(self._go)

    def _go(self) -> None:
        crash_point("app.quit")
        self.exit(0)

    def last_call(self) -> None:
        """The terminal is gone, or somebody said SIGTERM: hand over, then leave."""
        try:
            if self.embedded.running:
                crash_point("app.detach_before")
                self.embedded.detach()
                crash_point("app.detach_after")
        finally:
            self.exit(0)

    def put_away(self) -> None:
        """After the screen: end the worker's thread and the others."""
        self.yard.interrupt()
        threads: list[Lane | Live] = [*self.lanes, *([self.live] if self.live else [])]
        for thread in threads:
            thread.close()
        if "apart" in self.__dict__:
            self.apart.end()
        self.embedded.stop()
        for thread in threads:
            thread.join(GOODBYE)
        self.yard.close()
        let_go()
