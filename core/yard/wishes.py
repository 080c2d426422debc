"""What new jobs wait for, as rows: keys and names within a submit first, then whatever the yard knows by that word.

A word may mean several jobs: an array (all its elements), some elements of one, a range. The job waits for each.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from .. import graph
from ..errors import BadInput, Cycle
from ..models import Dependency, JobSpec
from ..store import Store
from ..store.submit import Parent
from . import finding

Parents = tuple[Parent, ...]

MOST_EDGES = 1_000_000  # that a submit makes out of arrays


def parents(store: Store, specs: Sequence[JobSpec]) -> list[Parents]:
    """The parents of each of these, ``inside`` counted in *specs*. Raises Cycle, Unknown, Ambiguous, BadInput."""
    if not any(spec.dependencies for spec in specs):
        return [()] * len(specs)
    inside = _inside(specs)
    found = [_parents_of(store, inside, index, spec.dependencies) for index, spec in enumerate(specs)]
    _refuse_cycle(specs, found)
    return found


def spread(found: Sequence[Parents], jobs: Sequence[range]) -> list[Parents]:
    """The same with ``inside`` counted in jobs, where spec number n is the jobs of ``jobs[n]``.

    Raises BadInput where arrays that wait for arrays would make too many edges.
    """
    spread_ = [_spread(some, jobs) for some in found]
    edges = sum(len(some) * len(span) for some, span in zip(spread_, jobs, strict=True))
    if edges > MOST_EDGES:
        raise BadInput(
            f"That makes {edges:,} dependencies",
            f"Each element would wait for each of the others, and {MOST_EDGES:,} are the most",
            "Put one job between: it waits for the one array, the other array for it",
        )
    return spread_


def _spread(some: Parents, jobs: Sequence[range]) -> Parents:
    return tuple(
        each
        for parent in some
        for each in ((parent,) if parent.inside < 0 else (Parent(parent.after, inside=n) for n in jobs[parent.inside]))
    )


def _parents_of(store: Store, inside: Mapping[str, int], child: int, wishes: Sequence[Dependency]) -> Parents:
    if len(wishes) == 1:
        return _meant(store, inside, child, wishes[0])
    return tuple(_unique(parent for wish in wishes for parent in _meant(store, inside, child, wish)))


def _inside(specs: Sequence[JobSpec]) -> dict[str, int]:
    """Keys and names of this submit; -1 for a name that several bear."""
    where: dict[str, int] = {}
    for index, spec in enumerate(specs):
        if spec.name:
            where[spec.name] = -1 if spec.name in where else index
    keys: set[str] = set()
    for index, spec in enumerate(specs):
        if spec.key:
            if spec.key in keys:
                raise BadInput(f"The key {spec.key} is given to two jobs", "a key names one job", "Change one of them")
            keys.add(spec.key)
            where[spec.key] = index
    return where


def _meant(store: Store, inside: Mapping[str, int], child: int, wish: Dependency) -> Parents:
    """The jobs that one wish means."""
    index = inside.get(wish.parent)
    if index is None:
        return tuple([Parent(wish.after, row=row) for row in finding.rows(store, [wish.parent], destructive=True)])
    if index < 0:
        raise BadInput(f"Several jobs of this submit are named {wish.parent}", "", "Give them keys and use those")
    if index == child:
        raise Cycle(f"Job {wish.parent} depends on itself", "it would wait for ever", "Remove that dependency")
    return (Parent(wish.after, inside=index),)


def _unique(parents: Iterable[Parent]) -> list[Parent]:
    """Each parent once; two different wishes for one parent contradict each other."""
    seen: dict[tuple[int, int], Parent] = {}
    for parent in parents:
        known = seen.setdefault((parent.row, parent.inside), parent)
        if known.after is not parent.after:
            raise BadInput(
                "A job depends on the same job twice", f"{known.after} and {parent.after}", "Keep one of them"
            )
    return list(seen.values())


def _refuse_cycle(specs: Sequence[JobSpec], parents: Sequence[Parents]) -> None:
    if all(parent.inside < index for index, some in enumerate(parents) for parent in some):
        return  # every parent stands before its child: most files are written so
    waits = {index: [parent.inside for parent in some if parent.inside >= 0] for index, some in enumerate(parents)}
    cycle = graph.find_cycle(waits)
    if cycle:
        shown = [specs[index].name or specs[index].key or f"job {index + 1}" for index in cycle]
        raise Cycle("These jobs wait for each other", graph.name_cycle(shown), "Remove one of these dependencies")
