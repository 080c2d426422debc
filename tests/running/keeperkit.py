"""Helpers for tests on real keepers: a yard, a client, jobs of shell, and waiting with a deadline."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from jobyard.core.runners.base import (
    Connected,
    Disowned,
    Ended,
    Held,
    Lost,
    Noted,
    Outcome,
    RunnerEvent,
    Started,
    StartSpec,
)
from jobyard.core.runners.keeper.cgroup import Cgroups
from jobyard.core.runners.keeper.client import KeeperRunner
from tests import leftovers

PATIENCE = 20.0  # seconds that anything in these tests may take
E = TypeVar("E", bound=RunnerEvent)


def until(condition: Callable[[], object], what: str = "condition", patience: float = PATIENCE) -> None:
    """Poll *condition* until it holds."""
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.01)


def alive(pid: int) -> bool:
    """Whether *pid* is there and no zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


def kill(pid: int) -> None:
    """SIGKILL, and wait until it has gone."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    until(lambda: not alive(pid), f"the death of {pid}")


class Yard:
    """A yard with one client; jobs of ``sh``."""

    def __init__(self, home: Path) -> None:
        self.home = home
        (home / "run").mkdir(mode=0o700, parents=True)
        self.runner = KeeperRunner(home, "test")
        self.seen: list[RunnerEvent] = []
        self.keepers: set[int] = set()
        self._number = 0

    # -- asking -----------------------------------------------------------------------------

    def connect(self) -> int:
        """The pid of the keeper that answers, started if need be."""
        mark = len(self.seen)
        self.runner.ensure()
        pid = self.expect(Connected, since=mark).pid
        self.keepers.add(pid)
        return pid

    def spec(self, script: str, *, argv: tuple[str, ...] = (), **more: object) -> StartSpec:
        """An attempt that runs *script* in a shell."""
        self._number += 1
        values: dict[str, object] = {
            "token": uuid.uuid4().hex,
            "job": f"JOB-20260101-{self._number:05d}",
            "folder": str(self.home / "jobs" / f"{self._number}-1"),
            "argv": argv or ("/bin/sh", "-c", script),
            "env": {"PATH": os.environ["PATH"]},
            "cwd": str(self.home),
            "lane": "default/default",
            "lane_slots": 8,
            "grace": 0.5,
        }
        return StartSpec(**{**values, **more})  # type: ignore[arg-type]

    def start(self, script: str, **more: object) -> StartSpec:
        """Start a script and wait until it runs."""
        spec = self.spec(script, **more)
        self.runner.start([spec])
        self.expect(Started, spec.token)
        return spec

    def run(self, script: str, **more: object) -> Outcome:
        """Start a script and wait for its end."""
        spec = self.spec(script, **more)
        self.runner.start([spec])
        return self.ended(spec.token)

    # -- hearing ----------------------------------------------------------------------------

    def hear(self, patience: float = 0.2) -> list[RunnerEvent]:
        """What comes within *patience* seconds."""
        poll = select.poll()
        for fd in self.runner.filenos():
            poll.register(fd, select.POLLIN)
        poll.poll(patience * 1000)
        new = self.runner.events()
        self.seen += new
        return new

    def expect(self, kind: type[E], token: str = "", since: int = 0) -> E:
        """The first event of a kind about a token, waited for."""
        deadline = time.monotonic() + PATIENCE
        while True:
            for event in self.seen[since:]:
                if isinstance(event, kind) and token in ("", token_of(event)):
                    return event
            assert time.monotonic() < deadline, f"no {kind.__name__} {token}; seen {self.seen}"
            self.hear()

    def ended(self, token: str, since: int = 0) -> Outcome:
        """How it ended, waited for."""
        return self.expect(Ended, token, since).outcome

    def disowned(self, token: str, since: int = 0) -> Disowned:
        """The answer to a disown or adopt."""
        return self.expect(Disowned, token, since)

    def count(self, kind: type[RunnerEvent], token: str) -> int:
        """How often this has been heard."""
        return sum(isinstance(event, kind) and token_of(event) == token for event in self.seen)

    def pid(self, spec: StartSpec) -> int:
        """The process of an attempt that has started."""
        return self.expect(Started, spec.token).pid

    # -- breaking ---------------------------------------------------------------------------

    def kill_keeper(self) -> None:
        """SIGKILL the keeper, and hear of it."""
        mark = len(self.seen)
        for pid in self.keepers:
            kill(pid)
        self.expect(Lost, since=mark)

    def another(self) -> KeeperRunner:
        """A second worker's runner."""
        return KeeperRunner(self.home, "another")

    def close(self) -> None:
        """End every keeper and every process of its jobs."""
        self.runner.close()
        for pid in self.keepers:
            kill(pid)
        leftovers.end_all(self.home)
        if (self.home / "run").is_dir():
            until(self._no_cgroups, "the end of the cgroups that killed keepers left")

    def _no_cgroups(self) -> bool:
        cgroups = Cgroups(str(self.home / "run"))
        cgroups.clean()
        return not cgroups.left()


def token_of(event: RunnerEvent) -> str:
    """Whom an event is about."""
    if isinstance(event, Ended):
        return event.outcome.token
    return event.token if isinstance(event, Started | Disowned | Noted) else ""


def held(spec: StartSpec, **more: object) -> Held:
    """*spec* as the store would name it later."""
    values = {
        name: getattr(spec, name)
        for name in ("token", "job", "folder", "time_limit", "grace", "log_cap", "lane", "lane_slots")
    }
    return Held(**{**values, **more})


def command(pid: int) -> list[str]:
    """The command line of *pid*."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").rstrip("\0").split("\0")
    except OSError:
        return []


def witness(home: Path) -> str:
    """Shell that appends the attempt's token to the witness file, under a lock."""
    return f'flock {home}/witness.lock sh -c "echo $JOBYARD_ATTEMPT >> {home}/witness"'


def witnessed(home: Path) -> list[str]:
    """Every token that a job has written."""
    path = home / "witness"
    return path.read_text().split() if path.exists() else []


def result(spec: StartSpec) -> dict[str, object]:
    """What ``result.json`` says."""
    content = json.loads(Path(spec.folder, "result.json").read_text())
    assert isinstance(content, dict)
    return content


@contextmanager
def open_folder() -> Iterator[Path]:
    """A folder that every account may enter and write to, unlike those of pytest."""
    with tempfile.TemporaryDirectory(prefix="jobyard-") as name:
        os.chmod(name, 0o777)
        yield Path(name)
        leftovers.end_all(Path(name))


def as_nobody(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a Python script as an ordinary account."""
    prelude = (  # imported first: an ordinary account may not read the interpreter's folder
        "import encodings.ascii, os, pathlib, sys\n"
        "import jobyard.core.runners.keeper.__main__ as keeper\n"
        "from tests.running.keeperkit import *\n"
        "os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
    )
    return subprocess.run(
        [sys.executable, "-c", prelude + script, *arguments], capture_output=True, text=True, timeout=60, check=False
    )
