"""Hears of every edit of ``jobyard.yml`` and reads it, in a thread, so that whoever wants to know only has to take it.

The folder is watched, not the file: editors write a new file and rename it over the old one. Where the kernel has no
watches left, or during the first second (importing watchfiles costs more than many a worker lives), the file's times
are looked at ten times a second.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from .reading import FILE, Loaded, Times, read, times

POLL = 0.1  # seconds between looks at the file's times
FIRST = 1.0  # seconds until it is worth to import watchfiles
STEP, DEBOUNCE = 40, 120  # milliseconds: an edit is over when nothing came for a step, at most after the other


class Watcher:
    """The thread. ``told`` is called in it whenever there is something to take."""

    def __init__(self, home: Path, told: Callable[[], None], *, first: float = FIRST) -> None:
        self._home, self._told, self._first = home, told, first
        self._end = threading.Event()
        self._lock = threading.Lock()
        self._fresh: Loaded | None = None
        self._seen = times(home)
        self.polling = True  # whether it looks at times just now; tests ask
        self._thread = threading.Thread(target=self._run, name="jobyard-settings", daemon=True)
        self._thread.start()

    def take(self) -> Loaded | None:
        """What was read since the last call, or None."""
        with self._lock:
            fresh, self._fresh = self._fresh, None
        return fresh

    def close(self) -> None:
        """End the thread."""
        self._end.set()
        self._thread.join(2.0)

    def _run(self) -> None:
        with contextlib.suppress(OSError):  # no folder any more: the worker notices by itself
            self._poll(self._first)
            try:
                for _ in self._watch():
                    self._look()
            except Exception:  # no watches left, no such library: the times tell as well
                self._poll(None)

    def _watch(self) -> Iterator[object]:
        from watchfiles import watch

        changes = watch(
            self._home, watch_filter=lambda _, path: path.endswith("/" + FILE), recursive=False, step=STEP,
            debounce=DEBOUNCE, rust_timeout=1000, yield_on_timeout=True, stop_event=self._end, raise_interrupt=False,
        )  # fmt: skip
        for found in changes:
            if found or self.polling:  # the first time: it watches now; an edit may have come while it did not
                self.polling = False
                yield found

    def _poll(self, seconds: float | None) -> None:
        self.polling = True
        until = None if seconds is None else time.monotonic() + seconds
        while not self._end.wait(POLL) and (until is None or time.monotonic() < until):
            now = times(self._home)
            if now != self._seen or _young(now):
                self._look()

    def _look(self) -> None:
        """Read it, and tell."""
        self._seen = times(self._home)
        if not self._home.is_dir():
            return
        loaded = read(self._home)
        with self._lock:
            self._fresh = loaded
        self._told()


def _young(found: Times) -> bool:
    """Whether it may have been written again without its times saying so."""
    return len(found) > 1 and time.time() - found[1] / 1e9 < 2 * POLL
