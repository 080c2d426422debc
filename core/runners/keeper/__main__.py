"""``python -P -m jobyard.core.runners.keeper YARD``: returns once a keeper answers for the yard.

The process that was started ends then; the keeper is its child, in a session of which it is not the leader.
"""

from __future__ import annotations

import contextlib
import fcntl
import gc
import os
import signal
import sys
import time

from ... import crash
from . import hub, system
from .loop import Loop

_PATIENCE = 5.0  # seconds to wait for the lock: a dying keeper, or a child of it that has yet to exec, may hold it

crash.register(
    keeper_after_lock="the yard's lock is held, nobody can connect yet",
)


def main(arguments: list[str]) -> int:
    """Exit code 0: a keeper answers; 2: bad arguments; 3: the lock is held in silence, or the yard is not ours."""
    if len(arguments) != 2:
        sys.stderr.write("usage: python -P -m jobyard.core.runners.keeper YARD\n")
        return 2
    run = os.path.join(os.path.abspath(arguments[1]), "run")
    _be_deaf()
    if os.stat(run).st_uid != os.geteuid():
        system.tell("this yard belongs to another account, which alone runs its jobs")
        return 3
    lock = os.open(run + "/keeper.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    held = _take(lock, run)
    if held is not True:
        return 0 if held is None else 3
    crash.point("keeper.after_lock")
    listener = hub.listen(run)
    if os.fork():
        os._exit(0)
    _settle_in()
    Loop(run, lock, listener).run()
    return 0


def _take(lock: int, run: str) -> bool | None:
    """True: the lock is ours; None: a keeper is there; False: neither."""
    give_up = time.monotonic() + _PATIENCE
    while time.monotonic() < give_up:
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        with contextlib.suppress(OSError):
            hub.connect(run).close()
            return None
        time.sleep(0.01)
    return False


def _be_deaf() -> None:
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU):
        signal.signal(number, signal.SIG_IGN)


def _settle_in() -> None:
    os.chdir("/")
    os.umask(0o027)  # a group yard's folders and logs are read by its members; whatever is private says so itself
    if not system.become_subreaper():
        system.tell("cannot become a subreaper: processes that fork twice may escape")
    gc.freeze()  # what is loaded stays; only what comes is looked through


if __name__ == "__main__":
    sys.exit(main(sys.argv))
