"""Descriptors of processes: they tell of an end, take signals, and never mean another process."""

from __future__ import annotations

import fcntl
import os
import signal
import struct

from . import procfs

# include/uapi/linux/pidfd.h: PIDFD_GET_INFO = _IOWR(0xFF, 11, struct pidfd_info), PIDFD_INFO_EXIT since Linux 6.15.
_INFO_SIZE = 64
_GET_INFO = (3 << 30) | (_INFO_SIZE << 16) | (0xFF << 8) | 11
_INFO_EXIT = 1 << 3
_EXIT_CODE_AT = 60


def opened(pid: int, ticks: int) -> int:
    """A descriptor of exactly this process, or -1 when it is gone or the kernel has none (before 5.3)."""
    try:
        fd = os.pidfd_open(pid)
    except (OSError, AttributeError):
        return -1
    found = procfs.stat(pid)
    if found is not None and found.ticks == ticks:
        return fd
    os.close(fd)
    return -1


def of_child(pid: int) -> int:
    """The same for a child of ours that we have not reaped: nobody else can have its pid."""
    try:
        return os.pidfd_open(pid)
    except (OSError, AttributeError):
        return -1


def exit_status(fd: int) -> int | None:
    """The wait status of a process that has been reaped, even if it was never ours; None where it cannot be had."""
    info = bytearray(_INFO_SIZE)
    struct.pack_into("=Q", info, 0, _INFO_EXIT)
    try:
        fcntl.ioctl(fd, _GET_INFO, info)
    except OSError:
        return None
    (mask,) = struct.unpack_from("=Q", info)
    return int(struct.unpack_from("=i", info, _EXIT_CODE_AT)[0]) if mask & _INFO_EXIT else None


def send(pid: int, ticks: int, *signals: int) -> None:
    """Send *signals* to exactly this process, if it is still there and may be signalled."""
    fd = opened(pid, ticks)
    try:
        for number in signals:
            if fd >= 0:
                signal.pidfd_send_signal(fd, number)
            elif procfs.lives(pid, ticks):
                os.kill(pid, number)
    except OSError:
        pass  # gone, or of another account: whoever waits for it looks again
    finally:
        shut(fd)


def shut(fd: int) -> None:
    """Close *fd* if it is one."""
    if fd >= 0:
        os.close(fd)
