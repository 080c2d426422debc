"""The whole picture, a feature a test, against stored ones (renewed by `pytest --snapshot-update` and looked at).

Each feature is seen in three sizes and two themes; three pictures show them all.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, cast

import pytest
from textual import pilot
from textual.pilot import Pilot
from textual.widgets import Input

from jobyard.core.forecast import Expected
from jobyard.core.gantt.gaps import PAUSED
from jobyard.core.gantt.spans import Block
from jobyard.core.labmodels import MainFile
from jobyard.core.models import Finding, ResourceInfo, Share
from jobyard.core.progress import Progress
from jobyard.core.states import After
from jobyard.core.usage import Sample
from jobyard.core.yard import Yard
from jobyard.tui import spotlight
from jobyard.tui.app import JobyardApp
from jobyard.tui.screens import logs
from tests.tui.conftest import Driver
from tests.tui.fake_lab import FakeLab
from tests.tui.fake_yard import NOW, FakeYard, worker

HOME = Path("/yards/demo")
EXAMPLES = Path(__file__).parents[2] / "config" / "examples" / "experiments"
STILL = 0.05  # seconds in which nothing moves
RESTS = (
    (spotlight, "SETTLE"),
    (spotlight, "REST"),
    (logs, "EVERY"),
)  # after which something follows: sooner than what is still
Snap = Callable[..., bool]
Shoot = Callable[..., bool]


class Look(NamedTuple):
    """How the terminal is."""

    size: tuple[int, int]
    theme: str

    def __str__(self) -> str:
        return f"{self.size[0]}x{self.size[1]}-{self.theme}"


LOOKS = [Look((160, 50), "dark"), Look((120, 36), "light"), Look((80, 24), "dark")]
looks = pytest.mark.parametrize("look", LOOKS, ids=str)


@pytest.fixture
def shoot(snap_compare: Snap, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shoot]:
    """Compare the app, after some keys, with its stored picture; the clock stands still."""
    monkeypatch.setattr(time, "time", lambda: NOW)
    monkeypatch.setattr(Input, "cursor_blink", False)
    monkeypatch.setattr(pilot, "wait_for_idle", lambda *_: asyncio.sleep(STILL / 10))  # all is still already
    for module, name in RESTS:
        monkeypatch.setattr(module, name, STILL / 10)
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    apps: list[JobyardApp] = []

    def compare(yard: FakeYard, look: Look, *keys: str, until: str) -> bool:
        monkeypatch.setenv("JOBYARD_THEME", look.theme)
        yard.worker_list = [worker("headless")]
        app = JobyardApp(cast("Yard", yard), worker=False)
        apps.append(app)
        if isinstance(yard, FakeLab):
            app.__dict__["apart"] = yard.near
        return snap_compare(app, terminal_size=look.size, run_before=_press(app, keys, until))

    yield compare
    for app in apps:
        app.put_away()
    monkeypatch.undo()
    time.tzset()


def _press(app: JobyardApp, keys: tuple[str, ...], until: str) -> Callable[[Pilot[Any]], Awaitable[None]]:
    async def run(hand: Pilot[Any]) -> None:
        driver = Driver(app, hand)
        await driver.shown("headless rig-1a2b")
        await _still(driver)
        await driver.press(*keys)
        await driver.shown(until)
        await _still(driver)
        app.screen.refresh()  # a dialog paints what is behind it when it is painted itself
        await hand.pause()

    return run


async def _still(driver: Driver) -> None:
    """Until focus and detail have followed."""
    before = ""
    async with asyncio.timeout(10):
        while (now := driver.text()) != before:
            before = now
            await driver.emptied()
            await driver.pilot.pause(STILL)


def many() -> FakeYard:
    """3 running, 12 pending, 20 ended jobs."""
    return FakeYard(HOME)


# -- the list --------------------------------------------------------------------------------------------------


@looks
def test_jobs(shoot: Shoot, look: Look) -> None:
    """The Jobs screen on a failed job: state as glyph, word and colour, and why it failed."""
    assert shoot(many(), look, "G", "k", until="JOB-20261122-00002")


@looks
def test_progress(shoot: Shoot, look: Look) -> None:
    """Running jobs that print how far they are: bars in the table, and in the pane what the selected one uses."""
    yard = many()
    for row, fraction in ((35, 0.72), (34, 0.45), (33, 0.04)):
        yard.headway[row] = Progress(fraction, f"{fraction * 500:.0f}/500", NOW - 1, None, NOW + 900 * (1 - fraction))
        yard.samples[row] = tuple(
            Sample(NOW - 400 + 10 * n, 9.0 * n, (200 + 7 * n + 90 * (n % 7 == 3)) << 20, 4, 0.9 + 0.3 * (n % 3))
            for n in range(40)
        )
    assert shoot(yard, look, "g", until="ends about")


@looks
def test_empty(shoot: Shoot, look: Look) -> None:
    """An empty yard teaches the first keys."""
    assert shoot(FakeYard(HOME, running=0, pending=0, ended=0), look, until="No jobs yet.")


@looks
def test_sorted(shoot: Shoot, look: Look) -> None:
    """Another order: the title of its column says which, and which way."""
    assert shoot(many(), look, "o", "j", "j", "j", "enter", until="headless")


@looks
def test_sort_menu(shoot: Shoot, look: Look) -> None:
    """Every order that can be chosen, with a word about it."""
    assert shoot(many(), look, "o", until="Sort by")


@looks
def test_columns(shoot: Shoot, look: Look) -> None:
    """The columns and their order; the table behind shows what is chosen."""
    assert shoot(many(), look, "O", "j", "j", "space", until="Columns")


@looks
def test_marked(shoot: Shoot, look: Look) -> None:
    """Marks, and a range that is begun: both are told by more than colour."""
    assert shoot(many(), look, "space", "j", "space", "j", "v", "j", "j", until="marked")


@looks
def test_queues(shoot: Shoot, look: Look) -> None:
    """A queue is chosen at the left: its jobs alone are shown, and the header says so."""
    assert shoot(many(), look, "b", "j", "j", until="qick")


# -- filters -----------------------------------------------------------------------------------------------------


@looks
def test_filtered(shoot: Shoot, look: Look) -> None:
    """A filter in force, with how many it leaves."""
    assert shoot(many(), look, "slash", *"failed rabi", "enter", until="1 job")


@looks
def test_filter_offers(shoot: Shoot, look: Look) -> None:
    """What may be written next stands below the line."""
    assert shoot(many(), look, "slash", *"state:", until="completed")


@looks
def test_filter_mistake(shoot: Shoot, look: Look) -> None:
    """A mistake is pointed at, in words."""
    assert shoot(many(), look, "slash", *"stat:failed", until="stat")


# -- questions and forms -------------------------------------------------------------------------------------------


@looks
def test_question(shoot: Shoot, look: Look) -> None:
    """Before three jobs are cancelled: what will happen, counted, and the command that does the same."""
    assert shoot(many(), look, "space", "space", "space", "c", until="Cancel 3")


@looks
def test_new_job(shoot: Shoot, look: Look) -> None:
    """A new job: the fields, and the command line that says the same."""
    assert shoot(many(), look, "a", *"echo hello", until="jobyard submit")


@looks
def test_new_experiment(shoot: Shoot, look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new experiment: the fields of its class, and what main has of what it reads."""
    monkeypatch.chdir(EXAMPLES)
    yard = many()
    yard.main_file = MainFile("CFG-HW-20261122-00002", str(EXAMPLES / "hardware_config.yml"), "hardware_config.yml")
    assert shoot(yard, look, "A", *"lab_experiments.ramsey:T2RamseyExperiment", until="ramsey_freq")


@looks
def test_dependencies(shoot: Shoot, look: Look) -> None:
    """What a job waits for, and how to change it."""
    assert shoot(many(), look, "j", "j", "j", "e", until="ait")


@looks
def test_queue_settings(shoot: Shoot, look: Look) -> None:
    """What a queue allows."""
    assert shoot(many(), look, "S", until="slots")


@looks
def test_copy(shoot: Shoot, look: Look) -> None:
    """What can be copied of a job."""
    assert shoot(many(), look, "y", until="Copy")


# -- all around ----------------------------------------------------------------------------------------------------


@looks
def test_help(shoot: Shoot, look: Look) -> None:
    """Every key, what it does, and what is not possible just now."""
    assert shoot(many(), look, "j", "question_mark", until="type to filter")


@looks
def test_themes(shoot: Shoot, look: Look) -> None:
    """The themes, with a preview of the one under the cursor."""
    assert shoot(many(), look, "ctrl+t", "down", until="high-contrast")


def busy() -> FakeYard:
    """Three running jobs that have been sampled, one of which has a resource that others wait for."""
    fake = many()
    for number, row in enumerate((33, 34, 35)):
        fake.samples[row] = tuple(
            Sample(NOW - 400 + 8 * n, n / 2, (30 + number * 8 + n) << 20, 2 + number, abs(n % 14 - 7) / 5)
            for n in range(50)
        )
        fake.headway[row] = Progress(0.3 + 0.2 * number, "", NOW, None, NOW + 600)
    share = Share(33, fake.make(33).id, fake.make(33).name, 1)
    waits = tuple(fake.make(row).id for row in (21, 22))
    fake.resource_list = [
        ResourceInfo("cpus", "host", 8, 6, "", None, None, "", None, "", (), 0, ()),
        ResourceInfo("qick", "named", 1, 0, "", 1, None, "ada", NOW - 900, "warming up", (share,), 2, waits),
    ]
    fake.findings.append(Finding("bad", "3 counters are wrong", "a crash", "Mend it: jobyard doctor --repair"))
    return fake


@looks
def test_workers(shoot: Shoot, look: Look) -> None:
    """Workers and the keeper, what runs and uses what, resources, the yard with what the doctor found."""
    assert shoot(busy(), look, "7", "exclamation_mark", "tab", until="running 3")


@looks
def test_timeline(shoot: Shoot, look: Look) -> None:
    """Lanes of three queues, one paused for a while; slots and waits above; what is expected right of now."""
    yard = FakeYard(HOME)
    yard.blocks = (Block(PAUSED, NOW - 3000, NOW - 500, "qick"),)
    yard.foreseen = {21: Expected(NOW + 60, NOW + 300), 34: Expected(None, NOW + 200)}
    assert shoot(yard, look, "3", until="░")


HARDWARE = """\
# MHz, µs, DAC units
device:
  qubit: {f_ge: 4884.8, f_ef: 4741.87}  # of the day
  readout:
    frequency: 749.503
    pulse: "flat"
"""


def calibrated() -> FakeYard:
    """Three versions of a config, the newest of which is main; somebody has changed its file since."""
    fake = many()
    fake.config_texts = [HARDWARE.replace("4884.8", value) for value in ("4885.3", "4884.9", "4884.8")]
    fake.config_file = HARDWARE.replace("749.503", "749.511").replace("flat", "gauss")
    return fake


@looks
def test_configs(shoot: Shoot, look: Look) -> None:
    """Types, versions, the file that differs from main, and how: beside each other, in colours."""
    assert shoot(calibrated(), look, "5", "g", "right_square_bracket", until="749.511")


@looks
def test_config_question(shoot: Shoot, look: Look) -> None:
    """Before a push the values that would change, the lines, and the command that does the same."""
    assert shoot(calibrated(), look, "5", "p", until="enter  push it")


def rabi(folder: Path) -> FakeLab:
    """Experiments whose data are a decaying oscillation."""
    import h5py
    import numpy as np

    with h5py.File(folder / "run.h5", "w") as file:
        x = np.linspace(0, 20, 81)
        file["xpts"], file["avgi"], file["avgq"] = x, 100 * np.exp(-x / 10) * np.cos(2 * x), np.sin(2 * x)
        file.attrs["config"] = '{"expt": {"start": 0, "step": 200, "reps": 100, "relax": 250}}'
    return FakeLab(HOME, "/lab/data/run.h5", folder / "run.h5")


@looks
def test_results(shoot: Shoot, look: Look, tmp_path: Path) -> None:
    """Runs, what is in the file of one, its plot; one is marked, and drawn over it."""
    keys = ("6", *("j",) * 2, "space", *("k",) * 2)
    assert shoot(rabi(tmp_path), look, *keys, until="81 values" if look.size[0] > 100 else "1 marked")


@looks
def test_results_filter(shoot: Shoot, look: Look, tmp_path: Path) -> None:
    """What may be written next stands below the line: fields of jobs, keys of configs."""
    assert shoot(rabi(tmp_path), look, "6", "slash", *"exp", until="expt.step=")


@looks
def test_results_differences(shoot: Shoot, look: Look, tmp_path: Path) -> None:
    """Sections with a count each, both sides aligned."""
    assert shoot(rabi(tmp_path), look, "6", "d", until="never the same twice" if look.size[1] > 30 else "code")


@looks
def test_run_page(shoot: Shoot, look: Look, tmp_path: Path) -> None:
    """A run that left data: what made it, what differs since the run before, parameters, plot, datasets, log."""
    keys = ("colon", *"fold", "minus", *"018", "enter", "i")
    assert shoot(rabi(tmp_path), look, *keys, until="81 values" if look.size[0] > 100 else "≠ config")


@looks
def test_run_page_running(shoot: Shoot, look: Look, tmp_path: Path) -> None:
    """One that runs: how far it is, that its data will come, and its log."""
    yard = rabi(tmp_path)
    yard.headway[33] = Progress(0.45, "45/100", NOW - 1, None, NOW + 300)
    yard.logs[33] = tmp_path / "log"
    yard.logs[33].write_text("".join(f"sweep {number} of 100\n" for number in range(1, 46)))
    assert shoot(yard, look, "g", "i", until="sweep 45" if look.size[0] > 100 else "45/100")


@looks
def test_log(shoot: Shoot, look: Look) -> None:
    """A job without output has an empty log that says so."""
    assert shoot(many(), look, "l", until="stdout and stderr")


@looks
def test_matches(shoot: Shoot, look: Look, tmp_path: Path) -> None:
    """A log in its job's colours: matches of a search stand out, errors are marked at the margin."""
    yard, lines = many(), [f"shot {n:3}  \x1b[32mfidelity 0.9{n % 10}\x1b[0m  drift {n % 7} Hz" for n in range(1, 90)]
    yard.logs[33] = tmp_path / "log"
    yard.logs[33].write_text("\n".join(lines) + "\n")
    (tmp_path / "log.err").write_text("warning: \x1b[33mfridge at 14 mK\x1b[0m\n")
    assert shoot(yard, look, "l", "slash", *"drift 3", "enter", until="of ")


# -- the graph -------------------------------------------------------------------------------------------------


def connected() -> FakeYard:
    """Jobs in all states that wait for each other in all three ways, and a chain that has ended."""
    fake = many()
    plain = {2: (1,), 5: (2,), 33: (1, 3), 21: (33,), 22: (33,), 23: (21, 22), 34: (1,), 24: (23, 34)}
    fake.waits = {child: dict.fromkeys(parents, After.OK) for child, parents in plain.items()}
    fake.waits[25] = {23: After.ANY, 2: After.FAIL}
    for row in range(7, 19):
        job = fake.make(13)
        fake.override[row] = job._replace(row=row, id=f"JOB-20261122-{row:05}", name=f"scan-{row:03}")
        fake.waits[row] = {row - 1: After.OK} if row > 7 else {}
    fake.waits[24][18] = After.OK
    return fake


@looks
def test_graph(shoot: Shoot, look: Look) -> None:
    """What leads to the selected job and away from it is heavy; a chain that ended is one line."""
    assert shoot(connected(), look, "2", until="12 jobs  scan-007")


@looks
def test_boxes(shoot: Shoot, look: Look) -> None:
    """Its neighbours as boxes."""
    assert shoot(connected(), look, "2", "enter", until="2 steps around")


@looks
def test_edges(shoot: Shoot, look: Look) -> None:
    """What can be added to a job and what can be cut."""
    assert shoot(connected(), look, "2", "j", "x", until="Edges of")
