"""Values that are read a stretch at a time: they need not be in memory, nor exist at all.

Whatever has ``shape``, ``dtype`` and slices is a source: numpy arrays, datasets of h5py, those below.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Source(Protocol):
    """Values with one direction or more."""

    @property
    def shape(self) -> tuple[int, ...]: ...
    @property
    def dtype(self) -> Any: ...
    def __getitem__(self, key: Any) -> Any: ...


class Even:
    """``start + step·i``: the numbers of values, or an axis between two ends."""

    dtype = np.dtype("f8")

    def __init__(self, count: int, start: float = 0.0, step: float = 1.0) -> None:
        self.shape, self.start, self.step = (count,), start, step

    def __getitem__(self, key: slice) -> Floats:
        at = np.arange(*key.indices(self.shape[0]), dtype="f8")
        return self.start + self.step * at


class Part:
    """One side of complex numbers: ``real``, ``imaginary``, ``magnitude`` or ``phase`` (radians, -π to π)."""

    dtype = np.dtype("f8")

    def __init__(self, source: Any, how: str) -> None:
        self.shape, self._source, self._how = source.shape, source, how

    def __getitem__(self, key: Any) -> Any:
        return SIDES[self._how](np.asarray(self._source[key]))


SIDES: dict[str, Any] = {"real": np.real, "imaginary": np.imag, "magnitude": np.abs, "phase": np.angle}


class Reversed:
    """The same from the end to the beginning, one direction."""

    def __init__(self, source: Any) -> None:
        self.shape, self.dtype, self._source = source.shape, source.dtype, source

    def __getitem__(self, key: slice) -> Any:
        start, stop, _ = key.indices(self.shape[0])
        count = self.shape[0]
        return self._source[count - stop : count - start][::-1]


class Cut(NamedTuple):
    """Where in a dataset: a number for each direction that is fixed, None for each that is kept."""

    fixed: tuple[int | None, ...] = ()

    def whole(self, key: Any) -> tuple[Any, ...]:
        """The selection in the dataset for one in what is kept."""
        wanted = iter(key if isinstance(key, tuple) else (key,))
        return tuple(next(wanted, slice(None)) if at is None else at for at in self.fixed)


class Stored:
    """A dataset of a file, opened for each stretch that is read: no file is held open. Raises BadFile then."""

    def __init__(self, path: Path | str, name: str, shape: tuple[int, ...], dtype: Any, cut: Cut | None = None) -> None:
        self._path, self._name = str(path), name
        self._cut = cut or Cut((None,) * len(shape))
        self.shape = tuple(size for size, at in zip(shape, self._cut.fixed, strict=True) if at is None)
        self.dtype = np.dtype(dtype)

    def __getitem__(self, key: Any) -> Any:
        from jobyard.core.results.opening import opened
        from jobyard.core.results.tree import member

        with opened(self._path) as file:
            return member(file, self._name)[self._cut.whole(key)]


def floats(source: Any, key: Any) -> Floats:
    """A stretch as numbers: complex ones by magnitude, times as seconds since the epoch; what is none is NaN."""
    values = np.asarray(source[key])
    kind = values.dtype.kind
    if kind in "mM":
        unit = "timedelta64[ns]" if kind == "m" else "datetime64[ns]"
        numbers = values.astype(unit).astype("i8") / 1e9
        numbers[np.isnat(values)] = np.nan
        return numbers
    if kind == "c":
        values = np.abs(values)
    return finite(values.astype("f8", copy=False))


def finite(values: Floats) -> Floats:
    """Infinities as NaN."""
    strange = np.isinf(values)
    return np.where(strange, np.nan, values) if strange.any() else values
