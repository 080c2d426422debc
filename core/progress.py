"""How far a running job is, as it prints it itself. Pure: from the end of its output to a fraction, and to an end.

A job that wants to be understood for certain prints a line ``::progress 0.4 text`` (or ``40%``, or ``4/10``). Beside
that the usual bars are read; `FORMS` says which, with an example of each and how many lines from the end it counts.
What lies further back, a percentage in prose (``100% tests passed``, ``accuracy 92%``), a count that goes beyond its
total: none of them is progress. Empty lines do not count; of a line that ``\\r`` has overwritten, the last state does,
or the one before while that is being written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from .text import clean_line

TAIL = 8192  # bytes at the end of a stream that are looked at
_STATE = 800  # bytes of a line that are looked at
_STATES = 2  # of an overwritten line
_TEXT = 120  # characters that are kept of what stands beside it
_LINES = 8  # the most that any form but `SAID` counts
_FAR = 10 * 365 * 86400.0  # seconds; an estimate beyond that is none


class Found(NamedTuple):
    """What a line says."""

    fraction: float  # 0 to 1
    text: str = ""  # safe to show
    left: float | None = None  # seconds that remain, by its own estimate
    behind: int = 0  # bytes from its end to the end of the stream
    said: bool = False  # in so many words: ``::progress``


class Progress(NamedTuple):
    """How far a job is. Times are wall clock."""

    fraction: float  # 0 to 1
    text: str  # what it says beside it, safe to show; often ""
    at: float  # when it was printed
    left: float | None = None  # seconds from ``at`` on, by its own estimate
    expected_end: float | None = None
    unrecorded: bool = False  # it should have ended, and no worker lives that would record it


class Form(NamedTuple):
    """A way to print progress: how many lines it counts, its pattern, how its match is read."""

    example: str
    lines: int
    pattern: re.Pattern[str]
    read: Callable[[re.Match[str]], Found | None]
    overwritten: bool = False  # only a line that was written over


# -- what a match says ------------------------------------------------------------------------------

_NUMBER = r"\d{1,9}(?:\.\d{1,9})?"
_COUNT = r"(?:\d{1,3}(?:,\d{3}){1,4}|\d{1,12})(?:\.\d{1,9})?"
_PART = rf"(?P<part>{_COUNT})(?: ?/ ?| of )(?P<whole>{_COUNT})(?![\w/.])"
_PERCENT = rf"(?<![\w.,/-])(?P<percent>{_NUMBER}) ?%(?![\w])"
_CLOCK = r"(?:\d{1,4}:)?\d{1,3}:\d\d(?![\d:])"  # not the beginning of one that is malformed
_BAR = r"[█▉▊▋▌▍▎▏━╸╺#=>░▒▓⣿●■□]"
_BARS = rf"(?<!{_BAR}){_BAR}{{3}}\W{{0,400}}+"
_DOING = r"(?:progress|complete[d]?|done|finished|(?:down|up)?load(?:ed|ing)?|process(?:ed|ing)?|copied|copying)"

_STEP = (
    r"(?:step|epoch|task|part|stage|chunk|batch|pass|round|iteration|file|point|sample|shot|frame|image|trial|fold|run"
    r"|scan|sweep|page|row|block|day|generation)"
)

_ANY_PART = re.compile(rf"(?<![\w/.]){_PART}")
_LEFT = re.compile(rf"\b(?:eta|left|remaining)\b\W{{0,3}}(?P<clock>{_CLOCK}|\d{{1,9}} ?s\b)", re.IGNORECASE)
_PROSE = re.compile(
    r"\b(?:pass(?:ed|ing)?|fail\w*|tests?|cover\w*|accura\w+|acc|loss|precision|recall|confidence|quality|errors?"
    r"|cpu|mem(?:ory)?|gpu|disk|used?|usage|utili[sz]ation|free|idle|full|battery|hits?|miss(?:es|ed)?|discount"
    r"|faster|slower|smaller|larger|more|less|saved|packet|identity|rate|probability|significan\w+)\b",
    re.IGNORECASE,
)


def _ratio(found: re.Match[str]) -> float | None:
    part, whole = (float(found[name].replace(",", "")) for name in ("part", "whole"))
    return part / whole if whole > 0 and part <= whole else None


def _seconds(clock: str) -> float:
    """``1:02:03``, ``02:03`` or ``12s`` in seconds."""
    total = 0.0
    for part in clock.rstrip(" s").split(":"):
        total = total * 60 + float(part)
    return total


def _left(line: str) -> float | None:
    found = _LEFT.search(line)
    return _seconds(found["clock"]) if found else None


def _said(found: re.Match[str]) -> Found | None:
    if found["whole"]:
        fraction = _ratio(found)
    else:
        fraction = float(found["percent"]) / 100 if found["percent"] else float(found["share"])
    return None if fraction is None else Found(fraction, (found["text"] or "").strip(), said=True)


def _tqdm(found: re.Match[str]) -> Found:
    words = " · ".join(word for word in (found["label"].strip(" :"), found["counts"].strip()) if word)
    return Found(float(found["percent"]) / 100, words, _seconds(found["left"]) if found["left"] else None)


def _counted(found: re.Match[str]) -> Found | None:
    fraction = _ratio(found)
    return None if fraction is None else Found(fraction, f"{found['part']}/{found['whole']}", _left(found.string))


def _percent(found: re.Match[str]) -> Found:
    """With the count that stands beside it, if it is of the same thing."""
    fraction, count = float(found["percent"]) / 100, _ANY_PART.search(found.string)
    told = _counted(count) if count else None
    alike = told is not None and abs(told.fraction - fraction) < 0.02
    return Found(fraction, told.text if told and alike else "", _left(found.string))


def _percent_but_prose(found: re.Match[str]) -> Found | None:
    return None if _PROSE.search(found.string) else _percent(found)


# -- the forms ----------------------------------------------------------------------------------------

_SAID = re.compile(
    rf"^\s*::progress\s+(?:(?P<part>{_NUMBER}) ?/ ?(?P<whole>{_NUMBER})|(?P<percent>{_NUMBER}) ?%|(?P<share>{_NUMBER}))"
    r"(?:\s+(?P<text>.*))?$"
)


def _form(
    example: str,
    lines: int,
    pattern: str,
    read: Callable[[re.Match[str]], Found | None] = _counted,
    overwritten: bool = False,
) -> Form:
    return Form(example, lines, re.compile(pattern, re.IGNORECASE), read, overwritten)


SAID = Form("::progress 0.4 second pass", TAIL, _SAID, _said)  # anywhere in the last 8 KiB, and before all others
FORMS: tuple[Form, ...] = (
    _form(
        "fit:  45%|███▌    | 45/100 [00:12<00:15,  3.60it/s]", 4,
        rf"^(?P<label>[^|]{{0,120}}?)\s*\b(?P<percent>{_NUMBER})%\|[^|]{{0,400}}\|(?P<counts>[^\[]{{0,60}})"
        rf"\[{_CLOCK}<(?P<left>{_CLOCK})?", _tqdm,
    ),
    _form("[ 12/340] Building CXX object a.o", _LINES, rf"^\s*(?:==> )?[\[(] *{_PART} *[\])]"),
    _form("Epoch 3/10", 4, rf"^(?:[\w .-]{{1,40}}: )?\W*{_STEP} #?{_PART}"),
    _form("Building [=====>     ] 45/100: serde", 4, rf"{_BARS}{_PART}"),
    _form("45/100 [=====>......] - ETA: 12s", 4, rf"(?<![\w./]){_PART} ?\[{_BAR}"),
    _form("[ 45%] Building C object a.o", 4, rf"^\s*\[ *{_PERCENT}\]", _percent),
    _form("tests/test_a.py .........      [ 45%]", 4, rf"\[ *{_PERCENT}\]\s*$", _percent),
    _form(" 2250K .......... .......... 45% 12.5M 3s", 4, rf"(?:\.{{10}} +){{1,5}}{_PERCENT}", _percent),
    _form("━━━━━━━━━━╸             45% 0:00:12", 4, rf"{_BARS}{_PERCENT}", _percent),
    _form("45% [========>          ] 12M", 4, rf"{_PERCENT}\W{{0,3}}{_BAR}{{3}}", _percent),
    _form("45% of the files copied", 1, rf"^\s*{_PERCENT}", _percent_but_prose),
    _form("Progress: 45%", 1, rf"\b{_DOING}\W{{1,3}}{_PERCENT}", _percent_but_prose),
    _form("sampling, 45% done", 1, rf"{_PERCENT}\W{{1,3}}{_DOING}\b", _percent_but_prose),
    _form("Receiving objects:  45% (450/1000)", 1, _PERCENT, _percent_but_prose, overwritten=True),
)  # fmt: skip


# -- the end of a stream ---------------------------------------------------------------------------------


class _State(NamedTuple):
    """A line, or a state of one that was written over. ``back``: how many lines from the end it stands."""

    text: str
    back: int
    behind: int
    overwritten: bool


def parse(tail: bytes, cut: bool = False) -> Found | None:
    """The last progress in the last bytes of a stream; *cut*: more was before them, so the first line is torn."""
    tail = tail[-TAIL:]
    if cut:
        tail = tail[_torn(tail) :]
    return _last_said(tail) or _last_bar(tail)


def _torn(tail: bytes) -> int:
    ends = [at for at in (tail.find(b"\n"), tail.find(b"\r")) if at >= 0]
    return min(ends) + 1 if ends else len(tail)


def _last_said(tail: bytes) -> Found | None:
    """Only whole lines: ``::progress 1/1`` may be about to become ``1/10``."""
    end = tail.rfind(b"\n") + 1
    while (at := tail.rfind(b"::progress", 0, end)) >= 0:
        stop = tail.find(b"\n", at)
        start = max(tail.rfind(b"\n", 0, at), tail.rfind(b"\r", 0, at)) + 1
        found = _judged(SAID, clean_line(tail[start : min(stop, start + _STATE)].rstrip(b"\r")))
        if found is not None:
            return found._replace(behind=len(tail) - stop)
        end = at
    return None


def _last_bar(tail: bytes) -> Found | None:
    for state in _states(tail):
        for form in FORMS:
            if state.back >= form.lines or (form.overwritten and not state.overwritten):
                continue
            found = _judged(form, state.text)
            if found is not None:
                return found._replace(behind=state.behind)
    return None


def _judged(form: Form, line: str) -> Found | None:
    match = form.pattern.search(line)
    found = form.read(match) if match else None
    if found is None or not 0.0 <= found.fraction <= 1.0:
        return None
    return found._replace(text=found.text[:_TEXT])


def _states(tail: bytes) -> Iterator[_State]:
    """The lines from the last on, and of each its last states."""
    back, end = 0, len(tail)
    while back < _LINES and end >= 0:
        start = tail.rfind(b"\n", 0, end) + 1
        whole, line = tail[start:end], tail[start:end].rstrip(b"\r")
        states = [part for part in whole.split(b"\r")[-_STATES - 1 :] if part.strip()][-_STATES:]
        overwritten = b"\r" in line
        behind = len(tail) - end
        for state in reversed(states):
            yield _State(clean_line(state[:_STATE]), back, behind, overwritten or line != whole)
            behind += len(state) + 1
        back += bool(states)
        end = start - 1


# -- streams and jobs -----------------------------------------------------------------------------------


def newest(found: Iterable[tuple[Found, float]]) -> tuple[Found, float] | None:
    """Of what two streams say, with the times at which they said it, the one that counts."""
    return max(found, key=lambda one: (one[0].said, one[1]), default=None)


def expected_end(
    progress: Progress | Found, at: float, started_at: float, now: float, usual: float | None = None
) -> float | None:
    """When a job may end that was so far at *at*, wall clock; None if nothing can be said. Never before *now*.

    What it says itself goes first, then the pace so far; *usual*, the seconds that the same command took before, weighs
    the more, the less is done. A job that is late by that goes on at the pace that it really has.
    """
    fraction, spent = progress.fraction, at - started_at
    pace = spent / fraction if fraction > 0 and spent >= 0 else None
    if progress.left is not None:
        end = at + progress.left
    elif pace is not None:
        end = started_at + (pace if usual is None else fraction * pace + (1 - fraction) * max(usual, spent))
    elif usual is not None:
        end = started_at + usual
    else:
        return None
    if end < now and 0 < fraction < 1:
        end = started_at + (now - started_at) / fraction
    return max(end, now) if end - now < _FAR else None


def overdue(progress: Progress, now: float) -> bool:
    """Whether what it says of its end has passed; it may have ended then, unseen where no worker lives."""
    return progress.expected_end is not None and progress.expected_end <= now
