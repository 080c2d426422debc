"""What the tests of labs share."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.runnerkit import Lab


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    """A lab; what it imported in this process, and where from, is forgotten after the test."""
    path, modules = list(sys.path), set(sys.modules)
    found = Lab(tmp_path)
    yield found
    sys.path[:] = path
    for name in set(sys.modules) - modules:
        if str(getattr(sys.modules[name], "__file__", None) or "").startswith(str(tmp_path)):
            del sys.modules[name]
