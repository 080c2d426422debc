"""What an interpreter has, and what stands in a module: found without importing any of it.

This file is imported here, and its text is run with ``-c`` in the lab's own interpreter: the standard library alone,
of Python 3.8. There it prints one line of JSON: ``version``, ``numpy`` and ``h5py`` (their versions, null without
them), ``file`` (of the module that was asked for) and ``outline``.
"""

from __future__ import annotations

import ast
import json
import os
import sys
from collections.abc import Sequence
from importlib import machinery
from typing import Any

MARK = "jobyard looked: "  # before the answer: a sitecustomize may have printed something
SUFFIXES = (*machinery.EXTENSION_SUFFIXES, *machinery.SOURCE_SUFFIXES, *machinery.BYTECODE_SUFFIXES)
NEEDED = ("numpy", "h5py")
LARGEST = 16 << 20  # bytes of a module that is parsed
MAKES = {"go", "acquire"}  # methods of an experiment


def locate(module: str, places: Sequence[str]) -> str | None:
    """The file of a module in these folders; "" for a folder without ``__init__``, None when it is not there."""
    found: str | None = None
    for part in module.split("."):
        found, places = _one(part, places)
        if found is None:
            return None
    return found


def _one(name: str, places: Sequence[str]) -> tuple[str | None, list[str]]:
    """The file of a package or module, and where its submodules are: in the order in which Python looks."""
    spaces = []
    for place in places:
        base = os.path.join(place, name)
        for suffix in SUFFIXES:
            if os.path.isfile(os.path.join(base, "__init__" + suffix)):
                return os.path.join(base, "__init__" + suffix), [base]
        for suffix in SUFFIXES:
            if os.path.isfile(base + suffix):
                return base + suffix, []
        if os.path.isdir(base):
            spaces.append(base)
    return ("", spaces) if spaces else (None, [])


def outline(path: str) -> dict[str, Any]:
    """What a module has: ``classes`` (name, first line, bases, methods), ``names``, and whether it may have more.

    Raises SyntaxError, ValueError, OSError.
    """
    with open(path, "rb") as file:
        source = file.read(LARGEST)
    found: dict[str, Any] = {"classes": [], "names": [], "open": False}
    _gather(ast.parse(source, path).body, found)
    return found


def _gather(body: Sequence[Any], found: dict[str, Any]) -> None:
    for node in body:
        if isinstance(node, ast.ClassDef):
            found["classes"].append(_class(node))
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            found["open"] = found["open"] or node.name == "__getattr__"
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            found["names"] += [(name.asname or name.name).split(".")[0] for name in node.names if name.name != "*"]
            found["open"] = found["open"] or any(name.name == "*" for name in node.names)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found["names"] += [name.id for one in targets for name in ast.walk(one) if isinstance(name, ast.Name)]
        elif isinstance(node, (ast.If, ast.Try, ast.With, ast.For, ast.While)):
            for part in ("body", "orelse", "handlers", "finalbody"):
                for inside in getattr(node, part, ()):
                    _gather(inside.body if isinstance(inside, ast.ExceptHandler) else [inside], found)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            found["open"] = found["open"] or _writes_globals(node.value)


def _writes_globals(call: Any) -> bool:
    """``globals().update(...)``, ``setattr(...)``: names that nobody can read."""
    words = {one.id for one in ast.walk(call.func) if isinstance(one, ast.Name)}
    return bool(words & {"globals", "setattr", "exec", "vars"})


def _class(node: Any) -> dict[str, Any]:
    lines = (ast.get_docstring(node) or "").strip().splitlines()
    bases = [base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "") for base in node.bases]
    methods = [one.name for one in node.body if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef))]
    return {"name": node.name, "about": lines[0] if lines else "", "bases": bases, "makes": bool(MAKES & set(methods))}


# -- in the lab's interpreter -------------------------------------------------------------------------


def _spec(name: str) -> Any:
    """What the interpreter's own finders know of a top-level module."""
    for finder in sys.meta_path:
        found = finder.find_spec(name, None) if hasattr(finder, "find_spec") else None
        if found is not None:
            return found
    return None


def _version(name: str) -> str | None:
    if _spec(name) is None:
        return None
    try:
        from importlib import metadata

        return metadata.version(name)
    except Exception:  # a library without its papers is a library
        return "?"


def _file(module: str) -> str | None:
    top, _, rest = module.partition(".")
    spec = _spec(top)
    if spec is None:
        return None
    if rest:
        return locate(rest, list(spec.submodule_search_locations or ()))
    return spec.origin if spec.has_location else ""


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    """What is told of this interpreter."""
    told: dict[str, Any] = {"version": list(sys.version_info[:3]), "file": None, "outline": None, "wrong": ""}
    told.update((name, _version(name)) for name in NEEDED)
    if asked["module"]:
        told["file"] = _file(asked["module"])
    if asked["parse"]:
        try:
            told["outline"] = outline(asked["parse"])
        except (SyntaxError, ValueError) as error:
            told["wrong"] = str(error)
    return told


if __name__ == "__main__":
    print(MARK + json.dumps(answer(json.loads(sys.argv[1]))))
