"""A data file, opened only to look: nothing in it is changed, no lock keeps its writer out.

HDF5 complains in its own words, through whichever call comes first; here they become one line that says what is wrong.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..errors import BadFile
from ..text import one_line

MAGIC = b"\x89HDF\r\n\x1a\n"
OVERRULING = "HDF5_USE_FILE_LOCKING"  # set where shares have no locks, in the profiles of many clusters
_TROUBLE = (OSError, RuntimeError, KeyError, ValueError, TypeError, OverflowError, MemoryError, UnicodeError)
_INNER = re.compile(r"[^(]+\((.+)\)")
_WHY = (  # of what HDF5 says, what is meant
    ("truncated file", "it is cut off: whoever wrote it did not finish"),
    ("file signature not found", "it is no HDF5 file"),
    ("open for swmr writing", "a program is writing it just now, or died while it did"),
    ("already open for write", "a program is writing it just now, or died while it did"),
    ("unable to lock", "a program keeps it locked"),
    ("filter", "it is packed by a filter that is not installed here"),
    ("plugin", "it is packed by a filter that is not installed here"),
    ("memory allocation failed", "there is not enough memory for it"),
    ("no such file", "there is no such file"),
)


@contextlib.contextmanager
def opened(path: Path | str) -> Iterator[Any]:
    """The file as an h5py.File that only reads. Raises BadFile, also for whatever goes wrong in it meanwhile."""
    where = Path(path)
    _look(where)
    with complaints(where), _file(where) as file:
        yield file


@contextlib.contextmanager
def complaints(path: Path) -> Iterator[None]:
    """What HDF5 and numpy raise about a file becomes BadFile."""
    try:
        yield
    except BadFile:
        raise
    except _TROUBLE as error:
        raise BadFile(f"{path} cannot be read", why(error), "") from error


def why(error: Exception) -> str:
    """What is wrong, in a few words."""
    said = str(error)
    if isinstance(error, MemoryError):
        return "there is not enough memory for it"
    found = next((meant for word, meant in _WHY if word in said.lower()), "")
    first = said.partition("\n")[0]
    inner = _INNER.fullmatch(first)  # what is around it says which call of the library it was
    return found or f"HDF5 says: {one_line(inner[1] if inner else first, 160) or type(error).__name__}"


def _look(path: Path) -> None:
    """Raises BadFile for what HDF5 would say badly, or hang on: a pipe, a folder, nothing, an empty file."""
    try:
        if path.is_dir():
            raise BadFile(f"{path} cannot be read", "it is a folder", "Give the file")
        if not path.is_file():
            there = os.path.lexists(path)
            raise BadFile(f"{path} cannot be read", "it is no file" if there else "there is no such file", "")
        with path.open("rb") as file:
            if not file.read(1):
                raise BadFile(f"{path} cannot be read", "it is empty", "")
    except (OSError, ValueError) as error:
        words = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise BadFile(f"{path} cannot be read", words.lower(), "") from None


def _file(path: Path) -> Any:
    """Without locks; one that a writer lets others read meanwhile (SWMR) is read so."""
    h5py = _library()
    try:
        return h5py.File(path, "r", locking=False)
    except OSError as error:
        if "already open for write" not in str(error):
            raise
        return h5py.File(path, "r", locking=False, swmr=True)


def _library() -> Any:
    """h5py. While HDF5 is loaded, and only then, it looks whether the environment overrules what `locking` says."""
    if "h5py" in sys.modules:
        return sys.modules["h5py"]
    said = os.environ.pop(OVERRULING, None)
    try:
        import h5py
    finally:
        if said is not None:
            os.environ[OVERRULING] = said
    return h5py
