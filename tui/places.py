"""Where ``:`` may lead: jobs, arrays and queues, by as much of an id or a name as is typed. Called in a thread."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from jobyard.core.errors import JobyardError
from jobyard.core.models import JobFilter, JobRow
from jobyard.core.states import State
from jobyard.core.yard import Yard

from .folds import fold_name, progress, whole_id
from .format import queue_title, short_id, state_glyph, state_word
from .text import plain

MOST = 300  # lines of the list that are offered; what is typed in full is found wherever it is
EXACT, BEGINS, PART, WITHIN, SCATTERED = range(5)


class Place(NamedTuple):
    """A line of the list of jobs (*row*), the whole of an array if *whole*; or a queue."""

    name: str
    id: str
    about: str
    row: int = 0
    whole: bool = False
    queue: int | None = None

    @property
    def ref(self) -> str:
        """What may be typed for it and for nothing else."""
        return self.name if self.queue is not None else f"{self.id}[]" if self.whole and "-" in self.id else self.id

    def rank(self, typed: str) -> int | None:
        """How well what is typed fits: 0 is best, None is not at all."""
        typed, name, id = typed.lower(), self.name.lower(), self.id.lower()
        if typed in (name, name.partition("[")[0], id, f"{id}[]") or (typed.isdigit() and _number(id) == int(typed)):
            return EXACT
        if name.startswith(typed) or id.startswith(typed):
            return BEGINS
        if any(part.startswith(typed) for part in name.replace("/", "-").replace("_", "-").split("-")):
            return PART
        if typed in name or typed in id:
            return WITHIN
        letters = iter(name)
        return SCATTERED if all(letter in letters for letter in typed) else None


def _number(id: str) -> int:
    """The number of an id's day, -1 of what is no id."""
    last = id.rpartition("-")[2]
    return int(last) if last.isdecimal() else -1


def places(yard: Yard) -> list[Place]:
    """The first lines of the list, as it stands without a filter, then the queues."""
    rows = yard.page(JobFilter(folded=True), 0, MOST).rows
    return [*map(_of_line, rows), *_queues(yard)]


def _of_line(row: JobRow) -> Place:
    if row.fold is None:
        about = f"{state_glyph(row)} {state_word(row)}"
        return Place(plain(row.name or row.command), row.id, about, row.row)
    return Place(plain(fold_name(row, row.fold)), whole_id(row), progress(row.fold, 0), row.row, whole=True)


def _queues(yard: Yard) -> Iterator[Place]:
    for queue in yard.queues():
        running, pending = queue.counts.get(State.RUNNING, 0), queue.counts.get(State.PENDING, 0)
        yield Place(plain(queue_title(queue)), "queue", f"{running:,} running, {pending:,} pending", queue=queue.id)


def matching(found: Sequence[Place], typed: str) -> list[int]:
    """The numbers of the places that fit, the best first, each kind in its own order."""
    ranks = {number: rank for number, place in enumerate(found) if (rank := place.rank(typed.strip())) is not None}
    return sorted(ranks, key=lambda number: (ranks[number], number)) if typed.strip() else list(range(len(found)))


def find(yard: Yard, typed: str, *, loosely: bool = False) -> Place:
    """What is called so, else what a command would mean by it, else *loosely* what fits best. Raises Unknown."""
    found = places(yard)
    best = next((found[number] for number in matching(found, typed)), None)
    if best is not None and best.rank(typed) == EXACT:
        return best
    try:
        return _referred(yard, typed)
    except JobyardError:
        if best is None or not loosely:
            raise
        return best


def _referred(yard: Yard, typed: str) -> Place:
    rows = yard.resolve([typed])
    arrays = {row.array_id for row in yard.rows(rows[:2]).values()}
    whole = len(rows) > 1 and len(arrays) == 1 and None not in arrays
    return Place(typed, "", "", rows[0] if whole else rows[-1], whole)


def lines(found: Iterable[Place]) -> Iterator[tuple[str, str, str]]:
    """Id, name and a word about each."""
    for place in found:
        yield short_id(place.id) if place.queue is None else place.id, place.name, place.about
