"""What lies in an attempt's folder, besides its logs.

``starting``     made (O_EXCL) before the process, so that no second keeper can start the attempt; it has room for
                 two lines of JSON: what was meant to start, and the facts of the process
``started``      the same file, renamed once the facts are in it
``stopping``     why it is being stopped, written before our first signal; a second line says that it was sent
``result.json``  how it ended; for people, and for a keeper whose predecessor died before the outcomes log had it

A ``starting`` whose first line says ``tombstone`` is the promise that the attempt will never start.
"""

from __future__ import annotations

import contextlib
import json
import os
from typing import Any, NamedTuple

from ... import crash, modes

LINE = 256  # bytes of each of the two lines, blanks included: the second is on disk before it is needed

_encode = json.JSONEncoder(separators=(",", ":")).encode
_EXCLUSIVE = os.O_WRONLY | os.O_EXCL
_AFRESH = os.O_WRONLY | os.O_TRUNC

crash.register(
    keeper_before_tombstone="an attempt was asked back, the promise not to start it is not on disk",
    keeper_after_tombstone="the promise not to start it is on disk, nobody has been told",
)


class Facts(NamedTuple):
    """A started process, so that it can be told from any other with its pid."""

    pid: int
    ticks: int  # 0 in the first quarter of a second: then boot_at tells
    boot: str
    at: float  # wall clock
    boot_at: float  # CLOCK_BOOTTIME


class Record(NamedTuple):
    """What ``started`` or ``starting`` says. An empty token: torn before its first line was whole."""

    token: str
    boot: str
    boot_at: float
    tombstone: bool
    facts: Facts | None


def make_folder(folder: str) -> bool:
    """The attempt's folder with its parents, each as open as the one that it is in; True if it was not there before."""
    try:
        modes.make_folder(folder)
    except FileExistsError:
        return False
    except FileNotFoundError:
        make_folder(os.path.dirname(folder))
        modes.make_folder(folder)
    return True


def create_starting(folder: str, intent: dict[str, Any]) -> int:
    """The descriptor of ``starting`` in the folder, which is made.

    Raises FileExistsError when an attempt has been here; leaves no file when it fails.
    """
    path = folder + "/starting"
    if not make_folder(folder) and os.path.exists(folder + "/started"):
        raise FileExistsError(path)
    fd = modes.open_file(path, _EXCLUSIVE)
    try:
        os.write(fd, _line(intent) + b" " * LINE)
    except OSError:
        os.close(fd)
        os.unlink(path)
        raise
    return fd


def commit_started(fd: int, folder: str, facts: Facts) -> None:
    """Write the facts and rename: from here on the process can be found by them."""
    os.pwrite(fd, _line(facts._asdict()), LINE)
    os.rename(folder + "/starting", folder + "/started")


def update_started(folder: str, facts: Facts) -> None:
    """Best effort: write the facts anew, in their place."""
    with contextlib.suppress(OSError):
        fd = os.open(folder + "/started", os.O_WRONLY | os.O_CLOEXEC)
        try:
            os.pwrite(fd, _line(facts._asdict()), LINE)
        finally:
            os.close(fd)


def write_tombstone(folder: str, intent: dict[str, Any]) -> None:
    """Promise on disk that the attempt never starts. Raises FileExistsError when something is there already."""
    crash.point("keeper.before_tombstone")
    os.close(create_starting(folder, {**intent, "tombstone": True}))
    crash.point("keeper.after_tombstone")


def read_record(folder: str) -> Record | None:
    """What the folder says about the start, or None when it says nothing. Raises OSError when it cannot be read."""
    for name in ("started", "starting"):
        with contextlib.suppress(FileNotFoundError, NotADirectoryError), open(f"{folder}/{name}", "rb") as file:
            return _record(file.read(4 * LINE))
    return None


def note_stop(folder: str, line: str) -> None:
    """Best effort: add a line to ``stopping``, for a next keeper that must tell our signals from others."""
    with (
        contextlib.suppress(OSError),
        open(folder + "/stopping", "a", encoding="utf-8", opener=modes.open_file) as file,
    ):
        file.write(line + "\n")


def read_stop(folder: str) -> tuple[str, bool]:
    """Why an earlier keeper began to stop it ("" = it did not), and whether its signal was sent for certain."""
    try:
        with open(folder + "/stopping", encoding="utf-8", errors="replace") as file:
            lines = file.read().splitlines()
    except OSError:
        return "", False
    return (lines[0], len(lines) > 1) if lines else ("", False)


def write_result(folder: str, line: bytes) -> None:
    """Best effort: the outcome where people look for it."""
    with contextlib.suppress(OSError, ValueError):
        fd = modes.open_file(folder + "/result.json", _AFRESH)
        try:
            os.write(fd, line)
        finally:
            os.close(fd)


def read_result(folder: str, token: str) -> dict[str, Any] | None:
    """The outcome of this very attempt, if it is there and whole."""
    try:
        with open(folder + "/result.json", "rb") as file:
            result = _parse(file.read())
    except OSError:
        return None
    return result if result.get("token") == token else None


def size(path: str) -> int | None:
    """Bytes in a log, or None when it is not there."""
    try:
        return os.stat(path).st_size
    except OSError:
        return None


def _line(content: dict[str, Any]) -> bytes:
    return _encode(content).encode().ljust(LINE - 1) + b"\n"


def _record(content: bytes) -> Record:
    intent, facts = _parse(content[:LINE]), _parse(content[LINE : 2 * LINE])
    return Record(
        str(intent.get("token", "")),
        str(intent.get("boot", "")),
        float(intent.get("boot_at", 0.0)),
        bool(intent.get("tombstone")),
        Facts(**facts) if facts else None,
    )


def _parse(line: bytes) -> dict[str, Any]:
    try:
        content = json.loads(line)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}
