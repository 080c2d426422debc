"""The loop of ``jobyard run``: wait, tell, and obey Ctrl-C.

Once cancels what is left, a second later; twice within that second lets everything go on and leaves.
Later than that, twice stops watching the cancellation. SIGTERM and SIGHUP leave: a headless worker takes over.
"""

from __future__ import annotations

import signal
import time
from typing import TYPE_CHECKING

from jobyard.core.readable import readable
from jobyard.tui.cli.printing import note
from jobyard.tui.cli.taskrun.follow import Follower
from jobyard.tui.cli.taskrun.host import Host
from jobyard.tui.cli.taskrun.signals import Signals
from jobyard.tui.cli.taskrun.standing import Standing

if TYPE_CHECKING:
    from jobyard.core.yard import Bell, Yard

SECOND_THOUGHT = 1.0  # seconds between the first Ctrl-C and the cancellation
LOOK = 0.04  # seconds between looks at the output of running tasks
IDLE = 1.0  # seconds between looks when nothing runs; the bell comes first


class Control:
    """Follows until every task has ended, or until it is told to leave."""

    def __init__(self, yard: Yard, follower: Follower, host: Host, signals: Signals) -> None:
        self.yard = yard
        self.follower = follower
        self.host = host
        self.signals = signals
        self.cancel_at: float | None = None
        self.cancelled = False

    def run(self, bell: Bell) -> int | None:
        """None when all have ended; otherwise the signal because of which it leaves."""
        standing = Standing(self.yard, self.follower.printer)
        try:
            return self._followed(bell, standing)
        finally:
            standing.end()

    def _followed(self, bell: Bell, standing: Standing) -> int | None:
        while True:
            self.follower.step()
            if self.follower.done:
                return None
            standing.look(self.follower)
            number = self.told_to_leave()
            if number is not None:
                return number
            self.cancel_if_due()
            self.host.keep_alive()
            self.sleep(bell)

    def told_to_leave(self) -> int | None:
        """The signal that says so, if any."""
        if self.signals.leave is not None:
            return self.signals.leave
        return signal.SIGINT if self.signals.interrupts > 1 else None

    def cancel_if_due(self) -> None:
        """After the first Ctrl-C: say what will happen, and do it a second later."""
        if not self.signals.interrupts or self.cancelled:
            return
        if self.cancel_at is None:
            self.cancel_at = time.monotonic() + SECOND_THOUGHT
            self.follower.printer.below("")
            note("Interrupted. The rest is cancelled in a second. Press Ctrl-C again now to leave and let it go on.")
        elif time.monotonic() >= self.cancel_at:
            self.cancelled = True
            self.yard.cancel(self.follower.unfinished())

    def sleep(self, bell: Bell) -> None:
        """Until the bell rings, a signal comes, or it is time to look at the output."""
        bells: tuple[Bell | Signals, ...] = (bell, self.signals)
        rung = readable(bells, self.patience())
        for one in bells:
            if one.fileno() in rung:
                one.drain()

    def patience(self) -> float:
        """Seconds until something has to be looked at without being told."""
        wait = LOOK if self.follower.live else IDLE
        if self.cancel_at is not None and not self.cancelled:
            wait = min(wait, max(0.0, self.cancel_at - time.monotonic()))
        return wait
