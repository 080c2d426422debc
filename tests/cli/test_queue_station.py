"""What a queue says of its experiments: interpreter, station, whether that is kept; by command and by the file."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Call, one_line

STATION = "lab.station:Station"


def told(call: Call) -> tuple[object, ...]:
    """Python, station, warm of the queue."""
    (found,) = (one for one in call("queue", "list", "--json").json if one["name"] == "experiments")
    return found["python"], found["station"], found["warm"]


def test_they_are_set_and_taken_back(call: Call):
    """Each is set alone and emptied alone; undo returns to what was before."""
    call("queue", "create", "experiments", "--exclusive", "--station", STATION, "--warm")
    assert told(call) == (None, STATION, True)
    assert "warm" in call("queue", "set", "experiments", "--python", sys.executable).out
    call("queue", "set", "experiments", "--not-warm")
    assert told(call) == (sys.executable, STATION, False)
    call("queue", "set", "experiments", "--station", "", "--python", "")
    assert told(call) == (None, None, False)
    call("undo")
    assert told(call) == (sys.executable, STATION, False)


def test_the_file_declares_them_and_a_hand_wins(call: Call, yard_home: Path):
    """What jobyard.yml says holds, until somebody sets it; --as-declared is the way back."""
    yard_home.mkdir(parents=True, exist_ok=True)
    text = f"queues: {{experiments: {{station: '{STATION}', warm: true, python: {sys.executable}}}}}\n"
    (yard_home / "jobyard.yml").write_text(text)
    assert told(call) == (sys.executable, STATION, True)
    said = call("queue", "set", "experiments", "--not-warm").out
    assert "warm no (by hand; jobyard.yml says yes)" in said
    call("queue", "set", "experiments", "--as-declared")
    assert told(call) == (sys.executable, STATION, True)


@pytest.mark.parametrize(
    ("option", "value", "why"),
    [
        ("--station", "Station", "MODULE:CLASS"),
        ("--station", "lab.:Station", "MODULE:CLASS"),
        ("--python", "python", "no absolute path"),
        ("--python", "/no/such/python", "no such program"),
    ],
)
def test_what_could_never_run_is_refused(call: Call, option: str, value: str, why: str):
    """A station that names no class, an interpreter that is not there: told in a line, nothing is set."""
    call("queue", "create", "experiments")
    result = call("queue", "set", "experiments", option, value)
    assert why in one_line(result)
    assert told(call) == (None, None, False)
