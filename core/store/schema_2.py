"""The second version: resources, policies, change sets, arrays, unique keys, retention, hooks, provenance.

`weight` is the queue's policy as a number, smaller first, between priority and rank: 0 under fifo, the
estimate under shortest, minus the longest remaining chain under chain. What a job wants is a row of
`demand`; who holds what is counted over the running jobs of that demand (``job_holding``).
"""

from __future__ import annotations

from .schema import ELIGIBLE, PENDING

_COLUMNS = """
ALTER TABLE job ADD COLUMN weight REAL NOT NULL DEFAULT 0;
ALTER TABLE job ADD COLUMN retry_factor REAL NOT NULL DEFAULT 2 CHECK (retry_factor >= 1);
ALTER TABLE job ADD COLUMN retry_most REAL NOT NULL DEFAULT 3600;
ALTER TABLE job ADD COLUMN on_end TEXT NOT NULL DEFAULT '';
ALTER TABLE job ADD COLUMN unique_key TEXT;
ALTER TABLE job ADD COLUMN array_id INTEGER;
ALTER TABLE job ADD COLUMN array_index INTEGER;
ALTER TABLE queue ADD COLUMN time_limit REAL CHECK (time_limit IS NULL OR time_limit > 0);
ALTER TABLE queue ADD COLUMN limit_factor REAL CHECK (limit_factor IS NULL OR limit_factor > 0);
ALTER TABLE queue ADD COLUMN retention REAL CHECK (retention IS NULL OR retention >= 0);
ALTER TABLE queue ADD COLUMN declared TEXT;
ALTER TABLE queue ADD COLUMN by_hand TEXT;
ALTER TABLE attempt ADD COLUMN grants TEXT;
ALTER TABLE event ADD COLUMN change_id INTEGER;
"""

_TABLES = """
CREATE TABLE change (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    token TEXT NOT NULL UNIQUE,
    at REAL NOT NULL,
    verb TEXT NOT NULL,
    actor_id INTEGER NOT NULL REFERENCES actor (id),
    of INTEGER REFERENCES change (id),
    undone INTEGER REFERENCES change (id));
CREATE INDEX change_actor ON change (actor_id, id);
CREATE INDEX change_of ON change (of) WHERE of IS NOT NULL;
CREATE INDEX change_undone ON change (undone) WHERE undone IS NOT NULL;
CREATE INDEX event_change ON event (change_id, id) WHERE change_id IS NOT NULL;
CREATE INDEX event_queue ON event (queue_id, id) WHERE job_id IS NULL;
CREATE TABLE resource (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (CASE kind WHEN 'host' THEN 1 WHEN 'named' THEN 1 WHEN 'array' THEN 1 ELSE 0 END),
    capacity INTEGER NOT NULL CHECK (capacity >= 0),
    note TEXT NOT NULL DEFAULT '',
    declared TEXT,
    by_hand TEXT,
    locked_by TEXT,
    locked_at REAL,
    lock_note TEXT NOT NULL DEFAULT '',
    CHECK ((locked_by IS NULL) = (locked_at IS NULL)));
CREATE TABLE array (
    id INTEGER PRIMARY KEY,
    first INTEGER NOT NULL,
    size INTEGER NOT NULL,
    spec TEXT NOT NULL,
    most INTEGER,
    name TEXT NOT NULL DEFAULT '',
    created_at REAL NOT NULL);
CREATE TABLE trash (folder TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE hook (
    id INTEGER PRIMARY KEY,
    job_id INTEGER NOT NULL REFERENCES job (id) ON DELETE CASCADE,
    attempt INTEGER NOT NULL,
    worker_id INTEGER,
    created_at REAL NOT NULL);
CREATE TABLE blob (id INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE, data BLOB NOT NULL);
CREATE TABLE rechain (job_id INTEGER PRIMARY KEY REFERENCES job (id) ON DELETE CASCADE);
CREATE TABLE reorder (queue_id INTEGER PRIMARY KEY REFERENCES queue (id) ON DELETE CASCADE, done INTEGER NOT NULL);
"""

_INDEXES = f"""
DROP INDEX job_eligible;
DROP INDEX job_queue_pending;
CREATE INDEX job_eligible ON job (queue_id, demand_id, priority DESC, weight, rank, id) WHERE {ELIGIBLE};
CREATE INDEX job_queue_pending ON job (queue_id, priority DESC, weight, rank, id) WHERE {PENDING};
CREATE UNIQUE INDEX job_unique ON job (unique_key) WHERE unique_key IS NOT NULL AND ended_at IS NULL;
CREATE INDEX job_array ON job (array_id, array_index) WHERE array_id IS NOT NULL;
CREATE INDEX job_holding ON job (demand_id, id) WHERE state = 'running' AND demand_id > 0;
"""

VERSION_2 = _COLUMNS + _TABLES + _INDEXES
