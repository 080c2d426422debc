"""Start one attempt: folder, ``starting``, logs, process, ``started``.

What a crash leaves: before ``starting``, nothing; after it, a process or none, which :mod:`.adopt` finds out
by the token in the environment; after ``started``, a process that is known by pid and start time.
"""

from __future__ import annotations

import contextlib
import errno
import os
import resource
import signal
import time
from collections.abc import Iterator, Mapping
from typing import Any

from ... import crash, modes
from ..base import SHORTAGES, StartSpec
from . import files, pidfd, system
from .jobs import Job

ATTEMPT = "JOBYARD_ATTEMPT"
_DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin"
_APPEND = os.O_WRONLY | os.O_APPEND

crash.register(
    keeper_before_starting="an attempt has been taken from its lane, nothing of it is on disk",
    keeper_after_starting="`starting` is on disk, there is no process",
    keeper_after_spawn="the process runs, `started` is not on disk",
    keeper_after_started="`started` is on disk, nobody has been told",
)


class CannotLaunch(Exception):
    """The job asks for something that is not to be had: its attempt fails."""


class Shortage(Exception):
    """The host lacks room, memory or descriptors, and nothing has been started: another time."""


class Launcher:
    """Starts processes; jobs get the descriptor limits that the keeper was started with."""

    def __init__(self) -> None:
        self._limits = resource.getrlimit(resource.RLIMIT_NOFILE)
        self._raised = False
        self._boot = system.boot_id()
        # Handlers go with exec, but ignored signals stay ignored: a job gets them as a login shell would give them.
        self._ignored = tuple(one for one in signal.valid_signals() if signal.getsignal(one) == signal.SIG_IGN)
        self._found: dict[tuple[str, str, str], str] = {}
        self._null = os.open("/dev/null", os.O_RDONLY | os.O_CLOEXEC)

    def launch(self, spec: StartSpec) -> Job:
        """The started attempt. Raises CannotLaunch, Shortage, or FileExistsError when it has been started before."""
        crash.point("keeper.before_starting")
        starting = self._claim(spec)
        try:
            crash.point("keeper.after_starting")
            job = self._spawned(spec)
            crash.point("keeper.after_spawn")
            record(job, starting, self._boot)
            crash.point("keeper.after_started")
            return job
        finally:
            os.close(starting)

    def _claim(self, spec: StartSpec) -> int:
        try:
            return files.create_starting(spec.folder, intent(spec.token, spec.job))
        except FileExistsError:
            raise
        except OSError as error:
            if error.errno in SHORTAGES:
                raise Shortage(error.strerror) from None
            raise CannotLaunch(f"cannot use the attempt's folder {spec.folder}: {error.strerror}") from None
        except ValueError as error:  # a NUL byte
            raise CannotLaunch(f"cannot use the attempt's folder {spec.folder!r}: {error}") from None

    def _spawned(self, spec: StartSpec) -> Job:
        floor = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        at, boot_at = time.time(), system.boottime()
        pid = self._process(spec)
        job = Job(
            spec.token, spec.job, spec.folder, spec.lane, spec.time_limit, spec.grace, spec.log_cap,
            pid, 0, at, boot_at, floor=floor,
        )  # fmt: skip
        job.pidfd = pidfd.of_child(pid)
        return job

    def _process(self, spec: StartSpec) -> int:
        try:
            with self._streams(spec) as streams, _inside(spec):
                return self._exec(spec, streams)
        except OSError as error:
            if error.errno in SHORTAGES:
                os.unlink(spec.folder + "/starting")
                raise Shortage(error.strerror) from None
            raise CannotLaunch(f"cannot start {spec.argv[0]}: {error.strerror}") from None
        except (ValueError, TypeError) as error:  # a NUL byte, a name with =
            raise CannotLaunch(f"cannot start {spec.argv[0]!r}: {error}") from None

    @contextlib.contextmanager
    def _streams(self, spec: StartSpec) -> Iterator[tuple[int, int, int]]:
        opened: list[int] = []
        try:
            for name in ("stdout", "stderr"):
                opened.append(modes.open_file(f"{spec.folder}/{name}", _APPEND))
            if spec.stdin:
                opened.append(_standard_input(spec))
            self._make_room(max(opened))
            yield (opened[2] if spec.stdin else self._null), opened[0], opened[1]
        finally:
            for fd in opened:
                os.close(fd)

    def _exec(self, spec: StartSpec, streams: tuple[int, int, int]) -> int:
        path = self._resolved(spec)
        try:
            return self._posix_spawn(path, spec.argv, spec, streams)
        except OSError as error:
            if error.errno == errno.ENOEXEC:  # a script without #!: what every shell does with it
                return self._posix_spawn("/bin/sh", ("/bin/sh", path, *spec.argv[1:]), spec, streams)
            if error.errno == errno.ENOENT:
                raise CannotLaunch(f"cannot run {spec.argv[0]}: its interpreter does not exist") from None
            raise

    def _resolved(self, spec: StartSpec) -> str:
        """As `resolved`, remembered until :meth:`forget`: jobs of one submit look for the same program."""
        key = (spec.cwd, spec.env.get("PATH", ""), spec.argv[0] if spec.argv else "")
        path = self._found.get(key)
        if path is None:
            path = self._found[key] = resolved(spec.argv, spec.env)
        return path

    def forget(self) -> None:
        """Look programs up again: they may have come, gone or changed since."""
        self._found.clear()

    def _posix_spawn(self, path: str, argv: tuple[str, ...], spec: StartSpec, streams: tuple[int, int, int]) -> int:
        if self._raised and max(streams) < self._limits[0]:
            resource.setrlimit(resource.RLIMIT_NOFILE, self._limits)
        try:
            return os.posix_spawn(
                path,
                argv,
                {**spec.env, **spec.marks, ATTEMPT: spec.token},
                file_actions=[(os.POSIX_SPAWN_DUP2, fd, number) for number, fd in enumerate(streams)],
                setsid=True,
                setsigmask=(),
                setsigdef=self._ignored,
            )
        finally:
            if self._raised:
                system.raise_open_files()

    def _make_room(self, highest: int) -> None:
        """Allow ourselves more descriptors once half of them are in use; jobs still get what we were given."""
        if not self._raised and highest > self._limits[0] // 2:
            self._raised = True
            system.raise_open_files()


def intent(token: str, name: str) -> dict[str, Any]:
    """The first line of ``starting``."""
    return {"token": token, "job": name, "boot": system.boot_id(), "boot_at": system.boottime()}


def record(job: Job, starting: int, boot: str) -> None:
    """Put the facts on disk; on a full one the job goes on, and the next looks try again."""
    try:
        files.commit_started(
            starting, job.folder, files.Facts(job.pid, job.ticks, boot, job.started_at or 0.0, job.boot_at)
        )
        job.recorded = True
    except OSError:
        job.recorded = False


def complete(job: Job) -> None:
    """Best effort: add the start time to the facts on disk, once the job has lived long enough for it to matter."""
    if not job.ticks and job.identify() and job.recorded:
        facts = files.Facts(job.pid, job.ticks, system.boot_id(), job.started_at or 0.0, job.boot_at)
        files.update_started(job.folder, facts)


def record_again(job: Job) -> None:
    """:func:`record` for a job whose facts could not be written at its start."""
    with contextlib.suppress(OSError):
        fd = os.open(job.folder + "/starting", os.O_WRONLY | os.O_CLOEXEC)
        try:
            record(job, fd, system.boot_id())
        finally:
            os.close(fd)


def resolved(argv: tuple[str, ...], env: Mapping[str, str]) -> str:
    """The file that argv[0] names for a process in the present folder with this PATH. Raises CannotLaunch."""
    if not argv or not argv[0]:
        raise CannotLaunch("no command")
    name = argv[0]
    if "/" in name:
        return _runnable(name)
    for folder in env.get("PATH", _DEFAULT_PATH).split(":"):
        path = f"{folder or '.'}/{name}"
        if os.access(path, os.X_OK) and not os.path.isdir(path):
            return path
    raise CannotLaunch(f"no such command: {name}")


def _runnable(path: str) -> str:
    if not os.path.exists(path):
        raise CannotLaunch(f"no such command: {path}")
    if os.path.isdir(path) or not os.access(path, os.X_OK):
        raise CannotLaunch(f"not executable: {path}")
    return path


def _standard_input(spec: StartSpec) -> int:
    try:
        # Not blocking while it is opened: a named pipe without a writer must not stop the keeper.
        fd = os.open(os.path.join(spec.cwd, spec.stdin), os.O_RDONLY | os.O_CLOEXEC | os.O_NOCTTY | os.O_NONBLOCK)
    except OSError as error:
        raise CannotLaunch(f"cannot read standard input from {spec.stdin}: {error.strerror}") from None
    os.set_blocking(fd, True)
    return fd


def _account() -> str:
    """Whom jobs run as: who submits to a group's yard may have folders that the yard's owner cannot enter."""
    import pwd

    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return f"account {os.geteuid()}"


@contextlib.contextmanager
def _inside(spec: StartSpec) -> Iterator[None]:
    """In the job's folder, with its umask; the keeper has one thread, so nobody else notices."""
    try:
        os.chdir(spec.cwd)
    except OSError as error:
        who = f" as {_account()}" if error.errno == errno.EACCES else ""
        raise CannotLaunch(f"cannot enter the folder {spec.cwd}{who}: {error.strerror}") from None
    mask = os.umask(spec.umask)
    try:
        yield
    finally:
        os.umask(mask)
        os.chdir("/")
