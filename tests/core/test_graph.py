"""Dependency graphs: cycles, orders, layers, the critical path."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobyard.core import graph
from jobyard.core.errors import Cycle

DEEP = 100_000

Edges = dict[int, list[int]]


def chain(length: int) -> Edges:
    """Job n waits for n - 1."""
    return {node: [node - 1] if node else [] for node in range(length)}


@st.composite
def graphs(draw: st.DrawFn) -> Edges:
    """Any graph of up to twelve nodes, self-loops and double edges included."""
    size = draw(st.integers(0, 12))
    nodes = st.integers(0, max(0, size - 1))
    order = draw(st.permutations(range(size)))
    return {node: draw(st.lists(nodes, max_size=3)) for node in order}


@st.composite
def acyclic(draw: st.DrawFn) -> Edges:
    """A graph without cycles, its keys in any order."""
    size = draw(st.integers(0, 12))
    edges = {node: draw(st.lists(st.integers(0, node - 1), max_size=3)) if node else [] for node in range(size)}
    return {node: edges[node] for node in draw(st.permutations(range(size)))}


def reachable(edges: Edges, start: int) -> set[int]:
    """By its definition: repeat until nothing new comes."""
    found: set[int] = set()
    while True:
        new = {parent for node in {start, *found} for parent in edges.get(node, ())} - found
        if not new:
            return found
        found |= new


@given(graphs())
def test_a_cycle_is_found_exactly_when_a_node_reaches_itself(edges: Edges) -> None:
    """No cycle is missed and none is invented."""
    assert (graph.find_cycle(edges) is not None) == any(node in reachable(edges, node) for node in edges)


@given(graphs())
def test_a_cycle_is_a_closed_walk_along_real_edges(edges: Edges) -> None:
    """The cycle that is named begins and ends with the same node, visits no other twice, and uses edges that exist."""
    cycle = graph.find_cycle(edges)
    if cycle is not None:
        assert cycle[0] == cycle[-1]
        assert len(set(cycle)) == len(cycle) - 1
        assert all(parent in edges[node] for node, parent in pairwise(cycle))


@given(graphs())
def test_a_cycle_begins_with_its_first_member_of_the_file(edges: Edges) -> None:
    """The same file always names the same cycle, from its first job on."""
    cycle = graph.find_cycle(edges)
    if cycle is not None:
        assert cycle[0] == next(node for node in edges if node in cycle)


@given(acyclic())
def test_a_topological_order_puts_parents_first(edges: Edges) -> None:
    """Every node appears once, after all that it waits for."""
    order = graph.topological_order(edges)
    place = {node: index for index, node in enumerate(order)}
    assert sorted(order) == sorted(edges)
    assert all(place[parent] < place[node] for node, parents in edges.items() for parent in parents)


def test_a_topological_order_names_a_cycle() -> None:
    """Where no order exists, the error says who waits for whom."""
    with pytest.raises(Cycle, match="a → b → a"):
        graph.topological_order({"a": ["b"], "b": ["a"]})


def test_a_job_that_waits_for_itself_is_a_cycle() -> None:
    """The shortest cycle there is."""
    assert graph.find_cycle({"a": ["a"]}) == ["a", "a"]


@given(acyclic())
def test_layers_are_the_longest_ways(edges: Edges) -> None:
    """A node stands one below the lowest of its parents."""
    layer = graph.layers(edges)
    assert set(layer) == set(edges)
    for node, parents in edges.items():
        assert layer[node] == (1 + max(layer[parent] for parent in parents) if parents else 0)


@given(graphs(), st.integers(0, 11))
def test_the_closure_is_everything_that_can_be_reached(edges: Edges, start: int) -> None:
    """Each node that can be reached comes once; the start itself never does."""
    found = graph.closure([start], lambda node: edges.get(node, ()))
    assert sorted(found) == sorted(reachable(edges, start) - {start})


def test_a_closure_is_bounded() -> None:
    """Only as many nodes as asked for are looked up, nearest first."""
    assert graph.closure([0], lambda node: [node + 1, node + 2], limit=3) == [1, 2, 3]


def test_the_critical_path_is_the_longest_chain_in_time() -> None:
    """Two short jobs one after the other outweigh a longer one beside them."""
    edges = {"a": [], "b": ["a"], "c": [], "d": ["b", "c"]}
    assert graph.critical_path({"a": 2, "b": 3, "c": 4, "d": 1, "alone": 5.5}, edges) == 6
    assert graph.critical_path({"alone": 7.5}, {}) == 7.5
    assert graph.critical_path({}, {}) == 0


def test_a_deep_chain_needs_no_stack() -> None:
    """A hundred thousand jobs one behind another, in the worst order, are no deeper than one."""
    backwards = dict(reversed(chain(DEEP).items()))
    assert graph.find_cycle(backwards) is None
    assert graph.find_cycle({**backwards, 0: [DEEP - 1]}) is not None
    assert graph.layers(backwards)[DEEP - 1] == DEEP - 1
    assert len(graph.closure([DEEP - 1], lambda node: backwards[node])) == DEEP - 1


@pytest.mark.parametrize("backwards", [False, True])
def test_a_hundred_thousand_jobs_are_validated_in_a_moment(backwards: bool) -> None:
    """Checking for cycles costs less than half a second of processor time, in either order."""
    edges = dict(reversed(chain(DEEP).items())) if backwards else chain(DEEP)
    assert min(seconds_for(edges) for _ in range(3)) < 0.5


def seconds_for(edges: Edges) -> float:
    start = time.process_time()
    graph.find_cycle(edges)
    return time.process_time() - start


def test_a_long_cycle_is_named_in_short() -> None:
    """An error stays one readable line however long the cycle is."""
    text = graph.name_cycle([*range(1000), 0], most=3)
    assert text == "0 → 1 → 2 → … (997 more) → 0"
    assert graph.name_cycle(["a", "b", "a"]) == "a → b → a"


@given(acyclic(), st.lists(st.floats(0, 100), min_size=12, max_size=12))
def test_the_longest_way_is_as_long_as_the_critical_path(edges: Edges, times: list[float]) -> None:
    """It leads along edges from a node that waits for nothing to one that nothing waits for, and takes that time."""
    durations = {node: times[node] for node in edges}
    way = graph.longest_way(durations, edges)
    assert bool(way) == bool(edges)
    assert all(parent in edges[child] for parent, child in pairwise(way))
    assert sum(durations[node] for node in way) == pytest.approx(graph.critical_path(durations, edges))
    if way:
        assert not edges[way[0]]


def test_the_longest_way_without_times_has_the_most_nodes() -> None:
    """Among equals the one with more nodes is told; a chain of any length is no deeper than one."""
    assert graph.longest_way({}, {1: [], 2: [1], 3: [2], 4: [1]}) == [1, 2, 3]
    assert len(graph.longest_way({}, chain(DEEP))) == DEEP
