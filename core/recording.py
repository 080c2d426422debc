"""Provenance, recorded: the words and surroundings of an attempt with its claim, what files tell a moment later.

A thread looks at the files (git may take its time, a file system may hang); no start waits for it. What it found
within the last second serves the next claims at once, so that jobs of a second cost one look.
"""

from __future__ import annotations

import os
import queue
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from . import __version__, kinds
from .chores import Chore
from .kinds import Context
from .provenance.facts import FactFinder, Facts, Question, question
from .store import Store, blobs, provenance
from .store.claims import Claimed

KEPT = 1800.0  # seconds for which a blob's row is remembered; far less than `blobs.UNUSED`
STAY = 3.0  # seconds that a worker without jobs waits for the last facts
MOST_CACHED = 256

Said = dict[str, Any]


class Recorder(Chore):
    """Freezes provenance in the claim's transaction, and adds what files tell in a turn of its own."""

    name = "provenance"

    def __init__(
        self, store: Store, clock: Callable[[], float] = time.monotonic, git: Callable[[], bool] = lambda: True
    ) -> None:
        super().__init__()
        self._store, self._clock = store, clock
        self._closed = False
        self._finder = FactFinder(store.clock, clock, lambda: self._closed, git)
        self._rows: dict[object, tuple[float, object, Said]] = {}  # what is a blob already: until, what, rows
        self._waiting: dict[Question, list[tuple[str, Said]]] = {}
        self._asked_at = 0.0
        self._questions: queue.SimpleQueue[Question | None] = queue.SimpleQueue()
        self._answers: deque[tuple[Question, Facts]] = deque()
        self._thread: threading.Thread | None = None
        self._host = {
            "host": store.actor.host, "kernel": _kernel(), "user": store.actor.user, "jobyard": __version__,
        }  # fmt: skip

    # -- with the claim -------------------------------------------------------------------------------

    def freeze(self, connection: sqlite3.Connection, claimed: Sequence[Claimed]) -> list[str]:
        """What to record of these attempts, inside the transaction of their claim.

        No file is read but to see whether git's are as they were within the last second.
        """
        known: dict[Question, Facts | None] = {}
        new: dict[object, Said] = {}  # blobs of this transaction, which may yet be rolled back
        rows = []
        for job in claimed:
            argv = _argv(job, self._store.home)
            asked = question(argv, job.cwd, job.env.get("PATH", ""))
            if asked not in known:
                known[asked] = self._finder.known(asked)
            said = provenance.words(self._store, connection, argv) | self._frame(connection, job, new)
            facts = known[asked]
            if facts is None:
                self._ask(asked, job.token, said)
            else:
                said |= self._told(connection, facts, new)
            rows.append(provenance.encode(said))
        return rows

    def _frame(self, connection: sqlite3.Connection, job: Claimed, new: dict[object, Said]) -> Said:
        def make() -> tuple[Said, bool]:
            digest = provenance.environment_hash(connection, job.env_id)
            frame = {"cwd": job.cwd, "umask": job.umask, "environment": digest, **self._host}
            row, existed = blobs.intern_json(self._store, connection, frame)
            return {"frame": row}, existed

        return self._cached((job.cwd, job.umask, job.env_id), None, new, make)

    def _told(self, connection: sqlite3.Connection, facts: Facts, new: dict[object, Said]) -> Said:
        def make() -> tuple[Said, bool]:
            row, existed = blobs.intern_json(self._store, connection, facts.told)
            said: Said = {"facts": row, "taken": facts.at}
            if facts.diff:
                said["diff"], there = blobs.intern(self._store, connection, facts.diff)
                existed = existed and there
            return said, existed

        return self._cached(id(facts), facts, new, make)

    def _cached(
        self, key: object, what: object, new: dict[object, Said], make: Callable[[], tuple[Said, bool]]
    ) -> Said:
        """The blobs' rows; remembered once an earlier transaction has left them. *what* is kept from being freed."""
        kept = self._rows.get(key)
        if kept is not None and self._clock() < kept[0]:
            return kept[2]
        if key not in new:
            new[key], existed = make()
            if existed:
                if len(self._rows) >= MOST_CACHED:
                    self._rows.clear()
                self._rows[key] = (self._clock() + KEPT, what, new[key])
        return new[key]

    # -- a moment later -------------------------------------------------------------------------------

    def _ask(self, asked: Question, token: str, said: Said) -> None:
        waiting = self._waiting.get(asked)
        if waiting is not None:
            waiting.append((token, said))
            return
        self._waiting[asked] = [(token, said)]
        self._asked_at = self._clock()
        self._questions.put(asked)
        if self._thread is None:
            self._thread = threading.Thread(target=self._look, name="jobyard-provenance", daemon=True)
            self._thread.start()

    def _look(self) -> None:
        while (asked := self._questions.get()) is not None and not self._closed:
            try:
                facts = self._finder.look(asked)
            except Exception as error:  # whatever a file system may think of: the job runs all the same
                facts = Facts({"git": {"why": f"{type(error).__name__}: {error}"}}, b"", self._store.clock())
            self._answers.append((asked, facts))
            self.poke()

    def turn(self) -> float:
        """Add what has been found; an answer that cannot be stored now stays for the next turn."""
        while self._answers:
            asked, facts = self._answers[0]
            with self._store.db.transaction(quiet=True) as connection:
                new: dict[object, Said] = {}
                told = self._told(connection, facts, new)
                some = self._waiting.get(asked, [])
                provenance.write(connection, [(token, said | told) for token, said in some])
            self._waiting.pop(asked, None)
            self._answers.popleft()
        return float("inf")

    def busy(self) -> bool:
        """Whether the last facts are still being looked for, for a few seconds at most."""
        return bool(self._waiting) and self._clock() - self._asked_at < STAY

    def close(self) -> None:
        """Leave; git is stopped."""
        self._closed = True
        self._questions.put(None)
        if self._thread is not None:
            self._thread.join(1.0)


def _argv(job: Claimed, home: Path) -> tuple[str, ...]:
    """What the job's kind runs; nothing where that fails, which its start will tell."""
    try:
        return tuple(kinds.get(job.kind).argv(job.fields, Context(folder=str(home / job.folder), cwd=job.cwd)))
    except Exception:
        return ()


def _kernel() -> str:
    found = os.uname()
    return f"{found.sysname} {found.release} {found.machine}"
