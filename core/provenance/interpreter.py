"""What a command's first word means: the program, for a script its interpreter, for Python its version.

Nothing is run: a version is read where Python's environments write it (``pyvenv.cfg``) or from the file's name.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

from .reading import read

DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin"
SMALL = 4096  # bytes
_PYTHON = re.compile(r"(?:python|pypy)(\d+(?:\.\d+)*)?")
_VERSION = re.compile(rb"^version(?:_info)?\s*=\s*([0-9][\w.+]*)", re.MULTILINE)


def program(argv: Sequence[str], cwd: str, path: str) -> dict[str, str]:
    """``program``, the file that argv[0] names in *cwd* with this PATH, and its ``interpreter`` if it is a script.

    ``real`` is where their symbolic links lead, ``python`` a version. Empty if there is no such file.
    """
    file = resolved(argv[0], cwd, path) if argv else ""
    if not file:
        return {}
    found = {"program": file}
    runs = _interpreter(file, cwd, path)
    if runs:
        found["interpreter"] = runs
    real = os.path.realpath(runs or file)
    if real != (runs or file):
        found["real"] = real
    version = python_version(runs or file, real)
    if version:
        found["python"] = version
    return found


def resolved(word: str, cwd: str, path: str) -> str:
    """The file that a command's first word names, or ""."""
    if "/" in word:
        file = os.path.join(cwd, word.removeprefix("./"))
        return file if os.path.isfile(file) else ""
    for folder in (path or DEFAULT_PATH).split(":"):
        file = os.path.join(cwd, folder.removeprefix("./"), word)
        if os.access(file, os.X_OK) and os.path.isfile(file):
            return file
    return ""


def _interpreter(file: str, cwd: str, path: str) -> str:
    """What a script's first line names, ``env`` looked through; "" for a program."""
    first = (read(file, 256) or b"").partition(b"\n")[0]
    if not first.startswith(b"#!"):
        return ""
    words = os.fsdecode(first[2:]).split()
    if words and os.path.basename(words[0]) == "env":
        words = [word for word in words[1:] if not word.startswith("-") and "=" not in word]
    return resolved(words[0], cwd, path) if words else ""


def python_version(file: str, real: str) -> str:
    """``3.11.2``, or as much of it as files tell; "" if it is not Python."""
    name = _PYTHON.fullmatch(os.path.basename(file)) or _PYTHON.fullmatch(os.path.basename(real))
    if not name:
        return ""
    said = read(os.path.dirname(os.path.dirname(file)) + "/pyvenv.cfg", SMALL)
    found = _VERSION.search(said) if said else None
    if found:
        return found[1].decode()
    exact = _PYTHON.fullmatch(os.path.basename(real))
    return (exact[1] if exact and exact[1] else name[1]) or ""
