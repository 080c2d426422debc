"""Rows of logs as a command line prints them: bytes as they are, or text that nothing has to be feared of."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import NamedTuple

from jobyard.core.logbook import PLAIN, Colour, Look, Row, sgr
from jobyard.core.yard import visible

CAP = 8192  # characters of a line on a terminal
Write = Callable[[bytes], object]


class Style(NamedTuple):
    """How rows are printed. Neither ``text`` nor ``colours``: the job's bytes."""

    text: bool = False  # as a terminal would show them
    colours: bool = False  # with the job's colours
    cap: int = 0  # characters of a line, 0: all
    times: bool = False  # when each line arrived, before it


class Printer:
    """Prints rows; of a line that comes in pieces no more than the cap."""

    def __init__(self, write: Write, style: Style) -> None:
        self.write, self._style = write, style
        self._left: tuple[str, int, int] | None = (
            None  # stream and offset where a shortened line goes on; bytes left out
        )

    @property
    def raw(self) -> bool:
        """Whether bytes are passed on as they are."""
        return not self._style.text and not self._style.times

    @property
    def shortens(self) -> bool:
        """Whether of a long line only a part is printed."""
        return self._style.cap > 0

    def rows(self, rows: Iterable[Row], label: str = "") -> None:
        """Print them, each line with *label* before it."""
        for row in rows:
            self.row(row, label)
        self.flush()

    def row(self, row: Row, label: str = "") -> None:
        """Print one."""
        if self._left and self._left[:2] == (row.place.stream, row.place.offset):
            self._pass_over(row)
            return
        self.flush()
        if row.kind != "line":
            self.write(_told(row) + b"\n")
            return
        self.write(self._before(row, label) + self._line(row) + (b"" if self._left or row.more else b"\n"))

    def flush(self) -> None:
        """End a line that was shortened."""
        if self._left:
            more, self._left = self._left[2], None
            self.write(f" … ({more:,} more)\n".encode())

    def _pass_over(self, row: Row) -> None:
        assert self._left is not None
        self._left = (row.place.stream, row.end, self._left[2] + len(row.data))
        if not row.more:
            self.flush()

    def _before(self, row: Row, label: str) -> bytes:
        if row.continued:
            return b""
        at = time.strftime("%Y-%m-%d %H:%M:%S  ", time.localtime(row.at)) if row.at is not None else " " * 21
        return (label + (at if self._style.times else "")).encode("utf-8", "backslashreplace")

    def _line(self, row: Row) -> bytes:
        style = self._style
        if not style.text:
            return row.data
        shown = "".join(_piece(text, look if style.colours else PLAIN) for text, look in self._capped(row))
        return shown.encode("utf-8", "backslashreplace")

    def _capped(self, row: Row) -> Iterable[tuple[str, Look]]:
        """The row's pieces up to the cap; what is left out is remembered."""
        cap = self._style.cap
        if not cap:
            return sgr(row.data)
        room, pieces = cap, []
        for text, look in sgr(row.data[: 4 * cap]):
            pieces.append((text[: max(0, room)], look))
            room -= len(text)
        beyond = max(0, len(row.data) - 4 * cap) + max(0, -room)
        if row.more or beyond:
            self._left = (row.place.stream, row.end, beyond)
        return pieces


def _told(row: Row) -> bytes:
    """What is printed for a row that is no line."""
    if row.kind == "heading":
        return f"==> {visible(row.data.decode('utf-8', 'replace'))} <==".encode()
    return b"[" + row.data + b"]" if row.kind == "gap" else row.data


def _piece(text: str, look: Look) -> str:
    return f"\x1b[{';'.join(_codes(look))}m{text}\x1b[0m" if look != PLAIN else text


def _codes(look: Look) -> Iterable[str]:
    """The parameters of the sequence that makes this look."""
    flags = (look.bold, 1), (look.dim, 2), (look.italic, 3), (look.underline, 4), (look.reverse, 7), (look.strike, 9)
    yield from (str(code) for on, code in flags if on)
    for colour, introducer in ((look.fg, 38), (look.bg, 48)):
        if colour is not None:
            yield _colour(colour, introducer)


def _colour(colour: Colour, introducer: int) -> str:
    if isinstance(colour, tuple):
        return f"{introducer};2;{';'.join(map(str, colour))}"
    if colour is not None and colour < 16:
        base = introducer - 8 if colour < 8 else introducer + 52
        return str(base + colour % 8)
    return f"{introducer};5;{colour}"
