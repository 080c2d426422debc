"""From a span of a file to what a person is shown of it."""

from __future__ import annotations

from ..text import people_size
from .model import Place, Row
from .weave import Weave, Woven


def row_of(number: int, weave: Weave, woven: Woven) -> Row:
    """What a person is shown of it; *number*: of the source."""
    span, stream = woven.span, woven.stream
    place = Place(number, stream, span.start)
    if span.hole:
        return Row(place, _gap(weave, woven), span.end, "gap", woven.at, size=span.end - span.start)
    data = weave.readers[stream].data(span.start, span.end).removesuffix(b"\n")
    continued = span.continued and not weave.readers[stream].goes_back(span)
    return Row(place, data, span.end, "line", woven.at, span.more, continued)


def _gap(weave: Weave, woven: Woven) -> bytes:
    """What a person reads where a hole is."""
    low, high = weave.holes[woven.stream]
    kept = woven.span.start >= high or woven.span.end <= low
    size = people_size(woven.span.end - woven.span.start)
    return f"{size} never written here".encode() if kept else f"{size} dropped here".encode()
