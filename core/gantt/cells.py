"""A lane as characters: bars an eighth of a cell fine, with the sign of their state and as much of a name as fits.

Where several stretches share a cell it shows how much of it is covered, as a block from below. A bar that ends where
the next one begins ends an eighth earlier, so that two can be told from one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..states import State
from ..text import cells as cells_of
from ..text import visible
from .spans import Span, Window

EIGHTHS = 8
LEFT = "▏▎▍▌▋▊▉█"  # from the left edge, an eighth to all of it
BELOW = "▁▂▃▄▅▆▇█"
SIGNS = {State.RUNNING: "▶", State.FAILED: "✗", State.CANCELLED: "⊘"}  # at the end of a bar
WORST = (State.FAILED, State.RUNNING, State.CANCELLED, State.COMPLETED, State.PENDING)  # whose colour a cell has
FULL, EXPECTED, UNDONE, POINT, GOES_ON = "█", "░", "▒", "◆", "┄"
LEAST_LABEL = 3  # cells for a name


class Cell(NamedTuple):
    """A character; ``on``: it is written on a bar. ``span`` is the number of the span in its lane."""

    char: str
    state: State
    span: int
    on: bool = False


Row = dict[int, Cell]  # by cell; where nothing ran there is none


class Bar(NamedTuple):
    """A span in eighths of cells, within the window."""

    number: int
    span: Span
    first: int
    end: int
    more: bool  # it goes on beyond the right edge


def bars(spans: Sequence[Span], window: Window, now: float) -> list[Bar]:
    """Those of a lane that the window shows."""
    width, found = window.cells * EIGHTHS, list[Bar]()
    for number, span in enumerate(spans):
        first, end = (round(window.at(at) * EIGHTHS) for at in (span.start, span.until(now)))
        end = max(end, first + 1)
        if first < width and end > 0:
            found.append(Bar(number, span, max(0, first), min(width, end), end > width))
    return [_parted(bar, found[at + 1] if at + 1 < len(found) else None) for at, bar in enumerate(found)]


def _parted(bar: Bar, next: Bar | None) -> Bar:
    """An eighth shorter where the next one begins at its end."""
    touches = next is not None and next.first - bar.end < 1 and bar.end - bar.first > EIGHTHS
    return bar._replace(end=bar.end - 1) if touches else bar


def row(spans: Sequence[Span], window: Window, now: float) -> Row:
    """A lane's cells."""
    found: Row = {}
    shared: dict[int, list[tuple[int, Bar]]] = {}
    drawn = bars(spans, window, now)
    for bar in drawn:
        for cell in range(bar.first // EIGHTHS, (bar.end - 1) // EIGHTHS + 1):
            covered = min(bar.end, (cell + 1) * EIGHTHS) - max(bar.first, cell * EIGHTHS)
            shared.setdefault(cell, []).append((covered, bar))
    for cell, parts in shared.items():
        found[cell] = _alone(cell, parts[0][1]) if len(parts) == 1 else _together(parts)
    for bar in drawn:
        _write(found, bar, window, now)
        for cell in _to_come(bar, window, now):
            found.setdefault(cell, Cell(GOES_ON, bar.span.state, bar.number))
    return found


def _to_come(bar: Bar, window: Window, now: float) -> range:
    """The cells from now to where what runs should end."""
    expected = bar.span.expected
    if bar.span.end is not None or expected is None or expected <= now:
        return range(0)
    return range(max(0, window.cell(now) + 1), min(window.cells, window.cell(expected) + 1))


def _alone(cell: int, bar: Bar) -> Cell:
    """A cell that one bar has for itself; what is only expected has no fine ends."""
    if bar.span.state is State.PENDING:
        return Cell(EXPECTED, State.PENDING, bar.number)
    first, end = max(0, bar.first - cell * EIGHTHS), min(EIGHTHS, bar.end - cell * EIGHTHS)
    return Cell(_block(first, end), bar.span.state, bar.number)


def _block(first: int, end: int) -> str:
    """From an eighth to an eighth of a cell; what does not begin at its left edge has halves and an eighth."""
    if end == EIGHTHS and first:
        return "▕" if first > 5 else "▐" if first > 2 else FULL
    return LEFT[end - first - 1] if first < 4 else "▕" if first > 5 else "▐"


def _together(parts: Sequence[tuple[int, Bar]]) -> Cell:
    """A cell of several: how much is covered, in the colour of the worst."""
    covered = min(EIGHTHS, sum(part for part, _ in parts))
    worst = min((bar for _, bar in parts), key=lambda bar: WORST.index(bar.span.state))
    if worst.span.state is State.PENDING:
        return Cell(LEFT[0], State.PENDING, parts[-1][1].number)
    return Cell(BELOW[covered - 1], worst.span.state, worst.number)


# -- signs and names ---------------------------------------------------------------------------------------


def _write(found: Row, bar: Bar, window: Window, now: float) -> None:
    """Put sign, filling and name on a bar."""
    own = [cell for cell in range(bar.first // EIGHTHS, (bar.end - 1) // EIGHTHS + 1) if found[cell].span == bar.number]
    own = [cell for cell in own if found[cell].char not in BELOW[:-1] or len(own) == 1]
    full = [cell for cell in own if found[cell].char in (FULL, EXPECTED)]
    sign = SIGNS.get(bar.span.state, "")
    if bar.span.torn and own:
        found[own[0]] = Cell(POINT, bar.span.state, bar.number)
    elif not full:
        if sign and own and bar.span.state is not State.RUNNING:
            found[own[-1]] = Cell(sign, bar.span.state, bar.number)
    else:
        _fill(found, bar, full, window, now)
        if sign and not bar.more:
            found[full[-1]] = Cell(sign, bar.span.state, bar.number, found[full[-1]].char == FULL)
            full = full[:-1]
        _name(found, bar, full)


def _fill(found: Row, bar: Bar, full: Sequence[int], window: Window, now: float) -> None:
    """Of what runs the part that is not done yet is lighter."""
    span = bar.span
    if span.fraction is None or span.end is not None:
        return
    done = window.at(span.start) + span.fraction * (window.at(span.until(now)) - window.at(span.start))
    for cell in full:
        if cell + 0.5 > done:
            found[cell] = Cell(UNDONE, span.state, bar.number)


def _name(found: Row, bar: Bar, full: Sequence[int]) -> None:
    """As much of the name as fits, a cell free on both sides; none of letters that are no cell wide, or two."""
    name, room = visible(bar.span.name), len(full) - 2
    if room < LEAST_LABEL or cells_of(name) != len(name):
        return
    text = name if len(name) <= room else name[: room - 1] + "…"
    for cell, char in zip(full[1:], text, strict=False):
        found[cell] = Cell(char, bar.span.state, bar.number, found[cell].char == FULL)
