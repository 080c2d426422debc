"""Datasets of files as sources: what is kept of packed chunks is what the file holds."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import patch

import h5py
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobyard.tui.plots import sources
from jobyard.tui.plots.choosing import slice_of
from jobyard.tui.plots.sources import Stored, pair_of

CUBE = np.arange(3 * 4 * 50, dtype="f8").reshape(3, 4, 50)
PAIR = np.dtype([("Real", "f4"), ("imag", "i2")])


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("stored") / "f.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("cube", data=CUBE, chunks=(2, 2, 7), compression="gzip")
        file["pair"] = np.array([(1, 2), (3, -4)], PAIR)
    return path


@given(st.lists(st.tuples(st.integers(-60, 60), st.integers(-60, 60)), min_size=1, max_size=8), st.integers(0, 12))
def test_every_stretch_is_that_of_the_file(path: Path, stretches: list[tuple[int, int]], chunks: int) -> None:
    """In whatever order they are asked for, and however little is kept."""
    stored = Stored(path, "cube", CUBE.shape, "f8", slice_of(CUBE.shape, 1, (1, 2)), (2, 2, 7))
    with patch.object(sources, "KEPT", chunks * 7 * 8):
        for start, stop in stretches:
            assert stored[start:stop].tolist() == CUBE[1, 2][start:stop].tolist()


def test_records_of_two_parts_are_complex(path: Path) -> None:
    """By the names of their fields; others stay what they are."""
    assert Stored(path, "pair", (2,), PAIR)[:].tolist() == [1 + 2j, 3 - 4j]
    assert pair_of(np.dtype([("x", "f4"), ("y", "f4")])) == ()
    assert pair_of(np.dtype([("r", "f4"), ("i", "S2")])) == ()
