"""What an event of the audit changed, in words: for the command line and the app."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from jobyard.core.models import Event

When = Callable[[float], str]  # a moment as people read it


def changed(event: Event, when: When) -> str:
    """``state: pending → running``, for what is not the same on both sides and was or is something."""
    before, after = event.before or {}, event.after or {}
    names = [name for name in {**before, **after} if (before.get(name) or "") != (after.get(name) or "")]
    return ", ".join(f"{name}: {_change(name, before.get(name), after.get(name), when)}" for name in names)


def _change(name: str, before: Any, after: Any, when: When) -> str:
    """``old → new``; only the new value where there was none."""
    if before in (None, ""):
        return _text(name, after, when)
    return f"{_text(name, before, when)} → {_text(name, after, when)}"


def _text(name: str, value: Any, when: When) -> str:
    """A value: a text without its quotes, a moment as local time, none as a dash."""
    if value in (None, ""):
        return "–"
    if isinstance(value, float) and (name.endswith("_at") or name in ("not_before", "paused_until")):
        return when(value)
    return value if isinstance(value, str) else json.dumps(value, default=str)
