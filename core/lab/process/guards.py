"""What an experiment may do to its process, and what becomes of that.

| it                              | then                                                                          |
|---------------------------------|-------------------------------------------------------------------------------|
| calls ``sys.exit`` (0 as well)  | the attempt failed, told as such                                              |
| is stopped (SIGTERM)            | SystemExit in the main thread, so that its ``finally`` blocks run; no data    |
| forks                           | the child ends where the experiment ends: it writes no data                   |
| leaves threads behind           | they do not keep the process                                                  |
"""

from __future__ import annotations

import atexit
import os
import signal
import sys
import threading
import traceback
from typing import Any, Callable, NoReturn, TypeVar

from .errors import Refused

PATIENCE = 5.0  # seconds that what the lab registered with atexit may take

Result = TypeVar("Result")


class Stopped(SystemExit):
    """SIGTERM reached the process."""


class Stopping:
    """SIGTERM raises :class:`Stopped` in the main thread, once: what cleans up is not stopped again."""

    def __init__(self) -> None:
        self.asked = False
        self._late = False

    def watch(self) -> None:
        """From now on."""
        signal.signal(signal.SIGTERM, self._stop)

    def _stop(self, number: int, frame: Any) -> None:
        first, self.asked = not self.asked, True
        if first and not self._late:
            raise Stopped(1)

    def last_chance(self) -> None:
        """Raise Stopped if it was asked for; from here on it is too late to stop."""
        self.check()
        self._late = True

    def check(self) -> None:
        """Raise Stopped if it was asked for: an experiment may have caught the exception."""
        if self.asked:
            raise Stopped(1)


def guarded(work: Callable[[], Result], stopping: Stopping) -> Result:
    """What *work* returns, in the process that began it.

    Raises Refused for ``sys.exit``, Stopped after SIGTERM, and whatever *work* raises. A forked child never returns.
    """
    parent = os.getpid()
    try:
        found = work()
    except SystemExit as error:
        if os.getpid() != parent:
            _end_child(_code(error))
        stopping.check()
        tell(error)
        raise Refused(f"The experiment called sys.exit({error.code!r}), which ends no experiment") from error
    except BaseException as error:
        if os.getpid() != parent:
            tell(error)
            _end_child(1)
        raise
    if os.getpid() != parent:
        _end_child(0)
    stopping.check()
    return found


def tell(error: BaseException) -> None:
    """Print the traceback of *error* on stderr, from the lab's own code on."""
    here, trace = os.path.dirname(os.path.abspath(__file__)), error.__traceback__
    while trace is not None and os.path.dirname(os.path.abspath(trace.tb_frame.f_code.co_filename)) == here:
        trace = trace.tb_next
    say("".join(traceback.format_exception(type(error), error, trace or error.__traceback__)).rstrip())


def say(text: str) -> None:
    """Print *text* on stderr, whatever the experiment has done to that."""
    try:
        sys.stderr.flush()
    except Exception:  # closed, or replaced by what cannot
        pass
    try:
        os.write(2, (text + "\n").encode("utf-8", "backslashreplace"))
    except OSError:
        pass


def _code(error: SystemExit) -> int:
    if error.code is None:
        return 0
    return error.code if isinstance(error.code, int) else 1


def _end_child(code: int) -> NoReturn:
    _flush()
    os._exit(code & 255)


def plot_to_files() -> None:
    """Let matplotlib draw without a screen, unless the job says how. A notebook's own way works in notebooks alone."""
    if os.environ.get("MPLBACKEND", "module://").startswith("module://"):
        os.environ["MPLBACKEND"] = "Agg"


def end(code: int) -> NoReturn:
    """End the process with *code*, whatever threads are left. What was registered with atexit may run for 5 s."""
    killer = threading.Timer(PATIENCE, os._exit, [code])
    killer.daemon = True
    killer.start()
    try:
        atexit._run_exitfuncs()
    except BaseException as error:
        tell(error)
    _flush()
    os._exit(code)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
        try:
            stream.flush()  # type: ignore[union-attr]
        except Exception:  # closed, replaced by what cannot, or a full disk
            pass
