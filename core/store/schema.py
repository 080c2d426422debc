"""The tables, their indexes and triggers. The CHECKs repeat `states`; a test holds the two together.

A job that is *handed* (claimed, but the keeper has not said that it started) is ``running`` with no
``started_at``; every count and list shows it as pending, reason *next*. Its bucket in `tally` is ``next``.

What a row must satisfy to be claimed is one partial index (``job_eligible``): a job that is held, waits
for a parent, is not due or belongs to an unfinished batch is not in it, so it costs a claim nothing.
"""

from __future__ import annotations

from ..states import After, Cause, EdgeState, State

ELIGIBLE = "state = 'pending' AND unmet = 0 AND held = 0 AND due = 1 AND batch IS NULL"
PENDING = "state = 'pending' AND batch IS NULL"
BUCKET = "CASE WHEN {0}.state = 'running' AND {0}.started_at IS NULL THEN 'next' ELSE {0}.state END"
BUCKETS = (*(state.value for state in State), "next")
ACTIVE = "('working','draining','stopping')"  # modes of workers that may commit


def _one_of(column: str, *words: str) -> str:
    """A CHECK that *column* holds one of these words.

    As a CASE: for each ``IN`` list SQLite builds a table anew with every statement, which made half of
    the time of an insert.
    """
    cases = " ".join(f"WHEN '{word}' THEN 1" for word in words)
    return f"CHECK (CASE {column} {cases} ELSE {column} IS NULL END)"


def _flag(column: str) -> str:
    return f"CHECK ({column} BETWEEN 0 AND 1)"


_ENDED_STATE = "CASE state WHEN 'pending' THEN 0 WHEN 'running' THEN 0 ELSE 1 END"

TABLES = f"""
CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE actor (
    id INTEGER PRIMARY KEY, user TEXT NOT NULL, host TEXT NOT NULL, face TEXT NOT NULL,
    UNIQUE (user, host, face));
CREATE TABLE session (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, created_at REAL NOT NULL, ended_at REAL);
CREATE TABLE queue (
    id INTEGER PRIMARY KEY,
    session_id INTEGER NOT NULL REFERENCES session (id),
    name TEXT NOT NULL,
    slots INTEGER NOT NULL CHECK (slots >= 1),
    policy TEXT NOT NULL DEFAULT 'fifo' {_one_of("policy", "fifo", "shortest", "chain")},
    paused INTEGER NOT NULL DEFAULT 0 {_flag("paused")},
    paused_until REAL CHECK (paused_until IS NULL OR paused = 1),
    ended_at REAL,
    instructions TEXT NOT NULL DEFAULT '',
    created_at REAL NOT NULL,
    UNIQUE (session_id, name));
CREATE TABLE tally (
    queue_id INTEGER NOT NULL REFERENCES queue (id) ON DELETE CASCADE,
    bucket TEXT NOT NULL,
    n INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (queue_id, bucket)) WITHOUT ROWID;
CREATE TABLE demand (id INTEGER PRIMARY KEY, wants TEXT NOT NULL UNIQUE);
CREATE TABLE environment (id INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE, data TEXT NOT NULL);
CREATE TABLE batch (
    id INTEGER PRIMARY KEY, first INTEGER NOT NULL, last INTEGER NOT NULL,
    complete INTEGER NOT NULL DEFAULT 0, created_at REAL NOT NULL);
CREATE TABLE job (
    id INTEGER PRIMARY KEY,
    day INTEGER NOT NULL,
    number INTEGER NOT NULL,
    name TEXT NOT NULL,
    queue_id INTEGER NOT NULL REFERENCES queue (id),
    kind TEXT NOT NULL,
    fields TEXT NOT NULL,
    summary TEXT NOT NULL,
    user TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'pending' {_one_of("state", *State)},
    priority INTEGER NOT NULL,
    rank INTEGER NOT NULL,
    unmet INTEGER NOT NULL DEFAULT 0 CHECK (unmet >= 0),
    held INTEGER NOT NULL DEFAULT 0 {_flag("held")},
    due INTEGER NOT NULL DEFAULT 1 {_flag("due")},
    not_before REAL,
    demand_id INTEGER NOT NULL DEFAULT 0,
    batch INTEGER,
    created_at REAL NOT NULL,
    started_at REAL,
    ended_at REAL,
    time_limit REAL CHECK (time_limit IS NULL OR time_limit > 0),
    estimate REAL,
    retries INTEGER NOT NULL DEFAULT 0,
    retry_delay REAL NOT NULL DEFAULT 60,
    idempotent INTEGER NOT NULL DEFAULT 0,
    cwd TEXT NOT NULL,
    umask INTEGER NOT NULL,
    env_id INTEGER NOT NULL REFERENCES environment (id),
    stdin TEXT NOT NULL DEFAULT '',
    clone_of INTEGER,
    claims INTEGER NOT NULL DEFAULT 0,
    tried INTEGER NOT NULL DEFAULT 0,
    base INTEGER NOT NULL DEFAULT 0,
    stop TEXT {_one_of("stop", "cancel", "recall")},
    cause TEXT {_one_of("cause", *Cause)},
    message TEXT NOT NULL DEFAULT '',
    exit_code INTEGER,
    signal INTEGER,
    CHECK ({_ENDED_STATE} = (ended_at IS NOT NULL)),
    CHECK ((state = 'failed') = (cause IS NOT NULL)),
    CHECK (state <> 'pending' OR started_at IS NULL),
    CHECK (state <> 'completed' OR exit_code IS 0),
    CHECK (state = 'running' OR stop IS NULL),
    CHECK (due = 1 OR not_before IS NOT NULL),
    UNIQUE (day, number));
CREATE INDEX job_eligible ON job (queue_id, demand_id, priority DESC, rank, id) WHERE {ELIGIBLE};
CREATE INDEX job_pending ON job (priority DESC, rank, id) WHERE {PENDING};
CREATE INDEX job_queue_pending ON job (queue_id, priority DESC, rank, id) WHERE {PENDING};
CREATE INDEX job_running ON job (id) WHERE state = 'running';
CREATE INDEX job_ended ON job (ended_at, id) WHERE ended_at IS NOT NULL;
CREATE INDEX job_queue_ended ON job (queue_id, ended_at, id) WHERE ended_at IS NOT NULL;
CREATE INDEX job_state_ended ON job (state, ended_at, id) WHERE ended_at IS NOT NULL;
CREATE INDEX job_due ON job (not_before) WHERE due = 0 AND state = 'pending';
CREATE INDEX job_stop ON job (id) WHERE stop IS NOT NULL;
CREATE INDEX job_name ON job (name, id) WHERE name <> '';
CREATE TABLE edge (
    child_id INTEGER NOT NULL REFERENCES job (id) ON DELETE CASCADE,
    parent_id INTEGER NOT NULL REFERENCES job (id),
    type TEXT NOT NULL {_one_of("type", *After)},
    state TEXT NOT NULL DEFAULT 'open' {_one_of("state", *EdgeState)},
    PRIMARY KEY (child_id, parent_id),
    CHECK (child_id <> parent_id)) WITHOUT ROWID;
CREATE INDEX edge_parent ON edge (parent_id, state, child_id);
CREATE TABLE settle (
    parent_id INTEGER PRIMARY KEY REFERENCES job (id) ON DELETE CASCADE,
    again INTEGER NOT NULL DEFAULT 0 {_flag("again")});
CREATE TABLE worker (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    host TEXT NOT NULL,
    pid INTEGER NOT NULL,
    face TEXT NOT NULL,
    mode TEXT NOT NULL {_one_of("mode", "working", "draining", "stopping", "left", "dead", "retired")},
    max_jobs INTEGER,
    started_at REAL NOT NULL,
    heartbeat REAL NOT NULL,
    boot_id TEXT NOT NULL,
    replaced_by INTEGER);
CREATE INDEX worker_active ON worker (mode) WHERE mode IN ('working','draining','stopping');
CREATE TABLE attempt (
    id INTEGER PRIMARY KEY,
    job_id INTEGER NOT NULL REFERENCES job (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    token TEXT NOT NULL UNIQUE,
    folder TEXT NOT NULL,
    worker_id INTEGER NOT NULL REFERENCES worker (id),
    state TEXT NOT NULL DEFAULT 'running' {_one_of("state", "running", "completed", "failed", "cancelled")},
    claimed_at REAL NOT NULL,
    started_at REAL,
    ended_at REAL,
    pid INTEGER,
    exit_code INTEGER,
    signal INTEGER,
    cause TEXT {_one_of("cause", *Cause)},
    message TEXT NOT NULL DEFAULT '',
    cpu_seconds REAL,
    max_rss INTEGER,
    stdout_bytes INTEGER,
    stderr_bytes INTEGER,
    provenance TEXT,
    CHECK ((state = 'running') = (ended_at IS NULL)),
    UNIQUE (job_id, number));
CREATE UNIQUE INDEX attempt_running ON attempt (job_id) WHERE state = 'running';
CREATE INDEX attempt_worker ON attempt (worker_id) WHERE state = 'running';
CREATE TABLE event (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at REAL NOT NULL,
    verb TEXT NOT NULL,
    actor_id INTEGER NOT NULL REFERENCES actor (id),
    job_id INTEGER,
    queue_id INTEGER,
    before TEXT,
    after TEXT);
CREATE INDEX event_job ON event (job_id, id) WHERE job_id IS NOT NULL;
"""

_ADD = "UPDATE tally SET n = n {sign} 1 WHERE queue_id = {row}.queue_id AND bucket = " + BUCKET

TRIGGERS = f"""
CREATE TRIGGER queue_tally AFTER INSERT ON queue BEGIN
    INSERT INTO tally (queue_id, bucket) VALUES {", ".join(f"(NEW.id, '{bucket}')" for bucket in BUCKETS)};
END;
CREATE TRIGGER job_inserted AFTER INSERT ON job WHEN NEW.batch IS NULL BEGIN
    {_ADD.format("NEW", sign="+", row="NEW")};
END;
CREATE TRIGGER job_deleted AFTER DELETE ON job WHEN OLD.batch IS NULL BEGIN
    {_ADD.format("OLD", sign="-", row="OLD")};
END;
CREATE TRIGGER job_changed AFTER UPDATE OF state, started_at, queue_id ON job WHEN NEW.batch IS NULL BEGIN
    {_ADD.format("OLD", sign="-", row="OLD")};
    {_ADD.format("NEW", sign="+", row="NEW")};
END;
CREATE TRIGGER job_admitted AFTER UPDATE OF batch ON job WHEN OLD.batch IS NOT NULL AND NEW.batch IS NULL BEGIN
    {_ADD.format("NEW", sign="+", row="NEW")};
END;
CREATE TRIGGER edge_inserted AFTER INSERT ON edge WHEN NEW.state = 'open' BEGIN
    UPDATE job SET unmet = unmet + 1 WHERE id = NEW.child_id;
END;
CREATE TRIGGER edge_changed AFTER UPDATE OF state ON edge WHEN (OLD.state = 'open') <> (NEW.state = 'open') BEGIN
    UPDATE job SET unmet = unmet + (NEW.state = 'open') - (OLD.state = 'open') WHERE id = NEW.child_id;
END;
CREATE TRIGGER edge_deleted AFTER DELETE ON edge WHEN OLD.state = 'open' BEGIN
    UPDATE job SET unmet = unmet - 1 WHERE id = OLD.child_id;
END;
"""

VERSION_1 = TABLES + TRIGGERS
