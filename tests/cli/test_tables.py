"""The table writer: aligned, fitting, counting cells and not characters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobyard.core.yard import cells
from jobyard.tui.cli.table import Column, pairs, table

COLUMNS = (Column("ID"), Column("N", right=True, drop=1), Column("TEXT", weight=2, least=8), Column("MORE", weight=1))


def test_columns_are_aligned():
    """Left and right, the head like the body."""
    assert table((Column("A"), Column("B", right=True)), [["x", "1"], ["yyy", "22"]], 80) == [
        "A     B",
        "x     1",
        "yyy  22",
    ]


def test_wide_characters_take_two_cells():
    """A column with 日本 stays aligned on a terminal."""
    lines = table((Column("A"), Column("B")), [["日本", "x"], ["abcd", "y"]], 80)
    assert {cells(line) for line in lines[1:]} == {7}


def test_what_has_no_room_is_left_out():
    """Columns that may go, go before anything is cut below its least width."""
    wide = table(COLUMNS, [["JOB-1", "5", "x" * 50, "y" * 50]], 40)
    narrow = table(COLUMNS, [["JOB-1", "5", "x" * 50, "y" * 50]], 22)
    assert "N" in wide[0].split()
    assert "N" not in narrow[0].split()


def test_what_tells_no_row_from_another_goes_first():
    """A column that says the same in every row goes before one that does not, and never one that may not go."""
    columns = (Column("ID"), Column("QUEUE", drop=1), Column("PRI", drop=2))
    rows = [["same", "default", "1"], ["same", "default", "2"]]
    assert table(columns, rows, 12)[0].split() == ["ID", "PRI"]
    assert table(columns, [["same", "default", "1"], ["same", "gpu", "1"]], 14)[0].split() == ["ID", "QUEUE"]


@given(
    st.lists(st.tuples(*[st.text(st.characters(categories=("L", "N")), max_size=60)] * 4), max_size=5),
    st.integers(40, 200),
)
def test_no_line_is_wider_than_the_limit(rows: list[tuple[str, ...]], limit: int):
    """Whatever is in the columns that may shrink, lines fit, ids apart."""
    fixed = [("JOB-1", "5", row[2], row[3]) for row in rows]
    assert all(cells(line) <= limit for line in table(COLUMNS, fixed, limit))


def test_pairs_leave_out_what_is_empty():
    """Names and values, aligned; a value of several lines is indented."""
    assert pairs([("a", "1"), ("long", "2\n3"), ("none", "")]) == ["a     1", "long  2\n      3"]


@pytest.mark.parametrize("rows", [[], [["JOB-1", "1", "", ""]]])
def test_a_table_of_little(rows: list[list[str]]):
    """No rows and empty cells are fine, and no line ends in blanks."""
    assert all(line == line.rstrip() for line in table(COLUMNS, rows, 80))


def test_what_wraps_is_not_cut():
    """A column that wraps goes on in the lines below, aligned, and loses no word."""
    lines = table((Column("A"), Column("B", weight=1, wraps=True), Column("C")), [["x", "one two three", "z"]], 13)
    assert lines == ["A  B        C", "x  one two  z", "   three"]
