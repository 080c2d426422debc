"""From a temporary name to the real one. Whoever dies on the way leaves no file that could be taken for a result.

A file is written as ``.NAME.TOKEN.part`` in its own folder, synced, and linked to its name, which never replaces
another file. What an attempt that died left of it is removed by the next attempt of its job; the token begins with a
mark of the yard, for two yards may write to one folder, and both have a first job of the day.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import stat
import time
import uuid
from typing import Any, Dict, List

from .errors import Refused

_PART = re.compile(r"\.JOB-[0-9]{8}-[0-9]+\..*\.[0-9a-f]{12,20}\.part$")
_OLD = 86400.0  # seconds: nobody writes to it any more
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK, errno.EACCES, errno.EINVAL)


def mark(attempt: str) -> str:
    """The mark of the yard and day to which the *attempt*'s folder belongs."""
    return hashlib.sha256(os.fsencode(os.path.dirname(attempt))).hexdigest()[:8]


def part_of(path: str, mark: str = "") -> str:
    """A temporary name beside *path* that nobody else uses."""
    folder, name = os.path.split(path)
    return os.path.join(folder, f".{name}.{mark}{uuid.uuid4().hex[:12]}.part")


def ready(folder: str, name: str) -> None:
    """Make *folder*, and see that *name* can be written there. Raises Refused."""
    part = part_of(os.path.join(folder, name))
    try:
        is_new = not os.path.isdir(folder)
        os.makedirs(folder, exist_ok=True)
        if is_new:
            share(folder)
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644))
        os.unlink(part)
    except OSError as error:
        raise Refused(f"Data cannot be written to {folder}: {error.strerror}") from error
    if os.path.lexists(os.path.join(folder, name)):
        raise Refused(f"The data file {os.path.join(folder, name)} exists already, and is not replaced")


def sweep(folder: str, job: str, mark: str) -> None:
    """Remove what earlier attempts of *job* left half-written in *folder*, and of any job what is older than a day."""
    for name in os.listdir(folder):
        if not _PART.match(name):
            continue
        path = os.path.join(folder, name)
        if (name.startswith(f".{job}.") and f".{mark}" in name) or _is_old(path):
            discard(path)


def _is_old(path: str) -> bool:
    try:
        return time.time() - os.stat(path).st_mtime > _OLD
    except OSError:
        return False


def discard(path: str) -> None:
    """Remove a file, if it is there."""
    try:
        os.unlink(path)
    except OSError:
        pass


def share(path: str) -> None:
    """Let the group read what lies in a folder that it shares, whatever the umask of who submitted the job says."""
    above, found = os.stat(os.path.dirname(path)).st_mode, os.stat(path).st_mode
    if above & stat.S_ISGID and above & 0o050 == 0o050:
        try:
            os.chmod(path, stat.S_IMODE(found) | (0o050 if stat.S_ISDIR(found) else 0o040))
        except OSError:  # a file system without modes
            pass


def sync(path: str) -> None:
    """Bring a file or folder to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP) or not os.path.isdir(path):  # folders of some shares
            raise
    finally:
        os.close(descriptor)


def place(part: str, path: str) -> None:
    """Give the closed file *part* its name *path*, for good. Raises FileExistsError if that is taken, OSError."""
    share(part)
    sync(part)
    _rename(part, path)
    sync(os.path.dirname(path))


def _rename(part: str, path: str) -> None:
    try:
        os.link(part, path)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if os.path.lexists(path):  # a share without links: no other attempt has this name, so looking is enough
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), path) from error
        os.rename(part, path)
    else:
        os.unlink(part)


def tell(folder: str, path: str, keys: List[str]) -> Dict[str, Any]:
    """Write ``data.json`` into the attempt's *folder*: what makes the attempt a completed one. What it says."""
    said = {"path": path, "size": os.stat(path).st_size, "made_at": time.time(), "keys": keys}
    part = part_of(os.path.join(folder, "data.json"))
    with open(part, "w", encoding="utf-8") as file:
        json.dump(said, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, os.path.join(folder, "data.json"))
    sync(folder)
    return said
