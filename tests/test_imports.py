"""What an import really loads: the library stays light and plain, whatever the import contracts believe."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {"textual", "rich", "h5py", "numpy", "click"}
THIRD_PARTY = HEAVY | {"peewee", "yaml", "jsonschema", "watchfiles", "psutil"}
LIBRARY = ["states", "errors", "models", "graph", "scheduler", "store", "kinds", "worker", "results", "yard", "client"]


def loaded_by(module: str) -> set[str]:
    """Top-level packages in a fresh interpreter after importing *module*."""
    code = f"import sys, {module}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("name", LIBRARY)
def test_the_library_loads_nothing_heavy(name: str):
    """Importing any part of jobyard.core loads neither textual, rich, click, h5py nor numpy."""
    assert loaded_by(f"jobyard.core.{name}") & HEAVY == set()


def test_the_library_itself_loads_nothing_at_all():
    """The names that jobyard.core gives to notebooks are imported when somebody asks for one."""
    code = "import sys; before = {*sys.modules}; import jobyard.core; print(*{*sys.modules} - before)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) <= {"jobyard", "jobyard.core", "__future__"}


def test_the_keeper_loads_the_standard_library_alone():
    """A keeper outlives upgrades of the environment: it imports no third-party package at all."""
    assert loaded_by("jobyard.core.runners.keeper.__main__") & THIRD_PARTY == set()


def test_the_command_line_does_not_load_the_app():
    """Start-up time: the command line loads textual, rich, h5py and numpy only where a command needs them."""
    assert loaded_by("jobyard.tui.cli.main") & (HEAVY - {"click"}) == set()


def test_a_list_of_jobs_loads_neither_numpy_nor_h5py(yard_home: Path):
    """Nor does the facade with a yard open: only who looks into a data file waits for them."""
    code = (
        "import sys; from jobyard.tui.cli.main import main; main(['list']); main(['data', 'list']); "
        "sys.exit(bool({'h5py', 'numpy'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stderr.count("\n")) == (0, 2), done
