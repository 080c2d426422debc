"""Start the keeper of a yard, out of reach of whatever ends the session it is started from."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from ...errors import RunnerError
from .system import LOG_BYTES

_PATIENCE = 8.0  # seconds until a keeper that was started must answer
_SCOPE = ("systemd-run", "--user", "--scope", "--quiet", "--collect", "--property=Delegate=yes", "--")


def summon(home: Path) -> None:
    """Return once a keeper answers for *home*. Raises RunnerError."""
    command = (sys.executable, "-P", "-m", "jobyard.core.runners.keeper", str(home))
    if _has_user_manager() and _comes_up(home, (*_SCOPE, *command)):
        return
    if not _comes_up(home, command):
        raise RunnerError("The keeper cannot be started", last_words(home), f"see {home}/run/keeper.log")


def _comes_up(home: Path, command: tuple[str, ...]) -> bool:
    try:
        with _log(home) as log, _begun(command, log) as process:
            return _answers(process)
    except OSError as error:
        raise RunnerError("The keeper cannot be started", str(error)) from None


def _begun(command: tuple[str, ...], log: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        cwd="/",
        env=_environment(),
        start_new_session=True,
    )


def _answers(process: subprocess.Popen[bytes]) -> bool:
    try:
        return process.wait(_PATIENCE) == 0
    except subprocess.TimeoutExpired:
        process.kill()
        return False


def _environment() -> dict[str, str]:
    """Ours, but for the mark of the job that we may be part of: the keeper and its jobs are not."""
    return {name: value for name, value in os.environ.items() if name != "JOBYARD_ATTEMPT"}


@contextlib.contextmanager
def _log(home: Path) -> Iterator[int]:
    path = home / "run" / "keeper.log"
    fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        if os.fstat(fd).st_size > LOG_BYTES:
            os.ftruncate(fd, 0)
        yield fd
    finally:
        os.close(fd)


def last_words(home: Path) -> str:
    """The last line of the keeper's own log, where it says why it could not go on."""
    with contextlib.suppress(OSError):
        lines = (home / "run" / "keeper.log").read_text(errors="replace").splitlines()
        return lines[-1] if lines else ""
    return ""


def _has_user_manager() -> bool:
    """Whether a systemd user manager answers for this account: it has a bus of its own."""
    folder = os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.geteuid()}"
    try:
        ours = os.stat(folder + "/bus").st_uid == os.geteuid()
    except OSError:
        return False
    return ours and shutil.which("systemd-run") is not None
