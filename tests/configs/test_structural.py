"""Which values differ between two configs."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from jobyard.core.configs.documents import read
from jobyard.core.configs.structural import changes, steps
from jobyard.core.labmodels import ConfigChange
from tests.configs.kit import TREES, applied


def told(one: str, other: str, name: str = "x.yml") -> list[tuple[str, str | None, str | None]]:
    return [tuple(change) for change in changes(read(one.encode(), name), read(other.encode(), name))]


@given(TREES, TREES)
def test_the_changes_make_the_other_of_the_one(one: Any, other: Any):
    """Carrying out what differs between two trees on the first gives the second."""
    assert repr(applied(one, list(steps(one, other)))) == repr(ordered_as(other, applied(one, list(steps(one, other)))))
    assert not changes(applied(one, list(steps(one, other))), other)


@given(TREES)
def test_a_tree_does_not_differ_from_itself(tree: Any):
    """Nothing differs where nothing changed."""
    assert changes(tree, tree) == []


@given(TREES, TREES)
def test_whatever_differs_is_told(one: Any, other: Any):
    """Two trees that are not equal have a change, each at a place of its own."""
    found = changes(one, other)
    assert bool(found) or one == other
    assert len({(change.path, change.before is None) for change in found}) == len(found)


def ordered_as(other: Any, tree: Any) -> Any:
    """*other* with the mappings' keys in the order of *tree*: that does not count."""
    if isinstance(other, dict) and isinstance(tree, dict):
        return {key: ordered_as(next(v for k, v in other.items() if k == key), tree[key]) for key in tree}
    if isinstance(other, list) and isinstance(tree, list):
        return [ordered_as(*both) for both in zip(other, tree, strict=True)]
    return other


def test_a_value_is_told_by_its_path_as_it_is_written():
    """A changed float is its dotted path and both texts of the files."""
    assert told("device: {qubit: {f_ge: 4.80}}", "device: {qubit: {f_ge: 4.850}}") == [
        ("device.qubit.f_ge", "4.80", "4.850")
    ]


def test_a_number_written_otherwise_is_no_change():
    """4.80 is 4.8; but 1, 1.0, "1" and true are four values."""
    assert told("a: 4.80", "a: 4.8") == []
    assert told("a: 1", "a: 1.0") == [("a", "1", "1.0")]
    assert told("a: 1", "a: '1'") == [("a", "1", '"1"')]
    assert told("a: 1", "a: true") == [("a", "1", "true")]
    assert told("a: .nan", "a: .NaN") == []


def test_rows_are_found_by_name():
    """A row more before the others is that row, and not a change of every row."""
    one = "pulses: [{name: pi, sigma: 1}, {name: half, sigma: 2}]"
    other = "pulses: [{name: x, sigma: 9}, {name: pi, sigma: 1}, {name: half, sigma: 3}]"
    assert told(one, other) == [
        ("pulses[name=half].sigma", "2", "3"),
        ("pulses[name=x].name", None, "x"),
        ("pulses[name=x].sigma", None, "9"),
        ("pulses[order by name]", "pi, half", "x, pi, half"),
    ]


def test_rows_of_a_table_are_found_by_its_first_column():
    """CSV rows are told by the first column; a cell is a text, shown as it is written."""
    assert told("mode,freq\n1,4.80\n2,5\n", "mode,freq\n1,4.8\n2,5\n", "x.csv") == [("[mode=1].freq", "4.80", "4.8")]


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        ("a: [1, 2]", "a: [1, 3, 4]", [("a[1]", "2", "3"), ("a[2]", None, "4")]),
        ("a: {b: {c: 1, d: []}}", "a: {}", [("a.b.c", "1", None), ("a.b.d", "[]", None)]),
        ("a: 1", "a: {b: 2}", [("a", "1", None), ("a.b", None, "2")]),
        ("'x.y': {'': 1}", "'x.y': {'': 2}", [('"x.y".""', "1", "2")]),
        ("a: ''", "a: ~", [("a", '""', "null")]),
        ("4", "5", [(".", "4", "5")]),
        ("1: a", "true: a", [("1", "a", None), ("true", None, "a")]),
    ],
)
def test_what_came_and_went_is_told_value_by_value(one: str, other: str, found: Any):
    """Each value has a line of its own, an odd key or text is in quotes."""
    assert told(one, other) == [tuple(ConfigChange(*each)) for each in found]
