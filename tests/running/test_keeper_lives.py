"""The keeper itself: who may speak to it, what it is deaf to, when it leaves, what it imports."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from jobyard.core.errors import RunnerError
from jobyard.core.runners.base import Connected, Lost, Started
from jobyard.core.runners.keeper import hub
from jobyard.core.runners.keeper.client import KeeperRunner
from tests.running.keeperkit import Yard, alive, as_nobody, command, held, kill, open_folder, until


def test_imports_the_standard_library_alone() -> None:
    """The keeper loads nothing but the standard library, crash points, modes and the seam."""
    script = (
        "import sys, jobyard.core.runners.keeper.__main__\n"
        "print(*sorted(m for m in sys.modules if m.split('.')[0] not in sys.stdlib_module_names))"
    )
    done = subprocess.run([sys.executable, "-P", "-c", script], capture_output=True, text=True, check=True)
    start_up = ("__editable__", "_virtualenv", "sitecustom", "__main__", "_distutils_hack")
    loaded = {name for name in done.stdout.split() if not name.startswith(start_up)}
    ours = {name for name in loaded if name.startswith("jobyard")}
    beyond = {name for name in ours if not name.startswith("jobyard.core.runners.keeper")}
    seam = {"crash", "modes", "runners", "runners.base"}
    assert beyond == {"jobyard", "jobyard.core", *(f"jobyard.core.{name}" for name in seam)}
    assert loaded == ours


def test_command_line_names_the_yard(keeper_yard: Yard) -> None:
    """Its command line says keeper and the yard's absolute path; it leads no session and has no terminal."""
    pid = keeper_yard.connect()
    words = command(pid)
    assert words[-1] == str(keeper_yard.home)
    assert any("keeper" in word for word in words)
    assert os.getsid(pid) not in (pid, os.getsid(0))
    assert os.readlink(f"/proc/{pid}/cwd") == "/"


def test_deaf_while_it_holds_jobs(keeper_yard: Yard) -> None:
    """SIGHUP, SIGINT and SIGTERM do not reach the keeper while a job runs; SIGTERM ends it when none does."""
    pid = keeper_yard.connect()
    spec = keeper_yard.start("until [ -e go ]; do sleep 0.01; done")
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGTERM):
        os.kill(pid, number)
    assert keeper_yard.run("exit 1").exit_code == 1
    (keeper_yard.home / "go").touch()
    assert keeper_yard.ended(spec.token).exit_code == 0
    assert alive(pid)
    os.kill(pid, signal.SIGTERM)
    until(lambda: not alive(pid))


def test_leaves_when_idle(keeper_yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without jobs and workers it leaves after its idle time, and takes its empty log along; the next one serves."""
    monkeypatch.setenv("JOBYARD_KEEPER_IDLE", "0.2")
    pid = keeper_yard.connect()
    spec = keeper_yard.spec("exit 3")
    keeper_yard.runner.start([spec])
    keeper_yard.ended(spec.token)
    keeper_yard.runner.acknowledge([spec.token])
    keeper_yard.runner.close()
    until(lambda: not alive(pid))
    assert not list((keeper_yard.home / "run").glob("outcomes-*"))
    keeper_yard.runner = keeper_yard.another()
    assert keeper_yard.connect() != pid


def test_stays_while_it_holds_a_job(keeper_yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    """Idle means without jobs: it stays for one that runs while nobody is connected, then keeps its outcome."""
    monkeypatch.setenv("JOBYARD_KEEPER_IDLE", "0.1")
    pid = keeper_yard.connect()
    spec = keeper_yard.start("until [ -e go ]; do sleep 0.01; done; exit 8")
    keeper_yard.runner.close()
    until(lambda: sorted(command(pid)))
    (keeper_yard.home / "go").touch()
    until(lambda: not alive(pid))
    keeper_yard.runner = keeper_yard.another()
    keeper_yard.connect()
    assert keeper_yard.ended(spec.token).exit_code == 8


def test_leaves_at_once_when_its_yard_is_gone(keeper_yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    """An idle keeper of a yard that was removed leaves, though a worker is connected and its idle time is not over."""
    monkeypatch.setenv("JOBYARD_KEEPER_IDLE", "600")
    pid = keeper_yard.connect()
    shutil.rmtree(keeper_yard.home)
    until(lambda: not alive(pid), patience=5)
    keeper_yard.expect(Lost)


def test_yard_gone_with_a_job_running(keeper_yard: Yard) -> None:
    """A job whose yard was removed ends in its own time; then the keeper leaves."""
    pid = keeper_yard.connect()
    spec = keeper_yard.start("sleep 0.5", cwd="/")
    shutil.rmtree(keeper_yard.home)
    assert keeper_yard.ended(spec.token).exit_code == 0
    until(lambda: not alive(pid), patience=5)


def test_socket_is_private() -> None:
    """The socket is the owner's alone, and another account is refused even where the folder lets it in."""
    script = (
        "import socket\n"
        "from jobyard.core.runners.keeper import hub\n"
        "hub._peer_uid = lambda sock: os.geteuid()\n"
        "sock = hub.connect(sys.argv[1]); sock.settimeout(10)\n"
        "print(sock.recv(100))\n"
    )
    with open_folder() as folder:
        yard = Yard(folder / "yard")
        yard.connect()
        path = yard.home / "run" / "keeper.sock"
        assert path.stat().st_mode & 0o777 == 0o600
        for opened in (path, path.parent):
            opened.chmod(0o777)
        done = as_nobody(script, str(path.parent))
        assert done.stdout == "b''\n", done.stderr
        assert yard.run("exit 1").exit_code == 1
        yard.close()


def test_client_that_never_reads(keeper_yard: Yard) -> None:
    """A worker that is connected and stuck costs the others nothing."""
    keeper_yard.connect()
    stuck = hub.connect(str(keeper_yard.home / "run"))
    stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    specs = [keeper_yard.spec("", argv=("false",)) for _ in range(300)]
    keeper_yard.runner.start(specs)
    assert {keeper_yard.ended(spec.token).exit_code for spec in specs} == {1}
    stuck.close()
    assert keeper_yard.run("exit 2").exit_code == 2


def test_garbage_is_survived(keeper_yard: Yard) -> None:
    """What makes no sense is told in the keeper's log, and changes nothing."""
    keeper_yard.connect()
    odd = hub.connect(str(keeper_yard.home / "run"))
    odd.sendall(b'\n{}\n[]\nnonsense\n{"op":"start"}\n{"op":"start","argv":3}\n{"op":"adopt","pidfd":true}\n\xff\0\n')
    assert keeper_yard.run("exit 1").exit_code == 1
    odd.close()
    assert "makes no sense" in (keeper_yard.home / "run" / "keeper.log").read_text()


def test_long_path(yard_home: Path) -> None:
    """A yard whose path is longer than a socket's address works."""
    yard = Yard(yard_home / ("x" * 120) / ("y" * 120))
    try:
        yard.connect()
        assert yard.run("exit 1").exit_code == 1
    finally:
        yard.close()


def test_workers_hear_the_same(keeper_yard: Yard) -> None:
    """A worker that connects later hears what runs and what has ended; each hears every end."""
    keeper_yard.connect()
    running, over = keeper_yard.start("sleep 60"), keeper_yard.spec("exit 1")
    keeper_yard.runner.start([over])
    keeper_yard.ended(over.token)
    first, keeper_yard.runner = keeper_yard.runner, keeper_yard.another()
    keeper_yard.seen = []
    keeper_yard.connect()
    assert keeper_yard.expect(Connected).tokens == {running.token}
    assert alive(keeper_yard.pid(running))
    assert keeper_yard.ended(over.token).exit_code == 1
    first.close()


def test_who_comes_while_a_lane_is_full_is_greeted(keeper_yard: Yard) -> None:
    """Also while nothing happens but a long job, and others wait behind it: the next worker takes over at once."""
    keeper_yard.connect()
    running = keeper_yard.start("sleep 60", lane_slots=1)
    waiting = keeper_yard.spec("true", lane_slots=1)
    keeper_yard.runner.start([waiting])
    keeper_yard.runner.close()
    keeper_yard.runner = keeper_yard.another()
    keeper_yard.seen = []
    keeper_yard.connect()
    assert keeper_yard.expect(Connected).tokens == {running.token, waiting.token}
    keeper_yard.runner.adopt([held(running)])
    keeper_yard.runner.disown([held(waiting)])
    assert keeper_yard.disowned(waiting.token).answer == "never"


def test_what_is_asked_while_a_lane_is_full_is_answered(keeper_yard: Yard) -> None:
    """A disown of what runs is answered, and its start repeated, although others wait."""
    keeper_yard.connect()
    running = keeper_yard.start("sleep 60", lane_slots=1)
    keeper_yard.runner.start([keeper_yard.spec("true", lane_slots=1)])
    mark = len(keeper_yard.seen)
    keeper_yard.runner.adopt([held(running)])
    assert keeper_yard.expect(Started, running.token, since=mark).pid == keeper_yard.pid(running)


def test_death_is_heard(keeper_yard: Yard) -> None:
    """A keeper's death is an event; requests meanwhile are forgotten, and the next connection works."""
    pid = keeper_yard.connect()
    kill(pid)
    keeper_yard.expect(Lost)
    assert not keeper_yard.runner.connected
    keeper_yard.runner.start([keeper_yard.spec("true")])
    assert keeper_yard.connect() != pid
    assert keeper_yard.run("exit 1").exit_code == 1


def test_a_yard_without_a_run_folder(tmp_path: Path) -> None:
    """Where no keeper can be started the error says so."""
    runner = KeeperRunner(tmp_path / "missing", "test")
    with pytest.raises(RunnerError):
        runner.ensure()
    runner.close()
