"""``jobyard experiment MODULE:CLASS --fields``, and what the shell offers behind the class."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobyard.core.yard import Yard
from jobyard.tui.cli.main import main
from tests.cli.conftest import Call

MODULE = '''
class Rabi:
    """Flips."""
    defaults = {"rabi": 3}  # turns [MHz]

    def go(self):
        return self.cfg.expt.reps, self.cfg.device.start
'''


@pytest.fixture
def lab(tmp_path: Path, yard_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one module, in which one stands; main knows a ``start``."""
    (tmp_path / "exps.py").write_text(MODULE)
    monkeypatch.chdir(tmp_path)
    with Yard.open(yard_home) as yard:
        yard.config_push("hardware_config", b"device: {start: 4.80, reps: [7]}\n", filename="hw.yml")
    return tmp_path


def test_its_fields_are_told(lab: Path, call: Call) -> None:
    """Parameters with their defaults, units and help, and main's values beside them."""
    told = call("experiment", "exps:Rabi", "--fields")
    assert told.code == 0, told.err
    assert [" ".join(line.split()) for line in told.out.splitlines()] == [
        "parameter default unit main about", "rabi 3 MHz turns", "reps needed device.reps [7]", "",
        "It reads of CFG-HW-20261122-00001:".replace("20261122", told.out.split("CFG-HW-")[1][:8]),
        "device.start 4.80",
    ]  # fmt: skip


def test_its_fields_are_json_too(lab: Path, call: Call) -> None:
    """With what is known of each; a class that is not there is told."""
    found = call("experiment", "exps:Rabi", "--fields", "--json").json
    assert (found["about"], found["target"], found["last"]) == ("Flips.", "exps:Rabi", None)
    assert [(one["key"], one["default"], one["required"]) for one in found["parameters"]] == [
        ("rabi", 3, False), ("reps", None, True),
    ]  # fmt: skip
    assert found["parameters"][1]["main"] == [{"path": "device.reps", "value": "[7]"}]
    nowhere = call("experiment", "exps:T1", "--fields")
    assert (nowhere.code, "There is no experiment" in nowhere.err) == (2, True)


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("exps:Rabi re", ["plain,reps="]),
        ("exps : Rabi re", ["plain,reps="]),
        ("exps : Ra", ["plain,Rabi"]),
        ("exps : Rabi reps = 3", [""]),
        ("exps:T1 re", [""]),
    ],
)
def test_the_shell_knows_the_parameters_of_the_class(
    lab: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], line: str, offered: list[str]
) -> None:
    """Also where bash has made three words of MODULE:CLASS."""
    words = f"jobyard experiment {line}"
    monkeypatch.setenv("_JOBYARD_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", str(len(words.split()) - 1))
    assert main([]) == 0
    assert capsys.readouterr().out.strip().split("\n") == offered
