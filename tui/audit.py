"""What an event of the audit changed, in words: for the command line and the app."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from jobyard.core.models import Event

VERBS = {"revive": "waits again", "skip": "skipped", "shift": "stands elsewhere in its queue"}  # those of no command
KINDS = {"after-any": ", however it ends", "after-fail": ", if it fails"}

When = Callable[[float], str]  # a moment as people read it


def verb(event: Event) -> str:
    """What was done, in the words of the commands; what came of another's end in plain ones."""
    return VERBS.get(event.verb, event.verb)


def told(event: Event, when: When, parents: Mapping[int, str]) -> str:
    """As ``changed``, for whoever reads of one job: ``waits no more for fit (1122-00061)``.

    *parents* are names by row. Moments that went with the state that they belong to are not told.
    """
    before, after = dict(event.before or {}), dict(event.after or {})
    waits = [_waits(word, side, parents) for word, side in (("no more ", before), ("", after)) if "parent" in side]
    names = [name for name in {**before, **after} if (before.get(name) or "") != (after.get(name) or "")]
    gone = {name for name in names if name.endswith("_at") and after.get(name) is None}
    rest = [name for name in names if name not in gone and not (waits and name in ("parent", "type"))]
    return ", ".join([*waits, *(_told(name, before.get(name), after.get(name), when) for name in rest)])


def _waits(word: str, side: Mapping[str, Any], parents: Mapping[int, str]) -> str:
    how = KINDS.get(str(side.get("type")), "")
    return f"waits {word}for {parents.get(side['parent'], 'a job that is gone')}{how}"


def _told(name: str, before: Any, after: Any, when: When) -> str:
    return f"{name.removesuffix('_at').replace('_', ' ')}: {_change(name, before, after, when)}"


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
