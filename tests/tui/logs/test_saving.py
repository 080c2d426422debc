"""A log into a file, to the clipboard, to a pager."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobyard.core.errors import BadInput, YardError
from jobyard.core.logbook import START, Book, Source
from jobyard.core.logbook.growth import SAMPLE
from jobyard.tui.logs.model import Sieve
from jobyard.tui.logs.saving import copied, only_file, page_out, pager, raw, rows_of, save, target_of
from jobyard.tui.logs.searching import Stopping, sought

TEXT = b"one\n\x1b[31mtwo\x1b[0m\r\nthree\n"


@pytest.fixture
def book(tmp_path: Path) -> Book:
    """A job's folder with three lines of output."""
    (tmp_path / "stdout").write_bytes(TEXT)
    (tmp_path / "stderr").touch()
    return Book([Source.of(tmp_path)])


def saved(book: Book, path: Path, sieve: Sieve | None = None, *, replace: bool = False) -> int | None:
    return save(book, sieve, path, replace=replace, stop=Stopping(), tell=lambda fraction: None)


def test_it_is_saved_as_the_job_wrote_it(book: Book, tmp_path: Path) -> None:
    """Byte by byte, colours and all; with a filter only what matches."""
    assert saved(book, tmp_path / "copy") == len(TEXT)
    assert (tmp_path / "copy").read_bytes() == TEXT
    saved(book, tmp_path / "some", Sieve("e$", sought("e$").pattern, 0))
    assert (tmp_path / "some").read_bytes() == b"one\nthree\n"


def test_no_file_is_lost(book: Book, tmp_path: Path) -> None:
    """One that is there stays unless it is to be replaced; a folder that is not there is told; no half file is left."""
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(YardError, match="is there already"):
        saved(book, tmp_path / "mine")
    assert (tmp_path / "mine").read_text() == "mine"
    assert saved(book, tmp_path / "mine", replace=True) == len(TEXT)
    with pytest.raises(YardError, match="cannot be written"):
        saved(book, tmp_path / "no" / "such")
    stop = Stopping()
    stop.stop()
    assert save(book, None, tmp_path / "never", replace=False, stop=stop, tell=lambda fraction: None) is None
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine", "stderr", "stdout"]


def test_big_blocks_are_the_same_bytes(tmp_path: Path) -> None:
    """One file is copied as it is; a last line that is not whole ends as the others do; what came later is left."""
    (tmp_path / "stdout").write_bytes(b"x" * 50 + b"\n" + b"yes\r\n" * 500_000 + b"end")
    book = Book([Source.of(tmp_path)])
    told = list[float]()
    saved_bytes = save(book, None, tmp_path / "copy", replace=False, stop=Stopping(), tell=told.append)
    assert (tmp_path / "copy").read_bytes() == (tmp_path / "stdout").read_bytes() + b"\n" == b"".join(raw(book.rows()))
    assert saved_bytes == (tmp_path / "copy").stat().st_size
    assert told == sorted(told)
    assert len(told) > 2


def test_big_blocks_keep_the_order_of_both_streams(tmp_path: Path) -> None:
    """What the streams wrote by turns is saved in the order in which it is shown, whatever a sample cut in two."""
    (tmp_path / "stdout").write_bytes(b"".join(b"out %d\n" % number for number in range(300)) + b"half")
    (tmp_path / "stderr").write_bytes(b"".join(b"a longer error %d\n" % number for number in range(100)) + b"half too")
    samples = [SAMPLE.pack(1e9 + number, number * 37, number * 29) for number in range(1, 40)]
    (tmp_path / "growth").write_bytes(b"".join(samples))
    book = Book([Source.of(tmp_path)])
    saved(book, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == b"".join(raw(book.rows()))


def test_what_may_be_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name, one below home; not a folder, not nothing."""
    monkeypatch.setenv("HOME", str(tmp_path))
    assert target_of(" ~/x.log ") == tmp_path / "x.log"
    for wrong in ("", "  ", str(tmp_path), "/dev/null", str(tmp_path / "no" / "x"), "x" * 300, "a\0b"):
        with pytest.raises(BadInput):
            target_of(wrong)


def test_a_clipboard_gets_what_is_shown(book: Book) -> None:
    """The lines between two places, in whichever order they were marked, without what a terminal obeys."""
    places = [row.place for row in book.window(START, 0, 3)]
    assert copied(book, None, places[0], places[1]).text == "one\ntwo"
    assert copied(book, None, places[2], places[1]) == ("two\nthree", 2, False)


def test_a_clipboard_gets_no_more_than_it_takes(book: Book, tmp_path: Path) -> None:
    """Of a long range only its beginning, and that is told."""
    (tmp_path / "stdout").write_bytes(b"x" * 99 + b"\n" + (b"y" * 99 + b"\n") * 20_000)
    book.grown()
    rows = book.window(START, 0, 20_001)
    found = copied(book, None, rows[0].place, rows[-1].place)
    assert found.cut
    assert found.lines == 10_485


def test_which_pager(tmp_path: Path) -> None:
    """$PAGER with its words; else less or more; what is not there is told."""
    for name in ("less", "mine"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o700)
    path = str(tmp_path)
    assert pager({"PATH": path, "PAGER": "mine -R 'a b'"}) == ["mine", "-R", "a b"]
    assert pager({"PATH": path}) == ["less"]
    for env in ({"PATH": path, "PAGER": "none"}, {"PATH": path, "PAGER": "'"}, {"PATH": "/nowhere"}):
        with pytest.raises(BadInput):
            pager(env)


@pytest.mark.parametrize("ways", ["file", "pipe"])
def test_the_pager_gets_the_log(book: Book, tmp_path: Path, ways: str) -> None:
    """Its file where it is in one, else what is shown; a pager that leaves at once is no mistake."""
    sieve = Sieve("e$", sought("e$").pattern, 0) if ways == "pipe" else None
    script = tmp_path / "pager"
    script.write_text(f'#!/bin/sh\ncat "$@" > {tmp_path}/seen\nexit 3\n')
    script.chmod(0o700)
    assert page_out([str(script)], book, sieve, at_end=False) == 3
    assert (tmp_path / "seen").read_bytes() == (TEXT if ways == "file" else b"one\nthree\n")
    assert page_out(["true"], book, sieve, at_end=True) == 0
    with pytest.raises(OSError, match="nowhere"):
        page_out(["/nowhere"], book, sieve, at_end=False)


def test_one_file_or_several(book: Book, tmp_path: Path) -> None:
    """Both streams that were written to are no file that a pager could be given."""
    assert only_file(book) == tmp_path / "stdout"
    (tmp_path / "stderr").write_text("wrong\n")
    assert only_file(book) is None
    assert b"".join(raw(rows_of(book, None))).count(b"\n") == 4
