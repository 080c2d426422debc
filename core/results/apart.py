"""Data files read in a process of its own: damage inside HDF5's structures can make its library loop or crash.

The process is started by the first question, keeps numpy and h5py loaded, and ends with whoever asks: its standard
input closes then. A question is a function by its name and what it is called with; one that takes too long, or ends
the process, is told as BadFile, and the next question starts another process.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from contextlib import suppress
from importlib import import_module
from multiprocessing.connection import Connection
from typing import Any

from .. import errors
from ..errors import BadFile, JobyardError

SECONDS = 30.0  # that an answer may take
STARTING = 30.0  # more for the first: the libraries are loaded then


class Apart:
    """The process and the way to it. One question at a time; threads wait for each other."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._ended = False

    def ask(self, function: str, *given: Any) -> Any:
        """Call ``module:function`` there. What it raises is raised here; BadFile where it hangs or crashes."""
        with self._turn:
            if self._ended:
                raise BadFile("Nothing is read any more", "the app ends", "")
            new = self._process is None or self._process.poll() is not None
            process = self._start() if new else self._process
            assert process is not None
            return _told(self._answer(process, (function, given), self._seconds + STARTING * new))

    def end(self) -> None:
        """End the process, whatever it does."""
        self._ended = True
        self._kill()

    @property
    def pid(self) -> int | None:
        """Of the process, while there is one."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-P", "-m", __name__]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
        )
        return self._process

    def _answer(self, process: subprocess.Popen[bytes], question: Any, seconds: float) -> Any:
        assert process.stdin is not None
        assert process.stdout is not None
        there = Connection(os.dup(process.stdin.fileno()), readable=False)
        back = Connection(os.dup(process.stdout.fileno()), writable=False)
        with there, back:
            try:
                there.send(question)
                if back.poll(seconds):
                    return back.recv()
            except (OSError, EOFError):
                self._kill()
                raise BadFile("The file crashed its reader", "it is damaged inside", "Make it anew") from None
        self._kill()
        raise BadFile(f"Nothing was read in {seconds:.0f} s", "the file is damaged inside, or its disk hangs", "")

    def _kill(self) -> None:
        process = self._process
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        self._process = None


def _told(answer: tuple[str, Any]) -> Any:
    kind, what = answer
    if not kind:
        return what
    found = getattr(errors, kind, BadFile)
    raise found(*what)


def serve(asked: Connection, answers: Connection) -> None:
    """Answer until nobody asks any more."""
    while True:
        try:
            name, given = asked.recv()
        except EOFError:
            return
        answers.send(_answered(name, given))


def _answered(name: str, given: tuple[Any, ...]) -> tuple[str, Any]:
    """("", the answer), or the error by its name and what it says."""
    module, _, function = name.partition(":")
    try:
        return "", getattr(import_module(module), function)(*given)
    except JobyardError as error:
        return type(error).__name__, (error.what, error.why, error.todo)
    except Exception as error:
        return "BadFile", ("It cannot be read", f"{type(error).__name__}: {error}"[:300], "")


def main() -> None:
    """The process: questions come in, answers go out; what libraries print goes nowhere."""
    answers = Connection(os.dup(1), readable=False)
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    serve(Connection(os.dup(0), writable=False), answers)


if __name__ == "__main__":
    main()
