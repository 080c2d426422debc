"""A cgroup for each job that lives longer than a moment, where we may make one: nothing escapes it by forking,
and ``cgroup.kill`` ends it whole. Moving a process costs a millisecond, so short jobs are spared.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable

from . import procfs
from .jobs import Job

_ROUNDS = 20  # a tree that forks faster than this is left to walk-and-kill


class Cgroups:
    """The cgroups of one yard's jobs, below the keeper's own."""

    def __init__(self, run: str) -> None:
        folder = os.stat(run)
        self._prefix = f"jobyard-{folder.st_dev:x}-{folder.st_ino:x}-"
        self._mount, self._root = _mounted()
        self.base = _base(self._mount, self._root) if os.environ.get("JOBYARD_KEEPER_CGROUP") != "0" else ""

    def gather(self, job: Job, tree: Callable[[], dict[int, int]]) -> None:
        """Give *job* a cgroup and move its tree there, until a look at the tree shows nobody outside."""
        if not self.base or job.cgroup:
            return
        path = f"{self.base}/{self._prefix}{job.token}"
        try:
            os.mkdir(path)
        except FileExistsError:
            pass
        except OSError:
            self.base = ""  # not allowed after all
            return
        job.cgroup = path
        for _ in range(_ROUNDS):
            outside = set(tree()) - set(members(path))
            if not [pid for pid in outside if _move(path, pid)]:
                return

    def find(self, job: Job) -> None:
        """The cgroup in which an earlier keeper put the job, which may lie below another parent."""
        path = procfs.cgroup_of(job.pid)
        if path.endswith(f"{self._prefix}{job.token}") and self._mount:
            job.cgroup = _below(self._mount, self._root, path)
        elif self.base and os.path.isdir(path := f"{self.base}/{self._prefix}{job.token}"):
            job.cgroup = path

    def token_of(self, pid: int) -> str:
        """The attempt in whose cgroup *pid* is, or ""."""
        return procfs.cgroup_of(pid).partition(self._prefix)[2].partition("/")[0] if self.base else ""

    def left(self) -> list[str]:
        """The cgroups of this yard's jobs that are there."""
        try:
            names = os.listdir(self.base) if self.base else []
        except OSError:
            return []
        return [f"{self.base}/{name}" for name in names if name.startswith(self._prefix)]

    def clean(self) -> None:
        """Remove what this yard's dead keepers left; one with a process in it stays."""
        for path in self.left():
            remove(path)


def members(path: str) -> list[int]:
    """The processes in the cgroup and below."""
    found: list[int] = []
    for folder, _, _ in os.walk(path):
        with contextlib.suppress(OSError, ValueError), open(folder + "/cgroup.procs", encoding="ascii") as file:
            found += [int(line) for line in file]
    return found


def cpu_seconds(path: str) -> float | None:
    """CPU time that its processes have used since each was moved there, those that have ended among them."""
    try:
        with open(path + "/cpu.stat", "rb", buffering=0) as file:
            name, value = file.read(4096).split(None, 2)[:2]
        return int(value) / 1e6 if name == b"usage_usec" else None
    except (OSError, ValueError):
        return None


def kill(path: str) -> bool:
    """SIGKILL to all in it at once; False where the kernel cannot (before 5.14)."""
    return _write(path + "/cgroup.kill", "1")


def remove(path: str) -> bool:
    """Remove the cgroup with what lies below it; False while somebody is in it."""
    for folder, _, _ in os.walk(path, topdown=False):
        try:
            os.rmdir(folder)
        except FileNotFoundError:
            continue
        except OSError:
            return False
    return True


def _move(path: str, pid: int) -> bool:
    return _write(path + "/cgroup.procs", str(pid))


def _write(path: str, text: str) -> bool:
    try:
        fd = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        os.write(fd, text.encode())
        return True
    except OSError:
        return False
    finally:
        os.close(fd)


def _mounted() -> tuple[str, str]:
    """Where the unified hierarchy is mounted, and which part of it; ("", "") if nowhere."""
    with contextlib.suppress(OSError, ValueError), open("/proc/self/mountinfo", encoding="utf-8") as file:
        for line in file:
            mount, _, kind = line.partition(" - ")
            if kind.startswith("cgroup2 "):
                root, point = mount.split()[3:5]
                return point, root
    return "", ""


def _base(mount: str, root: str) -> str:
    if not mount:
        return ""
    path = _below(mount, root, procfs.cgroup_of(os.getpid()))
    fits = os.access(path, os.W_OK) and os.access(path + "/cgroup.procs", os.W_OK)
    return path if fits else ""


def _below(mount: str, root: str, path: str) -> str:
    return os.path.normpath(f"{mount}/{os.path.relpath(path, root)}")
