"""Durations, sizes, times and priorities as people write them, and back. Pure: whoever needs "now" hands it in.

Durations are seconds (float), sizes bytes (int, units are powers of 1024), times seconds since the epoch (UTC),
priorities integers. Whatever cannot be read raises BadInput, with what was given, why, and what would do.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo

from .errors import BadInput
from .text import quoted

SECONDS = {"w": 604_800.0, "d": 86_400.0, "h": 3_600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
LONGEST = 100 * 365 * 86_400.0  # seconds: a hundred years
BYTES = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40, "P": 2**50}
LARGEST = 2**63 - 1  # bytes: what SQLite holds
PRIORITIES = {"foreground": 10, "high": 10, "medium": 0, "background": 0, "low": -10, "best_effort": -10}
MOST_PRIORITY = 1_000_000
MOST_FACTOR = 1000

_NUMBER = r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
_PLAIN = re.compile(_NUMBER)
_PARTS = re.compile(rf"({_NUMBER})(ms|[wdhms])")
_DURATION = re.compile(rf"(?:{_NUMBER}(?:ms|[wdhms]))+")
_SIZE = re.compile(rf"({_NUMBER})\s*([KMGTP]?)(?:i?B)?", re.IGNORECASE)
_OCTAL = re.compile(r"(?:0o)?0?[0-7]{1,3}")
_INTEGER = re.compile(r"[+-]?[0-9]{1,12}")
_OFFSET = re.compile(r"\+\s*(.+)")
_CLOCK = re.compile(r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?")


def parse_duration(value: object, what: str = "duration") -> float:
    """Seconds of ``90``, ``90s``, ``1.5h``, ``1h30m``, ``2d``, ``500ms``. *what* names it in errors."""
    seconds = _seconds(value)
    if seconds is None:
        why = "A duration is a number of seconds, or numbers with the units ms, s, m, h, d, w"
        raise _bad(value, what, why, "Write it like 90, 90s, 10m, 1h30m or 2d")
    if seconds > LONGEST:
        raise _bad(value, what, "It is longer than a hundred years", "Leave it out for no limit")
    return seconds


def format_duration(seconds: float) -> str:
    """The shortest exact spelling to the millisecond: ``1h30m``, ``1m30s``, ``250ms``, ``0s``."""
    left = round(seconds * 1000)
    parts = []
    for unit, length in (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)):
        count, left = divmod(left, length)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


NEVER = "never"
FOREVER = 100 * 365 * 86_400.0  # seconds: the longest duration stands for "never"


def format_span(seconds: float) -> str:
    """A duration, or ``never`` for the longest: how long something is kept."""
    return NEVER if seconds >= FOREVER else format_duration(seconds)


def parse_size(value: object, what: str = "size") -> int:
    """Bytes of ``4096``, ``512M``, ``2G``, ``1.5GiB``, ``100kB``; every unit is a power of 1024."""
    size = _bytes(value)
    if size is None:
        why = "A size is a number of bytes, or a number with the unit K, M, G, T or P (powers of 1024)"
        raise _bad(value, what, why, "Write it like 512M, 2G or 1.5GiB")
    if size > LARGEST:
        raise _bad(value, what, "It is more than any disk or memory holds", "Check its unit")
    return size


def parse_memory(value: object, what: str = "memory") -> int:
    """A size, which below 1 MiB has its unit: nobody who writes 64 means as many bytes."""
    size = parse_size(value, what)
    bare = isinstance(value, int) or str(value).strip().isdigit()
    if bare and 0 < size < BYTES["M"]:
        raise _bad(value, what, "It would be that many bytes", f"Say the unit: {size}M")
    return size


def format_size(size: int) -> str:
    """The exact size in the largest unit that divides it: ``512M``, ``1536M``, ``1000``."""
    for unit, factor in reversed(BYTES.items()):
        if size and size % factor == 0:
            return f"{size // factor}{unit}"
    return "0"


def parse_time(value: object, now: float, zone: tzinfo | None = None, what: str = "time") -> float:
    """Seconds since the epoch of an ISO 8601 date or time, of ``22:00`` (the next one), or of ``+15m`` from *now*.

    A time without an offset is meant in *zone* (None: this machine's).
    """
    text = value.isoformat() if isinstance(value, date) else value
    if isinstance(text, str) and text.isascii():
        text = text.strip()
        later = _OFFSET.fullmatch(text)
        if later:
            return now + parse_duration(later[1], what)
        moment = _next_time_of_day(text, now, zone) if _CLOCK.fullmatch(text) else _moment(text, zone)
        if moment is not None:
            return moment
    why = "A time is an ISO 8601 date, a time of day or a delay"
    raise _bad(value, what, why, "Write it like 2026-11-22T05:40, 22:00 or +15m")


def format_time(at: float, zone: tzinfo | None = UTC) -> str:
    """An instant as ISO 8601 to the millisecond: ``2026-11-22T05:40:00.123Z``. *zone* None: this machine's."""
    whole = math.floor(at)
    thousandths = round((at - whole) * 1000)
    moment = datetime.fromtimestamp(whole, zone or UTC) + timedelta(milliseconds=thousandths)
    if zone is None:
        moment = moment.astimezone()
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_priority(value: object, what: str = "priority") -> int:
    """An integer from -1,000,000 to 1,000,000; ``high`` or ``foreground`` 10, ``low`` or ``best_effort`` -10."""
    number: int | None = None
    if isinstance(value, str):
        word = value.strip().lower()
        number = int(word) if _INTEGER.fullmatch(word) else PRIORITIES.get(word.replace("-", "_"))
    elif isinstance(value, int) and not isinstance(value, bool):
        number = value
    if number is None or abs(number) > MOST_PRIORITY:
        why = (
            f"A priority is an integer from -{MOST_PRIORITY:,} to {MOST_PRIORITY:,}, or one of {', '.join(PRIORITIES)}"
        )
        raise _bad(value, what, why, "Higher starts first; the usual one is 0")
    return number


def parse_count(value: object, what: str, least: int = 0, most: int = 1_000_000) -> int:
    """A plain integer within bounds, such as a number of slots or retries."""
    number: int | None = None
    if isinstance(value, str) and _INTEGER.fullmatch(value.strip()):
        number = int(value)
    elif isinstance(value, int) and not isinstance(value, bool):
        number = value
    if number is None or not least <= number <= most:
        raise _bad(value, what, f"It is an integer from {least:,} to {most:,}", "")
    return number


def parse_factor(value: object, what: str = "retry factor") -> float:
    """By how much a delay grows: a number from 1 to 1,000."""
    number = value
    if isinstance(value, str) and _PLAIN.fullmatch(value.strip()):
        number = float(value)
    if isinstance(number, bool) or not isinstance(number, (int, float)) or not 1 <= number <= MOST_FACTOR:
        raise _bad(value, what, f"It is a number from 1 to {MOST_FACTOR:,}", "1 keeps the delay as it is")
    return float(number)


def parse_umask(value: object, what: str = "umask") -> int:
    """A umask as a text of octal digits: ``027``. No integer: YAML makes 23 of 027, JSON refuses it."""
    if not isinstance(value, str) or not _OCTAL.fullmatch(value.strip()):
        raise _bad(value, what, "It is a text of three octal digits", 'Write it like "027"')
    return int(value, 8)


def _seconds(value: object) -> float | None:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _finite(value)
    if not isinstance(value, str):
        return None
    text = value.strip().lower()
    if _PLAIN.fullmatch(text):
        return _finite(float(text))
    if not _DURATION.fullmatch(text):
        return None
    return _finite(math.fsum(float(number) * SECONDS[unit] for number, unit in _PARTS.findall(text)))


def _finite(value: float) -> float | None:
    """None for what is negative or no number; what is too large for a float is merely too long."""
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    return number if number >= 0 and (number > 0 or value == 0) else None


def _bytes(value: object) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return value if value >= 0 else None
    found = _SIZE.fullmatch(value.strip()) if isinstance(value, str) else None
    if not found:
        return None
    number, unit = found.groups()
    if "." not in number:
        return int(number[:40]) * BYTES[unit.upper()] if len(number) <= 40 else LARGEST + 1
    return min(int(min(float(number), 1e30) * BYTES[unit.upper()]), LARGEST + 1)


def _next_time_of_day(text: str, now: float, zone: tzinfo | None) -> float | None:
    """When a clock in *zone* shows it next: today or tomorrow."""
    today = datetime.fromtimestamp(now, zone).date()
    clock = text if text[2] == ":" else f"0{text}"
    shown = (_moment(f"{today + timedelta(days=later)}T{clock}", zone) for later in (0, 1))
    return next((at for at in shown if at is not None and at > now), None)


def _moment(text: str, zone: tzinfo | None) -> float | None:
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None and zone is not None:
            moment = moment.replace(tzinfo=zone)
        at = moment.timestamp()
        datetime.fromtimestamp(at, timezone(timedelta(hours=14)))  # so that it can be shown anywhere
    except (ValueError, OverflowError, OSError):
        return None
    return at


def _bad(value: object, what: str, why: str, todo: str) -> BadInput:
    return BadInput(f"The {what} {quoted(value)} cannot be used", why, todo)
