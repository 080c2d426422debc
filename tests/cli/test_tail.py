"""Reading a growing log in whole lines."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from jobyard.tui.cli import tail
from jobyard.tui.cli.tail import Tail


def test_a_line_comes_when_it_is_complete(tmp_path: Path):
    """Half a line waits for its newline, or for the end."""
    path = tmp_path / "stdout"
    growing = Tail(path)
    assert list(growing.lines()) == []
    path.write_bytes(b"one\ntw")
    assert list(growing.lines()) == [b"one"]
    with path.open("ab") as file:
        file.write(b"o\nthr")
    assert list(growing.lines()) == [b"two"]
    assert list(growing.lines(to_end=True)) == [b"thr"]
    assert list(growing.lines(to_end=True)) == []


def test_a_truncated_log_is_read_again(tmp_path: Path):
    """A job that opens /dev/stdout for writing empties its log; what comes then is shown."""
    path = tmp_path / "stdout"
    path.write_bytes(b"a long first line\n")
    growing = Tail(path)
    assert list(growing.lines()) == [b"a long first line"]
    path.write_bytes(b"new\n")
    assert list(growing.lines()) == [b"new"]


def test_a_hole_is_told(tmp_path: Path):
    """Where the middle of a log has been given up, a line says how much."""
    path = tmp_path / "stdout"
    with path.open("wb") as file:
        file.write(b"head\n".ljust(4096, b"."))
        file.seek(1 << 20)
        file.write(b"tail\n")
    lines = list(Tail(path).lines(to_end=True))
    assert lines[0] == b"head"
    assert lines[-1] == b"tail"
    assert any(line.endswith(b"bytes left out]") for line in lines)


def test_a_line_without_end_is_passed_on_in_pieces(tmp_path: Path, monkeypatch):
    """Memory is bounded by the longest line that is kept."""
    monkeypatch.setattr(tail, "LONGEST", 10)
    monkeypatch.setattr(tail, "CHUNK", 8)
    path = tmp_path / "stdout"
    path.write_bytes(b"x" * 40)
    pieces = list(Tail(path).lines(to_end=True))
    assert b"".join(pieces) == b"x" * 40
    assert len(pieces) > 1


@given(st.lists(st.binary(max_size=30), max_size=8))
def test_nothing_is_lost_or_added(tmp_path_factory, parts: list[bytes]):
    """However the bytes arrive, the lines are those of the whole."""
    path = tmp_path_factory.mktemp("log") / "stdout"
    path.touch()
    growing, seen = Tail(path), []
    for part in parts:
        with path.open("ab") as file:
            file.write(part)
        seen += growing.lines()
    seen += growing.lines(to_end=True)
    whole = b"".join(parts)
    assert seen == (whole.removesuffix(b"\n").split(b"\n") if whole else [])
