"""pending → running: one IMMEDIATE transaction that looks (:mod:`.world`), lets the scheduler decide, and claims.

What a claimed job got of the resources that it wants is kept with its attempt (``grants``), so that whoever
comes next, after whatever crash, hands out only what is left.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ..errors import JobyardError, Retired
from ..labmodels import ConfigLink
from ..scheduler import World, decide, taken_back
from . import configs as versions
from . import ids, limits, resources
from .database import many, marks
from .schema import ELIGIBLE
from .store import Store
from .wishes import Configs, Ready, of_claim
from .world import MOST, look

__all__ = ["MOST", "NO_CONFIGS", "Claimed", "Configs", "check_generation", "claim", "look", "wanted"]


@dataclass(frozen=True, slots=True)
class Claimed:
    """A claimed job with all that its start needs. ``folder`` is relative to the yard.

    ``grants`` is what it got of the resources that it wants: units of each, of ``gpus`` the indices.
    """

    row: int
    id: str
    queue_id: int
    slots: int
    token: str
    folder: str
    number: int
    kind: str
    fields: Mapping[str, Any]
    cwd: str
    umask: int
    env: Mapping[str, str]
    stdin: str
    time_limit: float | None
    demand_id: int = 0
    env_id: int = 0
    grants: Mapping[str, Any] = field(default_factory=dict)
    array_index: int | None = None
    queue: str = ""  # SESSION/QUEUE
    station: str = ""  # MODULE:CLASS of its queue
    warm: bool = False  # whether its queue keeps the station
    user: str = ""  # who submitted it
    configs: tuple[ConfigLink, ...] = ()  # what it runs with
    trouble: JobyardError | None = None  # why it cannot run with what it asks for


NO_CONFIGS = Configs()
Freeze = Callable[[sqlite3.Connection, Sequence[Claimed]], Sequence[str | None]]  # what is known of their origin


def check_generation(connection: sqlite3.Connection, worker: int) -> str:
    """The worker's mode; raises Retired if it may commit nothing more. Inside its transaction."""
    found = connection.execute("SELECT mode FROM worker WHERE id = ?", (worker,)).fetchone()
    mode = found[0] if found else "gone"
    if mode not in ("working", "draining", "stopping"):
        raise Retired(None, f"generation {worker} is {mode}")
    return str(mode)


def claim(
    store: Store,
    connection: sqlite3.Connection,
    worker: int,
    recent: Mapping[int, float],
    room: int | None,
    freeze: Freeze = lambda connection, claimed: [None] * len(claimed),
    configs: Configs = NO_CONFIGS,
) -> list[Claimed]:
    """Claim what the scheduler picks, in the caller's transaction, for a worker whose generation was checked.

    A job whose configs are not ready is left for the next look. What it regrets to have handed ahead is recalled: the
    keeper is asked for it once this is committed.
    """
    world = look(store, recent, room)
    _recall(connection, taken_back(world))
    found = _found(connection, decide(world)[:MOST])
    ready, later = of_claim(connection, configs, ((row[0], row[_KIND], row[_CONFIGS]) for row in found))
    found = [row for row in found if row[0] not in later] if later else found
    rows = [row[0] for row in found]
    if not rows:
        return []
    connection.execute(
        f"UPDATE job SET state = 'running', claims = claims + 1, stop = NULL WHERE id IN ({marks(len(rows))}) "
        f"AND {ELIGIBLE}",
        rows,
    )
    claimed = _granted(store, connection, [_with(_of_row(store, row), ready.get(row[0])) for row in found])
    now = store.clock()
    many(
        connection,
        "INSERT INTO attempt (job_id, number, token, folder, worker_id, claimed_at, grants, time_limit, "
        "provenance) VALUES (?,?,?,?,?,?,?,?,?)",
        [
            (job.row, job.number, job.token, job.folder, worker, now, _json(job.grants), job.time_limit, came)
            for job, came in zip(claimed, freeze(connection, claimed), strict=True)
        ],
    )
    if ready:
        versions.link(connection, {job.token: ready[job.row].versions for job in claimed if job.row in ready})
    return claimed


def wanted(world: World) -> bool:
    """Whether a claim would change anything."""
    return bool(decide(world) or taken_back(world))


def _recall(connection: sqlite3.Connection, rows: Sequence[int]) -> None:
    if rows:
        connection.execute(
            f"UPDATE job SET stop = 'recall' WHERE id IN ({marks(len(rows))}) AND state = 'running' "
            "AND started_at IS NULL AND stop IS NULL",
            rows,
        )


def folder(day: int, number: int, claim: int) -> str:
    """Where a claim of a job has its files, relative to the yard; the next claim gets another one."""
    return f"jobs/{day}/{ids.text(day, number)}.{claim}"


def _json(grants: Mapping[str, Any]) -> str | None:
    return json.dumps(grants, separators=(",", ":")) if grants else None


def _granted(store: Store, connection: sqlite3.Connection, claimed: list[Claimed]) -> list[Claimed]:
    """What each gets of what it wants; of GPUs the lowest indices that no running job has."""
    if not any(job.demand_id for job in claimed):
        return claimed
    wants = {job.row: dict(resources.wants(store, job.demand_id)) for job in claimed}
    free = _free_gpus(connection) if any("gpus" in one for one in wants.values()) else []
    found = []
    for job in claimed:
        grants: dict[str, Any] = wants[job.row]
        if "gpus" in grants:
            grants["gpus"], free = free[: grants["gpus"]], free[grants["gpus"] :]
        found.append(replace(job, grants=grants) if grants else job)
    return found


def _free_gpus(connection: sqlite3.Connection) -> list[int]:
    """Indices that no running attempt holds."""
    sql = "SELECT grants FROM attempt INDEXED BY attempt_running WHERE state = 'running' AND grants IS NOT NULL"
    held = {index for (grants,) in connection.execute(sql) for index in json.loads(grants).get("gpus", ())}
    capacity = connection.execute("SELECT capacity FROM resource WHERE name = 'gpus'").fetchone()
    return [index for index in range(capacity[0] if capacity else 0) if index not in held]


_READ = (
    "SELECT j.id, j.day, j.number, j.queue_id, q.slots, j.claims + 1, j.tried, j.kind, j.fields, j.cwd, j.umask, "
    "j.env_id, j.stdin, j.demand_id, j.array_index, j.time_limit, j.estimate, j.configs, q.limit_factor, q.time_limit, "
    "s.name, q.name, q.station, q.warm, j.user "
    "FROM job j JOIN queue q ON q.id = j.queue_id JOIN session s ON s.id = q.session_id WHERE j.id IN ({})"
)


def _found(connection: sqlite3.Connection, rows: Sequence[int]) -> list[tuple[Any, ...]]:
    """What is stored of these jobs, in their order."""
    if not rows:
        return []
    found = {row[0]: row for row in connection.execute(_READ.format(marks(len(rows))), rows)}
    return [found[row] for row in rows]


def _with(job: Claimed, ready: Ready | None) -> Claimed:
    return job if ready is None else replace(job, configs=ready.links, trouble=ready.trouble)


_KIND, _ENV, _CONFIGS = 7, 11, 17  # columns of _READ


def _of_row(store: Store, row: tuple[Any, ...]) -> Claimed:
    return _claimed(row, store.environment(row[_ENV]), store.limit_factor)


def _claimed(row: tuple[Any, ...], env: Mapping[str, str], factor_of: Callable[[str], float | None]) -> Claimed:
    job, day, number, queue, slots, claims, tried, kind, fields, cwd, umask, env_id, stdin, demand, index, *more = row
    own, estimate, _, factor, queues, session, name, station, warm, user = more
    return Claimed(
        row=job,
        id=ids.text(day, number),
        queue_id=queue,
        slots=slots,
        token=os.urandom(8).hex(),
        folder=folder(day, number, claims),
        number=tried + 1,
        kind=kind,
        fields=json.loads(fields),
        cwd=cwd,
        umask=umask,
        env=env,
        stdin=stdin,
        time_limit=limits.effective(own, estimate, factor or factor_of(kind), queues).seconds,
        demand_id=demand,
        env_id=env_id,
        array_index=index,
        queue=f"{session}/{name}",
        station=station,
        warm=bool(warm),
        user=user,
    )
