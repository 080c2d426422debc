"""Orders given by hand and dependencies edited later, as real jobs run: what was moved first starts first."""

from __future__ import annotations

from pathlib import Path

from jobyard.core.models import JobSpec
from jobyard.core.states import State
from jobyard.core.yard import Yard
from tests.running import promise
from tests.running.promise import until


def test_jobs_start_as_they_were_moved_and_connected(yard_home: Path) -> None:
    """Behind two that hold the slots, while a worker lives: moved to the top, cut loose, made to wait."""
    with Yard.open(yard_home) as yard:
        yard.queue_set("default", slots=2)
        gate = f"while [ ! -e {yard_home}/gate ]; do sleep 0.02; done"
        scripts = {"gate0": gate, "gate1": gate, **{f"n{number}": "sleep 0.05" for number in range(8)}}
        for name, script in scripts.items():
            yard.submit(JobSpec({"command": promise.shell(yard_home, script)}, name=name, cwd="/"))
        worker = promise.worker(yard_home)
        try:
            until(lambda: len(promise.witnessed(yard_home)) == 2, "the two that hold the slots")
            yard.move(["n7", "n6"], "top")
            yard.after_add("n0", ["n5"])
            yard.after_add("n1", ["n0"])
            yard.after_cut("n1", ["n0"])
            yard.priority(["n3"], 5)
            (yard_home / "gate").touch()
            until(lambda: yard.counts()[State.COMPLETED] == 10, "every end")
        finally:
            promise.put_down(yard_home, [worker])
        at = {name: yard.job(name).started_at or 0.0 for name in scripts}
        assert {*sorted(at, key=lambda name: at[name])[2:5]} == {"n3", "n7", "n6"}
        assert at["n1"] <= at["n5"] < at["n0"]
        assert promise.broken(yard, {}, False) == []
