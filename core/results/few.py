"""The values of datasets that have one, and lines of text such as notes: they say more than that there is one."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from . import words
from .model import Node, Tree
from .tree import member

MOST = 300  # datasets of a file that are read for it
LINES = 20  # of a text
LARGEST = 1 << 16  # bytes, and values of a chunk


def few(file: Any, tree: Tree) -> Mapping[str, tuple[str, ...]]:
    """By their paths: what the value is, or the lines are. What cannot be read has none."""
    small = [node for node in tree.nodes if _is_small(node)][:MOST]
    return {node.path: found for node in small if (found := _read(file, node))}


def _is_small(node: Node) -> bool:
    if node.kind != "dataset" or node.shape is None or node.stored > LARGEST:
        return False
    count, chunk = math.prod(node.shape), math.prod(node.chunks or ())
    return chunk <= LARGEST and (count == 1 or (node.dtype == "string" and 0 < count <= LINES and len(node.shape) == 1))


def _read(file: Any, node: Node) -> tuple[str, ...]:
    try:
        found = member(file, node.path.lstrip("/"))[()]
        values = [found] if node.shape == () else found.ravel().tolist()
        return tuple(words.value(one) for one in values)
    except (OSError, RuntimeError, KeyError, TypeError, ValueError, AttributeError, MemoryError):
        return ()
