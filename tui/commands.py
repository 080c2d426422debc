"""What the palette offers: every action of the registry, the themes, the queues."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from .actions import Action, Context, why_not
from .format import queue_title
from .text import plain
from .verbs.moving import GROUP as MOVING
from .verbs.themes import take_theme

if TYPE_CHECKING:
    from .desk import Acting
    from .screens.jobs import Jobs

UNLISTED = frozenset({"palette"})  # it is open already


class Item(NamedTuple):
    """A line of the palette. ``theme``: what is put on while the cursor is here."""

    name: str
    about: str
    run: Callable[[], None]
    keys: str = ""
    why: str = ""
    theme: str = ""

    def rank(self, words: list[str]) -> int | None:
        """How well the words fit: 0 is best, None is not at all."""
        name = self.name.lower()
        text = f"{name} {self.keys} {self.about}".lower()
        if not all(word in text for word in words):
            return None
        phrase = " ".join(words)
        if name.startswith(phrase):
            return 0
        if all(any(part.startswith(word) for part in name.split()) for word in words):
            return 1
        return 2 if all(word in name for word in words) else 3


def commands(desk: Acting, context: Context) -> list[Item]:
    """All that can be done from here; moving about comes late, what is not possible just now last."""
    moving = [action for action in desk.actions if action.group == MOVING]
    others = [action for action in desk.actions if action.group != MOVING]
    found = [*_items(desk, others, context), *desk.more_commands(), *_themes(desk), *_items(desk, moving, context)]
    return sorted(found, key=lambda item: bool(item.why))


def _items(desk: Acting, actions: Iterable[Action], context: Context) -> Iterator[Item]:
    for action in actions:
        if action.id not in UNLISTED:
            why = why_not(action, context)
            yield Item(action.label_in(context), action.tooltip, _doing(desk, action), action.all_keys, why)


def _doing(desk: Acting, action: Action) -> Callable[[], None]:
    return lambda: desk.action_act(action.id)


def _themes(desk: Acting) -> Iterator[Item]:
    from .themes import offered

    for name, about in offered(desk.app.available_themes):
        yield Item(f"theme: {name}", about, _wearing(desk, name), theme=name)


def _wearing(desk: Acting, name: str) -> Callable[[], None]:
    return lambda: take_theme(desk, name)


def queue_commands(desk: Jobs) -> Iterator[Item]:
    """``queue: qick`` for each session and queue of the list: its jobs alone."""
    for node in desk.queues.nodes:
        if node.queues and not node.fixed and node.resource is None:
            name = f"queue: {queue_title(node.queue)}" if node.queue else f"session: {node.title}"
            about = f"Only its jobs: {node.running:,} running, {node.pending:,} pending."
            yield Item(plain(name), about, _showing(desk, node.queues))


def _showing(desk: Jobs, queues: frozenset[int]) -> Callable[[], None]:
    return lambda: desk.queues.choose(queues)


def matching(found: list[Item], text: str) -> list[int]:
    """The numbers of the commands that *text* finds, the best first, what is not possible last."""
    words = text.lower().split()
    ranks = {number: rank for number, command in enumerate(found) if (rank := command.rank(words)) is not None}
    return sorted(ranks, key=lambda number: (bool(found[number].why), ranks[number], number))
