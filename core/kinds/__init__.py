"""Kinds of jobs: how a job becomes a process. A kind is one file here; nothing else has to be told of it.

A file ``NAME_.py`` (the underscore keeps ``exec`` and ``eval`` importable) with a ``KIND`` of class
:class:`~.base.Kind` is the kind NAME. It is imported when somebody asks for it, not before.
"""

from __future__ import annotations

import os
from functools import cache
from importlib import import_module

from ..errors import Unknown
from ..text import quoted
from ..words import nearest
from .base import Checked, Context, Field, FieldType, Kind, Process, Submitter

__all__ = ["Checked", "Context", "Field", "FieldType", "Kind", "Process", "Submitter", "get", "limit_factor", "names"]

_ENDING = "_.py"


@cache
def names() -> tuple[str, ...]:
    """All kinds, by name."""
    files = os.listdir(os.path.dirname(__file__))
    return tuple(sorted(file.removesuffix(_ENDING) for file in files if file.endswith(_ENDING) and file[0] != "_"))


@cache
def get(name: str) -> Kind:
    """The kind of this name. Raises Unknown with the nearest one."""
    if name not in names():
        near = nearest(name.lower(), names())
        todo = f'Did you mean "{near}"?' if near else ""
        raise Unknown(f"There is no kind of job called {quoted(name)}", f"The kinds are {', '.join(names())}", todo)
    kind: Kind = import_module(f"{__name__}.{name}_").KIND
    return kind


def limit_factor(name: str, factor: float) -> float | None:
    """*factor*, if jobs of this kind may run so many times their estimate; None where an estimate limits nothing."""
    try:
        return factor if get(name).limited_by_estimate else None
    except Unknown:  # of another version of jobyard: its start will tell
        return None
