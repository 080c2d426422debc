"""What the doctor looks at outside of the store: interpreter, limits, room, clock, what happens at logout."""

from __future__ import annotations

import os
import resource
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

from ..models import Finding
from ..store import Store, history, wallclock
from ..text import people_size

OLDEST_SQLITE = (3, 35, 0)
FILES = 1024  # descriptors that a keeper of some hundred jobs needs
PROCESSES = 1024
WATCHES = 8192  # inotify watches of an account, of which settings and logs need some
PIDS = 32768
BUILT = 1_760_000_000.0  # some time before this program was written: no clock is right that stands earlier
SLACK = 300.0  # seconds that clocks of hosts may differ by


def python() -> Finding:
    """The interpreter and the kernel."""
    import platform

    return Finding("ok", f"Python {platform.python_version()} on Linux {platform.release()}")


def sqlite() -> Finding:
    """SQLite's version."""
    version = f"SQLite {sqlite3.sqlite_version}"
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        return Finding("bad", version, "3.35 is the oldest that has RETURNING", "Use a Python with a newer SQLite")
    return Finding("ok", version)


def limits() -> Iterator[Finding]:
    """What the kernel grants this account: descriptors, processes, watches, process ids."""
    found = list(_limits())
    yield from found or [Finding("ok", f"limits suffice: {_limit(resource.RLIMIT_NOFILE)} open files, "
                                 f"{_limit(resource.RLIMIT_NPROC)} processes")]  # fmt: skip


def _limits() -> Iterator[Finding]:
    few = (
        (_soft(resource.RLIMIT_NOFILE), FILES, "open files", "each running job takes some", "ulimit -n 4096"),
        (_soft(resource.RLIMIT_NPROC), PROCESSES, "processes", "jobs could not fork", "ulimit -u 4096"),
        (_kernel("fs/inotify/max_user_watches"), WATCHES, "inotify watches", "edits of settings may go unnoticed",
         f"sysctl fs.inotify.max_user_watches={WATCHES * 8}"),
        (_kernel("kernel/pid_max"), PIDS, "process ids", "the host may run out of them",
         f"sysctl kernel.pid_max={PIDS}"),
    )  # fmt: skip
    for limit, least, what, why, todo in few:
        if limit < least:
            yield Finding("warn", f"only {limit:,} {what} are allowed", why, f"Raise it: {todo}")


def _soft(which: int) -> int:
    limit = resource.getrlimit(which)[0]
    return 1 << 62 if limit == resource.RLIM_INFINITY else limit


def _limit(which: int) -> str:
    limit = _soft(which)
    return "any number of" if limit == 1 << 62 else f"{limit:,}"


def _kernel(name: str) -> int:
    """A number below /proc/sys; enough of it where it cannot be read."""
    try:
        return int(Path(f"/proc/sys/{name}").read_text())
    except (OSError, ValueError):
        return 1 << 62


def room(free: int, floor: int) -> Finding:
    """Bytes left on the yard's disk."""
    text = f"{people_size(free)} of disk are free"
    if free < floor:
        return Finding("bad", text, f"below the floor of {people_size(floor)} nothing new starts", "Free some space")
    return Finding("ok", text)


def inodes(home: Path) -> Iterator[Finding]:
    """Files that may still be made; each attempt makes some."""
    disk = os.statvfs(home)
    if disk.f_files and disk.f_favail < 10_000:
        why = "each attempt makes about five"
        yield Finding(
            "warn", f"{disk.f_favail:,} files may still be made on the disk", why, "Clean up: jobyard cleanup"
        )


def clock(store: Store) -> Finding:
    """Whether the wall clock can be right: days, `--at` and retention go by it."""
    now, newest = time.time(), history.latest_time(store, among=99)
    todo = "Set it: timedatectl set-ntp true"
    if now < BUILT:
        return Finding("bad", "the clock is years behind", "retention and --at go by it", todo)
    if newest > now + SLACK:
        behind = f"{newest - now:,.0f} s behind the yard's last change"
        return Finding("warn", f"the clock is {behind}", "it has been set back, or was ahead", todo)
    belief = wallclock.present(store)
    if belief.doubted:
        error = wallclock.doubt(belief)
        return Finding("warn", error.what, error.why, error.todo)
    return Finding("ok", "the clock agrees with the yard's history")


def lasting(user: str) -> Finding:
    """Whether logind lets processes outlive the session."""
    if not Path("/run/systemd/system").exists() or lingers(user) or os.geteuid() == 0:
        return Finding("ok", "processes outlive the login session")
    if _kills_user_processes():
        todo = f"Ask for: loginctl enable-linger {user}"
        return Finding("warn", "logind ends processes with the session (KillUserProcesses)", "jobs would die", todo)
    return Finding("ok", "processes outlive the login session (KillUserProcesses is off)")


def lingers(user: str) -> bool:
    """Whether the account's processes may stay when its last session ends."""
    return (Path("/var/lib/systemd/linger") / user).exists()


def _kills_user_processes() -> bool:
    files = (Path("/etc/systemd/logind.conf"), *sorted(Path("/etc/systemd/logind.conf.d").glob("*.conf")))
    said = ""
    for path in files:
        try:
            lines = path.read_text().splitlines()
        except OSError:
            continue
        values = [line.partition("=")[2] for line in lines if line.strip().lower().startswith("killuserprocesses=")]
        said = values[-1] if values else said
    return said.strip().lower() in ("yes", "true", "on", "1")
