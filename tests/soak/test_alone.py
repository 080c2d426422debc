"""Many workers on one exclusive queue."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.soak import alone


@pytest.mark.timeout(400)
def test_four_workers_on_an_exclusive_queue_never_run_two_jobs_at_once(yard_home: Path):
    """600 tiny jobs, four worker processes: every job completes, runs once, and finds itself alone."""
    assert alone.run(yard_home, jobs=600, workers=4) == []
