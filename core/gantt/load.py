"""How much ran in each cell: busy seconds of spans and heaps, and what they look like as a row of bars."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ..states import State
from .cells import BELOW, WORST
from .spans import Heap, Span, Window


class Load(NamedTuple):
    """For each cell: how many ran at a time (a mean), how many attempts touched it, and the worst state of them."""

    mean: list[float]
    touched: list[int]
    worst: list[State | None]

    def text(self, cell: int, most: float) -> str:
        """A cell as a block from below; the highest is as high as *most*."""
        if not self.touched[cell]:
            return " "
        share = self.mean[cell] / most if most > 0 else 1.0
        return BELOW[min(len(BELOW), max(1, -int(-share * len(BELOW) // 1))) - 1]


def load(spans: Iterable[Span], heaps: Iterable[Heap], window: Window, now: float) -> Load:
    """Of all of these together."""
    found = Load([0.0] * window.cells, [0] * window.cells, [None] * window.cells)
    for span in spans:
        if span.attempt:
            _add_span(found, span, window, now)
    for heap in heaps:
        _add_heap(found, heap, window)
    return found


def _add(found: Load, cell: int, share: float, count: int, state: State) -> None:
    if 0 <= cell < len(found.mean):
        found.mean[cell] += share
        found.touched[cell] += count
        known = found.worst[cell]
        if known is None or WORST.index(state) < WORST.index(known):
            found.worst[cell] = state


def _add_span(found: Load, span: Span, window: Window, now: float) -> None:
    first, end = window.at(span.start), window.at(span.until(now))
    for cell in range(max(0, int(first // 1)), min(window.cells - 1, int(end // 1)) + 1):
        if cell < end or cell == int(first // 1):
            _add(found, cell, max(0.0, min(end, cell + 1) - max(first, cell)), 1, span.state)


def _add_heap(found: Load, heap: Heap, window: Window) -> None:
    """Of those that end in a later cell than they begin the parts in both, and all of what lies between."""
    if heap.first == heap.last:
        _add(found, heap.first, max(0.0, heap.ends - heap.starts) / window.step, heap.many, heap.state)
        return
    at_first = heap.many * (heap.first + 1) - heap.starts / window.step
    at_last = heap.ends / window.step - heap.many * heap.last
    _add(found, heap.first, max(0.0, at_first), heap.many, heap.state)
    _add(found, heap.last, max(0.0, at_last), heap.many, heap.state)
    for cell in range(max(0, heap.first + 1), min(window.cells, heap.last)):
        _add(found, cell, heap.many, heap.many, heap.state)


def total(loads: Sequence[Load]) -> list[float]:
    """How many ran at a time in each cell, of several loads."""
    return [sum(values) for values in zip(*(one.mean for one in loads), strict=True)]
