"""The second version: resources, policies, change sets, arrays, unique keys, retention, hooks, provenance.

`weight` is the queue's policy as a number, smaller first, between priority and rank: 0 under fifo, the
estimate under shortest, minus the longest remaining chain (`chain`, seconds; kept while any queue has
that policy) under chain; a job that was `moved` by hand keeps its own. What a job wants is a row of
`demand`; who holds what is counted over the running jobs of that demand (``job_holding``).
An edge that comes in one transaction with its child is `counted`: the child came with it in its `unmet`.
An array's id is the row of its first element; how many of its elements are in each state `array_tally` knows.
"""

from __future__ import annotations

from .schema import BUCKET, BUCKETS, ELIGIBLE, PENDING

_COLUMNS = """
ALTER TABLE job ADD COLUMN weight REAL NOT NULL DEFAULT 0;
ALTER TABLE job ADD COLUMN retry_factor REAL NOT NULL DEFAULT 2 CHECK (retry_factor >= 1);
ALTER TABLE job ADD COLUMN retry_most REAL NOT NULL DEFAULT 3600;
ALTER TABLE job ADD COLUMN on_end TEXT NOT NULL DEFAULT '';
ALTER TABLE job ADD COLUMN unique_key TEXT;
ALTER TABLE job ADD COLUMN array_id INTEGER;
ALTER TABLE job ADD COLUMN array_index INTEGER;
ALTER TABLE job ADD COLUMN chain REAL;
ALTER TABLE job ADD COLUMN moved INTEGER NOT NULL DEFAULT 0 CHECK (moved BETWEEN 0 AND 1);
ALTER TABLE queue ADD COLUMN time_limit REAL CHECK (time_limit IS NULL OR time_limit > 0);
ALTER TABLE queue ADD COLUMN limit_factor REAL CHECK (limit_factor IS NULL OR limit_factor > 0);
ALTER TABLE queue ADD COLUMN retention REAL CHECK (retention IS NULL OR retention >= 0);
ALTER TABLE queue ADD COLUMN declared TEXT;
ALTER TABLE queue ADD COLUMN by_hand TEXT;
ALTER TABLE attempt ADD COLUMN grants TEXT;
ALTER TABLE attempt ADD COLUMN time_limit REAL;
ALTER TABLE event ADD COLUMN change_id INTEGER;
ALTER TABLE edge ADD COLUMN counted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE environment ADD COLUMN seen REAL NOT NULL DEFAULT 0;
"""

_TABLES = """
CREATE TABLE change (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    token TEXT NOT NULL UNIQUE,
    at REAL NOT NULL,
    verb TEXT NOT NULL,
    actor_id INTEGER NOT NULL REFERENCES actor (id),
    of INTEGER REFERENCES change (id),
    undone INTEGER REFERENCES change (id),
    cursor INTEGER,
    gone INTEGER NOT NULL DEFAULT 0);
CREATE INDEX change_actor ON change (actor_id, id);
CREATE INDEX change_edits ON change (actor_id, id) WHERE verb <> 'submit';
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
    day INTEGER NOT NULL,
    number INTEGER NOT NULL,
    spec TEXT NOT NULL,
    most INTEGER,
    name TEXT NOT NULL DEFAULT '',
    summary TEXT NOT NULL DEFAULT '',
    created_at REAL NOT NULL,
    UNIQUE (day, number));
CREATE TABLE array_tally (
    array_id INTEGER NOT NULL REFERENCES array (id) ON DELETE CASCADE,
    bucket TEXT NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (array_id, bucket)) WITHOUT ROWID;
CREATE TABLE trash (folder TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE hook (
    id INTEGER PRIMARY KEY,
    job_id INTEGER NOT NULL REFERENCES job (id) ON DELETE CASCADE,
    attempt INTEGER NOT NULL,
    state TEXT NOT NULL,
    worker_id INTEGER,
    created_at REAL NOT NULL);
CREATE INDEX hook_job ON hook (job_id);
CREATE TABLE blob (
    id INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE, data BLOB NOT NULL, seen REAL NOT NULL DEFAULT 0);
CREATE TABLE rechain (
    job_id INTEGER PRIMARY KEY REFERENCES job (id) ON DELETE CASCADE,
    turn INTEGER NOT NULL DEFAULT 0,
    scanned INTEGER NOT NULL DEFAULT 0,
    best REAL NOT NULL DEFAULT 0,
    told INTEGER);
CREATE TABLE reorder (queue_id INTEGER PRIMARY KEY REFERENCES queue (id) ON DELETE CASCADE, done INTEGER NOT NULL);
"""

_INDEXES = f"""
DROP INDEX job_eligible;
DROP INDEX job_queue_pending;
CREATE INDEX job_eligible ON job (queue_id, demand_id, priority DESC, weight, rank, id) WHERE {ELIGIBLE};
CREATE INDEX job_queue_pending ON job (queue_id, priority DESC, weight, rank, id) WHERE {PENDING};
CREATE INDEX rechain_turn ON rechain (turn, job_id);
CREATE INDEX queue_policy ON queue (id, policy) WHERE policy <> 'fifo';
CREATE UNIQUE INDEX job_unique ON job (unique_key) WHERE unique_key IS NOT NULL AND ended_at IS NULL;
CREATE INDEX job_environment ON job (env_id);
CREATE INDEX job_array ON job (array_id, array_index) WHERE array_id IS NOT NULL;
CREATE INDEX job_holding ON job (demand_id, id) WHERE state = 'running' AND demand_id > 0;
"""

ARRAY_RESOURCE = "array/JOB-%08d-%05d"  # how many elements may run at a time is a resource of the array's own

_ADD = "UPDATE array_tally SET n = n {sign} 1 WHERE array_id = {row}.array_id AND bucket = " + BUCKET
_OF_ARRAY = "{row}.array_id IS NOT NULL AND {row}.batch IS NULL"

_TRIGGERS = f"""
CREATE TRIGGER job_hook AFTER UPDATE OF ended_at ON job WHEN NEW.ended_at NOTNULL AND OLD.ended_at ISNULL
    AND (NEW.on_end <> '' OR EXISTS (SELECT 1 FROM meta WHERE key = 'on_end')) BEGIN
    INSERT INTO hook (job_id, attempt, state, created_at) VALUES (NEW.id, NEW.tried, NEW.state, NEW.ended_at);
END;
DROP TRIGGER edge_inserted;
CREATE TRIGGER edge_inserted AFTER INSERT ON edge WHEN NEW.state = 'open' AND NEW.counted = 0 BEGIN
    UPDATE job SET unmet = unmet + 1 WHERE id = NEW.child_id;
END;
CREATE TRIGGER array_begun AFTER INSERT ON array BEGIN
    INSERT INTO array_tally (array_id, bucket, n) VALUES {", ".join(f"(NEW.id, '{bucket}', 0)" for bucket in BUCKETS)};
END;
CREATE TRIGGER element_inserted AFTER INSERT ON job WHEN {_OF_ARRAY.format(row="NEW")} BEGIN
    {_ADD.format("NEW", sign="+", row="NEW")};
END;
CREATE TRIGGER element_deleted AFTER DELETE ON job WHEN {_OF_ARRAY.format(row="OLD")} BEGIN
    {_ADD.format("OLD", sign="-", row="OLD")};
END;
CREATE TRIGGER array_gone AFTER DELETE ON job
    WHEN OLD.array_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM job WHERE array_id = OLD.array_id) BEGIN
    DELETE FROM resource WHERE kind = 'array' AND name = (
        SELECT printf('{ARRAY_RESOURCE}', day, number) FROM array WHERE id = OLD.array_id);
    DELETE FROM array WHERE id = OLD.array_id;
END;
CREATE TRIGGER element_changed AFTER UPDATE OF state, started_at ON job WHEN {_OF_ARRAY.format(row="NEW")} BEGIN
    {_ADD.format("OLD", sign="-", row="OLD")};
    {_ADD.format("NEW", sign="+", row="NEW")};
END;
CREATE TRIGGER element_admitted AFTER UPDATE OF batch ON job
    WHEN NEW.array_id IS NOT NULL AND OLD.batch IS NOT NULL AND NEW.batch IS NULL BEGIN
    {_ADD.format("NEW", sign="+", row="NEW")};
END;
"""

# An undo of what was purged meanwhile is refused: its change remembers how many of its events are gone.
_GONE = """
CREATE TRIGGER event_gone AFTER DELETE ON event WHEN OLD.change_id IS NOT NULL AND OLD.verb <> 'submit' BEGIN
    UPDATE change SET gone = gone + 1 WHERE id = OLD.change_id;
END;
"""

VERSION_2 = _COLUMNS + _TABLES + _INDEXES + _TRIGGERS + _GONE
