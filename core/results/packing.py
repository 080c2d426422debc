"""Chunks that HDF5 unpacks as a whole: how datasets are read in pieces, and which are not read at all."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from ..errors import BadFile

LARGEST = 256 << 20  # bytes of a packed chunk; two or three times as many are needed to read a value of it


class Kind(NamedTuple):
    """What a dataset is. ``packed``: the chunks that are unpacked as a whole; None where any part can be read."""

    shape: tuple[int, ...] | None
    dtype: Any
    packed: tuple[int, ...] | None = None


def chunks(properties: Any) -> tuple[tuple[int, ...] | None, tuple[int, ...] | None]:
    """The chunks that the creation properties of a dataset tell of, and the same if they are packed."""
    import h5py

    if properties.get_layout() != h5py.h5d.CHUNKED:
        return None, None
    found = properties.get_chunk()
    return found, found if properties.get_nfilters() else None


def whole(data: Any) -> tuple[int, ...] | None:
    """The chunks of a dataset of which no part can be read. Raises BadFile where they are too large for that."""
    _, packed = chunks(data.id.get_create_plist())
    look(Kind(data.shape, data.dtype, packed), data.name or "")
    return packed


def look(kind: Kind, name: str) -> None:
    """Raise BadFile for chunks that are too large to be unpacked."""
    size = math.prod(kind.packed) * kind.dtype.itemsize if kind.packed else 0
    if size > LARGEST:
        words = f"its chunks of {size >> 20:,} MiB are packed: none larger than {LARGEST >> 20} MiB is unpacked here"
        raise BadFile(f"{name} is not read", words, "")
