"""How open a yard's files are: as open as the folder that they are made in, whatever the umask says.

A private yard's folders are 0700, its files 0600. A group yard's folders bear the set-group-id bit, so that
whatever is made in them belongs to the group, and come in two kinds: those in which members make things
(2770: the yard itself, ``run/bells``, ``run/batches``; files 0660), and those in which they read (2750: ``run``,
``run/workers``, ``jobs``; files 0640). The file system is the only record of it: it cannot disagree with itself.
Standard library alone: the keeper uses it too.
"""

from __future__ import annotations

import os
import stat

PRIVATE_FOLDER, PRIVATE_FILE = 0o700, 0o600
WRITTEN_FOLDER, WRITTEN_FILE = 0o2770, 0o660  # members make things here
READ_FOLDER, READ_FILE = 0o2750, 0o640  # members read here


def shared(mode: int) -> bool:
    """Whether a folder of this mode belongs to a group yard."""
    return bool(mode & stat.S_ISGID) and mode & 0o050 == 0o050


def file_mode(folder: int) -> int:
    """The mode of a file in a folder of that mode."""
    if not shared(folder):
        return PRIVATE_FILE
    return WRITTEN_FILE if folder & 0o020 else READ_FILE


def folder_mode(parent: int) -> int:
    """The mode of a folder in a folder of that mode: members make things only where it is said (`make_common`)."""
    return READ_FOLDER if shared(parent) else PRIVATE_FOLDER


def mode_in(folder: str | os.PathLike[str]) -> int:
    """The mode of a file in that folder."""
    return file_mode(os.stat(folder).st_mode)


def make_folder(path: str | os.PathLike[str]) -> None:
    """A folder as open as its parent. Raises FileExistsError, FileNotFoundError."""
    _make(path, folder_mode(_parent(path).st_mode))


def make_common(path: str | os.PathLike[str]) -> None:
    """A folder in which members of the group make things too; in a private yard one like any other."""
    _make(path, WRITTEN_FOLDER if shared(_parent(path).st_mode) else PRIVATE_FOLDER)


def open_file(path: str | os.PathLike[str], flags: int, *, dir_fd: int | None = None) -> int:
    """A descriptor of the file, which is made if it is not there, as open as its folder."""
    folder = _parent(path) if dir_fd is None else os.fstat(dir_fd)
    mode = file_mode(folder.st_mode)
    fd = os.open(path, flags | os.O_CREAT | os.O_CLOEXEC, mode, dir_fd=dir_fd)
    if mode != PRIVATE_FILE:
        _insist(fd, mode)
    return fd


def _parent(path: str | os.PathLike[str]) -> os.stat_result:
    return os.stat(os.path.dirname(path) or ".")


def _make(path: str | os.PathLike[str], mode: int) -> None:
    os.mkdir(path, mode & 0o777)  # the kernel hands the set-group-id bit down
    if mode != PRIVATE_FOLDER:
        os.chmod(path, mode)


def _insist(fd: int, mode: int) -> None:
    """Undo what the umask took away, on a file of ours."""
    found = os.fstat(fd)
    if stat.S_IMODE(found.st_mode) != mode and found.st_uid == os.geteuid():
        os.fchmod(fd, mode)
