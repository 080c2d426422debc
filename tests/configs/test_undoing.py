"""Which version is main, taken back and done again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jobyard.core.errors import WrongState
from jobyard.core.store import Actor
from jobyard.core.yard import Yard

TYPE = "multiphoton_config"


@pytest.fixture
def yard(yard_home: Path) -> Iterator[Yard]:
    with Yard.open(yard_home) as yard:
        yield yard


def push(yard: Yard, text: str, *, main: bool = True) -> str:
    return yard.config_push(TYPE, text.encode(), filename="x.yml", main=main).version.id


def main_of(yard: Yard) -> str:
    kind = next(kind for kind in yard.config_kinds() if kind.name == TYPE)
    return kind.main.id if kind.main else ""


def test_undo_takes_a_push_back_as_far_as_it_moved_main(yard: Yard):
    """What was main before is main again, of the first push none; the versions stay; redo does it again."""
    first, second = push(yard, "a: 1"), push(yard, "a: 2")
    change = yard.undo()
    assert (main_of(yard), change.done) == (first, ("config multiphoton_config",))
    yard.undo()
    assert main_of(yard) == ""
    assert len(yard.config_versions(TYPE)) == 2
    yard.redo()
    assert main_of(yard) == first
    yard.undo()
    push(yard, "a: 2")
    assert main_of(yard) == second


def test_undo_takes_config_main_back(yard: Yard):
    """Another version that was made main is main no more, and the history says that it was undone."""
    first, second = push(yard, "a: 1"), push(yard, "a: 2")
    yard.config_set_main(first)
    assert yard.undoable().what == TYPE  # type: ignore[union-attr]
    yard.undo()
    yard.redo()
    yard.undo()
    told = [(change.version, change.way) for change in yard.config_history(TYPE)]
    assert told == [(second, "undo"), (first, "redo"), (second, "undo"), (first, ""), (second, ""), (first, "")]


def test_what_somebody_else_changed_since_stays(yard: Yard, yard_home: Path):
    """If main is not what the change made it, undo refuses and says who changed it."""
    push(yard, "a: 1")
    second = push(yard, "a: 2")
    with Yard.open(yard_home) as other:
        other._store.actor = Actor("bob", "rig", "cli")
        third = push(other, "a: 3")
    with pytest.raises(WrongState, match=r"onfig multiphoton_config: config main by bob on rig \(cli\) just now"):
        yard.undo()
    assert main_of(yard) == third != second


def test_a_push_that_did_not_move_main_is_no_edit(yard: Yard):
    """A version that was only kept cannot be undone by its number; undo goes on to the change before it."""
    first = push(yard, "a: 1")
    push(yard, "a: 2", main=False)
    assert [change.verb for change in yard.undo_list()] == ["config push"]
    with pytest.raises(WrongState, match="a version stays"):
        yard.undo(2)
    yard.undo()
    assert main_of(yard) == ""
    assert first in [version.id for version in yard.config_versions(TYPE)]
