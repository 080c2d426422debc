"""What others did, in a sentence for the corner of the screen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

from jobyard.core.models import Deed

from .format import plural
from .text import plain

NAMED = 3  # sentences; of more the number is told

JOBS = {
    "cancel": "cancelled",
    "requeue": "requeued",
    "hold": "held",
    "release": "released",
    "priority": "changed the priority of",
    "move": "moved",
    "after add": "added dependencies to",
    "after cut": "cut dependencies of",
}
LANES = {
    "create": "created",
    "set": "changed",
    "pause": "paused",
    "resume": "resumed",
    "end": "ended",
    "remove": "removed",
    "lock": "locked",
    "unlock": "unlocked",
    "push": "pushed",
    "main": "chose the main",
}
TAKEN_BACK = {"undo ": "took back: ", "redo ": "did again: "}


class Reader(NamedTuple):
    """Whose screen it is."""

    user: str
    host: str


def told(deeds: Iterable[Deed], reader: Reader) -> str:
    """``ada cancelled 3 jobs of queue qick. bob paused queue qick.``; "" when nobody did anything."""
    groups = [list(group) for _, group in groupby(sorted(deeds, key=_same), key=_same)]
    sentences = [f"{_who(group[0], reader)} {_did(group)}." for group in groups]
    more = len(sentences) - NAMED
    return " ".join([*sentences[:NAMED], *([f"And {plural(more, 'other change')}."] if more > 0 else [])])


def _same(deed: Deed) -> tuple[str, ...]:
    """Deeds that make one sentence: of jobs all of one person's with one verb, of queues and the like each alone."""
    what = "" if deed.jobs else f"{deed.session}/{deed.queue}/{deed.what}"
    return (deed.user, deed.host, deed.face, deed.verb, what)


def _who(deed: Deed, reader: Reader) -> str:
    """Somebody else by name; the reader's own deeds by the face or the host they came from."""
    if deed.user != reader.user:
        return plain(deed.user)
    return f"You ({plain(deed.face)})" if deed.host == reader.host else f"You (on {plain(deed.host)})"


def _did(deeds: Sequence[Deed]) -> str:
    verb, before = deeds[0].verb, ""
    for prefix, words in TAKEN_BACK.items():
        if verb.startswith(prefix):
            verb, before = verb.removeprefix(prefix), words
    kind, _, rest = verb.partition(" ")
    if verb in JOBS:
        return f"{before}{JOBS[verb]} {_jobs(deeds)}"
    if rest in LANES:
        return f"{before}{LANES[rest]} {kind} {_named(deeds[0])}".rstrip()
    return f"{before}{verb} {_jobs(deeds) if deeds[0].jobs else _named(deeds[0])}".rstrip()


def _jobs(deeds: Sequence[Deed]) -> str:
    count = plural(sum(deed.jobs for deed in deeds), "job")
    lanes = {(deed.session, deed.queue) for deed in deeds}
    return f"{count} of queue {_named(deeds[0])}" if len(lanes) == 1 else f"{count} of {len(lanes)} queues"


def _named(deed: Deed) -> str:
    if not deed.queue:
        return plain(deed.what)
    return plain(deed.queue if deed.session == "default" else f"{deed.session}/{deed.queue}")
