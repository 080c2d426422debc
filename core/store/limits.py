"""How long a job may run: its own limit, else its estimate times a factor, else its queue's limit.

The factor is the queue's, else its kind's (which is ``time_limit_factor`` of the settings, for kinds that want it);
without either an estimate limits nothing. It is decided at the claim and kept with the attempt, so that whoever
adopts the attempt knows the same limit.
"""

from __future__ import annotations

from typing import NamedTuple

from ..units import format_duration


class Limit(NamedTuple):
    """Seconds (None: no limit), and where they come from, for people."""

    seconds: float | None
    source: str = ""


def effective(own: float | None, estimate: float | None, factor: float | None, queues: float | None) -> Limit:
    """The limit in force."""
    if own is not None:
        return Limit(own)
    if estimate is not None and estimate > 0 and factor is not None:
        return Limit(estimate * factor, f"estimate {format_duration(estimate)} × {factor:g}")
    if queues is not None:
        return Limit(queues, "of its queue")
    return Limit(None)
