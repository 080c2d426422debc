"""A lost terminal or a SIGTERM: hand the work over, then leave, and be gone after two seconds in any case."""

from __future__ import annotations

import asyncio
import contextlib
import os
import select
import signal
import threading
from collections.abc import Callable

WATCHDOG = 2.0  # seconds
STDIN = 0
SIGNALS = (signal.SIGHUP, signal.SIGTERM)


def on_last_call(act: Callable[[], None]) -> None:
    """Call *act* at the first SIGHUP or SIGTERM, in the loop; later ones are ignored (SIGHUP may come twice)."""
    called = False

    def once(number: int) -> None:
        nonlocal called
        if called:
            return
        called = True
        _watch(128 + number)
        act()

    loop = asyncio.get_running_loop()
    for number in SIGNALS:
        loop.add_signal_handler(number, once, number)
    _on_hang_up(STDIN, lambda: loop.call_soon_threadsafe(once, signal.SIGHUP))


def _on_hang_up(terminal: int, act: Callable[[], object]) -> None:
    """Call *act* when the terminal is gone: one that does not control this session sends no SIGHUP."""
    if not os.isatty(terminal):
        return
    poller = select.poll()
    poller.register(terminal, 0)  # a hang-up is told whatever is asked for

    def wait() -> None:
        poller.poll()
        with contextlib.suppress(RuntimeError):  # the loop has ended before
            act()

    threading.Thread(target=wait, name="hang-up", daemon=True).start()


def _watch(code: int) -> None:
    """End the process by force if a vanished terminal keeps it from ending by itself."""
    timer = threading.Timer(WATCHDOG, os._exit, (code,))
    timer.daemon = True
    timer.start()
