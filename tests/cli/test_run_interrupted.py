"""``jobyard run`` and signals: Ctrl-C once and twice, SIGTERM, SIGHUP, on real processes and a real terminal."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Call, alive, command, execute, task_file, until


class Running:
    """``jobyard run`` on a terminal of its own, its output gathered by a thread."""

    def __init__(self, path: Path) -> None:
        self.leader, follower = pty.openpty()
        self.written = bytearray()
        self.child = subprocess.Popen(
            command("run", path, "-j", 2),
            stdin=follower,
            stdout=follower,
            stderr=follower,
            preexec_fn=lambda: (os.setsid(), __import__("fcntl").ioctl(0, __import__("termios").TIOCSCTTY, 0)),
        )
        os.close(follower)
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self) -> None:
        while True:
            try:
                data = os.read(self.leader, 65536)
            except OSError:
                return
            if not data:
                return
            self.written += data

    @property
    def text(self) -> str:
        return self.written.decode(errors="replace")

    def wait_for(self, text: str) -> None:
        until(lambda: text in self.text)

    def press_ctrl_c(self) -> None:
        os.write(self.leader, b"\x03")

    def end(self) -> int:
        code = self.child.wait(60)
        self.reader.join(10)
        return code


@pytest.fixture
def running(yard_home: Path, tmp_path: Path) -> Iterator[Running]:
    """A run of a long task, a second one behind it, and a witness that the long one writes at its end."""
    long = f"echo at work; i=0; while [ ! -e {tmp_path}/gate ]; do sleep 0.05; done; touch {tmp_path}/witness"
    started = Running(task_file(tmp_path, execute("long", long), execute("behind", "true", "long")))
    started.wait_for("long | at work")
    yield started
    if started.child.poll() is None:
        started.child.kill()
        started.end()
    os.close(started.leader)


def states(call: Call) -> dict[str, str]:
    return {job["name"]: job["state"] for job in call("list", "--json", "--all").json}


def let_go_on(call: Call, folder: Path) -> None:
    """The tasks end by themselves, by a worker that lives without the run."""
    (folder / "gate").touch()
    until(lambda: set(states(call).values()) == {"completed"})
    assert (folder / "witness").exists()
    call("worker", "stop")


def test_ctrl_c_cancels_the_rest_and_reports(running: Running, call: Call, tmp_path: Path):
    """Once: what is left is cancelled, the table is printed, exit 1."""
    running.press_ctrl_c()
    assert running.end() == 1
    assert "Interrupted" in running.text
    assert "NAME" in running.text.split("Interrupted")[1]
    assert set(states(call).values()) <= {"cancelled", "skipped"}
    assert not (tmp_path / "witness").exists()


def test_ctrl_c_twice_lets_it_go_on(running: Running, call: Call, tmp_path: Path, yard_home: Path):
    """Twice within a second: it leaves, says how to look, and the tasks go on to their end."""
    running.press_ctrl_c()
    running.wait_for("Interrupted")
    running.press_ctrl_c()
    assert running.end() == 130
    assert "jobyard list --queue run/tasks" in running.text
    assert alive(yard_home)
    let_go_on(call, tmp_path)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_lost_session_lets_it_go_on(running: Running, call: Call, tmp_path: Path, yard_home: Path, number: int):
    """SIGTERM and SIGHUP: a headless worker takes over, and the tasks go on to their end."""
    running.child.send_signal(number)
    assert running.end() == 128 + number
    assert alive(yard_home)
    let_go_on(call, tmp_path)


def test_a_terminal_gets_nothing_to_obey(yard_home: Path, tmp_path: Path):
    """On a terminal the output of tasks is made harmless."""
    started = Running(task_file(tmp_path, execute("evil", "printf 'x\\033]0;title\\007y\\033[2J\\n'")))
    assert started.end() == 0
    os.close(started.leader)
    labelled = next(line for line in started.text.splitlines() if line.startswith("evil | "))
    assert labelled == "evil | xy"
