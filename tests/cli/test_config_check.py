"""``config-check``, and what a queue allows, from the command line."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.cli.conftest import Call, one_line

BROKEN = "kill_grace: 5s\nqueues:\n  gpu: {slotz: 2}\n"


@pytest.fixture
def file(yard_home: Path, call: Call) -> Path:
    """The settings of a yard that exists."""
    assert call("init").code == 0
    return yard_home / "jobyard.yml"


def origins(call: Call) -> dict[str, str]:
    return {one["name"]: one["origin"] for one in call("config-check", "--json").json["settings"]}


def test_init_puts_the_commented_file_into_the_yard(file: Path, call: Call):
    """A new yard has the file that ships, for its owner alone, and all of it is default; it is never overwritten."""
    assert file.read_text() == (Path(__file__).parents[2] / "config" / "jobyard.yml").read_text()
    assert file.stat().st_mode & 0o777 == 0o600
    assert set(origins(call).values()) == {"default"}
    file.write_text("kill_grace: 9s\n")
    call("init")
    assert file.read_text() == "kill_grace: 9s\n"


def test_no_other_command_writes_settings(yard_home: Path, call: Call):
    """Any command makes a yard; only init makes its settings."""
    call("submit", "--", "true")
    assert not (yard_home / "jobyard.yml").exists()


def test_every_value_is_told_with_its_origin(file: Path, call: Call, monkeypatch: pytest.MonkeyPatch):
    """Default, line of the file, variable, or by hand and by whom with what the file says."""
    monkeypatch.setenv("JOBYARD_HEARTBEAT", "9s")
    file.write_text("kill_grace: 9s\nqueues:\n  gpu: {slots: 2, policy: shortest}\nresources: {qick: 1}\n")
    call("queue", "set", "gpu", "--slots", "4")
    shown = call("config-check")
    assert shown.code == 0
    lines = [" ".join(line.split()) for line in shown.out.splitlines()]
    assert "kill_grace jobyard.yml:1 9s" in lines
    assert "heartbeat environment JOBYARD_HEARTBEAT 9s" in lines
    assert "log_cap default 256M" in lines
    assert any(
        line.startswith("queue gpu slots by hand by ") and line.endswith("; the file says 2 4") for line in lines
    )
    assert "queue gpu policy jobyard.yml:3 shortest" in lines
    assert "resource qick capacity jobyard.yml:4 1" in lines


def test_json_has_the_documented_keys(file: Path, call: Call):
    """``config-check --json``."""
    file.write_text("queues: {gpu: {slots: 2}}\nresources: {qick: 1}\n")
    found = call("config-check", "--json").json
    assert set(found) == {"file", "problems", "settings", "queues", "resources", "configs", "variables", "spack"}
    assert set(found["settings"][0]) == {"name", "value", "shown", "origin", "live"}
    assert set(found["queues"][0]) == {"name", "values"}
    assert set(found["queues"][0]["values"][0]) == {"name", "value", "origin", "file"}
    assert set(found["spack"]) == {"where", "version", "why"}


def test_a_broken_file_is_told_by_every_command_and_stops_none(file: Path, call: Call):
    """One line on stderr with file, line, reason and the nearest key; the command does its work."""
    file.write_text(BROKEN)
    for words in (["submit", "--hold", "--", "true"], ["list"], ["queue", "list", "--json"]):
        result = call(*words)
        assert result.code == 0
        assert result.out
        told = [line for line in result.err.splitlines() if "jobyard.yml" in line]
        why = "jobyard.yml, line 3: `slotz` is no key of a queue. Did you mean slots? The settings of before hold."
        assert told == [f"jobyard: {why}"]


def test_config_check_ends_with_2_and_lists_every_mistake(file: Path, call: Call):
    """Of the yard's file: what holds on stdout, the mistakes on stderr."""
    file.write_text(BROKEN + "retrys: 1\n")
    result = call("config-check")
    assert result.code == 2
    assert "kill_grace" in result.out
    assert [line.split(":")[1] for line in result.err.splitlines()] == [" jobyard.yml, line 3", " jobyard.yml, line 4"]


def test_a_file_is_checked_before_it_is_used(tmp_path: Path, yard_home: Path, call: Call):
    """``config-check FILE`` needs no yard and makes none; what it declares is shown with its lines."""
    path = tmp_path / "new.yml"
    path.write_text("queues:\n  gpu: {slots: 2}\n")
    result = call("config-check", path)
    assert result.code == 0
    assert f"{path}:2" in result.out
    path.write_text(BROKEN)
    broken = call("config-check", path)
    assert (broken.code, broken.out) == (2, "")
    assert broken.err == f"jobyard: {path}, line 3: `slotz` is no key of a queue. Did you mean slots?\n"
    assert "cannot be read" in one_line(call("config-check", tmp_path / "none.yml"))
    assert not yard_home.exists()


def test_variables_of_the_originals_are_told(file: Path, call: Call, monkeypatch: pytest.MonkeyPatch):
    """What became of each that is set."""
    monkeypatch.setenv("WORKER_CHECK_INTERVAL", "10.0")
    monkeypatch.setenv("MAX_WORKER_HEARTBEAT_AGE", "60.0")
    out = call("config-check").out
    assert "WORKER_CHECK_INTERVAL (Spack installer) is not needed" in out
    assert "MAX_WORKER_HEARTBEAT_AGE (Spack installer) taken for hung_after" in out


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("spack() { echo '0.23.1 (abc)'; }", "spack: "),
        ("exit 3", "ended with 3"),
        ("", "spack: "),
    ],
)
def test_spack_is_asked_and_never_a_reason_to_fail(
    file: Path, call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, told: str
):
    """Found or not, whatever it does: a line, and exit code 0."""
    setup = tmp_path / "setup env.sh"
    setup.write_text(script + "\n")
    monkeypatch.setenv("SPACK_SETUP_SCRIPT", str(setup))
    result = call("config-check")
    assert result.code == 0
    assert told in result.out
    assert str(setup) in result.out


def test_spack_says_its_version(file: Path, call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """``spack --version``, by the setup script or from the PATH."""
    program = tmp_path / "bin" / "spack"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n[ \"$1\" = --version ] && echo '0.23.1 (abc)'\n")
    program.chmod(0o755)
    setup = tmp_path / "setup-env.sh"
    setup.write_text(f'PATH="{program.parent}:$PATH"\n')
    file.write_text(f"spack_setup: {setup}\n")
    assert f"spack: 0.23.1 (abc) ({setup})" in call("config-check").out
    file.write_text("")
    monkeypatch.delenv("SPACK_ROOT", raising=False)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    assert call("config-check", "--json").json["spack"]["version"] == "0.23.1 (abc)"


# -- what a queue allows ------------------------------------------------------------------------------------


def test_a_queue_is_set_by_hand_and_back(file: Path, call: Call):
    """By hand wins over the file and says so, ``--as-declared`` is the way back."""
    file.write_text("queues: {gpu: {slots: 2, policy: shortest}}\n")
    shown = call("queue", "set", "gpu", "--slots", "4", "--policy", "chain").out
    assert "slots 4 (by hand; jobyard.yml says 2)" in shown
    assert "slots 4 (by hand; jobyard.yml says 2)" in call("queue", "list").out
    back = call("queue", "set", "gpu", "--as-declared", "--json").json
    assert (back["slots"], back["policy"], back["by_hand"]) == (2, "shortest", {})
    assert back["declared"] == {"slots": 2, "policy": "shortest"}


def test_rules_of_a_queue_are_shown_and_taken_away(call: Call):
    """Policy, limits and retention are set, listed, and go with ``none``."""
    call(
        "queue",
        "create",
        "gpu",
        "--policy",
        "shortest",
        "--time-limit",
        "2h",
        "--limit-factor",
        "2",
        "--retention",
        "30d",
    )
    (found,) = [one for one in call("queue", "list", "--json").json if one["name"] == "gpu"]
    assert (found["policy"], found["time_limit"], found["limit_factor"], found["retention"]) == (
        "shortest", 7200.0, 2.0, 30 * 86_400.0,
    )  # fmt: skip
    assert "estimate × 2 or 2h" in call("queue", "list").out
    again = call(
        "queue", "set", "gpu", "--limit-factor", "none", "--time-limit", "none", "--retention", "never", "--json"
    )
    assert (again.json["time_limit"], again.json["limit_factor"]) == (None, None)
    assert again.json["retention"] == 36_500 * 86_400.0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--policy", "longest"], "There is no policy longest"),
        (["--limit-factor", "-1"], "limit-factor"),
        (["--limit-factor", "nan"], "limit-factor"),
        (["--time-limit", "soon"], "soon"),
        (["--as-declared"], "not declared"),
        (["--as-declared", "--slots", "2"], "alone"),
        ([], "nothing to set"),
    ],
)
def test_what_a_queue_cannot_be_is_told(call: Call, words: list[str], told: str):
    """One line, exit code 2."""
    call("queue", "create", "gpu")
    assert told in one_line(call("queue", "set", "gpu", *words))


@pytest.mark.parametrize(
    ("words", "rules", "told"),
    [
        (["--time-limit", "1h", "--estimate", "10m"], ["--limit-factor", "2"], "1h"),
        (["--estimate", "10m"], ["--limit-factor", "2", "--time-limit", "1h"], "20m (estimate 10m × 2)"),
        ([], ["--limit-factor", "2", "--time-limit", "1h"], "1h (of its queue)"),
        (["--estimate", "10m"], ["--retention", "1d"], ""),
    ],
)
def test_the_time_limit_in_force_is_shown_with_its_source(call: Call, words: list[str], rules: list[str], told: str):
    """The job's own, else its estimate times the factor, else the queue's; an estimate alone limits nothing."""
    call("queue", "create", "gpu", *rules)
    job = call("submit", "-q", "gpu", *words, "--", "true").id
    shown = [" ".join(line.split()) for line in call("show", job).out.splitlines()]
    assert [line for line in shown if line.startswith("time limit")] == ([f"time limit {told}"] if told else [])


def test_doctor_tells_of_settings_that_cannot_be_used(file: Path, call: Call):
    """A warning with the line, and none when they are fine."""
    assert not [one for one in call("doctor", "--json").json if "settings" in one["what"] and one["level"] != "ok"]
    file.write_text(BROKEN)
    told = [one for one in call("doctor", "--json").json if "slotz" in one["what"]]
    assert [one["level"] for one in told] == ["warn"]
