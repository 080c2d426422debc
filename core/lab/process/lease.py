"""An attempt of a queue with a warm station: its process hands itself over, waits, and ends as the attempt did.

It is what the keeper sees and stops. SIGTERM is passed on; when it is killed, its connection closes and the guard
kills the station. Where no station lives, it takes the station's lock and runs the attempt itself, cold: an attempt
never fails for want of a station, and never begins beside one.
"""

from __future__ import annotations

import fcntl
import glob
import json
import os
import signal
import socket
import sys
import time
from typing import Any, Dict, List, Optional

from . import wire

AGAIN = 0.02  # seconds between looks for a station that comes or goes
QUIET = 3.0  # seconds of them before it says why it waits: a station may take its time to hang up
STOP = b"T"
DIED = "The station of this queue ended while the attempt ran (see run/stations), and the attempt with it"


def leased(path: str) -> Optional[int]:
    """The exit code of the attempt that the file *path* asks for; None: run it here, the hardware is ours."""
    try:
        with open(path, "rb") as file:
            request = json.loads(file.read().decode("utf-8"))
        place = request.get("lease", "")
    except (OSError, ValueError, AttributeError):  # whoever runs it says why
        return None
    return _wait(place, path, request) if place else None


def _wait(place: str, path: str, request: Dict[str, Any]) -> Optional[int]:
    lock, begun, said = place[: -len(".sock")] + ".lock", time.monotonic(), False
    while True:
        guard = connected(place)
        if guard is not None:
            with guard:
                code = _Lease(guard).served(_order(path, request))
            if code is not None:
                return code
        if _locked(lock):
            return None
        if not said and time.monotonic() - begun > QUIET:
            said = True
            print(_why_waiting(lock), file=sys.stderr, flush=True)
        time.sleep(AGAIN)


def _why_waiting(lock: str) -> str:
    """Whom the hardware is not free of: a guard that was killed can no longer end what its attempt has left behind."""
    found = ", ".join(str(pid) for pid in holders(lock)) or "unknown"
    return f"Waiting: of the station before, processes still live that may use the hardware. End them (pid: {found})"


def holders(path: str) -> List[int]:
    """The processes of this account, other than this, that have the file *path* open."""
    found, mine = set(), os.stat(path)
    for link in glob.iglob("/proc/[0-9]*/fd/[0-9]*"):
        try:
            if os.path.samestat(os.stat(link), mine):
                found.add(int(link.split("/")[2]))
        except OSError:  # it has ended, or is somebody else's
            pass
    return sorted(found - {os.getpid()})


def _order(path: str, request: Dict[str, Any]) -> Dict[str, Any]:
    """All that makes a process of its own what it is."""
    mask = os.umask(0o077)
    os.umask(mask)
    return {
        "do": "attempt", "request": path, "python": sys.executable, "env": dict(os.environ), "cwd": os.getcwd(),
        "umask": mask, "mock": bool(request.get("mock")),
        "station": "" if request.get("mock") else request.get("station", ""),
        "config": request.get("config_file", ""), "paths": request.get("paths", []),
    }  # fmt: skip


class _Lease:
    def __init__(self, guard: socket.socket) -> None:
        self._guard = guard
        self._taken = False

    def served(self, order: Dict[str, Any]) -> Optional[int]:
        """Wait for the attempt's end; None where the guard left before it began."""
        before = signal.signal(signal.SIGTERM, self._stop)
        try:
            wire.send(self._guard, order, (0, 1, 2))
            answer = wire.receive(self._guard)[0]
            self._taken = answer is not None
            answer = wire.receive(self._guard)[0] if self._taken else None
        except OSError:
            answer = None
        finally:
            signal.signal(signal.SIGTERM, before)
        return _ended(answer or {"code": 1, "said": DIED}) if self._taken else None

    def _stop(self, number: int, frame: Any) -> None:
        """Pass it on, once the attempt is under way; before, end as anybody does."""
        if self._taken:
            self._guard.sendall(STOP)
        else:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            os.kill(os.getpid(), signal.SIGTERM)


def _ended(answer: Dict[str, Any]) -> int:
    if answer.get("said"):
        print(answer["said"], file=sys.stderr, flush=True)
    return int(answer["code"])


def connected(place: str) -> Optional[socket.socket]:
    """A connection to the guard, of our own account; a socket's path may be longer than its address can be."""
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    folder = -1
    try:
        folder = os.open(os.path.dirname(place), os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        sock.connect(f"/proc/self/fd/{folder}/{os.path.basename(place)}")
        if wire.peer(sock) == os.geteuid():
            return sock
    except OSError:
        pass
    finally:
        if folder >= 0:
            os.close(folder)
    sock.close()
    return None


def _locked(path: str) -> bool:
    """Whether nobody lives there; the lock is this process's from now on."""
    os.makedirs(os.path.dirname(path), 0o700, exist_ok=True)
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(lock), os.stat(path)):
            return True
    except OSError:
        pass
    os.close(lock)
    return False
