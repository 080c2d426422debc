"""Trees for property tests, and the steps of a difference carried out."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import strategies as st

from jobyard.core.configs.structural import ABSENT, Step

WORDS = st.text("abx1. é", max_size=4)
SCALARS = st.none() | st.booleans() | st.integers(-3, 3) | st.floats(allow_nan=False) | WORDS
ROWS = st.lists(st.sampled_from("abcdef"), unique=True, max_size=5).flatmap(
    lambda names: st.tuples(*(st.fixed_dictionaries({"name": st.just(name), "v": SCALARS}) for name in names)).map(list)
)
TREES = st.recursive(
    SCALARS,
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(WORDS | st.integers(0, 3), inside, max_size=4) | ROWS,
    max_leaves=14,
)


def applied(tree: Any, steps: list[Step]) -> Any:
    """The tree with every step done."""
    root = [copy.deepcopy(tree)]
    orders = [step for step in steps if step.path and step.path[-1][0] == "order"]
    for step in [step for step in steps if step not in orders]:
        _put(root, (("index", 0), *step.path), step.after if step.after is ABSENT else copy.deepcopy(step.after))
    for step in reversed(orders):  # the inner ones first: rows are found by name all the same
        rows, key = _at(root, (("index", 0), *step.path[:-1])), step.path[-1][1].key
        rows.sort(key=lambda row: step.after.index(row[key]) if row is not ABSENT else len(step.after))
    return _pruned(root)[0]


def _put(root: Any, path: Any, value: Any) -> None:
    box, (kind, hop) = _at(root, path[:-1]), path[-1]
    if kind == "key":
        box[hop] = value
        return
    at = _index(box, kind, hop)
    box[at : at + 1] = [value]


def _at(node: Any, path: Any) -> Any:
    for kind, hop in path:
        node = node[hop if kind == "key" else _index(node, kind, hop)]
    return node


def _index(rows: list[Any], kind: str, hop: Any) -> int:
    if kind == "index":
        return int(hop)
    found = (at for at, row in enumerate(rows) if row is not ABSENT and row[hop.key] == hop.value)
    return next(found, len(rows))


def _pruned(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _pruned(value) for key, value in node.items() if value is not ABSENT}
    return [_pruned(value) for value in node if value is not ABSENT] if isinstance(node, list) else node
