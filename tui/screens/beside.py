"""The part of the Jobs screen that has to do with the list at its left: folds, resources, the pace of the last hour."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from textual.screen import Screen

from ..actions import with_keys
from ..empty import Emptiness, empty_words
from ..lanetree import Folded
from ..messages import Folding, Paced
from ..widgets.queues import Queues
from ..widgets.virtual_table import VirtualTable

if TYPE_CHECKING:
    from ..memory import Memory
    from .jobs import Jobs

MEMORY = "queues"
MOST = 500  # folds that are remembered


class Beside(Screen[None]):
    """What the list of queues says, and what it is told."""

    queues: Queues
    table: VirtualTable
    filter_text: str
    _limit = ""  # the filter that the list has set

    def on_paced(self, message: Paced) -> None:
        """What ended of late, and who has which resource."""
        self.queues.pace.take(message.now, message.counts)
        self.queues.take_resources(message.resources)
        self.queues.repaint()

    def on_folding(self, message: Folding) -> None:
        """A line was opened or closed: remember it."""
        folded = message.folded
        keep: Any = {"closed": sorted(folded.closed)[:MOST], "opened": sorted(folded.opened)[:MOST]}
        self.yard_app.remember(MEMORY, keep)  # type: ignore[attr-defined]

    def when_empty(self) -> tuple[str, ...]:
        """What stands in the table if it has no jobs."""
        desk, node = cast("Jobs", self), self.queues.node
        app, staff = desk.yard_app, desk.header.staff
        what = Emptiness(
            filtered=bool(self.filter_text),
            queue=node.queue,
            chosen=node.title if node.key else "",
            read_only=app.read_only,
            owner=app.yard.owner if app.member else "",
            worker=staff is None or any(worker.alive for worker in staff),
        )
        return with_keys(empty_words(what), desk.actions)

    def leave_list(self) -> None:
        """Enter in the list: a line that folds is folded, from any other it goes to the jobs."""
        if self.queues.node.open is not None:
            self.queues.open_or_close(self.queues.node)
        else:
            self.table.focus()

    def limit_to(self, resource: str) -> None:
        """Show the jobs that want this resource; without one drop that filter again, if it is still the one."""
        before, self._limit = self._limit, f"needs:{resource}" if resource else ""
        if self._limit:
            self.filter_text = self._limit
        elif before and self.filter_text == before:
            self.filter_text = ""


def remembered(memory: Memory) -> Folded:
    """What was folded when the app was last used."""
    kept = memory.get(MEMORY)
    kept = kept if isinstance(kept, dict) else {}
    return Folded(_keys(kept.get("closed")), _keys(kept.get("opened")))


def _keys(found: Any) -> frozenset[str]:
    return frozenset(key for key in found if isinstance(key, str)) if isinstance(found, list) else frozenset()
