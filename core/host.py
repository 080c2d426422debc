"""What this machine has for jobs: cores, memory, GPUs. Nothing is loaded to find out, no driver is asked."""

from __future__ import annotations

import os
from pathlib import Path

HOST = ("cpus", "mem", "gpus")  # names of the resources that every yard has; mem is in bytes
_NO_LIMIT = 1 << 60  # bytes; cgroup v1 writes a number near 2**63 where there is no limit


def capacities() -> dict[str, int]:
    """Units of each host resource."""
    return {"cpus": cpus(), "mem": memory(), "gpus": gpus()}


def cpus() -> int:
    """Cores that this process may use (taskset and cpusets count)."""
    return len(os.sched_getaffinity(0)) or 1


def memory() -> int:
    """Bytes of memory: the machine's, or the limit of a control group that this process is in."""
    physical = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return min([physical, *(limit for limit in _cgroup_limits() if 0 < limit < _NO_LIMIT)])


def gpus(root: Path = Path("/")) -> int:
    """NVIDIA cards, as their driver lists them; 0 where there is none."""
    listed = _names(root / "proc/driver/nvidia/gpus")
    return len(listed) or sum(
        name.removeprefix("nvidia").isdigit() for name in _names(root / "dev") if name.startswith("nvidia")
    )


def _names(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _cgroup_limits() -> list[int]:
    """The memory limits of this process's control groups and of all above them."""
    found: list[int] = []
    for line in _read("/proc/self/cgroup").splitlines():
        _, controllers, path = f"{line}::".split(":")[:3]
        if not controllers:  # version 2
            found += _limits_above(Path("/sys/fs/cgroup"), path, "memory.max")
        elif "memory" in controllers.split(","):
            found += _limits_above(Path("/sys/fs/cgroup/memory"), path, "memory.limit_in_bytes")
    return found


def _limits_above(root: Path, path: str, name: str) -> list[int]:
    """The limits in the files *name* from the group *path* up to *root*."""
    folder = root / path.strip("/")
    texts = [_read(str(one / name)).strip() for one in (folder, *folder.parents) if one.is_relative_to(root)]
    return [int(text) for text in texts if text.isdigit()]


def _read(path: str) -> str:
    try:
        return Path(path).read_text()
    except OSError:
        return ""
