"""``demo --lab``: a lab day with nobody's hardware."""

from __future__ import annotations

import os
from pathlib import Path

from tests import leftovers
from tests.cli.conftest import Call
from tests.running.promise import until


def test_a_lab_day(call: Call, yard_home: Path):
    """Data of several people, a mistake, one that goes on, one that waits for the board; --stop leaves no process."""
    lab = yard_home.with_name("yard-lab")

    def states() -> dict[str, str]:
        return {job["name"]: job["state"] for job in call("--yard", lab, "list", "--json").json}

    try:
        first = call("demo", "--lab")
        assert first.code == 0, first.err
        assert "data show rabi" in first.out
        assert call("demo", "--lab", "--json").json["submitted"] == 0
        until(lambda: states()["t1-overnight"] == "running", "what goes on")
        assert states() == {
            "rabi": "completed", "t1": "completed", "ramsey-typo": "failed", "ramsey": "completed",
            "rabi-again": "completed", "t1-overnight": "running", "rabi-fine": "pending",
            "ramsey-on-the-board": "pending",
        }  # fmt: skip
        assert os.path.getsize(call("--yard", lab, "show", "rabi", "--json").json["data_file"]) > 1000
        runs = call("--yard", lab, "config", "list", "--json").json
        assert sorted(one["attempts"] for one in runs) == [1, 5]
        assert "'ramsey_freq'" in call("--yard", lab, "show", "ramsey-typo", "--json").json["message"]
        assert "use mock hardware" in call("--yard", lab, "why", "ramsey-on-the-board").out
        (worker,) = call("--yard", lab, "worker", "list", "--json").json
        assert worker["mock"]
        assert "headless, mock" in call("--yard", lab, "worker", "list").out
        refused = call("--yard", lab, "worker", "start", "--mock")
        assert "lives already" in refused.out
        assert call("demo", "--lab", "--stop", "--json").json["unended"] == 0
    finally:
        call("demo", "--lab", "--stop")
        left = leftovers.wait_until_gone(lab / "run" / "stations")
        os.rename(lab, lab.with_name("gone"))
    assert left == {}
    assert leftovers.wait_until_gone(lab) == {}
