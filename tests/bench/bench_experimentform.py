"""The form for an experiment, beside a lab of 2,000 modules and a main config of four megabytes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jobyard.core.yard import Yard
from tests.bench import yards
from tests.bench.bench_screens import changed
from tests.bench.harness import Check, Figure, Medians
from tests.bench.screen import Screen
from tests.bench.terminal import on_terminal

APP = [yards.JOBYARD, "--no-worker"]
MODULES, LINES = 2000, 200  # of the lab
FIELDS = 40  # of the class that is chosen, as many as a form shows
PRESSES = 15
BEAT = 0.35  # seconds between keys, so that each is a key by itself
READ = 8.0  # seconds in which the lab is listed and main is read
MILLI = 1000
CLASS = "class Sweep{0}:\n    defaults = {{{1}}}\n    def go(self):\n        return self.cfg.device.qubit7.f_ge\n"
FILLER = "".join(f"def helper{line}(x): return [x * {line}, {{'a': x}}, (x, 'text')]\n" for line in range(LINES))


@contextmanager
def form() -> Iterator[Screen]:
    """The app on an empty list, where the lab is found; the form is opened once."""
    with yards.fresh() as home, Yard.open(home, face="bench") as yard:
        lab = home.parent / "lab"
        _lab(lab)
        parts = (f"  qubit{n}: {{f_ge: [{n}.25, 4.5], pulses: {{sigma: 0.035, gain: {n}}}}}\n" for n in range(60_000))
        yard.config_push("hardware_config", ("device:\n" + "".join(parts)).encode(), filename="hw.yml")
        with on_terminal(APP, {**yards.surroundings(home), "PYTHONPATH": str(lab)}) as terminal:
            screen = Screen(terminal)
            screen.until(lambda now: "worker" in now.lines[0])
            screen.listen(1.0)
            yield screen


def _lab(folder: Path) -> None:
    folder.mkdir()
    keys = ", ".join(f"'key{number}': {number}" for number in range(FIELDS))
    for number in range(MODULES):
        (folder / f"sweeps{number}.py").write_text(FILLER + CLASS.format(number, keys))


def while_listing(screen: Screen) -> float:
    """Milliseconds until a letter is there, the slowest while the lab is listed for the form that has just opened."""
    screen.terminal.keys(b"A")
    screen.until(lambda now: "New experiment" in "".join(now.lines))
    found = _slowest(screen)
    _left(screen)
    return found


def read(screen: Screen) -> float:
    """Milliseconds from the class to its last field, while four megabytes of main are read."""
    _at_class(screen, b"sweeps7:Sweep")
    found = screen.after(b"7", lambda now: f"key{FIELDS - 10}" in "".join(now.lines))
    _left(screen)
    return MILLI * found


def among_fields(screen: Screen) -> float:
    """Milliseconds until a letter is there, the slowest in the form of a class of forty parameters."""
    _at_class(screen, b"sweeps7:Sweep7")
    screen.listen(READ)
    screen.terminal.keys(b"\t")
    screen.listen(1.0)
    found = _slowest(screen)
    _left(screen)
    return found


def _at_class(screen: Screen, letters: bytes) -> None:
    screen.terminal.keys(b"A")
    screen.until(lambda now: "New experiment" in "".join(now.lines))
    screen.listen(READ)
    screen.terminal.keys(letters)
    screen.listen(1.0)


def _slowest(screen: Screen) -> float:
    """Of letters that are typed one by one."""
    times = []
    for _ in range(PRESSES):
        times.append(screen.after(b"1", changed(screen)))
        screen.listen(BEAT)
    return MILLI * max(times)


def _left(screen: Screen) -> None:
    """Nothing of it stays as a draft."""
    screen.terminal.keys(b"\x12")
    screen.listen(0.5)
    screen.terminal.keys(b"\x1b")
    screen.listen(1.0)


def _keys(of: Medians) -> float:
    return max(of["letter while 2,000 modules are listed"], of["letter among forty fields"])


FIGURES = [
    Figure(
        "experiment-form",
        "the form for an experiment: letters while a lab is listed and among many fields; fields beside 4 MB of main",
        "ms",
        {
            "letter while 2,000 modules are listed": while_listing,
            "letter among forty fields": among_fields,
            "fields of a class": read,
        },
        (Check("keys", _keys, at_most=50.0),),
        prepare=form,
    ),
]
