"""Reading a store that this account cannot write: on a read-only disk, or another account's.

While its log lies there, SQLite reads along with whoever writes (https://sqlite.org/wal.html, "Read-Only Databases").
Without a log nobody has the store open, and SQLite, which may not make one, would refuse: then the file is all there
is and is read as one that nobody changes. Somebody may come and write meanwhile. A lock such as any reader has keeps
them from putting their log away again, so a log that is not there after a query was not there during it.
"""

from __future__ import annotations

import errno
import fcntl
import os
import struct
import threading
import time
from pathlib import Path
from urllib.parse import quote

from ..errors import YardError
from .complaints import Busy

SHARED = (0x40000002, 510)  # start and bytes of what SQLite's readers lock (os_unix.c)
MODES, WITH_LOG = 18, b"\2\2"  # where the file says how it is written, and what one with a log says
PATIENCE = 10.0  # seconds in which whoever leaves has put the log away

_kept: dict[tuple[int, int], int] = {}  # by file: who closes one of its descriptors drops SQLite's locks on it
_keeping = threading.Lock()


def address(path: Path) -> str:
    """How SQLite is to open the store as it lies there now. Raises YardError where it cannot be read safely."""
    if not _has_log(path):
        if not _keep(path):
            return f"file:{quote(str(path))}?mode=ro"
        if not _has_log(path):
            return f"file:{quote(str(path))}?mode=ro&immutable=1"
    for end in ("-wal", "-shm"):
        _refuse_unreadable(path, Path(f"{path}{end}"))
    return f"file:{quote(str(path))}?mode=ro"


def _has_log(path: Path) -> bool:
    """Whether somebody writes, or has left what is not in the file yet."""
    if os.path.lexists(f"{path}-shm"):
        return os.path.lexists(f"{path}-wal")
    try:
        return os.stat(f"{path}-wal").st_size > 0
    except FileNotFoundError:
        return False


def _refuse_unreadable(path: Path, file: Path) -> None:
    what = f"The yard {path.parent} cannot be read"
    if not file.exists():
        todo = "Read it where it can be written; or work on a copy of the whole folder: cp -a, then --yard COPY"
        raise YardError(
            what, f"what was written last is still in {path.name}-wal, and nobody may put it in place", todo
        )
    if not os.access(file, os.R_OK):
        raise YardError(what, f"{file.name} is closed to this account", f"Have its owner do: chmod a+r {file}")


def _keep(path: Path) -> bool:
    """Lock the file as a reader does, as long as this process lives; whether it is one that has logs. Raises Busy."""
    with _keeping:
        fd = _descriptor(path)
        if os.pread(fd, 2, MODES) != WITH_LOG:
            return False
        _lock(path, fd)
        return True


def _descriptor(path: Path) -> int:
    found = os.stat(path)
    if (found.st_dev, found.st_ino) not in _kept:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        found = os.fstat(fd)
        _kept[found.st_dev, found.st_ino] = fd
    return _kept[found.st_dev, found.st_ino]


def _lock(path: Path, fd: int) -> None:
    """As a lock of this open file: those of a process would fall with the next file that it closes."""
    wanted = struct.pack("hh4xqqi4x", fcntl.F_RDLCK, os.SEEK_SET, *SHARED, 0)
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            fcntl.fcntl(fd, fcntl.F_OFD_SETLK, wanted)
            return
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.EACCES):
                raise
        if time.monotonic() > deadline:
            raise Busy(f"The store {path} is being put in order", "", "Try again")
        time.sleep(0.005)
