"""What a command did, in a sentence; what was left, and why."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from jobyard.core.models import Change

from .format import plural
from .text import plain

NAMED = 2  # ids, or changes of priority, named in a toast


# What became of others: of one, of several.
ALSO = {"cancelled": ("is skipped", "are skipped"), "requeued": ("waits again", "wait again")}


def told(verb: str, change: Change, user: str = "", now: float = 0.0, names: Sequence[str] = ()) -> tuple[str, str]:
    """The sentence and its severity, for *user* at *now* (seconds since the epoch); *names* of what was done."""
    parts = [_done(verb, change, names)] if change.done or not change.left else []
    if change.of is not None:
        parts = [_sentence(f"{verb}: {plain(change.of.words(user, now))}")]
    parts += [f"Priority {before} → {now}." for before, now in list(change.crossed)[:NAMED]]
    if change.also:
        parts.append(_also(verb, change))
    if change.left:
        parts.append(_left(change))
    if change.passed is not None:
        parts.append(f"Your {plain(change.passed.words(user, now))} cannot be undone.")
    return " ".join(parts), "warning" if change.left else "information"


def _done(verb: str, change: Change, names: Sequence[str]) -> str:
    done = change.done
    if not done:
        return "Nothing changed."
    some = [f"{id} ({plain(name)})" if name else id for id, name in zip_longest(done[:NAMED], names[:NAMED])]
    return _sentence(f"{verb} {', '.join(some) if len(done) <= NAMED else plural(len(done), 'job')}")


def _also(verb: str, change: Change) -> str:
    count = len(change.also)
    words = ALSO[verb][count > 1] if verb in ALSO else f"changed with {_them(change)}"
    return f"{plural(count, 'other')} {words}."


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def _them(change: Change) -> str:
    return "it" if len(change.done) == 1 else "them"


def _left(change: Change) -> str:
    """All reasons are told when they are few; of many the first stands for all."""
    why = {plain(reason).rstrip(".") for _, reason in change.left}
    what = change.left[0][0] if len(change.left) == 1 else plural(len(change.left), "job")
    reason = next(iter(sorted(why)))
    return f"Left {what}: {reason}{'' if len(why) == 1 else ', and other reasons'}."
