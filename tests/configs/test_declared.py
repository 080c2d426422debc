"""Types of configs in jobyard.yml."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobyard.core import settings
from jobyard.core.labmodels import ConfigKind
from jobyard.core.settings import document
from jobyard.core.settings.configtypes import BUILT_IN, kinds


def problems(text: str) -> list[str]:
    with pytest.raises(document.Broken) as caught:
        document.read(text.encode())
    return [problem.text("jobyard.yml") for problem in caught.value.problems]


def test_four_types_are_there_undeclared(tmp_path: Path):
    """The types of the original exist, with their codes, in a yard without settings."""
    assert kinds({}, tmp_path) == {name: ConfigKind(name, code) for name, code in BUILT_IN.items()}
    assert list(BUILT_IN.values()) == ["HW", "MP", "FL", "M1"]


def test_declaring_adds_files_and_types(tmp_path: Path):
    """A built-in type gets its file and schema, a new one its code; relative paths begin at the yard's folder."""
    text = (
        "configs:\n  hardware_config: {file: /lab/hw.yml, schema: hw.json}\n"
        "  lo_table:\n    code: LO\n    file: ../lo.csv\n"
    )
    found = kinds(document.read(text.encode()).configs, tmp_path)
    assert found["hardware_config"] == ConfigKind("hardware_config", "HW", "/lab/hw.yml", str(tmp_path / "hw.json"))
    assert found["lo_table"] == ConfigKind("lo_table", "LO", str(tmp_path.parent / "lo.csv"))
    assert list(found)[:4] == list(BUILT_IN)


def test_declared_types_outlive_the_parsing(tmp_path: Path):
    """What was parsed once is remembered beside the file, types of configs as well."""
    (tmp_path / "run").mkdir()
    (tmp_path / settings.FILE).write_text("configs:\n  lo_table: {code: LO}\n")
    first = settings.read(tmp_path, {}).document
    assert first is not None
    assert first.configs["lo_table"].values["code"] == ("LO", 2)
    (tmp_path / settings.FILE).write_text("configs: {a: {}}")
    assert settings.read(tmp_path, {}).document == first


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("configs:\n  lo: {code: LO, fil: x}", "line 2: `fil` is no key of a type of config. Did you mean file?"),
        ("configs:\n  lo: {file: x}", "line 2: Config lo has no code. Give it 2 to 4 capitals or digits"),
        (
            "configs:\n  lo: {code: lo}",
            'line 2: "lo" cannot be the code of a type of config. It is made of',
        ),
        ("configs:\n  lo: {code: LONGER}", 'line 2: "LONGER" cannot be the code'),
        ("configs:\n  lo:\n    code: HW", "line 3: The code HW is that of hardware_config. Choose another one"),
        ("configs:\n  a: {code: LO}\n  b: {code: LO}", "line 3: The code LO is that of a. Choose another one"),
        ("configs:\n  hardware_config: {code: XX}", "line 2: The code of hardware_config is HW, not XX. Leave it out"),
        ("configs:\n  lo-table: {code: LO}", 'line 2: "lo-table" cannot name a type of config'),
        ("configs:\n  CFG.x: {code: LO}", 'line 2: "CFG.x" cannot name a type of config'),
        ("configs:\n  lo: {code: LO}\n  lo: {code: LP}", "line 3: Config lo is declared twice. First in line 2"),
        ("configs:\n  lo: {code: LO, file: ~/x.yml}", 'line 2: The file "~/x.yml" cannot be used. ~ is another folder'),
        ("configs: [lo]", "line 1: `configs` holds names, each with its keys"),
        ("config:\n  lo: {code: LO}", "line 1: `config`: settings have no such key. Did you mean configs?"),
    ],
)
def test_mistakes_are_told_with_their_line(text: str, told: str):
    """A mistake has its line and, where there is one, the nearest name or what to do."""
    (found,) = problems(text)
    assert found.startswith(f"jobyard.yml, {told}")
