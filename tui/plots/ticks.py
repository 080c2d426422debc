"""Which numbers an axis bears, 1-2-5, and how they are written: a common exponent, a common beginning, times."""

from __future__ import annotations

import math
from datetime import datetime
from typing import NamedTuple

DIGITS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
LARGE, SMALL = 5, -3  # powers of ten from which on a common exponent is written
FAR = 1e6  # steps that an axis may be away from 0 before its numbers get a common beginning
FINEST = 1e-13  # of the numbers: they are all the same for people
TINIEST = 1e-300
SECONDS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400)


class Tick(NamedTuple):
    """A place on the axis (in its coordinates) and what is written there."""

    place: float
    text: str


class Ticks(NamedTuple):
    """The ticks of an axis; *note* is what all of their numbers share: ``×10³``, ``+ 1,000,000``, a date."""

    ticks: tuple[Tick, ...]
    note: str = ""


def ticks(low: float, high: float, most: int, log: bool = False, times: bool = False) -> Ticks:
    """About *most* ticks between two places of an axis."""
    most = max(1, most)
    if times and not log:
        return _times(low, high, most)
    if log and high - low >= 1:
        return Ticks(tuple(Tick(place, _power(place)) for place in _rounds(low, high, _step(high - low, most, 1.0))))
    if log:
        return _within_decade(low, high, most)
    return _numbers(low, high, most)


def _step(span: float, most: int, least: float = 0.0) -> float:
    """The smallest of 1, 2, 5 times a power of ten with which *most* steps cover the span."""
    rough = max(span / most, least, 5e-324)
    power = 10.0 ** max(math.floor(math.log10(rough)), -323)
    step = next((power * one for one in (1, 2, 5) if power * one >= rough * (1 - 1e-9)), power * 10)
    return max(step, math.ceil(least)) if least else step


def _rounds(low: float, high: float, step: float) -> list[float]:
    """The multiples of the step in between."""
    slack = 1e-9
    first, last = math.ceil(low / step - slack), math.floor(high / step + slack)
    return [number * step for number in range(first, min(last, first + 200) + 1)]


def _numbers(low: float, high: float, most: int) -> Ticks:
    if not math.isfinite(high - low):
        places = [low, high]
        return Ticks(tuple(Tick(place, _brief(place)) for place in places))
    if high - low <= FINEST * max(abs(low), abs(high)) or high - low < TINIEST:
        return Ticks((Tick(low, f"{low:.6g}"),))
    step = _step(high - low, most)
    if len(_rounds(low, high, step)) < 2:  # one number alone says nothing of how far it is to the next
        return _numbers(low, high, 2 * most)
    if max(abs(low), abs(high)) > FAR * step:
        return _from_beginning(low, high, step, most)
    places = _rounds(low, high, step)
    exponent = _exponent(max(abs(low), abs(high)), step)
    return Ticks(tuple(Tick(one, _written(one, step, exponent)) for one in places), _times_ten(exponent))


def _from_beginning(low: float, high: float, step: float, most: int) -> Ticks:
    """Numbers far from 0 and near each other: what they have in common is written once."""
    unit = 10.0 ** math.ceil(math.log10(max(high - low, step)))
    start = round((low + (high - low) / 2) / unit) * unit
    inner = _numbers(low - start, high - start, most)
    shifted = tuple(Tick(start + tick.place, tick.text) for tick in inner.ticks)
    return Ticks(
        shifted, " ".join(filter(None, (inner.note, f"+ {start:,.10g}" if start >= 0 else f"- {-start:,.10g}")))
    )


def _exponent(largest: float, step: float) -> int:
    """A multiple of three that all numbers may share; 0 where they are short as they are."""
    size = math.floor(math.log10(largest)) if largest > 0 else 0
    if SMALL <= size < LARGE:
        return 0
    return 3 * math.floor(size / 3)


def _written(value: float, step: float, exponent: int) -> str:
    try:
        small, unit = value / 10.0**exponent, step / 10.0**exponent
    except (OverflowError, ZeroDivisionError):
        return _brief(value)
    digits = max(0, -math.floor(math.log10(unit) + 1e-9)) if unit > 0 else 0
    text = f"{small:.{min(digits, 12)}f}"
    return text.lstrip("-") if not float(text) else text


def _brief(value: float) -> str:
    return f"{value:.3g}".replace("e+", "e")


def _times_ten(exponent: int) -> str:
    return f"×10{str(exponent).translate(DIGITS)}" if exponent else ""


def _power(place: float) -> str:
    """A power of ten: as a number while that is short."""
    whole = round(place)
    return f"{10.0**whole:g}" if -3 <= whole <= 4 else f"10{str(whole).translate(DIGITS)}"


def _within_decade(low: float, high: float, most: int) -> Ticks:
    """Less than a decade: the numbers of the data, at their logarithms."""
    inner = _numbers(10.0 ** max(low, -300.0), 10.0 ** min(high, 300.0), most)
    return Ticks(tuple(Tick(math.log10(one.place), one.text) for one in inner.ticks if one.place > 0), inner.note)


def _times(low: float, high: float, most: int) -> Ticks:
    """Local times, the day once."""
    rough = (high - low) / most
    if rough < 1 or abs(low) > 2e11 or abs(high) > 2e11:
        return _numbers(low, high, most)
    step = next((one for one in SECONDS if one >= rough), math.ceil(rough / 86400) * 86400)
    form = "%Y-%m-%d" if step >= 86400 else "%H:%M" if step >= 60 else "%H:%M:%S"
    shift = (datetime.fromtimestamp(low).astimezone().utcoffset() or datetime.resolution * 0).total_seconds()
    places = [place - shift for place in _rounds(low + shift, high + shift, float(step))]
    told = tuple(Tick(place, datetime.fromtimestamp(place).strftime(form)) for place in places)
    return Ticks(told, "" if step >= 86400 else datetime.fromtimestamp(low).strftime("%Y-%m-%d"))
