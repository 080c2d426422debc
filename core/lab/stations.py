"""Warm stations from outside: where they lie, whether one lives, starting one, having it leave.

A station is a process (`guard`) that lives as long as it holds ``run/stations/NAME.lock``. Who starts one takes the
lock and makes the socket first and hands both over, so that an attempt that comes a moment later already waits for it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import socket
import subprocess
import sys
import threading
from pathlib import Path

from .. import locks, modes

LEAVING = 1.0  # seconds to be heard by a station that is to leave


def name_of(queue: str) -> str:
    """The name of the station of the queue SESSION/QUEUE: no two have the same, and it is a file's."""
    plain = re.sub(r"[^A-Za-z0-9_.-]", "_", queue)[:40].lstrip(".")
    return f"{plain}-{hashlib.sha256(os.fsencode(queue)).hexdigest()[:8]}"


def lease_of(home: str | Path, queue: str) -> str:
    """The socket at which an attempt of that queue asks for its station."""
    return os.path.join(home, "run", "stations", f"{name_of(queue)}.sock")


def ensure(home: Path, queue: str, idle: float) -> bool:
    """Start the queue's station unless it lives; whether that was needed. *idle*: seconds after which it leaves.

    Raises OSError; an attempt then runs without one.
    """
    place = Path(lease_of(home, queue))
    with contextlib.suppress(FileExistsError):
        os.mkdir(place.parent, modes.PRIVATE_FOLDER)
    path = place.with_suffix(".lock")
    lock = None if locks.is_held(path) else locks.acquire(path)
    if lock is None:
        return False
    try:
        with _listening(place) as listener:
            _start(home, place.stem, listener.fileno(), lock, idle)
    finally:
        os.close(lock)
    return True


def living(home: Path) -> list[str]:
    """The names of the stations that live."""
    found = sorted((home / "run" / "stations").glob("*.lock"))
    return [path.stem for path in found if locks.is_held(path)]


def dismiss(home: Path, name: str) -> None:
    """Have a station leave, once it has ended what it does."""
    from .process import lease, wire

    conn = lease.connected(str(home / "run" / "stations" / f"{name}.sock"))
    if conn is not None:
        with conn, contextlib.suppress(OSError):
            conn.settimeout(LEAVING)
            wire.send(conn, {"do": "leave"})


def _listening(place: Path) -> socket.socket:
    """A socket there for this account alone; its path may be longer than a socket's address can be."""
    with contextlib.suppress(FileNotFoundError):
        place.unlink()
    folder = os.open(place.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        os.fchmod(listener.fileno(), 0o600)  # the most that `bind` gives
        listener.bind(f"/proc/self/fd/{folder}/{place.name}")
        listener.listen(64)
    except OSError:
        listener.close()
        raise
    finally:
        os.close(folder)
    return listener


def _start(home: Path, name: str, listener: int, lock: int, idle: float) -> None:
    words = [sys.executable, "-P", "-m", "jobyard.core.lab.guard", str(home), name, str(listener), str(lock), str(idle)]
    log = os.open(home / "run" / "stations" / f"{name}.log", os.O_CREAT | os.O_WRONLY | os.O_TRUNC | os.O_APPEND, 0o600)
    try:
        process = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", start_new_session=True,
            pass_fds=(listener, lock), env=_environment(),
        )  # fmt: skip
    finally:
        os.close(log)
    threading.Thread(target=process.wait, daemon=True).start()  # reap it, should it end before us


def _environment() -> dict[str, str]:
    """Ours, without the marks of the job that we may be part of."""
    return {name: value for name, value in os.environ.items() if not name.startswith("JOBYARD_")}
