"""From wishes to pages: what is read, when it is read again, and what is said where there is nothing to read."""

from __future__ import annotations

import os
from pathlib import Path
from typing import cast

import pytest

from jobyard.core.logbook import END, START, Place
from jobyard.core.yard import Yard
from jobyard.tui.logs.model import Fraction, Page, Sieve, Subject, Wish
from jobyard.tui.logs.reading import Reading, enough
from jobyard.tui.logs.searching import Count, Counting, Found, Stopping, line_place, search, sought
from tests.tui.fake_yard import FakeYard

RUNNING, ENDED = Subject(33), Subject(18)


@pytest.fixture
def log(fake: FakeYard) -> Path:
    """The file of job 33, which runs."""
    fake.logs[33] = fake.home / "log"
    fake.logs[33].write_text("".join(f"line {number}\n" for number in range(1000)))
    return fake.logs[33]


@pytest.fixture
def fake(tmp_path: Path) -> FakeYard:
    return FakeYard(tmp_path)


@pytest.fixture
def reading(fake: FakeYard) -> Reading:
    return Reading(cast("Yard", fake))


def page(reading: Reading, wish: Wish, *, fresh: bool = False) -> Page | None:
    return reading.page(wish, fresh=fresh, anyway=False, stop=Stopping(), tell=lambda fraction: None)


def shown(found: Page | None) -> list[str]:
    assert found is not None
    return [text.plain for text in found.texts]


def test_a_page_around_a_place(log: Path, reading: Reading) -> None:
    """Rows before and from the anchor on, and whether there are more."""
    found = page(reading, Wish(RUNNING, Fraction(0.5), 3, 2))
    assert found is not None
    assert len(found.rows) == 5
    assert (found.first, found.last) == (False, False)
    assert found.rows[3].place == found.at
    assert 0 < found.upper < found.lower < found.size == log.stat().st_size
    start, end = page(reading, Wish(RUNNING, START, 3, 2)), page(reading, Wish(RUNNING, END, 3, 0))
    assert (start and start.first, end and end.last) == (True, True)
    assert shown(end) == ["line 997", "line 998", "line 999"]


def test_what_is_as_before_is_not_read_again(log: Path, reading: Reading) -> None:
    """The same wish brings nothing until the file grows, is cut, or the job is to be looked at."""
    wish = Wish(RUNNING, END, 2, 0)
    assert page(reading, wish) is not None
    assert page(reading, wish) is None
    with log.open("a") as file:
        file.write("more\n")
    grown = page(reading, wish)
    assert shown(grown) == ["line 999", "more"]
    assert grown is not None
    assert (grown.more, grown.anew) == (5, False)
    assert page(reading, wish, fresh=True) is not None
    log.write_text("cut\n")
    cut = page(reading, wish)
    assert shown(cut) == ["cut"]
    assert cut is not None
    assert cut.anew
    log.unlink()
    gone = page(reading, wish)
    assert shown(gone) == []


def test_what_is_said_where_nothing_is(fake: FakeYard, reading: Reading) -> None:
    """Not started, nothing yet, its files removed, the job gone: each in its own words."""

    def silence(row: int) -> str:
        found = page(reading, Wish(Subject(row), END, 2, 0))
        assert found is not None
        return " ".join(found.story.silence)

    assert "has not been started yet" in silence(21)
    assert "Nothing written yet" in silence(33)
    assert "were removed" in silence(18)
    assert "job is gone" in silence(999)
    fake.logs[18] = fake.home / "empty"
    fake.logs[18].touch()
    assert "were removed" not in silence(18)


def test_the_end_of_a_job_is_told(fake: FakeYard, reading: Reading) -> None:
    """How it ended and how long it took; of one that runs nothing."""
    ended, running = page(reading, Wish(ENDED, END, 1, 0)), page(reading, Wish(RUNNING, END, 1, 0))
    assert ended is not None
    assert ended.story.ending[0].startswith("■ completed, exit 0, ")
    assert ended.story.over
    assert running is not None
    assert running.story.ending == ("", "")


def test_a_filter_shows_what_matches(log: Path, reading: Reading) -> None:
    """Only lines that match, and with context those around; what comes later is looked for behind the last one."""
    bare = Wish(RUNNING, END, 4, 0, Sieve("99$", sought("99$").pattern, 0))
    assert shown(page(reading, bare)) == ["line 699", "line 799", "line 899", "line 999"]
    around = Wish(RUNNING, END, 5, 0, Sieve("99$", sought("99$").pattern, 1))
    assert shown(page(reading, around)) == ["line 899", "line 900", "…", "line 998", "line 999"]
    with log.open("a") as file:
        file.write("after\nx\ny\nline 1099\n")
    more = Wish(RUNNING, END, 8, 0, around.sieve)
    fresh = shown(Reading(reading._yard).page(more, fresh=True, anyway=True, stop=Stopping(), tell=lambda part: None))
    assert fresh[-3:] == ["…", "y", "line 1099"]


@pytest.mark.parametrize("context", [0, 1, 3])
def test_a_filter_that_is_followed_shows_what_a_fresh_look_shows(log: Path, reading: Reading, context: int) -> None:
    """Row by row, whatever is written: the rows that are added are those that a look at everything finds."""
    sieve = Sieve("7", sought("7").pattern, context)
    wish = Wish(RUNNING, END, 40, 0, sieve)
    page(reading, wish)
    for number in range(1000, 1090, 3):
        with log.open("a") as file:
            file.write("".join(f"line {number + more}\n" for more in range(3)))
        followed = page(reading, wish)
        alone = page(Reading(reading._yard), wish)
        assert shown(followed) == shown(alone)


def test_long_rows_are_taken_in_fewer(log: Path, reading: Reading) -> None:
    """Of a line of 20 MB no more is in hand than a window needs, and there is more on both sides."""
    log.write_bytes(b"x" * 20_000_000)
    found = page(reading, Wish(RUNNING, Fraction(0.5), 300, 300))
    assert found is not None
    assert (found.first, found.last) == (False, False)
    assert sum(len(row.data) for row in found.rows) < 3_000_000
    assert enough([], 0) == (0, 0)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("error", "Error ERROR error"),
        ("Error", "Error"),
        (r"\Serror", ""),
        (r"err\wr", "Error ERROR error"),
        ("[A]", ""),
    ],
)
def test_capitals_count_if_there_are_any(log: Path, reading: Reading, text: str, found: str) -> None:
    """What is written in small letters is found in any; the letters of escapes are none."""
    log.write_text("Error\nERROR\nerror\n")
    page(reading, Wish(RUNNING, START, 0, 5))
    what = sought(text)
    rows = [row.data.decode() for row in reading.book.matching(what.pattern).rows()]
    assert " ".join(rows) == found
    assert what.shown is not None
    assert [row for row in rows if what.shown.search(row)] == rows


def test_search_goes_round(log: Path, reading: Reading) -> None:
    """Forwards and back, from a place on or behind it; at the end it goes on at the beginning, and says so."""
    page(reading, Wish(RUNNING, START, 0, 5))
    book = reading.book

    def look(place: Place, *, backwards: bool = False, here: bool = False) -> tuple[str, bool]:
        found = search(
            book, sought("[12]50$"), place, backwards=backwards, here=here, stop=Stopping(), tell=lambda found: None
        )
        assert found.place is not None
        return book.window(found.place, 0, 1)[0].data.decode(), found.round

    assert look(START) == ("line 150", False)
    first = book.window(START, 0, 151)[-1].place
    assert look(first, here=True) == ("line 150", False)
    assert look(first) == ("line 250", False)
    assert look(first, backwards=True) == ("line 250", True)
    assert look(END, backwards=True) == ("line 250", False)


def test_counting_tells_which_match_it_is(log: Path, reading: Reading) -> None:
    """The number of lines that match, which of them one is at, and after growth the new ones too."""
    page(reading, Wish(RUNNING, START, 0, 5))
    book, what = reading.book, sought("50$")
    counting = Counting(book, what)
    third = book.window(START, 0, 251)[-1].place
    assert counting.run(third, Stopping(), lambda count: None) == Count(10, 3, 1.0)
    assert counting.run(None, Stopping(), lambda count: None) == Count(10, 0, 1.0)
    with log.open("a") as file:
        file.write("line 50\n")
    book.grown()
    assert counting.run(third, Stopping(), lambda count: None) == Count(11, 3, 1.0)


def test_whoever_stops_gets_nothing(log: Path, reading: Reading) -> None:
    """A search, a count and a way to a line that were stopped say so, and find nothing."""
    page(reading, Wish(RUNNING, START, 0, 5))
    stop = Stopping()
    stop.stop()
    found = search(reading.book, sought("50$"), START, backwards=False, here=False, stop=stop, tell=lambda found: None)
    assert found == Found(stopped=True)
    assert Counting(reading.book, sought("50$")).run(None, stop, lambda count: None) is None
    assert line_place(reading.book, 5, stop, lambda found: None).stopped
    assert reading.page(Wish(RUNNING), fresh=False, anyway=True, stop=stop, tell=lambda part: None) is None


def test_lines_have_numbers(log: Path, reading: Reading) -> None:
    """Line 500 is where the five hundredth begins; beyond the last one is the end."""
    page(reading, Wish(RUNNING, START, 0, 5))
    found = line_place(reading.book, 500, Stopping(), lambda found: None)
    assert found.place is not None
    assert reading.book.window(found.place, 0, 1)[0].data == b"line 499"
    beyond = line_place(reading.book, 5000, Stopping(), lambda found: None)
    assert beyond.place in (END, None) or reading.book.window(beyond.place or END, 0, 1) == []


def test_a_sparse_file_is_a_page_like_any(log: Path, reading: Reading) -> None:
    """Ten GiB of which nothing was written are a line that says so, not memory."""
    with log.open("wb") as file:
        os.ftruncate(file.fileno(), 10 << 30)
        os.pwrite(file.fileno(), b"\nthe end\n", (10 << 30) - 9)
    found = page(reading, Wish(RUNNING, END, 10, 0))
    assert shown(found)[-1] == "the end"
    assert found is not None
    assert found.rows[0].kind == "gap"
    assert sum(len(row.data) for row in found.rows) < 10_000
