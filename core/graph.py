"""Pure functions on dependency graphs, all iterative, so that a chain of 100,000 jobs is no deeper than one.

A graph is a mapping from each node to what it waits for: ``{"c": ["a", "b"]}`` means that c runs after
a and b. A parent that is no key of the mapping waits for nothing. Results depend on the order of the
mapping alone, never on hashes, so that the same file always gives the same answer. None is not a node.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

from .errors import Cycle

K = TypeVar("K", bound=Hashable)

Waits = Mapping[K, Iterable[K]]


def find_cycle(edges: Waits[K]) -> list[K] | None:
    """The first cycle as a closed path ``[a, b, a]`` (a waits for b, b for a), or None.

    It begins with the member that stands first in *edges*.
    """
    if _in_order(edges):
        return None
    done: set[K] = set()
    for start in edges:
        if start not in done:
            cycle = _walk(start, edges, done)
            if cycle:
                return _from_first(cycle, edges)
    return None


def topological_order(edges: Waits[K]) -> list[K]:
    """Every node after all that it waits for; otherwise in the order of *edges*. Raises Cycle."""
    waits, children = _invert(edges)
    ready = deque(node for node, count in waits.items() if not count)
    order: list[K] = []
    while ready:
        node = ready.popleft()
        order.append(node)
        for child in children.get(node, ()):
            waits[child] -= 1
            if not waits[child]:
                ready.append(child)
    if len(order) < len(waits):
        cycle = find_cycle(edges)
        raise Cycle(f"These wait for each other: {name_cycle(cycle or [])}")
    return order


def closure(start: Iterable[K], neighbours: Callable[[K], Iterable[K]], limit: int | None = None) -> list[K]:
    """All that *start* reaches through *neighbours*, nearest first, without *start*; at most *limit* nodes."""
    seen = dict.fromkeys(start)
    queue = deque(seen)
    found: list[K] = []
    while queue and (limit is None or len(found) < limit):
        for node in neighbours(queue.popleft()):
            if node not in seen:
                seen[node] = None
                queue.append(node)
                found.append(node)
    return found if limit is None else found[:limit]


def layers(edges: Waits[K]) -> dict[K, int]:
    """The longest way from a node to one that waits for nothing, in edges (0 = waits for nothing). Raises Cycle."""
    layer: dict[K, int] = {}
    for node in topological_order(edges):
        layer[node] = max((layer[parent] + 1 for parent in edges.get(node, ())), default=0)
    return layer


def critical_path(durations: Mapping[K, float], edges: Waits[K]) -> float:
    """The shortest time in which everything can end, given slots enough, in the unit of *durations*. Raises Cycle."""
    ends: dict[K, float] = {}
    for node in topological_order(edges):
        start = max((ends[parent] for parent in edges.get(node, ())), default=0.0)
        ends[node] = start + durations.get(node, 0.0)
    alone = (time for node, time in durations.items() if node not in ends)
    return max(*ends.values(), *alone, 0.0, 0.0)


def longest_way(durations: Mapping[K, float], edges: Waits[K]) -> list[K]:
    """The critical path itself, first to last: of several that are equally long the one with the most nodes.

    Empty without nodes. Raises Cycle.
    """
    ends: dict[K, tuple[float, int]] = {}  # when it can end; and how many are on the way, which decides among equals
    before: dict[K, K | None] = {}
    for node in topological_order(edges):
        before[node] = max(edges.get(node, ()), key=ends.__getitem__, default=None)
        start, steps = (0.0, 0) if before[node] is None else ends[before[node]]  # type: ignore[index]
        ends[node] = start + durations.get(node, 0.0), steps + 1
    at = max(ends, key=ends.__getitem__, default=None)
    way: list[K] = []
    while at is not None:
        way.append(at)
        at = before[at]
    return way[::-1]


def name_cycle(cycle: Sequence[object], most: int = 10) -> str:
    """A cycle for people: ``a → b → a``; of a long one the first *most* members and how many more there are."""
    if len(cycle) <= most + 1:
        return " → ".join(map(str, cycle))
    shown = " → ".join(map(str, cycle[:most]))
    return f"{shown} → … ({len(cycle) - 1 - most:,} more) → {cycle[-1]}"


def _in_order(edges: Waits[K]) -> bool:
    """Whether every node stands after all that it waits for: most files are written so, and it is quickly seen."""
    seen: set[K] = set()
    for node, parents in edges.items():
        for parent in parents:
            if parent not in seen and parent in edges:
                return False
        seen.add(node)
    return True


def _walk(start: K, edges: Waits[K], done: set[K]) -> list[K] | None:
    """Depth first from *start*; the cycle that it meets, open (``[a, b]``), or None."""
    path, ways, on_path = [start], [iter(edges.get(start, ()))], {start}
    while path:
        parent = next(ways[-1], None)
        if parent is None:
            ways.pop()
            on_path.discard(path[-1])
            done.add(path.pop())
        elif parent in on_path:
            return path[path.index(parent) :]
        elif parent not in done:
            path.append(parent)
            ways.append(iter(edges.get(parent, ())))
            on_path.add(parent)
    return None


def _from_first(cycle: list[K], edges: Waits[K]) -> list[K]:
    members = set(cycle)
    first = cycle.index(next(node for node in edges if node in members))
    turned = cycle[first:] + cycle[:first]
    return [*turned, turned[0]]


def _invert(edges: Waits[K]) -> tuple[dict[K, int], dict[K, list[K]]]:
    """How many edges each node still waits for, and who waits for it."""
    waits: dict[K, int] = {}
    children: dict[K, list[K]] = {}
    for node, parents in edges.items():
        waits[node] = 0
        for parent in parents:
            waits[node] += 1
            children.setdefault(parent, []).append(node)
    for parent in children:
        waits.setdefault(parent, 0)
    return waits, children
