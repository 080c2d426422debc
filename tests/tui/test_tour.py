"""The tour that newcomers replay still goes where it says."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TOUR = Path(__file__).with_name("tour.sh")


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
def test_the_tour(tmp_path: Path) -> None:
    """Every step shows what it promises, has a picture, and nothing is left behind."""
    command = tmp_path / "jobyard"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m jobyard.tui "$@"\n')
    command.chmod(0o755)
    (tmp_path / "tmp").mkdir()
    env = {**os.environ, "JOBYARD": str(command), "TMPDIR": str(tmp_path / "tmp")}
    done = subprocess.run([TOUR, "--quick", tmp_path / "frames"], capture_output=True, text=True, env=env, timeout=110)
    assert done.returncode == 0, done.stdout + done.stderr
    steps = done.stdout.splitlines()
    assert len(list((tmp_path / "frames").glob("*.ans"))) == len(steps) > 15
    assert "Cancel 3 jobs?" in next((tmp_path / "frames").glob("*-question.txt")).read_text()
    assert list((tmp_path / "tmp").iterdir()) == []
