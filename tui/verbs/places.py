"""From screen to screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..actions import Action
from ..screenlist import PLACES, Entry

if TYPE_CHECKING:
    from ..desk import Desk

GROUP = "Screens"
TOLD = {
    "jobs": "The list of jobs, with queues and the selected job in detail.",
    "graph": "What the selected job waits for and what waits for it, as a graph.",
    "timeline": "What ran, runs and will start, over time.",
    "logs": "The log of the selected job: search, filter, follow.",
    "configs": "Versions of configs: what is in them, how they differ, which is main, what ran with them.",
    "results": "Runs that left data: what is in their files, and plots of it.",
    "workers": "Workers, their jobs' CPU and memory, resources, and how the yard is.",
}


def _going(name: str) -> Callable[[Desk], None]:
    def go(desk: Desk) -> None:
        desk.yard_app.show_place(name, desk.job)

    return go


def _action(entry: Entry) -> Action:
    return Action(
        f"screen-{entry.name}", (entry.key,), entry.title, TOLD[entry.name], GROUP, _going(entry.name),
        footer=30 + int(entry.key),
    )  # fmt: skip


PLACE_ACTIONS = tuple(_action(entry) for entry in PLACES)
