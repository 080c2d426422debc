"""A lab for each test of the store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store.kit import Lab


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    """A store with a worker's generation, checked for soundness at the end."""
    found = Lab(tmp_path / "yard")
    yield found
    found.sound()
    found.close()
