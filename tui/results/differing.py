"""How two runs differ, as lines under headings with a count each: config, code, environment, the run itself, data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from rich.cells import cell_len

from jobyard.core.labmodels import ConfigChange
from jobyard.core.models import Comparison, Difference
from jobyard.core.results.model import DataChange, DataDifferences

from ..configs.leaf import Leaf
from ..format import number, plural
from ..painting import fit
from ..text import plain
from ..widgets.lines import Line

WIDEST = 44  # cells of what differs
SIDE = 26  # cells of a value of a dataset
LONGEST = 400  # characters of a value
CONFIG, CODE, ENVIRONMENT, RUN, DATA, MEASURED = "config", "code", "environment", "run", "data", "measured"
SECTIONS = (CONFIG, CODE, ENVIRONMENT, RUN)
SAME = {CONFIG: "the same", CODE: "the same revision, nothing uncommitted differs", ENVIRONMENT: "the same",
        RUN: "asked for, and ended, in the same way", DATA: "the same values"}  # fmt: skip
_CODE = ("repository", "revision", "branch", "uncommitted ", "new files", "program", "interpreter", "real", "python",
         "jobyard")  # fmt: skip
_ENVIRONMENT = ("environment ", "host", "kernel", "user", "folder", "umask")
_SIGNS = {"-": "failed", "+": "completed", "@": "faint"}


class Side(NamedTuple):
    """A line: what differs, before and after; ``lines`` of a text follow it."""

    what: str
    before: str
    after: str
    lines: tuple[str, ...] = ()


class Differing(Leaf):
    """Headings, then what differs below them; one jumps from heading to heading."""

    def __init__(self, made: Comparison, data: DataDifferences | None) -> None:
        self._lines: list[Line] = []
        stops: list[int] = []
        for heading, lines in _sections(made, data):
            if self._lines:
                self._lines.append([])
            stops.append(len(self._lines))
            self._lines += [heading, *lines]
        self.stops = stops

    @property
    def count(self) -> int:
        """How many lines."""
        return len(self._lines)

    def line(self, number: int, left: int, width: int) -> Line:
        """A line of them."""
        return _from(self._lines[number], left)


def same(made: Comparison, data: DataDifferences | None) -> bool:
    """Whether nothing differs that counts."""
    return made.same and (data is None or data.same)


def section_of(one: Difference) -> str:
    """Under which heading a difference belongs."""
    if not one.counts and not one.what.startswith("environment "):
        return MEASURED
    if one.what.startswith(("expt.", "config ")):
        return CONFIG
    if one.what.startswith(_CODE):
        return CODE
    return ENVIRONMENT if one.what.startswith(_ENVIRONMENT) else RUN


def _sections(made: Comparison, data: DataDifferences | None) -> Iterator[tuple[Line, Sequence[Line]]]:
    if same(made, data):
        told = "code, config, environment and data" if data is not None else "code, config and environment"
        yield [("✓ Nothing differs", "completed"), (f"   {told} are the same", "dim")], ()
    found: dict[str, list[Side]] = {name: [] for name in (*SECTIONS, MEASURED)}
    for one in made.differences:
        found[section_of(one)].append(_side(one))
    if data is not None:
        asked = {one.what for one in found[CONFIG]}
        found[CONFIG] += (one for one in map(_of_config, data.config) if one.what not in asked)
    for name in SECTIONS:
        yield _heading(name, len(found[name])), list(_aligned(found[name]))
    if data is None:
        yield [(DATA, "title"), ("  not both have left some", "dim")], ()
    else:
        yield _heading(DATA, len(data.datasets), "dataset"), list(_of_data(data.datasets))
    if found[MEASURED]:
        head: Line = [(MEASURED, "title"), ("  never the same twice", "dim")]
        yield head, [[(text, "dim") for text, _ in line] for line in _aligned(found[MEASURED])]


def _heading(name: str, count: int, what: str = "difference") -> Line:
    if not count:
        return [(name, "title"), (f"  ✓ {SAME[name]}", "dim")]
    return [(name, "title"), (f"  {plural(count, what)}{' that differ' if what == 'dataset' else ''}", "accent")]


def _side(one: Difference) -> Side:
    if one.lines:
        return Side(plain(one.what), "", "", one.lines)
    return Side(plain(one.what), _value(one.one), _value(one.other))


def _of_config(one: ConfigChange) -> Side:
    return Side(plain(one.path), _value(one.before), _value(one.after))


def _value(value: str | None) -> str:
    return plain(value[:LONGEST]) if value else "–"


def _aligned(sides: Sequence[Side]) -> Iterator[Line]:
    """What, before → after, each in its column."""
    wide = min(WIDEST, max((cell_len(one.what) for one in sides), default=0))
    middle = min(WIDEST, max((cell_len(one.before) for one in sides), default=0))
    for one in sides:
        if one.lines:
            yield [(f"  {one.what}", "")]
            yield from ([(f"    {plain(line)}", _SIGNS.get(line[:1], "dim"))] for line in one.lines)
        else:
            yield [(f"  {fit(one.what, wide)}  ", ""), *_pair(one.before, one.after, middle)]


def _pair(before: str, after: str, middle: int) -> Line:
    first = fit(before, middle) if cell_len(before) <= middle else before
    return [(first, "failed"), (" → ", "faint"), (after, "completed")]


def _of_data(changes: Sequence[DataChange]) -> Iterator[Line]:
    """Path, how, its first values, the largest difference, how many differ."""
    wide = min(WIDEST, _widest(one.path for one in changes))
    kind = _widest(one.what for one in changes)
    before, after = (min(SIDE, _widest(values)) for values in ([one.before for one in changes],
                                                               [one.after for one in changes]))  # fmt: skip
    for one in changes:
        most = f"  |Δ| up to {one.most:<9.4g}" if one.most is not None else ""
        count = f"  {number(one.differing)} of its values" if one.differing else ""
        yield [
            (f"  {fit(plain(one.path), wide)}  ", ""), (f"{one.what:{kind}}  ", "accent"),
            (fit(plain(one.before) or "–", before), "failed"), (" → ", "faint"),
            (fit(plain(one.after) or "–", after), "completed"), (f"{most}{count}", "dim"),
        ]  # fmt: skip


def _widest(texts: Iterable[str]) -> int:
    return max((cell_len(plain(text)) for text in texts), default=1) or 1


def _from(line: Line, left: int) -> Line:
    """The line without so many characters at its beginning."""
    out: Line = []
    for text, style in line:
        out.append((text[left:], style))
        left = max(0, left - len(text))
    return out
