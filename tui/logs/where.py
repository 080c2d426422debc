"""Places in a log as people write them: ``50%``, ``14:02``, ``-10m``, ``+90s``, ``line 1200``. Pure."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from jobyard.core.errors import BadInput
from jobyard.core.yard import parse_duration, parse_time, quoted

from .model import Anchor, At, Fraction, LineNumber

_PERCENT = re.compile(r"(\d{1,3}(?:\.\d*)?)\s*%")
_NUMBER = re.compile(r"(?:line\s+)?(\d{1,3}(?:,\d{3})+|\d{1,15})", re.IGNORECASE)
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")
_BACK = re.compile(r"[-−]\s*(.+)")
_ON = re.compile(r"\+\s*(.+)")
HINT = "50%  14:02  2026-11-22T05:40  -10m (before its end)  +90s (after its start)  1200 (a line)"


def anchor_of(text: str, start: float | None, end: float) -> Anchor:
    """What *text* means in a log that began at *start* (None: not known) and ends, so far, at *end*; wall times.

    Raises BadInput.
    """
    text = text.strip()
    if (found := _PERCENT.fullmatch(text)) is not None:
        return Fraction(min(1.0, float(found[1]) / 100))
    if (found := _NUMBER.fullmatch(text)) is not None:
        return LineNumber(max(1, int(found[1].replace(",", ""))))
    if (found := _CLOCK.fullmatch(text)) is not None:
        return At(_clock(text, found, start, end))
    if (found := _BACK.fullmatch(text)) is not None:
        return At(end - parse_duration(found[1], "time"))
    if (found := _ON.fullmatch(text)) is not None and start is not None:
        return At(start + parse_duration(found[1], "time"))
    if re.match(r"\d{4}-", text):
        return At(parse_time(text, end))
    raise BadInput("No such place", "", "Write it like 50%, 14:02, -10m, +90s, line 1200")


def _clock(text: str, found: re.Match[str], start: float | None, end: float) -> float:
    """The last time before *end* that a clock here showed this; a little later if it began later than that."""
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    if hour > 23 or minute > 59 or second > 59:
        raise BadInput(f"The time {quoted(text)} cannot be used", "No clock shows it", "Write it like 14:02")
    day = datetime.fromtimestamp(end).replace(hour=hour, minute=minute, second=second, microsecond=0)
    if day.timestamp() > end:
        earlier = (day - timedelta(days=1)).timestamp()
        return earlier if start is None or earlier >= start else day.timestamp()
    return day.timestamp()
