"""A lost terminal or a SIGTERM: hand the work over, then leave, and be gone after two seconds in any case."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Callable

WATCHDOG = 2.0  # seconds
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


def _watch(code: int) -> None:
    """End the process by force if a vanished terminal keeps it from ending by itself."""
    timer = threading.Timer(WATCHDOG, os._exit, (code,))
    timer.daemon = True
    timer.start()
