"""The screens that keys lead to, and where each is made: imported when somebody first goes there."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from .screens.place import Place


class Entry(NamedTuple):
    """A screen: its key, its title, and the module and class that make it ("" for the first, which is always there)."""

    key: str
    name: str
    title: str
    module: str = ""
    kind: str = ""


PLACES = (
    Entry("1", "jobs", "Jobs"),
    Entry("2", "graph", "Graph", "graph", "Graph"),
    Entry("3", "timeline", "Timeline", "timeline", "Timeline"),
    Entry("4", "logs", "Logs", "logs", "Logs"),
    Entry("5", "configs", "Configs", "configs", "Configs"),
    Entry("6", "results", "Results", "results", "Results"),
    Entry("7", "workers", "Workers", "workers", "Workers"),
)
PAGE = Entry("i", "run", "Run", "runpage", "RunPage")  # of one job: it stands behind no number
NAMES = tuple(entry.name for entry in (*PLACES, PAGE))


def make(name: str) -> Place:
    """The screen of that name, made anew. Raises KeyError for one that is none, or the first."""
    entry = next((entry for entry in (*PLACES, PAGE) if entry.name == name and entry.module), None)
    if entry is None:
        raise KeyError(name)
    made: Place = getattr(import_module(f"jobyard.tui.screens.{entry.module}"), entry.kind)()
    return made
