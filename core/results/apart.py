"""Data files read in a process of its own: damage inside HDF5's structures can make its library loop or crash.

The process (`reader`) is started by the first question, keeps numpy and h5py loaded, and ends with whoever asks. A
question is a function by its name and what it is called with; one that takes too long, or ends the process, is told as
BadFile, and the next question starts another process. Starting one takes a third of a second, so a question that
nobody wants any more is let go on for `PATIENCE`: most are answered by then.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any

from .. import errors
from ..errors import BadFile

SECONDS = 120.0  # that an answer may take: whoever does not want to wait stops it
STARTING = 30.0  # more for the first: the libraries are loaded then
PATIENCE = 0.5  # seconds that a question may go on when nobody wants its answer any more
LOOK = 0.02  # seconds between looks whether somebody does
DYING = 1.0  # seconds that are waited for the end of a process: one that hangs in a dead disk does not end
ALONE = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}  # threads of numpy, which cost memory


class Apart:
    """The process and the way to it. One question at a time; threads wait for each other."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._ended = False
        self._others: list[Apart] = []

    def ask(self, function: str, *given: Any, stop: threading.Event | None = None) -> Any:
        """Call ``module:function`` there. What it raises is raised here; BadFile where it hangs or crashes.

        Also where *stop* is set, by whoever does not want the answer any more.
        """
        stop = stop or threading.Event()
        while not self._turn.acquire(timeout=LOOK):
            _look(stop)
        try:
            _look(stop)
            new = self.pid is None
            process = self._begun()
            return _told(self._answer(process, (function, given), self._seconds + STARTING * new, stop))
        finally:
            self._turn.release()

    def ask_alone(self, function: str, *given: Any, stop: threading.Event | None = None) -> Any:
        """The same in one more process, which may take its time: what is read meanwhile does not wait for it."""
        other = Apart(threading.TIMEOUT_MAX - STARTING)
        self._others.append(other)
        other._ended = self._ended
        try:
            return other.ask(function, *given, stop=stop)
        finally:
            other.end()
            self._others.remove(other)

    def end(self) -> None:
        """End the process, whatever it does; nothing is answered any more."""
        self._ended = True
        self._kill()
        for other in list(self._others):
            other.end()

    @property
    def pid(self) -> int | None:
        """Of the process, while there is one."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def _begun(self) -> subprocess.Popen[bytes]:
        """The process: the one that there is, or another one."""
        if self.pid is None and not self._ended:
            self._kill()
            command = [sys.executable, "-P", "-m", f"{__package__}.reader"]
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                start_new_session=True, env={**os.environ, **ALONE},
            )  # fmt: skip
        process = self._process
        if self._ended:  # perhaps just now
            self._kill()
        if process is None or self._ended:
            raise BadFile("Nothing is read any more", "the app ends", "")
        return process

    def _answer(self, process: subprocess.Popen[bytes], question: Any, seconds: float, stop: threading.Event) -> Any:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            there = Connection(os.dup(process.stdin.fileno()), readable=False)
            back = Connection(os.dup(process.stdout.fileno()), writable=False)
            with there, back:
                there.send(question)
                if _comes(back, seconds, stop):
                    return back.recv()
        except (OSError, EOFError, ValueError):
            self._kill()
            raise BadFile("The file crashed its reader", "it is damaged inside", "Make it anew") from None
        self._kill()
        _look(stop)
        raise BadFile(f"Nothing was read in {seconds:.0f} s", "the file is damaged inside, or its disk hangs", "")

    def _kill(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        with suppress(subprocess.TimeoutExpired):
            process.wait(DYING)
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()


def _comes(back: Connection, seconds: float, stop: threading.Event) -> bool:
    """Wait for an answer; not if it takes too long, nor much longer where nobody wants it."""
    began = time.monotonic()
    while (took := time.monotonic() - began) < seconds:
        if back.poll(LOOK):
            return True
        if stop.is_set() and took > PATIENCE:
            return False
    return False


def _look(stop: threading.Event) -> None:
    if stop.is_set():
        raise BadFile("It was not read", "somebody stopped it", "")


def _told(answer: tuple[str, Any]) -> Any:
    kind, what = answer
    if not kind:
        return what
    found = getattr(errors, kind, BadFile)
    raise found(*what)
