"""What is in a file: groups, datasets, links; nothing is followed out of it, nor twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from . import words
from .model import Node, Tree
from .opening import opened, why

MOST = 100_000  # groups, datasets and links that are told
DEEP = 200  # groups in each other


def tree(path: Path | str, most: int = MOST) -> Tree:
    """All that a file contains, at most so much of it. Raises BadFile."""
    nodes: list[Node] = []
    with opened(path) as file:
        for node in _walk(file):
            if len(nodes) >= most:
                return Tree(str(path), tuple(nodes), cut=True)
            nodes.append(node)
    return Tree(str(path), tuple(nodes))


def datasets(file: Any, most: int = MOST) -> dict[str, Any]:
    """The datasets of an open file by their path without the first slash, in the file's order."""
    found: dict[str, Any] = {}
    for number, (path, thing, _) in enumerate(_things(file)):
        if number >= most:
            break
        if thing is not None and hasattr(thing, "dtype") and hasattr(thing, "shape"):
            found[path.lstrip("/")] = thing
    return found


def _walk(file: Any) -> Iterator[Node]:
    for path, thing, told in _things(file):
        yield told if told is not None else _node(path, thing)


def _things(file: Any) -> Iterator[tuple[str, Any, Node | None]]:
    """(path, group or dataset, None), or (path, None, the node of what is not entered), in the order of the file."""
    seen: dict[tuple[int, bytes], str] = {}
    waiting: list[tuple[str, Any, frozenset[tuple[int, bytes]]]] = [("/", file, frozenset())]
    while waiting:
        path, found, above = waiting.pop()
        if isinstance(found, Node):
            yield path, None, found
            continue
        if not _is_group(found):
            yield path, found, None
            continue
        key = _key(found)
        if key in seen:
            yield path, None, Node(path, "circle" if key in above else "same", target=seen[key])
            continue
        seen[key] = path
        yield path, found, None
        waiting.extend(reversed(list(_inside(path, found, above | {key}))))


def _inside(
    path: str, group: Any, above: frozenset[tuple[int, bytes]]
) -> Iterator[tuple[str, Any, frozenset[tuple[int, bytes]]]]:
    """The members of a group: opened, or told by a node where they are links or broken."""
    if len(above) > DEEP:
        yield path.rstrip("/") + "/…", Node(path.rstrip("/") + "/…", "unreadable", target="too deep"), above
        return
    for name in group:
        inner = f"{path.rstrip('/')}/{name}"
        yield inner, _member(inner, group, name), above


def _member(path: str, group: Any, name: str) -> Any:
    import h5py

    try:
        link = group.get(name, getlink=True)
        if isinstance(link, h5py.SoftLink):
            return Node(path, "link", target=link.path)
        if isinstance(link, h5py.ExternalLink):
            return Node(path, "external link", target=f"{link.filename}:{link.path}")
        return group[name]
    except (OSError, RuntimeError, KeyError, TypeError, ValueError, UnicodeError) as error:
        return Node(path, "unreadable", target=why(error))


def _key(thing: Any) -> tuple[int, bytes]:
    """The object itself, whatever its names are."""
    import h5py

    info = h5py.h5o.get_info(thing.id)
    return int(info.fileno), str(info.addr).encode()


def _is_group(thing: Any) -> bool:
    return hasattr(thing, "keys")


def _node(path: str, thing: Any) -> Node:
    try:
        if _is_group(thing):
            return Node(path, "group", attributes=words.attributes(thing))
        if not hasattr(thing, "shape"):
            return Node(path, "type", dtype=words.dtype(thing.dtype))
        return Node(
            path, "dataset", thing.shape, words.dtype(thing.dtype), thing.chunks,
            int(thing.id.get_storage_size()), words.attributes(thing),
        )  # fmt: skip
    except (OSError, RuntimeError, TypeError, ValueError, KeyError) as error:
        return Node(path, "unreadable", target=why(error))
