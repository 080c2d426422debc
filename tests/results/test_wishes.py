"""KEY=VALUE: read, and judged alike in Python and in SQL."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobyard.core.errors import BadInput
from jobyard.core.results import wishes
from jobyard.core.store import results


@pytest.mark.parametrize(
    ("text", "scope", "path", "operator", "word"),
    [
        ("expt.start=0", "expt", ("start",), "=", "0"),
        ("hardware_config.device.f_ge>4.8", "hardware_config", ("device", "f_ge"), ">", "4.8"),
        ("device.qubits[0].f >= 4", "", ("device", "qubits", 0, "f"), ">=", "4"),
        ('pulse."odd.key"[-1]~Gauss', "", ("pulse", "odd.key", -1), "~", "Gauss"),
        ("expt=3", "", ("expt",), "=", "3"),
        ("note=a=b", "", ("note",), "=", "a=b"),
        ("reps==5", "", ("reps",), "=", "5"),
        ('name!="5"', "", ("name",), "!=", "5"),
        ("list.0!~x", "", ("list", "0"), "!~", "x"),
    ],
)
def test_a_wish_is_read(text: str, scope: str, path: tuple[str | int, ...], operator: str, word: str):
    """Its scope, the path, the operator, the value without its quotes."""
    found = wishes.parse(text, ["hardware_config"])
    assert (found.scope, found.path, found.operator, found.word) == (scope, path, operator, word)


@pytest.mark.parametrize("text", ["", "reps", "=5", "a..b=1", "a[x]=1", "a.=1", "[=1", 'a"b=1'])
def test_what_cannot_be_read_is_told(text: str):
    """In one line, with how it is written."""
    with pytest.raises(BadInput, match="Write it like"):
        wishes.parse(text)


@pytest.mark.parametrize("text", ["reps>>3", "f=== 4", "t<~x", "a.b>=<2"])
def test_an_operator_that_there_is_not_is_told(text: str):
    """It is no part of the value, unless that stands in quotes."""
    with pytest.raises(BadInput, match=r"(?i)there is no .*stands in quotes"):
        wishes.parse(text)
    assert wishes.parse('reps>">3"').word == ">3"


DOCUMENT = {
    "n": 5, "f": 4.8, "t": "Gauss", "five": "5", "yes": True, "one": 1, "none": None, "list": [1, {"x": 2}], "0": "key",
    "deep": {"a.b": "é"},
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("n=5", True), ("n=5.0", True), ('n="5"', False), ("five=5", True), ('five="5"', True), ("n!=5", False),
        ("n!=6", True), ("gone!=6", None), ("gone=6", None), ("f>4.5", True), ("f>=4.8", True), ("f<4.8", False),
        ("f<x", False), ("t>Fa", True), ("t~gau", True), ("t!~GAU", False), ("t=gauss", False), ("yes=true", True),
        ("yes=1", False), ("one=1", True), ("one=true", False), ("none=null", True), ("none=None", True),
        ("none!=null", False), ("list[0]=1", True), ("list.1.x=2", True), ("list[-1].x=2", True), ("list[7]=1", None),
        ("0=key", True), ('deep."a.b"=é', True), ("deep=x", False), ("deep!=x", True), ("t.x=1", None), ("n~5", False),
    ],
)  # fmt: skip
def test_a_wish_is_judged(text: str, holds: bool | None):
    """In Python, and in SQL where None is no."""
    test = wishes.parse(text)
    assert wishes.holds(test, DOCUMENT) is holds
    assert in_sql(test, DOCUMENT) is bool(holds)


SQL = sqlite3.connect(":memory:")


def in_sql(test: Any, document: Any) -> bool:
    """Whether SQLite finds the document as the config of an experiment."""
    condition, values = results._own(test)
    fields = json.dumps({"config": document})
    return bool(
        SQL.execute(f"SELECT {condition} IS TRUE FROM (SELECT ? AS fields) AS j", (*values, fields)).fetchone()[0]
    )


NUMBERS = st.integers(-100, 100) | st.floats(-5, 5).map(lambda number: round(number, 1))
SCALARS = NUMBERS | st.booleans() | st.none() | st.sampled_from(["a", "Ab", "5", "true", "null", "1.5", "", "é", "ÉB"])
DOCUMENTS = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "0", "1"]), inner, max_size=3)
    ),
)
PATHS = st.lists(st.sampled_from([".a", ".b", ".0", ".1", "[0]", "[1]", "[-1]"]), min_size=1, max_size=3)


@given(DOCUMENTS, PATHS, st.sampled_from(wishes.OPERATORS), SCALARS)
def test_python_and_sql_agree(document: Any, path: list[str], operator: str, value: Any):
    """Whatever the document, the path, the operator and the value."""
    word = json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else value
    key = "".join(path).removeprefix(".")
    test = wishes.parse(f"{key}{operator}{word}")
    assert in_sql(test, document) is bool(wishes.holds(test, document)), (test, document)


@given(DOCUMENTS)
def test_the_keys_that_are_offered_can_be_asked_for(document: Any):
    """Each leads to a value of the document."""
    for key in wishes.keys({"root": document} if not isinstance(document, dict) else document):
        assert wishes.holds(
            wishes.parse(f"{key}!~\0"), {"root": document} if not isinstance(document, dict) else document
        )
