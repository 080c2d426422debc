"""Rows as the lines of a window: wrapped, scrolled sideways, with looks and matches."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from jobyard.tui.logs.text import breaks, crop, found_in, line_span, split_at, styled, text_of, width_of

WORDS = st.text(st.sampled_from("ab 漢語é\u0301─x"), max_size=60)
BYTES = st.lists(st.sampled_from([b"\x1b[31m", b"\x1b[0m", b"abc", "漢".encode(), b"\r", b"\t", b"\xff", b"\x00"]))


@given(WORDS, st.integers(2, 20))
def test_wrapping_loses_nothing(words: str, width: int) -> None:
    """The lines of a wrapped text are the text, and none is wider than the window."""
    text = text_of(words.encode())
    starts = breaks(text, width)
    spans = [line_span(starts, number, len(text.plain)) for number in range(len(starts))]
    assert "".join(text.plain[low:high] for low, high in spans) == text.plain
    assert all(cell_len(text.plain[low:high]) <= width for low, high in spans)


@given(WORDS, st.integers(0, 40), st.integers(1, 20))
def test_what_is_cut_out_fits(words: str, left: int, width: int) -> None:
    """From any cell on, what is shown is part of the text and no wider than there is room for."""
    text = text_of(words.encode())
    start, end, pad = crop(text, left, width)
    assert 0 <= start <= end <= len(text.plain)
    assert pad + cell_len(text.plain[start:end]) <= width
    if left == 0 and cell_len(text.plain) <= width:
        assert (start, end, pad) == (0, len(text.plain), 0)


@given(BYTES)
def test_pieces_are_the_text(parts: list[bytes]) -> None:
    """Pieces of one look, cut at any matches, are the text in order; nothing in it makes a terminal obey."""
    text = text_of(b"".join(parts))
    marks = [match.span() for match in re.finditer("b", text.plain)]
    pieces = list(split_at(styled(text, (0, len(text.plain))), marks))
    assert "".join(text.plain[low:high] for low, high, _, _ in pieces) == text.plain
    assert all(marked == (text.plain[low:high] == "b") for low, high, _, marked in pieces)
    assert text.plain.isprintable()


def test_colours_are_runs_of_characters() -> None:
    """A coloured word is a run with its look; the rest has none."""
    text = text_of(b"a \x1b[31mred\x1b[0m b")
    assert text.plain == "a red b"
    assert [(low, high, look.fg) for low, high, look in text.runs] == [(2, 5, 1)]
    assert width_of(text_of("漢".encode())) == 2


def test_matches_are_looked_for_near_what_is_shown() -> None:
    """Of a row of any length only the surroundings of what is in sight are searched."""
    text = text_of(b"x" * 100_000 + b"needle" + b"x" * 100_000)
    assert found_in(text, re.compile("needle"), (99_990, 100_050)) == [(100_000, 100_006)]
    assert found_in(text, re.compile("needle"), (0, 80)) == []
    assert found_in(text, re.compile("x*"), (0, 10), most=3) != []
