"""``jobyard keys``: the actions with their keys, and the check of the file that changes them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from jobyard.tui.registry import ACTIONS, SCREENS
from tests.cli.conftest import Call


@pytest.fixture
def keys_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where it looks for the keymap in this test."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    path = tmp_path / "jobyard" / "keys.yml"
    path.parent.mkdir()
    return path


def test_every_action_is_listed(call: Call, keys_file: Path):
    """Each action of each screen is a line with its keys, label and sentence; exit 0 without a file."""
    result = call("keys")
    assert result.code == 0
    lines = result.out.splitlines()
    for actions in SCREENS.values():
        for action in actions:
            assert any(action.id in line and action.tooltip in line and action.shown_key in line for line in lines)


def test_what_the_file_changed_is_told(call: Call, keys_file: Path):
    """A changed key is shown with what it was, a key that was taken away too, and the file is named."""
    keys_file.write_text("cancel: m\nhold: null\n")
    out = call("keys").out
    assert "m (was c)" in out
    assert "none (was H)" in out
    assert str(keys_file) in out


def test_json_says_what_changed(call: Call, keys_file: Path):
    """Every action once, with its screens, and which were changed."""
    keys_file.write_text("down: [f9, ^n]\n")
    answer = call("keys", "--json").json
    assert set(answer) == {"file", "problems", "actions"}
    found = {action["id"]: action for action in answer["actions"]}
    assert len(found) == len(answer["actions"])
    assert set(found["down"]) == {"id", "screens", "group", "label", "tooltip", "keys", "shipped", "changed"}
    assert (found["down"]["keys"], found["down"]["shipped"]) == (["f9", "^n"], ["j", "↓"])
    assert found["down"]["screens"] == list(SCREENS)
    assert [id for id, action in found.items() if action["changed"]] == ["down"]


def test_a_broken_file_is_exit_code_2(call: Call, keys_file: Path):
    """Every mistake is a line on stderr, in the order of the file; the keys are those that ship."""
    keys_file.write_text("cancle: x\nhold: p\n")
    result = call("keys", "--check")
    assert (result.code, result.out) == (2, "")
    first, second = result.err.splitlines()
    assert first.endswith("keys.yml, line 1: `cancle` is no action. Did you mean cancel?")
    assert second.endswith("line 2: p is the key of priority and of hold. Give priority another, or null.")
    assert not any(action["changed"] for action in call("keys", "--json").json["actions"])


def test_a_good_file_is_fine(call: Call, keys_file: Path, tmp_path: Path):
    """--check says so, also of a file that is not in its place yet, and of none."""
    assert "does not exist: all keys are as they ship." in call("keys", "--check").out
    other = tmp_path / "other.yml"
    other.write_text("cancel: m\n")
    result = call("keys", "--check", other)
    assert (result.code, result.out) == (0, f"{other} is fine: it changes the keys of 1 action.\n")
    assert call("keys", "--check", tmp_path / "nowhere.yml").code == 2


def test_the_example_changes_nothing(call: Call, keys_file: Path):
    """As printed it is empty; with all its lines in force it gives every action the keys that it has anyway."""
    example = call("keys", "--example").out
    keys_file.write_text(example)
    assert call("keys", "--check").out.endswith("fine: it changes the keys of 0 actions.\n")
    entries = [line.removeprefix("# ") for line in example.splitlines() if line.split("#")[1:2] and ": " in line]
    keys_file.write_text("\n".join(line for line in entries if line.split(":")[0] in {a.id for a in ACTIONS}))
    assert call("keys", "--check").out.endswith(f"fine: it changes the keys of {len(ACTIONS)} actions.\n")
    assert not any(action["changed"] for action in call("keys", "--json").json["actions"])


def test_asking_for_help_imports_no_app():
    """``keys --help`` needs neither textual nor rich."""
    code = (
        "import sys; from jobyard.tui.cli.main import main; main(['keys', '--help']);"
        "sys.exit(any(name in sys.modules for name in ('textual', 'rich')))"
    )
    assert subprocess.run([sys.executable, "-c", code], stdout=subprocess.DEVNULL).returncode == 0
