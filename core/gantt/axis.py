"""The window of time that is looked at: zoom, pan, following now, and round ticks in local time."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from .spans import Window

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
ZOOMS = (
    5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR,
    DAY, 2 * DAY, 3 * DAY, 7 * DAY, 14 * DAY, 30 * DAY,
)  # fmt: skip
USUAL = HOUR
HOPS = 8  # the window follows now in steps of so many to its width: in between only what runs is painted anew
APART = 11  # cells from one tick to the next, at least
EARLIEST, LATEST = 0.0, 4e9  # wall times between which one can look
TICKS = (
    1.0, 2.0, 5.0, 10.0, 15.0, 30.0, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE,
    HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY, 14 * DAY, 28 * DAY,
)  # fmt: skip


class View(NamedTuple):
    """What somebody wants to see: *span* seconds from *start* on, or up to now, which is followed."""

    span: float = USUAL
    start: float | None = None

    @property
    def follows(self) -> bool:
        """Whether its right edge goes with the time."""
        return self.start is None


def window(view: View, cells: int, now: float, *, ahead: bool) -> Window:
    """The window of a view, *cells* wide; *ahead*: what is expected to come has a quarter of it."""
    cells = max(1, cells)
    step = view.span / cells
    if view.start is not None:
        return Window(view.start, step, cells)
    hop = max(1, cells // HOPS) * step
    future = view.span / 4 if ahead else 0.0
    return Window((math.floor((now + future) / hop) + 1) * hop - view.span, step, cells)


def fitting(oldest: float, now: float) -> View:
    """Up to now, as short as shows all since *oldest*, and no longer than usual."""
    wanted = (now - oldest) * 1.2
    return View(next((span for span in ZOOMS if span >= wanted and span <= USUAL), USUAL))


def held(view: View, shown: Window) -> View:
    """The same, standing still where it is."""
    return View(view.span, shown.start) if view.follows else view


def zoomed(view: View, shown: Window, by: int, around: float) -> View:
    """One step closer (*by* −1) or further; *around* stays where it is on the screen.

    Who follows now goes on following it as long as *around* is in sight then.
    """
    at = min(range(len(ZOOMS)), key=lambda number: abs(math.log(ZOOMS[number] / view.span)))
    span = ZOOMS[min(len(ZOOMS) - 1, max(0, at + by))]
    if view.follows and around >= shown.end - span:
        return View(span)
    share = min(1.0, max(0.0, shown.at(around) / shown.cells))
    return _within(View(span, around - share * span))


def panned(view: View, shown: Window, share: float) -> View:
    """By this part of its width to the right."""
    return _within(View(view.span, shown.start + share * view.span))


def around(view: View, moment: float) -> View:
    """With this time in its middle."""
    return _within(View(view.span, moment - view.span / 2))


def _within(view: View) -> View:
    start = view.start or 0.0
    return View(view.span, min(max(start, EARLIEST), LATEST - view.span))


# -- ticks -----------------------------------------------------------------------------------------------


class Tick(NamedTuple):
    """Where a round time stands, and how it is called; ``day``: another day begins."""

    cell: int
    label: str
    day: bool = False


def ticks(shown: Window, apart: int = APART) -> list[Tick]:
    """Round local times, at least *apart* cells from each other; a new day is told by its date."""
    every = next((each for each in TICKS if each / shown.step >= apart), TICKS[-1])
    found: list[Tick] = []
    for moment in _moments(shown, every):
        cell = shown.cell(moment.timestamp())
        day = moment.hour == moment.minute == moment.second == 0
        if 0 <= cell < shown.cells and not (found and cell - found[-1].cell < apart // 2):
            found.append(Tick(cell, _label(moment, every, day), day))
    return found


def _label(moment: datetime, every: float, day: bool) -> str:
    if day:
        return f"{moment:%a} {moment.day} {moment:%b}"
    return f"{moment:%H:%M:%S}" if every < MINUTE else f"{moment:%H:%M}"


def _moments(shown: Window, every: float) -> Iterator[datetime]:
    """Multiples of *every* as the wall clock of this place shows them, also where it is put forward or back."""
    moment = _round_down(datetime.fromtimestamp(shown.start), every)
    end = datetime.fromtimestamp(shown.end)
    while moment <= end:
        yield moment
        moment += timedelta(seconds=every)


def _round_down(moment: datetime, every: float) -> datetime:
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    if every < DAY:
        return midnight + timedelta(seconds=(moment - midnight).total_seconds() // every * every)
    return midnight - timedelta(days=midnight.toordinal() % int(every // DAY))
