"""Room on the disk for a data file, taken before HDF5 writes: where a write fails, HDF5 itself may crash at the close.

The blocks belong to the file from then on (fallocate beyond its end), so that nobody else can fill the disk meanwhile.
A file system that knows nothing of that is asked how much is free.
"""

from __future__ import annotations

import ctypes
import errno
import os
import resource
import sys
from typing import Any

SLACK = 1 << 18  # bytes for what HDF5 writes beside values, and for the rest of their last chunks
HEAP = 64  # bytes that a text, or a row of its own length, takes beside what it says
_KEEP_SIZE = 1
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Room:
    """That of an open ``h5py.File``."""

    def __init__(self, file: Any) -> None:
        self._file, self._descriptor, self._taken = file, _descriptor_of(file), 0

    def take(self, size: int) -> None:
        """Have room for *size* bytes more than are there. Raises OSError."""
        needed = self._file.id.get_filesize() + size + SLACK
        if needed > self._taken and self._descriptor >= 0:
            _take(self._descriptor, needed)
            self._taken = needed


def _descriptor_of(file: Any) -> int:
    """Its descriptor; -1 where HDF5 has none, for HDF5_DRIVER may name another way to write."""
    try:
        found = int(file.id.get_vfd_handle())
        return found if os.path.samestat(os.fstat(found), os.stat(file.filename)) else -1
    except Exception:
        return -1


def needed(value: Any) -> int:
    """The bytes that an array takes in a file, at most; None takes none."""
    if value is None:
        return 0
    size = int(value.nbytes) * 9 // 8  # an index of its chunks
    if value.dtype.kind == "O":
        size += sum(HEAP + (len(one.encode("utf-8")) if isinstance(one, str) else one.nbytes) for one in value.flat)
    return size


def give_back(path: str) -> None:
    """What the closed file *path* has not used."""
    os.truncate(path, os.stat(path).st_size)


def _take(descriptor: int, size: int) -> None:
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)[0]
    if 0 <= limit < size:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
    code = _fallocate(descriptor, size)
    if code in _NO_ROOM or (code and _free(descriptor) < size):
        code = code if code in _NO_ROOM else errno.ENOSPC
        raise OSError(code, os.strerror(code))


def _fallocate(descriptor: int, size: int) -> int:
    """Take blocks from the file's beginning on, and leave its size; the number of the error, 0 for none."""
    libc = ctypes.CDLL(None, use_errno=True)
    function = getattr(libc, "fallocate64", None) or libc.fallocate  # the first where a C long may have 32 bits
    while function(descriptor, _KEEP_SIZE, ctypes.c_int64(0), ctypes.c_int64(size)):
        code = ctypes.get_errno()
        if code != errno.EINTR:
            return code
    return 0


def _free(descriptor: int) -> int:
    """Bytes that the file may grow to on its file system; any number where that does not tell (some in user space)."""
    found = os.fstatvfs(descriptor)
    if not found.f_blocks:
        return sys.maxsize
    return found.f_bavail * found.f_frsize + os.fstat(descriptor).st_blocks * 512
