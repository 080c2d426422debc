"""Which columns there are at which width: arithmetic that holds for every width and every choice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobyard.core.yard import Yard
from jobyard.tui.columns import BY_KEY, COLUMNS, SHIPPED
from jobyard.tui.planning import MARK, known, plan, without_room

CHOICES = st.lists(st.sampled_from(sorted(BY_KEY)), min_size=1, unique=True).map(tuple)


def filled(width: int, chosen: tuple[str, ...] = ()) -> int:
    columns = plan(width, chosen)
    assert columns
    assert all(column.width >= 1 for column in columns)
    return MARK + sum(column.width + 1 for column in columns)


def test_what_ships_fills_every_width() -> None:
    """From six cells on, the columns and the spaces between them add up to the width."""
    assert all(filled(width) == width for width in range(6, 301))
    assert all(filled(width) <= 6 for width in range(1, 6))
    assert all(plan(width)[0].key == "state" for width in range(1, 301))


@given(width=st.integers(1, 300), chosen=CHOICES)
def test_every_choice_fills_every_width(width: int, chosen: tuple[str, ...]) -> None:
    """Whatever was chosen in whatever order: no column of no width, none twice, and no cell left over."""
    assert filled(width, chosen) == width or width < 6
    shown = [column.key for column in plan(width, chosen)]
    assert shown == [key for key in chosen if key in shown]


@given(chosen=CHOICES)
def test_a_choice_wins_where_there_is_room(chosen: tuple[str, ...]) -> None:
    """At 300 cells every chosen column is there, in the chosen order; with less room never one that was not chosen."""
    assert tuple(column.key for column in plan(300, chosen)) == chosen
    assert {column.key for column in plan(40, chosen)} <= set(chosen)


@pytest.mark.parametrize(
    ("width", "keys"),
    [
        (140, ("state", "id", "name", "user", "command", "reason")),
        (66, ("state", "id", "name", "user", "reason")),
        (57, ("state", "id", "name", "reason")),
        (44, ("state", "name", "reason")),
        (24, ("state", "name")),
    ],
)
def test_what_matters_least_goes_first(width: int, keys: tuple[str, ...]) -> None:
    """The name, the state and the reason outlive what stands further right."""
    chosen = ("state", "id", "name", "user", "command", "reason")
    assert tuple(column.key for column in plan(width, chosen)) == keys


def test_a_short_id_comes_before_fewer_columns() -> None:
    """Where a choice does not fit, the id loses its date's year first."""
    widths = {column.key: column.width for column in plan(66, ("id", "state", "name", "user", "reason"))}
    assert widths["id"] == 11
    assert "user" in widths


def test_a_choice_keeps_the_fitting_layout() -> None:
    """Who hides a column of those that ship does not lose the short id, nor cells of the reason, for it."""
    for width in range(44, 160):
        shipped = {column.key: column for column in plan(width)}
        without = {column.key: column for column in plan(width, tuple(key for key in SHIPPED if key != "user"))}
        assert "id" not in without or without["id"].width == 11 or width >= 100
        assert without["reason"].width >= min(18, shipped["reason"].width)
        assert width >= 100 or without["reason"].width >= shipped["reason"].width - 8  # a column more


def test_the_reason_outlives_a_wide_name() -> None:
    """In a table of 49 cells, between two panes at 120, why a job waits can be read; a running job's time is there."""
    columns = {column.key: column for column in plan(49)}
    assert columns["reason"].width >= 18
    assert columns["reason"].title == "reason, time"
    assert columns["name"].width <= 16
    wide = {column.key: column.width for column in plan(79)}
    assert wide["reason"] >= 18 > wide["name"] > wide["queue"]


def test_what_has_no_room_is_known() -> None:
    """The dialog names what is ticked and not shown."""
    assert without_room(60, SHIPPED) == ("id", "queue", "priority", "user")
    assert "time" not in without_room(49, SHIPPED)  # it is told beside the reason
    assert without_room(200, SHIPPED) == ()


def test_a_saved_choice_of_another_version_is_read_as_far_as_it_goes() -> None:
    """Unknown and repeated columns are ignored, and anything that is no list."""
    assert known(["name", "colour", "name", 7, None, "state"]) == ("name", "state")
    assert [known(found) for found in (None, "name", 3, {"name": 1})] == [()] * 4


def test_the_table_of_columns_is_sound() -> None:
    """Keys are unique, what ships is there, every column says what it is, and its title fits."""
    assert len(BY_KEY) == len(COLUMNS)
    assert set(SHIPPED) <= set(BY_KEY)
    for column in COLUMNS:
        assert column.about
        assert len(column.title) <= max(column.width, column.least)
        assert (column.least or column.width) <= column.width


def test_the_columns_sort_as_the_yard_does() -> None:
    """Each order that the yard knows has its column, and begins at the same end as on the command line."""
    assert {column.sort: column.down for column in COLUMNS if column.sort} == dict(Yard.sortable())
