"""Progress bars of tqdm that were written for a notebook: as text, for there is no notebook here."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from typing import Any

OWN = ("__init__", "__iter__", "update", "close", "clear", "reset", "display", "colour", "status_printer")


def as_text() -> None:
    """Before the lab's modules are imported: ``from tqdm import tqdm_notebook`` gives the bar of a terminal."""
    if importlib.util.find_spec("tqdm") is None:
        return
    tqdm: Any = importlib.import_module("tqdm")
    tqdm.tqdm_notebook, tqdm.tnrange = tqdm.tqdm, tqdm.trange


def imported_as_text() -> None:
    """After they are imported: the class of ``tqdm.notebook``, if they have it, is the one that it is made of."""
    notebook = sys.modules.get("tqdm.notebook")
    bar = getattr(notebook, "tqdm_notebook", None)
    for name in OWN if isinstance(bar, type) else ():
        if name in vars(bar):
            delattr(bar, name)
