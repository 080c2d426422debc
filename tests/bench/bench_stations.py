"""An empty experiment on mock hardware, from submit to its data: in a process of its own, and in a warm station."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jobyard.core import JobClient
from jobyard.core.yard import Yard
from tests.bench import yards
from tests.bench.harness import Check, Figure

EMPTY = """
class Empty:
    def __init__(self, **given): pass
    def go(self, **given): self.data = {"xpts": [1.0]}
"""
IMPORTS = "import numpy, h5py"  # what the runner needs of the lab's interpreter
QUEUES = ("cold", "warm")


class Bench:
    """A yard with a worker without hardware, a queue that keeps its station, one that does not, and a client."""

    def __init__(self, home: Path) -> None:
        self.client = JobClient(home, verbose=False)
        self.code = home.parent / "code"
        self.code.mkdir()
        (self.code / "empty_experiment.py").write_text(EMPTY)

    def trip(self, queue: str) -> float:
        """Milliseconds from the submit to the end."""
        return 1000 * yards.timed(lambda: self._done(queue))

    def _done(self, queue: str) -> None:
        job = self.client.submit_job(
            experiment_class="Empty", experiment_module="empty_experiment", expt_config={}, user="bench", queue=queue,
            paths=[str(self.code)],
        )  # fmt: skip
        assert self.client.wait_for_completion(job, 30).is_successful()


@contextmanager
def lab() -> Iterator[Bench]:
    """With every module and the station loaded once."""
    with yards.fresh() as home, yards.worker(home, "--mock"), Yard.open(home) as yard:
        yard.config_push("hardware_config", b"device: {f_ge: 4885.3}\n", filename="hw.yml")
        for queue in QUEUES:
            yard.queue_create(queue, exclusive=True, python=sys.executable, warm=queue == "warm")
        bench = Bench(home)
        for queue in (*QUEUES, *QUEUES):
            bench.trip(queue)
        yield bench
        yard.stations_leave()


def imports(bench: Bench) -> float:
    """Milliseconds in which an interpreter comes up and imports what the runner needs."""
    return 1000 * yards.timed(lambda: subprocess.run([sys.executable, "-c", IMPORTS], check=True))


FIGURES = [
    Figure(
        "station",
        "submit → data of an empty mock experiment, by JobClient: cold, and in a warm station",
        "ms",
        {"imports": imports, "cold": lambda bench: bench.trip("cold"), "warm": lambda bench: bench.trip("warm")},
        (
            Check("cold beside the runner's own imports", lambda of: of["cold"] / of["imports"], at_most=2.0),
            Check("warm", lambda of: of["warm"], at_most=150.0),
        ),
        prepare=lab,
        rounds=15,
    ),
]
