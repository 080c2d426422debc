"""Locks that the kernel frees: who holds one, lives. No clock and no pid can be wrong about that."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

from . import modes

_PROBE = 0.5  # seconds that a prober may be in the way of an owner


def acquire(path: Path) -> int | None:
    """Take the lock for the life of this process; its descriptor, or None if another process has it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    deadline = time.monotonic() + _PROBE
    while True:
        lock = modes.open_file(path, os.O_RDWR)
        if _taken(lock) and _lies_at(lock, path):
            return lock
        os.close(lock)
        if time.monotonic() > deadline:
            return None
        time.sleep(0.005)  # a prober holds it for microseconds


def _taken(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _lies_at(lock: int, path: Path) -> bool:
    """Whether the file is still there: an owner that leaves removes it, and a lock on what is gone tells nobody."""
    try:
        return os.path.samestat(os.fstat(lock), os.stat(path))
    except FileNotFoundError:
        return False


def is_held(path: Path) -> bool:
    """Whether a living process holds the lock."""
    try:
        lock = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    except PermissionError:
        return _is_listed(path)
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return False
    except BlockingIOError:
        return True
    finally:
        os.close(lock)


def _is_listed(path: Path) -> bool:
    """The same of a file that this account may not open, as the kernel lists it: ``… 08:01:4711 0 EOF``."""
    try:
        found = os.stat(path)
        where = f"{os.major(found.st_dev):02x}:{os.minor(found.st_dev):02x}:{found.st_ino}"
        return any(line.split()[-3] == where for line in Path("/proc/locks").read_text().splitlines())
    except OSError:
        return False


def boot_id() -> str:
    """This boot of this machine."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def boottime() -> float:
    """Seconds since boot, also while the machine slept; no setting of the clock moves it."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)
