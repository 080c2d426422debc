"""A dataset in pieces that fit the memory: pure arithmetic on shapes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

PIECE = 8 << 20  # bytes of a piece

Piece = tuple[slice, ...]


def tiles(shape: Sequence[int], chunks: Sequence[int] | None, itemsize: int, piece: int = PIECE) -> Iterator[Piece]:
    """Pieces that cover a shape once, made of whole chunks where it has any: no chunk is read twice."""
    steps = _steps(shape, chunks or (1,) * len(shape), max(1, piece // max(1, itemsize)))
    ranges = (range(0, length, step) for length, step in zip(shape, steps, strict=True))
    for corner in _corners(list(ranges)):
        yield tuple(slice(at, min(at + step, end)) for at, step, end in zip(corner, steps, shape, strict=True))


def _steps(shape: Sequence[int], chunks: Sequence[int], room: int) -> list[int]:
    """How long a piece is in each direction: as many chunks as there is room for, along the last direction first."""
    steps = [max(1, min(chunk, length)) for chunk, length in zip(chunks, shape, strict=True)]
    for at in reversed(range(len(steps))):
        fit = max(1, room // max(1, math.prod(steps)))
        steps[at] = max(1, min(shape[at], steps[at] * fit))
    return steps


def in_order(shape: Sequence[int], itemsize: int, piece: int = PIECE) -> Iterator[Piece]:
    """Pieces whose values, one piece after the other, are those of the whole in C order."""
    room = max(1, piece // max(1, itemsize))
    if not shape:
        yield ()
        return
    split = next((at for at in range(len(shape)) if math.prod(shape[at + 1 :]) <= room), len(shape) - 1)
    step = max(1, room // max(1, math.prod(shape[split + 1 :])))
    rest = tuple(slice(0, length) for length in shape[split + 1 :])
    for corner in _corners([range(length) for length in shape[:split]]):
        for at in range(0, shape[split], step):
            yield (*(slice(one, one + 1) for one in corner), slice(at, min(at + step, shape[split])), *rest)


def _corners(ranges: Sequence[range]) -> Iterator[tuple[int, ...]]:
    """As itertools.product, which would first write out every range, however long."""
    if not ranges:
        yield ()
        return
    for at in ranges[0]:
        for rest in _corners(ranges[1:]):
            yield (at, *rest)
