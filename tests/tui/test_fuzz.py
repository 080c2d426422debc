"""Some of the random keys of tests/tui/fuzz.py as part of the tests; `make soak` presses twenty thousand."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from jobyard.core.errors import Unknown
from tests.running import promise
from tests.tui import fuzz, prepared

SEED, KEYS = 21, 300


@pytest.mark.slow
def test_random_keys_break_nothing(tmp_path: Path) -> None:
    """No crash, every action done once, nothing irreversible without an answered question, a sound store."""
    words = [sys.executable, "-m", "tests.tui.fuzz", "--keys", str(KEYS), "--seed", str(SEED)]
    done = subprocess.run(words, capture_output=True, text=True, cwd=promise.ROOT, timeout=115)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"SEED={SEED}" in done.stdout


def test_what_was_not_asked_is_noticed(yard_home: Path) -> None:
    """A bulk cancel, a stopped process, a skip of others, a pause are complained of; a single cancel is not."""
    prepared.make(yard_home)
    with prepared.worked(yard_home), fuzz.watched(yard_home) as yard:
        yard.cancel(["two"])
        yard.requeue(["done"])
        assert yard.complaints == []
        yard.cancel(["one"])
        assert yard.complaints.pop() == "cancel of 1 without a question"
        yard.cancel(["q1", "q2"])
        yard.cancel(["run"])
        yard.requeue(["base"], cascade=True)
        yard.queue_pause("qick")
        assert len(yard.complaints) == 4
        yard.allowed = 1
        yard.cancel(["three", "held"])
        with pytest.raises(Unknown):
            yard.queue_end("nowhere")
        assert yard.complaints[4:] == ["the end of a queue without a question"]
