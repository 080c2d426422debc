"""The process that reads data files for `apart`: it answers one question after another until nobody asks any more.

While it waits it ends because its standard input closes. While it works, be it in the depths of HDF5, the kernel ends
it then: the pipe is made to tell its closing by a signal that nobody catches.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import resource
import select
import signal
import sys
from collections.abc import Iterator
from importlib import import_module
from multiprocessing.connection import Connection
from typing import Any

from ..errors import JobyardError

MEMORY = 2 << 30  # bytes; a damaged file may claim to hold any number of values
FIRST_TO_GO = 1000  # where the machine's memory runs out


def main() -> None:
    """Questions come in, answers go out; what libraries print goes nowhere."""
    answers = Connection(os.dup(1), readable=False)
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    _be_modest()
    with contextlib.suppress(BrokenPipeError):
        serve(Connection(os.dup(0), writable=False), answers)


def serve(asked: Connection, answers: Connection) -> None:
    """Answer until nobody asks any more."""
    while True:
        try:
            name, given = asked.recv()
        except EOFError:
            return
        with _ending_with(asked.fileno()):
            answer = answered(name, given)
        answers.send(answer)


@contextlib.contextmanager
def _ending_with(pipe: int) -> Iterator[None]:
    """Meanwhile nothing comes through the pipe but its end, which ends this process."""
    signal.signal(signal.SIGIO, signal.SIG_DFL)
    fcntl.fcntl(pipe, fcntl.F_SETOWN, os.getpid())
    flags = fcntl.fcntl(pipe, fcntl.F_GETFL)
    fcntl.fcntl(pipe, fcntl.F_SETFL, flags | os.O_ASYNC)
    watch = select.poll()
    watch.register(pipe, 0)
    if watch.poll(0):
        sys.exit()  # it was closed before the kernel was told
    try:
        yield
    finally:
        fcntl.fcntl(pipe, fcntl.F_SETFL, flags)


def answered(name: str, given: tuple[Any, ...]) -> tuple[str, Any]:
    """("", the answer), or the error by its name and what it says."""
    module, _, function = name.partition(":")
    try:
        return "", getattr(import_module(module), function)(*given)
    except JobyardError as error:
        return type(error).__name__, (error.what, error.why, error.todo)
    except MemoryError:
        return "BadFile", ("It cannot be read", "there is not enough memory for it", "")
    except Exception as error:
        return "BadFile", ("It cannot be read", f"{type(error).__name__}: {error}"[:300], "")


def _be_modest() -> None:
    """Take no more memory than a file may need, and be the first to go where there is none."""
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    limit = MEMORY if most == resource.RLIM_INFINITY else min(MEMORY, most)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, most))
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:
        file.write(str(FIRST_TO_GO))


if __name__ == "__main__":
    main()
