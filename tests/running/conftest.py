"""What tests of running jobs share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.running.keeperkit import Yard


@pytest.fixture
def keeper_yard(yard_home: Path) -> Iterator[Yard]:
    """A yard with a client of its own keeper; both end with the test, and so does every job."""
    yard = Yard(yard_home)
    yield yard
    yard.close()
