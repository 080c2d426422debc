"""How long after jobyard.yml is saved a worker goes by it."""

from __future__ import annotations

import itertools
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from jobyard.core.store import declared
from jobyard.core.yard import Yard
from tests.bench import yards
from tests.bench.harness import Check, Figure

EDITS = 10  # a round
_number = itertools.count(1)


@contextmanager
def yard() -> Iterator[Yard]:
    """A yard with an idle worker that has watched for a while."""
    with yards.fresh() as home, yards.worker(home), Yard.open(home) as opened:
        deadline = time.monotonic() + 1.5  # the first second it looks at the file's times
        yards.until(lambda: time.monotonic() > deadline)
        yield opened


def latency(opened: Yard, save: Callable[[Path, str], None]) -> float:
    """Milliseconds from the save to the commit that applies it, median of a round's edits."""
    return 1000 * statistics.median(_one_edit(opened, save) for _ in range(EDITS))


def _one_edit(opened: Yard, save: Callable[[Path, str], None]) -> float:
    before = declared.digest(opened._store)
    text = f"kill_grace: {next(_number)}s\nqueues: {{gpu: {{slots: {1 + next(_number) % 50}}}}}\n"
    began = time.perf_counter()
    save(opened.home / "jobyard.yml", text)
    yards.until(lambda: declared.digest(opened._store) != before, pause=0.001)
    return time.perf_counter() - began


def _replace(path: Path, text: str) -> None:
    new = path.with_suffix(".new")
    new.write_text(text)
    new.rename(path)


def _write(path: Path, text: str) -> None:
    path.write_text(text)


FIGURES = [
    Figure(
        "settings",
        "from saving jobyard.yml until a worker has applied it",
        "ms",
        {
            "renamed over": lambda opened: latency(opened, _replace),
            "written in place": lambda opened: latency(opened, _write),
        },
        (
            Check("renamed over", lambda of: of["renamed over"], at_most=200),
            Check("written in place", lambda of: of["written in place"], at_most=200),
        ),
        prepare=yard,
    )
]
