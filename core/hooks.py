"""Commands that run when jobs have ended: ``on_end`` of the job, or the yard's for jobs that name none.

Each gets the job's JSON, as ``jobyard show --json`` prints it, on its standard input; runs in the job's folder with
the environment of the yard's owner; has a minute; and what it prints goes to ``run/hooks.log``. It runs at least
once, whoever is killed when; its failure is told in the job's history and changes nothing.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import crash, plain
from .chores import Chore
from .errors import Unknown
from .models import Attempt, Job
from .states import ENDED
from .store import Store, hooks, jobs
from .store.hooks import Hook
from .text import clean_line, one_line

AT_ONCE = 4  # commands
AHEAD = 32  # that are taken in a transaction, and wait for one of these places
PATIENCE = 60.0  # seconds for a command
GRACE = 2.0  # seconds between asking it to stop and killing it
MOST_OUTPUT = 1 << 16  # bytes of a command's output that are kept
MOST_LOG = 1 << 20  # bytes of run/hooks.log; then the older half goes
LOOK = 1.0  # seconds between looks for ends that others have caused
SHARE = 0.05  # of the worker's own time

crash.register(
    hook_taken="commands for ended jobs are this worker's, none has run",
    hook_ran="such a command has run, its row is still there",
)


class Hooks(Chore):
    """Takes what waits, runs it beside the worker, and lets it go when it has run."""

    name = "on_end"

    def __init__(
        self,
        store: Store,
        worker: Callable[[], int],
        command: Callable[[], str],
        patience: float = PATIENCE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self._store, self._worker, self._command, self._patience = store, worker, command, patience
        self._clock = clock
        self._taken: deque[Hook] = deque()
        self._open: set[int] = set()  # those whose command is about to run, runs, or has run and is not let go
        self._ready: deque[tuple[Hook, Task]] = deque()
        self._threads: list[threading.Thread] = []
        self._places = threading.Semaphore(AT_ONCE)
        self._leaving = False
        self._ended: deque[tuple[Hook, str]] = deque()
        self._rest = float("-inf")  # until then jobs come first

    def turn(self) -> float:
        """Let go of what has run, take and start what waits: a few at a time, and in a share of the worker's time."""
        began = self._clock()
        if began < self._rest:
            return self._rest - began
        hooks.switch(self._store, bool(self._command()))
        self._let_go()
        self._take()
        while self._taken:
            self._prepare(self._taken[0])
            self._taken.popleft()
        self._start()
        self._rest = self._clock() + (self._clock() - began) / SHARE
        return LOOK

    def _take(self) -> None:
        room = AHEAD - len(self._open) - len(self._taken)
        if room >= AHEAD // 2 and hooks.waiting(self._store):
            self._taken.extend(hooks.take(self._store, self._worker(), room))
            crash.point("hook.taken")

    def jobs_ended(self) -> None:
        """Some of them may have a command."""
        self.poked = True

    def busy(self) -> bool:
        """Whether a command runs, or waits to."""
        return bool(self._open or self._taken) or hooks.waiting(self._store)

    def close(self) -> None:
        """The commands go on; those that end within a moment need not be run again by the next worker."""
        self._leaving = True
        until = time.monotonic() + GRACE
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        with contextlib.suppress(Exception):  # a store that cannot be used now: then they run again
            self._let_go()

    def _let_go(self) -> None:
        some = list(self._ended)
        if some:
            crash.point("hook.ran")
            hooks.done(self._store, some)
        for hook, _ in some:
            self._ended.popleft()
            self._open.discard(hook.id)

    def _prepare(self, hook: Hook) -> None:
        command = hook.command or self._command()
        try:
            job = jobs.load(self._store, hook.job)
        except Unknown:  # purged meanwhile, and its row with it
            return
        task = Task(command, json.dumps(at_its_end(job, hook)), job.cwd, job.id, self._store.home, self._patience)
        self._open.add(hook.id)
        if command:
            self._ready.append((hook, task))
        else:  # the yard's command has been taken away meanwhile
            self._ended.append((hook, ""))
            self.poke()

    def _start(self) -> None:
        """A thread for each place that is free, as long as any command waits."""
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        for _ in range(min(AT_ONCE, len(self._ready))):
            if self._places.acquire(blocking=False):
                thread = threading.Thread(target=self._work, name="jobyard-on-end", daemon=True)
                self._threads.append(thread)
                thread.start()

    def _work(self) -> None:
        """One command after another, until none waits."""
        try:
            while not self._leaving:
                self._run(*self._ready.popleft())
        except IndexError:
            pass
        finally:
            self._places.release()
            self.poke()

    def _run(self, hook: Hook, task: Task) -> None:
        try:
            wrong = task.run()
        except Exception as error:
            wrong = f"the on_end command could not be run: {error}"
        self._ended.append((hook, wrong))
        self.poke()


def at_its_end(job: Job, hook: Hook) -> dict[str, Any]:
    """The job's JSON as it was when it ended, also if it has been requeued since."""
    found = plain.job(job)
    if job.state in ENDED and job.state is hook.state:
        return found
    attempt = next((one for one in job.attempts if one.number == hook.attempt), None)
    return found | {"state": hook.state.value, "reason": None} | (_end(attempt) if attempt else {})


def _end(attempt: Attempt) -> dict[str, Any]:
    names = ("cause", "message", "started_at", "ended_at", "exit_code", "signal", "worker")
    told = plain.attempt(attempt)
    return {name: told[name] for name in names}


class Task:
    """One command for the shell, with what it reads."""

    def __init__(self, command: str, data: str, cwd: str, job: str, home: Path, patience: float = PATIENCE) -> None:
        self.command, self.job, self._data = command, job, data
        self._cwd, self._home, self._patience = cwd, home, patience
        self._output = bytearray()

    def run(self) -> str:
        """Run it to its end; what was wrong, or ""."""
        began = time.monotonic()
        wrong = self._wait(self._process())
        self._log(wrong or "ok", time.monotonic() - began)
        return wrong

    def _process(self) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "JOBYARD_JOB": self.job, "JOBYARD_HOME": str(self._home)}
        cwd = self._cwd if os.path.isdir(self._cwd) else str(self._home)
        stdin = os.memfd_create("job.json", os.MFD_CLOEXEC)
        try:
            view = memoryview(self._data.encode() + b"\n")
            while view:
                view = view[os.write(stdin, view) :]
            os.lseek(stdin, 0, os.SEEK_SET)
            return subprocess.Popen(
                ("/bin/sh", "-c", self.command), cwd=cwd, env=environment, stdin=stdin, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        finally:
            os.close(stdin)

    def _wait(self, process: subprocess.Popen[bytes]) -> str:
        assert process.stdout is not None
        pidfd = os.pidfd_open(process.pid)
        try:
            if self._watch(process.stdout.fileno(), pidfd, self._patience):
                code = process.wait()
                return "" if code == 0 else f"the on_end command failed with {_ending(code)}{self._telling()}"
            for number in (signal.SIGTERM, signal.SIGKILL):
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, number)
                if number == signal.SIGTERM:
                    self._watch(process.stdout.fileno(), pidfd, GRACE)
            process.wait()
            return f"the on_end command took longer than {self._patience:.0f} s and was stopped"
        finally:
            os.close(pidfd)
            process.stdout.close()

    def _watch(self, output: int, pidfd: int, seconds: float) -> bool:
        """Keep its output until it has ended; whether it has within *seconds*. What it leaves running may go on."""
        until = time.monotonic() + seconds
        poll = select.poll()
        poll.register(pidfd, select.POLLIN)
        poll.register(output, select.POLLIN)
        while True:
            ready = dict(poll.poll(max(0.0, until - time.monotonic()) * 1000))
            late = time.monotonic() >= until
            if output in ready and self._keep(output):
                if not late:
                    continue  # all that is there, before its end counts
            elif output in ready:
                poll.unregister(output)
            if pidfd in ready or late:
                return pidfd in ready

    def _keep(self, output: int) -> bytes:
        part = os.read(output, 1 << 16)
        self._output += part[: MOST_OUTPUT - len(self._output)]
        return part

    def _telling(self) -> str:
        lines = [text for text in map(clean_line, bytes(self._output).splitlines()) if text.strip()]
        return f": {one_line(lines[-1], 200)}" if lines else ""

    def _log(self, said: str, seconds: float) -> None:
        """Best effort: a line on how it went, and what it printed."""
        head = f"{time.strftime('%F %T')} {self.job} {said} ({seconds:.1f} s): {one_line(self.command, 200)}\n"
        body = bytes(self._output)
        text = head.encode("utf-8", "replace") + body + (b"" if not body or body.endswith(b"\n") else b"\n")
        with contextlib.suppress(OSError), _LOGGING:
            append(self._home / "run" / "hooks.log", text)


_LOGGING = threading.Lock()


def _ending(code: int) -> str:
    return f"exit code {code}" if code > 0 else f"signal {-code}"


def append(path: Path, text: bytes, most: int = MOST_LOG) -> None:
    """Add to a log; of one that grew too long the newer half stays."""
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        size = os.fstat(fd).st_size
        if size + len(text) > most:
            kept = os.pread(fd, most // 2, max(0, size - most // 2))
            os.ftruncate(fd, 0)
            os.write(fd, kept[kept.find(b"\n") + 1 :])
        os.write(fd, text)
    finally:
        os.close(fd)
