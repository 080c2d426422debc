"""Numbers, durations, sizes and times as they are written in a filter.

What is written stands for a stretch: ``2026-11-21`` is a whole day, ``10:00`` a minute, an age of ``2d`` lasts until
it is 3d. ``:`` asks for the stretch. With ``<`` and its like, durations are exact, since a limit of 10m is exactly
that; a time begins with its stretch and ends with it: ``ended<=2026-11-21`` has that whole day.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import NamedTuple

from .. import units
from ..errors import BadInput
from ..text import quoted
from .asked import Within

DAY = 86_400.0
_NUMBER = re.compile(r"[+-]?[0-9]{1,15}")
_CLOCK = re.compile(r"[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?")
_TIME = re.compile(r"[T ]([0-9]{2})(:?[0-9]{2})?(:?[0-9]{2})?(?P<fraction>[.,][0-9]+)?")
_LAST_UNIT = re.compile(r"(ms|[wdhms])\s*$", re.IGNORECASE)


class Span(NamedTuple):
    """From *low* up to *high*, which is not of it; None: just *low*. ``whole``: < and its like mean all of it."""

    low: float
    high: float | None = None
    whole: bool = False


def read(text: str, kind: str, field: str, now: float) -> Span:
    """What is written, as a stretch. Raises BadInput."""
    if kind == "duration":
        return _duration(text, field)
    if kind == "time":
        return _time(text, field, now)
    if kind == "size":
        return Span(units.parse_size(text, field))
    return Span(_number(text, field))


def compared(span: Span, operator: str) -> Within:
    """What an operator asks."""
    end = span.high if span.whole else None
    match operator:
        case "<":
            return Within(high=span.low, open_high=True)
        case "<=":
            return Within(high=span.low if end is None else end, open_high=end is not None)
        case ">":
            return Within(low=span.low, open_low=not span.whole)
        case ">=":
            return Within(low=span.low)
    if span.high is None:
        return Within(span.low, span.low)
    return Within(span.low, span.high, open_high=True)


def between(first: Span | None, last: Span | None) -> Within:
    """From one to another, both included; None is no bound."""
    low = first.low if first else None
    if last is None:
        return Within(low=low)
    return Within(low, compared(last, "<=").high, open_high=compared(last, "<=").open_high)


def _number(text: str, field: str) -> float:
    if _NUMBER.fullmatch(text):
        return int(text)
    if field == "priority":
        return units.parse_priority(text)
    if field == "signal":
        return _signal(text)
    raise BadInput(f"The {field} {quoted(text)} cannot be used", "It is a whole number", "")


def _signal(text: str) -> int:
    import signal  # a filter for signals alone needs their names

    name = text.upper().removeprefix("SIG")
    try:
        return int(signal.Signals[f"SIG{name}"])
    except KeyError:
        raise BadInput(f"There is no signal {quoted(text)}", "", "Write it like KILL, SIGTERM or 9") from None


def _duration(text: str, field: str) -> Span:
    seconds = units.parse_duration(text, field)
    unit = _LAST_UNIT.search(text)
    return Span(seconds, seconds + units.SECONDS[unit[1].lower() if unit else "s"])


def _time(text: str, field: str, now: float) -> Span:
    today = datetime.fromtimestamp(now).date()
    if text.lower() in ("today", "yesterday"):
        return _day(today - timedelta(days=text.lower() == "yesterday"), now)
    if text.startswith("-"):
        at = now - units.parse_duration(text[1:], field)
        return Span(at)
    if _CLOCK.fullmatch(text):
        return _clock(text, today, field, now)
    try:
        return _day(date.fromisoformat(text), now)
    except ValueError:
        return _moment(text, field, now)


def _day(day: date, now: float) -> Span:
    low = units.parse_time(day, now)
    try:
        return Span(low, units.parse_time(day + timedelta(days=1), now), whole=True)
    except (OverflowError, BadInput):  # the last day that there is
        return Span(low, low + DAY, whole=True)


def _clock(text: str, today: date, field: str, now: float) -> Span:
    """The last time that a clock showed it."""
    clock = text if text[2] == ":" else f"0{text}"
    at = units.parse_time(f"{today}T{clock}", now, what=field)
    if at > now:
        at = units.parse_time(f"{today - timedelta(days=1)}T{clock}", now, what=field)
    return Span(at, at + (1 if clock.count(":") == 2 else 60), whole=True)


def _moment(text: str, field: str, now: float) -> Span:
    found = _TIME.search(text)
    if text.startswith("+") or not found:
        raise BadInput(
            f"The time {quoted(text)} in {field} cannot be used",
            "A time is a date, a time of day, today, yesterday, or a time ago with a minus",
            "Write it like 2026-11-21, 2026-11-21T10:30, 10:00 or -2h",
        )
    at = units.parse_time(text, now, what=field)
    length = 0.001 if found["fraction"] else 1 if found[3] else 60 if found[2] else 3600
    return Span(at, at + length, whole=True)
