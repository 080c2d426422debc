"""The guard of a queue's warm station: ``python -m jobyard.core.lab.guard HOME NAME LISTENER LOCK IDLE``.

It holds the station's lock for its life, hands one attempt at a time to the station (its child), and watches whoever
asked for it: when that process is killed, the station and all that it has started are killed at once, whatever they
do; when it is asked to stop, the station is. A station that was part of a failed or stopped attempt is replaced by
the next. It is no part of any job, so that nothing that happens to a job's processes happens to it.

What a crash leaves: without its guard a station dies (PDEATHSIG), and the kernel frees the lock with the last of them.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..runners.keeper import procfs, sampling, system
from .process import lease, wire

START = os.path.join(os.path.dirname(__file__), "process", "start.py")
LOOK = 1.0  # seconds between looks whether its yard is still there
HEARING = 10.0  # seconds for a message that has begun
CLOSING = 5.0  # seconds for a station to close its connections
SWEEPING = 1.0  # seconds between SIGTERM and SIGKILL to what an attempt left behind
MARKS = ("JOBYARD_ATTEMPT", "JOBYARD_JOB", "JOBYARD_NUMBER")  # a process that bears them is taken for a job's
LIBRARY = ("LD_", "CUDA_", "OMP_", "OPENBLAS_", "MKL_")  # variables that libraries read once
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)

Order = dict[str, Any]
Answer = dict[str, Any]


class Child:
    """The station's process, and what it was made for."""

    def __init__(self, order: Order, lock: int) -> None:
        self.key = key_of(order)
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        with theirs:
            words = [order["python"], "-u", START, "--station", str(theirs.fileno())]
            self.process = subprocess.Popen(
                words, stdin=subprocess.DEVNULL, cwd="/", env=environment(order["env"]),
                pass_fds=(theirs.fileno(), lock), preexec_fn=_die_with_guard,
            )  # fmt: skip
        self.own: dict[int, int] = {}  # processes that it started for itself
        self.fd = os.pidfd_open(self.process.pid)

    @property
    def pid(self) -> int:
        """Its process."""
        return self.process.pid

    def reap(self) -> int | None:
        """Its exit code, negative for a signal; None while it lives."""
        return self.process.poll()

    def close(self) -> None:
        """Hang up: it leaves by itself, if it can."""
        self.control.close()
        with contextlib.suppress(OSError):
            os.close(self.fd)


class Guard:
    """One queue's."""

    def __init__(self, home: Path, name: str, listener: socket.socket, lock: int, idle: float) -> None:
        self._place = home / "run" / "stations" / f"{name}.sock"
        self._home, self._listener, self._lock, self._idle = home, listener, lock, idle
        self._child: Child | None = None
        self._leaving = False

    def serve(self) -> None:
        """Until it is idle for too long, is asked to leave, or its yard is gone."""
        while not self._leaving and (conn := self._next()) is not None:
            with conn, contextlib.suppress(OSError, ValueError, KeyError):
                conn.settimeout(HEARING)
                self._attend(conn)
        with contextlib.suppress(OSError):
            self._place.unlink()
        self._listener.close()
        self._retire()

    def _next(self) -> socket.socket | None:
        """Whoever asks next; None when it is time to leave."""
        until = time.monotonic() + self._idle
        while (left := until - time.monotonic()) > 0 and self._is_there():
            if select.select([self._listener], [], [], min(LOOK, left))[0]:
                conn, _ = self._listener.accept()
                if wire.peer(conn) == os.geteuid():
                    return conn
                conn.close()
        return None

    def _is_there(self) -> bool:
        """Whether the yard is, and this lock is the one that others would ask for."""
        try:
            return os.path.samestat(os.fstat(self._lock), os.stat(self._place.with_suffix(".lock")))
        except OSError:
            return False

    def _attend(self, conn: socket.socket) -> None:
        order, fds = wire.receive(conn)
        try:
            if order is not None and order["do"] == "leave":
                self._leaving = True
            elif order is not None and len(fds) == wire.MOST_FDS and not _has_hung_up(conn):
                wire.send(conn, {"taken": True})
                self._lend(conn, order, fds)
        finally:
            for fd in fds:
                os.close(fd)

    # -- one attempt --------------------------------------------------------------------------------

    def _lend(self, conn: socket.socket, order: Order, fds: Sequence[int]) -> None:
        """Have the station run it, and tell how it ended; a station that is not as good as new goes."""
        try:
            answer = self._run(conn, order, fds)
        except OSError as error:
            answer = {"code": 1, "said": f"The station cannot be started: {error}"}
        if answer is None:
            self._kill()
            return
        if answer.get("left"):
            _say(fds[2], f"The station ends: the experiment has left behind {answer['left']}")
            self._kill()
        self._sweep()
        with contextlib.suppress(OSError):
            wire.send(conn, answer)
        conn.close()
        if answer["code"] != 0 or answer.get("stopped"):
            self._retire()

    def _run(self, conn: socket.socket, order: Order, fds: Sequence[int]) -> Answer | None:
        """How the attempt ended; None: whoever asked for it is gone."""
        why = self._unfit(order)
        while True:
            if why:
                _say(fds[2], f"The station is made anew: {why}")
                self._retire()
            fresh = self._child is None
            child = self._child = self._child or Child(order, self._lock)
            answer = self._watch(conn, child, order, fds)
            why = answer.get("again", "") if answer else ""
            if not why or fresh:
                return answer

    def _unfit(self, order: Order) -> str:
        """Why the station that is there is none for this attempt; "" where it is, or there is none."""
        child = self._child
        if child is None:
            return ""
        if child.reap() is not None:
            return f"the one before has ended ({ended(child.reap() or 0)})"
        mine = key_of(order)
        return next((f"its {what} is another one" for what, value in mine.items() if child.key[what] != value), "")

    def _watch(self, conn: socket.socket, child: Child, order: Order, fds: Sequence[int]) -> Answer | None:
        """Wait for the answer, and pass on what happens to whoever asked."""
        _note_loan(order, child.pid)
        wire.send(child.control, order, fds)
        station, asker, stopped = child.control.fileno(), conn.fileno(), False
        while True:
            ready, _, _ = select.select([station, asker, child.fd], [], [])
            if station in ready and (answer := self._hear(child)) is not None:
                return {**answer, "stopped": stopped}
            if asker in ready:
                if not conn.recv(16):
                    return None
                stopped = True
                child.process.send_signal(signal.SIGTERM)
            if child.fd in ready and station not in ready:
                return {"code": 1, "said": f"{lease.DIED}: {ended(child.process.wait())}", "stopped": stopped}

    def _hear(self, child: Child) -> Answer | None:
        """What the station says of the attempt; None where that is nothing yet, or its end."""
        try:
            message = wire.receive(child.control)[0]
        except (OSError, ValueError):
            message = None
        if message is None:
            return {"code": 1, "said": f"{lease.DIED}: {ended(child.process.wait())}"}
        if "made" in message:
            child.own = self._below()
            wire.send(child.control, {})
            return None
        return message

    # -- ends ---------------------------------------------------------------------------------------

    def _below(self) -> dict[int, int]:
        """All that lives below the station, as pid → ticks."""
        found = procfs.descendants([os.getpid()])
        if self._child is not None:
            found.pop(self._child.pid, None)
        return {pid: ticks for pid, ticks in found.items() if procfs.lives(pid, ticks)}

    def _sweep(self) -> None:
        """Stop what the attempt has left behind; what the station had started for itself stays."""
        own = self._child.own if self._child is not None else {}
        until = time.monotonic() + SWEEPING
        asked: set[int] = set()
        while left := {pid for pid, ticks in self._below().items() if own.get(pid) != ticks}:
            late = time.monotonic() > until
            for pid in left if late else left - asked:
                _signal(pid, signal.SIGKILL if late else signal.SIGTERM)
            asked |= left
            self._reap()
            time.sleep(0.01)

    def _retire(self) -> None:
        """The station leaves by itself, or is made to."""
        child = self._child
        if child is not None:
            child.control.close()
            select.select([child.fd], [], [], CLOSING)
            self._kill()

    def _kill(self) -> None:
        """SIGKILL to the station and all below it, until nothing is left: nobody else is at the hardware after this."""
        child = self._child
        if child is not None:
            child.process.kill()
            child.process.wait()
            child.close()
        self._child = None
        while left := self._below():
            for pid in left:
                _signal(pid, signal.SIGKILL)
            time.sleep(0.001)
            self._reap()

    def _reap(self) -> None:
        """Orphans that came to us."""
        mine = self._child.pid if self._child is not None else 0
        for pid in procfs.children(os.getpid()):
            if pid != mine:
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(pid, os.WNOHANG)


def key_of(order: Order) -> dict[str, str]:
    """What a station was made of: another one cannot stand in for it."""
    library = "\0".join(f"{name}={value}" for name, value in sorted(order["env"].items()) if name.startswith(LIBRARY))
    found = {"interpreter": order["python"], "class": order["station"], "hardware": "mock" if order["mock"] else "real"}
    return {**found, "hardware config": order["config"], "library environment": library}


def environment(env: dict[str, str]) -> dict[str, str]:
    """Of the station's process: that of the attempt, without what would have it taken for a job's."""
    return {name: value for name, value in env.items() if name not in (*MARKS, "PYTHONPATH")}


def ended(code: int) -> str:
    """``exit code 3``, ``SIGKILL``."""
    if code >= 0:
        return f"exit code {code}"
    with contextlib.suppress(ValueError):
        return signal.Signals(-code).name
    return f"signal {-code}"


def _note_loan(order: Order, pid: int) -> None:
    """Let the keeper know whose CPU time and memory are the attempt's from now on."""
    seen, spent = procfs.stat(pid), procfs.spent(pid)
    path = os.path.join(os.path.dirname(order["request"]), sampling.LENT)
    with contextlib.suppress(OSError):
        if seen and spent:
            with open(f"{path}.part", "w", encoding="ascii") as file:
                file.write(f"{pid} {seen.ticks} {spent.ticks}\n")
            os.rename(f"{path}.part", path)


def _die_with_guard() -> None:
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _signal(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)


def _has_hung_up(conn: socket.socket) -> bool:
    """Whether the other side was killed while it waited for its turn."""
    if not select.select([conn], [], [], 0)[0]:
        return False
    return not conn.recv(1, socket.MSG_PEEK)


def _say(fd: int, text: str) -> None:
    with contextlib.suppress(OSError):
        os.write(fd, f"{text}\n".encode("utf-8", "surrogateescape"))


def main(words: Sequence[str]) -> int:
    """Be the guard of a station."""
    home, name, listener, lock, idle = words
    for number in (signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    system.become_subreaper()
    os.set_inheritable(int(listener), False)
    os.set_inheritable(int(lock), False)
    Guard(Path(home), name, socket.socket(fileno=int(listener)), int(lock), float(idle)).serve()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
