"""Boxes with lines between them: whoever reads the picture cell by cell finds exactly the dependencies."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobyard.core.boxlines import DOWN, HEIGHT, LEFT, RIGHT, UP, Sheet, glyph, lay_out
from jobyard.core.neighbourhood import MOST, Via, around, crossings, layered

Edges = dict[int, list[int]]
STEPS = {UP: (0, -1), DOWN: (0, 1), LEFT: (-1, 0), RIGHT: (1, 0)}
OPPOSITE = {UP: DOWN, DOWN: UP, LEFT: RIGHT, RIGHT: LEFT}
ARMS = {glyph(arms): arms for arms in range(1, 16)}
PORT = "┴"


@st.composite
def acyclic(draw: st.DrawFn) -> Edges:
    """A graph without cycles, its keys in any order."""
    size = draw(st.integers(0, 16))
    edges = {node: draw(st.lists(st.integers(0, node - 1), max_size=5)) if node else [] for node in range(size)}
    return {node: edges[node] for node in draw(st.permutations(range(size)))}


def picture(sheet: Sheet) -> list[str]:
    """Boxes as blocks of their number's letter, with a port in the edge where a line comes in, and the lines."""
    rows = []
    for y in range(sheet.height):
        cells = [" "] * sheet.width
        for x, (arms, _) in sheet.row(y, 0, sheet.width, {}).items():
            cells[x] = glyph(arms)
        for node, box in sheet.boxes.items():
            if box.y <= y < box.y + HEIGHT:
                cells[box.x : box.x + box.width] = chr(ord("A") + node) * box.width
        rows.append("".join(cells))
    for layer, y in enumerate(sheet.layers):
        for x, _, _, _ in sheet.ports(layer, {}):
            rows[y] = rows[y][:x] + PORT + rows[y][x + 1 :]
    return rows


def read_back(rows: list[str], sheet: Sheet) -> set[tuple[int, int]]:
    """The edges that somebody sees who follows each line from below a box to where it comes in."""
    found = set()
    for node, box in sheet.boxes.items():
        for x in range(box.x, box.x + box.width):
            found |= {(node, child) for child in _followed(rows, sheet, x, box.y + HEIGHT)}
    return found


def _followed(rows: list[str], sheet: Sheet, x: int, y: int) -> set[int]:
    found: set[int] = set()
    seen: set[tuple[int, int, int]] = set()
    stack = [(x, y, DOWN)]
    while stack:
        x, y, way = stack.pop()
        if not (0 <= y < len(rows) and 0 <= x < sheet.width) or (x, y, way) in seen:
            continue
        seen.add((x, y, way))
        char = rows[y][x]
        if (
            way == DOWN
            and char == PORT
            and any(y == box.y and box.x < x < box.x + box.width - 1 for box in _at(sheet, x))
        ):
            found.add(next(node for node, box in sheet.boxes.items() if box.y == y and box.x < x < box.x + box.width))
            continue
        arms = ARMS.get(char, 0)
        if arms == UP | DOWN and way in (LEFT, RIGHT):
            arms = LEFT | RIGHT  # it is crossed
        if arms & OPPOSITE[way]:
            for arm in (UP, DOWN, LEFT, RIGHT):
                if arms & arm and arm != OPPOSITE[way]:
                    stack.append((x + STEPS[arm][0], y + STEPS[arm][1], arm))
    return found


def _at(sheet: Sheet, x: int) -> list:  # type: ignore[type-arg]
    return [box for box in sheet.boxes.values() if box.x <= x < box.x + box.width]


@settings(max_examples=150)
@given(acyclic())
def test_the_picture_tells_exactly_the_edges(waits: Edges) -> None:
    """Followed along its lines it gives every dependency and no other."""
    sheet = lay_out(layered(waits), 7)
    real = {(parent, node) for node, wanted in waits.items() for parent in wanted}
    assert read_back(picture(sheet), sheet) == real


@given(acyclic())
def test_boxes_stand_apart_and_below_their_parents(waits: Edges) -> None:
    """Each job has a box, none touches another, and lines come in from above alone."""
    sheet = lay_out(layered(waits), 7)
    assert set(sheet.boxes) == set(waits)
    assert all(sheet.boxes[parent].y + HEIGHT < sheet.boxes[node].y for node in waits for parent in waits[node])
    for y in sheet.layers:
        level = sorted(box for box in sheet.boxes.values() if box.y == y)
        assert all(one.x + one.width < other.x for one, other in pairwise(level))


@given(acyclic(), st.sets(st.integers(0, 15)))
def test_lit_lines_are_those_of_lit_edges(waits: Edges, some: set[int]) -> None:
    """An end is lit where its edge is, over however many layers; nothing else is heavy."""
    sheet = lay_out(layered(waits), 7)
    lit = sheet.lit(lambda parent, child: parent in some and child in some)
    for layer in range(len(sheet.layers)):
        for _, parent, child, heavy in sheet.ports(layer, lit):
            assert heavy == (parent in some and child in some)
    if not lit:
        assert all(not heavy for y in range(sheet.height) for _, heavy in sheet.row(y, 0, sheet.width, lit).values())


def test_a_line_over_several_layers_is_one() -> None:
    """The lines of a job to several far children share their way."""
    found = layered({0: [], 1: [0], 2: [1], 3: [2, 0], 4: [2, 0]})
    vias = [item for layer in found.layers for item in layer if isinstance(item, Via)]
    assert vias == [Via(0, 1), Via(0, 2)]


def test_few_lines_cross() -> None:
    """Two rows in opposite order are turned so that nothing crosses."""
    assert crossings(layered({**{n: [] for n in range(9)}, **{9 + n: [8 - n] for n in range(9)}})) == 0


@pytest.mark.parametrize("shape", ["all after all", "everything after everything before", "at random"])
def test_sixty_jobs_in_hard_shapes(shape: str) -> None:
    """Whatever the shape, there is a place for every line."""
    dice = random.Random(5)
    waits = {
        "all after all": {n: [] if n < 30 else list(range(30)) for n in range(60)},
        "everything after everything before": {n: list(range(n)) for n in range(60)},
        "at random": {n: [p for p in range(n) if dice.random() < 0.2] for n in range(60)},
    }[shape]
    sheet = lay_out(layered(waits), 22)
    ends = [(parent, child) for layer in range(len(sheet.layers)) for _, parent, child, _ in sheet.ports(layer, {})]
    assert {child for _, child in ends} == {node for node, wanted in waits.items() if wanted}


# -- which jobs ----------------------------------------------------------------------------------------------


def children_of(waits: Edges) -> Edges:
    found: Edges = {node: [] for node in waits}
    for node, wanted in waits.items():
        for parent in wanted:
            found[parent].append(node)
    return found


@given(acyclic(), st.integers(0, 15), st.integers(0, 4), st.integers(1, 12))
def test_the_neighbourhood_is_near_and_bounded(waits: Edges, chosen: int, hops: int, most: int) -> None:
    """The job itself, never more than so many, nobody twice; with no hops it stands alone."""
    if not waits:
        return
    centre, children = chosen % len(waits), children_of(waits)
    found = around(centre, waits, children, hops, most)
    assert found[0] == centre
    assert len(found) == len(set(found)) <= max(1, most)
    assert hops or found == [centre]
    if hops == 1:
        assert set(found) <= {centre, *waits[centre], *children[centre]}
    if most >= len(waits) and hops >= 1:
        assert {*waits[centre], *children[centre]} <= set(found)


def test_parents_are_shown_beside_ten_thousand_children() -> None:
    """Neither side takes all the room."""
    waits: Edges = {0: [], 1: [0], 2: [1], **{n: [2] for n in range(3, 10_003)}}
    found = around(2, waits, children_of(waits), 2)
    assert {0, 1, 2} <= set(found)
    assert len(found) == MOST
