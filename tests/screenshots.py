"""``make screenshots``: the real app on demo yards with real work under way, as PNG pictures in ``screenshots/``.

``make screenshots ARGS="results configs"`` takes only those.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from tests.tui.pictures import to_png

TARGET = Path(__file__).parent.parent / "screenshots"
WIDE, NARROW = (160, 50), (80, 24)
PYTHON = "venv"
PATIENCE = 60.0  # seconds for the demo's work to get going

MIDDLE = (120, 36)
Begun = Callable[[Any], bool]
FILTER, GO = "slash", "colon"
SHOWS = "shows "  # among keys: words that are there before the next one

Shot = tuple[str, tuple[int, int], tuple[str, ...], str]  # name, size, keys, words that are on the picture then
PICTURES: tuple[Shot, ...] = (
    ("jobs", WIDE, ("j",), "log"),
    ("jobs-80x24", NARROW, ("j",), "log"),
    ("jobs-120x36", MIDDLE, ("j",), "log"),
    ("jobs-light", WIDE, ("ctrl+t", "down", "enter", "j"), "log"),
    ("jobs-high-contrast", WIDE, ("ctrl+t", "down", "down", "enter", "j"), "log"),
    ("why", WIDE, (GO, *"cool-down", "enter"), "warming up until"),
    ("queues", WIDE, ("b", "j", "j"), "build"),
    ("filter", WIDE, (FILTER, *"state:failed or name~sim queue:"), "qick"),
    ("filter-mistake", WIDE, (FILTER, *"stat:failed"), "stat"),
    ("columns", WIDE, ("O",), "Columns"),
    ("sort", WIDE, ("o",), "Sort by"),
    ("array", WIDE, (FILTER, *"scan-flux", "enter"), "scan-flux[0]"),
    ("form", WIDE, ("a", *"python3 rabi.py --shots 1000"), "jobyard submit"),
    ("form-80x24", NARROW, ("a", *"python3 rabi.py"), "jobyard submit"),
    ("dependencies", WIDE, (GO, *"rabi", "enter", "e"), "calibrate"),
    ("graph", WIDE, (GO, *"link", "enter", "2", "b", "G", "enter"), "session default"),
    ("neighbours", WIDE, (GO, *"link", "enter", "2", "enter"), "2 steps around link"),
    ("marked", WIDE, (FILTER, *"state:pending", "enter", "space", "space", "space", "c"), "Cancel 3"),
    ("copy", WIDE, ("y",), "submit line"),
    ("palette", WIDE, ("ctrl+p",), "cancel"),
    ("help", WIDE, ("question_mark",), "type to filter"),
    ("timeline", WIDE, ("3", "j"), "busy"),
    ("logs", WIDE, (GO, *"calibrate", "enter", "4", FILTER, *"pul.e", "enter"), "/pul.e"),
    ("workers", WIDE, ("7",), "cryostat"),
)
NEXT = "right_square_bracket"
LAB_PICTURES: tuple[Shot, ...] = (
    ("configs", WIDE, (GO, *"rabi-again", "enter", "5", NEXT), "beside"),
    ("configs-push", WIDE, ("5", "g", "p"), "Make hardware_config.yml the main"),
    ("results", WIDE, (GO, *"rabi", "enter", "6", "shows 75 values", "v"), "75 values"),
    (
        "results-overlay",
        WIDE,
        (GO, *"rabi-again", "enter", "6", "shows 75 values", "f", "space", "j", "j", "j"),
        "1 marked",
    ),
    ("results-differences", WIDE, (GO, *"rabi-again", "enter", "6", "shows 75 values", "d"), "jobyard diff"),
    ("results-image", WIDE, (GO, *"chevron", "enter", "6"), "6,161 values"),
    ("results-80x24", NARROW, (GO, *"rabi", "enter", "6"), "75 values"),
    (
        "experiment",
        WIDE,
        (
            "A",
            *"ramsey",
            "shows T2RamseyExperiment",
            "tab",
            "shows ramsey_freq",
            "ctrl+l",
            "shows Filled in",
            *["down"] * 4,
            *"0.5:1.5:5",
        ),
        "$ jobyard experiment",
    ),
    ("run", WIDE, (GO, *"rabi-again", "enter", "i"), "75 values"),
)


def demo_begun(yard: Any) -> bool:
    """Something runs, and something has failed."""
    from jobyard.core.states import State

    return {State.RUNNING, State.FAILED} <= {state for state, count in yard.counts().items() if count}


def lab_begun(yard: Any) -> bool:
    """All that is quick has been measured."""
    return any(row.name == "t1-overnight" and row.state.value == "running" for row in yard.list())


def main(wanted: Sequence[str]) -> int:
    """Make all pictures, or the wanted ones; the demos' work is ended and their yards removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="jobyard-pictures-"))
    (folder / PYTHON).symlink_to(sys.prefix)  # what pictures say of interpreters names nobody's folders
    os.environ |= {"HOME": str(folder), "JOBYARD_KEEPER_IDLE": "1", "COLORTERM": "truecolor"}
    os.chdir(folder)
    try:
        for name, words, begun, shots in (
            ("jobyard-demo", (), demo_begun, PICTURES), ("jobyard-lab", ("--lab",), lab_begun, LAB_PICTURES),
        ):  # fmt: skip
            if chosen := [shot for shot in shots if not wanted or shot[0] in wanted]:
                _take(folder / name, words, begun, chosen)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def _take(home: Path, words: Sequence[str], begun: Begun, shots: Sequence[Shot]) -> None:
    """The pictures of one demo."""
    os.environ["JOBYARD_HOME"] = str(home)
    try:
        _jobyard("demo", *words)
        asyncio.run(_all(home, begun, shots))
    finally:
        _jobyard("demo", *words, "--stop")


def _jobyard(*words: str) -> None:
    home, python = os.environ["JOBYARD_HOME"], str(Path.home() / PYTHON / "bin" / "python")
    subprocess.run([python, "-m", "jobyard.tui", "--yard", home, *words], check=True, stdout=subprocess.DEVNULL)


async def _all(home: Path, begun: Begun, shots: Sequence[Shot]) -> None:
    from jobyard.core.yard import Yard

    with Yard.open(home, face="app") as yard:
        deadline = time.monotonic() + PATIENCE
        while not begun(yard):
            if time.monotonic() > deadline:
                raise SystemExit("screenshots: the demo's work does not get going")
            await asyncio.sleep(0.1)
        for name, size, keys, words in shots:
            await _picture(yard, name, size, keys, words)


async def _picture(yard: Any, name: str, size: tuple[int, int], keys: tuple[str, ...], words: str) -> None:
    from jobyard.tui.app import JobyardApp

    os.environ["XDG_STATE_HOME"] = str(Path.home() / name)  # none remembers what another one chose
    app = JobyardApp(yard, worker=False)
    async with app.run_test(size=size) as pilot:
        await _until(pilot, lambda: app.jobs.table.loaded and app.jobs.header.staff is not None)
        for key in (*keys, f"{SHOWS}{words}"):
            if key.startswith(SHOWS):
                await _shown(pilot, app, name, key.removeprefix(SHOWS))
            else:
                await pilot.press(key)
                await pilot.pause(0.1)  # what it opens is there before the next one
        await pilot.pause(1.0)  # the detail pane and the log's tail have followed
        svg = app.export_screenshot(title="jobyard")
    app.put_away()
    TARGET.mkdir(exist_ok=True)
    to_png(svg, TARGET / f"{name}.png", 10 * size[0] if size != NARROW else 1000)
    print(TARGET / f"{name}.png")


async def _shown(pilot: Pilot[Any], app: Any, name: str, words: str) -> None:
    try:
        await _until(pilot, lambda: words in _text(app))
    except TimeoutError:
        raise SystemExit(f"screenshots: {name}: not on the picture: {words}\n{_text(app)}") from None


def _text(app: Any) -> str:
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


async def _until(pilot: Pilot[Any], condition: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await pilot.pause(0.02)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
