"""What may stand at the cursor of a filter of runs: what one of jobs may have, times, keys of configs, their values.

The caller gives what the yard knows. Never raises: a mistake is `runs`' to tell.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from . import completing, runs
from .completing import MOST, SAMPLES, Names, Offer, Suggestion
from .fields import FIELDS, OPERATORS

LIKELY = ("user", "class", "queue", "session", "name", "state", "array")  # what one reaches for first
AGES = (("2h", "two hours ago"), ("7d", "a week ago"))
SIGNS = ("=", "!=", ">", ">=", "<", "<=", "~", "!~")
_VALUE = re.compile(r"([:=!<>~]+)(.*)", re.DOTALL)

Known = Callable[[str], Iterable[Offer]]


def suggestions(text: str, cursor: int, names: Names, keys: Known, values: Known) -> list[Suggestion]:
    """What may stand at the cursor, the likeliest first. *keys* begin with what they are called with; *values* are a
    key's; each comes with a word about it.
    """
    part = next((one for one in runs.parts(text) if one.at <= cursor <= one.end), runs.Part(cursor, ""))
    typed = text[part.at : cursor]
    head = runs.own(typed)
    if head:
        return _values(typed, head, part, values)[:MOST]
    if ":" in typed or typed[:1] in ("(", "-", '"', "'") or typed.endswith(")"):
        return completing.suggestions(runs.of_jobs(text), cursor, names)
    fields = list(_fields(typed, text, cursor, names))
    found = [Suggestion(part.at, part.end, *offer) for offer in _keys(typed, keys)]
    first = [one for one in fields if not typed or one.text.startswith(typed)]
    return [*first, *found, *(one for one in fields if one not in first)][:MOST]


def _fields(typed: str, text: str, cursor: int, names: Names) -> Iterator[Suggestion]:
    """Fields of jobs, of which nobody who has written nothing wants all; times."""
    found = completing.suggestions(runs.of_jobs(text), cursor, names)
    likely = [f"{name}{FIELDS[name].usual}" for name in LIKELY]
    yield from (
        found if typed else sorted((one for one in found if one.text in likely), key=lambda one: likely.index(one.text))
    )
    for name, (help, example) in runs.OWN.items():
        if name.startswith(typed.lower()):
            yield Suggestion(cursor - len(typed), cursor, f"{name}:", f"{help}, as in {example}")


def _keys(typed: str, keys: Known) -> Iterator[Offer]:
    """Keys that begin so, or whose last part does; of a whole one its signs."""
    known = dict(keys(typed))
    if typed in known:
        yield from ((f"{typed}{sign}", OPERATORS[sign].format(name=typed)) for sign in SIGNS)
    lower = typed.lower()
    begun = [key for key in known if key.lower().startswith(lower) and key != typed]
    within = [key for key in known if key not in begun and key != typed and f".{lower}" in key.lower()]
    yield from ((f"{key}=" if not key.endswith(".") else key, known[key]) for key in (*begun, *within))


def _values(typed: str, head: str, part: runs.Part, values: Known) -> list[Suggestion]:
    found = _VALUE.match(typed, len(head))
    if found is None:
        return []
    sign, begun = found.groups()
    offers = (*SAMPLES["time"], *AGES) if head in runs.OWN else values(head)
    at = part.at + len(head) + len(sign)
    fit = [offer for offer in offers if offer[0].lower().startswith(begun.lower())]
    return [Suggestion(at, part.end, *offer) for offer in fit]
