"""The work of the demo yard: a build with a diamond and a failing branch, an instrument, long simulations, an array.

One instrument is locked, with a note that says why.

Every command is a shell script of sleeps and prints: it runs anywhere, costs nothing, and looks like the real thing.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from jobyard.core.models import Dependency, JobSpec
from jobyard.core.states import After

QUEUES: dict[str, dict[str, int | bool]] = {
    "build": {"slots": 2},
    "simulation": {"slots": 2},
    "qick": {"exclusive": True},
}
HELD = "nightly-archive"
STAYING = frozenset({HELD, "cool-down"})  # what waits until somebody lets it go
LOCKED = {"cryostat": "warming up until Monday"}  # instruments that nobody may have, and why


@dataclass(frozen=True, slots=True)
class Work:
    """A job of the demo. ``after`` names others; ``seconds`` is about how long it runs."""

    name: str
    queue: str
    script: str
    seconds: float
    after: tuple[str, ...] = ()
    on: After = After.OK
    priority: int = 0
    held: bool = False
    time_limit: float | None = None
    array: str = ""
    needs: tuple[str, ...] = ()


def progress(word: str, steps: int, every: float) -> str:
    """A script that counts, as builds do."""
    return f'i=0; while [ $i -lt {steps} ]; do i=$((i+1)); echo "[$i/{steps}] {word}"; sleep {every}; done'


def shots(name: str, steps: int, every: float) -> str:
    """A script that looks like a measurement."""
    start = f'echo "{name}: loading pulse tables"; sleep 1; '
    body = f'i=0; while [ $i -lt {steps} ]; do i=$((i+1)); echo "{name}: point $i of {steps}, $((i*7919%100)) counts"; '
    return start + body + f"sleep {every}; done; echo '{name}: saved'"


FAILING = (
    progress("test", 6, 0.5) + "; echo 'AssertionError: expected 42, got 41' >&2; "
    "echo 'error: 1 of 7 tests failed' >&2; exit 1"
)

WORK: tuple[Work, ...] = (
    Work("fetch", "build", "echo 'resolving sources'; " + progress("fetched", 3, 0.5), 2),
    Work("configure", "build", "echo 'checking for a C compiler... yes'; sleep 1; echo 'configured'", 1, ("fetch",)),
    Work("compile-core", "build", progress("cc core/unit", 24, 1), 24, ("configure",), priority=10),
    Work("compile-gui", "build", progress("cc gui/widget", 40, 1), 40, ("configure",)),
    Work("link", "build", progress("ld", 5, 1), 5, ("compile-core", "compile-gui")),
    Work("package", "build", "echo 'packing'; sleep 3; echo 'wrote app.tar.gz'", 3, ("link",)),
    Work("lint", "build", progress("linted", 4, 0.5), 2, ("fetch",), priority=10),
    Work("unit-tests", "build", FAILING, 3, ("fetch",), priority=10),
    Work("publish", "build", "echo 'publishing'", 1, ("unit-tests", "package")),
    Work("announce", "build", "echo 'announced'", 1, ("publish",)),
    Work("tell-the-author", "build", "echo 'the tests failed'", 1, ("unit-tests",), After.FAIL),
    Work("calibrate", "qick", shots("readout calibration", 30, 1), 31, priority=5),
    Work("rabi", "qick", shots("rabi", 60, 1), 61, ("calibrate",)),
    Work("t1", "qick", shots("t1", 60, 1.5), 91, ("calibrate",)),
    Work("ramsey", "qick", shots("ramsey", 80, 1), 81, ("calibrate",)),
    Work("fit-rabi", "default", progress("iteration", 10, 0.5), 5, ("rabi",)),
    Work("simulate-lattice", "simulation", progress("sweep", 600, 1), 600, time_limit=3600),
    Work("simulate-noise", "simulation", progress("trajectory", 400, 1.5), 600, time_limit=3600),
    Work("simulate-drift", "simulation", progress("day", 365, 1), 365, time_limit=3600),
    Work(
        "scan-flux", "simulation", progress("flux point $JOBYARD_ARRAY_INDEX, step", 6, 1), 6, priority=5, array="0-11"
    ),
    Work("cool-down", "qick", "echo 'pumping'; sleep 20; echo '10 mK'", 20, needs=("cryostat",)),
    Work(HELD, "default", "echo 'archiving'; sleep 20; echo 'archived'", 20, held=True),
)


def specs(without: frozenset[str] = frozenset()) -> list[JobSpec]:
    """The work as jobs; names are keys, so that dependencies stay within one batch."""
    return [spec(work) for work in WORK if work.name not in without]


def spec(work: Work) -> JobSpec:
    """One job."""
    return JobSpec(
        fields={"command": ["sh", "-c", work.script]},
        name=work.name,
        key=work.name,
        queue=work.queue,
        priority=work.priority,
        dependencies=tuple(Dependency(name, work.on) for name in work.after),
        estimate=work.seconds,
        time_limit=work.time_limit,
        held=work.held,
        array=work.array,
        needs=dict.fromkeys(work.needs, 1),
        cwd=os.path.abspath(os.sep),
    )
