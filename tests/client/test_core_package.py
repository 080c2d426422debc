"""A lab whose folder has a package called `core`, as jobyard's library is called in its own checkout."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobyard.core.yard import Yard
from tests import leftovers

CELL = """
import core
from jobyard.core import JobClient
assert core.WHOSE == "the lab", core.__file__
client = JobClient()
job = client.submit_job("Rabi", "core.rabi", {"points": 3})
result = client.wait_for_completion(job, timeout=60)
assert result.is_successful(), client.get_output(job)
print(result.load_expt().data["whose"])
"""
RABI = """
import core

class Rabi:
    def __init__(self, **given):
        pass

    def go(self, **given):
        from core.helper import points
        self.data = {"xpts": points(self.cfg.expt.points), "whose": core.WHOSE}
"""


@pytest.fixture
def folder(tmp_path: Path, yard_home: Path) -> Iterator[Path]:
    """The lab's folder, and a worker."""
    package = tmp_path / "lab" / "core"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("WHOSE = 'the lab'\n")
    (package / "rabi.py").write_text(RABI)
    (package / "helper.py").write_text("def points(n): return list(range(n))\n")
    with Yard.open(yard_home) as yard:
        (tmp_path / "hardware.yml").write_text("device: {}\n")
        yard.config_push("hardware_config", tmp_path / "hardware.yml")
        worker = yard.start_worker("test", mock=True)
        yield package.parent
        worker.stop()
    leftovers.end_all(tmp_path)


def test_both_find_their_own(folder: Path) -> None:
    """The notebook imports jobyard.core and its own core; so does the experiment, also a helper that comes late."""
    done = subprocess.run(
        [sys.executable, "-c", CELL], cwd=folder, env=dict(os.environ), text=True, capture_output=True, timeout=90
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "the lab\n"
