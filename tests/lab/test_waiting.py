"""An attempt that finds its station's lock held, and nobody who answers."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from .runnerkit import part


def test_a_wait_for_what_a_killed_station_left_is_told_with_its_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """A process that outlived its station's guard keeps the hardware; whoever waits for that says which one it is."""
    lease = part("lease")
    lock = tmp_path / "q.lock"
    held = os.open(lock, os.O_RDWR | os.O_CREAT)
    fcntl.flock(held, fcntl.LOCK_EX)
    with subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"], pass_fds=(held,)) as orphan:
        os.close(held)
        try:
            monkeypatch.setattr(lease, "QUIET", 0.0)
            monkeypatch.setattr(lease.time, "sleep", lambda _: orphan.send_signal(signal.SIGKILL) or orphan.wait())
            assert lease._wait(str(tmp_path / "q.sock"), "", {}) is None
        finally:
            orphan.kill()
    said = capfd.readouterr().err
    assert said.count("Waiting:") == 1
    assert f"(pid: {orphan.pid})" in said
