"""``jobyard logs``: whole, followed, filtered, harmless."""

from __future__ import annotations

import os
import pty
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Call, command, until

HOSTILE = "printf 'a\\033[31mred\\033]0;title\\007\\377\\nplain\\n'"


def on_a_terminal(*args: object) -> str:
    """What a command writes to a terminal."""
    leader, follower = pty.openpty()
    child = subprocess.Popen(command(*args), stdin=follower, stdout=follower, stderr=follower)
    os.close(follower)
    written = bytearray()
    while True:
        try:
            data = os.read(leader, 65536)
        except OSError:
            break
        if not data:
            break
        written += data
    os.close(leader)
    child.wait(30)
    return written.decode(errors="replace")


def test_both_streams(call: Call, work: Callable[[], None]):
    """stdout unless ``--stderr`` asks for the other."""
    call("submit", "--", "sh", "-c", "echo out; echo err >&2")
    work()
    assert call("logs", "last").out == "out\n"
    assert call("logs", "last", "--stderr").out == "err\n"


def test_bytes_are_passed_on_as_they_are(process: Call):
    """On a pipe not a byte is changed, not even what is no text."""
    process("submit", "--", "sh", "-c", HOSTILE)
    process("--worker", "--once")
    done = subprocess.run(command("logs", "last"), capture_output=True, timeout=30)
    assert done.stdout == b"a\x1b[31mred\x1b]0;title\x07\xff\nplain\n"


def test_a_terminal_gets_nothing_to_obey(process: Call):
    """On a terminal control sequences are gone."""
    process("submit", "--", "sh", "-c", HOSTILE)
    process("--worker", "--once")
    shown = on_a_terminal("logs", "last")
    assert "\x1b" not in shown
    assert "\x07" not in shown
    assert "red" in shown
    assert "plain" in shown


def test_one_line_of_ten_megabytes(process: Call):
    """Whole on a pipe, shortened on a terminal."""
    process("submit", "--", "sh", "-c", "head -c 10000000 /dev/zero | tr '\\0' x; echo")
    process("--worker", "--once")
    done = subprocess.run(command("logs", "last"), capture_output=True, timeout=30)
    assert done.stdout == b"x" * 10_000_000 + b"\n"
    assert len(on_a_terminal("logs", "last")) < 20_000


def test_grep_and_tail(call: Call, work: Callable[[], None]):
    """``--grep`` keeps matching lines, ``--tail`` the last ones."""
    call("submit", "--", "sh", "-c", "seq 1 100")
    work()
    assert call("logs", "last", "--grep", "^9").out.split() == ["9", *map(str, range(90, 100))]
    assert call("logs", "last", "--tail", 2).out.split() == ["99", "100"]
    assert call("logs", "last", "-n", 1, "--grep", "5").out.split() == ["95"]


def test_attempts_are_kept_apart(call: Call, work: Callable[[], None], tmp_path: Path):
    """``--attempt`` chooses; the newest is the default."""
    call("submit", "--cwd", tmp_path, "--", "sh", "-c", "echo >> count; wc -l < count")
    work()
    call("requeue", "last")
    work()
    assert call("logs", "last").out.strip() == "2"
    assert call("logs", "last", "--attempt", 1).out.strip() == "1"


def test_a_job_that_has_not_run(call: Call):
    """Nothing to print: said on stderr, exit 0."""
    call("submit", "--hold", "--", "true")
    result = call("logs", "last")
    assert (result.code, result.out) == (0, "")
    assert "has not run yet" in result.err


def test_follow_ends_with_the_job(call: Call, worker: object, tmp_path: Path):
    """``-f`` prints lines while they come and ends when the job does."""
    gate = tmp_path / "gate"
    job = call("submit", "--", "sh", "-c", f"echo begun; until [ -e {gate} ]; do sleep 0.05; done; printf ended").id
    with subprocess.Popen(command("logs", job, "-f"), stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"begun\n"
        gate.touch()
        assert child.stdout.read() == b"ended\n"
        assert child.wait(30) == 0


def test_follow_waits_for_a_job_that_has_not_begun(call: Call, worker: object):
    """Following a held job starts when the job does."""
    job = call("submit", "--hold", "--", "echo", "late").id
    child = subprocess.Popen(command("logs", job, "-f"), stdout=subprocess.PIPE)
    call("release", job)
    assert child.communicate(timeout=30)[0] == b"late\n"


def test_follow_a_job_that_is_cancelled_before_it_runs(call: Call):
    """It ends without a word."""
    job = call("submit", "--", "true").id
    child = subprocess.Popen(command("logs", job, "-f"), stdout=subprocess.PIPE)
    call("cancel", job)
    assert child.communicate(timeout=30)[0] == b""
    until(lambda: child.poll() == 0)


@pytest.mark.parametrize("lines", [0, 3])
def test_follow_with_tail(call: Call, work: Callable[[], None], lines: int):
    """``-f -n`` begins with the last lines."""
    call("submit", "--", "seq", "1", "10")
    work()
    assert call("logs", "last", "-f", "-n", lines).out.split() == [str(n) for n in range(11 - lines, 11)]
