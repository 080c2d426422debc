"""A cursor among lines of which some lead somewhere."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from jobyard.tui.describe import Link, Row
from jobyard.tui.walking import Walk


def rows(text: str) -> list[Row]:
    """A letter is a line that leads there, a dot one that leads nowhere."""
    return [Row([], None if char == "." else Link("job", char)) for char in text]


def walk(text: str, room: int = 4) -> Walk:
    made = Walk()
    made.active = True
    made.show(rows(text), room)
    made.keep()
    return made


def where(made: Walk) -> str:
    return made.link.key if made.link is not None else ""


def test_from_link_to_link() -> None:
    """Down and up go over the lines that lead nowhere, as long as the next one is in sight."""
    made = walk(".a..b.c", room=7)
    assert where(made) == "a"
    made.move(1)
    assert where(made) == "b"
    made.move(5)
    assert where(made) == "c"
    made.move(-2)
    assert where(made) == "a"


def test_what_lies_between_is_read_line_by_line() -> None:
    """A link that is out of sight is scrolled to, a line at a time; then the cursor goes there."""
    made = walk("a......b", room=4)
    tops = []
    while where(made) != "b":
        made.move(1)
        tops.append(made.top)
    assert tops == [1, 2, 3, 4]


def test_text_without_links_is_scrolled() -> None:
    """Where nothing leads anywhere the window moves, to the end and no further."""
    made = walk("......", room=4)
    made.move(9)
    assert (made.top, where(made)) == (2, "")
    made.page(-1)
    assert made.top == 0


def test_the_cursor_holds_on_to_where_it_leads() -> None:
    """Lines that come in above move the cursor's line, not the cursor; of two alike it stays on its own."""
    made = walk("a.b.b", room=9)
    made.move(2)
    assert made.cursor == 4
    made.show(rows("xx.a.b.b"), 9)
    assert made.cursor == 7


def test_a_line_that_is_gone_leaves_the_cursor_near() -> None:
    """When its line is no more the cursor is on the one that took its place, or the one before."""
    made = walk("a.b.c", room=9)
    made.move(1)
    made.show(rows("a.c"), 9)
    assert where(made) == "c"
    made.show(rows("a..."), 9)
    assert where(made) == "a"


def test_pages_and_ends() -> None:
    """A page takes the cursor along; the end is the last link."""
    made = walk("a...b...c...d", room=4)
    made.page(1)
    assert (made.top, where(made)) == (4, "b")
    made.end()
    assert (made.top, where(made)) == (9, "d")
    made.scroll(0)
    assert where(made) == "a"


def test_who_comes_back_finds_the_line() -> None:
    """A walk that begins with a link has it under the cursor and in sight."""
    made = Walk()
    made.begin(Link("job", "z"))
    made.show(rows("a" + "." * 20 + "z"), 4)
    made.keep()
    assert where(made) == "z"
    assert made.cursor is not None
    assert made.in_sight(made.cursor)


def test_without_the_keys_there_is_no_cursor() -> None:
    """A pane that only shows has none, also when it is scrolled."""
    made = Walk()
    made.show(rows("a...b..."), 4)
    made.keep()
    made.scroll(3)
    assert made.cursor is None


STEPS = st.lists(st.tuples(st.sampled_from(["move", "page", "end", "scroll", "show"]), st.integers(-9, 9)), max_size=30)
TEXTS = st.text(alphabet="..ab", max_size=25)


@settings(max_examples=200, deadline=None)
@given(TEXTS, st.integers(0, 9), STEPS, st.data())
def test_no_steps_lose_the_window_or_the_cursor(
    text: str, room: int, steps: list[tuple[str, int]], data: st.DataObject
) -> None:
    """Whatever is pressed, whatever the lines become: window and cursor are among them, the cursor on a link."""
    made = walk(text, room)
    for name, value in steps:
        if name == "show":
            made.show(rows(data.draw(TEXTS)), abs(value))
            made.keep()
        elif name == "end":
            made.end()
        else:
            getattr(made, name)(value)
        assert 0 <= made.top <= made.last
        assert made.cursor is None or made.rows[made.cursor].link is not None
