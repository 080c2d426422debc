"""What a class takes out of its ``cfg``: ``cfg.expt.reps``, ``cfg["expt"].get("reps", 10)``, ``cfg.device.qubit``."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

EXPT = "expt"  # below it are the experiment's own parameters
CFG = "cfg"
WRAPS = frozenset({"AttrDict", "dict", "copy", "deepcopy", "Box", "Bunch", "SimpleNamespace"})  # AttrDict(self.cfg)
GETS = frozenset({"get", "pop", "setdefault"})
MOST_NODES = 200_000  # of a definition
LONGEST = 12  # parts of a path

Path = tuple[str, ...]


class Use(NamedTuple):
    """A value of ``cfg`` that is asked for; ``default`` is what is taken where there is none."""

    path: Path
    default: ast.expr | None = None
    may_lack: bool = False  # it is asked for in a way that its absence is no mistake


def uses(node: ast.AST) -> Iterator[Use]:
    """All of them in a class or function, in the order in which they stand; what is only written is none."""
    names = _aliases(node)
    inner: set[int] = set()  # nodes that belong to a longer path
    nodes = [one for one, _ in zip(ast.walk(node), range(MOST_NODES), strict=False)]
    found: list[tuple[int, int, Use]] = []
    for one in nodes:
        if id(one) in inner:
            continue
        use = _asked(one, names, inner)
        if use is not None and use.path:
            found.append((getattr(one, "lineno", 0), getattr(one, "col_offset", 0), use))
    return (use for _, _, use in sorted(found, key=lambda entry: entry[:2]))


def _asked(node: ast.AST, names: dict[str, Path], inner: set[int]) -> Use | None:
    if isinstance(node, ast.Call):
        return _called(node, names, inner)
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], (ast.In, ast.NotIn)):
        above, key = _path(node.comparators[0], names, inner), _text(node.left)
        return Use((*above, key), may_lack=True) if above is not None and key is not None else None
    if isinstance(node, (ast.Attribute, ast.Subscript)):
        path = _path(node, names, inner)
        return Use(path) if path is not None and isinstance(node.ctx, ast.Load) else None
    return None


def _called(node: ast.Call, names: dict[str, Path], inner: set[int]) -> Use | None:
    """``….get("reps", 10)``, ``getattr(…, "reps", 10)``; of any other method the value that has it."""
    function, given = node.func, node.args
    if isinstance(function, ast.Name) and function.id in ("getattr", "hasattr") and len(given) > 1:
        above, rest = _path(given[0], names, inner), given[1:]
    elif isinstance(function, ast.Attribute):
        above, rest = _path(function.value, names, inner), given
        if above is None:
            return None
        inner.add(id(function))
        if function.attr not in GETS:
            return Use(above)
    else:
        return None
    key = _text(rest[0]) if rest else None
    if above is None or key is None:
        return None
    default = next((word.value for word in node.keywords if word.arg == "default"), None)
    return Use((*above, key), rest[1] if len(rest) > 1 else default, may_lack=True)


def _aliases(node: ast.AST) -> dict[str, Path]:
    """Names that stand for a part of ``cfg``: ``expt = self.cfg.expt``."""
    found: dict[str, Path] = {CFG: ()}
    for _ in range(3):  # an alias of an alias
        for one, _ in zip(ast.walk(node), range(MOST_NODES), strict=False):
            if isinstance(one, ast.Assign) and len(one.targets) == 1 and isinstance(one.targets[0], ast.Name):
                path = _path(one.value, found, set())
                if path is not None and one.targets[0].id not in found:
                    found[one.targets[0].id] = path
    return found


def _path(node: ast.AST, names: dict[str, Path], inner: set[int]) -> Path | None:
    """The keys from ``cfg`` to the value, or None for what is no part of it."""
    keys: list[str] = []
    seen: list[int] = []
    while len(keys) <= LONGEST:
        seen.append(id(node))
        if isinstance(node, ast.Attribute):
            if node.attr == CFG:
                break
            keys.append(node.attr)
            node = node.value
        elif isinstance(node, ast.Subscript) and (key := _text(node.slice)) is not None:
            keys.append(key)
            node = node.value
        elif isinstance(node, ast.Call) and _wraps(node):
            node = node.args[0]
        elif isinstance(node, ast.Name) and node.id in names:
            keys += reversed(names[node.id])
            break
        else:
            return None
    inner.update(seen)
    return tuple(reversed(keys)) if len(keys) <= LONGEST else None


def _wraps(node: ast.Call) -> bool:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return name in WRAPS and len(node.args) == 1 and not node.keywords


def _text(node: ast.AST) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
