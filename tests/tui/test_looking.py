"""Detail and log."""

from __future__ import annotations

from pathlib import Path

from jobyard.core.models import Blocker
from jobyard.core.states import State
from jobyard.tui.describe import Dossier, Frame, describe, wrapped
from jobyard.tui.registry import ACTIONS
from tests.tui.conftest import opened
from tests.tui.fake_yard import NOW, FakeYard, whole


def texts(fake: FakeYard, row: int, width: int = 60, **fields: object) -> list[str]:
    job = whole(fake.make(row))
    job = job._replace(**fields)  # type: ignore[arg-type]
    return ["".join(text for text, _ in row.line) for row in describe(Dossier(job), Frame(NOW, width))]


def test_every_blocker_is_told(tmp_path: Path) -> None:
    """The detail of a pending job has all reasons why it waits, each on lines of its own."""
    blockers = (Blocker("held", "held"), Blocker("dependency", "waits for JOB-1 (calib), running"))
    lines = texts(FakeYard(tmp_path), 21, blockers=blockers)
    assert "· held" in lines
    assert "· waits for JOB-1 (calib), running" in lines


def test_attempts_and_dependencies_are_told(tmp_path: Path) -> None:
    """The detail has the attempts with what they used, and who waits for the job."""
    text = "\n".join(texts(FakeYard(tmp_path), 2))
    assert "91 MiB" in text
    assert "exit code 3" in text
    assert "needed by" in text


def test_wrapping_keeps_everything() -> None:
    """Long words are broken, nothing is lost, no piece is too wide."""
    pieces = wrapped("a " + "x" * 50 + " 測量測量測量 end", 20)
    assert "".join(pieces).replace(" ", "") == ("a" + "x" * 50 + "測量測量測量end")


async def test_the_detail_follows_the_cursor(fake: FakeYard) -> None:
    """The detail pane describes the job on which the cursor rests."""
    async with opened(fake) as app:
        await app.press("j")
        await app.shown("JOB-20261122-00034")


async def test_d_hides_and_shows_the_detail(fake: FakeYard) -> None:
    """d hides the detail pane, and brings it back."""
    async with opened(fake) as app:
        await app.shown("JOB-20261122-00033")
        await app.press("d")
        await app.until(lambda: "JOB-20261122-00033" not in app.text() or not app.app.jobs.detail.display)
        await app.press("d")
        await app.shown("took   cpu")


async def test_the_tail_of_the_log_is_live(fake: FakeYard) -> None:
    """What a running job writes appears in the detail pane."""
    fake.logs[33] = fake.home / "log"
    fake.logs[33].write_text("first\n")
    async with opened(fake) as app:
        await app.shown("first")
        with fake.logs[33].open("a") as file:
            file.write("second\n")
        await app.shown("second")


async def test_a_running_duration_goes_on(fake: FakeYard) -> None:
    """The time of a running job counts though nothing rings."""
    import time

    fake.override[33] = fake.make(33)._replace(started_at=time.time() - 58)
    async with opened(fake) as app:
        await app.shown("1m0")


async def test_the_log_follows_until_somebody_scrolls(fake: FakeYard) -> None:
    """l shows the end of the log and follows it; scrolling up stays, f follows again; q goes back."""
    fake.logs[33] = fake.home / "log"
    fake.logs[33].write_text("".join(f"line {n}\n" for n in range(200)))
    async with opened(fake, (80, 24)) as app:
        await app.press("l")
        await app.shown("line 199")
        await app.press("k", "k")
        with fake.logs[33].open("a") as file:
            file.write("newest\n")
        await app.until(lambda: "▼" in app.text(), "that more has come")
        assert "newest" not in app.text()
        await app.press("f")
        await app.shown("newest")
        await app.press("s")
        await app.shown("align-033 · stdout")
        await app.press("q")
        await app.until(lambda: app.app.screen is app.app.jobs)


async def test_an_empty_log_says_whether_more_may_come(fake: FakeYard) -> None:
    """Of a running job nothing was written yet; of one that has ended nothing was, and that is all."""
    fake.logs[33] = fake.logs[1] = fake.home / "log"
    fake.logs[33].touch()
    async with opened(fake, (80, 24)) as app:
        await app.press("l")
        await app.shown("Nothing written yet.")
        await app.press("q")
        await app.press("G", "l")
        await app.shown("Nothing was written.")


async def test_a_changed_job_is_described_anew(fake: FakeYard) -> None:
    """When the job under the cursor fails, table, header and detail say so."""
    async with opened(fake) as app:
        await app.press("g")
        fake.change(fake.make(33)._replace(state=State.FAILED, ended_at=NOW, message="exit code 9"))
        await app.until(lambda: app.text().count("exit code 9") >= 2, "in table and detail")


def test_no_key_twice() -> None:
    """No two actions share a key, no two an id; each has a label and a sentence."""
    keys = [key for action in ACTIONS for key in action.keys]
    assert len(keys) == len(set(keys))
    assert len({action.id for action in ACTIONS}) == len(ACTIONS)
    assert all(action.label and action.tooltip.endswith(".") for action in ACTIONS)
