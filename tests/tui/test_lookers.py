"""The app on a yard that it cannot write, for real: a read-only disk, and another account's folder."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobyard.core.yard import Yard
from jobyard.tui.registry import ACTIONS
from tests.accounts import STRANGER, machine
from tests.tui import prepared
from tests.tui.conftest import Driver, opened
from tests.tui.test_read_only import CHANGING, leave_dialogs

APP = ("textual", "rich", "markdown_it", "mdurl", "pygments", "platformdirs")  # what it needs beside the command line


@pytest.fixture
def home(yard_home: Path) -> Iterator[Path]:
    """The prepared yard; a worker seems to live there."""
    prepared.make(yard_home)
    with prepared.worked(yard_home):
        yield yard_home


@pytest.fixture
def window(home: Path, tmp_path: Path) -> Iterator[Path]:
    """The same folder, seen on a disk that cannot be written."""
    there = tmp_path / "window"
    there.mkdir()
    if subprocess.run(["mount", "--bind", home, there], capture_output=True, check=False).returncode:
        pytest.skip("no mounts here")
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", there], check=True)
        yield there
    finally:
        subprocess.run(["umount", "-l", there], check=True)


def lying(home: Path) -> dict[str, tuple[int, int]]:
    """All that is in the yard."""
    found = {str(path.relative_to(home)): path.lstat() for path in [home, *home.rglob("*")]}
    return {name: (stat.st_size, stat.st_mtime_ns) for name, stat in found.items()}


async def press_what_changes(app: Driver) -> None:
    """All keys that change something, on a few jobs."""
    for move in ("g", "j", "G"):
        await app.press(move)
        for key in [key for action in ACTIONS if action.id in CHANGING for key in action.keys]:
            await app.press(key)
            if app.app.screen is not app.app.jobs:
                await app.press("enter")
            await leave_dialogs(app)


async def test_a_read_only_disk(home: Path, window: Path) -> None:
    """It says so and shows the jobs; every changing key is refused with the reason, and nothing else is said."""
    before = lying(home)
    with Yard.open(window, face="app") as yard:
        async with opened(yard, worker=True) as app:
            await app.said("This yard lies on a read-only disk: the app only looks.")
            assert {"one", "held", "run"} <= set(app.names())
            assert "read-only worker ▪ headless prepared" in app.lines()[0]
            await press_what_changes(app)
            await app.said("this app is read-only")
            assert {toast.partition(":")[2].strip() for toast in app.toasts()} <= {
                "the app only looks.", "this app is read-only", "not for what is selected",
            }  # fmt: skip
            assert "▲" not in app.text()
    assert lying(home) == before


async def test_what_others_change_arrives(home: Path, window: Path) -> None:
    """Nobody had the store open before; what its owner does then is on the screen soon, without a bell."""
    with Yard.open(window, face="app") as yard:
        async with opened(yard) as app:
            for name in ("newcomer", "second"):
                owner(home, "submit", "-n", name, "--", "true")
                await app.shown(name)
            owner(home, "cancel", "newcomer")
            await app.until(lambda: "cancelled" in line_of(app, "newcomer"), "its end")
            assert "▲" not in app.text()


def owner(home: Path, *words: str) -> None:
    """A command of whoever can write. A process of its own: SQLite's files are one within a process."""
    subprocess.run([sys.executable, "-m", "jobyard.tui.cli", "--yard", home, *words], check=True, capture_output=True)


def line_of(app: Driver, name: str) -> str:
    """The first line with that name."""
    return next((line for line in app.lines() if name in line), "")


def test_another_account(original: Path) -> None:
    """An app of somebody who may only read: it says who cannot write, and the yard is as it was."""
    with machine(more=APP) as there:
        shutil.copytree(original, there.yard, dirs_exist_ok=True)
        subprocess.run(["chmod", "-R", "a+rX", there.yard], check=True)
        before = lying(there.yard)
        told = there.script(STRANGER, LOOKING)
        assert told.code == 0, told.err
        found = json.loads(told.out)
        assert f"This yard cannot be written by you ({STRANGER.name}): the app only looks." in found["toasts"]
        assert {"one", "held", "run"} <= set(found["names"])
        assert len(found["toasts"]) == 2, found
        assert "this app is read-only" in found["toasts"][1]
        assert lying(there.yard) == before


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The prepared yard, made once."""
    home = tmp_path_factory.mktemp("original") / "yard"
    prepared.make(home)
    return home


LOOKING = """
import asyncio, json
from jobyard.core.yard import Yard
from jobyard.tui.app import JobyardApp

async def look():
    app = JobyardApp(Yard.open(face="app"))
    async with app.run_test(size=(160, 50)) as pilot:
        while not app.jobs.table.loaded:
            await pilot.pause(0.05)
        await pilot.press("g", "j", "H")
        while len(app._notifications) < 2:
            await pilot.pause(0.05)
        await pilot.pause(1.5)  # each thing that looks from time to time has looked
        toasts = [one.message for one in app._notifications]
        print(json.dumps({
            "toasts": toasts, "names": [job.name for page in app.jobs.table.rows._pages.values() for job in page],
        }))
    app.put_away()

asyncio.run(look())
"""
