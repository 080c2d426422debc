"""How long a job may run: its own limit, its estimate times a factor, its queue's; decided at the claim."""

from __future__ import annotations

import pytest

from jobyard.core import kinds
from jobyard.core.store import jobs, limits, queues, workers
from tests.store.kit import Lab


@pytest.mark.parametrize(
    ("own", "estimate", "factor", "queue", "seconds", "source"),
    [
        (9.0, 10.0, 2.0, 5.0, 9.0, ""),
        (None, 10.0, 2.0, 5.0, 20.0, "estimate 10s × 2"),
        (None, 90.0, 1.5, None, 135.0, "estimate 1m30s × 1.5"),
        (None, None, 2.0, 5.0, 5.0, "of its queue"),
        (None, 10.0, None, 5.0, 5.0, "of its queue"),
        (None, 0.0, 2.0, None, None, ""),
        (None, 10.0, None, None, None, ""),
        (None, None, 2.0, None, None, ""),
    ],
)
def test_which_limit_is_in_force(
    own: float | None, estimate: float | None, factor: float | None, queue: float | None, seconds: float, source: str
):
    """Its own comes first, then the estimate's where a factor is set, then the queue's; an estimate alone is none."""
    assert limits.effective(own, estimate, factor, queue) == (seconds, source)


def rules(lab: Lab, **values: float) -> None:
    """The default queue allows this."""
    queues.change(lab.store, queues.find(lab.store, "default", "default"), "set", **values)


def test_the_limit_is_frozen_with_the_claim(lab: Lab):
    """A queue that is changed while the job runs changes the next job; whoever adopts this one knows its limit."""
    rules(lab, limit_factor=2.0, time_limit=7.0)
    row, plain = lab.submit(estimate=10.0), lab.submit()
    assert [claimed.time_limit for claimed in lab.claim()] == [20.0, 7.0]
    rules(lab, limit_factor=5.0, time_limit=9.0)
    assert {one.row: one.time_limit for one in workers.running(lab.store, lab.worker)} == {row: 20.0, plain: 7.0}
    lab.start(row)
    assert (jobs.load(lab.store, row).limit, jobs.load(lab.store, row).limit_from) == (20.0, "since its start")
    assert jobs.load(lab.store, lab.submit(estimate=10.0)).limit_from == "estimate 10s × 5"


def test_a_kind_may_ask_for_the_rule(lab: Lab):
    """The factor of a kind holds where the queue has none; no kind of today has one."""
    lab.store.limit_factor = lambda kind: 3.0 if kind == "exec" else None
    row = lab.submit(estimate=10.0)
    assert jobs.load(lab.store, row).limit == 30.0
    assert [claimed.time_limit for claimed in lab.claim()] == [30.0]
    rules(lab, limit_factor=2.0)
    lab.submit(estimate=10.0)
    assert [claimed.time_limit for claimed in lab.claim()] == [20.0]
    assert {kinds.limit_factor(name, 2.0) for name in kinds.names()} == {None}
    assert kinds.limit_factor("of another version", 2.0) is None
