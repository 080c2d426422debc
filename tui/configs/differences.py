"""How two configs differ, in three forms: lines below each other, beside each other, and values."""

from __future__ import annotations

import re
from array import array
from collections import deque
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rich.cells import cell_len

from jobyard.core.labmodels import ConfigChange

from ..text import plain
from ..widgets.lines import Line
from .colours import LONGEST, begin, coloured, cut, seen
from .leaf import GUTTER, Leaf, within

HEAD = 2  # lines of a unified diff that only name the two
WIDEST = 60  # cells of a value's path
BEFORE = 8  # characters that stand before what differs, where more are left out
NONE = -1
_RANGE = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_PIECE = re.compile(r"[\w.+-]+|\s+|.", re.DOTALL)
SIGNS = {"-": "failed", "+": "completed"}


class Numbered(NamedTuple):
    """Of each line of a diff its number on both sides (0: not there), and the line that it became (-1: none)."""

    one: array[int]
    other: array[int]
    mate: array[int]
    hunks: list[int]  # lines that begin one


def numbered(lines: Sequence[str]) -> Numbered:
    """The numbers of the lines of a unified diff without its head; lines that differ are mates in turn."""
    one, other, mate, hunks = array("l"), array("l"), array("l"), list[int]()
    mine = yours = 0
    removed: deque[int] = deque()
    for number, line in enumerate(lines):
        sign = line[:1]
        if sign == "@" and (found := _RANGE.match(line)):
            hunks.append(number)
            mine, yours = _first(found[1], found[2]), _first(found[3], found[4])
        if sign in "@ ":
            removed.clear()
        one.append(mine if sign in " -" else 0)
        other.append(yours if sign in " +" else 0)
        mate.append(NONE)
        if sign == "-":
            removed.append(number)
        elif sign == "+" and removed:
            mate[number] = removed.popleft()
            mate[mate[number]] = number
        mine += sign in (" ", "-")
        yours += sign in (" ", "+")
    return Numbered(one, other, mate, hunks)


def _first(start: str, size: str | None) -> int:
    """The first line of a stretch; an empty one is told by the line before it."""
    return int(start) + (1 if size == "0" else 0)


def differing(text: str, other: str) -> tuple[int, int]:
    """The stretch of *text* (from, to) that is not in *other*: what is equal at both ends is cut off, word by word."""
    mine, yours = _PIECE.findall(text), _PIECE.findall(other)
    start = end = 0
    for one, two in zip(mine, yours, strict=False):
        if one != two:
            break
        start += 1
    for one, two in zip(reversed(mine[start:]), reversed(yours[start:]), strict=False):
        if one != two:
            break
        end += 1
    first = sum(map(len, mine[:start]))
    return first, len(text) - sum(map(len, mine[len(mine) - end :] if end else []))


class Differing(Leaf):
    """The lines of a diff, in whichever form."""

    def __init__(self, lines: Sequence[str], form: str, caption: str) -> None:
        self._lines, self._form, self.caption = lines[HEAD:], form, caption
        self._numbered = numbered(self._lines)

    def raw(self, number: int) -> str:
        """The line of the diff itself."""
        return self._lines[number]

    def _text(self, number: int, left: int, width: int) -> Line:
        """A line without its sign, coloured; of one that became another what differs stands out, and is in sight."""
        line = self._lines[number][: left + width + LONGEST]
        sign, text, mate = line[:1], line[1:], self._numbered.mate[number]
        if sign not in SIGNS:
            return seen(text, self._form, left, width)
        if mate == NONE or len(text) > LONGEST:
            return [(plain(text[left : left + width]), SIGNS[sign])]
        other = self._lines[mate][1 : len(text) + LONGEST]
        start, end = differing(text, other)
        before = coloured(text[:start], self._form)
        found = [*before, (plain(text[start:end]), SIGNS[sign]), *coloured(text[end:], self._form)]
        longer = max(end, end + len(other) - len(text)) - start  # of what differs, on either side
        return cut(found, left) if left else led_to(found, sum(len(part) for part, _ in before), longer, width)


def led_to(line: Line, start: int, length: int, width: int) -> Line:
    """A line whose characters from *start* on, so many, are in sight: what is before them is left out where need be."""
    third, told = max(1, width // 3), "".join(text for text, _ in line)
    before, seen_of_it = min(BEFORE, third), min(length, third)
    indent = len(told) - len(told.lstrip())
    shown = max(third, min(indent + third, width - 1 - before - seen_of_it))  # of its beginning
    skipped = start - before
    if start + seen_of_it <= width or skipped <= shown + 1:
        return line
    return [*begin(line, shown), ("…", "faint"), *cut(line, skipped)]


class Unified(Differing):
    """Lines that went above those that came."""

    @property
    def count(self) -> int:
        """Without the head, which the caption tells."""
        return len(self._lines)

    @property
    def stops(self) -> Sequence[int]:  # type: ignore[override]
        """Where stretches that differ begin."""
        return self._numbered.hunks

    def line(self, number: int, left: int, width: int) -> Line:
        """Both numbers, the sign, the text."""
        sign = self._lines[number][:1]
        if sign not in (" ", "-", "+"):
            return [(f" {plain(self._lines[number])}", "accent")]
        gutter = "".join(_number(side[number]) for side in (self._numbered.one, self._numbered.other))
        room = width - len(gutter) - 3
        return [(f"{gutter} ", "faint"), (f"{sign} ", SIGNS.get(sign, "")), *self._text(number, left, room)]


class Beside(Differing):
    """What was at the left, what is at the right, in the same line."""

    def __init__(self, lines: Sequence[str], form: str, caption: str) -> None:
        super().__init__(lines, form, caption)
        self._mine, self._yours = array("l"), array("l")  # the lines that stand beside each other
        for one, other in _rows(self._lines, self._numbered):
            self._mine.append(one)
            self._yours.append(other)
        hunks = set(self._numbered.hunks)
        self._stops = [number for number, one in enumerate(self._mine) if one in hunks]

    def raw(self, number: int) -> str:
        """Both sides."""
        sides = {self._mine[number], self._yours[number]} - {NONE}
        return "\n".join(self._lines[side] for side in sorted(sides))

    @property
    def count(self) -> int:
        """Lines of the longer side in each stretch."""
        return len(self._mine)

    @property
    def stops(self) -> Sequence[int]:  # type: ignore[override]
        """Where stretches that differ begin."""
        return self._stops

    def line(self, number: int, left: int, width: int) -> Line:
        """Both sides, each in half of the width."""
        one, other = self._mine[number], self._yours[number]
        if one == other and self._lines[one][:1] == "@":
            return [(f" {plain(self._lines[one])}", "accent")]
        half = max(1, (width - 1) // 2)
        mine = self._side(one, self._numbered.one, left, half)
        return [*within(mine, half), ("│", "faint"), *self._side(other, self._numbered.other, left, half)]

    def _side(self, number: int, numbers: array[int], left: int, width: int) -> Line:
        if number == NONE:
            return []
        sign = self._lines[number][:1]
        gutter: Line = [(_number(numbers[number]), "faint"), (f"{sign} ", SIGNS.get(sign, ""))]
        return [*gutter, *self._text(number, left, width - GUTTER - 2)]


def _rows(lines: Sequence[str], found: Numbered) -> Iterator[tuple[int, int]]:
    """The lines that stand beside each other; -1: nothing there."""
    for number, line in enumerate(lines):
        sign = line[:1]
        if sign == "-":
            yield number, found.mate[number]
        elif sign == "+" and found.mate[number] == NONE:
            yield NONE, number
        elif sign != "+":
            yield number, number


def _number(number: int) -> str:
    return f"{number or '':>{GUTTER - 1}} "


class Values(Leaf):
    """``device.qubit.f_ge  4.8 → 4.85``; what came or went has a sign."""

    def __init__(self, changes: Sequence[ConfigChange], caption: str) -> None:
        self._changes, self.caption = changes, caption
        self._wide = min(WIDEST, max((cell_len(plain(change.path)) for change in changes), default=0))

    @property
    def count(self) -> int:
        """A line each."""
        return len(self._changes)

    def line(self, number: int, left: int, width: int) -> Line:
        """A value."""
        change = self._changes[number]
        return cut(value_line(change, min(self._wide, max(8, width // 2))), left)


def value_line(change: ConfigChange, wide: int) -> Line:
    """A value that differs; its path in so many cells if that is enough."""
    path = plain(change.path)
    path += " " * (wide - cell_len(path))
    before, after = (plain(side[:1000]) if side is not None else None for side in (change.before, change.after))
    if before is None:
        return [(" + ", "completed"), (f"{path}  ", ""), (after or "", "completed")]
    if after is None:
        return [(" - ", "failed"), (f"{path}  ", ""), (before, "failed")]
    return [(f"   {path}  ", ""), (before, "failed"), (" → ", "dim"), (after, "completed")]
