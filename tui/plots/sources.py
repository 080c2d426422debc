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


PAIRS = (("r", "i"), ("re", "im"), ("real", "imag"), ("real", "imaginary"))  # fields that are a complex number
KEPT = 16 << 20  # bytes of packed chunks that a dataset keeps in memory


def pair_of(dtype: Any) -> tuple[str, ...]:
    """The fields that are the real and the imaginary part of such a record; none where it is something else."""
    names = dtype.names or ()
    real = all(dtype.fields[name][0].kind in "iuf" for name in names)
    return names if real and tuple(name.lower() for name in names) in PAIRS else ()


class Stored:
    """A dataset of a file, opened for each stretch that is read: no file is held open. Raises BadFile then.

    *packed* are chunks that are unpacked as a whole; of one direction some of them are kept, for the next stretch.
    """

    def __init__(
        self, path: Path | str, name: str, shape: tuple[int, ...], dtype: Any, cut: Cut | None = None,
        packed: tuple[int, ...] | None = None,
    ) -> None:  # fmt: skip
        self._path, self._name = str(path), name
        self._cut = cut or Cut((None,) * len(shape))
        free = [number for number, at in enumerate(self._cut.fixed) if at is None]
        self.shape = tuple(shape[number] for number in free)
        self._pair = pair_of(np.dtype(dtype))
        self.dtype = np.dtype("c16") if self._pair else np.dtype(dtype)
        self._chunk = packed[free[0]] if packed and len(free) == 1 else 0
        self._kept, self._from = np.empty(0), 0

    def __getitem__(self, key: Any) -> Any:
        if not self._chunk or not isinstance(key, slice):
            return self._read(key)
        start, stop, _ = key.indices(self.shape[0])
        if not self._from <= start <= stop <= self._from + len(self._kept):
            low, high = start // self._chunk * self._chunk, -(-stop // self._chunk) * self._chunk
            if (high - low) * self.dtype.itemsize > KEPT:
                return self._read(slice(start, stop))
            self._kept, self._from = self._read(slice(low, min(high, self.shape[0]))), low
        return self._kept[start - self._from : stop - self._from]

    def _read(self, key: Any) -> Any:
        from jobyard.core.results.opening import opened
        from jobyard.core.results.tree import member

        with opened(self._path) as file:
            values = member(file, self._name)[self._cut.whole(key)]
        if self._pair:
            real, imaginary = (values[name].astype("f8") for name in self._pair)
            return real + 1j * imaginary
        return values


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
