"""Sixty running jobs: what it costs to read how far they are and what they use, and what the keeper's looks cost."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from jobyard.core.models import JobSpec
from jobyard.core.states import State
from jobyard.core.yard import Yard
from tests.bench import yards
from tests.bench.harness import Check, Figure

JOBS = 60
LOG = 1 << 20  # bytes that each has written before its bar
LOOKED = 10.0  # seconds
_PRINTS = (
    f"head -c {LOG} /dev/zero | tr '\\0' x; printf '\\n 45%%|###   | 45/100 [00:12<00:15, 3.6it/s]\\r'; exec sleep 1000"
)


class Work(NamedTuple):
    """A yard whose jobs all run, and its keeper."""

    yard: Yard
    rows: list[int]
    keeper: int


@contextmanager
def running() -> Iterator[Work]:
    """Sixty jobs that have printed a bar and sleep."""
    with yards.fresh() as home, Yard.open(home) as yard:
        yard.queue_set("default", slots=JOBS)
        ids = yard.submit_many(JobSpec({"command": ["sh", "-c", _PRINTS]}, cwd="/") for _ in range(JOBS))
        with yards.worker(home):
            rows = yard.resolve(ids)
            yards.until(lambda: len(yard.usage_now(rows)) == len(yard.progress(rows)) == JOBS)
            yield Work(yard, rows, keeper_of(home))
            yard.cancel(rows)
            yards.until(lambda: not yard.counts()[State.RUNNING])


def keeper_of(home: Path) -> int:
    """The pid of the yard's keeper."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"jobyard.core.runners.keeper" in words and os.fsencode(home) in words:
            return int(folder.name)
    raise RuntimeError(f"no keeper of {home}")


def afresh(work: Work) -> float:
    """Milliseconds of a first look, which reads every log's end."""
    with Yard.open(work.yard.home) as yard:
        yard.counts()
        return 1000 * yards.timed(lambda: yard.progress(work.rows))


def keeping(work: Work) -> float:
    """Percent of a core that the keeper uses while nothing happens."""
    before, began = cpu(work.keeper), time.monotonic()
    time.sleep(LOOKED)
    return 100 * (cpu(work.keeper) - before) / (time.monotonic() - began)


def cpu(pid: int) -> float:
    """CPU seconds of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


FIGURES = [
    Figure(
        "progress",
        f"how far {JOBS} running jobs are and what they use, by the ends of their logs and the last samples",
        "ms",
        {
            "progress, first look": afresh,
            "progress, nothing written since": lambda work: 1000 * yards.timed(lambda: work.yard.progress(work.rows)),
            "use": lambda work: 1000 * yards.timed(lambda: work.yard.usage_now(work.rows)),
        },
        (
            Check("first look", lambda of: of["progress, first look"], at_most=50.0),
            Check("nothing written since", lambda of: of["progress, nothing written since"], at_most=10.0),
            Check("use", lambda of: of["use"], at_most=10.0),
        ),
        prepare=running,
    ),
    Figure(
        "keeper-looks",
        f"the keeper beside {JOBS} jobs that sleep: looks at trees and logs, samples of what they use",
        "% of a core",
        {"jobyard": keeping},
        (Check("of a core", lambda of: of["jobyard"], at_most=8.0),),
        prepare=running,
        rounds=3,
    ),
]
