"""The doorbell: who commits something that others should see sends one byte to each listener.

Listeners are datagram sockets in ``run/bells/``. Binding and addressing go through
``/proc/self/fd/N/`` because a socket's path may have 108 bytes only. A ring never blocks:
EAGAIN means that it has been rung already. A listener that died leaves its socket file;
its lock, which the kernel frees, tells, and whoever finds it so removes it.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import socket
from pathlib import Path
from types import TracebackType

from .. import modes


class Bell:
    """A listener. ``fileno()`` becomes readable on a ring; use it as a context manager."""

    def __init__(self, run: Path) -> None:
        self._folder = _folder(run)
        self._path = run / "bells"
        self.name = f"{os.getpid()}-{os.urandom(4).hex()}"
        self._lock = modes.open_file(f"{self.name}.lock", os.O_RDWR, dir_fd=self._folder)
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
        self._bind(modes.file_mode(os.fstat(self._folder).st_mode))
        self._open = True

    def _bind(self, mode: int) -> None:
        """Who may write to a socket may ring it; its mode before `bind` is the most that `bind` gives."""
        path = f"/proc/self/fd/{self._folder}/{self.name}"
        os.fchmod(self._socket.fileno(), mode)
        self._socket.bind(path)
        if mode != modes.PRIVATE_FILE:
            os.chmod(path, mode)  # what the umask took away

    def fileno(self) -> int:
        """The descriptor to wait on."""
        return self._socket.fileno()

    def moved(self) -> bool:
        """Whether its folder is no more where it was, so that nobody would ring it."""
        try:
            there, mine = os.stat(self._path), os.fstat(self._folder)
        except OSError:
            return True
        return (there.st_dev, there.st_ino) != (mine.st_dev, mine.st_ino)

    def drain(self) -> bool:
        """Take all rings so far; whether there was one."""
        rung = False
        with contextlib.suppress(BlockingIOError):
            while self._socket.recv(64):
                rung = True
        return rung

    def close(self) -> None:
        """Listen no more."""
        if not self._open:
            return
        self._open = False
        for name in (self.name, f"{self.name}.lock"):
            with contextlib.suppress(OSError):
                os.unlink(name, dir_fd=self._folder)
        self._socket.close()
        os.close(self._lock)
        os.close(self._folder)

    def __enter__(self) -> Bell:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()


class Mute(Bell):
    """One that never rings, for a yard that cannot be written."""

    def __init__(self) -> None:
        self._end, self._other = socket.socketpair()

    def fileno(self) -> int:
        """The descriptor to wait on."""
        return self._end.fileno()

    def moved(self) -> bool:
        """Never: it is nowhere."""
        return False

    def drain(self) -> bool:
        """No rings."""
        return False

    def close(self) -> None:
        """Listen no more."""
        self._end.close()
        self._other.close()


class Ringer:
    """Rings every listener but *but* (one's own)."""

    def __init__(self, run: Path) -> None:
        self._run = run
        self.but = ""

    def ring(self) -> None:
        """Send one byte to each; a failure of one never keeps the others from hearing."""
        try:
            folder = _folder(self._run)
        except OSError:
            return
        try:
            self._ring(folder)
        finally:
            os.close(folder)

    def _ring(self, folder: int) -> None:
        names = [name for name in os.listdir(folder) if not name.endswith(".lock") and name != self.but]
        if not names:
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC) as sender:
            for name in names:
                try:
                    sender.sendto(b"!", f"/proc/self/fd/{folder}/{name}")
                except OSError as error:
                    if error.errno == errno.ECONNREFUSED:
                        _bury(folder, name)


def _folder(run: Path) -> int:
    path = run / "bells"
    with contextlib.suppress(FileExistsError):
        modes.make_common(path)
    return os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)


def _bury(folder: int, name: str) -> None:
    """Remove the socket of a listener that is gone; its lock must be free (or gone)."""
    try:
        lock = os.open(f"{name}.lock", os.O_RDWR | os.O_CLOEXEC, dir_fd=folder)
    except FileNotFoundError:
        lock = -1
    except OSError:  # another account's, from when the yard was less open: that one buries it
        return
    try:
        if lock >= 0:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for gone in (name, f"{name}.lock"):
            with contextlib.suppress(OSError):
                os.unlink(gone, dir_fd=folder)
    except BlockingIOError:
        return
    finally:
        if lock >= 0:
            os.close(lock)
