"""Output through the person's pager, where there is a terminal."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Write = Callable[[bytes], object]


@contextmanager
def through_pager(wanted: bool, otherwise: Write) -> Iterator[Write]:
    """Where bytes are to be written; *otherwise* if no pager is wanted or there is no terminal. Raises BadInput.

    Whoever leaves the pager early ends the printing, not the command.
    """
    if not wanted or not sys.stdout.isatty():
        yield otherwise
        return
    from jobyard.tui.logs.saving import pager

    sys.stdout.flush()
    env = {**os.environ, "LESS": os.environ.get("LESS", "FRX")}
    before = signal.signal(signal.SIGINT, lambda *_: None)  # ^C is the pager's
    try:
        with subprocess.Popen(pager(), stdin=subprocess.PIPE, env=env) as process:
            assert process.stdin is not None
            with contextlib.suppress(BrokenPipeError):
                yield process.stdin.write
            with contextlib.suppress(BrokenPipeError):
                process.stdin.close()
    finally:
        signal.signal(signal.SIGINT, before)
