"""Indexes of arrays: what may be written, what it means, and what an index does to a text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobyard.core import indexes, names
from jobyard.core.errors import BadInput


@pytest.mark.parametrize(
    ("text", "found", "most", "short"),
    [
        ("1-5", [1, 2, 3, 4, 5], None, "1-5"),
        ("1-5%2", [1, 2, 3, 4, 5], 2, "1-5"),
        ("7", [7], None, "7"),
        (7, [7], None, "7"),
        ("1,5,9-11", [1, 5, 9, 10, 11], None, "1,5,9-11"),
        ("0-100:25", [0, 25, 50, 75, 100], None, "0-100:25"),
        ("0-99:25", [0, 25, 50, 75], None, "0-75:25"),
        ("3,1-4", [3, 1, 2, 4], None, "3,1-2,4"),
        (" 1 - 3 , 9 % 1 ", [1, 2, 3, 9], 1, "1-3,9"),
    ],
)
def test_what_may_be_written(text: object, found: list[int], most: int | None, short: str) -> None:
    """Ranges, lists, steps, and how many at a time; each index once, in the order given."""
    spec = indexes.parse_array(text)
    assert (list(spec.indexes), spec.most, spec.text) == (found, most, short)


@pytest.mark.parametrize(
    "text",
    ["", "-", "a", "1-", "-3", "5-1", "1-3%", "1-3%0", "1-3%x", "1-9:0", "1,,2", "1.5", "0-100000", "9999999999", "٣"],
)
def test_what_may_not(text: str) -> None:
    """Nothing, what runs backwards or never ends, more than 100,000 elements, and what is no number."""
    with pytest.raises(BadInput):
        indexes.parse_array(text)


def test_the_largest_array_has_a_hundred_thousand_elements() -> None:
    """So many and not one more, also in parts."""
    assert len(indexes.parse_array("1-100000").indexes) == 100_000
    with pytest.raises(BadInput, match="100,000"):
        indexes.parse_array("1-60000,70000-120000")


@given(st.lists(st.integers(0, 500), min_size=1, unique=True))
def test_the_short_form_means_the_same(some: list[int]) -> None:
    """Whatever the indexes and their order."""
    text = indexes.compact(some)
    assert list(indexes.parse_indexes(text)) == some
    assert indexes.is_list(text)


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("{i}", "7"),
        ("a{i}b{i:03}", "a7b007"),
        ("${i} $HOME {j} {i", "${i} $HOME {j} {i"),
        ("{{i}} {{i:02}}", "{i} {i:02}"),
        ("{i:3} {i:x}", "{i:3} {i:x}"),
    ],
)
def test_an_index_in_a_text(text: str, filled: str) -> None:
    """Holes are filled; what belongs to the shell, and what is no hole, stays."""
    assert indexes.fill(text, 7) == filled


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("JOB-20261122-00017[]", names.Elements(names.FullId("JOB-20261122-00017"))),
        ("job-20261122-00017[5]", names.Elements(names.FullId("JOB-20261122-00017"), range(5, 6))),
        ("17[1-3]", names.Elements(names.Number(17), range(1, 4))),
        ("last[1,9]", names.Elements(names.Last(), (1, 9))),
        ("last[failed]", names.Elements(names.Last(), None, "failed")),
        ("last[done]", names.Elements(names.Last(), None, "completed")),
        ("scan[5]", names.Name("scan[5]")),
        ("17[x]", names.Name("17[x]")),
        ("1..5[]", names.Name("1..5[]")),
        ("[]", names.Name("[]")),
    ],
)
def test_references_to_elements(text: str, reference: names.Reference) -> None:
    """By the array's id, number or last; behind a name brackets may belong to the name."""
    found = names.parse_reference(text)
    assert (type(found), found) == (type(reference), reference)


@given(st.text("JOB-20261122-00017last[],failed:. ", max_size=30))
def test_a_name_is_never_taken_for_elements(text: str) -> None:
    """What may be a name means the job of that name first."""
    try:
        name = names.check_name(text)
    except BadInput:
        return
    found = names.parse_reference(name)
    assert (type(found), found) == (names.Name, names.Name(text))


def test_words_that_mean_elements_are_no_names() -> None:
    """Or a job could not be told from an array's element."""
    for text in ("JOB-20261122-00017[1]", "17[]", "last[failed]", "5[9-1]"):
        with pytest.raises(BadInput):
            names.check_name(text)
