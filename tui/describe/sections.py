"""Which parts a tab of the pane shows, in which order, and the line of tabs."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from rich.cells import cell_len

from ..widgets.lines import Line
from . import attempts, edges, facts, head, origin, output, past, using
from .dossier import Dossier
from .folded import folded
from .rows import Frame, Row, Rows, blank, trimmed
from .why import alone as why_alone
from .why import why

Part = Callable[[Dossier, Frame], Rows]


class Section(NamedTuple):
    """A tab. ``deep``: it shows history or origin, which are fetched only for whoever looks."""

    name: str
    about: str
    show: Part
    deep: bool = False


def everything(dossier: Dossier, frame: Frame) -> Rows:
    """All parts, the most wanted first."""
    if dossier.fold is not None:
        yield from folded(dossier, frame)
        return
    for part in (head.title, head.state, using.progress, using.running, why):
        yield from part(dossier, frame)
    yield from _rest(dossier, frame)


def briefly(dossier: Dossier, frame: Frame) -> Rows:
    """The same for a pane of a few lines: what must be seen without scrolling is in the first three."""
    if dossier.fold is not None:
        yield from folded(dossier, frame)
        return
    for part in (head.brief, using.progress, why):
        yield from part(dossier, frame)
    yield from _rest(dossier, frame)
    yield from head.kin(dossier)


def _rest(dossier: Dossier, frame: Frame) -> Rows:
    parts = (facts.command, facts.times, facts.place, attempts.attempts, using.ended)
    for part in (*parts, edges.edges, origin.origin, past.past):
        yield from part(dossier, frame)


def _attempts(dossier: Dossier, frame: Frame) -> Rows:
    """All attempts, and what the last one used over time."""
    yield from attempts.alone(dossier, frame)
    if dossier.job.attempts:
        yield blank()
        yield from using.over_time(dossier, frame)


def _titled(part: Part) -> Part:
    """A tab of one part still says whose it is."""

    def show(dossier: Dossier, frame: Frame) -> Rows:
        yield from head.brief(dossier, frame)
        yield blank()
        yield from part(dossier, frame)

    return show


SECTIONS: tuple[Section, ...] = (
    Section("all", "everything", everything, deep=True),
    Section("why", "why it waits", _titled(why_alone), deep=True),
    Section("attempts", "every execution", _titled(_attempts)),
    Section("deps", "dependencies both ways", _titled(edges.alone)),
    Section("origin", "where the last attempt came from", _titled(origin.alone), deep=True),
    Section("history", "what was done to it", _titled(past.alone), deep=True),
    Section("log", "the end of its log", output.alone),
)
NAMES = tuple(section.name for section in SECTIONS)


def section(name: str) -> Section:
    """The tab of this name; an unknown one is the first."""
    return next((one for one in SECTIONS if one.name == name), SECTIONS[0])


def beside(name: str, step: int) -> str:
    """The tab *step* further; after the last comes the first."""
    at = NAMES.index(name) if name in NAMES else 0
    return NAMES[(at + step) % len(NAMES)]


def describe(dossier: Dossier, frame: Frame, name: str = "all") -> list[Row]:
    """The lines of a tab, none wider than the frame."""
    show = briefly if frame.low and name == NAMES[0] else section(name).show
    return [trimmed(row, frame.width) for row in show(dossier, frame) if row.line or not frame.low]


def tabs(name: str, width: int) -> Line:
    """The line of tabs, a cell for the mark of the one that is shown before each; where they do not fit, that one."""
    for gap in (1, 0):
        if sum(cell_len(one) + 1 + gap for one in NAMES) - gap <= width:
            return [part for one in NAMES for part in _tab(one, one == name, gap)]
    return [(f"▸{name} {NAMES.index(name) + 1}/{len(NAMES)}", "title")]


def _tab(name: str, shown: bool, gap: int) -> Line:
    style = "title" if shown else "faint"
    return [("▸" if shown else " ", style), (name, style), (" " * gap, "")]
