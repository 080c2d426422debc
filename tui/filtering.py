"""What people type into the filter, as a filter: words, some of which are states."""

from __future__ import annotations

from jobyard.core.models import JobFilter
from jobyard.core.states import State, parse_state


def parse(text: str, base: JobFilter) -> JobFilter:
    """*base* with the words of *text*; words that name a state (``failed``, ``done``) choose states.

    ``user:NAME`` asks for a user. Several states mean any of them, several words all of them.
    """
    words: list[str] = []
    states: set[State] = set()
    user = ""
    for word in text.split():
        state = parse_state(word)
        if state is not None:
            states.add(state)
        elif word.startswith("user:") and len(word) > 5:
            user = word[5:]
        else:
            words.append(word)
    return base._replace(words=tuple(words), states=frozenset(states), user=user)
