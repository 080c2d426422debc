"""What an earlier keeper noted of a log's hole, whatever lies in its place."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from jobyard.core.runners.keeper import logbound
from jobyard.core.runners.keeper.jobs import Job


def remembered(folder: Path) -> tuple[tuple[int, int], tuple[int, int]]:
    """The holes of both streams."""
    job = Job("token", "job", str(folder), "", None, 1.0, 1 << 20, 0, 0, None, 0.0)
    logbound.remember(job)
    return job.out.hole, job.err.hole


def test_holes_are_taken_over(tmp_path: Path) -> None:
    """Of each stream that has one."""
    (tmp_path / "holes.json").write_text('{"stdout": [4096, 8192]}')
    assert remembered(tmp_path) == ((4096, 8192), (0, 0))


@pytest.mark.parametrize(
    "note",
    ["", "[" * 4000, "[]", '{"stdout": [1e999, 2]}', '{"stdout": [5, 2]}', '{"stdout": [-1, 2]}', '{"stdout": "ab"}'],
)
def test_what_cannot_be_a_hole_is_none(tmp_path: Path, note: str) -> None:
    """A job may write there; a keeper that adopts it goes on."""
    (tmp_path / "holes.json").write_text(note)
    assert remembered(tmp_path) == ((0, 0), (0, 0))


def test_a_pipe_in_its_place_holds_nobody(tmp_path: Path) -> None:
    """It has no writer, and is not waited for."""
    os.mkfifo(tmp_path / "holes.json")
    assert remembered(tmp_path) == ((0, 0), (0, 0))
