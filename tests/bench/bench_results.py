"""What `data find` takes over a hundred thousand runs: a value of their own config, one of a config they ran with."""

from __future__ import annotations

import atexit
import hashlib
import json
import random
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import cache, partial
from pathlib import Path

from jobyard.core.models import JobSpec
from jobyard.core.yard import Yard
from tests.bench import yards
from tests.bench.harness import Check, Figure, Medians

RUNS = 100_000
VERSIONS = 200  # of hardware_config, each of some runs that follow each other
SCREEN = 500  # runs that the Results screen asks for at first
MILLI = 1000

# One of 500 values; one run of all; none at all; of a config; all together.
COMMON, RARE, NOWHERE = "expt.step=7", f"expt.serial={RUNS // 3}", "expt.serial=-1"
OF_CONFIG, BARE = "hardware_config.device.qubit.f_ge=4007", "step>498"


def config_of(number: int) -> dict[str, object]:
    """An experiment's own config, as long as real ones are."""
    some = random.Random(number)
    return {
        "start": 0, "step": number % 500, "expts": 101, "reps": 500, "rounds": 1, "serial": number,
        "qubits": [0, 1], "pulse": {"type": "gauss", "sigma": some.random(), "gain": some.randrange(32_000)},
        "sweep": {"gain": [some.random() for _ in range(4)]}, "relax_delay": 500, "checks": {"on": True, "with": None},
    }  # fmt: skip


@cache
def lab() -> Path:
    """The home of a yard with that many runs, made once a run of the bench and gone with it."""
    stack = ExitStack()
    atexit.register(stack.close)
    home = stack.enter_context(yards.fresh())
    yards.fill(home, RUNS, lambda number: JobSpec({"command": ["true"]}, name=f"rabi-{number}", cwd="/"))
    with closing(sqlite3.connect(home / "jobyard.db")) as connection:
        let_run(connection, home)
        connection.commit()
    return home


def let_run(connection: sqlite3.Connection, home: Path) -> None:
    """Let all jobs have been experiments that left their data."""
    rows = [row for (row,) in connection.execute("SELECT id FROM job ORDER BY id")]
    fields = (
        (json.dumps({"module": "experiments.rabi", "class": "Rabi", "config": config_of(number)}), row)
        for number, row in enumerate(rows)
    )
    connection.executemany(
        "UPDATE job SET kind = 'experiment', fields = ?, state = 'completed', exit_code = 0, started_at = created_at, "
        "ended_at = created_at + 1 WHERE id = ?",
        fields,
    )
    connection.execute(
        "INSERT INTO worker (id, name, host, pid, face, mode, started_at, heartbeat, boot_id) "
        "VALUES (99, 'lab', 'host', 1, 'headless', 'left', 1, 1, '')"
    )
    connection.executemany(
        "INSERT INTO attempt (id, job_id, number, token, folder, worker_id, state, claimed_at, started_at, ended_at, "
        "exit_code) VALUES (?, ?, 1, ?, 'x', 99, 'completed', 1, 1, 2, 0)",
        ((row, row, f"bench{row}") for row in rows),
    )
    connection.executemany(
        "INSERT INTO result (attempt_id, path, size, made_at) VALUES (?, ?, 10000, ?)",
        ((row, str(home / "data" / f"JOB-{row}.h5"), 1e9 + row) for row in rows),
    )
    add_configs(connection, home, rows)


def add_configs(connection: sqlite3.Connection, home: Path, rows: list[int]) -> None:
    """Let them have run with versions of a config, one after the other."""
    connection.execute("INSERT OR IGNORE INTO actor (id, user, host, face) VALUES (1, 'ada', 'host', 'cli')")
    for number in range(VERSIONS):
        data = json.dumps({"device": {"qubit": {"f_ge": 4000 + number, "T1": [1.5] * 200}}}).encode()
        path = Path("configs") / "versions" / "hardware_config" / f"{number}.json"
        (home / path).parent.mkdir(parents=True, exist_ok=True)
        (home / path).write_bytes(data)
        connection.execute(
            "INSERT INTO config_version (id, type, code, day, number, checksum, size, filename, path, created_at, "
            "actor_id) VALUES (?, 'hardware_config', 'HW', 20261122, ?, ?, ?, 'hw.json', ?, 1, 1)",
            (number + 1, number + 1, hashlib.sha256(data).hexdigest(), len(data), str(path)),
        )
    each = -(-len(rows) // VERSIONS)
    links = ((row, at // each + 1) for at, row in enumerate(rows))
    connection.executemany("INSERT INTO attempt_config (attempt_id, version_id) VALUES (?, ?)", links)


@contextmanager
def opened() -> Iterator[Yard]:
    """That yard, looked into once."""
    with Yard.open(lab()) as yard:
        yard.data_runs(tests=[NOWHERE])
        yield yard


def find(wish: str, count: int, yard: Yard) -> float:
    """Milliseconds until the runs that are meant are there, of which *count* must be found."""
    found: list[object] = []
    took = yards.timed(lambda: found.extend(yard.data_runs(tests=[wish])))
    assert len(found) == count, (wish, len(found))
    return MILLI * took


def filtered(text: str, count: int, yard: Yard) -> float:
    """Milliseconds until the Results screen has the runs that its filter lets through."""
    found: list[object] = []
    took = yards.timed(lambda: found.extend(yard.runs_of(yard.run_filter(text), SCREEN)))
    assert len(found) == count, (text, len(found))
    return MILLI * took


def slowest(medians: Medians) -> float:
    """The worst of all wishes."""
    return max(medians.values())


FIGURES = (
    Figure(
        "data-find",
        "runs among 100,000 by a value in their config, at most 100 of them",
        "ms",
        {
            "many have it": partial(find, COMMON, 100),
            "one has it": partial(find, RARE, 1),
            "none has it": partial(find, NOWHERE, 0),
            "of a config they ran with": partial(find, OF_CONFIG, 100),
            "wherever it stands": partial(find, BARE, 100),
        },
        (Check("the slowest", slowest, at_most=200),),
        opened,
    ),
    Figure(
        "run-filter",
        "runs among 100,000 for the Results screen, by its filter, at most 500 of them",
        "ms",
        {
            "all": partial(filtered, "", SCREEN),
            "a class and a name": partial(filtered, "class:Rabi name~99", SCREEN),
            "a name that none has": partial(filtered, "name~nowhere", 0),
            "a value that none has": partial(filtered, f"class:Rabi {NOWHERE}", 0),
            "a config and a class": partial(filtered, f"class:Rabi {OF_CONFIG}", SCREEN),
        },
        (Check("the slowest", slowest, at_most=300),),
        opened,
    ),
)
