"""What /proc tells about processes. A process that is gone or hidden is simply not there."""

from __future__ import annotations

import os
import stat as modes
from collections.abc import Iterable, Iterator
from typing import NamedTuple

_TOKEN = b"JOBYARD_ATTEMPT="


class Stat(NamedTuple):
    """A line of /proc/PID/stat. ``ticks`` is the start in clock ticks since boot: with the pid it names a process."""

    state: str
    parent: int
    session: int
    ticks: int
    exit_status: int  # as wait() gives it; only meaningful for a zombie

    @property
    def zombie(self) -> bool:
        """Whether it has ended and waits to be reaped."""
        return self.state in "ZX"


class Spent(NamedTuple):
    """CPU clock ticks, of a process and of the children that it has waited for, and the bytes resident."""

    ticks: int
    rss: int


TICKS = os.sysconf("SC_CLK_TCK")  # a second, of start times and CPU time
_PAGE = os.sysconf("SC_PAGE_SIZE")


def _read(path: str, size: int = 4096) -> bytes:
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(fd, size)
    finally:
        os.close(fd)


def _read_whole(path: str) -> bytes:
    """All of a list in /proc: the kernel gives at most about a page at a time, and less than half of one at its end."""
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        content = part = os.read(fd, 4096)
        while len(part) >= 2048:
            part = os.read(fd, 4096)
            content += part
        return content
    finally:
        os.close(fd)


def stat(pid: int) -> Stat | None:
    """The process *pid*, or None."""
    rest = _fields(pid)
    return Stat(rest[0].decode(), int(rest[1]), int(rest[3]), int(rest[19]), int(rest[49])) if rest else None


def spent(pid: int) -> Spent | None:
    """What the process *pid* has used, or None."""
    rest = _fields(pid)
    return Spent(sum(map(int, rest[11:15])), max(0, int(rest[21])) * _PAGE) if rest else None


def _fields(pid: int) -> list[bytes] | None:
    """The third and later fields of /proc/PID/stat, or None."""
    try:
        line = _read(f"/proc/{pid}/stat")
    except OSError:
        return None
    rest = line[line.rfind(b")") + 2 :].split()
    return rest if len(rest) >= 50 else None


def lives(pid: int, ticks: int) -> bool:
    """Whether exactly this process is still there and no zombie; a reused pid is another process."""
    found = stat(pid)
    return found is not None and found.ticks == ticks and not found.zombie


def children(pid: int) -> list[int]:
    """The children of *pid*, forked by whichever of its threads."""
    try:
        threads = os.listdir(f"/proc/{pid}/task")
    except OSError:
        return []
    found: list[int] = []
    for thread in threads:
        found += thread_children(pid, thread)
    return found


def thread_children(pid: int, thread: int | str) -> list[int]:
    """The children that one thread forked."""
    try:
        return [int(word) for word in _read_whole(f"/proc/{pid}/task/{thread}/children").split()]
    except OSError:
        return []


def children_by_scan(pid: int) -> list[int]:
    """The same, on kernels without the ``children`` files."""
    return [other for other in every() if (found := stat(other)) and found.parent == pid]


def has_children_files() -> bool:
    """Whether this kernel has /proc/PID/task/TID/children."""
    return os.path.exists(f"/proc/self/task/{os.getpid()}/children")


def descendants(roots: Iterable[int]) -> dict[int, int]:
    """The living below *roots*, roots not included, as pid → ticks."""
    found: dict[int, int] = {}
    todo = list(roots)
    while todo:
        for pid in children(todo.pop()):
            seen = stat(pid)
            if seen and pid not in found:
                found[pid] = seen.ticks
                todo.append(pid)
    return found


def every() -> Iterator[int]:
    """All pids."""
    return (int(name) for name in os.listdir("/proc") if name.isdigit())


def token_of(pid: int) -> str:
    """The attempt whose token stands in the environment with which *pid* was started, or ""."""
    try:
        with open(f"/proc/{pid}/environ", "rb", buffering=0) as file:
            entries = file.readall().split(b"\0")
    except OSError:
        return ""
    return next((entry[len(_TOKEN) :].decode("ascii", "replace") for entry in entries if entry.startswith(_TOKEN)), "")


def writes_to(pid: int) -> set[str]:
    """The files that *pid* holds open for writing; a mere reader of a log does not belong to its job."""
    folder = f"/proc/{pid}/fd"
    found: set[str] = set()
    try:
        for name in os.listdir(folder):
            path = f"{folder}/{name}"
            if os.lstat(path).st_mode & modes.S_IWUSR:
                found.add(os.readlink(path))
    except OSError:
        pass
    return found


def cgroup_of(pid: int) -> str:
    """The unified cgroup of *pid*, as /proc tells it, or ""."""
    try:
        with open(f"/proc/{pid}/cgroup", encoding="utf-8", errors="surrogateescape") as file:
            return next((line[3:].rstrip("\n") for line in file if line.startswith("0::")), "")
    except OSError:
        return ""


def peak_memory(pid: int) -> int | None:
    """The highest resident memory of *pid* so far, in bytes."""
    try:
        status = _read(f"/proc/{pid}/status", 8192)
    except OSError:
        return None
    at = status.find(b"VmHWM:")
    return int(status[at + 6 :].split(None, 1)[0]) * 1024 if at >= 0 else None
