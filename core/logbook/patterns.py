"""What is looked for: a text or a regular expression over the bytes of lines."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import NamedTuple

from ..errors import BadInput
from ..text import quoted
from .endless import endless

LONG = 1 << 12  # of lines longer than this, stretches of this length are searched: `.*x` takes time squared
SHARED = 1 << 10  # bytes that two of them share: a longer match across them is not found

# What these match means something else in the middle of a block than in a line of its own.
_NEEDS_LINES = re.compile(rb"\\[AZ]|\(\?[=!<>(]|[*+?}]\+")
_ANYTHING = re.compile(rb"^(?:\.\*)+(?![*+?{])")  # matches before whatever matches, and takes time squared for it
# Escapes that are not for one sort of characters, groups with a mark, sets of anything but letters and digits.
_NOT_LOWERED = re.compile(
    rb"\\[^dwsbnrt\W]|\(\?|\[(?!\^?(?:[a-z]-[a-z]|[A-Z]-[A-Z]|[0-9]-[0-9]|[A-Za-z0-9_.:,;/ ])+\])"
)
_MEANS_MORE = re.compile(r"[][.^$*+?{}()|\\]")


class Pattern(NamedTuple):
    """A compiled pattern; a plain text (``literal``) is found faster. ``folded``: it is in lower case, whatever is."""

    expression: re.Pattern[bytes]
    literal: bytes | None = None
    folded: bool = False
    lowered: re.Pattern[bytes] | None = None  # the same over lower case; to leave case aside costs `re` five times that

    def prepared(self, block: bytes) -> bytes:
        """What the other functions are to be given for a block."""
        return block.lower() if self.folded else block

    @property
    def _scanner(self) -> re.Pattern[bytes]:
        return self.lowered or self.expression

    def absent(self, block: bytes, start: int, end: int) -> bool:
        """Whether a look as fast as memory shows that it is not in block[start:end]."""
        return self.literal is not None and block.find(self.literal, start, end) < 0

    def in_lines(self, block: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
        """The first match of each line of block[start:end] that has one; *end* is before the last line's newline."""
        if self.literal is not None:
            return self._literals(self.literal, block, start, end)
        if _NEEDS_LINES.search(self.expression.pattern):
            return self._by_lines(block, start, end)
        return self._by_block(block, start, end)

    def in_piece(self, block: bytes, start: int, end: int, limit: int) -> tuple[int, int] | None:
        """The first match in a long line that begins in block[start:end]; it may reach up to *limit*."""
        for low in range(start, end, LONG - SHARED):
            high = min(low + LONG, limit)
            found = self._scanner.search(block, low, high)
            if found and found.end() == high < limit:  # cut short, or taken for the line's end
                found = self._scanner.match(block, found.start(), min(found.start() + LONG, limit))
            if found:
                return found.span() if found.start() < end else None
        return None

    def where(self, line: bytes) -> tuple[int, int] | None:
        """Where it is found first in this line."""
        line = self.prepared(line)
        if len(line) > LONG:
            return self.in_piece(line, 0, len(line), len(line))
        return next(self.in_lines(line, 0, len(line)), None)

    def matches(self, line: bytes) -> bool:
        """Whether it is found in this line."""
        return self.where(line) is not None

    def within(self, line: bytes) -> list[tuple[int, int]]:
        """All matches in a line, for highlighting; empty ones are left out."""
        found = (match.span() for match in self.expression.finditer(line[:LONG]))
        return [(start, end) for start, end in found if end > start]

    def _literals(self, literal: bytes, block: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
        while (found := block.find(literal, start, end)) >= 0:
            yield found, found + len(literal)
            start = _line_end(block, found, end) + 1

    def _by_block(self, block: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Search all lines at once; what matches across a line's end counts if it matches in its line alone."""
        while start <= end and (found := self._scanner.search(block, start, end)):
            line_end = _line_end(block, found.start(), end)
            if found.end() > line_end:
                found = self._scanner.search(block, _line_start(block, found.start(), start), line_end)
            if found:
                yield found.span()
            start = line_end + 1

    def _by_lines(self, block: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
        while start <= end:
            line_end = _line_end(block, start, end)
            if found := self._scanner.search(block[start:line_end]):
                yield found.start() + start, found.end() + start
            start = line_end + 1


def pattern(text: str, *, ignore_case: bool = False, plain: bool = False) -> Pattern:
    """A regular expression, or with *plain* a text, to search logs for. Raises BadInput."""
    try:
        data = os.fsencode(text)
        literal = bool(data) and b"\n" not in data and (plain or not _MEANS_MORE.search(text))
        flags = re.MULTILINE | (re.IGNORECASE if ignore_case else 0)
        expression = re.compile(re.escape(data) if plain else _ANYTHING.sub(b"", data), flags)
    except (re.error, UnicodeEncodeError, OverflowError, RecursionError) as error:
        what = f"The pattern {quoted(text)} cannot be used"
        todo = "Give a regular expression; a backslash before ( [ * means themselves"
        raise BadInput(what, str(error), todo) from None
    if not literal and endless(expression.pattern):
        what = f"The pattern {quoted(text)} may take for ever"
        raise BadInput(what, "A repeat is repeated, as in (a+)+", "Write it with one repeat, as in a+")
    if not literal:
        lowered = _lowered(expression)
        return Pattern(expression, None, lowered is not None, lowered)
    return Pattern(expression, data.lower() if ignore_case else data, folded=ignore_case)


def _lowered(expression: re.Pattern[bytes]) -> re.Pattern[bytes] | None:
    """An expression that finds in lower case what this one finds whatever the case; None where that is not certain."""
    text = expression.pattern.removeprefix(b"(?i)")
    if not expression.flags & re.IGNORECASE or _NOT_LOWERED.search(text):
        return None
    return re.compile(text.lower(), expression.flags & ~re.IGNORECASE)


def _line_end(block: bytes, at: int, end: int) -> int:
    found = block.find(b"\n", at, end)
    return end if found < 0 else found


def _line_start(block: bytes, at: int, start: int) -> int:
    return max(start, block.rfind(b"\n", start, at) + 1)


def runs(block: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Runs of lines that are not long, and each long line by itself, without their last newlines."""
    low = at = start
    while end - at > LONG:
        found = block.rfind(b"\n", at, at + LONG)
        if found >= 0:
            at = found + 1
            continue
        if at > low:
            yield low, at - 1
        line_end = _line_end(block, at, end)
        yield at, line_end
        low = at = line_end + 1
    if low <= end:
        yield low, end
