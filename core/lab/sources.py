"""A lab's modules as trees: parsed once, never imported; names are followed from one to another.

Where a name comes from is told by imports alone. What cannot be read or parsed has no names.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Iterator
from typing import NamedTuple

MOST_MODULES = 40  # that are parsed for one experiment
MOST_DEFINITIONS = 80  # classes and functions that are looked at for one experiment
LARGEST = 1 << 20  # bytes of a module
DEEPEST = 8  # imports that are followed to a name

Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


class Source(NamedTuple):
    """The text of a module. ``package``: its relative imports begin in itself."""

    text: bytes
    package: bool = False
    file: str = ""


class Module(NamedTuple):
    """A module that was parsed: its top-level definitions, assignments, and where its imported names come from."""

    name: str
    source: Source
    definitions: dict[str, Definition]
    constants: dict[str, ast.expr]
    imports: dict[str, tuple[str, str]]  # local name: (module, name in it; "" is the module itself)
    stars: tuple[str, ...]  # modules of which all names were imported


class Place(NamedTuple):
    """A definition and the module in which it stands."""

    module: Module
    node: Definition


Find = Callable[[str], Source | None]


def parsed(name: str, source: Source) -> Module | None:
    """The module, or None for a text that Python cannot parse."""
    tree = tree_of(source.text)
    if tree is None:
        return None
    found = Module(name, source, {}, {}, {}, ())
    stars: list[str] = []
    for node in _statements(tree.body):
        _take(node, found, stars)
    return found._replace(stars=tuple(stars))


def tree_of(text: bytes) -> ast.Module | None:
    """The tree of a text, or None: whatever the text is, nothing is raised."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text[:LARGEST])
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _statements(body: list[ast.stmt], depth: int = 0) -> Iterator[ast.stmt]:
    """Those that run when the module is imported, also within if and try."""
    for node in body:
        yield node
        if depth < DEEPEST and isinstance(node, (ast.If, ast.Try, ast.With)):
            for part in ("body", "orelse", "finalbody"):
                yield from _statements(getattr(node, part, []), depth + 1)


def _take(node: ast.stmt, module: Module, stars: list[str]) -> None:
    match node:
        case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
            module.definitions[node.name] = node
        case ast.Import():
            for alias in node.names:
                local = alias.asname or alias.name.partition(".")[0]
                module.imports[local] = (alias.name if alias.asname else local, "")
        case ast.ImportFrom():
            origin = _origin(node, module)
            for alias in node.names:
                if alias.name == "*":
                    stars.append(origin)
                else:
                    module.imports[alias.asname or alias.name] = (origin, alias.name)
        case _:
            module.constants.update(assigned(node))


def assigned(node: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
    """The names and values of a plain assignment."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    for target in targets:
        value = getattr(node, "value", None)
        if isinstance(target, ast.Name) and value is not None:
            yield target.id, value


def _origin(node: ast.ImportFrom, module: Module) -> str:
    """The module that is imported from, absolute."""
    if not node.level:
        return node.module or ""
    parts = module.name.split(".")
    up = node.level - module.source.package
    above = parts[: len(parts) - up] if up > 0 else parts
    return ".".join([*above, *([node.module] if node.module else [])])


class Modules:
    """Modules of a lab, each found and parsed once; of too many the rest is not looked at."""

    def __init__(self, find: Find) -> None:
        self._find = find
        self._known: dict[str, Module | None] = {}

    def get(self, name: str) -> Module | None:
        """A module, or None for one that is not the lab's, cannot be parsed, or is one too many."""
        if name not in self._known:
            source = self._find(name) if name and len(self._known) < MOST_MODULES else None
            self._known[name] = parsed(name, source) if source is not None else None
        return self._known[name]

    def definition(self, module: str, name: str, depth: int = 0) -> Place | None:
        """A class or function by its name in a module, which may have it from another."""
        here = self.get(module)
        if here is None or depth > DEEPEST:
            return None
        if name in here.definitions:
            return Place(here, here.definitions[name])
        if name in here.imports:
            origin, inner = here.imports[name]
            return self.definition(origin, inner, depth + 1) if inner else None
        found = (self.definition(star, name, depth + 1) for star in here.stars)
        return next((one for one in found if one is not None), None)

    def meant(self, module: Module, node: ast.expr) -> Place | None:
        """The class or function that an expression names: ``Experiment``, ``base.Experiment``."""
        if isinstance(node, ast.Name):
            return self.definition(module.name, node.id)
        if isinstance(node, ast.Attribute):
            origin = self._module_of(module, node.value)
            return self.definition(origin, node.attr) if origin else None
        return None

    def _module_of(self, module: Module, node: ast.expr) -> str:
        """The module that an expression names, "" for none."""
        names: list[str] = []
        while isinstance(node, ast.Attribute):
            names.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name) or node.id not in module.imports or len(names) > DEEPEST:
            return ""
        return ".".join(part for part in (*module.imports[node.id], *reversed(names)) if part)


def lineage(modules: Modules, first: Place) -> list[Place]:
    """A class, then its bases of the same lab in the order in which they are asked, each once."""
    found: list[Place] = []
    left = [first]
    while left and len(found) < MOST_DEFINITIONS:
        place = left.pop(0)
        if any(place.node is one.node for one in found):
            continue
        found.append(place)
        if isinstance(place.node, ast.ClassDef):
            bases = [modules.meant(place.module, base) for base in place.node.bases]
            left = [*(one for one in bases if one is not None), *left]
    return found


def helpers(modules: Modules, places: list[Place]) -> list[Place]:
    """What these name in their bodies: classes (with their bases) and functions of the lab, and what those name."""
    found: list[Place] = []
    known = {id(place.node) for place in places}
    left = list(places)
    while left and len(found) < MOST_DEFINITIONS:
        place = left.pop(0)
        for name in _names(place.node):
            near = modules.meant(place.module, name)
            for one in lineage(modules, near) if near is not None else ():
                if id(one.node) not in known:
                    known.add(id(one.node))
                    found.append(one)
                    left.append(one)
    return found[:MOST_DEFINITIONS]


def _names(node: Definition) -> Iterator[ast.expr]:
    """The names in it, each once: ``Program``, ``programs.Rabi``."""
    known: set[str] = set()
    for one in ast.walk(node):
        if isinstance(one, ast.Attribute) and isinstance(one.value, ast.Name):
            key = f"{one.value.id}.{one.attr}"
        elif isinstance(one, ast.Name):
            key = one.id
        else:
            continue
        if key not in known and not key.startswith("self."):
            known.add(key)
            yield one
