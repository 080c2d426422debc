"""What the pane is made of: lines, some of which lead somewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from rich.cells import cell_len, chop_cells

from ..painting import fit
from ..widgets.lines import Line

LABEL = 12  # cells of the left column
LONGEST = 20_000  # characters of a text that are wrapped; nobody reads on


class Link(NamedTuple):
    """What enter does on a line. ``key``: a job's id, an attempt's number, a name, an action, a sentence."""

    kind: str  # job, attempt, resource, queue, filter, config, act, say
    key: str


class Row(NamedTuple):
    """A line of the pane, and where it leads."""

    line: Line
    link: Link | None = None


class Frame(NamedTuple):
    """How it is described: at which time, how wide, which keys the actions have, and whether lines are few."""

    now: float
    width: int
    keys: Mapping[str, str] = MappingProxyType({})
    low: bool = False

    def key(self, action: str) -> str:
        """The key of an action, or its name if it has none."""
        return self.keys.get(action) or action


Rows = Iterator[Row]


def blank() -> Row:
    """An empty line."""
    return Row([])


def heading(title: str, frame: Frame, note: str = "") -> Row:
    """``history ─────``, with a word about what follows."""
    text = f"{title} {note} " if note else f"{title} "
    return Row([(text, "faint"), ("─" * max(0, frame.width - cell_len(text)), "faint")])


def labelled(label: str, text: str, frame: Frame, link: Link | None = None, style: str = "dim") -> Rows:
    """A label and a text, wrapped beside it; nothing without a text."""
    if not text:
        return
    for number, piece in enumerate(wrapped(text, frame.width - LABEL)):
        yield Row([((label if number == 0 else "").ljust(LABEL), "faint"), (piece, style)], None if number else link)


def bulleted(mark: str, text: str, style: str, frame: Frame, link: Link | None = None) -> Rows:
    """A text behind a mark, wrapped below itself; its first line leads somewhere."""
    for number, piece in enumerate(wrapped(text, frame.width - len(mark))):
        yield Row([(mark if number == 0 else " " * len(mark), style), (piece, style)], None if number else link)


def sentence(text: str, frame: Frame, style: str = "dim") -> Rows:
    """A sentence, wrapped."""
    yield from (Row([(piece, style)]) for piece in wrapped(text, frame.width))


def trimmed(row: Row, width: int) -> Row:
    """The row in at most *width* cells."""
    if sum(cell_len(text) for text, _ in row.line) <= width:
        return row
    out: Line = []
    for text, style in row.line:
        length = cell_len(text)
        if length > width:
            out.append((fit(text, width), style))
            break
        out.append((text, style))
        width -= length
    return row._replace(line=out)


def wrapped(text: str, width: int) -> list[str]:
    """*text* in pieces of at most *width* cells, broken at spaces where there are some."""
    width = max(8, width)
    pieces: list[str] = []
    line = ""
    for word in text[:LONGEST].split(" "):
        joined = f"{line} {word}" if line else word
        if cell_len(joined) <= width:
            line = joined
            continue
        if line:
            pieces.append(line)
        *whole, line = chop_cells(word, width) or [""]
        pieces += whole
    return [*pieces, line] if line or not pieces else pieces
