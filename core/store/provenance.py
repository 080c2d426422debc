"""What an attempt was started with, frozen by its claim: its command, its surroundings, and what files told.

An attempt keeps its own words; what it shares with others is a blob (``frame``: folder, umask, environment, host;
``facts``: interpreter and repository; ``diff``: what was not committed, taken at wall time ``taken``).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..models import GitState, Provenance
from . import blobs
from .database import many
from .store import Store

MOST_WORDS = 1024  # characters of a command that an attempt keeps in its own row


def words(store: Store, connection: sqlite3.Connection, argv: Sequence[str]) -> dict[str, Any]:
    """The part of an attempt's provenance that is its own; a long command is a blob."""
    if sum(map(len, argv)) <= MOST_WORDS:
        return {"argv": list(argv)}
    return {"words": blobs.intern_json(store, connection, list(argv))[0]}


def write(connection: sqlite3.Connection, rows: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
    """Set what is known of these attempts (token, what). Inside the caller's transaction."""
    encoded = ((encode(said), token) for token, said in rows)
    many(connection, "UPDATE attempt SET provenance = ? WHERE token = ?", encoded)


encode = json.JSONEncoder(separators=(",", ":")).encode


def environment_hash(connection: sqlite3.Connection, row: int) -> str:
    """The SHA-256 of a stored environment."""
    found = connection.execute("SELECT hash FROM environment WHERE id = ?", (row,)).fetchone()
    return str(found[0]) if found else ""


def load(store: Store, job: int, number: int) -> Provenance | None:
    """The provenance of a job's attempt; None when it has none. The environment is as it was, secrets and all."""
    found = store.db.row("SELECT provenance, grants FROM attempt WHERE job_id = ? AND number = ?", (job, number))
    if found is None or found[0] is None:
        return None
    said = json.loads(found[0])
    frame = blobs.load_json(store, said.get("frame")) or {}
    facts = blobs.load_json(store, said.get("facts")) or {}
    argv = said.get("argv") or blobs.load_json(store, said.get("words")) or ()
    digest = frame.get("environment", "")
    return Provenance(
        number=number, argv=tuple(argv), cwd=frame.get("cwd", ""), umask=frame.get("umask", 0o022),
        environment=_environment(store, digest), environment_hash=digest, host=frame.get("host", ""),
        kernel=frame.get("kernel", ""), user=frame.get("user", ""), version=frame.get("jobyard", ""),
        interpreter=facts.get("interpreter", {}), git=_git(store, facts.get("git"), said),
        taken_at=said.get("taken"), grants=json.loads(found[1]) if found[1] else {},
    )  # fmt: skip


def _environment(store: Store, digest: str) -> dict[str, str]:
    data = store.db.value("SELECT data FROM environment WHERE hash = ?", (digest,))
    return json.loads(data) if data else {}


def _git(store: Store, told: dict[str, Any] | None, said: Mapping[str, Any]) -> GitState:
    if told is None:
        return GitState(why="its worker left before it was read")
    diff = blobs.load(store, said.get("diff")) or b""
    text = diff if isinstance(diff, str) else diff.decode("utf-8", "replace")
    return GitState(
        root=told.get("root", ""), revision=told.get("revision", ""), branch=told.get("branch", ""), diff=text,
        cut=told.get("cut", False), untracked=tuple(told.get("untracked", ())), more=told.get("more", False),
        why=told.get("why", ""),
    )  # fmt: skip
