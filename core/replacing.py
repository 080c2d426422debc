"""What no file may take the place of, whatever was asked: a device, a pipe, a socket."""

from __future__ import annotations

import os
import stat

from .errors import BadFile


def check(path: str | os.PathLike[str]) -> None:
    """Refuse what is there and is neither a file nor a folder, also behind a link. Raises BadFile.

    Root could replace /dev/null, and every program of the machine would write into a file from then on.
    """
    try:
        mode = os.stat(path).st_mode
    except OSError:  # nothing is there, or whoever writes finds out
        return
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        why = "it is a device, a pipe or a socket, and a file would take its place"
        raise BadFile(f"{os.fspath(path)} cannot be replaced", why, "Give another name")
