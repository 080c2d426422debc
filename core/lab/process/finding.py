"""What an attempt needs of the lab's interpreter: numpy and h5py, and classes by their name."""

from __future__ import annotations

import difflib
import importlib
import os
import sys
from typing import Any, List, Sequence

from .errors import Refused

NEEDED = ("numpy", "h5py")


def search_first(paths: Sequence[str]) -> None:
    """Put the lab's *paths* before all others, in their order, each once."""
    wanted = list(dict.fromkeys(paths))
    sys.path[:] = wanted + [path for path in sys.path if path not in wanted]


def import_needed() -> None:
    """Import what writes the data, before anything is constructed. Raises Refused in one line."""
    os.environ.setdefault("HDF5_USE_FILE_LOCKING", "BEST_EFFORT")  # shares without locks hold data too
    lacking = [name for name in NEEDED if not _imports(name)]
    if lacking:
        words = "This interpreter lacks %s, which write the data: %s. Install: %s -m pip install %s"
        raise Refused(words % (" and ".join(lacking), sys.executable, sys.executable, " ".join(lacking)))


def _imports(name: str) -> bool:
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        return False
    return True


def find_class(module: str, name: str) -> Any:
    """The class *name* (``Outer.Inner`` too) of *module*. Raises Refused, or whatever the module raises itself."""
    found: Any = _module(module)
    for part in name.split("."):
        if not hasattr(found, part):
            raise Refused(f"The module {module} has no class {name}{_nearest(part, found)}")
        found = getattr(found, part)
    if not callable(found):
        raise Refused(f"{name} of the module {module} is no class but {type(found).__name__}")
    return found


def _module(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not (name + ".").startswith(error.name + "."):
            raise  # it is there, and lacks something itself
        raise Refused(f"There is no module {name}. It was looked for in {_where()}") from error


def _where() -> str:
    return ", ".join(path or "." for path in sys.path[:5]) + (", …" if len(sys.path) > 5 else "")


def _nearest(name: str, holder: Any) -> str:
    classes = _classes(holder)
    near = difflib.get_close_matches(name, classes, 1, 0.5)
    if near:
        return f". Did you mean {near[0]}?"
    return ". It has {}".format(", ".join(classes[:8])) if classes else ", nor any other"


def _classes(holder: Any) -> List[str]:
    """Its classes, those that it defines itself first."""
    own = getattr(holder, "__name__", None)
    found = [(name, one) for name, one in vars(holder).items() if isinstance(one, type) and not name.startswith("_")]
    return [name for name, one in sorted(found, key=lambda pair: (pair[1].__module__ != own, pair[0]))]
