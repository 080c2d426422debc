"""What a notebook shows of an answer at the end of a cell."""

from __future__ import annotations

from jobyard.core import JobClient
from jobyard.core.labmodels import DataFile, Run


def test_what_a_notebook_shows_of_an_answer_is_a_line(client: JobClient) -> None:
    """A job, a push and a run are named with what they came to, not with all their fields."""
    id = client.submit(["true"])
    assert repr(client.get_status(id)).startswith(f"<JobResult {id} pending")
    pushed = client.config.push("hardware_config", b"f: 1\n", filename="hw.yml")
    assert repr(pushed) == f"<Pushed {pushed.version.id} hardware_config>"
    run = Run(1, "JOB-20261122-00001", "rabi", 2, "ada", "lab:Rabi", None, None, DataFile("/d/x.h5", 1, 0.0))
    assert repr(run) == "<Run JOB-20261122-00001.2 lab:Rabi: /d/x.h5>"
