"""What is in a file as a tree that folds: groups, datasets, attributes, and the config that made it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from jobyard.core.results.model import Node, Tree

from ..configs.leaf import Leaf
from ..format import number
from ..text import plain
from ..widgets.lines import Line

CONFIG = "@config"
LONGEST = 200  # characters of a value, of a name


class Row(NamedTuple):
    """A line: where it leads, how deep it lies, what it says. ``folds``: something lies in it."""

    key: str
    depth: int
    name: str
    said: str
    folds: bool = False
    dataset: Node | None = None
    style: str = "dim"


class Looked(NamedTuple):
    """What is in a file, and what of it is shown: made here, since there may be fifty thousand lines."""

    tree: Tree
    config: dict[str, Any]
    rows: tuple[Row, ...]
    drawable: frozenset[str]  # datasets, by their paths without the first slash
    first: str  # the dataset that says most
    trouble: str = ""  # why there is no config


class FileTree(Leaf):
    """The lines that are not folded away."""

    chooses = True

    def __init__(self, rows: Sequence[Row], folded: set[str], over: str = "", y: str = "") -> None:
        self.folded, self.over, self.y = folded, over, y
        self.rows = list(_unfolded(rows, folded)) if folded else rows

    @property
    def count(self) -> int:
        """How many lines."""
        return len(self.rows)

    def key(self, number: int) -> str:
        """The path of a dataset or group, ``@config/…`` of a value of the config, ``…@name`` of an attribute."""
        return self.rows[number].key

    def line(self, number: int, left: int, width: int) -> Line:
        """What it is called, and what it is."""
        row = self.rows[number]
        sign = " " if not row.folds else "▸ " if row.key in self.folded else "▾ "
        name = row.key.strip("/")
        role = ("", "")
        if row.dataset is not None and name in (self.y, self.over):
            role = (" y" if name == self.y else " x", "accent")
        shown = plain(row.name[:LONGEST])
        return [(f"{'  ' * row.depth}{sign:2}", "faint"), (shown, "" if row.dataset else "dim"), role,
                (f"  {plain(row.said)}", row.style)]  # fmt: skip


def _unfolded(rows: Sequence[Row], folded: set[str]) -> Iterator[Row]:
    hidden = ""
    for row in rows:
        if hidden and row.key.startswith(hidden):
            continue
        hidden = f"{row.key.rstrip('/')}/" if row.folds and row.key in folded else ""
        yield row


def rows_of(tree: Tree, config: Mapping[str, Any], trouble: str = "") -> Iterator[Row]:
    """All lines of a file; *trouble*: why it has no config.

    There may be fifty thousand, so it is not asked where keys are waited for.
    """
    for node in tree.nodes:
        if node.path != "/":
            yield from _of_node(node)
    if tree.cut:
        yield Row("…", 0, "…", "there is more than is shown", style="pending")
    if trouble:
        yield Row(CONFIG, 0, "config", trouble, style="failed")
    if config:
        yield Row(CONFIG, 0, "config", f"{number(len(config))} entries", folds=True)
        yield from _of_config(config, CONFIG, 1)
    for node in tree.nodes[:1]:
        yield from _of_node(node)


def _of_node(node: Node) -> Iterator[Row]:
    depth, name = max(0, node.depth - 1), node.name if node.path != "/" else "attributes"
    folds = bool(node.attributes) or node.kind == "group"
    style = "failed" if node.kind == "unreadable" else "dim"
    yield Row(node.path, depth, name, said(node), folds, node if node.kind == "dataset" else None, style)
    inner = node.path.rstrip("/")
    for name, value in node.attributes:
        if not (node.path == "/" and name == "config"):
            yield Row(f"{inner}/@{name}", node.depth + 1, f"@{name}", value[:LONGEST], style="faint")


def said(node: Node) -> str:
    """Shape and type; where a link leads; what is wrong."""
    if node.kind == "dataset":
        shape = " × ".join(number(one) for one in node.shape) if node.shape is not None else "no value"
        return f"{shape or 'one value'}  {node.dtype}"
    if node.kind == "group":
        return ""
    return {"link": "→ ", "external link": "→ ", "same": "= ", "circle": "↺ "}.get(node.kind, "") + node.target


def _of_config(value: Any, above: str, depth: int) -> Iterator[Row]:
    pairs = value.items() if isinstance(value, Mapping) else enumerate(value)
    for name, inner in pairs:
        key = f"{above}/{name}"
        if isinstance(inner, Mapping) or (isinstance(inner, list) and any(isinstance(x, (dict, list)) for x in inner)):
            yield Row(key, depth, str(name), f"{number(len(inner))} entries", folds=True)
            yield from _of_config(inner, key, depth + 1)
        else:
            yield Row(key, depth, str(name), str(inner)[:LONGEST], style="")
