"""The Results screen: ten million points, an image of as many, 20,000 nodes: plots, keys, memory."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import h5py
import numpy as np

from jobyard.core.models import JobSpec
from tests.bench import yards
from tests.bench.bench_plots import NEARER
from tests.bench.bench_results import let_run
from tests.bench.harness import Check, Figure, Medians
from tests.bench.screen import Holds, Screen
from tests.bench.terminal import COLUMNS, on_terminal
from tests.results import hard

APP = [yards.JOBYARD, "--no-worker", "--screen", "results"]
POINTS = 10_000_000
SMALL, BIG, IMAGE, NODES = "small", "big", "image", "nodes"  # jobs from the newest to the oldest
ORDER = (SMALL, BIG, IMAGE, NODES)
PRESSES = 12
BEAT = 0.15  # seconds between keys: the file of the run before is being read
MIB = 1 << 20
MILLI = 1000
PLOT = COLUMNS * 2 // 5  # the column from which on there is the plot alone


@contextmanager
def lab() -> Iterator[Screen]:
    """The screen on four runs, the cursor on the newest, its reader warm."""
    with yards.fresh() as home:
        names = [*reversed(ORDER)]
        yards.fill(home, len(names), lambda number: JobSpec({"command": ["true"]}, name=names[number], cwd="/"))
        (home / "data").mkdir(exist_ok=True)
        with closing(sqlite3.connect(home / "jobyard.db")) as connection:
            let_run(connection, home)
            connection.commit()
            rows = [row for (row,) in connection.execute("SELECT id FROM job ORDER BY id")]
        for row, name in zip(rows, names, strict=True):
            MADE[name](home / "data" / f"JOB-{row}.h5")
        with on_terminal(APP, yards.surroundings(home)) as terminal:
            screen = Screen(terminal)
            screen.until(plotted("200┤"))
            screen.listen(3.0)
            yield screen


def _big(path: Path) -> None:
    x = np.linspace(0.0, 1.0, POINTS)
    with h5py.File(path, "w") as file:
        for name, values in (("xpts", x), ("avgi", 20 * np.sin(40 * x) + np.random.default_rng(7).normal(size=POINTS))):
            file.create_dataset(name, data=values, maxshape=(None,), chunks=True)


def _image(path: Path) -> None:
    with h5py.File(path, "w") as file:
        file["avgi"] = np.random.default_rng(7).normal(size=(2500, 4000))


def _small(path: Path) -> None:
    with h5py.File(path, "w") as file:
        file["avgi"] = np.linspace(0, 210, 100)


MADE = {SMALL: _small, BIG: _big, IMAGE: _image, NODES: hard.MADE["nested"]}


def plotted(words: str) -> Holds:
    """These words stand in the plot."""
    return lambda now: any(words in line[PLOT:] for line in now.lines)


def is_big(screen: Screen) -> bool:
    """Its numbers are at the axis and its line is drawn."""
    lines = [line[PLOT:] for line in screen.lines]
    return any("-20┤" in line for line in lines) and any(re.search("[⠁-⣿]", line) for line in lines)


def other_plot(screen: Screen) -> Holds:
    """Another picture."""
    before = [line[PLOT:] for line in screen.lines]
    return lambda now: [line[PLOT:] for line in now.lines] != before


def at_top(screen: Screen) -> None:
    """To the newest run."""
    screen.terminal.keys(b"g")
    screen.until(plotted("200┤"))
    screen.listen(1.0)


def first(screen: Screen) -> float:
    """Milliseconds from the key to the plot of ten million points."""
    took = screen.after(b"j", is_big)
    screen.listen(1.0)
    at_top(screen)
    return MILLI * took


def zoom(down: int, screen: Screen) -> float:
    """Milliseconds to a nearer picture of the run so many lines below, the slowest of all steps down and back."""
    screen.terminal.keys(b"j" * down)
    screen.listen(3.0)
    times = []
    for factor in NEARER:
        for key in b"+" * (factor.bit_length() - 1):
            times.append(screen.after(bytes([key]), other_plot(screen)))
            screen.listen(BEAT)
    times.append(screen.after(b"0", other_plot(screen)))
    screen.listen(1.0)
    at_top(screen)
    return MILLI * max(times)


def held(screen: Screen) -> float:
    """Milliseconds until the cursor is on the next run, the slowest while the files of those before are being read."""
    times = []
    for number in range(PRESSES):
        times.append(screen.after(b"k" if number // 3 % 2 else b"j", moved(screen)))
        screen.listen(BEAT)
    at_top(screen)
    return MILLI * max(times)


def moved(screen: Screen) -> Holds:
    """The ground of another line of the runs is that of the cursor."""
    before = _grounds(screen)
    return lambda now: _grounds(now) != before


def _grounds(screen: Screen) -> list[str]:
    return [screen.screen.buffer[y][2].bg for y in range(1, 1 + len(ORDER))]


def paged(screen: Screen) -> float:
    """Milliseconds to the next page of 20,000 nodes, to a folded group, and out of it: the slowest."""
    screen.terminal.keys(b"G")
    screen.until(lambda now: any("n0" in line for line in now.lines))
    screen.listen(3.0)
    screen.terminal.keys(b"\t")
    screen.listen(1.0)
    times = []
    for key in (b"\x1b[6~", b"\x1b[6~", b"\x1b[5~", b"\x1b[5~", b"\r", b"\r"):
        times.append(screen.after(key, other_tree(screen)))
        screen.listen(2 * BEAT)
    screen.terminal.keys(b"\x1b")
    screen.listen(0.6)
    at_top(screen)
    return MILLI * max(times)


def other_tree(screen: Screen) -> Holds:
    """Something else below the runs."""
    before = [line[:PLOT] for line in screen.lines]
    return lambda now: [line[:PLOT] for line in now.lines] != before


def memory(screen: Screen) -> float:
    """MiB of the app and its reader together, when all four were shown."""
    screen.terminal.keys(b"j")
    screen.until(is_big)
    screen.listen(1.0)
    found = [share(screen)]
    for _ in range(2):
        screen.terminal.keys(b"j")
        screen.listen(4.0)
        found.append(share(screen))
    at_top(screen)
    return max(found) / MIB


def share(screen: Screen) -> int:
    """Bytes that the app and the processes below it have, shared ones by their share."""
    pids = [screen.terminal.process.pid]
    for pid in pids:
        for task in Path(f"/proc/{pid}/task").iterdir():
            pids += [int(child) for child in (task / "children").read_text().split()]
    return sum(_share(pid) for pid in pids)


def _share(pid: int) -> int:
    found = re.search(r"^Pss: +(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    assert found is not None
    return int(found[1]) << 10


def _zooms(of: Medians) -> float:
    return max(of["zoom"], of["zoom of an image"])


def _keys(of: Medians) -> float:
    return max(of["key meanwhile"], of["page of 20,000 nodes"])


FIGURES = [
    Figure(
        "app-results",
        f"the Results screen: {POINTS:,} points of a file, from the key to the picture; nearer; keys beside it",
        "ms",
        {
            "plot": first, "zoom": partial(zoom, 1), "zoom of an image": partial(zoom, 2), "key meanwhile": held,
            "page of 20,000 nodes": paged,
        },
        (
            Check("plot", lambda of: of["plot"], at_most=300.0),
            Check("zoom, the slower of both", _zooms, at_most=50.0),
            Check("keys", _keys, at_most=50.0),
        ),
        prepare=lab,
    ),
    Figure(
        "results-memory",
        f"the app and its reader with {POINTS:,} points, an image of as many, and 20,000 nodes on the screen",
        "MiB",
        {"both": memory},
        (Check("memory", lambda of: of["both"], at_most=200.0),),
        prepare=lab,
    ),
]  # fmt: skip
