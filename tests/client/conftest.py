"""A client of a yard of its own, and a worker's hands that end its jobs without a process."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobyard.core import JobClient
from tests.store.kit import Lab


@pytest.fixture
def lab(yard_home: Path) -> Iterator[Lab]:
    """What a worker would do in the yard."""
    found = Lab(yard_home)
    found.now = time.time()
    yield found
    found.close()


@pytest.fixture
def client(yard_home: Path, request: pytest.FixtureRequest) -> Iterator[JobClient]:
    """A client as in a notebook."""
    if "lab" in request.fixturenames:
        request.getfixturevalue("lab")  # which makes the yard
    with JobClient() as found:
        yield found
