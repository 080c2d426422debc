"""Settings that break while the app is open: told once, marked as long as it is so."""

from __future__ import annotations

from pathlib import Path

from jobyard.core.yard import Yard
from tests.tui.conftest import opened
from tests.tui.fake_yard import FakeYard


async def test_a_broken_edit_is_told_and_marked(fake: FakeYard) -> None:
    """A word in the corner with file, line and reason, a mark in the header; both end with the trouble."""
    async with opened(fake) as app:
        assert "settings" not in app.lines()[0]
        fake.trouble = "jobyard.yml, line 3: `slotz` is no key of a queue. Did you mean slots?"
        app.app.jobs.feeds.survey()
        await app.said("line 3: `slotz` is no key of a queue")
        assert "▲ settings" in app.lines()[0]
        app.app.jobs.feeds.survey()
        fake.trouble = ""
        app.app.jobs.feeds.survey()
        await app.said("can be used again")
        assert "settings" not in app.lines()[0]
        assert len(app.toasts()) == 2


async def test_the_mark_fits_a_narrow_terminal(fake: FakeYard) -> None:
    """In 60 columns the line is still one line."""
    fake.trouble = "jobyard.yml, line 3: no"
    async with opened(fake, (60, 20)) as app:
        await app.shown("▲ settings")
        assert len(app.lines()[0]) == 60


async def test_an_edit_with_a_worker_in_the_app(yard_home: Path) -> None:
    """The worker in the app hears of the edit, refuses or applies it, and the app shows it without a key pressed."""
    with Yard.open(yard_home, face="app") as yard:
        async with opened(yard, worker=True) as app:
            await app.shown("in this app")
            (yard_home / "jobyard.yml").write_text("queues: {gpu: {slotz: 2}}\n")
            await app.said("Did you mean slots?")
            await app.shown("▲ settings")
            (yard_home / "jobyard.yml").write_text("queues: {gpu: {slots: 2}}\n")
            await app.said("can be used again")
            await app.until(lambda: "gpu" in {queue.name for queue in app.app.jobs.queues.queues}, "the queue")
