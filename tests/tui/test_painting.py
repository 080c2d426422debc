"""Lines as cells: what is narrow, what fits, and that what is sent is what differs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.style import Style
from textual.strip import Strip

from jobyard.tui.painting import _NARROW, cells, differing, fit, strip_of
from jobyard.tui.text import plain

TEXT = st.text(st.characters(codec="utf-8"), max_size=30).map(plain) | st.text("ab漢字 é️✓…▌", max_size=30)
STYLES = st.sampled_from([Style(), Style(bold=True), Style(dim=True)])
WIDTH = 24


def line(parts: list[tuple[str, Style]]) -> Strip:
    return strip_of(parts, Style(color="red"), WIDTH)


LINES = st.lists(st.tuples(TEXT, STYLES), max_size=5).map(line)


def test_what_is_taken_for_narrow_is_one_cell_wide() -> None:
    """Of every character that is not looked at one by one."""
    narrow = [chr(code) for code in range(0x11000) if _NARROW(chr(code))]
    assert len(narrow) > 600
    assert [char for char in narrow if cell_len(char) != 1] == []


@given(text=TEXT, width=st.integers(0, 30), right=st.booleans())
def test_a_text_fits_exactly(text: str, width: int, right: bool) -> None:
    """Padded or cut, wide characters or not."""
    assert cell_len(fit(text, width, right)) == width


@given(strip=LINES)
def test_a_line_is_as_wide_as_it_is_said_to_be(strip: Strip) -> None:
    """Its parts fill it, and it has a cell for each of its cells."""
    assert sum(cell_len(segment.text) for segment in strip) == WIDTH
    assert len(cells(strip)) == WIDTH


@given(before=LINES, after=LINES)
def test_what_differs_is_all_that_need_be_sent(before: Strip, after: Strip) -> None:
    """The spans laid over the line of before give the line of after, and no wide character is cut in two."""
    old, new = cells(before), cells(after)
    shown = list(old)
    for start, end in differing(old, new):
        shown[start:end] = new[start:end]
        assert new[start][0]
        assert end == len(new) or (old[end][0] and new[end][0])
    assert shown == new
    assert not differing(new, new)
