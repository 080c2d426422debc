"""How two runs differ, as lines: what made them, their configs, their values."""

from __future__ import annotations

from collections.abc import Iterator

from jobyard.core.models import Comparison
from jobyard.core.results.model import DataDifferences

from ..configs.leaf import Leaf
from ..text import plain
from ..widgets.lines import Line


class Differing(Leaf):
    """A heading, then what differs below it."""

    def __init__(self, made: Comparison, data: DataDifferences | None) -> None:
        self._lines = list(_lines(made, data))

    @property
    def count(self) -> int:
        """How many lines."""
        return len(self._lines)

    def line(self, number: int, left: int, width: int) -> Line:
        """A line of them."""
        text, style = self._lines[number]
        return [(text[left:], style)]


def _lines(made: Comparison, data: DataDifferences | None) -> Iterator[tuple[str, str]]:
    yield "what made them", "title"
    for one in made.differences:
        yield plain(f"  {one.what}: {one.one or '–'} → {one.other or '–'}"), ""
    yield from _none(made.differences)
    if data is None:
        yield "data", "title"
        yield "  not both have left some", "dim"
        return
    yield "config in the file", "title"
    for change in data.config:
        yield plain(f"  {change.path}  {_side(change.before)} → {_side(change.after)}"), ""
    yield from _none(data.config)
    yield "data", "title"
    for each in data.datasets:
        most = f"  most {each.most:.6g}" if each.most is not None else ""
        count = f"  {each.differing:,} values" if each.differing else ""
        yield plain(f"  {each.path}  {each.what}  {each.before} → {each.after}{most}{count}"), ""
    yield from _none(data.datasets)


def _none(found: tuple[object, ...]) -> Iterator[tuple[str, str]]:
    if not found:
        yield "  nothing differs", "dim"


def _side(value: str | None) -> str:
    return "–" if value is None else value
