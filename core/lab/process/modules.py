"""Which modules of a warm station stay from one attempt to the next, and which are imported anew.

The interpreter's own (standard library, site-packages) stay, what was installed elsewhere (numpy of an environment
module, in a folder ``site-packages`` that PYTHONPATH names), and so do the station's: those that were imported for it,
for its object is made of them. All others go after each attempt, also a helper's helper, so that what somebody edits
is what runs. What cannot be imported twice (a package with a compiled extension) stays too. When a file of what stays
has changed, or another one would be found by its name, the station has to be made anew.
"""

from __future__ import annotations

import gc
import importlib
import importlib.machinery
import linecache
import os
import site
import sys
import sysconfig
from types import ModuleType
from typing import Any, Dict, Optional, Set, Tuple

Mark = Tuple[int, int, int]
OURS = __name__.rpartition(".")[0] + "."
INSTALLED = frozenset(("site-packages", "dist-packages"))  # folders of what nobody edits


class Modules:
    """The modules of this process."""

    def __init__(self) -> None:
        self._own = _folders()
        sys.dont_write_bytecode = True  # it says of a text only its second and size: a quick edit would be overlooked
        self._kept: Set[str] = set(sys.modules)
        self._files: Dict[str, Mark] = {}
        self._before: Set[str] = set()

    def begin(self) -> None:
        """An attempt begins: files may have come, gone or changed."""
        importlib.invalidate_caches()
        linecache.checkcache()
        self.note()

    def note(self) -> None:
        """What is imported from now on is looked for by :meth:`keep_new`."""
        self._before = set(sys.modules)

    def keep_new(self) -> None:
        """What has been imported since is the station's."""
        for name in set(sys.modules) - self._before:
            self._keep(name)
        self.note()

    def forget(self) -> None:
        """Drop what came with the attempt."""
        going = {name: module for name, module in list(sys.modules.items()) if self.goes(name)}
        compiled = {_top(name) for name, module in going.items() if _is_compiled(module)}
        for name, module in going.items():
            if _top(name) in compiled:  # its other modules have been changed by it, or hold what it has made
                self._keep(name)
            else:
                _drop(name, module)
        gc.collect()

    def goes(self, name: str) -> bool:
        """Whether a module came with the attempt, and goes with it."""
        module = sys.modules.get(name)
        kept = name in self._kept or name.startswith(OURS)
        return module is not None and not kept and self._lies_outside(module)

    def changed(self) -> str:
        """The first file of what stays that is not as it was; "" if all are."""
        return next((path for path, mark in self._files.items() if _mark(path) != mark), "")

    def moved(self, name: str) -> str:
        """Where the module *name*, which stays, would be found now; "" where it would be found as it was."""
        top = name.partition(".")[0]
        kept = sys.modules.get(top) if top in self._kept else None
        if kept is None or not self._lies_outside(kept):
            return ""
        found = importlib.machinery.PathFinder.find_spec(top)
        there, mine = getattr(found, "origin", None), _file(kept)
        return str(there) if there and mine and os.path.realpath(there) != os.path.realpath(mine) else ""

    def _keep(self, name: str) -> None:
        self._kept.add(name)
        module = sys.modules.get(name)
        path = _file(module)
        if path and self._lies_outside(module):
            self._files[path] = _mark(path)

    def _lies_outside(self, module: Any) -> bool:
        """Whether it is somebody's file, not the interpreter's."""
        places = [_file(module)] if _file(module) else list(getattr(module, "__path__", ()))
        return any(not self._is_installed(os.path.abspath(place)) for place in places if place)

    def _is_installed(self, place: str) -> bool:
        return place.startswith(self._own) or not INSTALLED.isdisjoint(place.split(os.sep))


def _folders() -> Tuple[str, ...]:
    """Where the interpreter's own modules lie."""
    found = [sysconfig.get_paths()[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    found += [*_called("getsitepackages"), *_called("getusersitepackages"), os.path.dirname(os.__file__)]
    real = [os.path.realpath(path) for path in found] + found
    return tuple(dict.fromkeys(os.path.join(os.path.abspath(path), "") for path in real if path))


def _called(name: str) -> Any:
    function = getattr(site, name, None)  # virtualenv's site has not all of them
    found = function() if function else ()
    return [found] if isinstance(found, str) else found


def _file(module: Any) -> Optional[str]:
    found = getattr(module, "__file__", None)
    return found if isinstance(found, str) else None


def _mark(path: str) -> Mark:
    try:
        found = os.stat(path)
    except OSError:
        return (0, 0, 0)
    return found.st_mtime_ns, found.st_size, found.st_ino


def _top(name: str) -> str:
    return name.partition(".")[0]


def _is_compiled(module: Any) -> bool:
    loader = getattr(getattr(module, "__spec__", None), "loader", None)
    return isinstance(loader, importlib.machinery.ExtensionFileLoader)


def _drop(name: str, module: Any) -> None:
    """Out of sys.modules, and out of its package: ``from package import name`` looks there first."""
    sys.modules.pop(name, None)
    package, _, last = name.rpartition(".")
    holder = sys.modules.get(package)
    if isinstance(holder, ModuleType) and vars(holder).get(last) is module:
        delattr(holder, last)
