"""The lanes of a selected job's ancestors and descendants are heavy, and nothing else is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from jobyard.core.graph import closure
from jobyard.core.lanelight import HEAVY, JOINTS, Light, draw
from jobyard.core.lanelist import lay_out
from tests.core.test_lanelist import Edges, acyclic

HEAVIES = {*HEAVY.values(), *(char for forms in JOINTS.values() for char in forms.values())}
LIGHT_OF = {heavy: light for light, heavy in HEAVY.items()} | {
    heavy: light for light, forms in JOINTS.items() for heavy in forms.values()
}


@given(acyclic(), st.integers(0, 20))
def test_the_lit_list_is_the_list(waits: Edges, chosen: int) -> None:
    """Drawn lightly again, it is character by character what is drawn without a light."""
    lanes = lay_out(waits)
    if not lanes.order:
        return
    light = Light(lanes, chosen % len(lanes.order))
    for row in range(len(lanes.order)):
        text = "".join(part for part, _ in draw(lanes, row, light, 50))
        assert "".join(LIGHT_OF.get(char, char) for char in text) == lanes.draw(row, 50)


@given(acyclic(), st.integers(0, 20))
def test_light_is_what_is_reached(waits: Edges, chosen: int) -> None:
    """Up are all ancestors, down all descendants; what is neither and crosses no lit lane has no heavy line."""
    lanes = lay_out(waits)
    if not lanes.order:
        return
    row = chosen % len(lanes.order)
    light = Light(lanes, row)
    assert light.up == set(closure([row], lambda one: lanes.parents[one]))
    assert light.down == set(closure([row], lambda one: lanes.children[one]))
    for at in range(len(lanes.order)):
        drawn = draw(lanes, at, light, 50)
        crossed = any(light.lane(lanes.owner(at, column), at) for column in range(lanes.width))
        assert crossed or not any(lit for _, lit in drawn)
        assert all((char in HEAVIES) == lit for part, lit in drawn for char in part if char not in " ●")


def test_a_way_through_a_diamond() -> None:
    """From the left one the way up and the way down are heavy, the other branch is not."""
    lanes = lay_out({0: [], 1: [0], 2: [0], 3: [1, 2]})
    light = Light(lanes, lanes.place[1])
    drawn = ["".join(part for part, _ in draw(lanes, row, light)) for row in range(4)]
    assert drawn == ["●", "┣━●", "● ┃", "●━┛"]


@given(acyclic(), st.integers(0, 20), st.integers(0, 20), st.integers(1, 8))
def test_a_window_is_lit_as_the_whole_is(waits: Edges, chosen: int, top: int, height: int) -> None:
    """What is known of a window alone draws its rows as what is known of everything does."""
    lanes = lay_out(waits)
    if not lanes.order:
        return
    row, first = chosen % len(lanes.order), top % len(lanes.order)
    whole, part = Light(lanes, row), Light(lanes, row, first, first + height)
    for at in range(first, min(first + height, len(lanes.order))):
        assert draw(lanes, at, part, 50) == draw(lanes, at, whole, 50)
        assert (at in part.up, at in part.down) == (at in whole.up, at in whole.down)
