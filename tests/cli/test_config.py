"""``jobyard config``: what it says and how it ends."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Call, one_line

VERSION = "id type main created_at created_by job filename size checksum path attempts"
TYPE = "hardware_config"
CHANGE = "type version at by way"
DRIFT = "type state file main why wrong"
KIND = "name code file schema main set_at set_by versions state why"


@pytest.fixture
def file(call: Call, yard_home: Path, tmp_path: Path) -> Path:
    """The file of the type, which the settings name."""
    path = tmp_path / "hw.yml"
    path.write_text("device:\n  qubit: {f_ge: 4.8, sigma: 0.035}\n")
    call("init")
    (yard_home / "jobyard.yml").write_text(f"configs: {{{TYPE}: {{file: {path}}}}}\n")
    return path


@pytest.fixture
def two(call: Call, file: Path) -> tuple[str, str]:
    """Two versions; the second is main and on disk."""
    first = call("config", "push", TYPE, file, "--json").json["version"]["id"]
    file.write_text("device:\n  qubit: {f_ge: 4.85, sigma: 0.035, n: 1}\n")
    return first, call("config", "push", TYPE, file, "--json").json["version"]["id"]


def test_push_says_what_it_did(call: Call, file: Path, tmp_path: Path):
    """The version, what was main before, how many values changed; the same again is no change; exit 0."""
    first = call("config", "push", TYPE, file)
    one = first.out.split()[0]
    assert (first.code, first.out) == (0, f"{one} is main {TYPE} now\n")
    file.write_text("device:\n  qubit: {f_ge: 4.85, sigma: 0.035, n: 1}\n")
    second = call("config", "push", TYPE, file).out
    two = second.split()[0]
    assert second == f"{two} is main {TYPE} now, before it {one}; 2 values changed\n"
    again = call("config", "push", TYPE, file)
    assert (again.code, again.out) == (0, f"Nothing changed: {two} has these very bytes and is main {TYPE}\n")
    draft = tmp_path / "draft.yml"
    draft.write_text("a: 1\n")
    kept = call("config", "push", "--no-main", TYPE, draft)
    assert kept.out.endswith(f"is kept; main {TYPE} stays {two}; 4 values changed\n")
    assert call("config", "main", TYPE).out == two + "\n"


def test_a_push_of_a_file_that_is_not_watched_says_how_to_watch_it(call: Call, file: Path, tmp_path: Path):
    """The line that it prints does it: after that drift is told, and a push says no more of it."""
    other = tmp_path / "lo.yml"
    other.write_text("a: 1\n")
    told = call("config", "push", "multiphoton_config", other).err
    assert "To be told when lo.yml changes, in " in told
    assert f'configs: {{multiphoton_config: {{file: "{other}"}}}}' in told
    assert call("config", "push", TYPE, file).err == ""


def test_push_reads_stdin(call: Call, file: Path, monkeypatch: pytest.MonkeyPatch):
    """- is stdin, called like the type's file."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"device: {}\n")))
    pushed = call("config", "push", TYPE, "-", "--json").json
    assert set(pushed) == {"version", "existed", "before", "changed"}
    assert set(pushed["version"]) == set(VERSION.split())
    assert (pushed["version"]["filename"], pushed["existed"], pushed["before"]) == ("hw.yml", False, None)


def test_what_may_not_become_main_is_refused(call: Call, file: Path):
    """A broken file is told with its line, and stays out; --no-main keeps it all the same."""
    file.write_text("device:\n  - [\n")
    assert "hw.yml cannot become the main hardware_config. Line 3: it is no YAML" in one_line(
        call("config", "push", TYPE, file)
    )
    assert call("config", "list", "--json").json == []
    assert call("config", "push", "--no-main", TYPE, file).code == 0


def test_list_is_newest_first_with_a_limit(call: Call, two: tuple[str, str]):
    """The newest first, main marked; what a limit hides is said."""
    listed = call("config", "list", TYPE, "--json").json
    assert [(version["id"], version["main"]) for version in listed] == [(two[1], True), (two[0], False)]
    assert all(set(version) == set(VERSION.split()) for version in listed)
    some = call("config", "list", "--limit", 1)
    assert (len(some.out.splitlines()), "● main" in some.out) == (2, True)
    assert some.err == "jobyard: There are more than 1; all of them: --all\n"
    assert len(call("config", "list", "--all", "--limit", 1).out.splitlines()) == 3
    assert "There is no version of man1_storage_swap yet" in call("config", "list", "man1_storage_swap").err


def test_show_tells_all_about_a_version(call: Call, two: tuple[str, str], yard_home: Path):
    """Where it came from and what ran with it; a damaged one is told to be."""
    shown = call("config", "show", two[0], "--json").json
    assert set(shown) == {*VERSION.split(), "damage", "runs"}
    assert (shown["damage"], shown["runs"], shown["filename"]) == (None, [], "hw.yml")
    path = yard_home / shown["path"]
    path.chmod(0o600)
    path.write_text("other")
    assert "✗ damaged: its file does not have the SHA-256" in call("config", "show", two[0]).out
    checked = call("config", "check")
    assert checked.code == 1
    assert "✗ damaged" in checked.out


def test_diff_ends_like_diff(call: Call, two: tuple[str, str], file: Path, tmp_path: Path):
    """0 the same, 1 they differ, 2 trouble; lines by default, values with --changes; every kind of side."""
    assert call("config", "diff", TYPE).code == 0
    assert call("config", "diff", two[1], TYPE).out == ""
    found = call("config", "diff", *two)
    assert found.code == 1
    assert found.out.splitlines()[:3] == [f"--- {two[0]}", f"+++ {two[1]}", "@@ -1,2 +1,2 @@"]
    changes = call("config", "diff", *two, "--changes")
    assert changes.out.splitlines() == ["  device.qubit.f_ge  4.8 → 4.85", "+ device.qubit.n     1"]
    file.write_text("device: {}\n")
    told = call("config", "diff", TYPE, "--json").json
    assert set(told) == {"one", "other", "same", "lines", "changes", "why"}
    assert (told["same"], told["changes"][0]) == (False, {"path": "device.qubit.f_ge", "before": "4.85", "after": None})
    assert call("config", "diff", file, "--changes").out == call("config", "diff", TYPE, "--changes").out
    assert call("config", "diff", two[0], tmp_path / "none.yml").code == 2
    assert "The settings name none" in one_line(call("config", "diff", "multiphoton_config"))
    assert "The nearest is hardware_config" in one_line(call("config", "diff", "hardware_confg"))


def test_a_diff_without_values_shows_its_lines(call: Call, two: tuple[str, str], file: Path):
    """--changes of what cannot be parsed, or of what is only written otherwise, says so."""
    file.write_text("device:\n  qubit: {f_ge: 4.850, n: 1, sigma: 0.035}\n")
    found = call("config", "diff", TYPE, "--changes")
    assert (found.code, found.out, found.err) == (1, "", "jobyard: No value differs, only how they are written.\n")
    file.write_text("device: [\n")
    found = call("config", "diff", TYPE, "--changes")
    assert "Values are not compared: " in found.err
    assert "hw.yml: line 2: it is no YAML" in found.err
    assert "+device: [" in found.out.splitlines()


def test_main_is_shown_set_and_taken_back(call: Call, two: tuple[str, str]):
    """TYPE alone says which; with a version it is set, and the way back is told; the history tells all of it."""
    assert call("config", "main", TYPE).out == two[1] + "\n"
    said = call("config", "main", TYPE, two[0]).out
    assert said == f"{two[0]} is main {TYPE} now, before it {two[1]}; take it back: jobyard undo\n"
    assert call("config", "main", TYPE, two[0]).out.startswith("Nothing changed: ")
    assert call("undo").out.startswith(f"undid: config main of {TYPE}")
    history = call("config", "history", TYPE, "--json").json
    assert all(set(change) == set(CHANGE.split()) for change in history)
    assert [(change["version"], change["way"]) for change in history] == [
        (two[1], "undo"), (two[0], None), (two[1], None), (two[0], None)
    ]  # fmt: skip
    assert "undo" in call("config", "history", TYPE).out.splitlines()[1]
    assert "is no version of multiphoton_config" in one_line(call("config", "main", "multiphoton_config", two[0]))
    assert set(call("config", "main", TYPE, two[0], "--json").json) == {*VERSION.split(), "before"}


def test_pull_replaces_nothing_unasked(call: Call, two: tuple[str, str], file: Path, tmp_path: Path):
    """To the type's file, to a path, to stdout; a file that holds something else only with --force."""
    assert call("config", "pull", TYPE).out == f"{two[1]} is in {file}\n"
    assert "--force" in one_line(call("config", "pull", two[0]))
    assert call("config", "pull", two[0], "--force", "--json").json == {"version": two[0], "file": str(file)}
    assert file.read_text() == "device:\n  qubit: {f_ge: 4.8, sigma: 0.035}\n"
    assert call("config", "pull", TYPE, tmp_path / "x.yml").code == 0
    assert call("config", "pull", TYPE, "-", "--json").json["text"].startswith("device:\n")


def test_pull_gives_the_very_bytes(process: Call, two: tuple[str, str], file: Path):
    """- writes what was pushed to stdout, and nothing else."""
    assert process("config", "pull", TYPE, "-").out == file.read_text()


def test_types_and_check_tell_how_the_disk_stands(call: Call, two: tuple[str, str], file: Path):
    """The state of every type; check ends with 1 as soon as something is wrong."""
    types = {kind["name"]: kind for kind in call("config", "types", "--json").json}
    assert set(types[TYPE]) == set(KIND.split())
    assert (types[TYPE]["state"], types[TYPE]["main"], types[TYPE]["versions"]) == ("same", two[1], 2)
    assert types["multiphoton_config"]["state"] == "no main"
    assert call("config", "check").code == 0
    assert "no file of a config differs" in call("doctor").out
    file.write_text("device: {}\n")
    assert "≠ differs" in call("config", "types").out
    assert "differs from main hardware_config" in call("doctor").out
    told = call("config", "check", TYPE, "--json")
    assert told.code == 1
    (found,) = told.json
    assert set(found) == set(DRIFT.split())
    assert (found["state"], found["wrong"]) == ("differs", True)


def test_check_of_a_file_stores_nothing(call: Call, two: tuple[str, str], file: Path, tmp_path: Path):
    """A draft is checked as what it shall become; a valid one is fine though it is not main."""
    draft = tmp_path / "draft.yml"
    draft.write_text("- 1\n")
    assert call("config", "check", draft, "--type", TYPE).code == 1
    assert call("config", "check", draft).code == 0
    draft.write_text("a: 1\n")
    (found,) = call("config", "check", draft, "--type", TYPE, "--json").json
    assert (found["state"], found["wrong"]) == ("valid", False)
    assert call("config", "check", file, "--json").json[0]["state"] == "same"
    assert len(call("config", "list", "--json").json) == 2
    assert one_line(call("config", "check", tmp_path / "none.yml"))


def test_the_two_checks_name_each_other(call: Call):
    """config-check is about settings, config check about configs; each help says so."""
    assert "config-check" in call("config", "check", "--help").out
    assert "jobyard config check" in call("config-check", "--help").out


def test_the_settings_tell_the_types_that_they_declare(call: Call, file: Path):
    """config-check lists a type's keys with their line."""
    assert any(line.split() == ["config", TYPE, "file", "jobyard.yml:1", str(file)] for line in settings(call))


def settings(call: Call) -> list[str]:
    return call("config-check").out.splitlines()


def completed(monkeypatch: pytest.MonkeyPatch, call: Call, line: str) -> list[Any]:
    words = line.split(" ")
    monkeypatch.setenv("_JOBYARD_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", line)
    monkeypatch.setenv("COMP_CWORD", str(len(words) - 1))
    return [tuple(found.split(",", 1)) for found in call().out.splitlines()]


def test_types_versions_and_files_are_completed(call: Call, two: tuple[str, str], monkeypatch: pytest.MonkeyPatch):
    """TYPE completes types, a REF versions as well, a side of a diff files too."""
    assert completed(monkeypatch, call, "jobyard config push hard") == [("plain", TYPE)]
    assert completed(monkeypatch, call, f"jobyard config main {TYPE} CFG") == [("plain", one) for one in two[::-1]]
    assert completed(monkeypatch, call, "jobyard config show h") == [("plain", TYPE)]
    assert completed(monkeypatch, call, "jobyard config diff ./x") == [("file", "./x")]
