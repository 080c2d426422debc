"""The part of the Jobs screen that has to do with the list at its left: folds, resources, the pace of the last hour."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from ..actions import with_keys
from ..empty import Emptiness, empty_words
from ..lanetree import Folded
from ..messages import Folding, Paced
from ..widgets.header import Header
from .filtered import Filtering

if TYPE_CHECKING:
    from ..memory import Memory
    from .jobs import Jobs

MEMORY = "queues"
MOST = 500  # folds that are remembered


class Beside(Filtering):
    """What the list of queues says, and what it is told."""

    header: Header
    _limit = ""  # the filter that the list has set
    _typed = ""  # what was typed before, and holds beside it

    def on_paced(self, message: Paced) -> None:
        """What ended of late, and who has which resource."""
        self.queues.pace.take(message.now, message.counts)
        self.queues.take_resources(message.resources)
        self.queues.repaint()

    def on_folding(self, message: Folding) -> None:
        """A line was opened or closed: remember it."""
        folded = message.folded
        keep: Any = {"closed": sorted(folded.closed)[:MOST], "opened": sorted(folded.opened)[:MOST]}
        self.yard_app.remember(MEMORY, keep)

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

    def show_scope(self) -> None:
        """The top line names what the list limits the table to, and counts its jobs, as the list does."""
        node = self.queues.node
        if node.queues:
            self.header.choose(node.title, self.queues.counts)
        else:
            self.header.choose("", None)

    def leave_list(self) -> None:
        """Enter in the list: a line that folds is folded, from any other it goes to the jobs."""
        if self.queues.node.open is not None:
            self.queues.open_or_close(self.queues.node)
        else:
            self.table.focus()

    def limit_to(self, resource: str) -> None:
        """Show the jobs that want this resource, of those that a typed filter lets through; without one as before."""
        own = bool(self._limit) and self.filter_text == self._limit
        self._typed = self._typed if own else self.filter_text
        self._limit = _both(self._typed, _needs(resource)) if resource else ""
        if self._limit:
            self.filter_by(self._limit)
        elif own and self._typed:
            self.filter_by(self._typed)
        elif own:
            super().drop_filter(fetch=False)

    def drop_filter(self, fetch: bool = True) -> None:
        """As it is; the list does not stay on the resource that it was for."""
        super().drop_filter(fetch)
        if self.queues.node.resource is not None:
            self.queues.choose(frozenset())


def _needs(resource: str) -> str:
    from jobyard.core.filters.completing import as_value  # when first needed: the first paint does not wait for it

    return f"needs:{as_value(resource)}"


def _both(typed: str, needs: str) -> str:
    """A filter for the jobs that both let through."""
    if not typed.strip():
        return needs
    words = typed.lower().split()
    return f"({typed.strip()}) {needs}" if "or" in words else f"{typed.strip()} {needs}"


def remembered(memory: Memory) -> Folded:
    """What was folded when the app was last used."""
    kept = memory.get(MEMORY)
    kept = kept if isinstance(kept, dict) else {}
    return Folded(_keys(kept.get("closed")), _keys(kept.get("opened")))


def _keys(found: Any) -> frozenset[str]:
    return frozenset(key for key in found if isinstance(key, str)) if isinstance(found, list) else frozenset()
