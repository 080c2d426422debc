"""What is read out of logs: where something is, a row of it, and what has happened to the files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal, NamedTuple

Streams = Literal["both", "stdout", "stderr"]
Kind = Literal["line", "gap", "heading", "cut"]

STDOUT, STDERR = "stdout", "stderr"

Stop = Callable[[], bool]  # asked often; true: leave off
Progress = Callable[[float], None]  # told how far, 0..1


def never() -> bool:
    """A stop that nobody asks for."""
    return False


def unheard(fraction: float) -> None:
    """Progress that nobody hears of."""


class Source(NamedTuple):
    """The files of one attempt. ``growth`` and ``holes`` are the keeper's notes on them; any of them may be missing."""

    path_out: Path
    path_err: Path
    growth: Path
    holes: Path
    title: str = ""
    started_at: float | None = None  # wall time

    @classmethod
    def of(cls, folder: Path, title: str = "", started_at: float | None = None) -> Source:
        """The files of the attempt in this folder."""
        return cls(folder / STDOUT, folder / STDERR, folder / "growth", folder / "holes.json", title, started_at)

    def path(self, stream: str) -> Path:
        """The file of a stream."""
        return self.path_err if stream == STDERR else self.path_out


class Place(NamedTuple):
    """Where a row begins: which source, which stream ("" for its heading), the offset of its first byte in the file."""

    source: int
    stream: str
    offset: int


START = Place(-1, "", 0)  # before everything
END = Place(1 << 40, "", 0)  # behind everything


class Row(NamedTuple):
    """A line, or a piece of one longer than a row may be; or a gap, a heading, a cut between matches.

    ``data`` has no newline and is less than 32 KiB; for kinds other than "line" it is what a person should read there.
    A long line comes as several rows: all but the last are ``more``, all but the first are ``continued``; of one that a
    progress bar has written over again and again only the last is there.
    """

    place: Place
    data: bytes
    end: int  # the offset behind it, its newline included
    kind: Kind = "line"
    at: float | None = None  # wall time by which its first byte had arrived; None: not known
    more: bool = False
    continued: bool = False
    size: int = 0  # bytes that a gap leaves out


class Hit(NamedTuple):
    """A match: the row it begins in, where in that row's data (bytes), and how long it is (it may go beyond)."""

    place: Place
    column: int
    length: int


class News(NamedTuple):
    """What happened to the files since the last look."""

    more: int  # bytes that came
    truncated: bool  # a file is shorter than it was
    replaced: bool  # another file stands in its place
    gone: bool  # there was one and there is none any more

    @property
    def anew(self) -> bool:
        """Places from before mean nothing any more."""
        return self.truncated or self.replaced or self.gone
