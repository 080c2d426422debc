"""The logbook: windows, order of both streams, holes, long lines, search, counting, filtering."""

from __future__ import annotations

import json
import os
import re
import struct
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobyard.core.errors import BadInput
from jobyard.core.logbook import END, START, Book, Pattern, Place, Row, Source, pattern, plain
from jobyard.core.logbook.reader import BLOCK, Bars, Reader, dropped

GIB = 1 << 30
LINES = st.lists(
    st.sampled_from(
        [b"error\n", b"ok\n", b"\n", b"b\xc3\xa9\n", b"c\r\n", b"tail", b"y" * (BLOCK + 7), b"z" * 9000 + b"\n"]
    )
    | st.binary(max_size=9),
    max_size=14,
).map(b"".join)
BAR = b"".join(b"\r%3d%% ok |%s|" % (at // 30, b"#" * 20) for at in range(1500))  # some rows long
BARS = st.lists(st.sampled_from([b"ok\n", BAR, BAR + b"\n", b"x" * (BLOCK + 7)]), max_size=6).map(b"".join)
CUTS = st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), max_size=4)


def attempt(
    folder: Path, out: bytes = b"", err: bytes = b"", samples: list[tuple[float, int, int]] | None = None
) -> Source:
    """The folder of an attempt; *samples*: what the keeper noted."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "stdout").write_bytes(out)
    (folder / "stderr").write_bytes(err)
    (folder / "growth").write_bytes(b"".join(struct.pack("<dQQ", *sample) for sample in samples or []))
    return Source.of(folder, folder.name, 100.0)


def grown(out: bytes, err: bytes, cuts: list[tuple[float, float]]) -> list[tuple[float, int, int]]:
    """Samples of two streams that grew as *cuts* say (shares of their sizes)."""
    outs, errs = sorted(int(a * len(out)) for a, _ in cuts), sorted(int(b * len(err)) for _, b in cuts)
    return [(float(at), *sizes) for at, sizes in enumerate(zip(outs, errs, strict=True))]


def texts(rows: list[Row]) -> list[str]:
    """What stands in rows, their kind before it where they are no lines."""
    return [("" if row.kind == "line" else f"{row.kind}: ") + row.data.decode() for row in rows]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where examples are written over and over."""
    return tmp_path_factory.mktemp("book")


# -- windows ------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(out=LINES | BARS, err=LINES, other=LINES, cuts=CUTS, several=st.booleans())
def test_every_window_is_a_part_of_the_whole(
    folder: Path, out: bytes, err: bytes, other: bytes, cuts: list[tuple[float, float]], several: bool
) -> None:
    """Wherever rows are come upon, from before or from behind, they and their order are the same."""
    sources = [attempt(folder / "a", out, err, grown(out, err, cuts))]
    sources += [attempt(folder / "b", other), attempt(folder / "c", err=other)] if several else []
    book = Book(sources)
    rows = book.window(START, 0, 999)
    assert book.window(END, 999, 0) == rows
    for at, row in enumerate(rows):
        assert book.window(row.place, 3, 4) == rows[max(0, at - 3) : at + 4]
        inside = row.place._replace(offset=max(row.place.offset, row.end - 1))
        assert book.window(inside, 0, 1) == [row] or row.kind == "heading"


@settings(max_examples=40, deadline=None)
@given(out=LINES, err=LINES, cuts=CUTS)
def test_nothing_is_lost_and_nothing_twice(
    folder: Path, out: bytes, err: bytes, cuts: list[tuple[float, float]]
) -> None:
    """The rows of a stream are its bytes, each at the offset that it says, none as long as 32 KiB."""
    book = Book([attempt(folder / "a", out, err, grown(out, err, cuts))])
    for stream, data in (("stdout", out), ("stderr", err)):
        rows = [row for row in book.window(START, 0, 999) if row.place.stream == stream]
        assert "".join(f"{row.place.offset}-{row.end} " for row in rows) == _chain(rows, len(data))
        assert b"".join(row.data + b"\n" * (row.end - row.place.offset - len(row.data)) for row in rows) == data
        assert all(len(row.data) < 1 << 15 for row in rows)
        assert [row.continued for row in rows] == [False, *(row.more for row in rows)][: len(rows)]


def _chain(rows: list[Row], size: int) -> str:
    """Offsets of rows that follow each other up to *size*."""
    ends = [0, *(row.end for row in rows)]
    assert ends[-1] == size
    return "".join(f"{start}-{end} " for start, end in pairwise(ends))


def test_both_streams_in_the_order_in_which_they_arrived(tmp_path: Path) -> None:
    """The keeper's samples say what came first; within a sample standard output comes first; lines are never cut."""
    samples = [(10.0, 4, 0), (11.0, 4, 6), (12.0, 9, 6), (13.0, 12, 11)]
    book = Book([attempt(tmp_path / "a", b"o1\no2 x\no3\nend", b"e1\ne2 x\ne3\n", samples)])
    told = [(row.data.decode(), row.at) for row in book.window(START, 0, 99)]
    assert told == [
        ("o1", 10.0), ("o2 x", 10.0), ("e1", 11.0), ("e2 x", 11.0), ("o3", 12.0), ("end", 13.0), ("e3", 13.0),
    ]  # fmt: skip
    assert texts(Book(book.sources, "stderr").window(START, 0, 9)) == ["e1", "e2 x", "e3"]
    assert texts(Book(book.sources, "stdout").window(START, 0, 9)) == ["o1", "o2 x", "o3", "end"]


def test_what_is_shown_keeps_its_order_while_more_comes(tmp_path: Path) -> None:
    """Rows whose bytes the keeper has seen stay where they are, whatever is written behind them."""
    book = Book([attempt(tmp_path / "a", b"o1\no2", b"e1\n", [(1.0, 3, 3)])])
    before = book.window(START, 0, 9)
    attempt(tmp_path / "a", b"o1\no2\no3\n", b"e1\ne2\n", [(1.0, 3, 3), (2.0, 6, 3), (3.0, 9, 6)])
    assert texts(before) == ["o1", "e1", "o2"]
    assert texts(book.window(START, 0, 9)) == ["o1", "e1", "o2", "o3", "e2"]


def test_several_jobs_stand_one_after_the_other(tmp_path: Path) -> None:
    """A heading says whose log begins, also of a job that wrote nothing."""
    sources = [
        attempt(tmp_path / "first", b"1\n"),
        attempt(tmp_path / "silent"),
        attempt(tmp_path / "last", err=b"2\n"),
    ]
    book = Book(sources)
    rows = book.window(START, 0, 9)
    assert texts(rows) == ["heading: first", "1", "heading: silent", "heading: last", "2"]
    assert [book.window(row.place, 0, 1)[0] for row in rows] == rows
    assert book.fraction(rows[-1].place) == 0.5


@pytest.mark.parametrize("what", ["nothing", "folder", "pipe", "empty"])
def test_what_cannot_be_read_is_empty(tmp_path: Path, what: str) -> None:
    """A log that is missing, or is no file, has no rows; nothing raises and nothing waits."""
    path = tmp_path / "stdout"
    {"nothing": lambda: None, "folder": path.mkdir, "pipe": lambda: os.mkfifo(path), "empty": path.touch}[what]()
    book = Book([Source.of(tmp_path)])
    assert book.window(END, 9, 9) == book.window(START, 9, 9) == []
    assert (book.size, book.there, book.search(pattern("x"))) == (0, what == "empty", None)
    assert (book.fraction(START), book.at_fraction(0.5), book.at_time(0.0)) == (0.0, END, END)
    assert Book([]).window(END, 9, 9) == []
    assert Book([]).search(pattern("x")) is Book([]).search(pattern("x"), END, backwards=True) is None


# -- holes and long lines -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "said", ["[" * 200_000, '{"stdout": [Infinity, 9]}', '{"stdout": [9, 3]}', '{"stdout": [0, 1e300]}', "\x00"]
)
def test_a_damaged_note_of_what_was_dropped_says_nothing(tmp_path: Path, said: str) -> None:
    """A note that cannot be read, or says what cannot be, counts as none."""
    (tmp_path / "holes.json").write_text(said)
    assert dropped(tmp_path / "holes.json") == (0, 0)


def test_a_pipe_in_place_of_the_note_does_not_block(tmp_path: Path) -> None:
    """Where the note should lie may lie a pipe: nobody waits for a writer."""
    os.mkfifo(tmp_path / "holes.json")
    assert dropped(tmp_path / "holes.json") == (0, 0)


def test_what_the_keeper_dropped_is_told(tmp_path: Path) -> None:
    """A row says how much is gone; it is not read as gigabytes of zeros, and does not count as a way to go."""
    source = attempt(tmp_path / "a", b"head\n" + b"h" * 8187)
    with (tmp_path / "a" / "stdout").open("r+b") as file:
        file.seek(GIB)
        file.write(b"t" * 4095 + b"\nlast\n")
    (tmp_path / "a" / "holes.json").write_text(json.dumps({"stdout": [8192, GIB]}))
    book = Book([source])
    rows = book.window(START, 0, 9)
    assert [(row.kind, row.data[:7].decode(), row.size) for row in rows] == [
        ("line", "head", 0), ("line", "hhhhhhh", 0), ("gap", "1 GiB d", GIB - 8192), ("line", "ttttttt", 0),
        ("line", "last", 0),
    ]  # fmt: skip
    assert rows[2].data == b"1 GiB dropped here"
    assert book.window(END, 9, 0) == rows
    assert book.size == 8192 + 4096 + 5
    assert book.at_fraction(book.fraction(rows[3].place)) == rows[3].place


def test_ten_gigabytes_of_nothing(tmp_path: Path) -> None:
    """A file that its job has only made long is one gap, told as what it is, and searched at once."""
    source = attempt(tmp_path / "a", b"one\n")
    os.truncate(tmp_path / "a" / "stdout", 10 * GIB)
    book = Book([source])
    rows = book.window(END, 9, 0)
    assert [row.kind for row in rows][-1] == "gap"
    assert b"never written here" in rows[-1].data
    assert rows[0].data.startswith(b"one")
    assert book.search(pattern("two")) is None
    assert sum(1 for _ in book.lines().run()) > 0


def test_one_long_line_comes_in_pieces(tmp_path: Path) -> None:
    """Rows of a line without end are the same from both ends, and a match in its middle is found where it is."""
    line = b"a" * 1_000_000 + b"needle" + b"b" * 1_000_000
    book = Book([attempt(tmp_path / "a", b"before\n" + line + b"\nafter\n")])
    rows = list(book.rows())
    assert b"".join(row.data for row in rows[1:-1]) == line
    assert list(book.rows_back())[::-1] == rows
    for expression in ("needle", "n[e]+dle", "needl[e]"):
        hit = book.search(pattern(expression))
        assert hit is not None
        assert hit.place.offset + hit.column == 7 + 1_000_000
        assert book.search(pattern(expression), hit.place) is None
        back = book.search(pattern(expression), END, backwards=True)
        assert back == hit


@given(st.integers(0, 2 * BLOCK))
@settings(max_examples=30, deadline=None)
def test_a_match_across_the_pieces_of_a_line_is_found(folder: Path, shift: int) -> None:
    """Wherever a row is broken, what stands across the break is one text."""
    book = Book([attempt(folder / "a", b"x" * (2 * BLOCK + shift) + b"needle" + b"x" * 3 * BLOCK)])
    hit = book.search(pattern("needle"))
    assert hit is not None
    assert hit.place.offset + hit.column == 2 * BLOCK + shift


def test_a_progress_bar_is_one_row(tmp_path: Path) -> None:
    """However long it has gone on, its last state is seen; what looks back over it is remembered."""
    states = b"".join(b"\r%6d of 100000 |%s|" % (at, b"#" * 40) for at in range(20_000))
    book = Book([attempt(tmp_path / "a", b"begin\n" + states)])
    rows = book.window(END, 9, 0)
    assert [plain(row.data) for row in rows] == ["begin", f" 19999 of 100000 |{'#' * 40}|"]
    assert (rows[-1].more, rows[-1].continued) == (False, False)
    assert book.window(START, 0, 9) == rows
    with (tmp_path / "a" / "stdout").open("ab") as file:
        file.write(states + b"\rdone\x1b[K\nend\n")
    assert [plain(row.data) for row in book.window(END, 9, 0)] == ["begin", "done", "end"]
    assert book.search(pattern(" 5000 of")) is None
    attempt(tmp_path / "a", b"a" * 100_000)
    book.grown()
    assert len(book.window(END, 99, 0)) > 3


def test_what_is_remembered_of_another_file_ends_nothing(tmp_path: Path) -> None:
    """A log that was replaced behind its reader's back is read to its end all the same."""
    path, bars = tmp_path / "stdout", Bars()
    path.write_bytes(b"x" * 5 * BLOCK)
    bars.stretch = (0, BLOCK + 5)
    assert [row.end for row in Reader(path, bars).rows(0)][-1] == 5 * BLOCK
    bars.stretch = (BLOCK, 3 * BLOCK + 5)
    assert [row.start for row in Reader(path, bars).rows_before(5 * BLOCK)][-1] == 0


# -- where --------------------------------------------------------------------------------------


def test_a_time_leads_to_what_arrived_then(tmp_path: Path) -> None:
    """The first row that was there at that time or later; behind everything where nothing came any more."""
    book = Book([attempt(tmp_path / "a", b"1\n2\n3\n", b"", [(10.0, 2, 0), (20.0, 4, 0), (30.0, 6, 0)])])
    found = [book.at_time(time) for time in (0.0, 10.0, 10.5, 25.0, 31.0)]
    assert [place.offset if place != END else None for place in found] == [0, 0, 2, 4, None]


@settings(max_examples=40, deadline=None)
@given(out=LINES, err=LINES, cuts=CUTS)
def test_fractions_go_down_with_the_rows(folder: Path, out: bytes, err: bytes, cuts: list[tuple[float, float]]) -> None:
    """Further down is never less; and a fraction leads to a row that is about there."""
    book = Book([attempt(folder / "a", out, err, grown(out, err, cuts))])
    rows = book.window(START, 0, 999)
    fractions = [book.fraction(row.place) for row in rows]
    assert fractions == sorted(fractions)
    longest = max((row.end - row.place.offset for row in rows), default=1)
    for fraction in fractions:
        assert abs(book.passed(book.at_fraction(fraction)) - fraction * book.size) <= 2 * longest + 1


def test_a_look_tells_what_has_happened(tmp_path: Path) -> None:
    """Growth, truncation, another file in its place, and none any more."""
    source = attempt(tmp_path / "a", b"12345")
    book, path = Book([source]), tmp_path / "a" / "stdout"
    path.write_bytes(b"1234567")
    news = book.grown()
    assert (news.more, news.anew) == (2, False)
    path.write_bytes(b"1")
    assert book.grown().truncated
    path.rename(tmp_path / "old")
    path.write_bytes(b"123")
    assert book.grown().replaced
    path.unlink()
    news = book.grown()
    assert news.gone
    assert news.anew
    assert book.grown() == (0, False, False, False)


def test_a_job_that_truncates_its_log_is_survived(tmp_path: Path) -> None:
    """Samples from before the truncation no longer say what came when."""
    samples = [(1.0, 1000, 0), (2.0, 2000, 6), (3.0, 3, 6), (4.0, 6, 9)]
    book = Book([attempt(tmp_path / "a", b"o1\no2\n", b"e1\ne2\ne3\n", samples)])
    assert texts(book.window(START, 0, 9)) == ["e1", "e2", "o1", "o2", "e3"]
    attempt(tmp_path / "a", b"o", b"e1\n", samples)
    assert texts(book.window(START, 0, 9)) == ["o", "e1"] or texts(book.window(START, 0, 9)) == ["e1", "o"]


# -- search, count, filter ----------------------------------------------------------------------

WORDS = st.sampled_from(["e", "^ok$", "r+or", "(?:e|o)r", r"\Aok", "é", "^$", r"[^o]\s", "tail", "yy", "c\\b"])


def matching(rows: list[Row], wanted: Pattern) -> list[int]:
    """By definition: which rows match."""
    return [at for at, row in enumerate(rows) if row.kind == "line" and wanted.matches(row.data)]


@settings(max_examples=40, deadline=None)
@given(out=LINES | BARS, err=LINES, other=LINES, cuts=CUTS, word=WORDS, ignore=st.booleans())
def test_search_finds_what_looking_at_every_row_finds(
    folder: Path, out: bytes, err: bytes, other: bytes, cuts: list[tuple[float, float]], word: str, ignore: bool
) -> None:
    """The next match, the one before, how many there are and how many before a row."""
    book = Book([attempt(folder / "a", out, err, grown(out, err, cuts)), attempt(folder / "b", other)])
    rows, wanted = book.window(START, 0, 999), pattern(word, ignore_case=ignore)
    if any(row.more for row in rows):
        wanted = pattern("z9|rror|ok", ignore_case=ignore)  # anchors mean the line there, not the row
    hits = matching(rows, wanted)
    tally = book.tally(wanted)
    list(tally.run())
    assert (tally.found, tally.done) == (len(hits), True)
    for at, row in enumerate(rows):
        assert tally.before(row.place) == sum(hit < at for hit in hits)
        assert _row(rows, book.search(wanted, row.place)) == min((hit for hit in hits if hit > at), default=None)
        back = book.search(wanted, row.place, backwards=True)
        assert _row(rows, back) == max((hit for hit in hits if hit < at), default=None)
        here = book.search(wanted, row.place, here=True)
        assert _row(rows, here) == min((hit for hit in hits if hit >= at), default=None)


def _row(rows: list[Row], hit: object) -> int | None:
    return None if hit is None else [row.place for row in rows].index(hit.place)  # type: ignore[attr-defined]


SHORT = st.lists(st.sampled_from([b"a\n", b"b\n", b"\n", b"cc\n", b"x"]), max_size=20).map(b"".join)


@settings(max_examples=40, deadline=None)
@given(out=SHORT, err=SHORT, other=SHORT, cuts=CUTS, context=st.integers(0, 3), several=st.booleans())
def test_the_filtered_view_is_the_same_from_everywhere(
    folder: Path, out: bytes, err: bytes, other: bytes, cuts: list[tuple[float, float]], context: int, several: bool
) -> None:
    """Matches, what is around them, headings of those that have any, and cuts where something is left out."""
    sources = [attempt(folder / "a", out, err, grown(out, err, cuts))]
    sources += [attempt(folder / "b", b"a\n"), attempt(folder / "c", other)] if several else []
    book, wanted = Book(sources), pattern("c")
    rows, view = book.window(START, 0, 999), book.matching(wanted, context)
    shown = by_definition(rows, matching(rows, wanted), context)
    assert [(row.place, row.kind) for row in view.window(START, 0, 999)] == [pair for _, pair in shown]
    for at, row in enumerate(rows):
        window = [(one.place, one.kind) for one in view.window(row.place, 2, 3)]
        first = next((number for number, (where, _) in enumerate(shown) if where >= at), len(shown))
        assert window == [pair for _, pair in shown[max(0, first - 2) : first + 3]]


def by_definition(rows: list[Row], hits: list[int], context: int) -> list[tuple[int, tuple[Place, str]]]:
    """The filtered view, row by row: which row, and what stands there."""

    def seen(at: int) -> bool:
        source = rows[at].place.source
        reach = len(rows) if rows[at].kind == "heading" else context
        return any(abs(hit - at) <= reach and rows[hit].place.source == source for hit in hits)

    found = []
    for at, row in enumerate(rows):
        follows = at + 1 < len(rows) and rows[at + 1].kind != "heading" and seen(at + 1)
        if seen(at):
            found.append((at, (row.place, row.kind)))
        elif context and follows and row.kind != "heading":
            found.append((at, (row.place, "cut")))
    return found


@settings(max_examples=25, deadline=None)
@given(out=LINES, err=LINES, cuts=CUTS)
def test_lines_have_numbers(folder: Path, out: bytes, err: bytes, cuts: list[tuple[float, float]]) -> None:
    """A row's number is how many lines end before it; and the number leads back to the line."""
    book = Book([attempt(folder / "a", out, err, grown(out, err, cuts))])
    lines = book.lines()
    list(lines.run())
    ended = 0
    for row in book.window(START, 0, 999):
        assert lines.before(row.place) == ended
        if not row.continued:
            assert lines.at(ended) == row.place or lines.before(lines.at(ended) or END) == ended
        ended += row.end - row.place.offset > len(row.data)
    assert lines.at(ended + 1) is None


def test_counting_goes_on_where_it_was(tmp_path: Path) -> None:
    """After growth only what came is counted, and a line that was not whole then counts once."""
    book = Book([attempt(tmp_path / "a", b"hit\nmiss\nhi")])
    tally = book.tally(pattern("hit"))
    list(tally.run())
    assert tally.found == 1
    with (tmp_path / "a" / "stdout").open("ab") as file:
        file.write(b"t\nhit\n")
    book.grown()
    list(tally.run())
    assert (tally.found, tally.before(END)) == (3, 3)


def test_a_search_stops_at_once(tmp_path: Path) -> None:
    """Whoever asks for it waits for one slice at most; progress is told on the way and only rises."""
    book = Book([attempt(tmp_path / "a", b"x" * 79 + b"\n" + (b"y" * 79 + b"\n") * 100_000)])
    heard: list[float] = []
    assert book.search(pattern("no"), stop=lambda: len(heard) >= 3, progress=heard.append) is None
    assert len(heard) == 3
    assert heard == sorted(heard)
    assert heard[-1] < 1
    tally = book.tally(pattern("y"))
    assert list(tally.run(lambda: True)) == []
    assert (tally.done, tally.before(END)) == (False, None)


@pytest.mark.parametrize("text", ["(", "*", "a{2000}", "\udcff("])
def test_a_pattern_that_cannot_be_used_is_refused(text: str) -> None:
    """With what is wrong with it and what to do."""
    with pytest.raises(BadInput, match="cannot be used"):
        pattern(text)


@pytest.mark.parametrize(
    "text",
    [
        "(a+)+$", "(a|a)*b", "(.*)*b", "(?:.?a)*b", "(?:a?){30}a{30}b", "(?:a{1,9}){1,9}b", "a.*a.*a.*a.*b",
        "[a-z]+[a-z]+[a-z]+:", r"(\w+\s?)*x:", "(?s).*a.*a.*b", "(a.*)+:", "(?i)(a|A)*b",
    ],
)  # fmt: skip
def test_no_pattern_takes_for_ever(text: str) -> None:
    """Each of these has Python's own matcher try more ways than there are atoms, or nearly."""
    line = b"a" * 3900 + b"!"
    assert pattern(text).matches(line) is False
    assert pattern(text, ignore_case=True).within(line) == []


@pytest.mark.parametrize("text", ["(?=a)b", "(?<!a)b", r"(a)\1", "a{2000}", "(?>a)b"])
def test_what_could_take_for_ever_is_refused(text: str) -> None:
    """RE2 leaves it out; the words say what it is."""
    with pytest.raises(BadInput, match="cannot be used"):
        pattern(text)


@given(
    st.sampled_from(
        ["Er+or", "(?i)ER+OR", "[a-f]x", "[A-F]X", r"\bOK\b", r"\WOK", r"\x4fK", "[^o]K", "(?:o|E)K", "O?K$", "[@-_]k"]
    ),
    st.lists(st.sampled_from([b"error", b"ERROR", b"ok", b"OK", b" ", b"fX", b"Fx", b"-", b"k", b"\xc9"]), max_size=6),
)
def test_case_is_left_aside_as_re_does(text: str, words: list[bytes]) -> None:
    """RE2 finds the same as Python's own."""
    line = b"".join(words)
    found = re.search(text.encode(), line, re.IGNORECASE)
    assert pattern(text, ignore_case=True).where(line) == (found.span() if found else None)


def test_a_plain_text_means_itself() -> None:
    """Nothing in it is special, and case may be left out of account."""
    assert pattern("a.b(", plain=True).matches(b"xa.b(x")
    assert not pattern("a.b(", plain=True).matches(b"xaxb(x")
    assert pattern("ERR", ignore_case=True).matches(b"an error")
    assert pattern("e+r", ignore_case=True).matches(b"an ERROR")
    assert pattern("o").within(b"foo") == [(1, 2), (2, 3)]


def test_the_ends_of_the_text_are_those_of_the_line(tmp_path: Path) -> None:
    """Whatever is searched at once."""
    book = Book([attempt(tmp_path / "a", b"ba\nab\naa\n")])
    assert [book.search(pattern(text)).column for text in (r"\Aa", r"b\z")] == [0, 1]  # type: ignore[union-attr]
    assert [book.search(pattern(text)).place.offset for text in (r"\Aa", r"b\z")] == [3, 3]  # type: ignore[union-attr]
