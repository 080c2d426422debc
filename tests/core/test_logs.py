"""Reading logs: their end, their growth, their lines; with holes, truncation and endless lines."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobyard.core import logs
from jobyard.core.errors import BadInput

GIB = 1 << 30
LOGS = st.lists(st.sampled_from([b"error\n", b"ok\n", b"\n", b"x" * 70_000, b"b\xc3\xa9\n", b"e"]), max_size=30).map(
    b"".join
)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """The path of a log that does not exist yet."""
    return tmp_path / "stdout"


def sparse(path: Path, head: bytes, size: int, end: bytes) -> Path:
    """A file of *size* bytes that has data at its head and at its end only."""
    with path.open("wb") as file:
        file.write(head)
        file.truncate(size - len(end))
        file.seek(0, os.SEEK_END)
        file.write(end)
    return path


def by_definition(data: bytes) -> list[bytes]:
    return data.removesuffix(b"\n").split(b"\n") if data else []


# -- tail ---------------------------------------------------------------------------------------


@given(LOGS, st.integers(0, 12))
def test_the_tail_is_the_last_lines(tmp_path_factory: pytest.TempPathFactory, data: bytes, count: int) -> None:
    """As many as asked for, blank ones and an unfinished last one included."""
    path = tmp_path_factory.getbasetemp() / "tail"
    path.write_bytes(data)
    expected = [line[: logs.LINE_BYTES] for line in by_definition(data)[-count:]] if count else []
    assert logs.tail(path, count, 1 << 24) == expected


def test_the_tail_of_a_gigabyte_is_there_at_once(log: Path) -> None:
    """Neither the size nor the hole in the middle is read."""
    sparse(log, b"first\n" * 1000, 4 * GIB, b"\nlast but one\nlast\n")
    start = time.process_time()
    assert logs.tail(log, 2) == [b"last but one", b"last"]
    assert time.process_time() - start < 0.1


def test_a_hole_ends_a_line(log: Path) -> None:
    """Text before a hole and text behind it are not joined to a line that nobody wrote."""
    sparse(log, b"x" * 65_536, 1 << 20, b"y" * 4096)
    assert [line[:1] for line in logs.tail(log, 5, 1 << 21)] == [b"x", b"y"]


def test_the_tail_before_a_hole_at_the_end(log: Path) -> None:
    """Also where a writer has extended its log with nothing, the last real lines are shown."""
    log.write_bytes(b"one\ntwo\n")
    os.truncate(log, GIB)
    assert logs.tail(log, 1, 1 << 20)[0].startswith(b"two") or logs.tail(log, 2, 1 << 20)[0].startswith(b"two")


def test_a_missing_log_is_empty(log: Path) -> None:
    """An attempt that has not started yet has no log; that is no error."""
    assert logs.tail(log) == []
    assert logs.follow(log, 0) == (b"", 0)
    assert list(logs.lines(log)) == []
    assert logs.read_range(log, 0, 10) == b""


# -- follow -------------------------------------------------------------------------------------


def test_following_sees_what_is_appended(log: Path) -> None:
    """Each look brings what came since the last one, in order, nothing twice."""
    log.write_bytes(b"one\n")
    data, offset = logs.follow(log, 0)
    assert (data, offset) == (b"one\n", 4)
    with log.open("ab") as file:
        file.write(b"two\n")
    assert logs.follow(log, offset) == (b"two\n", 8)
    assert logs.follow(log, 8) == (b"", 8)


def test_following_survives_truncation(log: Path) -> None:
    """A job that opens /dev/stdout for writing truncates its log: it is read from its new beginning."""
    log.write_bytes(b"a long first line\n")
    _, offset = logs.follow(log, 0)
    log.write_bytes(b"new\n")
    assert logs.follow(log, offset) == (b"new\n", 4)


def test_following_skips_holes(log: Path) -> None:
    """What the keeper has punched out is not read as gigabytes of zeros."""
    sparse(log, b"h" * 4096, 2 * GIB, b"t" * 4096)
    data, offset = logs.follow(log, 0)
    assert data == b"h" * 4096
    data, offset = logs.follow(log, offset)
    assert data.strip(b"\0") == b"t" * 4096
    assert offset == 2 * GIB


def test_following_takes_bounded_bites(log: Path) -> None:
    """However much has been written, one look brings no more than asked for."""
    log.write_bytes(b"x" * 1000)
    assert logs.follow(log, 10, max_bytes=100) == (b"x" * 100, 110)


def test_a_range_is_read_without_its_holes(log: Path) -> None:
    """Only data comes, whatever the distance."""
    sparse(log, b"h" * 4096, GIB, b"t" * 4096)
    assert logs.read_range(log, 4000, GIB) == b"h" * 96 + b"t" * 4096
    assert logs.read_range(log, 10, 12) == b"hh"


# -- lines and grep -----------------------------------------------------------------------------


@given(LOGS)
def test_lines_come_with_their_offsets(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    """Every line, capped, and where it begins in the file."""
    path = tmp_path_factory.getbasetemp() / "lines"
    path.write_bytes(data)
    found = list(logs.lines(path))
    assert [line.data for line in found] == [line[: logs.LINE_BYTES] for line in by_definition(data)]
    assert all(data[line.offset :].startswith(line.data) for line in found)


@given(
    LOGS, st.sampled_from(["e", "^$", "^ok$", "r+or", "k|x", "(?!o)e", r"\Aok", r"[^o]\s", "é", "", ".$", r"[^x]*+$"])
)
def test_grep_finds_what_a_search_line_by_line_finds(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, text: str
) -> None:
    """Searching whole blocks at once is faster and finds the same lines."""
    path = tmp_path_factory.getbasetemp() / "grep"
    path.write_bytes(data)
    pattern = logs.compile_pattern(text)
    expected = [line[: logs.LINE_BYTES] for line in by_definition(data) if pattern.search(line)]
    assert [line.data for line in logs.grep(path, pattern)] == expected


def test_an_endless_line_costs_its_reading_only(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its head comes as a line; what follows it is found again at the right place."""
    monkeypatch.setattr(logs, "STRETCH", 1000)
    log.write_bytes(b"a\n" + b"x" * 10_500 + b"\nb\nc")
    found = list(logs.lines(log))
    assert [(line.offset, line.data[:1]) for line in found] == [(0, b"a"), (2, b"x"), (10_503, b"b"), (10_505, b"c")]
    assert [line.offset for line in logs.grep(log, logs.compile_pattern("b|c"))] == [10_503, 10_505]


def test_grep_skips_holes(log: Path) -> None:
    """Eight gigabytes of nothing are searched at once."""
    sparse(log, b"error 1\n" * 512, 8 * GIB, b"\nerror 2\n")
    found = list(logs.grep(log, logs.compile_pattern("ERROR [0-9]", ignore_case=True)))
    assert len(found) == 513
    assert found[-1] == (8 * GIB - 8, b"error 2")


@pytest.mark.parametrize("text", ["(", "[", "*", "a{2,1}", "\ud800"])
def test_a_bad_pattern_is_refused(text: str) -> None:
    """With the reason, instead of a traceback."""
    with pytest.raises(BadInput, match="cannot be used"):
        logs.compile_pattern(text)


# -- the telling line ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tail", "telling"),
    [
        (["starting", "error: no compiler", "cleaning up"], "error: no compiler"),
        (["x.c:1: error: bad", "make[1]: *** [x] Error 1", "make: *** [all] Error 2"], "x.c:1: error: bad"),
        (["make: *** [all] Error 2"], "make: *** [all] Error 2"),
        (["could not open file", "0 errors, done"], "could not open file"),
        (["Traceback (most recent call last):", '  File "error.py", line 1', "ValueError: boom"], "ValueError: boom"),
        (["Traceback (most recent call last):", "  raise Odd()", "Odd: sideways", "more of it"], "Odd: sideways"),
        (["Traceback (most recent call last):", "  raise Odd()", "Odd: x", "going on", "fatal: y"], "fatal: y"),
        (["Traceback (most recent call last):"], ""),
        (["using default settings", "all good", ""], ""),
        ([], ""),
    ],
)
def test_the_telling_line_names_the_failure(tail: list[str], telling: str) -> None:
    """The last line that speaks of an error, rather than the last line or one that only passes the error on."""
    assert logs.telling_line(tail) == telling


def test_the_telling_line_of_raw_output_is_plain_text() -> None:
    """Colours are taken out."""
    assert logs.telling_line([b"\x1b[31merror\x1b[0m: x", b"bye"]) == "error: x"


def test_patterns_that_look_around_are_searched_by_line() -> None:
    """Their meaning depends on where a line begins and ends."""
    special = [rb"\Aa", rb"a\Z", rb"(?=a)", rb"(?<!a)", rb"a*+", rb"(?>a)"]
    assert all(logs._NEEDS_LINES.search(pattern) for pattern in special)
    assert not re.search(logs._NEEDS_LINES, rb"(?:a|b)+c")
