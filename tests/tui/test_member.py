"""The app on a group's yard that is somebody else's: it looks and edits, and runs nothing."""

from __future__ import annotations

import pytest

from tests.tui.conftest import opened
from tests.tui.fake_yard import FakeYard


@pytest.fixture
def others(fake: FakeYard) -> FakeYard:
    """A yard that belongs to olga."""
    fake.mine, fake.owner = False, "olga"
    return fake


async def test_a_members_app_has_no_worker_and_says_so(others: FakeYard) -> None:
    """No worker is started, though one was wanted; whose the yard is stands in the corner."""
    async with opened(others, worker=True) as app:
        await app.said("This yard is olga's, who alone runs its jobs. This app has no worker.")
        assert not app.app.embedded.running
        assert others.handle is None


async def test_a_member_cannot_take_the_worker(others: FakeYard) -> None:
    """The key is there and says why not; a command on a job goes through."""
    async with opened(others, worker=True) as app:
        await app.press("D")
        await app.said("the yard is somebody else's, who alone runs its jobs")
        assert others.handle is None
        await app.press("c", "enter")
        await app.until(lambda: any(call[0] == "cancel" for call in others.calls), "a cancel")


async def test_the_owners_app_says_nothing_of_it(fake: FakeYard) -> None:
    """On one's own yard the worker starts as ever."""
    async with opened(fake, worker=True) as app:
        await app.until(lambda: app.app.embedded.running, "the worker")
        assert not any("who alone runs" in toast for toast in app.toasts())
