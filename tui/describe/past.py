"""What was done to a job, by whom, from where."""

from __future__ import annotations

from jobyard.core.models import Event

from ..audit import told, verb
from ..format import when
from ..text import plain
from .dossier import Dossier
from .rows import Frame, Row, Rows, bulleted, heading, sentence

FEW = 10  # events beside everything else
INDENT = 9  # cells: those of a time of day


def past(dossier: Dossier, frame: Frame) -> Rows:
    """The last few, the newest first."""
    events = dossier.deeper.events if dossier.deeper is not None else ()
    if not events:
        return
    yield heading("history", frame, f"(the last {FEW} of {len(events):,})" if len(events) > FEW else "")
    for event in reversed(events[-FEW:]):
        yield from _event(event, dossier, frame)


def alone(dossier: Dossier, frame: Frame) -> Rows:
    """The whole tab: all of them, the newest first."""
    if dossier.deeper is None:
        yield from sentence("being read …", frame, "faint")
        return
    for event in reversed(dossier.deeper.events):
        yield from _event(event, dossier, frame)


def _event(event: Event, dossier: Dossier, frame: Frame) -> Rows:
    """``12:00:01 hold  ada rig app``; below it what changed."""
    origin = plain(f"{event.user} {event.host} {event.face}")
    yield Row([(f"{when(event.at, frame.now)} ", "dim"), (plain(verb(event)), ""), (f"  {origin}", "faint")])
    parents = dossier.deeper.parents if dossier.deeper is not None else {}
    if text := plain(told(event, lambda moment: when(moment, frame.now), parents)):
        yield from bulleted(" " * INDENT, text, "dim", frame)
