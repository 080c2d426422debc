"""What a data file holds, to choose what is drawn: a line for each dataset, those that can be drawn first."""

from __future__ import annotations

from collections.abc import Sequence

from jobyard.core.results.model import Node, Tree

from ..configs.leaf import Leaf
from ..format import number as counted
from ..painting import fit
from ..results.drawing import drawable
from ..text import plain
from ..widgets.lines import Line

MOST = 5000  # lines


class Datasets(Leaf):
    """Datasets; *y* is drawn over *x*."""

    chooses = True

    def __init__(self, found: Tree, x: str = "", y: str = "") -> None:
        datasets = [node for node in found.nodes if node.kind == "dataset"]
        self.nodes: Sequence[Node] = sorted(datasets, key=lambda node: not drawable(node))[:MOST]
        self._x, self._y = x, y
        self._types = max((len(plain(node.dtype)) for node in self.nodes), default=0)

    @property
    def drawn(self) -> int:
        """The line of the dataset that is drawn."""
        return next((at for at, node in enumerate(self.nodes) if node.path.lstrip("/") == self._y), 0)

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.nodes)

    def key(self, number: int) -> str:
        """Its path."""
        return self.nodes[number].path

    def line(self, number: int, left: int, width: int) -> Line:
        """What it is drawn as, its name, its shape and type."""
        node = self.nodes[number]
        name = node.path.lstrip("/")
        role = "y" if name == self._y else "x" if name == self._x else " "
        shown, about = plain(name), f"{shape_of(node)}  {plain(node.dtype):<{self._types}}"
        ink = "bold" if role == "y" else "" if drawable(node) else "dim"
        room = max(6, width - 3 - len(about) - 2)
        return [(f" {role} ", "accent"), (fit(shown, room), ink), (f" {about}", "dim")]


def shape_of(node: Node) -> str:
    """``2 × 3 × 4``; of a single value that it is one."""
    if node.shape is None:
        return "no value"
    return " × ".join(map(counted, node.shape)) or "one value"
