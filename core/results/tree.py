"""What is in a file: groups, datasets, links; nothing is followed out of it, nor twice."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from ..errors import BadFile
from . import words
from .model import Node, Tree
from .opening import opened, why
from .packing import Kind, chunks

MOST = 100_000  # groups, datasets and links that are told
ATTRIBUTES = 20_000  # that are told of all of them
DAMAGED = "/(damaged)"  # in the place of what else is in a group
DEEP = 200  # groups in each other


def tree(path: Path | str, most: int = MOST) -> Tree:
    """All that a file contains, at most so much of it. Raises BadFile."""
    with opened(path) as file:
        return told(file, str(path), most)[0]


def told(file: Any, path: str, most: int = MOST) -> tuple[Tree, dict[str, Kind]]:
    """The same of an open file, and what its datasets are, by their path without the first slash."""
    nodes: list[Node] = []
    kinds: dict[str, Kind] = {}
    for node, kind in _walk(file):
        if len(nodes) >= most:
            return Tree(path, tuple(nodes), cut=True), kinds
        nodes.append(node)
        if kind is not None:
            kinds[node.path.lstrip("/")] = kind
    return Tree(path, tuple(nodes)), kinds


def datasets(file: Any, most: int = MOST) -> dict[str, Any]:
    """The datasets of an open file by their path without the first slash, in the file's order.

    Raises BadFile where a group is damaged: nobody knows what is missing then.
    """
    import h5py

    found: dict[str, Any] = {}
    for path, thing, node in islice(_things(file), most):
        if node is not None and node.kind == "unreadable" and node.path.endswith(DAMAGED):
            raise BadFile(f"{file.filename} cannot be read", node.target, "")
        if isinstance(thing, h5py.h5d.DatasetID):
            found[path.lstrip("/")] = h5py.Dataset(thing, readonly=True)
    return found


def member(file: Any, name: str) -> Any:
    """A dataset by its path, whatever bytes are in it. Raises KeyError."""
    return file[name.encode("utf-8", "surrogateescape")]


def _walk(file: Any) -> Iterator[tuple[Node, Kind | None]]:
    room = ATTRIBUTES
    for path, thing, node in _things(file):
        found = (node, None) if node is not None else _node(path, thing, max(0, min(room, words.ATTRIBUTES)))
        room -= len(found[0].attributes)
        yield found


# Groups and datasets are those of h5py's lower level: there may be ten thousand, and the upper one takes twice as long.

_TROUBLE = (OSError, RuntimeError, KeyError, TypeError, ValueError, UnicodeError)
_Found = tuple[str, Any, frozenset[tuple[int, bytes]]]  # path, what is there, the groups that it lies in


def _things(file: Any) -> Iterator[tuple[str, Any, Node | None]]:
    """(path, group or dataset, None), or (path, None, the node of what is not entered), in the order of the file."""
    seen: dict[tuple[int, bytes], str] = {}
    groups: list[Iterator[_Found]] = [iter([("/", file["/"].id, frozenset[tuple[int, bytes]]())])]
    while groups:
        if (entry := next(groups[-1], None)) is None:
            groups.pop()
            continue
        path, found, above = entry
        if isinstance(found, Node):
            yield path, None, found
            continue
        if not _is_group(found):
            yield path, found, None
            continue
        if (key := _key(found)) is None:
            yield (
                path,
                None,
                Node(path.rstrip("/") + DAMAGED, "unreadable", target="HDF5 cannot tell which group it is"),
            )
            continue
        if key in seen:
            yield path, None, Node(path, "circle" if key in above else "same", target=seen[key])
            continue
        seen[key] = path
        yield path, found, None
        groups.append(_inside(path, found, above | {key}))


def _inside(path: str, group: Any, above: frozenset[tuple[int, bytes]]) -> Iterator[_Found]:
    """The members of a group: opened, or told by a node where they are links or broken."""
    if len(above) > DEEP:
        yield path.rstrip("/") + "/…", Node(path.rstrip("/") + "/…", "unreadable", target="too deep"), above
        return
    try:
        for name in islice(group, MOST):
            inner = f"{path.rstrip('/')}/{_text(name)}"
            yield inner, _member(inner, group, name), above
    except _TROUBLE as error:
        inner = path.rstrip("/") + DAMAGED
        yield inner, Node(inner, "unreadable", target=why(error)), above


def _text(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")


def _member(path: str, group: Any, name: bytes) -> Any:
    from h5py import h5l, h5o

    try:
        kind = group.links.get_info(name).type
        if kind == h5l.TYPE_SOFT:
            return Node(path, "link", target=_text(group.links.get_val(name)))
        if kind == h5l.TYPE_EXTERNAL:
            return Node(path, "external link", target=":".join(map(_text, group.links.get_val(name))))
        return h5o.open(group, name)
    except _TROUBLE as error:
        return Node(path, "unreadable", target=why(error))


def _key(thing: Any) -> tuple[int, bytes] | None:
    """The object itself, whatever its names are; None where it is damaged."""
    import h5py

    try:
        info = h5py.h5o.get_info(thing)
    except _TROUBLE:
        return None
    return int(info.fileno), str(info.addr).encode()


def _is_group(thing: Any) -> bool:
    import h5py

    return isinstance(thing, h5py.h5g.GroupID)


def _node(path: str, thing: Any, most: int) -> tuple[Node, Kind | None]:
    """A group or dataset in words, with so many attributes at most, and what a dataset is."""
    import h5py

    try:
        attributes = words.attributes(thing, most) if h5py.h5a.get_num_attrs(thing) else ()
        if _is_group(thing):
            return Node(path, "group", attributes=attributes), None
        dtype = thing.dtype
        told = words.dtype(dtype)
        if not isinstance(thing, h5py.h5d.DatasetID):
            return Node(path, "type", dtype=told), None
        shape, (chunked, packed) = thing.shape, chunks(thing.get_create_plist())
        node = Node(path, "dataset", shape, told, chunked, int(thing.get_storage_size()), attributes)
        return node, Kind(shape, dtype, packed)
    except _TROUBLE as error:
        return Node(path, "unreadable", target=why(error)), None
