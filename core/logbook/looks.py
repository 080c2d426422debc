"""A row of output as a terminal would show it, in pieces with their looks, with nothing in it that a terminal obeys.

Colours and the like (SGR) become looks; carriage returns, backspaces and erasures are carried out, so that a progress
bar is its last state; tabs are expanded; every other complete escape sequence is left out; what remains of control
characters, invisible ones and bytes that are no UTF-8 is made visible. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ..text import TAB, cells, visible

Colour = int | tuple[int, int, int] | None  # number of 256, or red, green, blue; None: the terminal's own


class Look(NamedTuple):
    """How text looks."""

    fg: Colour = None
    bg: Colour = None
    bold: bool = False
    dim: bool = False
    italic: bool = False
    underline: bool = False
    reverse: bool = False
    strike: bool = False


class Piece(NamedTuple):
    """Text of one look; printable throughout."""

    text: str
    look: Look


PLAIN = Look()
_ON = {1: "bold", 2: "dim", 3: "italic", 4: "underline", 7: "reverse", 9: "strike", 21: "underline"}
_OFF = {22: ("bold", "dim"), 23: ("italic",), 24: ("underline",), 27: ("reverse",), 29: ("strike",)}
_BASES = {30: (True, 0), 90: (True, 8), 40: (False, 0), 100: (False, 8)}  # the text's colour or its ground's
_FARTHEST = 1 << 12  # columns that the cursor may be sent to

_CSI = r"(?:\x1b\[|\x9b)(?P<numbers>[0-?]*)(?P<middle>[ -/]*)(?P<final>[@-~])"
_SEQUENCE = re.compile(
    _CSI + r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x80-\x9f]*(?:\x07|\x1b\\|\x9c)"  # OSC, DCS and their like
    r"|\x1b[ -/]*[0-Z\\^-~]"  # shorter ones, but no introducer of the above
    r"|(?P<move>[\b\t])"
)
_SGR = re.compile(_CSI.replace("[@-~]", "m"))
_MOVES = re.compile(r"[\r\b]|(?:\x1b\[|\x9b)[0-9;]*[CDGK]")
_ERASES = re.compile(r"(?:\x1b\[|\x9b)[0-9]*K")
_GOES = re.compile(r"(?:\x1b\[|\x9b)[0-9;]*[CG]")

_Cell = tuple[str, Look]  # what is in a column; "" in the second one of a wide character


def sgr(data: bytes) -> list[Piece]:
    """What a terminal would show of one row, without what it would obey."""
    text = data.decode("utf-8", "surrogateescape").rstrip("\r")
    if text.isascii() and text.isprintable():
        return [Piece(text, PLAIN)] if text else []
    if not _MOVES.search(text):
        return _joined(_flowing(text))
    return _joined(_overlaid(text))


def plain(data: bytes) -> str:
    """The same without looks."""
    return "".join(piece.text for piece in sgr(data))


def turned(look: Look, numbers: str) -> Look:
    """The look after an SGR sequence with these parameters; what is not known changes nothing."""
    codes = [int(code) if code.isdigit() and len(code) < 6 else 0 for code in re.split("[;:]", numbers)]
    at = 0
    while at < len(codes):
        code = codes[at]
        if code in (38, 48, 58):
            colour, used = _extended(codes[at + 1 : at + 5])
            if code != 58:
                look = _coloured(look, code == 38, colour)
            at += used
        else:
            look = _simply(look, code)
        at += 1
    return look


def _simply(look: Look, code: int) -> Look:
    if code == 0:
        return PLAIN
    if code in _ON:
        return look._replace(**{_ON[code]: True})
    if code in _OFF:
        return look._replace(**dict.fromkeys(_OFF[code], False))
    if code in (39, 49):
        return _coloured(look, code == 39, None)
    for base, (front, first) in _BASES.items():
        if base <= code < base + 8:
            return _coloured(look, front, code - base + first)
    return look


def _coloured(look: Look, front: bool, colour: Colour) -> Look:
    return look._replace(fg=colour) if front else look._replace(bg=colour)


def _extended(codes: list[int]) -> tuple[Colour, int]:
    """The colour that follows a 38 or 48, and how many numbers it took."""
    if codes[:1] == [5] and len(codes) > 1:
        return min(codes[1], 255), 2
    if codes[:1] == [2] and len(codes) > 3:
        red, green, blue = (min(code, 255) for code in codes[1:4])
        return (red, green, blue), 4
    return None, len(codes)


def _flowing(text: str) -> Iterator[_Cell]:
    """Runs of text where the cursor only ever goes on."""
    look, at, column = PLAIN, 0, 0
    for found in _SEQUENCE.finditer(text):
        if found.start() > at:
            run = visible(text[at : found.start()])
            column += cells(run)
            yield run, look
        at = found.end()
        if found["move"]:
            width = TAB - column % TAB
            column += width
            yield " " * width, look
        else:
            look = _look_after(look, found)
    if at < len(text):
        yield visible(text[at:]), look


def _look_after(look: Look, found: re.Match[str]) -> Look:
    if found["final"] != "m" or found["middle"] or not _numeric(found["numbers"]):
        return look
    return turned(look, found["numbers"])


def _numeric(numbers: str) -> bool:
    return not numbers or numbers[0] not in "<=>?"


def _overlaid(text: str) -> Iterable[_Cell]:
    """What is left where parts of the row were written over by later ones, looked at from the last."""
    shown: list[_Cell] = []
    parts = text.split("\r")
    looks = _looks(parts)
    for part, look in zip(reversed(parts), reversed(looks), strict=True):
        if _most(part) > len(shown) or _ERASES.search(part):
            written, erased = _written(part, look)
            rest = written[len(shown) :]
            shown += [(" ", PLAIN), *rest[1:]] if rest and rest[0][0] == "" else rest
            if erased:
                break
    return shown


def _most(part: str) -> int:
    """No fewer columns than a pass writes to; enough to see that a later one has covered it."""
    bare = _SEQUENCE.sub("", part)
    unsafe = 1 if bare.isprintable() else 10  # made visible, one may take so many columns
    moves = 0 if len(bare) == len(part) else TAB * part.count("\t") + _FARTHEST * len(_GOES.findall(part))
    return len(bare) * max(unsafe, 1 if bare.isascii() else 2) + moves


def _looks(parts: list[str]) -> list[Look]:
    """The look with which each part begins."""
    look, looks = PLAIN, []
    for part in parts:
        looks.append(look)
        for found in _SGR.finditer(part):
            look = _look_after(look, found)
    return looks


class _Line:
    """A terminal's line, a cell a column."""

    def __init__(self) -> None:
        self.cells: list[_Cell] = []
        self.column = 0
        self.erased = False  # nothing from before shows behind it

    def write(self, text: str, look: Look) -> None:
        """Characters where the cursor is."""
        for char in visible(text):
            width = 1 if char.isascii() else cells(char)
            if width == 0:
                self._combine(char)
                continue
            self._reach(self.column + width)
            self._part(self.column)
            self._part(self.column + width)
            self.cells[self.column] = (char, look)
            if width == 2:
                self.cells[self.column + 1] = ("", look)
            self.column += width

    def obey(self, numbers: str, final: str) -> None:
        """Cursor movements within the line, and erasing."""
        first = numbers.partition(";")[0]
        count = int(first) if first.isdigit() and len(first) < 6 else 0
        if final == "K":
            self._erase(count)
        elif final in "CDG":
            to = {"C": self.column + max(1, count), "D": self.column - max(1, count), "G": count - 1}[final]
            self.go(to)

    def go(self, column: int) -> None:
        """The cursor to a column."""
        self.column = max(0, min(column, _FARTHEST))

    def _erase(self, how: int) -> None:
        if how == 1:
            self.cells[: self.column + 1] = [(" ", PLAIN)] * min(len(self.cells), self.column + 1)
            return
        del self.cells[self.column :]
        if how == 2:
            self.cells = [(" ", PLAIN)] * len(self.cells)
        self.erased = True

    def _combine(self, char: str) -> None:
        if 0 < self.column <= len(self.cells):
            text, look = self.cells[self.column - 1]
            self.cells[self.column - 1] = (text + char, look)

    def _part(self, column: int) -> None:
        """A wide character of which one half is about to go leaves a space where the other was."""
        if 0 < column < len(self.cells) and self.cells[column][0] == "":
            self.cells[column - 1 : column + 1] = [(" ", PLAIN)] * 2

    def _reach(self, width: int) -> None:
        self.cells.extend([(" ", PLAIN)] * (width - len(self.cells)))


def _written(part: str, look: Look) -> tuple[list[_Cell], bool]:
    """What one pass over a line writes, and whether what was there behind it is gone."""
    line, at = _Line(), 0
    for found in _SEQUENCE.finditer(part):
        line.write(part[at : found.start()], look)
        at = found.end()
        if found["move"] == "\b":
            line.go(line.column - 1)
        elif found["move"]:
            line.go(line.column + TAB - line.column % TAB)
        elif found["final"] == "m":
            look = _look_after(look, found)
        elif found["final"] and _numeric(found["numbers"]):
            line.obey(found["numbers"], found["final"])
    line.write(part[at:], look)
    return line.cells, line.erased


def _joined(runs: Iterable[_Cell]) -> list[Piece]:
    """Neighbours of one look in one piece."""
    pieces: list[tuple[list[str], Look]] = []
    for text, look in runs:
        if pieces and pieces[-1][1] == look:
            pieces[-1][0].append(text)
        elif text:
            pieces.append(([text], look))
    return [Piece("".join(texts), look) for texts, look in pieces]
