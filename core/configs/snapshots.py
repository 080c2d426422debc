"""The files of versions: written under a temporary name, synced, then named without replacing anything; read-only.

A crash leaves a temporary file (its name begins with a dot) or a file that no version knows. Neither is ever read
for a version: that is the store's row alone, whose SHA-256 every reading looks at.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from .. import modes
from ..errors import BadFile, BadInput, ConfigDamaged, StoreFull, YardError
from ..labmodels import VERSIONS, ConfigVersion
from ..text import people_size

LARGEST = 64 << 20  # bytes
CHUNK = 1 << 20
TEMPORARY = ".new-"
ENDINGS = 12  # characters of a file's ending that its versions keep

Source = Path | bytes


class Taken(NamedTuple):
    """A copy of a source that has no name yet. ``filename`` is what the source was called."""

    path: Path
    checksum: str
    size: int
    filename: str


def folder_of(home: Path, type: str) -> Path:
    """Where the versions of a type are, made at need."""
    folder = home / VERSIONS / type
    if not folder.is_dir():
        _make(folder.parent.parent, modes.make_folder)  # a yard of before has none of them
        _make(folder.parent, modes.make_common)
        _make(folder, modes.make_common)
    return folder


def _make(path: Path, make: Callable[[Path], None]) -> None:
    with contextlib.suppress(FileExistsError):
        make(path)


def suffix_of(filename: str) -> str:
    """The ending that a version's file keeps: ``.yml``."""
    suffix = Path(filename).suffix
    return suffix if len(suffix) <= ENDINGS and suffix[1:].isascii() and suffix[1:].isalnum() else ""


# -- taking ------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def taken(source: Source, home: Path, type: str, filename: str = "") -> Iterator[Taken]:
    """A copy of *source*, synced, that is gone afterwards unless it was named (`name_it`).

    Raises BadInput, BadFile for what is no plain file of at most `LARGEST` bytes, StoreFull, YardError.
    """
    with _told(home):
        folder = folder_of(home, type)
        path = folder / f"{TEMPORARY}{os.urandom(8).hex()}"
        out = modes.open_file(path, os.O_WRONLY | os.O_EXCL)
    try:
        try:
            digest, size = _copy(source, out, home)
        finally:
            os.close(out)
        name = filename or (source.name if isinstance(source, Path) else "")
        yield Taken(path, digest, size, name)
    finally:
        with contextlib.suppress(OSError):
            path.unlink()


def _copy(source: Source, out: int, home: Path) -> tuple[str, int]:
    """Write *source* to the descriptor, read-only from now on and on the disk; its SHA-256 and its size."""
    digest, size = hashlib.sha256(), 0
    for chunk in pieces(source):
        digest.update(chunk)
        size += len(chunk)
        with _told(home):
            _write(out, chunk)
    with _told(home):
        os.fchmod(out, stat.S_IMODE(os.fstat(out).st_mode) & 0o440)
        os.fsync(out)
    return digest.hexdigest(), size


def _write(out: int, chunk: bytes) -> None:
    view = memoryview(chunk)
    while view:
        view = view[os.write(out, view) :]


def pieces(source: Source) -> Iterator[bytes]:
    """The bytes of a source, a piece at a time. Raises BadInput, BadFile."""
    if isinstance(source, Path):
        yield from _pieces_of(source)
        return
    if len(source) > LARGEST:
        raise too_big("The config", len(source))
    yield source


def _pieces_of(path: Path) -> Iterator[bytes]:
    """Of a plain file; anything else might never end, or hang."""
    try:
        check_plain(path, os.stat(path))
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise unreadable(path, error) from error
    with open(fd, "rb", buffering=0) as file:
        check_plain(path, os.fstat(fd))  # it may be another one by now
        size = 0
        while chunk := _read(path, file.read):
            size += len(chunk)
            if size > LARGEST:
                raise too_big(str(path), size)
            yield chunk


def _read(path: Path, read: Callable[[int], bytes | None]) -> bytes:
    try:
        return read(CHUNK) or b""
    except OSError as error:
        raise unreadable(path, error) from error


def check_plain(path: Path, found: os.stat_result) -> None:
    """Refuse what is no plain file, or is too big for a config. Raises BadInput, BadFile."""
    if stat.S_ISDIR(found.st_mode):
        raise BadFile(f"{path} is a folder", "", "Name a file in it")
    if not stat.S_ISREG(found.st_mode):
        raise BadFile(f"{path} is no plain file", "a device or a pipe may never end", "Copy it to a file first")
    if found.st_size > LARGEST:
        raise too_big(str(path), found.st_size)


def unreadable(path: Path, error: OSError) -> BadFile:
    """The error for a file of a config that cannot be read."""
    if error.errno == errno.ENOENT:
        return BadFile(f"There is no file {path}", "", "See whether it was moved or renamed")
    return BadFile(f"{path} cannot be read", error.strerror or str(error))


def too_big(what: str, size: int) -> BadInput:
    """The error for a config beyond `LARGEST`."""
    why = f"it has {people_size(size)}, and {people_size(LARGEST)} are the most"
    return BadInput(f"{what} is too big for a config", why, "Large data belongs into a file that the config names")


@contextlib.contextmanager
def _told(home: Path) -> Iterator[None]:
    """What goes wrong with the yard's own files, in words. Raises StoreFull, YardError."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StoreFull(
                f"There is no room for a version in {home}", error.strerror or "", "Free some space"
            ) from error
        raise YardError(f"{home / VERSIONS} cannot be written", error.strerror or str(error)) from error


# -- naming ------------------------------------------------------------------------------------------------------


def name_it(copy: Taken, target: Path, home: Path) -> bool:
    """Give a copy the name of a version, on the disk; whether that was free. Nothing is ever replaced."""
    with _told(home):
        try:
            os.link(copy.path, target)
        except FileExistsError:
            return False
        except OSError:  # no hard links here
            if os.path.lexists(target):
                return False
            os.rename(copy.path, target)
        sync_folder(target.parent)
        return True


def put_back(copy: Taken, version: ConfigVersion, home: Path) -> None:
    """In the place of a version's file that is damaged or gone: the copy has the very bytes."""
    with _told(home):
        os.replace(copy.path, home / version.path)
        sync_folder((home / version.path).parent)


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on the disk."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


# -- reading -----------------------------------------------------------------------------------------------------


def damage(home: Path, version: ConfigVersion) -> str:
    """What is wrong with the file of a version, "" if it holds the very bytes. Read in pieces."""
    digest = hashlib.sha256()
    try:
        for chunk in _version_pieces(home, version):
            digest.update(chunk)
    except OSError as error:
        return "its file is gone" if error.errno == errno.ENOENT else f"its file cannot be read: {error.strerror}"
    return "" if digest.hexdigest() == version.checksum else "its file does not have the SHA-256 that it was made with"


def _version_pieces(home: Path, version: ConfigVersion) -> Iterator[bytes]:
    """A snapshot's bytes, some more than there should be at most. Raises OSError."""
    fd = os.open(home / version.path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    with open(fd, "rb", buffering=0) as file:
        left = version.size + 1
        while left > 0 and (chunk := file.read(min(CHUNK, left))):
            left -= len(chunk)
            yield chunk


def verify(home: Path, version: ConfigVersion) -> Path:
    """The file of a version, looked at. Raises ConfigDamaged."""
    why = damage(home, version)
    if why:
        raise damaged(home, version, why)
    return home / version.path


def read(home: Path, version: ConfigVersion) -> bytes:
    """The very bytes of a version. Raises ConfigDamaged."""
    try:
        data = b"".join(_version_pieces(home, version))
    except OSError:
        data = b""
    if hashlib.sha256(data).hexdigest() != version.checksum:
        raise damaged(home, version, damage(home, version) or "its file was changed while it was read")
    return data


def damaged(home: Path, version: ConfigVersion, why: str) -> ConfigDamaged:
    """The error for a version that must not be used."""
    return ConfigDamaged(
        f"{version.id} ({version.type}) is damaged and is not used",
        f"{why}: {home / version.path}",
        f"Push the original file again, which puts it right: jobyard config push {version.type} FILE; "
        "or choose another main: jobyard config main",
    )
