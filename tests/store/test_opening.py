"""Opening a store: what is no store is refused untouched, and nobody's locks are lost."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from jobyard.core.errors import CorruptStore
from jobyard.core.yard import Yard

COME_AND_GO = (
    "import sys; from jobyard.core.yard import Yard; yard = Yard.open(sys.argv[1]); yard.counts(); yard.close()"
)


def test_opening_a_yard_twice_keeps_its_locks(yard_home: Path):
    """A process with two open yards keeps its WAL when another process comes and goes."""
    with Yard.open(yard_home) as first, Yard.open(yard_home) as second:
        first.counts()
        second.counts()
        subprocess.run([sys.executable, "-c", COME_AND_GO, str(yard_home)], check=True)
        assert (yard_home / "jobyard.db-wal").exists()


def test_a_file_that_is_no_database_is_refused_untouched(yard_home: Path):
    """A text file in the store's place is told as damaged, and stays as it was."""
    yard_home.mkdir()
    (yard_home / "jobyard.db").write_text("these are my notes\n" * 100)
    with pytest.raises(CorruptStore, match="damaged"):
        Yard.open(yard_home)
    assert (yard_home / "jobyard.db").read_text() == "these are my notes\n" * 100
