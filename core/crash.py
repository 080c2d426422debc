"""Named crash points: ``JOBYARD_CRASH_AT=name`` kills the process there, once in each yard.

Every window between two durable steps has a name. A test sets the variable, lets the real process
die by SIGKILL in that window, and checks the promise on what is left. ``once`` is kept by a file in
the folder that ``JOBYARD_CRASH_ONCE`` names, so that the process that takes over does not die as well.
Standard library alone: the keeper uses it too.
"""

from __future__ import annotations

import os
import signal

_AT = os.environ.get("JOBYARD_CRASH_AT", "")

POINTS: dict[str, str] = {}


def register(**points: str) -> None:
    """Declare crash points of a module: name (with ``_`` for ``.``) and the window it stands for."""
    POINTS.update({name.replace("_", ".", 1): window for name, window in points.items()})


def point(name: str) -> None:
    """Die here by SIGKILL if this is the point that was asked for."""
    if name == _AT and _first_time(name):
        os.kill(os.getpid(), signal.SIGKILL)


def armed(name: str) -> bool:
    """Whether :func:`point` with this name would be the end; for points that must prepare their damage."""
    return name == _AT


def _first_time(name: str) -> bool:
    folder = os.environ.get("JOBYARD_CRASH_ONCE")
    if not folder:
        return True
    try:
        os.close(os.open(os.path.join(folder, f"crashed-{name}"), os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    except FileExistsError:
        return False
    return True
