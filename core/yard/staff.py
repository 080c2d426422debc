"""Workers from the outside: starting, replacing, draining them, in this process or as their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from .. import settings
from ..errors import JobyardError, RunnerError, Unknown, WrongState
from ..hooks import Hooks
from ..models import WorkerInfo
from ..preparing import Preparer
from ..readable import readable
from ..recording import Recorder
from ..reload import SettingsChore
from ..retention import Retention, Tidy
from ..runners.keeper.client import KeeperRunner
from ..runners.keeper.system import raise_open_files
from ..store import Actor, Bell, Store, workers
from ..warming import Warming
from ..worker import Worker
from . import access
from .configuring import codes_of
from .declaring import follow

ADMITTED_WITHIN = 15.0  # seconds for a new worker to come up


def make_worker(
    home: Path,
    actor: Actor,
    *,
    face: str,
    name: str | None = None,
    max_jobs: int | None = None,
    once: bool = False,
    replaces: int | None = None,
    mock: bool = False,
    tell: Callable[[str], None] = lambda text: None,
) -> Worker:
    """A worker on the keeper of this host, with a store of its own. Raises YardError for any but the owner."""
    access.require_owner(home, "A worker")
    raise_open_files()  # a descriptor for each running job
    loaded = settings.read(home)
    name = name or f"{actor.host}-{os.urandom(3).hex()}"
    store = Store(home, Actor(actor.user, actor.host, face), synchronous=loaded.settings.synchronous)
    watching = SettingsChore(store, loaded, tell)
    most = max_jobs or loaded.settings.max_jobs or None
    ends = Hooks(store, lambda: worker.id, lambda: watching.settings.on_end)
    recorder = Recorder(store, git=lambda: watching.settings.provenance_git)
    preparer = Preparer(store, lambda: codes_of(store))
    warming = Warming(store, lambda: watching.settings, tell)
    worker = Worker(
        store, KeeperRunner(home, name), watching.settings, face=face, name=name,
        max_jobs=most, once=once, replaces=replaces, mock=mock, tell=tell,
        chores=[
            watching, recorder, ends, Retention(store, lambda: watching.settings.retention), Tidy(store), preparer,
            warming,
        ],
        freeze=recorder.freeze, prepare=warming.prepare, configs=preparer,
    )  # fmt: skip
    watching.take = partial(_follow, worker)
    preparer.look = worker.look
    return worker


def _follow(worker: Worker, now: settings.Settings) -> None:
    """Jobs are started by these settings from now on."""
    worker.follow(now)
    follow(worker.store, now)


class WorkerHandle:
    """A worker in a thread of this process."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self.error: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="jobyard-worker", daemon=True)

    def start(self) -> WorkerHandle:
        """Start it and wait until it is admitted. Raises what kept it from that."""
        self._thread.start()
        deadline = time.monotonic() + ADMITTED_WITHIN
        while not self._worker.admitted.wait(0.05):
            if self._worker.gone.is_set() or time.monotonic() > deadline:
                raise self.error or RunnerError("The worker did not come up")
        return self

    def _run(self) -> None:
        try:
            self._worker.run()
        except Exception as error:
            self.error = error
            if self._worker.admitted.is_set():  # else whoever starts it hears of it
                self._worker._say(error.line() if isinstance(error, JobyardError) else repr(error))

    @property
    def id(self) -> int:
        """Its generation."""
        return self._worker.id

    @property
    def name(self) -> str:
        """Its name."""
        return self._worker.name

    @property
    def running(self) -> bool:
        """Whether it works."""
        return self._worker.running

    @property
    def busy(self) -> int:
        """How many attempts it answers for."""
        return self._worker.busy

    def drain(self) -> None:
        """Start nothing new, leave when the last job has ended."""
        self._worker.drain()

    def stop(self, timeout: float | None = 10.0) -> bool:
        """Leave at once, jobs go on; whether it has left within *timeout* seconds."""
        self._worker.stop()
        return self.join(timeout)

    def join(self, timeout: float | None = None) -> bool:
        """Wait until it has left."""
        self._thread.join(timeout)
        return not self._thread.is_alive()


def run_here(worker: Worker) -> int:
    """Run a headless worker in this thread: SIGTERM and SIGINT drain it, the second one ends it at once."""

    def on_signal(number: int, frame: object) -> None:
        if worker._drain:
            worker.stop()
        worker.drain()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, on_signal)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    worker.run()
    return 0


def spawn_headless(
    home: Path, *, replaces: int | None = None, name: str | None = None, max_jobs: int | None = None, mock: bool = False
) -> int:
    """Start ``jobyard --worker`` in a session of its own; its process id. Raises YardError for any but the owner."""
    access.require_owner(home, "A worker")
    argv = [sys.executable, "-P", "-m", "jobyard.tui", "--yard", str(home), "--worker"]
    for option, value in (("--replaces", replaces), ("--name", name), ("--max-jobs", max_jobs)):
        if value is not None:
            argv += [option, str(value)]
    argv += ["--mock"] if mock else []
    log = os.open(home / "run" / "worker.log", os.O_CREAT | os.O_WRONLY | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        process = subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, cwd=home
        )
    finally:
        os.close(log)
    threading.Thread(target=process.wait, daemon=True).start()  # reap it, should it end before us
    return process.pid


def start_headless(store: Store, replaces: int | None, **options: str | int | None) -> WorkerInfo:
    """Start a headless worker and wait until it is admitted."""
    newest = max((worker.id for worker in workers.every(store, all=True)), default=0)
    with Bell(store.run) as bell:
        pid = spawn_headless(store.home, replaces=replaces, **options)  # type: ignore[arg-type]
        deadline = time.monotonic() + ADMITTED_WITHIN
        while time.monotonic() < deadline:
            for worker in workers.every(store):
                if worker.id > newest and worker.pid == pid and worker.alive:
                    return worker
            if not _exists(pid):
                break
            readable([bell], 0.05)
            bell.drain()
    raise RunnerError("The headless worker did not come up", _last_words(store.home), "See: jobyard doctor")


def _exists(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _last_words(home: Path) -> str:
    try:
        return (home / "run" / "worker.log").read_text(errors="replace").strip().splitlines()[-1]
    except (OSError, IndexError):
        return ""


def find(store: Store, name: str, face: str = "") -> list[WorkerInfo]:
    """Living workers by name ("" = all). Raises Unknown when there is none."""
    found = [
        worker
        for worker in workers.every(store)
        if worker.alive and (not name or worker.name == name) and (not face or worker.face == face)
    ]
    if not found:
        what = f"There is no live worker {name}".rstrip()
        raise Unknown(what, "", "See: jobyard worker list; start one with: jobyard worker start")
    return found


def ask(store: Store, name: str, mode: str) -> list[WorkerInfo]:
    """Ask workers to drain (``draining``) or to leave at once (``stopping``)."""
    access.require_owner(store.home, "Stopping a worker")
    found = find(store, name)
    for worker in found:
        workers.set_mode(store, worker.id, mode)
    return found


def detach(store: Store, generation: int | None = None) -> WorkerInfo:
    """Replace the worker that is embedded in a face by a headless one; no job notices."""
    if generation is None:
        embedded = [worker for worker in workers.every(store) if worker.alive and worker.face != "headless"]
        if not embedded:
            raise WrongState("There is no embedded worker to detach", "", "Start a headless one: jobyard worker start")
        generation = embedded[0].id
    mock = any(worker.mock for worker in workers.every(store) if worker.id == generation)
    return start_headless(store, generation, mock=mock)


def stop_running(store: Store) -> None:
    """Tell the keeper what is to be stopped, when no worker lives to do so."""
    wanted = [running for running in workers.to_stop(store) if running.stop == "cancel"]
    if not wanted or workers.any_alive(store) or not access.of(store.home).mine:
        return  # a member's stop waits in the store for the owner's worker
    runner = KeeperRunner(store.home, f"cancel-{os.getpid()}")
    try:
        from ..launch import held_from

        runner.ensure()
        runner.adopt([held_from(running, store.home, settings.load(store.home)) for running in wanted])
        for running in wanted:
            runner.stop(running.token, "cancel")
        deadline = time.monotonic() + 1.0  # until it has been read; what follows is the keeper's
        while runner.connected and time.monotonic() < deadline and not runner.events():
            readable(runner.filenos(), 0.05)
    except JobyardError:
        return  # the stop is in the store; the next worker sends it
    finally:
        runner.close()
