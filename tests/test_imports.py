"""What an import really loads: the library stays light and plain, whatever the import contracts believe."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {"textual", "rich", "h5py", "numpy", "textual_plot", "click"}
THIRD_PARTY = HEAVY | {"peewee", "yaml", "jsonschema", "watchfiles", "psutil"}
LIBRARY = ["states", "errors", "models", "graph", "scheduler", "store", "kinds", "worker", "yard"]


def loaded_by(module: str) -> set[str]:
    """Top-level packages in a fresh interpreter after importing *module*."""
    code = f"import sys, {module}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("name", LIBRARY)
def test_the_library_loads_nothing_heavy(name: str):
    """Importing any part of jobyard.core loads neither textual, rich, click, h5py nor numpy."""
    assert loaded_by(f"jobyard.core.{name}") & HEAVY == set()


def test_the_keeper_loads_the_standard_library_alone():
    """A keeper outlives upgrades of the environment: it imports no third-party package at all."""
    assert loaded_by("jobyard.core.runners.keeper.__main__") & THIRD_PARTY == set()


def test_the_command_line_does_not_load_the_app():
    """Start-up time: the command line loads textual, rich, h5py and numpy only where a command needs them."""
    assert loaded_by("jobyard.tui.cli.main") & (HEAVY - {"click"}) == set()
