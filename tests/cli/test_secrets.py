"""A job's environment stays where it is: no command prints it, no file but the store holds it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from tests.cli.conftest import Call, Result
from tests.running.badkit.lines import commands

CANARY = "canary-51c0ffee"
ENV = ("--env", f"WORD={CANARY}", "--env", f"API_TOKEN={CANARY}")

# Every command, in an order in which all of them have something to do; those in THERE print JSON too.
LINES = (
    "list", "list --all", "show ok", "show ok --provenance", "show running", "logs ok", "why waits", "graph ok",
    "graph ok --dot", "timeline", "top --once", "history", "history ok", "history --user ada", "diff ok bad", "failed",
    "wait ok bad", "priority waits 3", "move waits --top", "after add waits ok", "after cut waits ok", "hold waits",
    "undo", "redo", "optimize", "release waits", "clone ok", "requeue bad", "cancel waits", "session create lab",
    "queue create lab/q", "queue list", "queue set lab/q --slots 2", "queue pause lab/q", "queue resume lab/q",
    "queue end lab/q", "queue remove lab/q", "session list", "session end lab", "resource list",
    "resource set qick --new --capacity 1", "resource lock qick --note x", "resource unlock qick",
    "worker list --all", "worker stop", "worker drain", "worker start nonsense", "worker attach", "worker detach",
    "worker install nonsense", "worker uninstall nonsense", "init", "config-check", "doctor", "keys",
    "config types", "config list", "config push hardware_config nowhere.yml", "config show hardware_config",
    "config pull hardware_config", "config main hardware_config", "config diff hardware_config", "config check",
    "config history hardware_config", "data list", "data find start=0", "data show ok", "data tree ok",
    "data export ok", "data diff ok bad", "data path ok", "experiment lab.rabi:Rabi start=0",
    "cleanup --keep-days 9", "demo --open", "completion bash", "run nowhere.json", "submit -- true",
)  # fmt: skip


@pytest.fixture
def yard(call: Call, work: Callable[[], None], yard_home: Path) -> Call:
    """A yard in which jobs with a secret have completed, failed, and wait."""
    script = "echo out; echo err >&2"
    assert call("submit", "-n", "ok", *ENV, "--on-end", f"cat >> {yard_home}/told", "--", "sh", "-c", script).code == 0
    assert call("submit", "-n", "bad", *ENV, "--", "sh", "-c", script + "; exit 3").code == 0
    assert call("submit", "-n", "nowhere", *ENV, "--cwd", "/nonexistent", "--", "true").code == 0
    work()
    for name in ("running", "waits"):
        assert call("submit", "-n", name, *ENV, "--hold", "--", "sleep", "9").code == 0
    return call


def quiet(result: Result) -> bool:
    """Whether it says nothing of it."""
    return CANARY not in result.out + result.err


def test_no_command_prints_an_environment(yard: Call) -> None:
    """All commands, with and without --json, whether they can do what was asked or not."""
    leaves = {words for words, command in commands() if words and not isinstance(command, click.Group)}
    tried = {words for words in leaves for line in LINES if line.split()[: len(words)] == list(words)}
    assert leaves - tried - {("backup",)} == set()
    for line in LINES:
        for more in ([], ["--json"]):
            result = yard(*line.split(), *more)
            assert quiet(result), (line, more)
            assert "mistake in jobyard" not in result.err, (line, result.err)


def test_whoever_asks_for_the_environment_is_shown_no_secret(yard: Call) -> None:
    """`show --environment` is the one way to it: plain variables as they are, of secrets the name."""
    for more in ([], ["--json"]):
        shown = yard("show", "ok", "--environment", *more).out
        assert shown.count(CANARY) == 1
    assert yard("show", "ok", "--environment", "--json").json["API_TOKEN"] == "***"


def test_no_file_but_the_store_holds_it(yard: Call, yard_home: Path, tmp_path: Path) -> None:
    """Neither logs of worker and keeper, nor attempts' folders, nor what an on_end command reads; a backup is 0600."""
    assert "completed" in (yard_home / "told").read_text()
    held = [path for path in yard_home.rglob("*") if path.is_file() and CANARY.encode() in path.read_bytes()]
    assert {path.name for path in held} <= {"jobyard.db", "jobyard.db-wal"}
    assert len(held) >= 1
    copy = tmp_path / "copy.db"
    assert quiet(yard("backup", copy))
    assert copy.stat().st_mode & 0o077 == 0


def test_no_process_is_told_by_its_arguments(yard: Call, process: Call, worker: subprocess.Popen[bytes]) -> None:
    """While a job with a secret runs, no command line on the machine holds it."""
    assert process("submit", "-n", "long", *ENV[:0], "--", "sh", "-c", "sleep 600 & wait", env=_with_secret()).code == 0
    while yard("show", "long", "--json").json["state"] != "running":
        assert worker.poll() is None
    told = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()]
    assert any(b"sleep\x00600" in line for line in told)
    assert not any(CANARY.encode() in line for line in told)
    assert yard("cancel", "long").code == 0
    assert yard("wait", "long").code == 125


def _with_secret() -> dict[str, str]:
    import os

    return {**os.environ, "WORD": CANARY}


@pytest.mark.parametrize(
    "words",
    [
        ["--env", CANARY],
        ["--env", f"={CANARY}"],
        ["--env", f"A\udcff={CANARY}"],
        ["--env", f"A={CANARY}\udcff"],
        ["--env", f"A={CANARY}", "--priority", "none"],
        ["--env", f"A={CANARY}", "-n", "17"],
        ["--env", f"A={CANARY}", "-q", "nowhere"],
        ["--env", f"A={CANARY}", "--after", "nobody"],
    ],
)
def test_errors_quote_no_value(call: Call, words: list[str]) -> None:
    """What is wrong with a variable, or with anything else beside one, is told without its value."""
    result = call("submit", *words, "--", "true")
    assert quiet(result)
    assert "mistake in jobyard" not in result.err
    assert result.err.count("\n") == 1


@pytest.mark.parametrize(
    "env",
    [CANARY, [CANARY], {"A": [CANARY]}, {"A": {"B": CANARY}}, {"A=B": CANARY}, {"": CANARY}, {"A": f"{CANARY}\0"},
     {"A": f"{CANARY}\ud800"}, {"A\0": CANARY}],
)  # fmt: skip
def test_errors_of_files_quote_no_value(call: Call, tmp_path: Path, env: object) -> None:
    """Neither do those of a job file."""
    path = tmp_path / "jobs.jsonl"
    path.write_text(json.dumps({"command": ["true"], "env": env}) + "\n")
    result = call("submit", "--file", path)
    assert (result.code, result.err.count("\n")) == (2, 1), result
    assert quiet(result)
