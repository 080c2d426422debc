"""Names, notes and output are data: whatever they hold, no command lets the terminal obey them."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import shlex
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Call, command

EVIL = "\x1b[31mred\x1b[0m\x1b]0;title\x07\x9b2J\r\n\t\u202etxt\u2028\ufeff$(touch pwned)`id`;'\"%s{0}\U000e0041"
RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]")
LANE = "a%s{0}[red]'\"$(touch pwned)"  # names of queues and sessions hold no control characters and no slash
# ID stands for the job's id.
LINES = (
    "list", "list --all", "show ID", "show ID --provenance", "show ID --environment", "why ID", "graph ID",
    "graph ID --dot",
    "top --once", "history", "history ID", "diff ID OTHER", "failed", "wait OTHER", "queue list", "session list",
    "resource list", "worker list --all", "config-check", "doctor", "cleanup --keep-days 9 --dry-run", "hold ID",
    "hold ID",
    "release ID", "priority ID 3", "move ID --top", "after add ID OTHER", "after cut ID OTHER", "undo", "redo",
    "clone ID",
    "cancel ID", "requeue ID", "requeue OTHER",
)  # fmt: skip


@pytest.fixture
def hostile(call: Call, work: Callable[[], None], yard_home: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """A yard in which everything that a person may choose is hostile; a pending and a failed job of it."""
    monkeypatch.setenv("LOGNAME", EVIL)
    monkeypatch.setenv("USER", EVIL)
    assert call("session", "create", LANE).code == 0
    assert call("queue", "create", f"{LANE}/{LANE}", "--instructions", EVIL).code == 0
    assert call("resource", "set", "qick", "--new", "--capacity", 1).code == 0
    options = ["-n", EVIL, "--env", f"{EVIL.replace('=', '')}={EVIL}", "--unique", EVIL]
    folder = yard_home.parent / EVIL.replace("/", "").replace("\0", "")[:60]
    folder.mkdir()
    script = "printf '%s' \"$1\"; printf '%s' \"$1\" >&2; exit 3"
    other = call(
        "submit",
        *options,
        "--cwd",
        folder,
        "--on-end",
        f"echo {shlex.quote(EVIL)}; false",
        "--",
        "sh",
        "-c",
        script,
        EVIL,
        EVIL,
    ).id
    work()
    id = call(
        "submit", *options, "-q", f"{LANE}/{LANE}", "--hold", "--need", "qick=1", "--after-any", other, "--", EVIL, EVIL
    ).id
    assert call("resource", "lock", "qick", "--note", EVIL).code == 0
    return id, other


def test_no_command_prints_a_control_character(
    call: Call, hostile: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every command, in text and with --json, at any width."""
    id, other = hostile
    for columns in ("", "80", "40"):
        monkeypatch.setenv("COLUMNS", columns)
        for line in LINES:
            words = line.replace("ID", id).replace("OTHER", other).split()
            for more in ([], ["--json"]):
                result = call(*words, *more)
                found = RAW.findall(result.out + result.err)
                assert found == [], (line, more, result)
                assert "mistake in jobyard" not in result.err, (line, result)
                if more and result.out and result.code in (0, 1):
                    json.loads(result.out)
    assert not list(Path.cwd().rglob("pwned"))


def test_errors_show_what_they_quote(call: Call, hostile: tuple[str, str]) -> None:
    """A word that is refused is quoted, and made visible."""
    for words in (
        ["show", "x" + EVIL], ["list", "--queue", EVIL], ["list", "--state", EVIL], ["submit", "-q", EVIL, "--",
        "true"],
        ["submit", "--need", EVIL, "--", "true"], ["submit", "--at", EVIL, "--", "true"], ["queue", "create", EVIL],
        ["submit", "-p", EVIL, "--", "true"], ["session", "create", EVIL], ["resource", "lock", EVIL],
        ["completion", EVIL],
        [EVIL], ["list", "--" + EVIL], ["run", EVIL], ["submit", "--file", EVIL], ["--yard", f"/proc/none/{EVIL}",
        "list"],
        ["submit", "--array", EVIL, "--", "true"], ["cleanup", "--keep-days", EVIL], ["worker", "stop", EVIL],
        ["--screen", EVIL], ["init", "--group", EVIL], ["backup", f"/proc/none/{EVIL}"],
    ):  # fmt: skip
        result = call(*words)
        assert result.code in (1, 2), words
        assert RAW.findall(result.out + result.err) == [], words
        assert result.err.count("\n") == 1, result.err


def test_on_a_terminal_only_our_own_colours_are_there(call: Call, hostile: tuple[str, str]) -> None:
    """On a terminal, where colours are on, the sequences are jobyard's: SGR and nothing else; so with logs."""
    id, other = hostile
    for words in (
        ["list", "--all"],
        ["show", id],
        ["logs", other],
        ["logs", other, "--stderr"],
        ["failed"],
        ["history", id],
    ):
        shown = on_a_terminal(words)
        assert shown
        plain = re.sub(r"\x1b\[(?:\d+(?:;\d+)*)?m", "", shown.replace("\r\n", "\n"))
        assert RAW.findall(plain) == [], (words, plain)


def on_a_terminal(words: list[str]) -> str:
    """What a command writes to a terminal."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        command(*words), stdin=theirs, stdout=theirs, stderr=theirs, env={**os.environ, "TERM": "xterm"}
    ) as one:
        os.close(theirs)
        found, deadline = b"", time.monotonic() + 30
        while time.monotonic() < deadline:
            if select.select([ours], [], [], 0.05)[0]:
                try:
                    found += os.read(ours, 65536)
                except OSError:  # it has ended
                    break
            elif one.poll() is not None:
                break
    os.close(ours)
    return found.decode(errors="replace")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_offers_nothing_that_a_shell_would_run(
    call: Call, hostile: tuple[str, str], shell: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Names with anything but plain characters are not offered: shells put them on the line as they are."""
    for line in (
        "jobyard show ",
        "jobyard submit -q ",
        "jobyard submit --after ",
        "jobyard queue pause ",
        "jobyard cancel ",
    ):
        monkeypatch.setenv("_JOBYARD_COMPLETE", f"{shell}_complete")
        monkeypatch.setenv("COMP_WORDS", line)
        monkeypatch.setenv("COMP_CWORD", str(len(line.split())))
        told = call()
        assert told.err == ""
        assert not set("$`;'\"&|<>()") & set(told.out.replace("\\t", ""))
        assert "pwned" not in told.out
