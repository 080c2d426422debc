"""An array or a finished chain that stands on one line of the table: how far it is, and what failed."""

from __future__ import annotations

from jobyard.core.models import Fold, JobRow
from jobyard.core.states import State

from ..folds import bar, fold_name
from ..format import GLYPHS, outcome
from ..text import plain
from .dossier import Dossier
from .facts import command, place, times
from .rows import Frame, Link, Row, Rows, blank, heading, labelled
from .why import why

WORD = 11  # cells of a state


def folded(dossier: Dossier, frame: Frame) -> Rows:
    """The whole of it; then what is the same in each of its jobs."""
    fold = dossier.fold
    if fold is None:
        return
    yield from _title(dossier, fold)
    yield blank()
    yield from _counts(fold)
    if dossier.array is not None:
        most, gone = dossier.array.most, dossier.array.size - dossier.array.left
        yield from labelled("at a time", "" if most is None else f"at most {most}", frame)
        yield from labelled("purged", f"{gone:,}" if gone else "", frame)
    yield from why(dossier, frame)
    yield from _failed(dossier, fold, frame)
    for part in (command, times, place) if fold.kind == "array" else ():
        yield from part(dossier, frame)


def _title(dossier: Dossier, fold: Fold) -> Rows:
    job = dossier.job
    sample = dossier.array.sample if dossier.array is not None else None
    name = fold_name(sample, fold) if sample is not None else job.name or job.command
    yield Row([(plain(name), "bold")])
    what = "array" if fold.kind == "array" else "chain that has ended"
    yield Row([(plain(fold.ref), "dim"), (f"  {what}, {fold.size:,} jobs", "faint")], Link("job", job.id))


def _counts(fold: Fold) -> Rows:
    for state, count in sorted(fold.counts, key=lambda pair: list(State).index(pair[0])):
        if count:
            word = f"{GLYPHS[state]} {state.value}".ljust(WORD + 1)
            yield Row([(word, state.value), (f"{bar(count, fold.size)} ", state.value), (f"{count:,}", "")])


def _failed(dossier: Dossier, fold: Fold, frame: Frame) -> Rows:
    if not dossier.failed:
        return
    yield heading("failed", frame)
    yield from (_element(row) for row in dossier.failed)
    left = dict(fold.counts).get(State.FAILED, 0) - len(dossier.failed)
    if left > 0:
        yield Row([(f"and {left:,} more", "dim")])


def _element(row: JobRow) -> Row:
    number = "" if row.array_index is None else f"[{row.array_index}] "
    line = [(f"{GLYPHS[row.state]} ", row.state.value), (f"{number}{row.id}", ""), (f"  {plain(outcome(row))}", "dim")]
    return Row(line, Link("job", row.id))
