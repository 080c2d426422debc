"""Bad days of the store, for real: locked, read-only, gone, replaced, in trouble; and the app goes on."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from jobyard.core.errors import CorruptStore, YardError
from jobyard.core.models import Health, JobSpec
from jobyard.core.yard import Yard
from jobyard.tui.messages import Broke
from jobyard.tui.screenlist import PAGE, PLACES
from jobyard.tui.trouble import trouble_of
from jobyard.tui.widgets.header import Header
from tests.tui.conftest import Driver, opened
from tests.tui.fake_yard import FakeYard


@pytest.fixture
def yard(yard_home: Path) -> Iterator[Yard]:
    """A yard with five jobs that wait."""
    with Yard.open(yard_home, face="app") as yard:
        yard.submit_many([JobSpec({"command": ["true"]}, name=f"job-{n}", held=True) for n in range(5)])
        yield yard


def told(app: Driver, words: str) -> int:
    """How often something with these words was said."""
    return sum(words in toast for toast in app.toasts())


# -- locked ---------------------------------------------------------------------------------------------------


async def test_another_programs_lock_is_a_state(yard: Yard) -> None:
    """A command that waits for another program's lock: the header says so, keys work, then it is done."""
    other = sqlite3.connect(yard.home / "jobyard.db", isolation_level=None, check_same_thread=False)
    async with opened(yard) as app:
        await app.press("j", "k")
        other.execute("BEGIN IMMEDIATE")
        await app.press("+")
        await app.shown("▲ store locked by another program")
        before = app.selected
        await app.press("j")
        assert app.selected != before
        other.execute("ROLLBACK")
        await app.until(lambda: "store locked" not in app.text(), "the state to pass")
        await app.until(lambda: {job.priority for job in yard.list()} == {0, 1}, "the command to be done")
        assert told(app, "locked") == 0
    other.close()


async def test_a_lock_for_too_long_is_refused_in_words(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that waits longer than people do is refused: what, and what to do; the screen goes on."""
    yard.close()
    monkeypatch.setattr("jobyard.core.store.database.BUSY_TIMEOUT", 1.0)
    with Yard.open(yard.home, face="app") as impatient:
        other = sqlite3.connect(yard.home / "jobyard.db", isolation_level=None, check_same_thread=False)
        other.execute("BEGIN IMMEDIATE")
        async with opened(impatient) as app:
            await app.press("+")
            await app.said("The store is locked by another program.")
            refused = threading.Event()  # a look may have said so before the command gave up
            app.app.acting.put(refused.set, app.app)
            await app.until(refused.is_set, "the command has given up")
            other.execute("ROLLBACK")
            await app.press("+")
            await app.until(lambda: max(job.priority for job in impatient.list()) == 1, "done at the second try")
        other.close()


# -- gone and back --------------------------------------------------------------------------------------------


async def test_a_yard_that_moves_away_and_back(yard: Yard) -> None:
    """Without its yard the app says so once and goes on; with the yard it shows what changed meanwhile."""
    away = yard.home.with_name("away")
    async with opened(yard) as app:
        yard.home.rename(away)
        await app.shown("▲ yard gone")
        await app.said("is gone")
        await app.press("j", "H")
        await app.said("Bring it back.")
        with Yard.open(away) as there:
            there.submit(JobSpec({"command": ["true"]}, name="newcomer"))
        away.rename(yard.home)
        await app.said("The yard is back.")
        await app.shown("newcomer")
        assert "▲" not in app.lines()[0]
        with Yard.open(yard.home) as other:
            other.submit(JobSpec({"command": ["true"]}, name="second"))
        await app.shown("second")


@pytest.mark.parametrize("name", [*(entry.name for entry in PLACES if entry.module), PAGE.name])
async def test_a_yard_that_moves_away_and_back_on_every_screen(yard: Yard, name: str) -> None:
    """The same on the other screens: told once in words, and in the top line until it is back."""
    away = yard.home.with_name("away")
    async with opened(yard) as app:
        await app.press(next(entry.key for entry in (*PLACES, PAGE) if entry.name == name))
        await app.until(lambda: app.app.place.NAME.startswith(name) and app.app.place.is_mounted, name)
        yard.home.rename(away)
        await app.until(lambda: "▲ yard gone" in app.lines()[0], "the alarm")
        await app.press("j", "k")
        for _ in range(3):
            app.app.place.look()
            await app.press("j")
        away.rename(yard.home)
        await app.until(lambda: "▲" not in app.lines()[0], "its end")
        assert [toast for toast in app.toasts() if "The yard is back." not in toast] == [
            toast for toast in app.toasts() if "is gone: its store was removed" in toast
        ][:1]


async def test_a_store_that_is_removed_is_not_made_anew(yard: Yard) -> None:
    """Whoever removed the store finds no empty one in its place, and it is told once."""
    async with opened(yard) as app:
        (yard.home / "jobyard.db").unlink()
        await app.shown("▲ yard gone")
        await app.press("j", "k", "H")
        await app.said("Bring it back.")
        assert not (yard.home / "jobyard.db").exists()
        assert told(app, "leave with q") == 1


async def test_a_restored_copy_is_shown(yard: Yard, tmp_path: Path) -> None:
    """An older copy takes the store's place while the app looks: it shows that one's jobs."""
    copy = tmp_path / "copy"
    yard.backup(copy)
    yard.submit(JobSpec({"command": ["true"]}, name="after-the-copy"))
    async with opened(yard) as app:
        await app.shown("after-the-copy")
        for end in ("-wal", "-shm"):
            Path(f"{yard.home / 'jobyard.db'}{end}").unlink(missing_ok=True)
        shutil.copy(copy, tmp_path / "new")
        (tmp_path / "new").replace(yard.home / "jobyard.db")
        await app.until(lambda: "after-the-copy" not in app.text(), "the copy")
        await app.shown("job-4")
        await app.until(lambda: "▲" not in app.lines()[0], "no trouble left")


# -- what the disk says ---------------------------------------------------------------------------------------


async def test_a_read_only_yard_is_only_looked_at(fake: FakeYard) -> None:
    """A yard that cannot be written any more: the app says so and behaves as with --read-only, until it can be."""
    async with opened(fake) as app:
        fake.condition = Health(True, False)
        await app.shown("▲ read-only disk")
        await app.said("The app only looks")
        await app.press("H")
        await app.said("read-only")
        assert not any(call[0] == "hold" for call in fake.calls)
        fake.condition = Health(True, True)
        await app.said("The yard can be written again.")
        await app.press("G", "g", "j", "j", "j", "H")
        await app.until(lambda: any(call[0] == "hold" for call in fake.calls), "a hold")


async def test_a_disk_that_runs_full_is_a_state(fake: FakeYard) -> None:
    """Below its floor the disk is in the header, in words in the corner once, and again when there is room."""
    async with opened(fake, (80, 24)) as app:
        fake.condition = Health(True, True, "disk below its floor (1G free, nothing starts below 5G)")
        await app.shown("▲ disk low")
        await app.said("The disk below its floor")
        fake.condition = Health(True, True, "disk below its floor (900M free, nothing starts below 5G)")
        await app.press("j")
        fake.condition = Health(True, True)
        await app.said("There is room on the disk again.")
        assert told(app, "nothing starts") == 1


async def test_looks_that_fail_are_no_storm(fake: FakeYard) -> None:
    """The same error at every look is said once and stands in the header until it is over."""
    async with opened(fake) as app:
        fake.fail = CorruptStore("The store is damaged", "disk image is malformed", "Run: jobyard doctor --repair")
        for _ in range(10):
            fake.change(ring=True)
            await app.press("j")
        await app.shown("▲ store damaged")
        assert told(app, "malformed") == 1
        fake.fail = None
        fake.change()
        await app.said("The store answers again.")
        await app.until(lambda: "▲" not in app.lines()[0], "the header")


async def test_what_is_unexpected_at_every_look_is_told_once(fake: FakeYard) -> None:
    """A thread that meets the same surprise again and again: one word, one story in the file; another is told too."""
    (fake.home / "run").mkdir()
    async with opened(fake) as app:
        for words in ("the same", "the same", "another", "the same"):
            app.app.post_message(Broke(ValueError(words)))
        await app.said("another")
        await app.press("j")
        assert (told(app, "the same"), told(app, "another")) == (1, 1)
        assert (fake.home / "run" / "app-crash.txt").read_text().count("ValueError") == 2


async def test_a_log_that_vanishes(fake: FakeYard) -> None:
    """The file of a running job's log goes away under the tail and under the log screen: no crash."""
    fake.logs[33] = fake.home / "log"
    fake.logs[33].write_text("first\n")
    async with opened(fake) as app:
        await app.shown("first")
        fake.logs[33].unlink()
        await app.press("l")
        await app.until(lambda: app.app.screen is not app.app.jobs, "the log's screen")
        await app.press("escape")
        await app.until(lambda: app.app.screen is app.app.jobs, "the jobs")
        assert app.app.crash is None


# -- pure -----------------------------------------------------------------------------------------------------

ERROR = YardError("The store cannot be used", "no such table")


@pytest.mark.parametrize(
    ("health", "errors", "short"),
    [
        (Health(True, True), [], None),
        (Health(False, False), [ERROR], "yard gone"),
        (Health(True, False), [ERROR], "yard unusable"),
        (Health(True, False), [], "read-only disk"),
        (Health(True, True, "", 0.4), [], None),
        (Health(True, True, "disk low", 3.7), [], "store locked by another program 3s"),
        (Health(True, True, "disk low"), [], "disk low"),
    ],
)
def test_the_gravest_is_told(health: Health, errors: list[YardError], short: str | None) -> None:
    """Of several troubles the one that explains the others."""
    trouble = trouble_of("/yard", health, errors)
    assert (trouble.short if trouble else None) == short


@pytest.mark.parametrize("width", [10, 20, 40, 60, 80, 160])
async def test_the_alarm_is_the_last_to_go(fake: FakeYard, width: int) -> None:
    """However narrow, what is wrong is said; the counts follow as far as there is room."""
    fake.condition = Health(False, False)
    async with opened(fake, (width, 12)) as app:
        await app.until(lambda: app.app.jobs.query_one(Header).ailing is not None, "the trouble")
        await app.until(lambda: "▲ yard go"[: width - 1] in app.lines()[0], "the alarm")


async def test_no_worker_says_how_to_start_one(fake: FakeYard) -> None:
    """The header names the key, except to whoever may not start one."""
    async with opened(fake, (120, 20)) as app:
        await app.shown("■ no worker · D starts one")
    async with opened(fake, (120, 20), read_only=True) as app:
        await app.shown("read-only worker ■ no worker")
        assert "starts one" not in app.text()


# -- real file systems, where this account may mount one -----------------------------------------------------


def mounted(*words: str) -> None:
    """Mount it, or skip where that is not allowed."""
    if subprocess.run(["mount", *words], capture_output=True, check=False).returncode:
        pytest.skip("no mounts here")


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """A file system of that size; it goes with everything on it."""
    folder.mkdir()
    mounted("-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder))
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


async def test_a_full_disk_for_real(tmp_path: Path) -> None:
    """No room left: the command is refused in words, what is there is still shown; with room it is done."""
    with small_disk(tmp_path / "disk", "8m") as disk, Yard.open(disk / "yard", face="app") as yard:
        yard.submit(JobSpec({"command": ["true"]}, name="one"))
        async with opened(yard) as app:
            await app.shown("▲ disk low")
            with contextlib.suppress(OSError), (disk / "filler").open("wb") as filler:
                while True:
                    filler.write(b"x" * 4096)
                    filler.flush()
            for _ in range(3):
                await app.press("g", "H")
            await app.said("There is no room left on the yard's disk.")
            await app.shown("one")
            (disk / "filler").unlink()
            held = yard.job("one").held
            await app.press("g", "H")
            await app.until(lambda: yard.job("one").held is not held, "done")


async def test_a_disk_that_becomes_read_only(yard: Yard) -> None:
    """The file system under the yard is read-only of a sudden: the app only looks, and works again afterwards."""
    home = str(yard.home)
    async with opened(yard) as app:
        mounted("--bind", home, home)
        try:
            mounted("-o", "remount,bind,ro", home)
            await app.shown("▲ read-only disk")
            await app.press("j", "H")
            await app.said("read-only")
            assert all(job.held for job in yard.list())
        finally:
            subprocess.run(["umount", "-l", home], check=True)
        await app.said("The yard can be written again.")
        await app.press("g", "H")
        await app.until(lambda: not yard.job("job-0").held, "released")
