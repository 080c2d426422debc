"""``jobyard logs``: whole, followed, filtered, harmless."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
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
    """stdout unless ``--stderr`` asks for the other, of which is told where nobody has chosen."""
    call("submit", "--", "sh", "-c", "echo out; echo err >&2")
    work()
    first = call("logs", "last")
    assert first.out == "out\n"
    assert re.fullmatch(
        r"jobyard: (\S+) wrote 4 B to standard error too\. `jobyard logs \1 --stream both` shows both\.\n", first.err
    )
    assert call("logs", "last", "-f").err == first.err
    assert call("logs", "last", "--attempt", 1).err == first.err.replace("--stream", "--attempt 1 --stream")
    for options in (["--stderr"], ["--stream", "stdout"], ["--stream", "both"], ["--json"], ["--grep", "o"]):
        assert call("logs", "last", *options).err == ""
    assert call("logs", "last", "--stderr").out == "err\n"


def test_bytes_are_passed_on_as_they_are(process: Call):
    """On a pipe not a byte is changed, not even what is no text."""
    process("submit", "--", "sh", "-c", HOSTILE)
    process("--worker", "--once")
    done = subprocess.run(command("logs", "last"), capture_output=True, timeout=30)
    assert done.stdout == b"a\x1b[31mred\x1b]0;title\x07\xff\nplain\n"


def test_a_terminal_gets_nothing_to_obey(process: Call):
    """On a terminal colours are shown, and whatever else a terminal would obey is gone."""
    process("submit", "--", "sh", "-c", HOSTILE)
    process("--worker", "--once")
    shown = on_a_terminal("logs", "last")
    assert shown == "a\x1b[31mred\\xff\x1b[0m\r\nplain\r\n"


def test_one_line_of_ten_megabytes(process: Call):
    """Whole on a pipe, shortened on a terminal."""
    process("submit", "--", "sh", "-c", "head -c 10000000 /dev/zero | tr '\\0' x; echo")
    process("--worker", "--once")
    done = subprocess.run(command("logs", "last"), capture_output=True, timeout=30)
    assert done.stdout == b"x" * 10_000_000 + b"\n"
    assert len(on_a_terminal("logs", "last")) < 20_000


def test_a_long_line_is_found_whole(call: Call, work: Callable[[], None]):
    """Of a line of a megabyte with two matches all of it comes, once; on a terminal what is around a match."""
    call(
        "submit",
        "--",
        sys.executable,
        "-c",
        "x = 'x' * 308_000; print('a'); print(x + 'HIT' + x + 'HIT' + x); print('b')",
    )
    work()
    long = call("logs", "last", "--grep", "HIT").out
    assert long == "HIT".join(["x" * 308_000] * 3) + "\n"
    assert call("logs", "last", "--grep", "HIT", "--json").json["lines"] == [long.removesuffix("\n")]
    assert "HIT" in on_a_terminal("logs", "last", "--grep", "HIT")


def test_grep_and_tail(call: Call, work: Callable[[], None]):
    """``--grep`` keeps matching lines, ``--tail`` the last ones."""
    call("submit", "--", "sh", "-c", "seq 1 100")
    work()
    assert call("logs", "last", "--grep", "^9").out.split() == ["9", *map(str, range(90, 100))]
    assert call("logs", "last", "--tail", 2).out.split() == ["99", "100"]
    assert call("logs", "last", "-n", 1, "--grep", "5").out.split() == ["95"]


@pytest.fixture
def coloured(call: Call, work: Callable[[], None], tmp_path: Path) -> str:
    """A job with both streams, colours, an odd line and numbers, and one that waited for it; the id of the latter."""
    (tmp_path / "job.sh").write_text("printf '\\033[31mRed\\033[0m\\n'; seq 1 20; echo bad >&2; printf 'x\\rlast'")
    call("submit", "-n", "first", "--", "sh", tmp_path / "job.sh")
    second = call("submit", "-n", "second", "--after", "first", "--", "echo", "follower").id
    work()
    return str(second)


def test_which_lines(call: Call, coloured: str):
    """Around what is found, whatever its case, since a time, at most so many, of both streams, with arrival times."""
    assert call("logs", "first", "--grep", "^1[14]$", "-C", 1).out.split() == ["…", "10", "11", "12", "13", "14", "15"]
    assert call("logs", "first", "--grep", "RED", "-i", "--plain").out == "Red\n"
    assert call("logs", "first", "--grep", "RED").out == ""
    assert call("logs", "first", "--limit", 2, "--plain").out == "Red\n1\n"
    assert call("logs", "first", "-n", 1, "--plain").out == "last\n"
    assert set(call("logs", "first", "--stream", "both").out.splitlines()) >= {"20", "bad"}
    assert call("logs", "first", "--since", "1h", "-n", 2, "--plain").out == "20\nlast\n"
    assert call("logs", "first", "--since", "2001-01-01T00:00", "--limit", 0).out == ""
    assert call("logs", "first", "--since", "0.001s").out == ""
    seen = call("logs", "first", "--times", "--grep", "^7$").out
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d  7\n", seen)


def test_several_jobs_one_after_the_other(call: Call, coloured: str):
    """In the order in which they are named, or, with ``--chain``, those that a job waited for before it."""
    second = call("logs", "second", "first", "--grep", "l").out.split("\n")[:-1]
    assert [line[:4] for line in second] == ["==> ", "foll", "==> ", "x\rla"]
    heading = f"==> {coloured} second · attempt 1 <=="
    chain = call("logs", "second", "--chain").out
    assert chain.startswith("==> ")
    assert chain.endswith(f"last\n{heading}\nfollower\n")
    assert call("logs", "second", "--chain", "--attempt", 1).out == chain
    assert call("logs", "second", "--chain", "--attempt", 2).code == 2
    both = call("logs", "first", "second", "--json", "-n", 1).json
    assert [(view["id"] == coloured, view["lines"]) for view in both] == [(False, ["x\rlast"]), (True, ["follower"])]
    followed = call("logs", "second", "first", "-f", "-n", 1, "--plain").out.splitlines()
    assert followed[0] == f"{coloured} │ follower"
    assert followed[1].endswith(" │ last")


@pytest.mark.parametrize(
    "options",
    [("-f", "--json"), ("-f", "--pager"), ("-f", "--limit", 1), ("--stderr", "--stream", "both"), ("--since", "soon")],
)
def test_options_that_make_no_sense_are_refused(call: Call, options: tuple[object, ...]):
    """With the reason."""
    result = call("logs", "last", *options)
    assert result.code == 2
    assert "together" in result.err or "cannot be used" in result.err


def test_a_pager_gets_the_whole(process: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """``--pager`` hands all of it to $PAGER on a terminal, to nobody on a pipe; one that leaves early is no error."""
    process("submit", "--", "seq", 1, 3000)
    process("--worker", "--once")
    monkeypatch.setenv("PAGER", f"tee {tmp_path / 'paged'}")
    assert on_a_terminal("logs", "last", "--pager").split()[-1] == "3000"
    assert (tmp_path / "paged").read_text().split() == [str(number) for number in range(1, 3001)]
    monkeypatch.setenv("PAGER", "head -n 1")
    assert on_a_terminal("logs", "last", "--pager").split() == ["1"]
    assert len(process("logs", "last", "--pager").out.split()) == 3000


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
