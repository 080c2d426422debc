"""The rules as a small model that reads a yard's audit from its first event on and says what is not lawful.

It knows nothing of how the store works: only which events there were, in which order, and when attempts were
claimed and ended. Each job must have gone from state to state as `states` allows, must not have been claimed
while something forbade it (held, its queue paused or ended, its resource locked), no resource may ever have
been given twice, no unique key borne twice, and what the store says in the end must be what the audit tells.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from jobyard.core.states import ENDED, State
from jobyard.core.store import Store, ids

PENDING, RUNNING = State.PENDING, State.RUNNING

# verb: the states in which a job may be for it, and the one that it is in afterwards ("" = as the event says)
LAW: dict[str, tuple[frozenset[State], State | str | None]] = {
    "start": (frozenset({PENDING}), RUNNING),
    "return": (frozenset({PENDING}), PENDING),
    "retry": (frozenset({PENDING, RUNNING}), PENDING),
    "due": (frozenset({PENDING}), PENDING),
    "end": (frozenset({PENDING, RUNNING}), ""),
    "cancel": (frozenset({PENDING}), State.CANCELLED),
    "stop": (frozenset({PENDING, RUNNING}), None),
    "skip": (frozenset({PENDING}), State.SKIPPED),
    "revive": (frozenset({State.SKIPPED}), PENDING),
    "requeue": (ENDED, PENDING),
    "hold": (frozenset({PENDING}), PENDING),
    "release": (frozenset({PENDING}), PENDING),
    "priority": (frozenset({PENDING}), PENDING),
    "move": (frozenset({PENDING}), PENDING),
    "after add": (frozenset({PENDING, State.SKIPPED}), None),
    "after cut": (frozenset({PENDING, State.SKIPPED}), None),
}


@dataclass
class Seen:
    """A job as its events tell."""

    state: State = PENDING


class Spans:
    """When something was so: paused, locked, ended."""

    def __init__(self) -> None:
        self._open: dict[Any, float] = {}
        self.closed: list[tuple[Any, float, float]] = []

    def begin(self, what: Any, at: float) -> None:
        self._open.setdefault(what, at)

    def end(self, what: Any, at: float) -> None:
        if what in self._open:
            self.closed.append((what, self._open.pop(what), at))

    def of(self, what: Any) -> Iterator[tuple[float, float]]:
        """Every span of it; one that lasts has no end."""
        yield from ((begin, end) for one, begin, end in self.closed if one == what)
        if what in self._open:
            yield self._open[what], float("inf")


class Replay:
    """One reading of the audit."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.jobs: dict[int, Seen] = {}
        self.unlawful: list[str] = []
        self.held, self.paused, self.locked = Spans(), Spans(), Spans()
        sql = "SELECT id, unique_key FROM job WHERE unique_key IS NOT NULL"
        self.keys: dict[int, str] = dict(store.db.rows(sql))
        self.bearers: dict[str, int] = {}  # key → the job that has not ended and bears it

    def read(self) -> list[str]:
        """What is unlawful, in words."""
        sql = "SELECT at, verb, job_id, queue_id, before, after FROM event ORDER BY id"
        for at, verb, job, queue, before, after in self.store.db.rows(sql):
            self._event(at, verb, job, queue, _loads(before), _loads(after))
        for check in (self._claims, self._capacities, self._ends):
            self.unlawful += check()
        return self.unlawful

    def _event(self, at: float, verb: str, job: int | None, queue: int | None, before: Any, after: Any) -> None:
        if job is None:
            self._around(at, verb, queue, after or {})
        elif verb == "submit":
            self.jobs[job] = Seen()
            self._bear(job, alive=True)
        elif job in self.jobs:
            self._job(at, verb, job, after or {})
        else:
            self.unlawful.append(f"row {job}: {verb} before its submit")

    def _around(self, at: float, verb: str, queue: int | None, after: dict[str, Any]) -> None:
        if "paused" in after:
            (self.paused.begin if after["paused"] else self.paused.end)(queue, at)
        if "locked_by" in after:
            name = after.get("resource") or after.get("name")
            (self.locked.begin if after["locked_by"] else self.locked.end)(name, at)

    def _job(self, at: float, verb: str, row: int, after: dict[str, Any]) -> None:
        seen = self.jobs[row]
        sources, target = LAW.get(verb, (frozenset(State), None))
        if seen.state not in sources:
            self.unlawful.append(f"row {row}: {verb} while it was {seen.state}")
        if verb != "stop":  # a wish; what becomes of it is another event
            seen.state = State(after.get("state", target or seen.state))
        self._bear(row, alive=seen.state not in ENDED)
        if "held" in after:
            (self.held.begin if after["held"] else self.held.end)(row, at)
        if verb in ("start", "end", "cancel"):  # a process or an end makes a hold moot
            self.held.end(row, at)

    def _bear(self, row: int, *, alive: bool) -> None:
        """No two jobs that have not ended bear one unique key at a time."""
        key = self.keys.get(row)
        if key is None:
            return
        bearer = self.bearers.setdefault(key, row) if alive else self.bearers.get(key)
        if alive and bearer != row:
            self.unlawful.append(f"the key {key} is borne by rows {bearer} and {row}")
        if not alive and bearer == row:
            del self.bearers[key]

    # -- what must hold -------------------------------------------------------------------------

    def _claims(self) -> Iterator[str]:
        """No attempt was claimed while its job was held, its queue paused, or a resource of its locked."""
        sql = (
            "SELECT a.job_id, a.claimed_at, j.queue_id, d.wants FROM attempt a JOIN job j ON j.id = a.job_id "
            "LEFT JOIN demand d ON d.id = j.demand_id"
        )
        for row, claimed, queue, wants in self.store.db.rows(sql):
            spans = [("held", span) for span in self.held.of(row)] + [
                ("paused", span) for span in self.paused.of(queue)
            ]
            for name in _loads(wants) or {}:
                spans += [(f"{name} locked", span) for span in self.locked.of(name)]
            for what, (begin, end) in spans:
                if begin < claimed < end:
                    yield f"row {row} was claimed at {claimed} although {what} from {begin} to {end}"

    def _capacities(self) -> Iterator[str]:
        """Nothing was ever given out twice: slots and resources over all attempts' times."""
        sql = (
            "SELECT a.claimed_at, a.started_at, coalesce(a.ended_at, 1e12), j.queue_id, d.wants FROM attempt a "
            "JOIN job j ON j.id = a.job_id LEFT JOIN demand d ON d.id = j.demand_id"
        )
        uses: dict[Any, list[tuple[float, int]]] = {}
        for claimed, _, ended, _, wants in self.store.db.rows(sql):
            for name, units in (_loads(wants) or {}).items():
                uses.setdefault(name, []).extend([(claimed, units), (ended, -units)])
        capacity = dict(self.store.db.rows("SELECT name, capacity FROM resource"))
        for name, steps in uses.items():
            most = _most(steps)
            if most > capacity.get(name, 0):
                yield f"{name} was given {most} times, it has {capacity.get(name, 0)}"

    def _ends(self) -> Iterator[str]:
        """The audit's last word on each job is what the store says."""
        for row, day, number, state, started in self.store.db.rows(
            "SELECT id, day, number, state, started_at FROM job"
        ):
            shown = PENDING if state == "running" and started is None else State(state)
            told = self.jobs[row].state if row in self.jobs else None
            if told is not shown:
                yield f"{ids.text(day, number)} is {shown}, its audit says {told}"


def _most(steps: Iterable[tuple[float, int]]) -> int:
    """The highest sum over time; what ends at an instant makes room for what begins then."""
    now = most = 0
    for _, units in sorted(steps):
        now += units
        most = max(most, now)
    return most


def _loads(text: str | None) -> Any:
    return None if text is None else json.loads(text)


def unlawful(store: Store) -> list[str]:
    """What the audit of a yard tells that the rules forbid."""
    return Replay(store).read()
