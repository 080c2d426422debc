"""A yard's store: the database, the doorbell, the clock, and who is acting."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from ..errors import JobyardError
from . import migrations
from .bell import Ringer
from .database import Database, many

ENVIRONMENTS = 64  # kept in memory
EVENT = (
    "INSERT INTO event (at, verb, actor_id, job_id, queue_id, before, after, change_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)


class Actor(NamedTuple):
    """Who acts: an account's name (a claim, not a proof), the host, and the face used."""

    user: str
    host: str
    face: str


class Retrying(NamedTuple):
    """How failed jobs are tried again: how often, after how many seconds, growing by what, up to how many seconds."""

    retries: int = 0
    retry_delay: float = 60.0
    retry_factor: float = 2.0
    retry_most: float = 3600.0


class ChangeSet(NamedTuple):
    """What one command does, over however many transactions: their events share it, and undo takes them back together.

    It has a row as soon as a transaction of it has recorded something; ``of`` is the change that it undoes or redoes.
    """

    verb: str
    token: str
    of: int | None = None


class Store:
    """Everything that named outcomes and queries need. Threads may share it."""

    def __init__(
        self,
        home: Path,
        actor: Actor,
        *,
        clock: Callable[[], float] = time.time,
        synchronous: str = "FULL",
        refusal: JobyardError | None = None,
    ) -> None:
        self.home = home
        self.path = home / "jobyard.db"
        self.run = home / "run"
        self.actor = actor
        self.clock = clock
        self.ringer = Ringer(self.run)
        if refusal is None:
            migrations.check_file(self.path)
        self.db = Database(self.path, synchronous=synchronous, refusal=refusal)
        try:
            (migrations.upgrade if refusal is None else migrations.check_only)(self.db)
        except BaseException:
            self.db.close()  # whoever repairs must find that nobody has it open
            raise
        self.db.on_commit = self.ringer.ring
        self._actor_id: int | None = None
        self._environments: dict[int, Mapping[str, str]] = {}
        self.demands: dict[int, Mapping[str, int]] = {}  # what jobs want, by row of `demand`; see resources.wants
        self.disk_floor = 0  # bytes of room below which no worker starts anything; for the reasons of jobs that wait
        self.hung_after = 15.0  # seconds of silence after which a worker is shown as hung
        self.retrying = Retrying()  # of jobs that say nothing of it
        self.limit_factor: Callable[[str], float | None] = lambda kind: None  # see limits.effective
        self._current = threading.local()

    def close(self) -> None:
        """Close this thread's connection."""
        self.db.close()

    def environment(self, row: int) -> Mapping[str, str]:
        """A stored environment; the last few are kept, since jobs of one submit share theirs."""
        found = self._environments.get(row)
        if found is None:
            if len(self._environments) >= ENVIRONMENTS:
                self._environments.clear()
            found = json.loads(self.db.value("SELECT data FROM environment WHERE id = ?", (row,)))
            self._environments[row] = found
        return found

    def actor_id(self) -> int:
        """This actor's row; call inside a transaction."""
        if self._actor_id is not None:
            return self._actor_id
        found, made = self._intern_actor()
        if not made:  # a row made just now may still be rolled back
            self._actor_id = found
        return found

    def _intern_actor(self) -> tuple[int, bool]:
        key = (self.actor.user, self.actor.host, self.actor.face)
        find = "SELECT id FROM actor WHERE user = ? AND host = ? AND face = ?"
        found = self.db.value(find, key)
        if found is not None:
            return int(found), False
        self.db.rows("INSERT INTO actor (user, host, face) VALUES (?, ?, ?)", key)
        return int(self.db.value(find, key)), True

    @contextmanager
    def changing(self, verb: str, of: int | None = None, token: str = "") -> Iterator[ChangeSet]:
        """All events of this thread belong to one change set; an outer one goes on instead of a new one.

        With the *token* of one that a crash has left half done, it goes on with that.
        """
        outer: ChangeSet | None = getattr(self._current, "change", None)
        if outer is not None:
            yield outer
            return
        change = self._current.change = ChangeSet(verb, token or os.urandom(8).hex(), of)
        try:
            yield change
        finally:
            self._current.change = None

    def change_id(self) -> int | None:
        """The row of the present change set, made at need; None outside of one. Call inside a transaction."""
        change: ChangeSet | None = getattr(self._current, "change", None)
        if change is None:
            return None
        found = self.db.value("SELECT id FROM change WHERE token = ?", (change.token,))
        if found is None:  # also after a transaction that was rolled back, hence never remembered
            sql = "INSERT INTO change (token, at, verb, actor_id, of) VALUES (?, ?, ?, ?, ?)"
            values = (change.token, self.clock(), change.verb, self.actor_id(), change.of)
            found = self.db.connection.execute(sql, values).lastrowid
        return int(found)

    def record(
        self,
        verb: str,
        *,
        job: int | None = None,
        queue: int | None = None,
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
    ) -> None:
        """Append one event to the audit, inside the transaction of the change that it tells of."""
        self.record_many(verb, [(job, queue, before, after)])

    def record_many(
        self,
        verb: str,
        changes: Iterable[tuple[int | None, int | None, Mapping[str, Any] | None, Mapping[str, Any] | None]],
    ) -> None:
        """Append an event for each (job row, queue id, before, after)."""
        now, actor, change = self.clock(), self.actor_id(), self.change_id()
        rows = [
            (now, verb, actor, job, queue, _json(before), _json(after), change) for job, queue, before, after in changes
        ]
        many(self.db.connection, EVENT, rows)


def _json(value: Mapping[str, Any] | None) -> str | None:
    return None if value is None else json.dumps(value, separators=(",", ":"), ensure_ascii=False)
