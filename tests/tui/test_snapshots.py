"""The whole picture at the two sizes that count, against stored ones (renewed by `pytest --snapshot-update`)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from textual.pilot import Pilot

from jobyard.core.yard import Yard
from jobyard.tui.app import JobyardApp
from tests.tui.fake_yard import NOW, FakeYard, worker

HOME = Path("/yards/demo")
Snap = Callable[..., bool]


@pytest.fixture
def shoot(snap_compare: Snap, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., bool]]:
    """Compare the app, after some keys, with its stored picture; the clock stands still."""
    monkeypatch.setattr(time, "time", lambda: NOW)
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    apps: list[JobyardApp] = []

    def compare(yard: FakeYard, size: tuple[int, int], *keys: str, until: str) -> bool:
        yard.worker_list = [worker("headless")]
        app = JobyardApp(cast("Yard", yard), worker=False)
        apps.append(app)
        return snap_compare(app, terminal_size=size, run_before=_press(app, keys, until))

    yield compare
    for app in apps:
        app.put_away()
    monkeypatch.undo()
    time.tzset()


def _press(app: JobyardApp, keys: tuple[str, ...], until: str) -> Callable[[Pilot[Any]], Awaitable[None]]:
    async def run(pilot: Pilot[Any]) -> None:
        await _shown(app, "headless rig-1a2b", pilot)
        await pilot.press(*keys)
        await _shown(app, until, pilot)
        await pilot.pause(0.2)  # until focus and detail have followed

    return run


async def _shown(app: JobyardApp, words: str, pilot: Pilot[Any]) -> None:
    async with asyncio.timeout(10):
        while words not in "".join(strip.text for strip in app.screen._compositor.render_strips()):
            await pilot.pause(0.01)


SIZES = [(160, 50), (80, 24)]


@pytest.mark.parametrize("size", SIZES)
def test_jobs(shoot: Callable[..., bool], size: tuple[int, int]) -> None:
    """The Jobs screen on a failed job."""
    assert shoot(FakeYard(HOME), size, "G", "k", until="JOB-20261122-00002")


@pytest.mark.parametrize("size", SIZES)
def test_marked_and_asked(shoot: Callable[..., bool], size: tuple[int, int]) -> None:
    """Three marked jobs, and the question before they are cancelled."""
    assert shoot(FakeYard(HOME), size, "space", "space", "space", "c", until="Cancel 3 jobs?")


@pytest.mark.parametrize("size", SIZES)
def test_empty(shoot: Callable[..., bool], size: tuple[int, int]) -> None:
    """An empty yard teaches the first keys."""
    assert shoot(FakeYard(HOME, running=0, pending=0, ended=0), size, until="No jobs yet.")


@pytest.mark.parametrize("size", SIZES)
def test_help(shoot: Callable[..., bool], size: tuple[int, int]) -> None:
    """The help."""
    assert shoot(FakeYard(HOME), size, "j", "question_mark", until="type to filter")


@pytest.mark.parametrize("size", SIZES)
def test_filtered(shoot: Callable[..., bool], size: tuple[int, int]) -> None:
    """A filter in force."""
    assert shoot(FakeYard(HOME), size, "slash", *"failed rabi", "enter", until="1 job")
