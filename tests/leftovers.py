"""Which processes belong to a folder: named in their command line, their environment, or held open by them.

``python -m tests.leftovers DIR`` fails if there are any (a keeper that is about to leave may take its time).
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

LOOKS = 100  # for the command line of a process
GRACE = 10.0  # seconds that a keeper or worker may take to notice that its yard is gone


def processes_of(folder: Path) -> dict[int, str]:
    """Living processes, this one and its ancestors apart, that have to do with *folder*: pid and command line."""
    ours = set(_ancestors())
    return {pid: _command(pid) for pid in _pids() if pid not in ours and _concerns(pid, os.fsencode(folder))}


def wait_until_gone(folder: Path, seconds: float = GRACE) -> dict[int, str]:
    """Wait until no process of *folder* lives; answers those that still do after *seconds*."""
    deadline = time.monotonic() + seconds
    left = processes_of(folder)
    while left and time.monotonic() < deadline:
        time.sleep(0.05)
        left = processes_of(folder)
    return left


def end_all(folder: Path) -> dict[int, str]:
    """SIGKILL every process of *folder* until none is left; answers what was killed."""
    killed: dict[int, str] = {}
    deadline = time.monotonic() + GRACE
    while (left := processes_of(folder)) and time.monotonic() < deadline:
        killed |= left
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.02)
    return killed


def _pids() -> Iterator[int]:
    return (int(entry) for entry in os.listdir("/proc") if entry.isdigit())


def _ancestors() -> Iterator[int]:
    pid = os.getpid()
    while pid > 1:
        yield pid
        pid = _parent(pid)


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def _command(pid: int) -> str:
    return _bytes(pid, "cmdline").replace(b"\0", b" ").decode(errors="replace").strip()


def _concerns(pid: int, folder: bytes) -> bool:
    command = _words(pid)
    if not command:
        return False
    links = (_link(pid, name) for name in ("cwd", "fd/1", "fd/2"))
    return any(_mentions(text, folder) for text in (command, _bytes(pid, "environ"), *links))


def _words(pid: int) -> bytes:
    """The command line; none of the kernel's own and of zombies. One that is just becoming a program has it soon."""
    for _ in range(LOOKS):
        if (command := _bytes(pid, "cmdline")) or not _link(pid, "exe"):
            return command
        time.sleep(0.001)
    return b"?"


def _mentions(text: bytes, folder: bytes) -> bool:
    """Whether *folder* occurs as a whole path or as the beginning of one (``/tmp/y1`` is not in ``/tmp/y10``)."""
    return any(not part[:1].isalnum() for part in text.split(folder)[1:])


def _bytes(pid: int, name: str) -> bytes:
    """A file of /proc/PID, or nothing if the process has gone or is somebody else's."""
    try:
        with open(f"/proc/{pid}/{name}", "rb", buffering=0) as file:
            return file.read()
    except OSError:
        return b""


def _link(pid: int, name: str) -> bytes:
    try:
        return os.fsencode(os.readlink(f"/proc/{pid}/{name}"))
    except OSError:
        return b""


def main(words: list[str]) -> int:
    """Exit 1, after ending them, if processes of the folder are left."""
    for pid, command in wait_until_gone(Path(words[0])).items():
        print(f"left behind: {pid} {command}")
    return 1 if end_all(Path(words[0])) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
