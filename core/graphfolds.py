"""What of a graph is one line: a finished chain, and many jobs that are alike. Pure.

A *chain* is a way of done jobs of which each is the only one that waits for the one before and waits for nothing
else. *Alike* are jobs, or runs of jobs, that wait for the same, are waited for by the same, and look the same to
whoever asks; of many the first few of each look keep their lines. One opened member opens all of a line.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Hashable, Iterator, Mapping
from typing import NamedTuple

CHAIN, ALIKE = "chain", "alike"
LEAST = 3  # jobs of a chain that are worth folding
MANY, SHOWN = 12, 3  # from so many in one place on those that look the same are folded, but for the first few
SOME = SHOWN + LEAST  # so many of these look the same at least

Waits = Mapping[int, list[int]]
Nobody: Container[int] = frozenset()


class Unit(NamedTuple):
    """A line: a job, or several. ``kind`` is "" for a job.

    ``unbroken``: nothing that looks as if it were between the first and the last of them has a line of its own.
    """

    members: tuple[int, ...]
    kind: str = ""
    unbroken: bool = True

    @property
    def first(self) -> int:
        """The job that stands for it."""
        return self.members[0]


class Folded(NamedTuple):
    """The lines, by the job that stands for each; what each waits for; and in which line every job is.

    ``foldable`` are those jobs that stand alone only because somebody has opened their line.
    """

    units: dict[int, Unit]
    waits: dict[int, list[int]]
    line_of: dict[int, int]
    foldable: dict[int, tuple[int, ...]]


def unfolded(waits: Waits) -> Folded:
    """Every job is a line."""
    return Folded({node: Unit((node,)) for node in waits}, dict(waits), {node: node for node in waits}, {})


def fold(
    waits: Waits, done: Container[int], like: Callable[[int], Hashable], opened: Container[int] = Nobody
) -> Folded:
    """Fold a graph; *done* are the jobs of which chains consist, *like* is equal for jobs that look the same."""
    children = children_of(waits)
    groups = [(ALIKE, some) for some in _alike(waits, children, like)]
    hidden = {node for _, some in groups for node in some}
    groups += [(CHAIN, run) for run in _runs(waits, children, done) if len(run) >= LEAST and run[0] not in hidden]
    units: dict[int, Unit] = {}
    foldable: dict[int, tuple[int, ...]] = {}
    line_of = {node: node for node in waits}
    for kind, some in groups:
        if any(node in opened for node in some):
            foldable.update(dict.fromkeys(some, tuple(some)))
        else:
            line_of.update(dict.fromkeys(some, some[0]))
            units[some[0]] = Unit(tuple(some), kind)
    lines = {node: units.get(node) or Unit((node,)) for node in waits if line_of[node] == node}
    return Folded(lines, {line: _outside(waits, line_of, line) for line in lines}, line_of, foldable)


def _outside(waits: Waits, line_of: Mapping[int, int], line: int) -> list[int]:
    """The lines that a line waits for: a chain waits with its first job, and those alike wait for the same."""
    found = dict.fromkeys(line_of[parent] for parent in waits[line] if parent in line_of)
    return [other for other in found if other != line]


def _runs(waits: Waits, children: Waits, some: Container[int]) -> Iterator[list[int]]:
    """*some* jobs in runs: of each but the first and the last nothing hangs but its two neighbours."""

    def follows(node: int) -> bool:
        parents = waits[node]
        return len(parents) == 1 and parents[0] in some and len(children.get(parents[0], ())) == 1

    for start in waits:
        if start in some and not follows(start):
            run = [start]
            while len(only := children[run[-1]]) == 1 and only[0] in some and follows(only[0]):
                run.append(only[0])
            yield run


def _alike(waits: Waits, children: Waits, like: Callable[[int], Hashable]) -> Iterator[list[int]]:
    """The jobs of runs of which there are many alike, but for the first few of each."""
    placed: dict[Hashable, list[list[int]]] = {}
    ends: dict[tuple[int, ...], frozenset[int]] = {}
    for run in _runs(waits, children, waits):
        up, down = (ends.setdefault(tuple(some), frozenset(some)) for some in (waits[run[0]], children[run[-1]]))
        placed.setdefault((up, down, len(run)), []).append(run)
    for runs in placed.values():
        groups: dict[Hashable, list[list[int]]] = {}
        for run in runs if len(runs) >= MANY else ():
            groups.setdefault(tuple(map(like, run)), []).append(run)
        for some in groups.values():
            if len(some) >= SOME:
                yield [node for run in some[SHOWN:] for node in run]


def children_of(waits: Waits) -> dict[int, list[int]]:
    """Who waits for each; parents that are no key are left out."""
    children: dict[int, list[int]] = {node: [] for node in waits}
    for node, parents in waits.items():
        for parent in parents:
            if parent in children:
                children[parent].append(node)
    return children
