"""What configs cost: a claim with four of them, what is read before it, and a list of very many versions."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from jobyard.core import preparing
from jobyard.core.models import JobSpec
from jobyard.core.settings import configtypes
from jobyard.core.store import Actor, Store, claims, configs, outcomes, workers
from jobyard.core.store.wishes import Configs, Ready, Wanting
from jobyard.core.yard import Yard
from tests.bench import yards
from tests.bench.harness import Check, Figure

CLAIMS = 50  # a round
SIZE = 1 << 20  # bytes of a config
VERSIONS = 100_000
HW = "hardware_config"
_INSERT = (
    "INSERT INTO config_version (type, code, day, number, checksum, size, filename, path, created_at, actor_id) "
    "VALUES (?, 'HW', 20261122, ?, ?, 1, 'a.yml', ?, 1.0, 1)"
)


class Bench(NamedTuple):
    """A yard of jobs that want four configs, a worker's generation, and the yard as a face sees it."""

    store: Store
    worker: int
    yard: Yard


class Prepared(Configs):
    """Has everything ready, as `preparing` leaves it."""

    def __init__(self, ready: Ready) -> None:
        self._ready = ready

    def ready(self, wanting: list[Wanting], mains: Mapping[str, int]) -> Mapping[int, Ready]:  # type: ignore[override]
        return {one.row: self._ready for one in wanting}


@contextmanager
def pushed() -> Iterator[Bench]:
    """Four types with a version of 1 MiB each, and jobs that ask for all."""
    with yards.fresh() as home, Yard.open(home, face="bench") as yard:
        body = b"".join(b"key_%06d: 4.8\n" % number for number in range(SIZE // 16))
        for number, type in enumerate(configtypes.BUILT_IN):
            yard.config_push(type, b"n: %d\n" % number + body, filename="a.yml", main=False)
            yard.config_set_main(yard.config_versions(type)[0].id)
        wishes = dict.fromkeys(configtypes.BUILT_IN, "")
        yard.submit_many([JobSpec({"command": ["true"]}, cwd="/", configs=wishes) for _ in range(100)])
        store = Store(home, Actor("bench", "bench", "bench"))
        yield Bench(store, workers.admit(store, "bench", "bench", os.getpid(), "bench", None, None), yard)


def _wanting(bench: Bench) -> Wanting:
    return Wanting(1, str(bench.store.db.value("SELECT configs FROM job WHERE id = 1")), ())


def prepare(bench: Bench) -> float:
    """Milliseconds of reading and hashing the four, median."""
    return 1000 * statistics.median(
        _timed(lambda: preparing.prepared(bench.store, _wanting(bench), {})) for _ in range(20)
    )


def claim(bench: Bench) -> float:
    """Milliseconds of the transaction of a claim of one job, median; each is given back."""
    ready = Prepared(preparing.prepared(bench.store, _wanting(bench), {}))
    return 1000 * statistics.median(_one_claim(bench, ready) for _ in range(CLAIMS))


def _one_claim(bench: Bench, ready: Configs) -> float:
    store, began = bench.store, time.perf_counter()
    with store.db.transaction(quiet=True) as connection:
        claims.check_generation(connection, bench.worker)
        (claimed,) = claims.claim(store, connection, bench.worker, {}, 1, configs=ready)
    took = time.perf_counter() - began
    with store.db.transaction(quiet=True) as connection:
        outcomes.returned(store, connection, [claimed.token])
    return took


@contextmanager
def many() -> Iterator[Yard]:
    """A yard with a hundred thousand versions of a type."""
    with yards.fresh() as home, Yard.open(home, face="bench") as yard:
        with yard._store.db.transaction(quiet=True) as connection:
            rows = ((HW, n, f"{n:064x}", f"configs/versions/{HW}/{n}") for n in range(1, VERSIONS + 1))
            connection.executemany(_INSERT, rows)
            configs.set_main(yard._store, HW, VERSIONS // 2)
        yield yard


def _timed(call: Any) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def listed(yard: Yard) -> float:
    """Milliseconds of the newest hundred, and of the next."""

    def pages() -> None:
        first = yard.config_versions(HW)
        yard.config_versions(HW, before=first[-1].row)

    return 1000 * statistics.median(_timed(pages) for _ in range(10))


def kinds(yard: Yard) -> float:
    """Milliseconds of the types with their main versions and counts."""
    return 1000 * statistics.median(_timed(yard.config_kinds) for _ in range(10))


FIGURES = [
    Figure(
        "claim with configs",
        "a claim of a job with four configs of 1 MiB",
        "ms",
        {"read and hashed before": prepare, "in the transaction": claim},
        (Check("in the transaction", lambda of: of["in the transaction"], at_most=20.0),),
        prepare=pushed,
    ),
    Figure(
        "config versions",
        "100,000 versions of a type listed",
        "ms",
        {"two pages of 100": listed, "all types": kinds},
        (
            Check("two pages of 100", lambda of: of["two pages of 100"], at_most=50.0),
            Check("all types", lambda of: of["all types"], at_most=50.0),
        ),
        prepare=many,
    ),
]
