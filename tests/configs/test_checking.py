"""What is wrong with a config before it becomes main."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from jobyard.core.configs.checking import complaints

QUBIT = {"type": "object", "properties": {"f": {"type": "number"}}}
SCHEMA = {
    "type": "object",
    "required": ["device"],
    "properties": {
        "device": {"type": "object", "additionalProperties": QUBIT},
        "1": {"type": "string"},
    },
}  # fmt: skip


FOLDER = "and has to be the path of a folder"


@pytest.fixture
def schema(tmp_path: Path) -> str:
    path = tmp_path / "s.json"
    path.write_text(json.dumps(SCHEMA))
    return str(path)


def test_a_config_of_no_known_form_is_fine():
    """Without a schema a file is only parsed where its ending says how."""
    assert complaints(b"\x00\xff", "table.bin") == []
    assert complaints(b"a: [", "x.yml") != []
    assert complaints(b"", "x.yml") == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("data_management: {output_root: /data}", []),
        ("a: 1", []),
        ("data_management:", []),
        ("data_management: {output_root: 5}", [f"data_management.output_root is 5, {FOLDER}"]),
        ("data_management: {output_root: ' '}", [f'data_management.output_root is the text " ", {FOLDER}']),
        ("data_management: [1]", ["data_management is a list, and has to be a mapping"]),
        ("- 1", ["it is a list, and a hardware_config is a mapping: keys with values"]),
        ("", ["it is empty, and a hardware_config is a mapping: keys with values"]),
    ],
)  # fmt: skip
def test_a_hardware_config_is_a_mapping_with_a_folder(text: str, told: list[str]):
    """Experiments get it as a mapping, and its output_root, if there is one, is text."""
    assert complaints(text.encode(), "hw.yml", "hardware_config") == told


def test_a_hardware_config_without_a_form_is_refused():
    """Nobody could give an experiment its values."""
    assert complaints(b"a: 1", "hw.txt", "hardware_config") != []


def test_schema_errors_have_lines_and_paths(schema: str):
    """Each violation has the line of its value and its path; keys that are numbers are texts to a schema."""
    text = b"device:\n  q1: {f: 1.5}\n  q2:\n    f: fast\n1: 2\n"
    assert complaints(text, "x.yml", "lo", schema) == [
        "line 4: device.q2.f: 'fast' is not of type 'number'",
        "line 5: \"1\": 2 is not of type 'string'",
    ]
    assert complaints(b"{}", "x.json", "lo", schema) == ["'device' is a required property"]


def test_at_most_twenty_are_told(schema: str):
    """The rest comes after these are mended."""
    text = "device:\n" + "".join(f"  q{n}: {{f: no number}}\n" for n in range(50))
    assert len(complaints(text.encode(), "x.yml", "lo", schema)) == 20


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        (None, "cannot be read: No such file or directory"),
        ("{", "cannot be used: line 1: it is no JSON"),
        ("[1]", "is no JSON Schema: it has to be a mapping"),
        ('{"type": "nonsense"}', "cannot be used: 'nonsense' is not valid"),
        ('{"$ref": "http://localhost:9/x.json"}', "cannot be used: "),
        ('{"pattern": "("}', "cannot be used: "),
    ],
)
def test_a_schema_that_cannot_be_used_is_told(tmp_path: Path, rules: Any, told: str):
    """A missing or broken schema is a complaint of its own; nothing is fetched."""
    path = tmp_path / "s.json"
    if rules is not None:
        path.write_text(rules)
    (found,) = complaints(b'"text"', "x.json", "lo", str(path))
    assert found.startswith(f"its schema {path} {told}")


def test_a_schema_that_never_ends_is_not_read(tmp_path: Path):
    """A pipe or a device keeps nobody waiting and fills no memory."""
    os.mkfifo(tmp_path / "pipe.json")
    for path in (tmp_path / "pipe.json", Path("/dev/zero")):
        (told,) = complaints(b"a: 1", "x.yml", "lo", str(path))
        assert told == f"its schema {path} cannot be read: a device or a pipe may never end"


def test_dates_are_texts_to_a_schema(tmp_path: Path):
    """What YAML takes for a date is a text as JSON has it."""
    path = tmp_path / "s.yml"
    path.write_text("properties: {when: {type: string}}")
    assert complaints(b"when: 2026-01-02", "x.yml", "lo", str(path)) == []
