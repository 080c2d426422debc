"""A config's bytes as a plain tree: dicts, lists, scalars. What it is, its file's ending says.

YAML and JSON are what they are; CSV is a list of rows by the names of its header, all texts. Floats know how they
were written (`AsWritten`). Whatever else has bytes and no structure.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

from .yamltree import DEEPEST, MOST, AsWritten, Cell, Places, Unreadable, grow

LARGEST = 16 << 20  # bytes that are parsed
FORMS = {".yml": "YAML", ".yaml": "YAML", ".json": "JSON", ".csv": "CSV", ".tsv": "CSV"}


def form(name: str) -> str:
    """YAML, JSON or CSV, by the ending of a file's name; "" for a file of no such form."""
    return FORMS.get(_ending(name), "")


def read(data: bytes, name: str) -> Any:
    """The tree of a file called *name*. Raises Unreadable with the line of what is wrong."""
    text = decode(data)
    match form(name):
        case "YAML":
            return grow(text, {})  # with lines: a key that is given twice is told with both
        case "JSON":
            return _json(text)
        case "CSV":
            return _csv(text, "\t" if _ending(name) == ".tsv" else ",")
    raise Unreadable(0, "its name ends neither in .yml, .json nor .csv", "its values cannot be looked at")


def decode(data: bytes) -> str:
    """The text of a file. Raises Unreadable."""
    if len(data) > LARGEST:
        raise Unreadable(0, f"it has {len(data):,} bytes", f"{LARGEST:,} are taken at most")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(data.count(b"\n", 0, error.start) + 1, "it is not UTF-8", "save it as UTF-8") from None


def lines(data: bytes, name: str, paths: Sequence[Sequence[Any]]) -> list[int]:
    """The lines of the values at these paths (keys and indexes from the root); 0 where it cannot be told."""
    if form(name) == "CSV":
        return [path[0] + 2 if path and isinstance(path[0], int) else 0 for path in paths]
    places: Places = {}
    try:
        root = grow(decode(data), places)  # JSON is YAML, nearly always
    except Unreadable:
        return [0] * len(paths)
    return [_line(root, places, path) for path in paths]


def _line(node: Any, places: Places, path: Sequence[Any]) -> int:
    """The line of the value, or of the nearest above it that is there."""
    line = 0
    for key in path:
        known = places.get(id(node), {})
        if isinstance(node, dict) and key not in node:  # a schema knows the keys as texts
            key = next((one for one in node if str(one) == key), key)
        if key not in known:
            return line
        line, node = known[key], node[key]
    return line


def _ending(name: str) -> str:
    dot = name.rfind(".")
    return name[dot:].lower() if dot >= 0 else ""


# -- JSON -----------------------------------------------------------------------------------------------


def _json(text: str) -> Any:
    try:
        root = json.loads(text, parse_float=AsWritten, object_pairs_hook=_object) if text.strip() else None
    except json.JSONDecodeError as error:
        raise Unreadable(error.lineno, f"it is no JSON: {error.msg.lower()}", f"look at column {error.colno}") from None
    except RecursionError:
        raise _too_deep() from None
    except ValueError as error:  # an integer of thousands of digits
        raise Unreadable(0, f"it is no JSON that can be used: {error}") from None
    _bound(root)
    return root


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for at, name in enumerate(names) if name in names[:at])
        raise Unreadable(0, f"the key {twice} is given twice in one object", "keep one of them")
    return found


def _bound(root: Any) -> None:
    """Refuse what is too deep or too much, level by level."""
    level, count = [root], 0
    for _ in range(DEEPEST + 1):
        level = [one for node in level if isinstance(node, (dict, list)) for one in _inside(node)]
        count += len(level)
        if not level:
            return
        if count > MOST:
            raise Unreadable(0, "it has too many values", f"{MOST:,} are taken at most")
    raise _too_deep()


def _inside(node: Any) -> Any:
    return node.values() if isinstance(node, dict) else node


def _too_deep() -> Unreadable:
    return Unreadable(0, "it is nested too deeply", f"{DEEPEST} levels are taken at most")


# -- CSV ------------------------------------------------------------------------------------------------


def _csv(text: str, delimiter: str) -> list[dict[str, Cell]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        names = _header(next(reader, []))
        return [_row(names, cells, reader.line_num) for cells in reader if cells]
    except csv.Error as error:
        raise Unreadable(reader.line_num, f"it is no CSV: {error}", "look at its quotes") from None


def _header(cells: list[str]) -> list[str]:
    """The columns' names; one without a name (a table's index has none) is called by its number."""
    names = [cell.strip() or f"column {number}" for number, cell in enumerate(cells, 1)]
    twice = next((name for at, name in enumerate(names) if name in names[:at]), None)
    if twice is not None:
        raise Unreadable(1, f"two columns are called {twice}", "give each a name of its own")
    return names


def _row(names: list[str], cells: list[str], line: int) -> dict[str, Cell]:
    if len(cells) != len(names):
        raise Unreadable(line, f"the row has {len(cells)} cells, the header {len(names)}", "look at its commas")
    return dict(zip(names, map(Cell, cells), strict=True))
