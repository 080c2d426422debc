"""Who has a store's files open, keeping everybody out, and putting another file in a store's place.

SQLite's own locks are looked at and taken (https://sqlite.org/wal.html, "WAL File Locking"; os_unix.c): whoever has
a store open in WAL mode holds a shared lock on a range of it; bytes of the -shm file are the locks of the writer and of
whoever moves the log into the file. They are taken as locks of our open file description: those of a process would
fall with the next file that it closes.

A swap keeps the old files under another name. A marker tells whoever comes after a crash to finish it before the
store is opened: at no instant is there no store, and no log lies beside a file that it does not belong to.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import struct
import time
from collections.abc import Iterator
from pathlib import Path

from .. import crash, locks, modes
from .complaints import Busy

SHARED = (0x40000002, 510)  # of the file: start, bytes
WRITER, CHECKPOINTER = (120, 1), (121, 1)  # of the -shm file
SETTLED = 0.3  # seconds in which whoever was about to open the store has done so
PATIENCE = 10.0  # seconds to wait for a writer
CHUNK = 1 << 20

crash.register(
    swap_marked="a swap is announced, nothing has been moved",
    swap_kept="the damaged files bear another name as well",
    swap_bare="the damaged log is out of the way, the damaged file is still in place",
    swap_done="the new store is in place, the marker still says that it is not",
)


def marker(home: Path) -> Path:
    """It lies there while a swap is under way; the name of the new file is in it."""
    return home / "run" / "swap"


def lock_path(home: Path) -> Path:
    """Held by whoever repairs the store; it keeps others from opening it."""
    return home / "run" / "repair.lock"


def let_pass(home: Path) -> None:
    """Called before a store is opened: finish a swap that was cut off. Raises Busy while somebody repairs it."""
    if not os.path.lexists(marker(home)) and not os.path.lexists(lock_path(home)):
        return
    with alone(home):
        finish(home)


def turn_away(home: Path) -> None:
    """The same for whoever can only look, and so finish nothing. Raises Busy."""
    if os.path.lexists(marker(home)) or locks.is_held(lock_path(home)):
        raise _repaired(home)


def _repaired(home: Path) -> Busy:
    return Busy(f"The store of {home} is being repaired", "", "Try again when `jobyard doctor --repair` is over")


@contextlib.contextmanager
def alone(home: Path) -> Iterator[None]:
    """Be the one who repairs. Raises Busy if another process does."""
    lock = locks.acquire(lock_path(home))
    if lock is None:
        raise _repaired(home)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            lock_path(home).unlink()
        os.close(lock)


# -- locks ----------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def nobody_else(path: Path) -> Iterator[bool]:
    """Whether no process has the store open; if so, none can open it meanwhile. This process must not have it open."""
    time.sleep(SETTLED)
    with _opened(path) as fd:
        yield fd is not None and _lock(fd, SHARED, 0.0)


@contextlib.contextmanager
def standing_still(path: Path) -> Iterator[None]:
    """Nobody writes into the store or moves its log meanwhile, though others have it open. Raises Busy."""
    with _opened(Path(f"{path}-shm")) as fd:
        if fd is not None and not (_lock(fd, WRITER, PATIENCE) and _lock(fd, CHECKPOINTER, PATIENCE)):
            raise Busy(f"{path} is being written all the time", "", "Stop the workers and try again")
        yield


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[int | None]:
    try:
        fd = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        yield None
        return
    try:
        yield fd
    finally:
        os.close(fd)


def _lock(fd: int, where: tuple[int, int], patience: float) -> bool:
    """Take an exclusive lock of this open file description; whether it was had in time."""
    wanted = struct.pack("hh4xqqi4x", fcntl.F_WRLCK, os.SEEK_SET, *where, 0)
    deadline = time.monotonic() + patience
    while True:
        try:
            fcntl.fcntl(fd, fcntl.F_OFD_SETLK, wanted)
            return True
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.EACCES):
                raise
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)


def holders(path: Path) -> list[str]:
    """Processes that have the store open, as far as this account may see: ``1234 (jobyard --worker)``."""
    names = {str(path) + end for end in ("", "-wal", "-shm")}
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdecimal() and int(entry) != os.getpid() and _has_open(entry, names):
            found.append(f"{entry} ({_command(entry)})")
    return found


def mine(path: Path) -> bool:
    """Whether this very process has the store open."""
    return _has_open("self", {str(path) + end for end in ("", "-wal", "-shm")})


def _has_open(pid: str, names: set[str]) -> bool:
    try:
        return any(os.readlink(link) in names for link in _links(f"/proc/{pid}/fd"))
    except OSError:
        return False


def _links(folder: str) -> Iterator[str]:
    for name in os.listdir(folder):
        link = f"{folder}/{name}"
        if os.path.lexists(link):
            yield link


def _command(pid: str) -> str:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return "?"
    return " ".join(word.decode(errors="replace") for word in words[:6]).strip()


# -- files ----------------------------------------------------------------------------------------------------


def freeze(path: Path, folder: Path) -> Path:
    """A copy of the store's file and log, as they are; nothing is interpreted. The copy's file."""
    import shutil  # slow to import, and every command imports this module

    modes.make_folder(folder)
    for end in ("", "-wal"):
        with contextlib.suppress(FileNotFoundError):
            shutil.copyfile(f"{path}{end}", folder / f"{path.name}{end}")
    return folder / path.name


def swap(path: Path, new: Path, kept: Path) -> None:
    """Put *new* in the store's place; the old file and log are *kept* beside. Call it with nobody else about."""
    home = path.parent
    with open(modes.open_file(marker(home), os.O_WRONLY | os.O_TRUNC), "w") as file:
        file.write(f"{new.name}\n{kept.name}\n")
        file.flush()
        os.fsync(file.fileno())
    _sync(marker(home).parent)
    crash.point("swap.marked")
    finish(home)


def finish(home: Path) -> None:
    """Do what is left of an announced swap; each step may be done again."""
    try:
        words = marker(home).read_text().splitlines()
    except FileNotFoundError:
        return
    path = home / "jobyard.db"
    if len(words) == 2 and (home / words[0]).exists():
        _replace(path, home / words[0], home / words[1])
    marker(home).unlink(missing_ok=True)
    _sync(marker(home).parent)


def _replace(path: Path, new: Path, kept: Path) -> None:
    for end in ("-wal", ""):
        with contextlib.suppress(FileNotFoundError, FileExistsError):
            os.link(f"{path}{end}", f"{kept}{end}")
    _sync(path.parent)
    crash.point("swap.kept")
    for end in ("-wal", "-shm"):
        Path(f"{path}{end}").unlink(missing_ok=True)
    _sync(path.parent)
    crash.point("swap.bare")
    os.replace(new, path)
    _sync(path.parent)
    crash.point("swap.done")


def _sync(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
