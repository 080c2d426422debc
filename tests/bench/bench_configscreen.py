"""The Configs screen beside 10,000 versions, with configs of a megabyte and a file of ten."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from jobyard.core.store import configs
from jobyard.core.yard import Yard
from tests.bench import yards
from tests.bench.bench_configdiff import texts
from tests.bench.bench_configs import _INSERT, HW
from tests.bench.bench_screens import changed
from tests.bench.harness import Check, Figure, Medians
from tests.bench.screen import Screen
from tests.bench.terminal import on_terminal

APP = [yards.JOBYARD, "--no-worker", "--screen", "configs"]
VERSIONS = 10_000
TIMES = 10  # that the file of ten megabytes is as large as a version
PRESSES = 15
BEAT = 0.35  # seconds between keys, so that each is a key by itself
MIB = 1 << 20
MILLI = 1000


class Lab(NamedTuple):
    """The screen, and the file that it looks after."""

    screen: Screen
    file: Path


@contextmanager
def lab() -> Iterator[Lab]:
    """The screen on the newest of 10,002 versions, which is main; in its first form, its contents."""
    with yards.fresh() as home, Yard.open(home, face="bench") as yard, texts() as (one, other):
        file = home / "hw.yml"
        (home / "jobyard.yml").write_text(f"configs: {{{HW}: {{file: hw.yml}}}}\n")
        with yard._store.db.transaction(quiet=True) as connection:
            rows = ((HW, n, f"{n:064x}", f"configs/versions/{HW}/{n}") for n in range(1, VERSIONS + 1))
            connection.executemany(_INSERT.replace("20261122", "20261101"), rows)
        for text in (one, other):
            yard.config_push(HW, text.encode(), filename="hw.yml")
        file.write_text("\n".join(other.replace("qubit", f"part{number}_") for number in range(TIMES)))
        assert configs.counts(yard._store)[HW] == VERSIONS + 2
        with on_terminal(APP, yards.surroundings(home)) as terminal:
            screen = Screen(terminal)
            screen.until(lambda now: "@@" in "".join(now.lines))
            screen.terminal.keys(b"[")
            screen.listen(3.0)
            yield Lab(screen, file)


def diff(lab: Lab) -> float:
    """Milliseconds from the key to the lines that differ between two versions of a megabyte."""
    screen = lab.screen
    found = screen.after(b"]", lambda now: "@@" in "".join(now.lines))
    screen.terminal.keys(b"[")
    screen.listen(1.0)
    return MILLI * found


def held(lab: Lab) -> float:
    """Milliseconds until the cursor has moved, the slowest key while a changed file of ten megabytes is checked."""
    os.utime(lab.file)
    lab.screen.listen(1.2)
    return _slowest(lab.screen, b"j", b"k")


def paged(lab: Lab) -> float:
    """Milliseconds until the next page of ten megabytes is there, the slowest of a round's."""
    screen = lab.screen
    screen.terminal.keys(b"k")
    screen.listen(1.5)
    screen.terminal.keys(b"\t")
    screen.listen(0.5)
    found = _slowest(screen, b"\x1b[6~", b"\x1b[5~")
    screen.terminal.keys(b"\x1b")
    screen.listen(0.5)
    screen.terminal.keys(b"j")
    screen.listen(1.0)
    return found


def _slowest(screen: Screen, on: bytes, back: bytes) -> float:
    times = []
    for number in range(PRESSES):
        times.append(screen.after(back if number % 2 else on, changed(screen)))
        screen.listen(BEAT)
    if PRESSES % 2:
        screen.terminal.keys(back)
        screen.listen(1.0)
    return MILLI * max(times)


def memory(lab: Lab) -> float:
    """MiB resident when all versions were read, and the ten megabytes are compared with main."""
    screen = lab.screen
    screen.terminal.keys(b"G")
    screen.listen(3.0)
    screen.terminal.keys(b"g")
    screen.listen(3.0)
    screen.terminal.keys(b"]")
    screen.listen(8.0)
    found = screen.terminal.resident() / MIB
    screen.terminal.keys(b"[")
    screen.listen(1.0)
    screen.terminal.keys(b"j")
    screen.listen(1.0)
    return found


def _keys(of: Medians) -> float:
    return max(of["key while 10 MB are checked"], of["page of 10 MB"])


FIGURES = [
    Figure(
        "configs-screen",
        "the Configs screen: two configs of 1 MB compared, from the key to the picture; keys beside 10 MB",
        "ms",
        {"lines that differ": diff, "key while 10 MB are checked": held, "page of 10 MB": paged},
        (
            Check("lines that differ", lambda of: of["lines that differ"], at_most=300.0),
            Check("keys", _keys, at_most=50.0),
        ),
        prepare=lab,
    ),
    Figure(
        "configs-memory",
        "the app with 10,002 versions and a config of 10 MB on the Configs screen",
        "MiB",
        {"resident": memory},
        (Check("memory", lambda of: of["resident"], at_most=200.0),),
        prepare=lab,
    ),
]
