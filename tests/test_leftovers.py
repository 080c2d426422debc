"""The guard against processes left behind sees every way in which a process can belong to a yard."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests import leftovers


@contextmanager
def sleeper(*arguments: str, **options: object) -> Iterator[int]:
    process = subprocess.Popen(["sh", "-c", "read line", *arguments], stdin=subprocess.PIPE, **options)
    try:
        yield process.pid
    finally:
        process.kill()
        process.communicate()


WAYS = {
    "command line": lambda folder: {"arguments": (str(folder / "jobyard.db"),)},
    "environment": lambda folder: {"env": {"JOBYARD_HOME": str(folder), "PATH": "/usr/bin:/bin"}},
    "working directory": lambda folder: {"cwd": folder},
}


@pytest.mark.parametrize("way", WAYS)
def test_a_process_of_the_folder_is_seen_and_ended(way: str, tmp_path: Path):
    """Command line, environment and working directory each give a left-over process away."""
    options = WAYS[way](tmp_path)
    with sleeper(*options.pop("arguments", ()), **options) as pid:
        assert pid in leftovers.processes_of(tmp_path)
        assert pid in leftovers.end_all(tmp_path)
        assert leftovers.processes_of(tmp_path) == {}


def test_a_neighbour_with_a_longer_name_is_left_alone(tmp_path: Path):
    """A process of ``yard10`` does not count as one of ``yard1``."""
    with sleeper(str(tmp_path / "yard10")):
        assert leftovers.processes_of(tmp_path / "yard1") == {}
