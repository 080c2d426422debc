"""What is looked for: a text or a regular expression over the bytes of lines.

Regular expressions are RE2's (https://github.com/google/re2/wiki/Syntax): whatever they are, the time grows with the
bytes alone, and other threads go on meanwhile. Python's own could take for ever on one line, with the interpreter's
lock held, so that neither a key nor a signal got through. What RE2 leaves out for that is refused: looking ahead or
behind, back references, and more than 1,000 turns of a bounded repeat.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Any, NamedTuple, Protocol, TypeVar

from ..errors import BadInput
from ..text import quoted

LONG = 1 << 12  # of lines longer than this, stretches of this length are searched: memory does not grow with a line
SHARED = 1 << 10  # bytes that two of them share: a longer match across them is not found

T = TypeVar("T", str, bytes)

_NEEDS_LINES = re.compile(rb"\\[Az]")  # means something else in the middle of a block than in a line of its own
_MEANS_MORE = re.compile(r"[][.^$*+?{}()|\\]")


class Match(Protocol):
    """Where something was found."""

    def start(self) -> int:
        """Its first byte."""
        ...

    def end(self) -> int:
        """The byte behind it."""
        ...

    def span(self) -> tuple[int, int]:
        """Both."""
        ...


class Expression(Protocol[T]):
    """A compiled regular expression, over bytes or over text."""

    @property
    def pattern(self) -> T:
        """As it was compiled."""
        ...

    def search(self, text: T, pos: int = ..., endpos: int = ...) -> Match | None:
        """The first match."""
        ...

    def match(self, text: T, pos: int = ..., endpos: int = ...) -> Match | None:
        """The match that begins at *pos*."""
        ...

    def finditer(self, text: T, pos: int = ..., endpos: int = ...) -> Iterator[Match]:
        """All matches."""
        ...


class Pattern(NamedTuple):
    """A compiled pattern; a plain text (``literal``) is found faster. ``folded``: it is in lower case, whatever is."""

    expression: Expression[bytes]
    literal: bytes | None = None
    folded: bool = False

    def prepared(self, block: bytes) -> bytes:
        """What the other functions are to be given for a block."""
        return block.lower() if self.folded else block

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
            found = self.expression.search(block, low, high)
            if found and found.end() == high < limit:  # cut short, or taken for the line's end
                found = self.expression.match(block, found.start(), min(found.start() + LONG, limit))
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
        while start <= end and (found := self.expression.search(block, start, end)):
            line_end = _line_end(block, found.start(), end)
            if found.end() > line_end:
                found = self.expression.search(block, _line_start(block, found.start(), start), line_end)
            if found:
                yield found.span()
            start = line_end + 1

    def _by_lines(self, block: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
        while start <= end:
            line_end = _line_end(block, start, end)
            if found := self.expression.search(block[start:line_end]):
                yield found.start() + start, found.end() + start
            start = line_end + 1


def pattern(text: str, *, ignore_case: bool = False, plain: bool = False) -> Pattern:
    """A regular expression, or with *plain* a text, to search logs for. Raises BadInput."""
    try:
        data = os.fsencode(text)
    except UnicodeEncodeError as error:
        raise _unusable(text, str(error)) from None
    literal = bool(data) and b"\n" not in data and (plain or not _MEANS_MORE.search(text))
    expression = compiled(text, re.escape(data) if plain else data, ignore_case=ignore_case)
    if not literal:
        return Pattern(expression)
    return Pattern(expression, data.lower() if ignore_case else data, folded=ignore_case)


def compiled(text: str, data: bytes, *, ignore_case: bool = False) -> Expression[bytes]:
    """RE2's expression for *data*, over lines; *text* is what people wrote. Raises BadInput."""
    found: Expression[bytes] = _compiled(text, b"(?m)" + data, ignore_case)
    return found


def compiled_text(text: str, *, ignore_case: bool = False) -> Expression[str]:
    """RE2's expression over what is shown of a line. Raises BadInput."""
    found: Expression[str] = _compiled(text, text, ignore_case)
    return found


def _compiled(text: str, written: str | bytes, ignore_case: bool) -> Any:
    import re2  # when first needed: no start of anything waits for it

    options = re2.Options()
    options.case_sensitive, options.log_errors = not ignore_case, False
    if isinstance(written, bytes):
        options.encoding = re2.Options.Encoding.LATIN1
    try:
        return re2.compile(written, options)
    except re2.error as error:
        raise _unusable(text, os.fsdecode(error.args[0])) from None
    except UnicodeEncodeError as error:
        raise _unusable(text, str(error)) from None


def _unusable(text: str, why: str) -> BadInput:
    todo = "Give a regular expression as RE2 knows them; a backslash before ( [ * means themselves"
    return BadInput(f"The pattern {quoted(text)} cannot be used", why, todo)


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
