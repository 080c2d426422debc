"""The window on a page of rows: it stays within the page, moves by lines, and holds on to rows."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from jobyard.core.logbook import Place, Row
from jobyard.tui.logs.window import Window

HEIGHTS = st.lists(st.integers(1, 7), max_size=30)


def row(number: int, lines: int = 1) -> Row:
    """A row that takes so many lines."""
    return Row(Place(0, "stdout", number), b"x" * lines, number + 1)


def window(heights: Sequence[int], height: int, *, first: bool = True, last: bool = True) -> Window:
    """A window on rows of these heights."""
    made = Window(lambda one: len(one.data))
    made.height = height
    made.take([row(number, lines) for number, lines in enumerate(heights)], first, last)
    return made


def laid(heights: Sequence[int]) -> list[tuple[int, int]]:
    """All lines of the page."""
    return [(number, line) for number, lines in enumerate(heights) for line in range(lines)]


@given(HEIGHTS, st.integers(1, 12), st.lists(st.integers(-40, 40), max_size=12))
def test_it_shows_the_lines_it_stands_on(heights: list[int], height: int, moves: list[int]) -> None:
    """After any moves it shows consecutive lines of the page, as many as it is high or as there are."""
    one, lines = window(heights, height), laid(heights)
    at, lowest = 0, max(0, len(lines) - height)
    for delta in moves:
        left = one.move(delta)
        goal = max(0, min(at + delta, lowest))
        assert left == abs(delta) - abs(goal - at)
        at = goal
        assert list(one.spots()) == lines[at : at + height]
        assert one.at_start == (at == 0)
        assert one.at_end == (at == lowest)


@given(HEIGHTS, st.integers(1, 12))
def test_the_end_is_at_the_bottom(heights: list[int], height: int) -> None:
    """At the end the last line of the page is the window's last, unless the page is shorter."""
    one = window(heights, height)
    one.end()
    assert list(one.spots()) == laid(heights)[-height:]
    one.home()
    assert list(one.spots()) == laid(heights)[:height]


@given(HEIGHTS.filter(bool), st.integers(1, 12), st.data())
def test_another_page_keeps_the_row_at_the_top(heights: list[int], height: int, data: st.DataObject) -> None:
    """Rows that are added above and below do not move what is in sight."""
    one = window(heights, height, first=False, last=False)
    one.move(data.draw(st.integers(0, 60)))
    seen = [(one.rows[number].place, line) for number, line in one.spots()]
    more = [row(1000 + number) for number in range(data.draw(st.integers(0, 5)))]
    below = [row(2000 + number) for number in range(height)]
    one.take([*more, *one.rows, *below], False, False)
    assert [(one.rows[number].place, line) for number, line in one.spots()][: len(seen)] == seen


@given(HEIGHTS.filter(bool), st.integers(1, 12), st.integers(0, 12), st.data())
def test_a_row_that_is_wanted_is_in_sight(heights: list[int], height: int, above: int, data: st.DataObject) -> None:
    """Showing a place has its row in the window, whatever was asked for above it."""
    one, number = window(heights, height), data.draw(st.integers(0, len(heights) - 1))
    assert one.show(Place(0, "stdout", number), min(above, height - 1))
    assert number in {spot[0] for spot in one.spots()}
    assert not one.show(Place(9, "stdout", 0))


@given(HEIGHTS, st.integers(-5, 5))
def test_a_window_without_lines_stands_on_a_row(heights: list[int], delta: int) -> None:
    """In a terminal too low for any line the top is a row all the same."""
    one = window(heights, 0)
    one.end()
    one.move(delta)
    assert (one.top_row is not None) == bool(heights)
    assert one.bottom_row is None


def test_it_says_when_more_rows_are_wanted() -> None:
    """Fewer than a window of rows above or below, where there are more, are too few."""
    one = window([1] * 50, 10, first=False, last=False)
    one.move(20)
    assert not one.short()
    one.move(12)
    assert one.short()
    assert not window([1] * 5, 10).short()


def test_heights_that_change_leave_no_room_below() -> None:
    """When lines are wrapped no more, the window is filled again."""
    wide = True
    one = Window(lambda each: len(each.data) if wide else 1)
    one.height = 5
    one.take([row(number, 3) for number in range(8)], True, True)
    one.end()
    wide = False
    one.settle()
    assert [spot[0] for spot in one.spots()] == [3, 4, 5, 6, 7]
