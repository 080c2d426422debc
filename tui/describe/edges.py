"""What a job waits for, or ran after, and what waits for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from jobyard.core.models import Edge
from jobyard.core.states import After, EdgeState, State

from ..format import GLYPHS, plural
from ..text import plain
from .dossier import Dossier
from .rows import Frame, Link, Row, Rows, heading, sentence

FEW = 6  # each way beside everything else
MOST_KNOWN = 1000  # of them come from the yard
MARKS = {EdgeState.OPEN: "", EdgeState.SATISFIED: " · as needed", EdgeState.DEAD: " · not as needed"}
KINDS = {After.OK: "", After.ANY: " · however it ends", After.FAIL: " · if it fails"}


def edges(dossier: Dossier, frame: Frame, most: int = FEW) -> Rows:
    """Both ways, the first few of each; the rest is a filter away."""
    job = dossier.job
    title = "waits for" if job.state is State.PENDING else "ran after"
    parents = job.depends_on
    # Of more than can be known only the least number is; the filter shows them all.
    yield from _side(title, parents, len(parents), most, frame, Link("filter", f"before:{job.id}"))
    yield from _side("needed by", job.dependents, job.dependents_total, most, frame, Link("filter", f"after:{job.id}"))


def alone(dossier: Dossier, frame: Frame) -> Rows:
    """The whole tab: all that are known."""
    if not dossier.job.depends_on and not dossier.job.dependents:
        yield from sentence(
            f"It waits for no other job, and none waits for it. {frame.key('dependencies')} adds one.", frame
        )
    yield from edges(dossier, frame, MOST_KNOWN)


def _side(title: str, some: Sequence[Edge], total: int, most: int, frame: Frame, rest: Link) -> Rows:
    if not some:
        return
    cut = total >= MOST_KNOWN and total == len(some)
    yield heading(title, frame, _count(some, total, cut))
    shown = list(_told(some))
    yield from (_line(edge) for edge in shown[:most])
    left = len(shown) - len(shown[:most]) if total == len(some) else total - len(shown[:most])
    if left > 0 or cut:
        text = f"and {plural(left, 'job')} more" if left > 0 and not cut else "and more"
        yield Row([("  ", ""), (text, "dim"), (f"  {rest.key}", "faint")], rest)


def _count(some: Sequence[Edge], total: int, cut: bool) -> str:
    """``12 jobs: 3 running, 9 pending``, where there are several."""
    if total < 2:
        return ""
    states = Counter(edge.job_state for edge in some)
    known = ", ".join(f"{states[state]} {state.value}" for state in State if states[state])
    return (
        plural(total, "job") + (" and more" if cut else "") + (f": {known}" if total == len(some) and not cut else "")
    )


def _told(some: Sequence[Edge]) -> Iterator[Edge]:
    """Each, but many elements of an array once."""
    told: set[tuple[str, str]] = set()
    for edge in some:
        key = (edge.array, edge.after.value)
        if not edge.array or key not in told:
            told.add(key)
            yield edge


def _line(edge: Edge) -> Row:
    called = edge.array or edge.name or edge.id
    line = [
        (f"{GLYPHS[edge.job_state]} ", edge.job_state.value),
        (plain(called), ""),
        (f" {plain(edge.id)}" if called != edge.id else "", "dim"),
        (f" {edge.job_state.value}", edge.job_state.value),
        (KINDS[edge.after] + MARKS[edge.state], "faint"),
    ]
    return Row(line, Link("job", edge.id))
