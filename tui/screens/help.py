"""Every key, from the registry, with a filter; Enter does the chosen action."""

from __future__ import annotations

from collections.abc import Sequence

from ..actions import Action, Context, why_not
from ..keynames import read_key
from ..widgets.sheet import Entry
from .finder import Finder


def found(actions: Sequence[Action], text: str) -> list[Action]:
    """The actions in which every word of *text* occurs: in keys, label, sentence, group or id."""
    words = text.lower().split()
    return [action for action in actions if all(word in _words(action) for word in words)]


def _words(action: Action) -> str:
    return (
        f"{action.all_keys} {' '.join(action.keys)} {action.label} {action.tooltip} {action.group} {action.id}".lower()
    )


def first(actions: Sequence[Action], text: str) -> int:
    """Where the cursor goes: to the action whose key was typed, else to the one called so, else to the first."""
    key, word = read_key(text.strip()) if text.strip() else "", text.strip().lower()
    ranks = [
        (key in action.keys and bool(key), action.label.lower().startswith(word) and bool(word)) for action in actions
    ]
    return max(range(len(actions)), key=lambda number: (ranks[number], -number), default=0)


def entry(action: Action, context: Context) -> Entry:
    """An action as the help shows it."""
    keys = action.all_keys or "no key"
    return Entry(keys, action.label_in(context), action.tooltip, why_not(action, context), action.group)


class Help(Finder):
    """Dismissed with the number of the action to do, or None."""

    TITLE = "Keys"
    HINT = "type to filter: words, or a key such as ctrl+d"

    def __init__(self, actions: Sequence[Action], context: Context) -> None:
        self._actions = sorted(actions, key=lambda action: _place(actions, action))
        super().__init__([entry(action, context) for action in self._actions])

    def action_of(self, number: int) -> Action:
        """The action of an entry."""
        return self._actions[number]

    def match(self, text: str) -> tuple[list[int], int]:
        """Those in which every word occurs."""
        some = found(self._actions, text)
        return [self._actions.index(action) for action in some], first(some, text)


def _place(actions: Sequence[Action], action: Action) -> int:
    """Groups as they are met first: a group may be in several pieces of the registry."""
    return next(number for number, other in enumerate(actions) if other.group == action.group)
