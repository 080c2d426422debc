"""The third version: lists in any order, and what of them is folded away.

Every index of a list ends in what its readers filter by, so that what they pass over costs no look at the row. What
most jobs have none of (a priority, an estimate, wants, a signal) is in no index of it: a submit pays nothing for those.
The rows of an unfinished batch are in none of them. A demand's `place` orders wants by CPUs, memory, GPUs, the rest.
"""

from __future__ import annotations

from .schema import PENDING

ENDED = "ended_at IS NOT NULL AND batch IS NULL"

_LISTS = f"""
ALTER TABLE job ADD COLUMN folded INTEGER NOT NULL DEFAULT 0 CHECK (folded BETWEEN 0 AND 1);
DROP INDEX job_pending;
DROP INDEX job_queue_pending;
DROP INDEX job_ended;
DROP INDEX job_queue_ended;
DROP INDEX job_state_ended;
DROP INDEX job_name;
CREATE INDEX job_pending ON job (priority DESC, rank, id, folded, queue_id) WHERE {PENDING};
CREATE INDEX job_queue_pending ON job (queue_id, priority DESC, weight, rank, id, folded) WHERE {PENDING};
CREATE INDEX job_ended ON job (ended_at, id, folded, queue_id, state) WHERE {ENDED};
CREATE INDEX job_queue_ended ON job (queue_id, ended_at, id, folded, state) WHERE {ENDED};
CREATE INDEX job_state_ended ON job (state, ended_at, id, queue_id) WHERE {ENDED};
"""

_ORDERS = """
CREATE INDEX job_name ON job (name, id, queue_id) WHERE name <> '' AND batch IS NULL;
CREATE INDEX job_user ON job (user, id, queue_id) WHERE batch IS NULL;
CREATE INDEX job_priority ON job (priority, id, queue_id) WHERE priority <> 0 AND batch IS NULL;
CREATE INDEX job_kind ON job (kind, id, queue_id) WHERE kind <> 'exec' AND batch IS NULL;
CREATE INDEX job_estimate ON job (estimate, id, queue_id) WHERE estimate IS NOT NULL AND batch IS NULL;
CREATE INDEX job_demand ON job (demand_id, id, queue_id) WHERE demand_id <> 0 AND batch IS NULL;
CREATE INDEX job_started ON job (started_at, id, queue_id) WHERE started_at IS NOT NULL;
CREATE INDEX job_duration ON job (ended_at - started_at, id, queue_id)
    WHERE ended_at IS NOT NULL AND started_at IS NOT NULL;
CREATE INDEX job_tried ON job (tried, id, queue_id) WHERE tried > 1;
CREATE INDEX job_exit ON job (exit_code, id, queue_id)
    WHERE exit_code IS NOT NULL AND signal IS NULL AND state <> 'completed';
CREATE INDEX job_signal ON job (signal, id, queue_id) WHERE signal IS NOT NULL AND state <> 'completed';
CREATE INDEX job_cause ON job (cause, id, queue_id) WHERE cause IS NOT NULL;
ALTER TABLE demand ADD COLUMN place TEXT NOT NULL GENERATED ALWAYS AS (
    CASE WHEN json_valid(wants) THEN printf('%09d %018d %09d ', coalesce(json_extract(wants, '$.cpus'), 0),
        coalesce(json_extract(wants, '$.mem'), 0), coalesce(json_extract(wants, '$.gpus'), 0))
    ELSE '' END || wants) VIRTUAL;
CREATE UNIQUE INDEX demand_place ON demand (place);
"""

VERSION_3 = _LISTS + _ORDERS
