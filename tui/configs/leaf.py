"""What the right side shows: so many lines, made when they come into sight."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.cells import cell_len

from jobyard.core.errors import JobyardError

from ..empty import folded_words
from ..painting import fit
from ..text import plain
from ..widgets.lines import Line

GUTTER = 6  # cells of a line's number
WIDEST = 20_000  # characters of a line that can be looked at


class Leaf:
    """Lines by number. ``stops``: those that one jumps to; ``chooses``: one line at a time is meant."""

    caption = ""
    stops: Sequence[int] = ()
    chooses = False

    @property
    def count(self) -> int:
        """How many lines."""
        raise NotImplementedError

    def line(self, number: int, left: int, width: int) -> Line:
        """A line from character *left* on, for so many cells."""
        raise NotImplementedError

    def lay(self, width: int) -> None:
        """It is shown in so many cells."""

    def key(self, number: int) -> str:
        """Where a line leads; "": nowhere."""
        return ""

    def raw(self, number: int) -> str:
        """A line as it is looked through."""
        return "".join(text for text, _ in self.line(number, 0, WIDEST))

    def find(self, words: str, start: int, back: bool = False) -> int | None:
        """The first line from *start* on, round the end, with these words; capitals count if there are any."""
        fold = words == words.lower()
        for step in range(self.count):
            number = (start - step if back else start + step) % self.count
            if words in (self.raw(number).lower() if fold else self.raw(number)):
                return number
        return None


class Words(Leaf):
    """Some sentences; the first stands out. A key stays with what it does."""

    def __init__(self, *texts: str, caption: str = "", style: str = "bold") -> None:
        self._texts, self.caption, self._style = texts, caption, style
        self._folded: list[tuple[str, str]] = []

    def name_keys(self, keys: Mapping[str, str]) -> None:
        """Have ``{base}`` and the like be keys."""
        for name, key in keys.items():
            self._texts = tuple(text.replace(f"{{{name}}}", key) for text in self._texts)

    @property
    def count(self) -> int:
        """How many lines they have become."""
        return len(self._folded)

    def lay(self, width: int) -> None:
        """Fold them."""
        self._folded = folded_words(self._texts, max(8, width - 2))

    def line(self, number: int, left: int, width: int) -> Line:
        """A line of them."""
        text, style = self._folded[number]
        return [(f" {text}", self._style if style == "bold" else style)]


class Stacked(Leaf):
    """Several, one below the other, an empty line between."""

    def __init__(self, *parts: Leaf) -> None:
        self._parts = parts
        self.stops = ()

    def lay(self, width: int) -> None:
        """All of them."""
        for part in self._parts:
            part.lay(width)

    @property
    def count(self) -> int:
        """Of all, with what is between."""
        return sum(part.count for part in self._parts) + max(0, len(self._parts) - 1)

    def line(self, number: int, left: int, width: int) -> Line:
        """Of the part that has it."""
        for part in self._parts:
            if number < part.count:
                return part.line(number, left, width)
            number -= part.count + 1
            if number < 0:
                return []
        return []


def trouble(error: JobyardError) -> Words:
    """What could not be read, why, and what to do."""
    told = [_sentence(plain(text)) for text in (error.what, error.why, error.todo) if text]
    return Words(f"✗ {told[0]}", *told[1:], style="failed")


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '?')) else '.'}"


def within(line: Line, width: int) -> Line:
    """The line in exactly so many cells."""
    out: Line = []
    for text, style in line:
        length = cell_len(text)
        if length > width:
            out.append((fit(text, width), style))
            return out
        out.append((text, style))
        width -= length
    return [*out, (" " * width, "")]
