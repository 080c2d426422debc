"""The fifth version: what ran when, found by time.

`attempt_ended` holds all that a timeline asks of an attempt that has ended, in the order in which they end: an end adds
one entry behind the last one, and no look at a window of time reads the table itself.
"""

from __future__ import annotations

_TIMELINE = """
CREATE INDEX attempt_ended ON attempt (ended_at, started_at, job_id, worker_id, state) WHERE ended_at IS NOT NULL;
"""

VERSION_5 = _TIMELINE
