"""Calls that the standard library does not wrap, and the clocks. Times are seconds."""

from __future__ import annotations

import ctypes
import functools
import os
import resource
import sys
import time

_PR_SET_CHILD_SUBREAPER = 36
_KEEP_SIZE_PUNCH_HOLE = 0x01 | 0x02
_MAX_OPEN_FILES = 65536

_libc = ctypes.CDLL(None, use_errno=True)
_libc.fallocate.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_int64, ctypes.c_int64]
_libc.prctl.argtypes = [ctypes.c_int, *[ctypes.c_ulong] * 4]

LOG_BYTES = 1024 * 1024  # the keeper's own log is emptied beyond this


def boottime() -> float:
    """Seconds since boot, suspension included; no clock change moves it."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


@functools.cache
def boot_id() -> str:
    """The random name of this boot."""
    with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
        return file.read().strip()


def become_subreaper() -> bool:
    """Have orphans among our descendants become our children, so that none escapes by forking twice."""
    return bool(_libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0)


def punch_hole(fd: int, start: int, length: int) -> None:
    """Give these bytes back to the disk; offsets stay, readers see zeros. Raises OSError where it is impossible."""
    if _libc.fallocate(fd, _KEEP_SIZE_PUNCH_HOLE, start, length) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def raise_open_files() -> None:
    """Allow ourselves many descriptors."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    top = _MAX_OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, _MAX_OPEN_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, top), hard))


def tell(text: str) -> None:
    """Write a line to the keeper's own log (standard error), which stays bounded."""
    try:
        if os.fstat(2).st_size > LOG_BYTES:
            os.ftruncate(2, 0)
        sys.stderr.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} keeper {os.getpid()}: {text}\n")
        sys.stderr.flush()
    except (OSError, ValueError):
        pass  # a full disk must not end the keeper
