"""What a person needs before asking for an experiment: its parameters, and beside them what main says.

Reads files and parses them: called in a process of its own where somebody waits at a screen.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from functools import lru_cache, partial
from itertools import takewhile
from typing import Any

from ..configs import documents
from ..configs.structural import shown, where
from ..configs.yamltree import Unreadable
from ..labmodels import MainFile, MainValue, Parameter, Sheet
from ..text import one_line, visible
from . import fields, looking
from .sources import LARGEST, Source

MOST_BESIDE = 3  # values of main that are shown for a parameter
MOST_READS = 60  # values of main that are told
MOST_LEAVES = 200_000  # values of main that are looked at
LONGEST = 60  # characters of a value
DEEPEST = 40


def sheet(module: str, name: str, paths: Sequence[str], main: MainFile | None = None) -> Sheet:
    """All of it; of a class that is not found in these folders nothing but its name."""
    found = fields.read(module, name, partial(find, paths))
    if found is None:
        return Sheet(module, name, "", "")
    known = Sheet(module, name, found.about, found.file, found.parameters)
    if main is None:
        return known._replace(wrong="There is no main hardware_config: jobyard config push hardware_config FILE")
    try:
        tree = _tree(main)
    except Unreadable as error:
        return known._replace(wrong=f"{main.version}: {error.text()}")
    except OSError as error:
        return known._replace(wrong=f"{main.version} cannot be read: {error.strerror}")
    leaves = list(_leaves(tree))
    return known._replace(
        main=main.version,
        beside={one.key: values for one in found.parameters if (values := _beside(one, leaves, found.reads))},
        reads=tuple(_reads(tree, found.reads))[:MOST_READS],
    )


def find(paths: Sequence[str], module: str) -> Source | None:
    """The text of a module in the lab's folders; of ``MODULE/FILE`` that of a file beside it."""
    name, _, beside = module.partition("/")
    file = looking.locate(name, paths)
    if not file or not file.endswith(".py"):
        return None
    path = os.path.join(os.path.dirname(file), beside) if beside else file
    try:
        if not os.path.isfile(path):  # a pipe would hold whoever opens it
            return None
        with open(path, "rb") as opened:
            return Source(opened.read(LARGEST), os.path.basename(file) == "__init__.py", path)
    except (OSError, ValueError):
        return None


@lru_cache(maxsize=1)
def _tree(main: MainFile) -> Any:
    """Versions never change: one that was read is not read again for the next class."""
    with open(main.path, "rb") as file:
        return documents.read(file.read(documents.LARGEST + 1), main.filename)


# -- values of main -----------------------------------------------------------------------------------

Path = tuple[tuple[str, Any], ...]


def _leaves(node: Any) -> Iterator[tuple[str, Path, Any]]:
    """Values with the last key above them; a list of plain values is one of them."""
    left: list[tuple[str, Path, Any]] = [("", (), node)]
    for _ in range(MOST_LEAVES):
        if not left:
            return
        name, path, value = left.pop()
        if isinstance(value, dict) and len(path) < DEEPEST:
            left += [(str(key), (*path, ("key", key)), one) for key, one in reversed(value.items())]
        elif isinstance(value, list) and any(isinstance(one, (dict, list)) for one in value) and len(path) < DEEPEST:
            left += [(name, (*path, ("index", at)), one) for at, one in reversed(list(enumerate(value)))]
        else:
            yield name, path, value


def _beside(
    of: Parameter, leaves: list[tuple[str, Path, Any]], reads: Sequence[tuple[str, ...]]
) -> tuple[MainValue, ...]:
    """The values of main that have the name of the parameter; those nearest to what the class reads come first."""
    name = of.key.rpartition(".")[2].lower()
    found = [(path, value) for last, path, value in leaves if last.lower() == name]
    found.sort(key=lambda one: -max((_common(one[0], read) for read in reads), default=0))
    return tuple(told(path, value) for path, value in found[:MOST_BESIDE])


def _common(path: Path, read: tuple[str, ...]) -> int:
    """How many keys two paths have in common, from the root on."""
    pairs = zip((key for _, key in path), read, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _reads(tree: Any, paths: Sequence[tuple[str, ...]]) -> Iterator[MainValue]:
    """The values that the class takes out of main, as far as they are there."""
    for path in paths:
        node = tree
        for key in path:
            node = node.get(key) if isinstance(node, dict) else None
        if node is not None:
            yield told(tuple(("key", key) for key in path), node)


def told(path: Path, value: Any) -> MainValue:
    """A value with its path, in a line."""
    return MainValue(visible(where(path)), one_line(visible(_shown(value)), LONGEST))


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return f"{{{', '.join(map(str, list(value)[:20]))}}}"
    if isinstance(value, list):
        return f"[{', '.join(_shown(one) for one in value[:20])}{', …' if len(value) > 20 else ''}]"
    return shown(value)
