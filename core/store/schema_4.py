"""The fourth version: what of a list is folded away behind another's line.

An array is one line, that of `array.line`: an element that runs, else the first that waits, else the last that ended.
It is chosen anew with every state of an element that changes; the others are `folded`. A chain that has ended is one
line, that of its last job: the others are `behind` it, and folded. A list that is folded passes over them in its
index; how many they are `fold_tally` knows. `refold` is what is to be folded, or unfolded (`undo`), in steps: by row of
a chain's last job, and as far as ``at``. A job in no array and no chain costs none of this anything.
"""

from __future__ import annotations

from .schema import BUCKET, BUCKETS

_TABLES = """
ALTER TABLE array ADD COLUMN line INTEGER;
ALTER TABLE job ADD COLUMN behind INTEGER;
CREATE TABLE fold_tally (
    queue_id INTEGER NOT NULL REFERENCES queue (id) ON DELETE CASCADE,
    bucket TEXT NOT NULL,
    n INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (queue_id, bucket)) WITHOUT ROWID;
CREATE TABLE refold (job_id INTEGER PRIMARY KEY, undo INTEGER NOT NULL DEFAULT 0, at INTEGER);
CREATE INDEX job_behind ON job (behind, state) WHERE behind IS NOT NULL;
CREATE INDEX job_array_open ON job (array_id, state, array_index)
    WHERE array_id IS NOT NULL AND ended_at IS NULL AND batch IS NULL;
"""

_OPEN = (
    "(SELECT id FROM job WHERE array_id = {array} AND state = '{state}' AND ended_at IS NULL AND batch IS NULL "
    "ORDER BY array_index LIMIT 1)"
)
_LAST = (
    "(SELECT id FROM job WHERE array_id = {array} AND ended_at IS NOT NULL AND batch IS NULL "
    "ORDER BY ended_at DESC, id DESC LIMIT 1)"
)


def _telling(array: str, last: str) -> str:
    """The element of an array that tells most of it."""
    going = [_OPEN.format(array=array, state=state) for state in ("running", "pending")]
    return f"coalesce({', '.join(going)}, {last.format(array=array)})"


TELLING = _telling("array.id", _LAST)

_ELECT = (
    "UPDATE array SET line = CASE WHEN (SELECT state FROM job WHERE id = line) = 'running' THEN line "
    f"ELSE {_telling('NEW.array_id', 'NEW.id')} END WHERE id = NEW.array_id"
)
_COUNT = "UPDATE fold_tally SET n = n + ({n}) WHERE queue_id = {row}.queue_id AND bucket = " + BUCKET

_COUNTING = f"""
CREATE TRIGGER queue_fold_tally AFTER INSERT ON queue BEGIN
    INSERT INTO fold_tally (queue_id, bucket) VALUES {", ".join(f"(NEW.id, '{bucket}')" for bucket in BUCKETS)};
END;
CREATE TRIGGER fold_inserted AFTER INSERT ON job WHEN NEW.folded = 1 AND NEW.batch IS NULL BEGIN
    {_COUNT.format("NEW", n="1", row="NEW")};
END;
CREATE TRIGGER fold_deleted AFTER DELETE ON job WHEN OLD.folded = 1 AND OLD.batch IS NULL BEGIN
    {_COUNT.format("OLD", n="-1", row="OLD")};
END;
CREATE TRIGGER fold_changed AFTER UPDATE OF folded, state, started_at, queue_id ON job
    WHEN (OLD.folded = 1 OR NEW.folded = 1) AND NEW.batch IS NULL BEGIN
    {_COUNT.format("OLD", n="-OLD.folded", row="OLD")};
    {_COUNT.format("NEW", n="NEW.folded", row="NEW")};
END;
CREATE TRIGGER fold_admitted AFTER UPDATE OF batch ON job
    WHEN NEW.folded = 1 AND OLD.batch IS NOT NULL AND NEW.batch IS NULL BEGIN
    {_COUNT.format("NEW", n="1", row="NEW")};
END;
"""

_ARRAYS = f"""
CREATE TRIGGER line_changed AFTER UPDATE OF line ON array WHEN NEW.line IS NOT OLD.line BEGIN
    UPDATE job SET folded = 1 WHERE id = OLD.line;
    UPDATE job SET folded = 0 WHERE id = NEW.line;
END;
CREATE TRIGGER element_told AFTER UPDATE OF state ON job
    WHEN NEW.array_id IS NOT NULL AND NEW.batch IS NULL AND NEW.state <> OLD.state BEGIN
    {_ELECT};
END;
CREATE TRIGGER element_came AFTER UPDATE OF batch ON job
    WHEN NEW.array_id IS NOT NULL AND OLD.batch IS NOT NULL AND NEW.batch IS NULL AND (NEW.state <> 'pending' OR
    (SELECT state FROM job WHERE id = (SELECT line FROM array WHERE id = NEW.array_id)) <> 'pending') BEGIN
    {_ELECT};
END;
CREATE TRIGGER element_went AFTER DELETE ON job
    WHEN OLD.array_id IS NOT NULL AND OLD.folded = 0 AND OLD.batch IS NULL BEGIN
    UPDATE array SET line = {_telling("OLD.array_id", _LAST)} WHERE id = OLD.array_id;
END;
"""

_CHAINED = (
    "NEW.array_id IS NULL AND (EXISTS (SELECT 1 FROM edge WHERE child_id = NEW.id) "
    "OR EXISTS (SELECT 1 FROM edge WHERE parent_id = NEW.id))"
)
_UNFOLD = "INSERT INTO refold (job_id, undo) VALUES ({0}, 1) ON CONFLICT (job_id) DO UPDATE SET undo = 1, at = NULL"

_CHAINS = f"""
CREATE TRIGGER chain_ended AFTER UPDATE OF ended_at ON job
    WHEN NEW.ended_at IS NOT NULL AND OLD.ended_at IS NULL AND NEW.batch IS NULL AND {_CHAINED} BEGIN
    INSERT INTO refold (job_id) VALUES (NEW.id) ON CONFLICT (job_id) DO NOTHING;
END;
CREATE TRIGGER chain_came AFTER UPDATE OF batch ON job
    WHEN NEW.ended_at IS NOT NULL AND OLD.batch IS NOT NULL AND NEW.batch IS NULL AND {_CHAINED} BEGIN
    INSERT INTO refold (job_id) VALUES (NEW.id) ON CONFLICT (job_id) DO NOTHING;
END;
CREATE TRIGGER chain_again AFTER UPDATE OF ended_at ON job
    WHEN NEW.ended_at IS NULL AND OLD.ended_at IS NOT NULL
    AND (NEW.behind IS NOT NULL OR EXISTS (SELECT 1 FROM job WHERE behind = NEW.id)) BEGIN
    {_UNFOLD.format("coalesce(NEW.behind, NEW.id)")};
    UPDATE job SET behind = NULL, folded = 0 WHERE id = NEW.id AND behind IS NOT NULL;
END;
CREATE TRIGGER chain_went AFTER DELETE ON job WHEN EXISTS (SELECT 1 FROM job WHERE behind = OLD.id) BEGIN
    {_UNFOLD.format("OLD.id")};
END;
"""

EVERY_CHAIN = (
    "INSERT INTO refold (job_id) SELECT DISTINCT e.child_id FROM edge e JOIN job j ON j.id = e.child_id "
    "WHERE j.ended_at IS NOT NULL AND j.array_id IS NULL AND NOT EXISTS (SELECT 1 FROM edge WHERE parent_id = j.id)"
)  # that has ended

_ROWS_OF_BEFORE = f"""
INSERT INTO fold_tally (queue_id, bucket) SELECT queue_id, bucket FROM tally;
UPDATE array SET line = {TELLING};
UPDATE job SET folded = 1 WHERE array_id IS NOT NULL AND id NOT IN (SELECT line FROM array WHERE line IS NOT NULL);
INSERT INTO fold_tally (queue_id, bucket, n) SELECT queue_id, {BUCKET.format("job")}, count(*) FROM job
    WHERE folded = 1 AND batch IS NULL GROUP BY 1, 2 ON CONFLICT (queue_id, bucket) DO UPDATE SET n = excluded.n;
{EVERY_CHAIN};
"""

VERSION_4 = _TABLES + _ROWS_OF_BEFORE + _COUNTING + _ARRAYS + _CHAINS
