"""``demo --lab``: a lab day with nobody's hardware."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import leftovers
from tests.cli.conftest import Call
from tests.running.promise import until
from tests.tui.terminal import app_on


@pytest.fixture
def lab(call: Call, yard_home: Path) -> Iterator[Path]:
    """Where the demo puts its lab; its work is ended, and no process of it is left."""
    folder = yard_home.with_name("yard-lab")
    try:
        yield folder
    finally:
        call("demo", "--lab", "--stop")
        left = leftovers.wait_until_gone(folder / "run" / "stations")
        os.rename(folder, folder.with_name("gone"))
    assert left == {}
    assert leftovers.wait_until_gone(folder) == {}


def test_a_newcomer_sees_a_rabi_oscillation(call: Call, yard_home: Path, lab: Path):
    """One command, and no key: the first experiment runs in the app, and its plot is there; then its configs."""
    with app_on(yard_home, "demo", "--lab", "--open", size=(80, 24)) as terminal:
        terminal.shown("gain (DAC units)")
        terminal.shown("75 values")
        terminal.shown("rabi · Amplitude")
        terminal.keys("5")
        terminal.shown("differs from main")
        terminal.until(
            lambda: call("--yard", lab, "list", "t1-overnight", "--json").json[0]["state"] == "running", "all"
        )
        terminal.keys("q")
        terminal.shown("the work goes on in a process of its own")
        terminal.keys("\r")
        terminal.until(lambda: terminal.process.poll() is not None, "its end")


def test_a_lab_day(call: Call, lab: Path):
    """Data of several people, a mistake, one that goes on, one that waits for the board; --stop leaves no process."""

    def states() -> dict[str, str]:
        return {job["name"]: job["state"] for job in call("--yard", lab, "list", "--json").json}

    first = call("demo", "--lab")
    assert first.code == 0, first.err
    assert f"--yard {lab} --screen results rabi" in first.out
    assert call("--yard", lab, "show", "rabi", "--json").json["state"] == "completed"  # once it is spoken of
    assert call("demo", "--lab", "--json").json["submitted"] == 0
    until(lambda: states()["t1-overnight"] == "running", "what goes on")
    assert states() == {
        "rabi": "completed", "t1": "completed", "ramsey-typo": "failed", "ramsey": "completed",
        "rabi-again": "completed", "chevron": "completed", "ramsey-sweep": "completed", "t1-overnight": "running",
        "rabi-fine": "pending", "ramsey-on-the-board": "pending",
    }  # fmt: skip
    assert os.path.getsize(call("--yard", lab, "show", "rabi", "--json").json["data_file"]) > 1000
    runs = call("--yard", lab, "config", "list", "--json").json
    assert [one["attempts"] for one in runs] == [9, 0, 1]
    drift = call("--yard", lab, "config", "check").out
    assert "hardware_config  ≠ differs" in drift
    assert "'ramsey_freq'" in call("--yard", lab, "show", "ramsey-typo", "--json").json["message"]
    assert "use mock hardware" in call("--yard", lab, "why", "ramsey-on-the-board").out
    (worker,) = call("--yard", lab, "worker", "list", "--json").json
    assert worker["mock"]
    assert "headless, mock" in call("--yard", lab, "worker", "list").out
    refused = call("--yard", lab, "worker", "start", "--mock")
    assert "lives already" in refused.out
    assert call("--yard", lab, "cancel", "t1-overnight", "rabi-fine").code == 0
    assert call("--yard", lab, "worker", "stop").code == 0
    assert call("--yard", lab, "clone", "rabi").code == 0
    assert call("--yard", lab, "--worker", "--once").code == 0  # one that knows nothing of mock hardware
    assert call("--yard", lab, "show", "last", "--json").json["state"] == "completed"
    assert call("demo", "--lab", "--stop", "--json").json["unended"] == 0
