"""Reading logs: their end, their growth, their lines; with holes, truncation and endless lines."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobyard.core import logs

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
