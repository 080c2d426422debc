"""Data files that are hard to show, on the Results screen, read as they are in earnest: a message, never a crash."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from jobyard.core.labmodels import DataFile, Run
from jobyard.core.results import apart as apart_module
from jobyard.core.results.apart import Apart
from jobyard.core.yard import Yard
from jobyard.tui.screens import filereading
from tests.results import hard
from tests.results.test_apart import ENDLESS, ended, until
from tests.tui.conftest import Driver, opened

SAID = {  # what is on the screen
    "whole": "100 values",
    "truncated": "It is cut off",
    "no HDF5": "It is no HDF5 file",
    "empty": "It is empty",
    "nothing in it": "no numbers in a row",
    "damaged": "HDF5 says",
    "many in one chunk": "of the first 10,",
    "claims": "1,125,899,906,842,624 values, more than",
    "claims square": "281,474,976,710,656 values, more than",
    "ten thousand": "d00000",
    "deep": "no numbers in a row",
    "circles": "leads back to /g",
    "texts": "no numbers in a row",
    "kinds": "{x: float32",
    "complex": "avgi magnitude",
    "nan": "No value is a number",
    "some nan": "50 values",
    "five": "720 values",
    "far": "1.8e308",
    "huge attribute": "f_ge",
    "odd names": "␛[31mred",
    "virtual": "least -1",
    "external": "HDF5 says: unable to open external raw",
    "unknown filter": "a filter that is not installed",
    "bad config": "it is no JSON",
    "deep config": "nested too deeply",
    "wrong config": "it is no JSON",
    "pipe": "It is no file",
    "folder": "It is a folder",
    "device": "It is no file",
    "circular link": "It is no file",
}  # fmt: skip
AT_ITS_END = ("huge attribute",)  # where the words are below what fits the screen


@asynccontextmanager
async def shown(home: Path, files: list[Path], reader: Apart | None = None) -> AsyncIterator[Driver]:
    """The Results screen on these files, the first chosen."""
    runs = [Run(n, f"JOB-{n}", path.stem, 1, "ann", "m:Rabi", 1.0, 2.0, DataFile(str(path), 9, 3.0))
            for n, path in enumerate(files, 1)]  # fmt: skip
    with pytest.MonkeyPatch.context() as patch, Yard.open(home, face="app") as yard:
        patch.setattr(Yard, "runs_of", lambda yard, *rest: runs)
        async with opened(yard) as app:
            app.app.apart = reader or app.app.apart
            await app.press("6")
            yield app
            assert not app.app.crash
            assert not [toast for toast in app.toasts() if "went wrong" in toast]


def screen(app: Driver) -> Any:
    return app.app.place


def has_read(app: Driver, path: str) -> bool:
    """Whether what is in this file, or what is wrong with it, is shown."""
    return screen(app)._path == path and screen(app)._stamp != filereading.READING


async def test_each_hard_file_is_shown_or_told(yard_home: Path, tmp_path: Path) -> None:
    """Whatever is in a file, or is wrong with it, its line says so; the next run is shown as if nothing had been."""
    files = [tmp_path / f"{name}.h5" for name in SAID]
    for name, path in zip(SAID, files, strict=True):
        hard.MADE[name](path)
    async with shown(yard_home, files) as app:
        for number, name in enumerate(SAID):
            await app.until(lambda path=str(files[number]): has_read(app, path))
            if name in AT_ITS_END:
                screen(app).file.end()
            await app.shown(SAID[name])
            screen(app).list.move(1)
        await app.press("g")
        await app.shown("100 values")


async def test_a_reading_without_an_end_is_told_and_stopped(
    yard_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Esc stops it, as moving on and leaving the screen do; coming back reads anew; a crashed reader is told."""
    files = [tmp_path / name for name in ("endless.h5", "whole.h5")]
    for path in files:
        hard.MADE["whole"](path)
    ask = Apart.ask

    def endless(reader: Apart, function: str, *given: Any, stop: threading.Event | None = None) -> Any:
        question = ENDLESS if given and given[0] == str(files[0]) else (function, *given)
        return ask(reader, *question, stop=stop)

    monkeypatch.setattr(Apart, "ask", endless)
    monkeypatch.setattr(filereading, "SLOW", 0.05)
    monkeypatch.setattr(apart_module, "PATIENCE", 0.1)
    async with shown(yard_home, files) as app:
        await app.shown("esc stops")
        await app.press("escape")
        await app.shown("you stopped it")
        await app.until(lambda: not app.app.apart._turn.locked(), "the process that read it has been ended")
        await app.press("enter")
        await app.shown("esc stops")
        first = await crashed(app)
        assert first != app.app.apart.pid
        await app.press("escape", "j")
        await app.shown("100 values")
        await app.press("k")
        await app.shown("esc stops")
        await app.press("j")
        await app.shown("100 values")
        await app.press("k")
        await app.shown("esc stops")
        await app.press("1")
        await app.until(lambda: not app.app.apart._turn.locked(), "whoever leaves stops it")
        await app.press("6")
        await app.shown("esc stops")


async def crashed(app: Driver) -> int:
    """Kill the reader while it reads, until that is told; which process it was."""
    apart = app.app.apart
    await app.until(lambda: apart._turn.locked() and apart.pid is not None, "it reads")
    pid = apart.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    await app.shown("crashed its reader")
    return pid


async def test_a_file_that_changes_while_it_is_shown(
    yard_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cut off, replaced, gone, there again, a pipe, locked: each is told, and what it is now is shown."""
    monkeypatch.setenv("HDF5_USE_FILE_LOCKING", "TRUE")  # as some set it for their own programs
    path = tmp_path / "changing.h5"
    hard.MADE["whole"](path)
    async with shown(yard_home, [path]) as app:

        async def now(words: str) -> None:
            screen(app).look_at_file()
            await app.shown(words)

        await app.shown("100 values")
        os.truncate(path, 1000)
        await now("t is cut off")
        hard.MADE["far"](path)
        await now("1.8e308")
        path.unlink()
        await now("There is no such file")
        os.mkfifo(path)
        await now("It is no file")
        path.unlink()
        hard.MADE["whole"](path)
        await now("100 values")
        with h5py.File(path, "a", locking=True) as file:
            file["avgi"][0] = 7.0
            file.flush()
            await now("most 7")


async def test_a_file_grows_while_somebody_writes_it(yard_home: Path, tmp_path: Path) -> None:
    """A writer that lets others read meanwhile (SWMR) is read as far as it is."""
    path = tmp_path / "growing.h5"
    with h5py.File(path, "w", libver="latest") as file:
        data = file.create_dataset("avgi", (10,), "f8", chunks=(10,), maxshape=(None,))
        file.swmr_mode = True
        async with shown(yard_home, [path]) as app:
            await app.shown("10 values")
            data.resize((30,))
            data[:] = np.arange(30.0)
            data.flush()
            screen(app).look_at_file()
            await app.shown("30 values")


async def test_a_file_that_may_not_be_read_is_told(yard_home: Path, tmp_path: Path) -> None:
    """Permission is what the account that reads lacks, and nothing else of the app's."""
    path = tmp_path / "private.h5"
    hard.MADE["whole"](path)
    path.chmod(0)
    reader = Apart()
    if os.geteuid() == 0:
        reader.ask("jobyard.tui.results.service:stamp_of", str(path))  # its libraries are loaded by root
        reader.ask("os:seteuid", 65534)
    async with shown(yard_home, [path], reader) as app:
        await app.shown("ermission denied")


LOADED = """
import asyncio, os, signal, sys
from jobyard.core.labmodels import DataFile, Run
from jobyard.core.yard import Yard
from jobyard.tui.app import JobyardApp

run = Run(1, "JOB-1", "rabi", 1, "ann", "m:Rabi", 1.0, 2.0, DataFile(sys.argv[2], 9, 3.0))
Yard.runs_of = lambda yard, *rest: [run]

async def main(yard):
    app = JobyardApp(yard, worker=False, screen="results")
    async with app.run_test(size=(160, 50)) as pilot:
        while not any("100 values" in strip.text for strip in app.screen._compositor.render_strips()):
            await pilot.pause(0.01)
        print(app.apart.pid, *(name for name in ("h5py", "numpy", "yaml") if name in sys.modules), flush=True)
        os.kill(os.getpid(), signal.SIGKILL)

with Yard.open(sys.argv[1], face="app") as yard:
    asyncio.run(main(yard))
"""


def test_the_app_loads_neither_numpy_nor_h5py_and_leaves_no_reader(yard_home: Path, tmp_path: Path) -> None:
    """With a plot on the screen its own process has none of them; when it is killed, its reader ends."""
    hard.MADE["whole"](tmp_path / "run.h5")
    argv = [sys.executable, "-c", LOADED, str(yard_home), str(tmp_path / "run.h5")]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60)
    assert done.returncode == -signal.SIGKILL, done.stderr
    pid, *loaded = done.stdout.split()
    assert not loaded
    until(lambda: ended(int(pid)))
