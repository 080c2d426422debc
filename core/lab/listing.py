"""Experiments that a folder has, found in the text of its modules: nothing is imported."""

from __future__ import annotations

import math
import os
import re
import time
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from . import looking

MOST = 2000  # modules that are looked at
MOST_FOLDERS = 2000
LARGEST = 1 << 20  # bytes of a module that are looked at
DEEPEST = 8  # folders below the first
SKIPPED = frozenset({"__pycache__", "node_modules", "site-packages", "build", "dist", "venv", "env"})
BASE = "Experiment"  # how the name of an experiment's base ends


_HINT = re.compile(rb"def +(?:go|acquire)\b|Experiment")  # without any of these a module need not be parsed


class Found(NamedTuple):
    """An experiment: what to submit, and what it says of itself."""

    module: str
    name: str
    about: str
    file: str

    @property
    def target(self) -> str:
        """``experiments.rabi:Rabi``."""
        return f"{self.module}:{self.name}"


def experiments(folder: str, seconds: float = math.inf) -> tuple[list[Found], list[str]]:
    """Classes with ``go`` or ``acquire``, or with an experiment as base; and the files that could not be read.

    Of a folder that takes longer than so many seconds what was found by then.
    """
    found: list[Found] = []
    wrong: list[str] = []
    end = time.monotonic() + seconds
    for module, file in _files(folder):
        if time.monotonic() > end:
            break
        try:
            if not os.path.isfile(file):  # a pipe would hold whoever opens it
                continue
            with open(file, "rb") as opened:
                if not _HINT.search(opened.read(LARGEST)):
                    continue
            outline = looking.outline(file)
        except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
            wrong.append(file)
            continue
        found += [Found(module, one["name"], one["about"], file) for one in outline["classes"] if _is_one(one)]
    return found, wrong


def modules(paths: Sequence[str]) -> list[str]:
    """The names of the modules in these folders, for the nearest one."""
    return [module for path in paths for module, _ in _files(path)]


def _is_one(found: dict[str, object]) -> bool:
    bases = found["bases"]
    assert isinstance(bases, list)
    private = str(found["name"]).startswith("_")
    return not private and (bool(found["makes"]) or any(base.endswith(BASE) for base in bases))


def _files(folder: str) -> Iterator[tuple[str, str]]:
    """Modules (dotted, as seen from the folder) and their files, sorted; without hidden folders and environments."""
    count = 0
    for number, (place, folders, files) in enumerate(os.walk(folder)):
        if number >= MOST_FOLDERS:
            return
        below = os.path.relpath(place, folder)
        parts = [] if below == "." else below.split(os.sep)
        folders[:] = sorted(name for name in folders if _worth(place, name)) if len(parts) < DEEPEST else []
        for name in sorted(files):
            words = [*parts, *([] if name == "__init__.py" else [name.removesuffix(".py")])]
            if name.endswith(".py") and words and all(word.isidentifier() for word in words):
                count += 1
                if count > MOST:
                    return
                yield ".".join(words), os.path.join(place, name)


def _worth(place: str, name: str) -> bool:
    if name in SKIPPED or not name.isidentifier():
        return False
    return not os.path.exists(os.path.join(place, name, "pyvenv.cfg"))
