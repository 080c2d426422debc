"""The worker in the app: started, detached, taken back; and what becomes of it when the app is left."""

from __future__ import annotations

import pytest

from tests.tui.conftest import opened
from tests.tui.fake_yard import FakeYard, worker


def names(fake: FakeYard) -> list[object]:
    return [call[0] for call in fake.calls]


async def test_the_app_brings_a_worker(fake: FakeYard) -> None:
    """Without a living worker the app runs one, and the header says so."""
    async with opened(fake, worker=True) as app:
        await app.shown("in this app")
        assert names(fake) == ["start_worker"]


async def test_a_living_worker_is_enough(fake: FakeYard) -> None:
    """With a living worker the app brings none; the header names it."""
    fake.worker_list = [worker("headless")]
    async with opened(fake, worker=True) as app:
        await app.shown("headless rig-1a2b")
        assert not fake.calls


async def test_detach_and_attach(fake: FakeYard) -> None:
    """D hands the worker to a process of its own; again it takes it back."""
    async with opened(fake, worker=True) as app:
        await app.shown("in this app")
        await app.press("D")
        await app.said("The worker is a process of its own now (rig-1a2b).")
        await app.shown("headless rig-1a2b")
        await app.press("D")
        await app.said("The worker is in this app now.")
        assert names(fake) == ["start_worker", "worker_detach", "worker_attach"]


@pytest.mark.parametrize(
    ("mode", "hung", "words"),
    [("working", True, "■ hung"), ("draining", False, "◐ draining 2 jobs"), ("working", False, "▪ headless")],
)
async def test_the_header_tells_the_workers_state(fake: FakeYard, mode: str, hung: bool, words: str) -> None:
    """Hung, draining and working are told in words."""
    fake.worker_list = [worker("headless", mode, hung)]
    async with opened(fake) as app:
        await app.shown(words)


async def test_no_worker_is_told(fake: FakeYard) -> None:
    """No worker at all is told, in red and in words."""
    async with opened(fake) as app:
        await app.shown("■ no worker")


async def test_quit_with_nothing_under_way(fake: FakeYard) -> None:
    """q leaves at once when nothing runs in this app."""
    async with opened(fake) as app:
        await app.press("q")
        await app.until(lambda: app.app._exit)
        assert app.app.return_value == 0


async def test_quit_with_work_detaches(fake: FakeYard) -> None:
    """q with work under way asks, and Enter detaches: the work goes on in a process of its own."""
    async with opened(fake, worker=True) as app:
        await app.shown("in this app")
        await app.press("q")
        await app.shown("3 jobs under way in this app")
        await app.press("enter")
        await app.until(lambda: app.app._exit)
        assert names(fake) == ["start_worker", "worker_detach"]


async def test_quit_with_work_and_drain(fake: FakeYard) -> None:
    """The second choice drains: the app leaves when its jobs have ended."""
    async with opened(fake, worker=True) as app:
        await app.shown("in this app")
        handle = fake.handle
        await app.press("q")
        await app.shown("under way")
        await app.press("down", "enter")
        await app.until(lambda: app.app._exit)
        assert handle is not None
        assert handle.calls[0] == "drain"


@pytest.mark.parametrize("keys", [("escape",), ("down", "down", "enter")])
async def test_quit_and_stay(fake: FakeYard, keys: tuple[str, ...]) -> None:
    """Escape, or the last choice, stays."""
    async with opened(fake, worker=True) as app:
        await app.shown("in this app")
        await app.press("q")
        await app.shown("under way")
        await app.press(*keys)
        await app.until(lambda: app.app.screen is app.app.jobs)
        assert not app.app._exit
        assert names(fake) == ["start_worker"]
