"""Moving jobs within their queues with J K T B, and editing what they wait for with e, on a real yard."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from jobyard.core.models import Dependency, JobSpec
from jobyard.core.states import After
from jobyard.core.yard import Yard
from tests.tui.conftest import Driver, opened


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[Yard]:
    """Jobs a1, b1, a2, b2, a3 in the queues a and b; a1 has priority 5."""
    with Yard.open(tmp_path / "yard") as found:
        for name in "ab":
            found.queue_create(name, slots=1)
        for name in ("a1", "b1", "a2", "b2", "a3"):
            priority = 5 if name == "a1" else 0
            found.submit(JobSpec({"command": ["true"]}, name=name, queue=name[0], priority=priority, cwd="/"))
        yield found


def names(app: Driver) -> list[str]:
    """The jobs of the table, top to bottom."""
    return [job.name for page in app.table.rows._pages.values() for job in page]


@asynccontextmanager
async def at(yard: Yard, name: str) -> AsyncIterator[Driver]:
    """The app with the cursor on a job."""
    async with opened(yard) as app:
        await app.press(*"j" * names(app).index(name))
        assert app.table.selected.name == name
        yield app


@pytest.mark.parametrize(
    ("name", "keys", "after"),
    [
        ("a2", "J", ["a1", "b1", "b2", "a3", "a2"]),
        ("b2", "K", ["a1", "b2", "b1", "a2", "a3"]),
        ("a2", "K", ["a2", "a1", "b1", "b2", "a3"]),
        ("a3", "K K", ["a3", "a1", "b1", "a2", "b2"]),
        ("a1", "B", ["b1", "a2", "b2", "a3", "a1"]),
        ("b2", "T", ["a1", "b2", "b1", "a2", "a3"]),
    ],
)
async def test_keys_move_the_selected_job(yard: Yard, name: str, keys: str, after: list[str]) -> None:
    """In its own queue, over the jobs of others, across priorities; the cursor goes with it."""
    async with at(yard, name) as app:
        await app.press(*keys.split())
        await app.until(lambda: names(app) == after, f"{after}, not {names(app)}")
        await app.until(lambda: app.table.selected.name == name and names(app)[app.table.cursor] == name)


async def test_a_job_that_crosses_a_priority_takes_it(yard: Yard) -> None:
    """a1 goes below a2 and has its priority then."""
    async with at(yard, "a1") as app:
        await app.press("J")
        await app.until(lambda: yard.job("a1").priority == 0)
        await app.said("Priority 5 → 0")


async def test_marked_jobs_move_as_a_block_again_and_again(yard: Yard) -> None:
    """The marks stay, so that the next press moves the same jobs."""
    async with at(yard, "a2") as app:
        await app.press("space", "j", "space", "K")
        await app.until(lambda: names(app)[:3] == ["a2", "a3", "a1"], str(names(app)))
        assert {yard.job(name).priority for name in ("a2", "a3")} == {5}
        assert app.table.marked_count == 2
        await app.press("J")
        await app.until(lambda: names(app)[:3] == ["a1", "a2", "a3"], str(names(app)))


async def test_marked_jobs_go_to_the_top_in_their_order(yard: Yard) -> None:
    """They keep the order that they have, whatever their numbers are; their marks have served."""
    yard.move(["a3"], "before", "a2")
    async with at(yard, "a3") as app:
        await app.press("space", "space", "T")
        await app.until(lambda: [name for name in names(app) if name[0] == "a"] == ["a3", "a2", "a1"], str(names(app)))
        await app.until(lambda: not app.table.marks)


async def test_the_list_of_one_queue_moves_too(yard: Yard) -> None:
    """With a filter on a queue."""
    async with at(yard, "b2") as app:
        await app.press("slash", *"b2", "backspace", "enter")
        await app.until(lambda: names(app) == ["b1", "b2"], str(names(app)))
        await app.press("K")
        await app.until(lambda: names(app) == ["b2", "b1"], str(names(app)))
        assert app.table.selected.name == "b2"


async def test_at_the_end_it_says_so(yard: Yard) -> None:
    """The first of its queue goes no higher."""
    async with at(yard, "b1") as app:
        await app.press("K")
        await app.said("it is the first of its queue already")


async def test_undo_takes_a_move_back(yard: Yard) -> None:
    """u after T."""
    async with at(yard, "a3") as app:
        await app.press("T")
        await app.until(lambda: names(app)[0] == "a3")
        await app.press("u")
        await app.until(lambda: names(app) == ["a1", "b1", "a2", "b2", "a3"], str(names(app)))


async def test_dependencies_are_added_and_cut(yard: Yard) -> None:
    """e asks for others, and lists what it waits for, with kind and state; the space bar cuts."""
    async with at(yard, "a2") as app:
        await app.press("e")
        await app.shown("waits for no job")
        await app.press(*"b1", "enter")
        await app.said("Added a wait for JOB-")
        assert [edge.name for edge in yard.job("a2").depends_on] == ["b1"]
        await app.press("e")
        await app.shown("after-ok  open  ○ pending  b1")
        await app.press("down", "down", "space")
        await app.shown("$ jobyard after cut JOB-")
        await app.press("enter")
        await app.said("Cut the wait for JOB-")
        assert not yard.job("a2").depends_on


@pytest.mark.parametrize(("keys", "after"), [("", After.OK), (" ", After.ANY), ("  ", After.FAIL)])
async def test_the_kind_of_a_dependency_goes_round(yard: Yard, keys: str, after: After) -> None:
    """With the space bar: after-ok, after-any, after-fail; the command line says it too."""
    async with at(yard, "a2") as app:
        await app.press("e")
        await app.shown("waits for no job")
        await app.press(*"b1", "down", *["space"] * len(keys))
        await app.shown({After.OK: "b1", After.ANY: "b1 --any", After.FAIL: "b1 --fail"}[after])
        await app.press("enter")
        await app.until(lambda: [edge.after for edge in yard.job("a2").depends_on] == [after])


async def test_a_circle_is_refused_in_words(yard: Yard) -> None:
    """Before it is asked for; Enter is refused with the same line, once, and the form stays."""
    spec = JobSpec({"command": ["true"]}, name="a4", queue="a", cwd="/", dependencies=(Dependency("a2"),))
    yard.submit(spec)
    async with at(yard, "a2") as app:
        await app.press("e")
        await app.shown("waits for no job")
        await app.press(*"a4")
        await app.shown("They would wait for each")
        await app.press("enter")
        await app.until(lambda: not app.app.screen._busy)
        assert app.text().count("They would wait for each") == 1
        assert not yard.job("a2").depends_on
