"""The lines of a file, as they are: numbered, coloured, with what is wrong below the line where it is."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from ..format import size
from ..text import plain
from ..widgets.lines import Line
from .colours import seen
from .leaf import GUTTER, WIDEST, Leaf

MOST = 16 << 20  # bytes that are shown
_AT = re.compile(r"line (\d+): ")


class Note(NamedTuple):
    """A word below a line (counted from 1; 0: above all)."""

    after: int
    text: str
    style: str = "failed"


class Contents(Leaf):
    """A file's bytes, of which only what is in sight becomes text."""

    def __init__(self, data: bytes, form: str, complaints: Sequence[str] = (), caption: str = "") -> None:
        self._data, self._form, self.caption = data[:MOST], form, caption
        self._starts = starts_of(self._data)
        notes = [*map(note_of, complaints), *self._own_notes(data, bool(complaints))]
        last = len(self._starts)
        self._notes = sorted((note._replace(after=min(note.after, last)) for note in notes), key=_after)
        self._places = [note.after + number for number, note in enumerate(self._notes)]  # lines that they are shown at
        self.stops = self._places

    def _own_notes(self, data: bytes, told: bool) -> list[Note]:
        """What the bytes themselves say."""
        found = []
        if len(data) > MOST:
            found.append(Note(0, f"the first {size(MOST)} of {size(len(data))}", "warning"))
        if not told and (bad := bad_line(self._data)):
            found.append(Note(bad, "it is not UTF-8: bytes that are none are shown like \\xff", "warning"))
        return found

    @property
    def lines(self) -> int:
        """Lines of the file."""
        return len(self._starts)

    @property
    def count(self) -> int:
        """With the words between them."""
        return len(self._starts) + len(self._notes)

    def line(self, number: int, left: int, width: int) -> Line:
        """A line, or a word about the one above."""
        at = bisect_right(self._places, number)
        if at and self._places[at - 1] == number:
            note = self._notes[at - 1]
            return [(" " * (GUTTER - 2) + "✗ " if note.style == "failed" else " " * (GUTTER - 2) + "! ", note.style),
                    (plain(note.text), note.style)]  # fmt: skip
        mine = number - at
        text = self.text(mine, left + width)
        return [(f"{mine + 1:>{GUTTER - 1}} ", "faint"), *seen(text, self._form, left, width, mine == 0)]

    def text(self, number: int, upto: int = WIDEST) -> str:
        """A line of the file (from 0) without its end; of an endless one what may be in sight."""
        start = self._starts[number]
        end = self._starts[number + 1] - 1 if number + 1 < len(self._starts) else len(self._data)
        text = self._data[start : min(end, start + 4 * min(WIDEST, max(upto, 1000) + 1))].decode(
            "utf-8", "surrogateescape"
        )
        return text.removesuffix("\n").removesuffix("\r").removeprefix("" if number else "\ufeff")

    def find(self, words: str, start: int, back: bool = False) -> int | None:
        """The same, in the bytes; words between the lines are passed by."""
        if not self._starts:
            return None
        data, wanted = self._data, words.encode("utf-8", "surrogateescape")
        if words == words.lower():
            data = data.lower()
        mine = start - bisect_right(self._places, start)
        if back:
            end = self._starts[mine + 1] if 0 <= mine < len(self._starts) - 1 else len(data) if mine >= 0 else 0
            at = data.rfind(wanted, 0, end)
            at = at if at >= 0 else data.rfind(wanted)
        else:
            at = data.find(wanted, self._starts[mine]) if 0 <= mine < len(self._starts) else -1
            at = at if at >= 0 else data.find(wanted)
        return None if at < 0 else self._shown_at(bisect_right(self._starts, at) - 1)

    def _shown_at(self, line: int) -> int:
        """Where a line of the file stands, with the words above it."""
        return line + sum(note.after <= line for note in self._notes)


def _after(note: Note) -> int:
    return note.after


def starts_of(data: bytes) -> array[int]:
    """Where each line begins; a last one without anything is none."""
    found, at = array("q", [0] if data else []), 0
    find = data.find
    while at := find(b"\n", at) + 1:
        found.append(at)
    if found and found[-1] == len(data):
        found.pop()
    return found


def bad_line(data: bytes) -> int:
    """The line (from 1) of the first byte that is no UTF-8; 0 where there is none."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        cut_off = error.reason == "unexpected end of data" and len(data) == MOST
        return 0 if cut_off else data.count(b"\n", 0, error.start) + 1
    return 0


def note_of(complaint: str) -> Note:
    """A complaint (``line 3: f_ge: …``) at its line; one that names none stands above all."""
    found = _AT.match(complaint)
    return Note(int(found[1]), complaint[found.end() :]) if found else Note(0, complaint)
