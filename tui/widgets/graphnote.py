"""Two lines below a graph: the selected job, what it waits for and what waits for it, in words."""

from __future__ import annotations

from collections.abc import Iterator

from textual.strip import Strip

from jobyard.core.models import GraphEdge
from jobyard.core.states import After, EdgeState, State
from jobyard.core.yard.drawing import Picture, Unit

from ..columns import name_of
from ..format import outcome, plural, short_prose, state_glyph, state_word
from ..graphing import words_of
from ..text import plain
from .lines import Line, Lines

NAMED = 3  # parents and children that are named
STATES = {EdgeState.OPEN: "open", EdgeState.SATISFIED: "satisfied", EdgeState.DEAD: "dead"}


class GraphNote(Lines):
    """About the selected job."""

    DEFAULT_CSS = "GraphNote { height: 2; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._told: tuple[Line, ...] = ()

    def take(self, drawn: Picture, line: int | None, row: int) -> None:
        """About what stands in a line, or, where there are boxes, about job *row*."""
        unit = Unit((row,)) if line is None else drawn.unit(line) if drawn.graph.jobs else None
        self._told = tuple(told(drawn, unit)) if unit is not None and unit.first in drawn.graph.jobs else ()
        self.repaint()

    def line_at(self, y: int) -> Strip:
        """One of the two."""
        return self.strip([(" ", ""), *self._told[y]] if y < len(self._told) else [], self.palette.panel)


def told(drawn: Picture, unit: Unit) -> Iterator[Line]:
    """Who it is and how it is; then its edges."""
    job = drawn.graph.jobs[unit.first]
    if unit.kind:
        yield [(words_of(drawn, unit), "bold")]
    else:
        said = short_prose(plain(outcome(job)))
        yield [
            (plain(name_of(job)), "bold"), (f"  {job.id}  ", "dim"),
            (f"{state_glyph(job)} {state_word(job)}", job.state.value),
            (f"  {said}", "failed" if job.state is State.FAILED else "dim"),
        ]  # fmt: skip
    last = unit.members[-1]
    waits = [drawn.edges[unit.first, parent] for parent in drawn.waits[unit.first]]
    needed = [drawn.edges[child, last] for child in drawn.children[last]]
    yield [
        ("waits for ", "dim"), *(_named(drawn, waits, parents=True) or [("nothing", "dim")]),
        ("   needed by ", "dim"), *(_named(drawn, needed, parents=False) or [("nothing", "dim")]),
    ]  # fmt: skip


def _named(drawn: Picture, edges: list[GraphEdge], *, parents: bool) -> Line:
    """The first few in words, how many more."""
    found: Line = []
    for edge in edges[:NAMED]:
        job = drawn.graph.jobs[edge.parent if parents else edge.child]
        kind = "" if edge.after is After.OK else f" {edge.after.value}"
        dead = " [dead]" if edge.state is EdgeState.DEAD else ""
        found += [("" if not found else ", ", "dim"), (f"{state_glyph(job)} {plain(name_of(job))}", job.state.value)]
        found.append((kind + dead, "dim"))
    more = len(edges) - NAMED
    return [*found, (f" and {plural(more, 'other')}", "dim")] if more > 0 else found
