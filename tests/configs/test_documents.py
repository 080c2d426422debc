"""What a config's file holds."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from jobyard.core.configs.documents import AsWritten, Unreadable, lines, read
from tests.configs.kit import TREES

LOADS = """\
defaults: &base {sigma: 0.035, type: gauss, gain: 1_000}
pulses:
  - <<: *base
    name: pi
  - {<<: [*base, {gain: 2, more: yes}], sigma: 1.0e-3}
  - *base
when: 2026-01-02
odd: [0x1F, 010, 1e-3, .5, -.inf, ~, no, 1:30, "12", '', !!str 5, 12:30:45.5]
text: |
  two
  lines
1: one
"""


def why(text: str | bytes, name: str) -> str:
    with pytest.raises(Unreadable) as caught:
        read(text.encode() if isinstance(text, str) else text, name)
    return caught.value.text()


def test_yaml_is_what_safe_load_makes_of_it():
    """Anchors, merges, dates, numbers: all as PyYAML reads them."""
    found = read(LOADS.encode(), "hardware.yml")
    assert found == yaml.safe_load(LOADS)
    assert found["pulses"][0] == {"sigma": 0.035, "type": "gauss", "gain": 1000, "name": "pi"}


@given(TREES)
def test_yaml_and_json_are_read_as_they_were_written(tree: Any):
    """Whatever was dumped comes back, by either form."""
    assert read(yaml.safe_dump(tree).encode(), "x.yaml") == yaml.safe_load(yaml.safe_dump(tree))
    assert read(json.dumps(tree).encode(), "x.JSON") == json.loads(json.dumps(tree))


@given(st.text("ab:-[]{},&*!|>'\"#%@` \n\t01.~?<=", max_size=40))
def test_odd_yaml_is_read_as_by_pyyaml_or_refused(text: str):
    """No text is read as something else than PyYAML makes of it, and nothing but Unreadable is raised."""
    try:
        found = read(text.encode(), "x.yml")
    except Unreadable:
        return
    assert repr(found) == repr(yaml.load(text, Loader=yaml.CSafeLoader))


def test_floats_know_how_they_are_written():
    """A float is a float, and its text is kept, in YAML and in JSON."""
    for data, name in ((b"a: 4.850", "x.yml"), (b'{"a": 4.850}', "x.json")):
        value = read(data, name)["a"]
        assert isinstance(value, AsWritten)
        assert (value, value.text) == (4.85, "4.850")


def test_csv_is_rows_by_header():
    """A table is a list of rows; a column without a name gets its number."""
    table = b'\xef\xbb\xbf,stor,"fre,q"\r\n0,M1-S1,"4\n5"\r\n\r\n1,M1-S2,\r\n'
    assert read(table, "x.csv") == [
        {"column 1": "0", "stor": "M1-S1", "fre,q": "4\n5"}, {"column 1": "1", "stor": "M1-S2", "fre,q": ""}
    ]  # fmt: skip
    assert read(b"a\tb\n1\t2\n", "x.tsv") == [{"a": "1", "b": "2"}]
    assert read(b"", "x.csv") == []


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        ("a: 1\nb: 2\na: 3", "x.yml", "line 3: the key a is given twice (the first is in line 1"),
        ("a:\n\tb: 1", "x.yml", "line 2: there is a tab"),
        ("a: [1,\nb: 2", "x.yml", "line 3: it is no YAML"),
        ("a: 1\n---\nb: 2", "x.yml", "line 2: a second document begins"),
        ("a: *b", "x.yml", "line 1: there is no anchor &b"),
        ("&a [*a]", "x.yml", "line 1: the alias *a stands within itself"),
        ("a: !!python/object:os.system x", "x.yml", "line 1: there is a tag"),
        ("a: <<", "x.yml", "line 1: there is a << that is no key"),
        ("a: =", "x.yml", "line 1: there is a = alone"),
        ("a: 2026-13-01", "x.yml", "line 1: '2026-13-01' is no timestamp"),
        ("[" * 3000, "x.yml", "line 1: it is nested too deeply"),
        ("- " * 3000 + "x", "x.yml", "line 1: it is nested too deeply"),
        (b"a: 1\nb: \xff", "x.yml", "line 2: it is not UTF-8"),
        ('{"a": 1,\n"b" 2}', "x.json", "line 2: it is no JSON"),
        ('{"a": 1, "a": 2}', "x.json", "the key a is given twice"),
        ("[" * 100_000, "x.json", "it is nested too deeply"),
        ("[" * 80 + "]" * 80, "x.json", "it is nested too deeply"),
        ("[" + "9" * 5000 + "]", "x.json", "it is no JSON that can be used"),
        ("a,a\n1,2", "x.csv", "line 1: two columns are called a"),
        ("a,b\n1,2\n3", "x.csv", "line 3: the row has 1 cells, the header 2"),
        ('a,b\n1,"2', "x.csv", "line 2: it is no CSV"),
        ("a", "x.bin", "its name ends neither in .yml, .json nor .csv"),
    ],
)
def test_a_broken_file_is_told_with_its_line(text: str | bytes, name: str, said: str):
    """What is wrong is told in words, with the line where there is one."""
    assert why(text, name).startswith(said)


def test_aliases_cannot_blow_a_file_up():
    """A billion laughs are refused before they are counted out."""
    laughs = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [{f'*a{n - 1}, ' * 9}]\n" for n in range(1, 30))
    assert "it has too many values" in why(laughs, "x.yml")
    assert "it is nested too deeply" in why("a0: &a0 [x]\n" + "".join(
        f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 100)
    ), "x.yml")  # fmt: skip


def test_the_lines_of_values_are_found():
    """A path has the line of its key, an unknown one that of what is above it, in JSON and CSV too."""
    text = b"a:\n  b:\n    - 1\n    - {c: 2}\n1: x\n"
    assert lines(text, "x.yml", [["a", "b", 1, "c"], ["a", "z"], ["1"], []]) == [4, 1, 5, 0]
    assert lines(b'{"a":\n [1,\n 2]}', "x.json", [["a", 1]]) == [3]
    assert lines(b"a,b\n1,2\n3,4\n", "x.csv", [[1, "b"]]) == [3]
