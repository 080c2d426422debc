"""What is in a file as a tree that folds: groups, datasets, attributes, and the config that made it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from rich.cells import cell_len

from jobyard.core.results.model import Node, Tree

from ..configs.leaf import Leaf
from ..format import number, plural
from ..text import plain
from ..widgets.lines import Line

CONFIG = "@config"
LONGEST = 200  # characters of a value, of a name
WIDEST = 28  # cells of a name that has its column
LOOKED_AT = 300  # lines whose names say how wide the column is


class Row(NamedTuple):
    """A line: where it leads, how deep it lies, what it says.

    ``folds``: something lies in it, which is folded away at first where it is ``shut``.
    """

    key: str
    depth: int
    name: str
    said: str
    folds: bool = False
    dataset: Node | None = None
    style: str = "dim"
    shut: bool = False


class Looked(NamedTuple):
    """What is in a file, and what of it is shown: made here, since there may be fifty thousand lines."""

    tree: Tree
    config: dict[str, Any]
    rows: tuple[Row, ...]
    drawable: frozenset[str]  # datasets, by their paths without the first slash
    first: str  # the dataset that says most
    trouble: str = ""  # why there is no config


class FileTree(Leaf):
    """The lines that are not folded away; *turned* are those that were folded or unfolded since."""

    chooses = True

    def __init__(self, rows: Sequence[Row], turned: set[str], over: str = "", y: str = "") -> None:
        self.turned, self.over, self.y = turned, over, y
        self.rows = unfolded(rows, turned)
        named = (2 * row.depth + cell_len(row.name) for row in self.rows[:LOOKED_AT] if row.dataset is not None)
        self._wide = min(WIDEST, max(named, default=0)) + 2

    @property
    def count(self) -> int:
        """How many lines."""
        return len(self.rows)

    def key(self, number: int) -> str:
        """The path of a dataset or group, ``@config/…`` of a value of the config, ``…@name`` of an attribute."""
        return self.rows[number].key

    def folder(self, number: int) -> int:
        """The line that folds: itself, or the one in which it lies; -1 where there is none."""
        depth = self.rows[number].depth + 1
        for at in range(number, -1, -1):
            if self.rows[at].folds and self.rows[at].depth < depth:
                return at
            depth = min(depth, self.rows[at].depth)
        return -1

    def line(self, number: int, left: int, width: int) -> Line:
        """What it is called, and what it is."""
        row = self.rows[number]
        sign = " " if not row.folds else "▸ " if closed(row, self.turned) else "▾ "
        name, shown = row.key.strip("/"), plain(row.name[:LONGEST])
        room = self._wide - 2 * row.depth - cell_len(shown) if row.dataset is not None else 2
        role = ("  ", "")
        if row.dataset is not None and name in (self.y, self.over):
            role = (" y" if name == self.y else " x", "accent")
        return [(f"{'  ' * row.depth}{sign:2}", "faint"), (shown, "" if row.dataset else "dim"),
                (" " * max(0, room - 2), ""), role, (f" {plain(row.said)}", row.style)]  # fmt: skip


def closed(row: Row, turned: Collection[str]) -> bool:
    """Whether what lies in it is folded away."""
    return row.folds and (row.key in turned) != row.shut


def unfolded(rows: Sequence[Row], turned: Collection[str]) -> list[Row]:
    """Those that are in no line which is closed."""
    found: list[Row] = []
    hidden = ""
    for row in rows:
        if hidden and row.key.startswith(hidden):
            continue
        hidden = ""
        if row.folds and (row.key in turned) != row.shut:
            hidden = f"{row.key.rstrip('/')}/"
        found.append(row)
    return found


def seek(rows: Sequence[Row], words: str, key: str, back: bool = False) -> Row | None:
    """The next line with these words after the one of *key*, or before it, round the end, also of folded ones.

    Capitals count if there are any.
    """
    fold = words == words.lower()
    start = next((at for at, row in enumerate(rows) if row.key == key), 0 if back else -1)
    order = range(start - 1, start - len(rows) - 1, -1) if back else range(start + 1, start + len(rows) + 1)
    for at in order:
        row = rows[at % len(rows)]
        text = f"{row.name} {row.said}"
        if words in (text.lower() if fold else text):
            return row
    return None


def above(rows: Sequence[Row], key: str) -> list[Row]:
    """The lines in which one lies."""
    return [row for row in rows if row.folds and row.key != key and key.startswith(f"{row.key.rstrip('/')}/")]


def rows_of(
    tree: Tree, config: Mapping[str, Any], trouble: str = "", values: Mapping[str, Sequence[str]] = MappingProxyType({})
) -> Iterator[Row]:
    """All lines of a file; *trouble*: why it has no config; *values* of those that have one, by their paths.

    There may be fifty thousand, so it is not asked where keys are waited for.
    """
    for node in tree.nodes:
        if node.path != "/":
            yield from _of_node(node, values.get(node.path, ()))
    if tree.cut:
        yield Row("…", 0, "…", "there is more than is shown", style="pending")
    if trouble:
        yield Row(CONFIG, 0, "config", trouble, style="failed")
    if config:
        yield Row(CONFIG, 0, "config", plural(len(config), "key"), folds=True)
        yield from _of_config(config, CONFIG, 1)
    for node in tree.nodes[:1]:
        yield from _of_root(node)


def _of_root(node: Node) -> Iterator[Row]:
    """What the file says of itself, beside its config."""
    some = [(name, value) for name, value in node.attributes if name != "config"]
    if some:
        yield Row("/", 0, "attributes", number(len(some)), folds=True)
        yield from _attributes("", 1, some)


def _of_node(node: Node, values: Sequence[str] = ()) -> Iterator[Row]:
    depth, folds = max(0, node.depth - 1), bool(node.attributes) or node.kind == "group" or len(values) > 1
    dataset, style = node if node.kind == "dataset" else None, "failed" if node.kind == "unreadable" else "dim"
    text = len(values) > 1 or node.dtype == "string"
    what = f"= {values[0]}" if values and not text else ""
    yield Row(
        node.path, depth, node.name, said(node, what), folds, dataset, style, shut=dataset is not None and not text
    )
    inner = node.path.rstrip("/")
    if text:
        yield from (Row(f"{inner}/{at}", depth + 1, "", one[:LONGEST], style="") for at, one in enumerate(values))
    yield from _attributes(inner, depth + 1, node.attributes)


def _attributes(inner: str, depth: int, some: Sequence[tuple[str, str]]) -> Iterator[Row]:
    for name, value in some:
        yield Row(f"{inner}/@{name}", depth, f"@{name}", value[:LONGEST], style="faint")


def said(node: Node, value: str = "") -> str:
    """Shape and type, or its only value; where a link leads; what is wrong."""
    if node.kind == "dataset":
        shape = " × ".join(number(one) for one in node.shape) if node.shape is not None else "no value"
        return f"{value or ('none' if node.shape and 0 in node.shape else '') or shape or 'one value':<12} {node.dtype}"
    if node.kind == "group":
        return ""
    told = {"link": "→ ", "external link": "→ in another file: ", "same": "the same as ", "circle": "↺ leads back to ",
            "type": "a type: "}.get(node.kind, "")  # fmt: skip
    return f"{told}{node.target or node.dtype}"


def _of_config(value: Any, above: str, depth: int) -> Iterator[Row]:
    pairs = value.items() if isinstance(value, Mapping) else enumerate(value)
    for name, inner in pairs:
        key = f"{above}/{name}"
        if isinstance(inner, Mapping) or (isinstance(inner, list) and any(isinstance(x, (dict, list)) for x in inner)):
            yield Row(
                key, depth, str(name), plural(len(inner), "key" if isinstance(inner, Mapping) else "value"), folds=True
            )
            yield from _of_config(inner, key, depth + 1)
        else:
            yield Row(key, depth, str(name), str(inner)[:LONGEST], style="")
