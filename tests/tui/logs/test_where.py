"""Places in a log as people write them."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobyard.core.errors import BadInput
from jobyard.tui.logs.model import At, Fraction, LineNumber
from jobyard.tui.logs.where import anchor_of

DAY = time.mktime((2026, 11, 22, 0, 0, 0, 0, 0, -1))
START, END = DAY + 13 * 3600, DAY + 15 * 3600  # ran from 13:00 to 15:00


@pytest.mark.parametrize(
    ("text", "anchor"),
    [
        ("50%", Fraction(0.5)),
        ("0%", Fraction(0.0)),
        (" 120 % ", Fraction(1.0)),
        ("1200", LineNumber(1200)),
        ("line 1200", LineNumber(1200)),
        ("1,200,000", LineNumber(1_200_000)),
        ("0", LineNumber(1)),
        ("14:02", At(DAY + 14 * 3600 + 120)),
        ("14:02:11", At(DAY + 14 * 3600 + 131)),
        ("-10m", At(END - 600)),
        ("−90s", At(END - 90)),
        ("+1h30m", At(START + 5400)),
        ("2026-11-22T14:30", At(DAY + 14.5 * 3600)),
    ],
)
def test_what_may_be_written(text: str, anchor: object) -> None:
    """Percentages, lines, times of day, times from the start or before the end, dates."""
    assert anchor_of(text, START, END) == anchor


def test_a_time_of_day_is_in_the_run() -> None:
    """Of a job that ran over midnight it is that evening's; one after its end is that day's all the same."""
    assert anchor_of("23:00", DAY - 7200, DAY + 3600) == At(DAY - 3600)
    assert anchor_of("18:00", START, END) == At(DAY + 18 * 3600)


@pytest.mark.parametrize("text", ["", "x", "25:00", "12:61", "50%%", "-", "-x", "1,20", "2026-99-99"])
def test_what_means_nothing_is_refused_in_words(text: str) -> None:
    """Whatever cannot be read says how a place is written."""
    with pytest.raises(BadInput, match="Write it like"):
        anchor_of(text, START, END)


@given(st.text(max_size=12), st.none() | st.floats(0, 1e9))
def test_nothing_else_is_raised(text: str, start: float | None) -> None:
    """Any text is a place or a mistake."""
    with suppress(BadInput):
        assert isinstance(anchor_of(text, start, 1e9), At | Fraction | LineNumber)
