"""The form for a new experiment on the screen: its class is found, its fields come, a sweep is submitted."""

from __future__ import annotations

import shutil
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from jobyard.core.models import JobSpec
from jobyard.core.results.apart import Apart
from jobyard.core.yard import Yard
from jobyard.tui.cli.main import main
from jobyard.tui.forms.shellwords import split
from jobyard.tui.widgets.entry import Row
from tests.tui.conftest import Driver, opened

EXAMPLES = Path(__file__).parents[3] / "config" / "examples" / "experiments"
RABI = "lab_experiments.amplitude_rabi:AmplitudeRabiExperiment"


@pytest.fixture
def yard(yard_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Yard]:
    """A lab in the folder where the app is started, its queue and its main config."""
    lab = tmp_path / "lab"
    shutil.copytree(EXAMPLES, lab, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.chdir(lab)
    with Yard.open(yard_home) as found:
        found.queue_create("experiments", exclusive=True, python=sys.executable)
        found.config_push("hardware_config", (lab / "hardware_config.yml").read_bytes() + b"\nrabi: {start: 7}\n",
                          filename="hardware_config.yml")  # fmt: skip
        yield found


def entry(app: Driver) -> Any:
    """The field that has the keys."""
    return app.app.focused


async def field(app: Driver, key: str) -> None:
    """Go to a field that is there, or will be: one of a job, or a parameter."""
    keys = {key, f"expt.{key}"}
    await app.until(lambda: any(one.entry.field.key in keys for one in app.app.screen.query(Row)), f"a field {key}")
    for _ in range(40):
        await app.until(lambda: entry(app) is not None, "a field that has the keys")
        if entry(app).field.key in keys:
            return
        await app.press("down")
    raise AssertionError(f"there is no field {key}")


async def chosen(app: Driver, letters: str, target: str = RABI) -> None:
    """Choose a class by some letters."""
    await app.press(*letters)
    await app.until(lambda: entry(app).offers[:1] == (target,), f"{target} offered")
    await app.press("tab", "tab")
    await app.until(lambda: entry(app) and entry(app).field.key.startswith("expt."), "the first field of the class")


async def test_a_sweep_is_made_as_its_line_says(yard: Yard) -> None:
    """The line that the form shows, given to a shell, makes the same jobs; main stands beside what it is about."""
    async with opened(yard) as app:
        await app.press("A")
        await app.shown("Sweeps the gain of a pulse")
        await chosen(app, "rabi")
        await app.shown("main: rabi.start 7")
        await app.shown("device.qubit.pulses.pi_ge.gain [10950]")
        await app.press(*"0:200:2")
        await app.shown("! sweeps start=0,200: 2 jobs")
        await field(app, "step")
        await app.press(*"10", "enter")
        await app.shown("✗ Nothing is done yet")
        assert entry(app).field.key == "expt.expts"
        await app.press(*"3")
        await field(app, "reps")
        await app.press(*"1,2")
        await field(app, "zip")
        await app.press("space")
        await app.shown("! sweeps reps=1,2: 2 jobs together, first with first")
        line = app.app.screen.reading.line
        await app.press("enter")
        await app.said("Submitted JOB-")
    assert main(split(line)[1:]) == 0
    by_key, by_line = (yard.wish(row) for row in (1, 3))
    assert by_key == by_line
    assert [yard.wish(row).fields["config"] for row in (1, 2)] == [
        {"start": 0, "step": 10, "expts": 3, "reps": 1}, {"start": 200, "step": 10, "expts": 3, "reps": 2},
    ]  # fmt: skip


async def test_an_experiment_once_more_has_its_values(yard: Yard) -> None:
    """In a small terminal too: what main says goes under the field; the last values come by ctrl+l."""
    config = {"start": 1, "step": 2, "expts": 3, "note": "a b"}
    module, name = RABI.split(":")
    spec = JobSpec({"module": module, "class": name, "config": config}, kind="experiment", queue="", name="first")
    yard.submit(spec)
    async with opened(yard, (80, 24)) as app:
        await app.press("E")
        await app.shown("New experiment like JOB-")
        await field(app, "start")
        await app.until(lambda: entry(app).value == "1")
        await app.shown("main: rabi.start 7")
        await app.press("5")
        await field(app, "others")
        assert entry(app).value == "'note=a b'"
        await app.press("enter")
        await app.said("Submitted JOB-")
        await app.press("A")
        await chosen(app, "ampl")
        assert entry(app).value == ""
        await app.press("ctrl+l")
        await app.shown("Filled in as JOB-")
        assert entry(app).value == "5"
    assert yard.wish(2).fields["config"] == {**config, "start": 5}
    assert yard.wish(2).name == "first"


async def test_a_fast_hand_waits_for_nothing(yard: Yard) -> None:
    """What is typed before the class was found, and before its fields are there, goes where it was meant to go."""
    async with opened(yard) as app:
        await app.press("A")
        with patch("textual.app.wait_for_idle", at_once):
            await app.app._press_keys((*"rabi", "tab", "tab", *"12"))
        await app.until(lambda: app.app.screen.texts.get("expt.start") == "12", "the first field holds it")
        assert app.app.screen.texts["class"] == RABI
        assert entry(app).field.key == "expt.start"


async def at_once(min_sleep: float = 0.0) -> None:
    """Wait for nothing between keys."""


async def test_a_disk_that_hangs_holds_nobody(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys go on, nothing is submitted without its parameters, and escape leaves; what was typed is a draft."""
    stuck = threading.Event()
    ask = Apart.ask

    def hang(apart: Apart, function: str, *given: Any) -> Any:
        stuck.wait(20)
        return ask(apart, function, *given)

    monkeypatch.setattr(Apart, "ask", hang)
    async with opened(yard) as app:
        await app.press("A", *RABI, "enter")
        await app.shown("✗ Its parameters are being read.")
        await app.press("escape")
        await app.until(lambda: app.app.screen is app.app.jobs, "the form is gone")
        stuck.set()
        await app.press("A")
        await app.shown("This is your draft.")
        await field(app, "start")
    assert yard.list() == []
