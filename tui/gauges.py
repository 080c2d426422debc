"""What a running job says and uses, as people read it: bars, percentages, ends, cores, bytes. Pure, no widget."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from jobyard.core.yard import cells

from .format import duration
from .text import plain

if TYPE_CHECKING:  # the first paint imports neither
    from jobyard.core.progress import Progress
    from jobyard.core.usage import Sample

BAR, SMALL = 10, 6  # cells
ROOM = BAR + 2  # with its frame
_EIGHTHS = " ▏▎▍▌▋▊▉"
_FRAMED = re.compile(r"▕[^▕]*?▏(?= +\d+%)")


class Gauge(NamedTuple):
    """What is known of a job just now; None: it prints no progress, it has not been sampled.

    ``expected`` is when it will start (or end, while it runs), as a cell; "" where nobody has asked.
    """

    progress: Progress | None = None
    sample: Sample | None = None
    expected: str = ""


def bar(fraction: float, width: int) -> str:
    """Eighth blocks in exactly *width* cells; full only when all is done, empty only when nothing is."""
    eighths = int(8 * width * max(0.0, min(1.0, fraction)))
    whole, rest = divmod(max(eighths, 1 if fraction > 0 else 0), 8)
    return ("█" * whole + _EIGHTHS[rest].strip()).ljust(width)[:width]


def framed(fraction: float, width: int = BAR) -> str:
    """``▕███▋      ▏``."""
    return f"▕{bar(fraction, width)}▏"


def with_bar(text: str, style: str) -> list[tuple[str, str]]:
    """A text with a bar in it, as parts with their styles: the bar is in that of what runs."""
    found = _FRAMED.search(text)
    if found is None:
        return [(text, style)]
    return [(text[: found.start()], style), (found[0], "running"), (text[found.end() :], style)]


def percent(fraction: float) -> str:
    """``45%``; 100% only when all is done."""
    return f"{int(100 * max(0.0, min(1.0, fraction)) + 1e-9)}%"


def narrow(progress: Progress) -> str:
    """Eight cells: ``█▊    45%``."""
    return f"{bar(progress.fraction, 4)}{percent(progress.fraction):>4}"


def told(progress: Progress, width: int, now: float) -> str:
    """``▕████▌     ▏ 45% · ends 14:32 · 45/100``: as much of it as *width* has room for.

    Where that leaves no room for the end, a smaller bar: ``▕██▋   ▏ 45% → 14:32``.
    """
    number, end = percent(progress.fraction), ending(progress, now)
    text = f"{framed(progress.fraction)} {number:>3}" if width >= ROOM + 5 else number
    if end and len(text) + 3 + len(end) > width:
        short = f"{framed(progress.fraction, SMALL)} {number:>3} → {end.removeprefix('ends ')}"
        return short if len(short) <= width else text
    for more in (end, plain(progress.text)):
        if more and cells(text) + 3 + cells(more) <= width:
            text = f"{text} · {more}"
    return text


UNRECORDED = "no worker lives to record its end"


def ending(progress: Progress, now: float) -> str:
    """``ends 14:32``, on another day ``ends 11-24 09:14``; "" if nothing can be said."""
    return f"ends {clock(progress.expected_end, now)}" if progress.expected_end is not None else ""


def sentence(progress: Progress, now: float) -> str:
    """``45% · 45/100 · ends about 14:32 (in 12m05s)``."""
    parts = [percent(progress.fraction), plain(progress.text)]
    if progress.expected_end is not None:
        left = max(0.0, progress.expected_end - now)
        parts.append(f"ends about {clock(progress.expected_end, now)} (in {rounded(left)})")
    if progress.unrecorded:
        parts.append(UNRECORDED)
    return " · ".join(part for part in parts if part)


def rounded(seconds: float) -> str:
    """A time to come, no finer than it is known: ``42s``, ``12m``, ``2h07m``."""
    return duration(seconds) if seconds < 60 or seconds >= 3600 else f"{int(seconds // 60)}m"


def clock(moment: float, now: float) -> str:
    """Local time to the minute, with the date when it is not today's."""
    try:
        then, today = datetime.fromtimestamp(moment), datetime.fromtimestamp(now)
    except (OverflowError, ValueError, OSError):
        return "?"
    if then.date() == today.date():
        return then.strftime("%H:%M")
    return then.strftime("%m-%d %H:%M" if then.year == today.year else "%Y-%m-%d")


def cores(used: float) -> str:
    """Cores in use as ``top`` tells them: ``98%`` of one, ``412%`` are four and a bit."""
    return f"{round(100 * used)}%"


def memory(count: float) -> str:
    """Bytes in at most five cells: ``512K``, ``62M``, ``1.4G``."""
    value = count / 1024
    for unit in "KMG":
        if value < 999.5 or unit == "G":
            return f"{value:.1f}{unit}" if 0 < value < 9.95 and unit != "K" else f"{value:.0f}{unit}"
        value /= 1024
    raise AssertionError("unreachable")
