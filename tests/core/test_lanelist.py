"""Graphs as lists with lanes: what is drawn says exactly which job waits for which, for every shape and at any size."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobyard.core.errors import Cycle
from jobyard.core.lanelist import NODE, LaneList, lay_out

Edges = dict[int, list[int]]
WIDE = 10_000
LEFT, RIGHT, ENDS = "┤╯┼┴", "├╰┼┴", "╰╯┴"  # which sides a joint opens to, which end their lane


@st.composite
def acyclic(draw: st.DrawFn) -> Edges:
    """A graph without cycles, its keys in any order, some parents named twice or not there."""
    size = draw(st.integers(0, 14))
    edges = {node: draw(st.lists(st.integers(-1, node - 1), max_size=4)) if node else [] for node in range(size)}
    return {node: edges[node] for node in draw(st.permutations(range(size)))}


def picture(waits: Edges) -> list[str]:
    """The lanes of every row."""
    laid = lay_out(waits)
    return [laid.draw(row, WIDE) for row in range(len(laid.order))]


def without_edges(waits: Edges) -> set[int]:
    """The jobs that wait for none and that none waits for."""
    waited = {parent for wanted in waits.values() for parent in wanted}
    return {node for node, wanted in waits.items() if node not in waited and not set(wanted) & set(waits)}


def read_back(lanes: list[str], order: list[int], alone: set[int]) -> set[tuple[int, int]]:
    """The edges (parent, child) that somebody sees who has nothing but the picture, and knows who is *alone*."""
    owners: dict[int, int] = {}  # column → the job whose lane comes down there
    found: set[tuple[int, int]] = set()
    for at, (line, node) in enumerate(zip(lanes, order, strict=True)):
        column = line.index(NODE) // 2
        joined = set(_joined(line, column))
        parents = {owners[place] for place in joined} | ({owners[column]} if column in owners else set())
        found |= {(parent, node) for parent in parents}
        for place in joined:
            if line[2 * place] in ENDS:
                del owners[place]
        owners.pop(column, None)
        below = lanes[at + 1] if at + 1 < len(lanes) else ""
        if at + 1 < len(order) and {node, order[at + 1]} <= alone:
            assert below.index(NODE) == 2 * column
        elif len(below) > 2 * column and below[2 * column] not in " ─":
            owners[column] = node
    return found


def _joined(line: str, column: int) -> list[int]:
    """The columns whose lanes a row's horizontal line meets."""
    found = []
    for step, faces in ((-1, RIGHT), (1, LEFT)):
        place = column
        while (gap := 2 * place + step) > 0 and gap < len(line) and line[gap] == "─":
            place += step
            if line[2 * place] in faces:
                found.append(place)
    return found


@settings(max_examples=400)
@given(acyclic())
def test_the_picture_tells_exactly_the_edges(waits: Edges) -> None:
    """Read back from its characters, the picture gives every dependency and no other; below each other means
    connected wherever one of the two has an edge."""
    laid = lay_out(waits)
    drawn = [laid.draw(row, WIDE) for row in range(len(laid.order))]
    real = {(parent, node) for node, wanted in waits.items() for parent in wanted if parent in waits}
    assert read_back(drawn, laid.order, without_edges(waits)) == real


@given(acyclic())
def test_every_job_stands_once_below_its_parents(waits: Edges) -> None:
    """The list is a topological order of all jobs."""
    order = lay_out(waits).order
    place = {node: row for row, node in enumerate(order)}
    assert sorted(order) == sorted(waits)
    assert all(place[parent] < place[node] for node, wanted in waits.items() for parent in wanted if parent in waits)


@given(acyclic())
def test_a_narrow_picture_never_hides_that_something_is_hidden(waits: Edges) -> None:
    """With three columns a row is a prefix of the whole one, and says so where its job stands further right."""
    laid = lay_out(waits)
    for row, whole in ((row, laid.draw(row, WIDE)) for row in range(len(laid.order))):
        narrow = laid.draw(row, 3)
        assert narrow == whole or "…" in narrow or whole.startswith(narrow)
        assert NODE in narrow


@given(acyclic(), st.integers(0, 6), st.integers(2, 5))
def test_a_window_of_columns_shows_the_job(waits: Edges, first: int, most: int) -> None:
    """Some columns are those of the whole picture; a job beyond them stands at the edge with an ellipsis."""
    laid = lay_out(waits)
    for row, whole in ((row, laid.draw(row, WIDE)) for row in range(len(laid.order))):
        part, column = laid.draw(row, most, NODE, first), laid.rows[row].column
        assert part.count(NODE) == 1
        if first <= column < first + most:
            assert whole[2 * first :].startswith(part.rstrip("…"))
        else:
            assert part.startswith(NODE + "…") if column < first else part.endswith("…" + NODE)


def test_a_diamond() -> None:
    """As people draw it by hand."""
    assert picture({0: [], 1: [0], 2: [0], 3: [1, 2]}) == ["●", "├─●", "● │", "●─╯"]


def test_jobs_without_edges_stand_in_one_column() -> None:
    """Unrelated jobs are no pattern; what is connected begins in another column than they end in."""
    assert picture({node: [] for node in range(4)}) == ["●"] * 4
    assert picture({0: [], 1: [], 2: [], 3: [2], 4: [], 5: []}) == ["●", "●", "  ●", "  ●", "●", "●"]


def test_a_line_that_passes_a_lane_does_not_touch_it() -> None:
    """A joint has its own sign, a crossing lane goes through."""
    drawn = picture({0: [], 1: [0], 2: [0, 1], 3: [0], 4: [1, 3], 5: [0, 2, 4]})
    assert drawn == ["●", "├─●", "├─┼─●", "├─│─│─●", "│ ●─│─╯", "●─┴─╯"]


def test_a_cycle_is_named() -> None:
    """Nothing can be drawn of jobs that wait for each other."""
    with pytest.raises(Cycle, match=r"1 → 2 → 1|2 → 1 → 2"):
        lay_out({1: [2], 2: [1]})


@pytest.mark.parametrize(
    ("waits", "width"),
    [
        pytest.param({node: [node - 1] if node else [] for node in range(10_000)}, 1, id="chain"),
        pytest.param({0: [], **{node: [0] for node in range(1, 10_000)}}, 3, id="fan-out"),
        pytest.param({**{node: [] for node in range(9_999)}, 9_999: list(range(9_999))}, 9_999, id="fan-in"),
        pytest.param({node: [] for node in range(10_000)}, 1, id="roots"),
        pytest.param(
            {n: [n - 100] * (n >= 100) + [n - 1] * (n % 100 > 0) for n in range(10_000)},
            100,
            id="lattice",
        ),
    ],
)  # fmt: skip
def test_ten_thousand_jobs(waits: Edges, width: int) -> None:
    """A lane for each job that is still waited for, no more, in any shape; each row is drawn by itself."""
    laid: LaneList[int] = lay_out(waits)
    assert len(laid.order) == 10_000
    assert laid.width == width
    assert all(NODE in laid.draw(row) for row in range(0, 10_000, 997))
