"""A yard's store: the database, the doorbell, the clock, and who is acting."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import migrations
from .bell import Ringer
from .database import Database, many

ENVIRONMENTS = 64  # kept in memory
EVENT = "INSERT INTO event (at, verb, actor_id, job_id, queue_id, before, after) VALUES (?, ?, ?, ?, ?, ?, ?)"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: an account's name (a claim, not a proof), the host, and the face used."""

    user: str
    host: str
    face: str


class Store:
    """Everything that named outcomes and queries need. Threads may share it."""

    def __init__(
        self,
        home: Path,
        actor: Actor,
        *,
        clock: Callable[[], float] = time.time,
        synchronous: str = "FULL",
    ) -> None:
        self.home = home
        self.path = home / "jobyard.db"
        self.run = home / "run"
        self.actor = actor
        self.clock = clock
        self.ringer = Ringer(self.run)
        migrations.check_file(self.path)
        self.db = Database(self.path, synchronous=synchronous)
        migrations.upgrade(self.db)
        self.db.on_commit = self.ringer.ring
        self._actor_id: int | None = None
        self._environments: dict[int, Mapping[str, str]] = {}

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
        now, actor = self.clock(), self.actor_id()
        rows = [(now, verb, actor, job, queue, _json(before), _json(after)) for job, queue, before, after in changes]
        many(self.db.connection, EVENT, rows)


def _json(value: Mapping[str, Any] | None) -> str | None:
    return None if value is None else json.dumps(value, separators=(",", ":"), ensure_ascii=False)
