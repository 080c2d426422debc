"""What an attempt in a warm station may change of the process, put back after it.

| what                                      | between attempts                                   |
|-------------------------------------------|----------------------------------------------------|
| standard input, output, error             | nothing, and the station's log                     |
| environment, folder, umask, time zone     | as the station was started                         |
| signal handlers and mask, timers          | as the station was started                         |
| sys.path, sys.argv, hooks, streams        | as the station was started                         |
| warnings, handlers of the root logger     | as the station was started                         |
| limits, processors, garbage collection    | as the station was started                         |
| time limit of sockets, numpy's errors     | as the station was started                         |
| figures of matplotlib                     | closed: nobody else can                            |
| random numbers                            | seeded anew, as in a process of its own            |

What the station itself has set of environment, module path and logging stays: it does that once.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import io
import logging
import os
import random
import resource
import signal
import socket
import sys
import time
import warnings
from typing import Any, Dict, Iterator, List, Sequence, TextIO, Tuple

_LIMITS = tuple(getattr(resource, name) for name in dir(resource) if name.startswith("RLIMIT_"))
_NUMPY = {"divide": "warn", "over": "warn", "under": "ignore", "invalid": "warn"}  # as it is imported
_HOOKS = ("excepthook", "displayhook", "unraisablehook")


class Surroundings:
    """Of this process, as it is when one is made."""

    def __init__(self) -> None:
        self._env, self._umask = dict(os.environ), os.umask(0o077)
        os.umask(self._umask)
        self._log = [os.dup(fd) for fd in (0, 1, 2)]
        self._path, self._argv = list(sys.path), list(sys.argv)
        self._finders = list(sys.meta_path)
        self._hooks = {name: getattr(sys, name) for name in _HOOKS}
        self._limit = sys.getrecursionlimit()
        self._handlers = {number: signal.getsignal(number) for number in signal.valid_signals()}
        self._mask = signal.pthread_sigmask(signal.SIG_BLOCK, ())
        self._warnings = list(warnings.filters)
        self._handler_list, self._level = list(logging.root.handlers), logging.root.level
        self._limits = {number: resource.getrlimit(number)[0] for number in _LIMITS}
        self._processors = os.sched_getaffinity(0)
        self._library = _library_settings()
        self._set: Dict[str, str] = {}  # by the station, in the environment
        self._added: List[str] = []  # by the station, to the module path

    def enter(self, order: Dict[str, Any], fds: Sequence[int]) -> None:
        """Be as the process that sent *order* and the descriptors *fds*. Raises OSError where its folder is gone."""
        _streams(fds)
        _environment({**order["env"], **self._set})
        os.umask(order["umask"])
        sys.path[:] = _searched(order["env"], [*self._added, *self._path])
        sys.argv[:] = [*self._argv[:1], order["request"]]
        random.seed()
        if "numpy.random" in sys.modules:
            sys.modules["numpy.random"].seed()
        os.chdir(order["cwd"])

    @contextlib.contextmanager
    def keeping(self) -> Iterator[None]:
        """What is set in here is the station's, and stays."""
        env, path = dict(os.environ), list(sys.path)
        yield
        self._set.update((name, value) for name, value in os.environ.items() if env.get(name) != value)
        self._added += [one for one in sys.path if one not in path]
        self._warnings, self._level = list(warnings.filters), logging.root.level
        self._handler_list = list(logging.root.handlers)
        self._library = _library_settings()

    def leave(self) -> None:
        """Be as before."""
        _streams(self._log)
        os.chdir("/")
        os.umask(self._umask)
        _environment(self._env)
        sys.path[:], sys.argv[:], sys.meta_path[:] = self._path, self._argv, self._finders
        for name, hook in self._hooks.items():
            setattr(sys, name, hook)
        sys.setrecursionlimit(self._limit)
        sys.settrace(None)
        sys.setprofile(None)
        warnings.filters[:] = self._warnings  # type: ignore[index]
        logging.root.handlers[:] = self._handler_list
        logging.root.setLevel(self._level)
        _set_library(self._library)
        _close_figures()
        self._signals()
        self._bounds()

    def _signals(self) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.set_wakeup_fd(-1)
        for number, handler in self._handlers.items():
            if handler is not None and signal.getsignal(number) != handler:
                signal.signal(number, handler)
        signal.pthread_sigmask(signal.SIG_SETMASK, self._mask)

    def _bounds(self) -> None:
        """As far as they can be put back: a hard limit that was lowered stays."""
        for number, limit in self._limits.items():
            now, hard = resource.getrlimit(number)
            if now != limit:
                with contextlib.suppress(OSError, ValueError):
                    resource.setrlimit(number, (limit, hard))
        with contextlib.suppress(OSError):
            os.sched_setaffinity(0, self._processors)


def _library_settings() -> Tuple[bool, Any, Any]:
    """What attempts like to change of libraries: garbage collection, the time limit of sockets, numpy's errors."""
    numpy = sys.modules.get("numpy")
    return gc.isenabled(), socket.getdefaulttimeout(), numpy.geterr() if numpy else _NUMPY


def _set_library(settings: Tuple[bool, Any, Any]) -> None:
    collects, patience, errors = settings
    (gc.enable if collects else gc.disable)()
    socket.setdefaulttimeout(patience)
    if "numpy" in sys.modules:
        sys.modules["numpy"].seterr(**errors)


def _close_figures() -> None:
    """pyplot keeps every figure until somebody closes it, which ends of processes do for people."""
    close = getattr(sys.modules.get("matplotlib.pyplot"), "close", None)
    if close is not None:
        with contextlib.suppress(Exception):
            close("all")


def _searched(env: Dict[str, str], path: List[str]) -> List[str]:
    """The module path of a process with this environment: PYTHONPATH comes before what the interpreter brings."""
    given = [part for part in env.get("PYTHONPATH", "").split(os.pathsep) if part and part not in path]
    return given + path


def _environment(env: Dict[str, str]) -> None:
    os.environ.clear()
    os.environ.update(env)
    time.tzset()


def _streams(fds: Sequence[int]) -> None:
    """Have descriptors 0, 1 and 2 be these, with nothing left over from before in any buffer."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:  # closed, replaced by what cannot, or a full disk
            pass
    try:
        ctypes.CDLL(None).fflush(None)
    except (OSError, AttributeError):
        pass
    for number, fd in enumerate(fds):
        os.dup2(fd, number)
    sys.stdin = sys.__stdin__ = _text(0, "r")  # type: ignore[assignment,misc]
    sys.stdout = sys.__stdout__ = _text(1, "w")  # type: ignore[assignment,misc]
    sys.stderr = sys.__stderr__ = _text(2, "w", "backslashreplace")  # type: ignore[assignment,misc]


def _text(fd: int, mode: str, errors: str = "surrogateescape") -> TextIO:
    """A stream as ``python -u`` has it."""
    raw = open(fd, mode + "b", buffering=-1 if mode == "r" else 0, closefd=False)  # noqa: SIM115 - the attempt's
    return io.TextIOWrapper(raw, encoding="utf-8", errors=errors, write_through=mode == "w")
