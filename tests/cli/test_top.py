"""``jobyard top``: one picture for a pipe, a living one for a terminal."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import time
from pathlib import Path

from tests.cli.conftest import DEADLINE, Call, command


def test_one_picture(call: Call) -> None:
    """Where nobody looks it prints queues, what runs and what waits with its reason, once."""
    first = call("submit", "-n", "rabi", "--", "true").id
    second = call("submit", "--after", first, "--", "true").id
    lines = call("top").out.splitlines()
    assert lines[0].startswith("0 running, 2 pending; no live worker")
    assert any(line.startswith("default") for line in lines)
    assert "Nothing runs." in lines
    assert any(line.startswith(first) and "rabi" in line for line in lines)
    assert any(line.startswith(second) and f"waits for {first}" in line for line in lines)


def test_it_follows_what_happens(yard_home: Path, call: Call) -> None:
    """On a terminal a job that is submitted meanwhile appears, and Ctrl-C leaves the screen as it was."""
    call("list")
    parent, child = pty.openpty()
    env = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "110", "LINES": "30"}
    process = subprocess.Popen(command("top"), stdin=child, stdout=child, stderr=child, env=env, start_new_session=True)
    os.close(child)
    try:
        seen = until(parent, b"Nothing waits.")
        identity = call("submit", "--", "true").id
        seen += until(parent, identity.encode())
        process.send_signal(signal.SIGINT)
        seen += until(parent, b"\x1b[?1049l")
        assert process.wait(DEADLINE) == 0
    finally:
        process.kill()
        process.wait()
        os.close(parent)
    assert b"Traceback" not in seen


def until(file: int, wanted: bytes) -> bytes:
    """What a terminal receives up to these bytes."""
    seen, deadline = b"", time.monotonic() + DEADLINE
    while wanted not in seen:
        assert time.monotonic() < deadline, seen
        if select.select([file], [], [], 1.0)[0]:
            seen += os.read(file, 65536)
    return seen
