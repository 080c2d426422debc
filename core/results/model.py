"""What is told about a data file: frozen records. Shapes are of HDF5, sizes bytes."""

from __future__ import annotations

from typing import Any, NamedTuple

from ..labmodels import ConfigChange


class Node(NamedTuple):
    """A group, a dataset or a link of a file.

    ``kind`` is group, dataset, link (soft), external link, circle (a group that contains itself), same (one that
    stands elsewhere too), type or unreadable; ``target`` says where a link leads or what is wrong. Of groups and
    datasets ``attributes`` are in words.
    """

    path: str  # /group/name; / is the root
    kind: str
    shape: tuple[int, ...] | None = None  # None: no dataset, or one without any value
    dtype: str = ""
    chunks: tuple[int, ...] | None = None
    stored: int = 0  # bytes on the disk
    attributes: tuple[tuple[str, str], ...] = ()
    target: str = ""

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.path.rpartition("/")[2] or "/"

    @property
    def depth(self) -> int:
        """How many groups it lies in; the root in none."""
        return 0 if self.path == "/" else self.path.count("/")


class Tree(NamedTuple):
    """Everything in a file, a group before what it contains. ``cut``: there is more than was looked at."""

    path: str
    nodes: tuple[Node, ...]
    cut: bool = False


class Summary(NamedTuple):
    """What the values of a dataset are. Least, most and mean leave NaN out; of complex numbers they are magnitudes."""

    path: str
    shape: tuple[int, ...] | None
    dtype: str
    total: int  # values that there are
    least: float | None = None
    most: float | None = None
    mean: float | None = None
    nans: int = 0
    first: tuple[str, ...] = ()
    looked: int = 0  # values that were looked at
    trouble: str = ""  # why it could not be read

    @property
    def whole(self) -> bool:
        """Whether every value was looked at."""
        return self.looked == self.total


class Exported(NamedTuple):
    """What was written; ``left``: datasets that were not, each with the reason."""

    rows: int
    names: tuple[str, ...]  # columns of CSV, arrays of npz
    left: tuple[tuple[str, str], ...] = ()


class DataChange(NamedTuple):
    """How a dataset differs. ``what``: missing, new, shape, dtype, values, unreadable; ``most`` is the largest |Δ|."""

    path: str
    what: str
    before: str = ""
    after: str = ""
    most: float | None = None
    differing: int = 0  # values that do


class DataDifferences(NamedTuple):
    """How two files differ."""

    one: str
    other: str
    config: tuple[ConfigChange, ...]
    datasets: tuple[DataChange, ...]

    @property
    def same(self) -> bool:
        """Whether they hold the same."""
        return not self.config and not self.datasets


class Axis(NamedTuple):
    """One direction of a plot: a name for people and its values, an array of numbers."""

    label: str
    values: Any
