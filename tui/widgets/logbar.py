"""A line below a log that says what is looked for, what is filtered, what is marked, and how far work on it is."""

from __future__ import annotations

from typing import NamedTuple

from rich.cells import cell_len
from textual.strip import Strip

from ..format import number, plural
from ..gauges import framed
from ..logs.searching import Count, Found
from ..text import plain
from .lines import Line, Lines


class State(NamedTuple):
    """What goes on in a log beside reading it."""

    sought: str = ""  # what is looked for
    found: Found = Found()
    tally: Count = Count()
    going: str = ""  # "search", "line", "filter" or a word on other work
    fraction: float = 0.0  # how far that is
    sieve: str = ""  # what lines are shown of
    context: int = 0
    marked: int = 0  # lines of a range

    @property
    def quiet(self) -> bool:
        """Whether there is nothing to say."""
        return not (self.sought or self.going or self.sieve or self.marked)


def matches(state: State) -> str:
    """``3 of 1,204+``: which match, of how many so far."""
    count = state.tally
    more = "+" if count.fraction < 1 else ""
    if state.found.place is None and state.going != "search" and count.fraction >= 1 and not count.total:
        return "no match"
    if count.number:
        return f"{number(count.number)} of {number(count.total)}{more}"
    return f"{plural(count.total, 'line')}{more}" if count.total or not more else "counting…"


def line_of(state: State) -> Line:
    """The state in words: what goes on first."""
    parts: Line = []
    if state.marked:
        parts += [(f" {plural(state.marked, 'line')} marked ", "title"), ("y copies them  esc drops them  ", "dim")]
    if state.going:
        parts += [(f" {WORDS.get(state.going, state.going)} ", "running"), (framed(state.fraction), "running")]
        parts += [(f" {int(100 * state.fraction)}%", ""), ("  esc stops  ", "dim")]
    if state.sought:
        parts += [(" /", "key"), (plain(state.sought), "bold")]
        if state.going != "search":
            parts.append((f"  {matches(state)}", "" if matches(state) != "no match" else "warning"))
            parts.append(("  from the other end" if state.found.round else "", "dim"))
        parts.append(("  ", ""))
    if state.sieve:
        around = f"  {plural(state.context, 'line')} around" if state.context else ""
        parts += [(" &", "key"), (plain(state.sieve), "bold"), (f"{around}  ", "dim")]
    return parts


WORDS = {"search": "searching", "line": "counting lines", "filter": "filtering"}


class LogBar(Lines):
    """Shown only while there is something to say."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.state = State()
        self.display = False

    def take(self, state: State) -> None:
        """Another state."""
        self.state = state
        self.display = not state.quiet
        self.repaint()

    def line_at(self, y: int) -> Strip:
        """The line; what has no room is left out from the right."""
        parts = line_of(self.state)
        while len(parts) > 1 and sum(cell_len(text) for text, _ in parts) > self.size.width:
            parts.pop()
        return self.strip(parts, self.palette.bar)
