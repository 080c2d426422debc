"""Names of jobs and references to them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobyard.core import names
from jobyard.core.errors import BadInput


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("JOB-20261122-00017", names.FullId("JOB-20261122-00017")),
        ("job-20261122-1234567", names.FullId("JOB-20261122-1234567")),
        ("17", names.Number(17)),
        ("00017", names.Number(17)),
        ("12..20", names.Range(12, 20)),
        ("5..5", names.Range(5, 5)),
        ("last", names.Last()),
        ("LAST", names.Last()),
        ("rabi", names.Name("rabi")),
        ("-1", names.Name("-1")),
        ("JOB-1", names.Name("JOB-1")),
        ("١٢", names.Name("١٢")),
        ("12..", names.Name("12..")),
    ],
)
def test_references_are_told_apart(text: str, reference: names.Reference) -> None:
    """Ids in any case, numbers and ranges of today, last; everything else is a name."""
    found = names.parse_reference(text)
    assert (type(found), found) == (type(reference), reference)


@pytest.mark.parametrize("text", ["", "  ", "20..12", "1..999999", "9" * 5000, "1.." + "9" * 20])
def test_impossible_references_are_refused(text: str) -> None:
    """Nothing, a range that runs backwards or has no end, and numbers that no counter reaches."""
    with pytest.raises(BadInput):
        names.parse_reference(text)


@given(st.text(max_size=40) | st.text("0123456789.JOBjobLAST-last", max_size=25))
def test_an_accepted_name_is_never_taken_for_something_else(text: str) -> None:
    """What check_name lets pass is what parse_reference takes for a name, and can be stored."""
    try:
        name = names.check_name(text)
    except BadInput:
        return
    found = names.parse_reference(name)
    assert (type(found), found) == (names.Name, names.Name(text))
    name.encode()
    assert "\0" not in name


@pytest.mark.parametrize(
    "text", ["rabi", "größe", "a/b", "[red]x[/red]", "esc\x1b[31m", "two\nlines", "lastly", "a-20261122-x", "1.2"]
)
def test_odd_names_are_accepted(text: str) -> None:
    """Names are data: markup and control characters included."""
    assert names.check_name(text) == text


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("17", "number"),
        ("1..2", "number"),
        ("Last", "last"),
        ("job-20261122-00001", "looks like an id"),
        ("", "blank"),
        ("cfg-hw-20261122-00001", "looks like an id"),
        (" \t", "blank"),
        ("a\nb\0", "NUL"),
        ("\ud800", "UTF-8"),
        ("x" * 256, "256"),
    ],
)
def test_misleading_names_are_refused(text: str, why: str) -> None:
    """With the reason."""
    with pytest.raises(BadInput, match=why):
        names.check_name(text)


def test_queues_are_named_with_or_without_session() -> None:
    """SESSION/QUEUE, or QUEUE in the session that is meant."""
    assert names.split_queue("gpu") == ("default", "gpu")
    assert names.split_queue("gpu", "night") == ("night", "gpu")
    assert names.split_queue("lab/gpu") == ("lab", "gpu")
    for text in ("", "/", "a/", "/b", "a/b/c"):
        with pytest.raises(BadInput, match="SESSION/QUEUE"):
            names.split_queue(text)


@pytest.mark.parametrize("text", ["", "a/b", "a\x1b", "12", "last"])
def test_misleading_queue_names_are_refused(text: str) -> None:
    """A queue's name is typed as SESSION/QUEUE and shown everywhere: it is plain."""
    with pytest.raises(BadInput, match="queue's name"):
        names.check_lane(text)


def test_texts_that_cannot_be_stored_are_refused() -> None:
    """NULs and halves of characters; everything else may be any text."""
    assert names.check_text("any\x1btext", "note") == "any\x1btext"
    for text in ("a\0", "\udcff"):
        with pytest.raises(BadInput):
            names.check_text(text, "note")
