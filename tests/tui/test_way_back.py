"""After a command the way back is named, where there is one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jobyard.core.models import JobSpec
from jobyard.core.yard import Yard
from tests.tui.conftest import Driver, opened
from tests.tui.prepared import worked


@pytest.fixture
def yard(yard_home: Path) -> Iterator[Yard]:
    with Yard.open(yard_home, face="app") as yard:
        yard.submit_many([JobSpec({"command": ["true"]}, name=f"job-{n}") for n in range(3)])
        yield yard


def last(app: Driver) -> str:
    return app.toasts()[-1]


async def test_a_change_names_its_undo_and_an_undo_its_redo(yard: Yard) -> None:
    """A hold says that u undoes it, the undo that U does it again."""
    async with opened(yard) as app:
        await app.press("j", "H")
        await app.said("  u undoes")
        assert last(app).startswith("Held ")
        await app.press("u")
        await app.said("  U does it again")


async def test_several_cancelled(yard: Yard) -> None:
    """Of several the count is told, and the way back of all together."""
    async with opened(yard) as app:
        await app.press("asterisk", "c")
        await app.shown("Cancel 3 jobs?")
        await app.press("enter")
        await app.said("Cancelled 3 jobs.  u undoes")


async def test_a_paused_queue_names_its_undo(yard: Yard) -> None:
    """Pausing is taken back like anything else."""
    async with opened(yard) as app:
        await app.press("P")
        await app.shown("Pause the queue")
        await app.press("enter")
        await app.said("Paused the queue default.  u undoes")


async def test_what_cannot_be_undone_names_nothing(yard: Yard) -> None:
    """A hold that changed nothing promises no way back, though an older change could be undone."""
    yard.hold(["job-0"])
    with worked(yard.home):
        async with opened(yard) as app:
            await app.press("g")
            app.app.jobs.command("held", lambda yard: yard.hold(["job-0"]))
            await app.until(lambda: app.toasts(), "an answer")
            assert "undoes" not in last(app)
