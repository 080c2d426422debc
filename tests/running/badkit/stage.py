"""Where bad inputs are tried: a yard with a bit of everything, in a process from which nothing is started.

Commands run in this process, by the command line's own entry point; a process each would take a quarter of a second.
What would start a worker, a keeper or a program says so instead, and the clock ends whatever takes too long.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from jobyard.core.errors import RunnerError
from jobyard.core.runners.keeper.client import KeeperRunner
from jobyard.core.states import After, State
from jobyard.core.store import check
from jobyard.core.yard import Yard, staff
from jobyard.tui.cli.main import main
from tests.store.kit import Lab

RIGHT = {
    "in.jsonl": b'{"command": ["true"], "name": "from-lines", "key": "k"}\n{"command": "true", "after": ["k"]}\n',
    "in.yaml": b"- command: [true]\n  name: from-yaml\n",
    "in.json": b'{"tasks": [{"name": "a", "type": "exec", "arguments": "true"}]}',
}
LIMIT = 5.0  # seconds that one command may take


class Hang(BaseException):
    """It took too long. No Exception, so that nothing but the stage catches it."""


class Answer(NamedTuple):
    """How a call ended. ``code`` is None when it did not end, or by something that is no exit code."""

    code: int | None
    out: str
    err: str
    broke: str = ""  # what came out of it instead of a code
    seconds: float = 0.0


def fill(home: Path) -> None:
    """Jobs in every state, with names, edges, queues, a session that ended, a log."""
    lab = Lab(home)
    lab.now = time.time()
    with Yard.open(home) as yard:
        yard.queue_create("gpu", slots=2)
        yard.session_create("lab")
        yard.queue_create("lab/qick", exclusive=True)
        yard.queue_create("ended")
        yard.queue_end("ended")
    ended = lab.submit(name="ended")
    broken = lab.submit(name="broken")
    lab.submit((broken, After.OK), name="skipped")
    lab.run(ended, State.COMPLETED)
    lab.run(broken, State.FAILED)
    solo = lab.submit(name="solo")
    for name in ("twin", "twin", "odd\x1b[31m\nname", "caf\u00e9 \u202e x"):
        lab.submit((solo, After.OK), name=name)
    lab.submit(name="held", held=True)
    lab.finish(lab.submit(name="gone"), State.CANCELLED)
    folder = home / str(lab.store.db.value("SELECT folder FROM attempt WHERE job_id = ?", (broken,)))
    folder.mkdir(parents=True)
    (folder / "stdout").write_bytes(b"plain\n\x1b[31mred\x1b[0m \x1b]0;title\x07\n\xff\xfe\n\x00\r\n" * 50)
    (folder / "stderr").write_bytes(b"Error: it broke\n")
    lab.close()


class Stage:
    """A yard and a working folder of their own, made anew from a template."""

    def __init__(self, folder: Path, template: Path) -> None:
        self.home, self.work = folder / "yard", folder / "work"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(template, self.home)
        self.surroundings = {
            "PATH": os.environ["PATH"], "HOME": str(folder / "me"), "JOBYARD_HOME": str(self.home), "USER": "ada",
            "LANG": "C.UTF-8", "JOBYARD_SYNCHRONOUS": "OFF",
        }  # fmt: skip

    def call(
        self, argv: Sequence[str], stdin: bytes = b"", files: Mapping[str, bytes] = {}, env: Mapping[str, str] = {}
    ) -> Answer:
        """``jobyard ARGV`` here and now."""
        self._tidy()
        for name, data in files.items():
            (self.home if name == "jobyard.yml" else self.work).joinpath(name).write_bytes(data)
        os.chdir(self.work)
        with _environment({**self.surroundings, **env}), _streams(stdin) as (out, err):
            began = time.perf_counter()
            code, broke = _timed(lambda: main(list(argv)))
            seconds = time.perf_counter() - began
        (self.home / "jobyard.yml").unlink(missing_ok=True)
        if any(self.work.rglob("pwned")):
            broke = "a word of somebody's was run by a shell"
        return Answer(code, _text(out), _text(err), broke, seconds)

    def _tidy(self) -> None:
        """The working folder as it was: some inputs make yards and files in it."""
        shutil.rmtree(self.work, ignore_errors=True)
        (self.work / "folder" / "deep").mkdir(parents=True)
        (self.work / "loop").symlink_to("loop")
        for name, data in RIGHT.items():
            (self.work / name).write_bytes(data)

    def problems(self) -> list[str]:
        """What is wrong with the store."""
        with Yard.open(self.home) as yard:
            return list(check.problems(yard._store))


def seal() -> None:
    """From now on nothing starts in this process: no worker, no keeper, no program."""

    def refuse(*args: object, **options: object) -> Any:
        raise RunnerError("Nothing is started here")

    def no_program(*args: object, **options: object) -> Any:
        raise OSError(errno.ENOENT, "Nothing is started here")

    staff.make_worker = staff.spawn_headless = refuse
    KeeperRunner.ensure = refuse  # type: ignore[method-assign]
    subprocess.Popen.__init__ = no_program  # type: ignore[method-assign]
    for name in ("fork", "posix_spawn", "posix_spawnp", "execv", "execve", "system"):
        setattr(os, name, no_program)


def _timed(act: Callable[[], int]) -> tuple[int | None, str]:
    signal.signal(signal.SIGALRM, _on_alarm)
    signal.setitimer(signal.ITIMER_REAL, LIMIT)
    try:
        return act(), ""
    except Hang:
        return None, f"it took longer than {LIMIT:g} s"
    except BaseException as error:
        return None, f"{type(error).__name__} came out of it: {error}"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _on_alarm(number: int, frame: object) -> None:
    raise Hang


@contextlib.contextmanager
def _environment(wanted: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(wanted)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextlib.contextmanager
def _streams(stdin: bytes) -> Iterator[tuple[io.TextIOWrapper, io.TextIOWrapper]]:
    before = sys.stdin, sys.stdout, sys.stderr
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    sys.stdin, sys.stdout, sys.stderr = io.TextIOWrapper(io.BytesIO(stdin), "utf-8", "surrogateescape"), out, err
    try:
        yield out, err
    finally:
        sys.stdin, sys.stdout, sys.stderr = before


def _text(stream: io.TextIOWrapper) -> str:
    data = stream.buffer.getvalue()  # type: ignore[attr-defined]
    return str(data.decode("utf-8", "surrogateescape"))
