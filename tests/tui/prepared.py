"""A small real yard with one of everything, made once and copied: equal yards, equal ids.

| state     | jobs, by name                                                                           |
|-----------|-----------------------------------------------------------------------------------------|
| running   | ``run`` (as far as the store knows; there is no process)                                |
| pending   | ``one``, ``two``, ``three``; ``child`` waits for ``one``, ``grand`` for ``child``       |
|           | ``held``; the array ``sweep`` of three; in the queue ``qick``: ``q1``, ``q2``           |
|           | ``locked`` wants the resource ``fridge``, which is locked                               |
| configs   | two of ``hardware_config``, the newer of which is main; its file holds something else   |
| ended     | ``done``; ``failed``, for which ``unlucky`` was skipped; ``stopped`` was cancelled      |
|           | ``base`` and ``next`` after it, both completed                                          |
"""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jobyard.core import locks
from jobyard.core.labmodels import DataFile
from jobyard.core.models import Dependency, JobSpec, Result
from jobyard.core.states import After, Cause, State
from jobyard.core.store import claims, outcomes, settle, workers
from jobyard.core.yard import Yard

WORKER = "prepared"  # the worker that seems to live: whoever looks finds its lock held


def make(home: Path) -> None:
    """Make the yard at *home*."""
    with Yard.open(home) as yard:
        configs(yard, home)
        yard.queue_create("qick", exclusive=True)
        yard.resource_set("fridge", capacity=1, new=True)
        lab = _Lab(yard)
        lab.ended("done", State.COMPLETED)
        lab.ended("base", State.COMPLETED)
        lab.ended("next", State.COMPLETED, "base")
        _submit(yard, "failed")
        _submit(yard, "unlucky", "failed")
        lab.claim()
        lab.end("failed", State.FAILED)
        _submit(yard, "stopped")
        yard.cancel(["stopped"])
        _submit(yard, "run")
        lab.claim()
        lab.start("run")
        _pending(yard)
    with Yard.open(home):
        pass  # its settings are read


def configs(yard: Yard, home: Path) -> None:
    """Two versions of the hardware config, the newer one is main; its file, and another one, hold something else.

    Of another type one that is not main.
    """
    (home / "jobyard.yml").write_text("configs:\n  hardware_config: {file: hardware.yml}\n")
    for name, value in (("hardware.yml", 4.85), ("other.yml", 4.9)):
        (home / name).write_text(f"f_ge: {value}\n")
    for value in (4.7, 4.8):
        yard.config_push("hardware_config", f"f_ge: {value}\n".encode(), filename="hardware.yml")
    yard.config_push("multiphoton_config", b"name,f\na,1\n", filename="mp.csv", main=False)


def data(yard: Yard, home: Path) -> None:
    """Two runs that left data of three directions, complex, with a line of it fitted."""
    import h5py
    import numpy as np

    lab = _Lab(yard)
    for name in ("rabi", "echo"):
        path = home / "data" / f"{name}.h5"
        path.parent.mkdir(exist_ok=True)
        with h5py.File(path, "w") as file:
            file.attrs["config"] = json.dumps({"expt": {"reps": len(name)}})
            file["avgi"] = np.arange(2 * 3 * 4).reshape(2, 3, 4) * (1 + 2j)
            file["xpts"] = np.arange(4.0)
        _submit(yard, name)
        lab.claim()
        lab.end(name, State.COMPLETED, DataFile(str(path), path.stat().st_size, time.time()))


def curves(yard: Yard, count: int) -> None:
    """*count* runs, each with an oscillation of 80 points of its own, and as many versions of a hardware config."""
    import h5py
    import numpy as np

    lab, over = _Lab(yard), np.arange(80)
    for number in range(count):
        lines = (f"value_{line}: {line + (line == 10) * number}\n" for line in range(40))
        yard.config_push("hardware_config", "".join(lines).encode(), filename="hardware.yml")
        path = yard.home / "data" / f"curve-{number}.h5"
        path.parent.mkdir(exist_ok=True)
        with h5py.File(path, "w") as file:
            file.attrs["config"] = json.dumps({"expt": {"reps": number}})
            file["xpts"], file["avgi"] = over, 100 * np.cos(over / (5 + number))
        _submit(yard, f"curve-{number}")
        lab.claim()
        lab.end(f"curve-{number}", State.COMPLETED, DataFile(str(path), path.stat().st_size, time.time()))


def _pending(yard: Yard) -> None:
    for name, *parents in (("one",), ("two",), ("three",), ("child", "one"), ("grand", "child")):
        _submit(yard, name, *parents)
    _submit(yard, "held")
    yard.hold(["held"])
    yard.submit(JobSpec({"command": ["true"]}, name="sweep", array="1-3", cwd="/"))
    for name in ("q1", "q2"):
        yard.submit(JobSpec({"command": ["true"]}, name=name, queue="qick", cwd="/"))
    yard.submit(JobSpec({"command": ["true"]}, name="locked", needs={"fridge": 1}, cwd="/"))
    yard.resource_lock("fridge", note="warming up")


def _submit(yard: Yard, name: str, *parents: str) -> None:
    after = tuple(Dependency(parent, After.OK) for parent in parents)
    yard.submit(JobSpec({"command": ["sleep", "60"]}, name=name, dependencies=after, cwd="/"))


class _Lab:
    """The worker's part, straight in the store."""

    def __init__(self, yard: Yard) -> None:
        self.yard, self.store = yard, yard._store
        self.worker = workers.admit(self.store, WORKER, "host", os.getpid(), "headless", None, None)
        self.tokens: dict[int, str] = {}

    def ended(self, name: str, state: State, *parents: str) -> None:
        _submit(self.yard, name, *parents)
        self.claim()
        self.end(name, state)

    def claim(self) -> None:
        with self.store.db.transaction() as connection:
            claimed = claims.claim(self.store, connection, self.worker, {}, None)
        self.tokens |= {job.row: job.token for job in claimed}

    def start(self, name: str) -> None:
        token = self.tokens[self.yard.job(name).row]
        with self.store.db.transaction() as connection:
            outcomes.started(self.store, connection, [(token, 4711, time.time())])

    def end(self, name: str, state: State, data: DataFile | None = None) -> None:
        token, now = self.tokens[self.yard.job(name).row], time.time()
        cause, code = (Cause.EXIT, 1) if state is State.FAILED else (None, 0)
        with self.store.db.transaction() as connection:
            outcomes.ended(self.store, connection, [Result(token, state, now, now, cause, "", code, data=data)])
        settle.settle_all(self.store)


@contextmanager
def worked(home: Path) -> Iterator[None]:
    """A worker seems to live there: nobody starts another one, nobody speaks to a keeper."""
    lock = locks.acquire(workers.lock_path(home / "run", WORKER))
    assert lock is not None
    try:
        yield
    finally:
        os.close(lock)


# -- what the store holds ----------------------------------------------------------------------------------

TIMES = {"at", "seen", "heartbeat", "not_before"}
FREE = {"token", "actor_id", "pid", "user", "host"}  # of whoever did it, or drawn by lot
LEFT = {"actor", "sqlite_stat1", "sqlite_stat4"}
Rows = list[tuple[object, ...]]


def dump(home: Path) -> dict[str, Rows]:
    """Every table's rows; of a time only whether there is one."""
    connection = sqlite3.connect(f"file:{home / 'jobyard.db'}?mode=ro", uri=True)
    try:
        sql = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
        tables = [name for (name,) in connection.execute(sql) if name not in LEFT]
        return {table: _rows(connection, table) for table in tables}
    finally:
        connection.close()


def _rows(connection: sqlite3.Connection, table: str) -> Rows:
    found = connection.execute(f"SELECT * FROM {table}")
    names = [column[0] for column in found.description]
    return sorted((tuple(map(_told, names, row)) for row in found), key=repr)


def _told(name: str, value: object) -> object:
    """A value as far as it can be equal."""
    if name in FREE or name in TIMES or name.endswith(("_at", "_until")):
        return value is not None
    if name in ("before", "after") and isinstance(value, str):
        return {key: _told(key, inner) for key, inner in json.loads(value).items()}
    return value


def differences(one: dict[str, Rows], other: dict[str, Rows]) -> str:
    """What differs, for a person; "" when nothing does."""
    lines = []
    for table in sorted(one.keys() | other.keys()):
        left, right = one.get(table, []), other.get(table, [])
        lines += [f"{table}: only the first: {row}" for row in left if row not in right]
        lines += [f"{table}: only the second: {row}" for row in right if row not in left]
        if not lines and len(left) != len(right):
            lines.append(f"{table}: {len(left)} rows, {len(right)} rows")
    return "\n".join(lines)
