"""Whether the wall clock can be believed, by which what is old is deleted for ever.

CLOCK_BOOTTIME goes on whatever anybody does to the wall clock, so within a boot their difference stays. A wall
clock that has jumped is *doubted* until it is back, or has gone steadily for a day with its new time; until then
nothing is purged. Over a restart of the host nobody knows how much time has passed: more than `AWAY` is doubted.
What is believed lies in `meta`, so that a worker that starts while the clock is wrong knows it too.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import NamedTuple

from .. import locks
from ..errors import WrongState
from ..text import people_duration
from .store import Store

KEY = "clock"  # of `meta`
SLACK = 3600.0  # seconds that the clock may be set by without a word: purging counts in days
AWAY = 7 * 86_400.0  # seconds for which a host may have been off
STEADY = 86_400.0  # seconds after which a time that nobody takes back is the right one
REMEMBER = 3600.0  # seconds after which what is believed is written anew


class Belief(NamedTuple):
    """What is believed of a clock: *wall* seconds since the epoch when *up* seconds had passed since the *boot*.

    *doubted* is by how many seconds it differs from that, 0 while it does not; *since* when, as CLOCK_BOOTTIME.
    """

    boot: str
    up: float
    wall: float
    doubted: float = 0.0
    since: float = 0.0

    def jump(self) -> str:
        """``365d forward``."""
        return f"{people_duration(abs(self.doubted))} {'forward' if self.doubted > 0 else 'back'}"


def look(before: Belief | None, boot: str, up: float, wall: float) -> Belief:
    """What is to be believed of a clock that shows *wall* now."""
    if before is None:
        return Belief(boot, up, wall)
    same = before.boot == boot
    expected = before.wall + (up - before.up if same else 0.0)
    ahead = wall - expected
    if -SLACK <= ahead <= (SLACK if same else AWAY):
        return Belief(boot, up, wall)
    known = same and before.doubted and abs(ahead - before.doubted) <= SLACK
    since = before.since if known else up
    if up - since >= STEADY:
        return Belief(boot, up, wall)
    return Belief(boot, up, expected, before.doubted if known else ahead, since)


def present(store: Store, up: Callable[[], float] = locks.boottime) -> Belief:
    """What is believed at this moment; remembers nothing."""
    return look(_remembered(store), locks.boot_id(), up(), store.clock())


def check(store: Store, up: Callable[[], float] = locks.boottime) -> float:
    """The time, if it can be believed, which is remembered. Raises WrongState."""
    before = _remembered(store)
    now = store.clock()
    belief = look(before, locks.boot_id(), up(), now)
    if before is None or belief.doubted != before.doubted or belief.boot != before.boot or _stale(before, belief):
        sql = "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)"
        with store.db.transaction(quiet=True) as connection:
            connection.execute(sql, (KEY, json.dumps(belief)))
    if belief.doubted:
        raise doubt(belief)
    return now


def doubt(belief: Belief) -> WrongState:
    """Why nothing is purged."""
    why = "what ended lately may look old: nothing is purged until it is back, or has gone on so for a day"
    todo = "Set it: timedatectl set-ntp true. If it is right now: jobyard cleanup --force"
    return WrongState(f"The clock of this host has jumped {belief.jump()}", why, todo)


def _stale(before: Belief, now: Belief) -> bool:
    return not now.doubted and now.up - before.up >= REMEMBER


def _remembered(store: Store) -> Belief | None:
    text = store.db.value("SELECT value FROM meta WHERE key = ?", (KEY,))
    return None if text is None else Belief(*json.loads(text))
