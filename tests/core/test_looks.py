"""A row of output as a terminal shows it: colours kept, everything else that a terminal obeys gone or visible."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobyard.core.logbook import PLAIN, Look, Piece, looks, plain, sgr
from jobyard.core.text import visible

ESCAPES = st.sampled_from([
    b"\x1b[31m", b"\x1b[0m", b"\x1b[38;5;9m", b"\x1b[K", b"\x1b[2K", b"\x1b[9999C", b"\x1b[3D", b"\x1b[5G", b"\x1b[",
    b"\x1b]0;t\x07", b"\x1b]52;c;", b"\x9b31m", b"\xc2\x9b1m", b"\x1bP", b"\x1b\\", b"\r", b"\b", b"\t", b"\0", b"\x1b",
])  # fmt: skip
ROWS = st.lists(ESCAPES | st.binary(max_size=6) | st.text(max_size=6).map(str.encode), max_size=12).map(b"".join)


@given(ROWS)
def test_nothing_is_left_that_a_terminal_obeys(row: bytes) -> None:
    """Whatever a job writes, what is shown is printable, never raises, and neighbours differ in look."""
    pieces = sgr(row.replace(b"\n", b""))
    for piece in pieces:
        assert visible(piece.text) == piece.text
        assert "\x1b" not in piece.text
        assert piece.text
    assert all(one.look != other.look for one, other in pairwise(pieces))


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\n"), max_size=30), st.data())
def test_text_that_is_cut_anywhere_is_shown(text: str, data: st.DataObject) -> None:
    """A character whose bytes are torn apart is shown as those bytes; the rest stays text."""
    whole = text.encode()
    at = data.draw(st.integers(0, len(whole)))
    for part in (whole[:at], whole[at:]):
        assert visible(plain(part)) == plain(part)
    assert plain("é".encode()[:1]) == "\\xc3"
    assert plain("aé".encode()[:2] + b"!") == "a\\xc3!"


@pytest.mark.parametrize(
    ("row", "shown"),
    [
        (b"plain", "plain"),
        (b"windows\r", "windows"),
        (b"  1%|#\r 50%|##\r100%|###", "100%|###"),
        (b" 10%\r 50%\r", " 50%"),
        (b"a longer one\rshort", "shortger one"),
        (b"a longer one\rshort\x1b[K", "short"),
        (b"a longer one\x1b[2K\rnew", "new         "),
        (b"bold\b\b\b\bbold", "bold"),
        (b"a\tb\t\tc", "a       b               c"),
        (b"x\x1b[3Cy\x1b[1Gz", "z   y"),
        (b"\x1b]0;title\x07text\x1b(B\x1b[?25l", "text"),
        (b"bell\x07 nul\x00", "bell␇ nul␀"),
        ("日本\b\bxx".encode(), "日xx"),
        ("日本\rx".encode(), "x 本"),
        (b"back \xe2\x80\xae rows", "back \\u202e rows"),
        (b"caf\xe9", "caf\\xe9"),
        (b"cut \x1b[3", "cut ␛[3"),
        (b"", ""),
    ],
)
def test_what_a_terminal_would_show(row: bytes, shown: str) -> None:
    """Carriage returns, backspaces, tabs and erasures are carried out; the rest is left out or made visible."""
    assert plain(row) == shown


@pytest.mark.parametrize(
    ("numbers", "look"),
    [
        (b"31", Look(fg=1)),
        (b"1;92", Look(fg=10, bold=True)),
        (b"44;7;4", Look(bg=4, reverse=True, underline=True)),
        (b"38;5;208", Look(fg=208)),
        (b"48;2;1;2;3", Look(bg=(1, 2, 3))),
        (b"38:2:1:2:3", Look(fg=(1, 2, 3))),
        (b"58;5;3;3;9", Look(italic=True, strike=True)),
        (b"1;22;31;39", PLAIN),
        (b"31;", PLAIN),
        (b"38;5", PLAIN),
        (b"99999999999999;777", PLAIN),
        (b">4;1", PLAIN),
    ],
)
def test_colours_are_kept(numbers: bytes, look: Look) -> None:
    """The sequences for colours and the like become looks; what nobody knows changes nothing."""
    assert sgr(b"\x1b[" + numbers + b"mx") == [Piece("x", look)]


def test_a_look_lasts_until_it_ends() -> None:
    """Also across what was written over."""
    assert sgr(b"a\x1b[31mb\x1b[0mc") == [("a", PLAIN), ("b", Look(fg=1)), ("c", PLAIN)]
    assert sgr(b"\x1b[31mabc\rx\x1b[0my") == [("x", Look(fg=1)), ("y", PLAIN), ("c", Look(fg=1))]


def test_a_bar_of_many_steps_costs_little(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a row full of coloured states only the last is worked out."""
    worked: list[str] = []
    written = looks._written
    monkeypatch.setattr(looks, "_written", lambda part, look: worked.append(part) or written(part, look))
    assert plain(b"".join(b"\r\x1b[32m%3d%%\x1b[0m" % at for at in range(100))) == " 99%"
    assert len(worked) == 1
