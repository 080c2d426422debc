"""What of a graph is one line: every job is in exactly one, and no dependency between lines is lost or made up."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from jobyard.core.graphfolds import ALIKE, CHAIN, LEAST, MANY, SHOWN, Folded, fold, unfolded
from jobyard.core.lanelist import lay_out

Edges = dict[int, list[int]]


@st.composite
def acyclic(draw: st.DrawFn) -> Edges:
    """A graph without cycles, often with long runs and many alike."""
    size = draw(st.integers(0, 40))
    shape = draw(st.sampled_from(("run", "fan", "any")))
    edges: Edges = {}
    for node in range(size):
        near = {"run": [node - 1], "fan": [0], "any": list(range(node))}[shape] if node else []
        usual = draw(st.integers(0, 9)) > 1
        edges[node] = near[:1] if usual else draw(st.lists(st.integers(0, max(0, node - 1)), max_size=3, unique=True))
        edges[node] = [parent for parent in edges[node] if parent < node]
    return edges


def alike(node: int) -> int:
    return 0


def lines(found: Folded) -> set[tuple[str, tuple[int, ...]]]:
    return {(unit.kind, unit.members) for unit in found.units.values() if unit.kind}


@settings(max_examples=300)
@given(acyclic(), st.sets(st.integers(0, 40)), st.sets(st.integers(0, 40), max_size=3))
def test_every_job_is_in_one_line_and_every_edge_between_lines_is_one_of_jobs(
    waits: Edges, done: set[int], opened: set[int]
) -> None:
    """The lines are a partition; one waits for another where one of its jobs waits for one of the other's."""
    found = fold(waits, done & set(waits), alike, opened)
    members = [node for unit in found.units.values() for node in unit.members]
    assert sorted(members) == sorted(waits)
    assert all(found.line_of[node] == unit.first for unit in found.units.values() for node in unit.members)
    between = {
        (found.line_of[child], found.line_of[parent])
        for child, parents in waits.items()
        for parent in parents
        if found.line_of[child] != found.line_of[parent]
    }
    assert {(line, parent) for line, parents in found.waits.items() for parent in parents} == between
    assert not any(node in opened for unit in found.units.values() if unit.kind for node in unit.members)
    assert set(lay_out(found.waits).order) == set(found.units)


@given(acyclic(), st.sets(st.integers(0, 40)))
def test_chains_are_of_done_jobs_alone(waits: Edges, done: set[int]) -> None:
    """Each job of a chain is done and waits for nothing but the one before it."""
    for kind, members in lines(fold(waits, done & set(waits), alike)):
        if kind == CHAIN:
            assert len(members) >= LEAST
            assert set(members) <= done
            assert all(waits[child] == [parent] for parent, child in pairwise(members))


def test_a_finished_chain_is_one_line() -> None:
    """The jobs before what is not done yet."""
    chain = {node: [node - 1] if node else [] for node in range(10)}
    assert lines(fold(chain, set(range(7)), alike)) == {(CHAIN, tuple(range(7)))}


def test_ten_thousand_roots_of_one_child_are_four_lines_and_it() -> None:
    """The first few are shown, the others are one line."""
    wide = {**{node: [] for node in range(10_000)}, 10_000: list(range(10_000))}
    found = fold(wide, (), alike)
    assert len(found.units) == SHOWN + 2
    assert lines(found) == {(ALIKE, tuple(range(SHOWN, 10_000)))}


def test_alike_runs_are_one_line_whole() -> None:
    """A thousand pairs between one begin and one end are as readable as ten."""
    pairs: Edges = {0: []}
    for number in range(1000):
        pairs |= {2 * number + 1: [0], 2 * number + 2: [2 * number + 1]}
    pairs[2001] = [2 * number + 2 for number in range(1000)]
    assert len(fold(pairs, (), alike).units) == 2 + 2 * SHOWN + 1


def test_what_looks_otherwise_is_not_alike() -> None:
    """One that failed among many keeps its line; too few alike are not folded."""
    fan = {0: [], **{node: [0] for node in range(1, 40)}}
    found = fold(fan, (), lambda node: node == 20)
    assert found.units[20].kind == ""
    assert not lines(fold({0: [], **{node: [0] for node in range(1, MANY)}}, (), alike))


def test_of_many_in_one_place_each_look_is_folded() -> None:
    """An array of which eight are done and ten wait: the first few of each, and a line for the others."""
    found = fold({node: [] for node in range(18)}, (), lambda node: node < 8)
    assert lines(found) == {(ALIKE, tuple(range(SHOWN, 8))), (ALIKE, tuple(range(8 + SHOWN, 18)))}
    assert not lines(fold({node: [] for node in range(18)}, (), lambda node: node // 5))


def test_opened_lines_can_be_folded_again() -> None:
    """Whoever opened a line finds its jobs with the others that were in it."""
    chain = {node: [node - 1] if node else [] for node in range(5)}
    found = fold(chain, set(range(5)), alike, {3})
    assert not lines(found)
    assert found.foldable[0] == (0, 1, 2, 3, 4)
    assert unfolded(chain).waits == chain
