"""Where an experiment that a notebook submits finds its modules: where the notebook itself would.

The interpreter finds its own libraries by itself; what else is on its search path belongs to the lab. jobyard's own
folder is left out: it has a `core`, as many a lab has.
"""

from __future__ import annotations

import os
import site
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

OURS = Path(__file__).resolve().parents[1]  # the folder of jobyard.core


def here() -> tuple[str, ...]:
    """The search path of this process, as `search_path` has it."""
    given = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    return search_path(sys.path, given, os.getcwd(), own_folders())


def search_path(entries: Iterable[object], given: Sequence[str], cwd: str, own: Sequence[str]) -> tuple[str, ...]:
    """The lab's part of *entries* (``sys.path``) in their order, then what *given* (``PYTHONPATH``) and *cwd* add.

    Absolute, each once, without what lies in the folders of *own*, what is not there, and the folder of jobyard.
    """
    words = [*entries, *(entry for entry in given if entry), cwd]
    paths = (os.path.abspath(os.path.join(cwd, entry)) for entry in words if isinstance(entry, str))
    return tuple(
        path for path in dict.fromkeys(paths) if os.path.exists(path) and not (_below(path, own) or _ours(path))
    )


def own_folders() -> tuple[str, ...]:
    """Where this interpreter keeps what is its own."""
    prefixes = dict.fromkeys((sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix))
    libraries = [os.path.join(prefix, name) for prefix in prefixes for name in ("lib", "lib64", "bin", "local/lib")]
    return (*libraries, *site.getsitepackages(), site.getusersitepackages())


def _below(path: str, folders: Sequence[str]) -> bool:
    return any(path == folder or path.startswith(folder.rstrip("/") + "/") for folder in folders)


def _ours(path: str) -> bool:
    """Whether jobyard.core is called `core` there: in a checkout of ours."""
    return os.path.realpath(os.path.join(path, "core")) == str(OURS)
