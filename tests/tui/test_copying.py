"""What y offers, what reaches the terminal, and that a copied submit line asks for the same job."""

from __future__ import annotations

import base64
import shlex
from pathlib import Path

import pytest

from jobyard.core.models import Dependency, Job, JobSpec
from jobyard.core.states import After
from jobyard.core.yard import Yard
from jobyard.tui.cli.main import main
from jobyard.tui.clipboard import CAREFUL, has_clipboard, request
from jobyard.tui.commandline import command_line, submit_line
from jobyard.tui.verbs.copying import Thing, copied_words
from tests.tui.conftest import opened
from tests.tui.fake_yard import FakeYard
from tests.tui.terminal import app_on

SPECS = {
    "plain": JobSpec({"command": ["true"]}),
    "all": JobSpec(
        {"command": ["sh", "-c", "echo \"it's\" | tee 'a b'", "", "-x", "é", "a\tb"]},
        name="a name",
        queue="lab/qick",
        priority=-7,
        time_limit=5400.25,
        estimate=60,
        retries=3,
        retry_delay=5,
        retry_factor=1.5,
        retry_most=90,
        idempotent=True,
        cwd="/tmp",
        stdin="/dev/null",
        needs={"cpus": 1, "mem": 3 << 19, "dac": 1, "licence": 2},
        on_end="echo 'done'",
    ),
    "shell": JobSpec({"command": "echo $HOME | cat"}, name="shell"),
    "waits": JobSpec({"command": ["true"]}, dependencies=(Dependency("first"), Dependency("second", After.ANY))),
}


@pytest.mark.parametrize("name", SPECS)
def test_a_copied_submit_line_asks_for_the_same(yard_home: Path, name: str) -> None:
    """The line, given to a shell, submits a job with the same wishes, whatever is in its words."""
    with Yard.open(yard_home) as yard:
        for word in ("dac", "licence"):
            yard.resource_set(word, capacity=2, new=True)
        yard.queue_create("lab/qick")
        for first in ("first", "second"):
            yard.submit(JobSpec({"command": ["true"]}, name=first, cwd="/"))
        spec = SPECS[name]
        session, _, queue = spec.queue.rpartition("/")
        given = spec._replace(cwd=spec.cwd or "/", session=session or "default", queue=queue)
        old = yard.job(yard.submit(given).id)
        words = shlex.split(submit_line(old)) if name != "all" else _through_a_shell(submit_line(old))
        assert main(words[1:]) == 0
        new = yard.job("last")
        assert _wishes(yard, new) == _wishes(yard, old)


def _through_a_shell(line: str) -> list[str]:
    import subprocess

    script = f"words() {{ for word; do printf '%s\\0' \"$word\"; done; }}; words {line}"
    return subprocess.run(["bash", "-c", script], capture_output=True, check=True).stdout.decode().split("\0")[:-1]


def _wishes(yard: Yard, job: Job) -> tuple[object, ...]:
    spec = yard.wish(job.id)._replace(env={}, umask=0, fields={})
    command = job.fields["command"]
    words = ["sh", "-c", command] if isinstance(command, str) else command
    return spec, words, [(edge.id, edge.after) for edge in job.depends_on]


def test_a_job_of_another_kind_is_cloned(yard_home: Path) -> None:
    """What submit cannot say is said by clone; its command line is the summary."""
    with Yard.open(yard_home) as yard:
        job = yard.job(yard.submit(JobSpec({"code": "print(1)"}, kind="eval", cwd="/")).id)
        assert submit_line(job) == f"jobyard clone {job.id}"
        assert command_line(job) == job.command


def test_an_element_keeps_its_index(yard_home: Path) -> None:
    """One element of an array becomes a job of its own that knows its index."""
    with Yard.open(yard_home) as yard:
        first = yard.submit(JobSpec({"command": ["echo", "{i}"]}, array="4-5", cwd="/")).id.partition("[")[0]
        line = submit_line(yard.job(f"{first}[5]"))
        assert line.endswith("--cwd / --env JOBYARD_ARRAY_INDEX=5 -- echo 5")


def test_the_request_holds_the_very_bytes() -> None:
    """Control characters and bytes that are no text arrive as they are; none of them reaches the terminal itself."""
    asked = request("a\x1b[31m\udcff\ud800", {})
    assert asked.startswith("\x1b]52;c;")
    assert asked.endswith("\x07")
    assert base64.b64decode(request("a\x1b\udcff", {})[7:-1]) == b"a\x1b\xff"
    assert asked[7:-1].isalnum() or set(asked[7:-1]) <= set("+/=") | set(filter(str.isalnum, asked))


def test_tmux_is_asked_twice() -> None:
    """Once plainly, for set-clipboard on; once wrapped, its escapes doubled, for allow-passthrough on."""
    plain = request("x", {})
    assert request("x", {"TMUX": "/tmp/tmux"}) == plain + "\x1bPtmux;\x1b" + plain + "\x1b\\"


@pytest.mark.parametrize(
    ("env", "answer"),
    [({"TERM": "xterm"}, True), ({"TERM": "linux"}, False), ({"TERM": "linux", "TMUX": "x"}, True), ({}, True)],
)
def test_a_terminal_without_a_clipboard(env: dict[str, str], answer: bool) -> None:
    """The console has none, unless tmux runs on it."""
    assert has_clipboard(env) is answer


def test_what_is_said_of_a_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The text itself, cut where it is long; a word of caution for much text and for control characters."""
    monkeypatch.setenv("TERM", "xterm")
    assert copied_words(Thing("id", "JOB-1")) == ("Copied the id: JOB-1", "information")
    text, severity = copied_words(Thing("ids", "x" * (CAREFUL + 1)))
    assert len(text) < 600
    assert f"It has 74,995 bytes, and many terminals take no more than {CAREFUL:,}." in text
    assert severity == "warning"
    text, severity = copied_words(Thing("name", "a\x1b[2Jb"))
    assert "a␛[2Jb" in text
    assert "control characters" in text
    assert "control" not in copied_words(Thing("ids", "JOB-1\nJOB-2"))[0]
    monkeypatch.setenv("TERM", "linux")
    monkeypatch.delenv("TMUX", raising=False)
    assert copied_words(Thing("id", "JOB-1"))[0] == "This terminal has no clipboard. The id: JOB-1"


@pytest.mark.parametrize(
    ("downs", "words"),
    [(3, "jobyard submit -n align-033 "), (4, "/home/lab1/experiments"), (5, "align-033")],
)
async def test_more_of_a_job(fake: FakeYard, downs: int, words: str) -> None:
    """The submit line, the folder and the name; the menu shows what will be copied."""
    async with opened(fake) as app:
        await app.press("y")
        await app.shown("submit line")
        await app.shown(words)
        await app.press(*["down"] * downs, "enter")
        await app.said("Copied the ")
        assert app.app.clipboard.startswith(words)


async def test_the_ids_of_marked_jobs(fake: FakeYard) -> None:
    """With marks, and with a range, it is all their ids: in a line for a command, or a line each."""
    async with opened(fake) as app:
        await app.press("space", "space", "y")
        await app.shown("ids of 2 jobs")
        await app.press("enter")
        await app.said("Copied the ids of 2 jobs")
        assert app.app.clipboard == "JOB-20261122-00033 JOB-20261122-00034"
        await app.press("escape", "v", "j", "y")
        await app.shown("ids of 2 jobs")
        await app.press("down", "enter")
        await app.until(lambda: "\n" in app.app.clipboard)
        assert len(app.app.clipboard.split("\n")) == 2


@pytest.mark.parametrize("tmux", ["", "/tmp/tmux-0/default,1,0"])
def test_the_bytes_on_the_terminal(yard_home: Path, tmux: str) -> None:
    """What the terminal gets is the request for the id, wrapped once more inside tmux."""
    with Yard.open(yard_home) as yard:
        id = yard.submit(JobSpec({"command": ["true"]}, name="one", cwd="/")).id
    with app_on(yard_home, "--no-worker", env={"TMUX": tmux}) as terminal:
        terminal.shown("one")
        terminal.keys("y")
        terminal.shown("submit line")
        terminal.keys("\r")
        wanted = request(id, {"TMUX": tmux}).encode()
        terminal.until(lambda: wanted in bytes(terminal.raw), "the request")
        terminal.shown("Copied the id")
        assert (b"\x1bPtmux;" in terminal.raw) is bool(tmux)
