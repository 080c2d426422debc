"""Stretches that overlap, put side by side: each into the first lane that is free when it begins."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from typing import NamedTuple

from .spans import Span

SLACK = 1e-3  # seconds by which one may begin before the other in its lane ends: clocks are read one after another


class Packed(NamedTuple):
    """Lanes of spans that do not overlap, each in order of time; and those for which there was no lane."""

    lanes: tuple[tuple[Span, ...], ...]
    left: tuple[Span, ...]


def pack(spans: Sequence[Span], now: float, most: int) -> Packed:
    """At most *most* lanes; the first lane is the busiest. What runs ends *now*, or later."""
    free: list[int] = []  # numbers of lanes
    busy: list[tuple[float, int]] = []  # (end, lane)
    lanes: list[list[Span]] = []
    left: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start, span.row)):
        while busy and busy[0][0] <= span.start + SLACK:
            heapq.heappush(free, heapq.heappop(busy)[1])
        if free:
            lane = heapq.heappop(free)
        elif len(lanes) < most:
            lane = len(lanes)
            lanes.append([])
        else:
            left.append(span)
            continue
        lanes[lane].append(span)
        heapq.heappush(busy, (_end(span, now), lane))
    return Packed(tuple(map(tuple, lanes)), tuple(left))


def _end(span: Span, now: float) -> float:
    """What runs keeps its lane until it should end."""
    if span.end is not None:
        return span.until(now)
    return float("inf") if span.expected is None else max(now, span.expected)
