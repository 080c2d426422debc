"""Fixtures of the app's tests: a yard in memory, an app on it, and waiting for what is to come."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, cast
from unittest.mock import patch

import pytest
from textual.pilot import Pilot

from jobyard.core.yard import Yard
from jobyard.tui.app import JobyardApp
from jobyard.tui.lanes import Lane
from tests.tui.fake_yard import FakeYard

DEADLINE = 10.0  # seconds
POLL = 0.2  # seconds between looks whether a thread that does not answer has ended
ROUNDS = 3  # an answer leads to a question, whose answer is painted
STUCK = 0.04  # seconds after which a thread's answer is not waited for


class Driver:
    """The app under a pilot, in words of the tests."""

    def __init__(self, app: JobyardApp, pilot: Pilot[Any]) -> None:
        self.app, self.pilot = app, pilot

    @property
    def table(self) -> Any:
        return self.app.jobs.table

    @property
    def selected(self) -> int | None:
        row = self.table.selected
        return row.row if row else None

    async def press(self, *keys: str) -> None:
        """Press, each key once the one before has had its effect. Textual's own way waits until no time is spent."""
        await self._settled()
        with patch("textual.app.wait_for_idle", self._settled):
            await self.app._press_keys(keys)

    async def _settled(self, min_sleep: float = 0.0) -> None:
        """Wait until keys are handled, what the threads were asked has come back, and the screen shows it."""
        for _ in range(2):
            await self.pilot._wait_for_screen()
            await self._answered()
        await self.pilot._wait_for_screen()
        if self.app.is_running:
            self.app.screen._on_timer_update()

    async def _answered(self) -> None:
        """Wait for the threads, except for one that is kept waiting itself."""
        await self._done((self.app.reading, self.app.siding, self.app.acting), STUCK)

    async def _done(self, lanes: Sequence[Lane], seconds: float) -> list[Lane]:
        """Wait at most so long until these threads have done what they were asked; those that have not."""
        loop, done = asyncio.get_running_loop(), [asyncio.Event() for _ in lanes]
        for lane, event in zip(lanes, done, strict=True):
            lane.put(partial(_call, loop, event.set), self.app)
        waits = [asyncio.create_task(event.wait()) for event in done]
        _, late = await asyncio.wait(waits, timeout=seconds)
        for wait in late:
            wait.cancel()
        return [lane for lane, wait in zip(lanes, waits, strict=True) if wait in late]

    async def emptied(self) -> None:
        """Wait until every thread has done what it was asked, however long it takes, and the screen shows it."""
        for _ in range(ROUNDS):
            late, deadline = list(self.app.lanes), time.monotonic() + DEADLINE
            while late := [lane for lane in await self._done(late, POLL) if lane.lives]:
                assert time.monotonic() < deadline, f"threads do not answer: {late}"
            await self.pilot._wait_for_screen()
            self.app.screen._on_timer_update()

    async def until(self, condition: Callable[[], object], what: str = "") -> None:
        """Let the app go on until *condition* holds."""
        deadline = time.monotonic() + DEADLINE
        while not condition():
            if time.monotonic() > deadline:
                raise AssertionError(f"did not come true: {what or condition}\n{self.text()}")
            await self.pilot.pause(0.01)

    def text(self) -> str:
        """The screen as text."""
        return "\n".join(self.lines())

    def lines(self) -> list[str]:
        return [strip.text for strip in self.app.screen._compositor.render_strips()]

    def heading(self) -> str:
        """The heading of the table."""
        region = self.table.region
        return self.lines()[region.y][region.x : region.right]

    def names(self) -> list[str]:
        """The jobs that the table has, top to bottom."""
        return [job.name for page in self.table.rows._pages.values() for job in page]

    def toasts(self) -> list[str]:
        """What was said in the corner."""
        return [notification.message for notification in self.app._notifications]

    async def said(self, words: str) -> None:
        """Wait until something with these words is said."""
        await self.until(lambda: any(words in toast for toast in self.toasts()), f"a toast with {words!r}")

    async def shown(self, words: str) -> None:
        """Wait until these words are on the screen."""
        await self.until(lambda: words in self.text(), f"{words!r} on the screen")


def _call(loop: asyncio.AbstractEventLoop, function: Callable[[], None]) -> None:
    """A letter to a thread: have the test go on."""
    loop.call_soon_threadsafe(function)


@asynccontextmanager
async def opened(
    yard: FakeYard | Yard, size: tuple[int, int] = (160, 50), *, worker: bool = False, read_only: bool = False
) -> AsyncIterator[Driver]:
    """The app on *yard*, its first rows shown; everything it started is ended afterwards."""
    app = JobyardApp(cast("Yard", yard), worker=worker, read_only=read_only)
    try:
        async with app.run_test(size=size) as pilot:
            driver = Driver(app, pilot)
            await driver.until(lambda: app.jobs.table.loaded and app.jobs.header.staff is not None, "the first rows")
            yield driver
    finally:
        app.put_away()


def remembered() -> dict[str, Any]:
    """What the app's file holds."""
    found: dict[str, Any] = json.loads((Path(os.environ["XDG_STATE_HOME"]) / "jobyard" / "app.json").read_text())
    return found


@pytest.fixture(autouse=True)
def remembers_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test's app begins with the layout and the keys that ship, on a dark terminal that has all colours."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.delenv("COLORFGBG", raising=False)


@pytest.fixture
def fake(tmp_path: Path) -> FakeYard:
    """3 running, 12 pending, 20 ended jobs. Running: rows 33-35, pending: 21-32, ended: 20-1."""
    return FakeYard(tmp_path)
