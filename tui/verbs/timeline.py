"""What can be done in the timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..actions import Action

if TYPE_CHECKING:
    from ..screens.timeline import Timeline

PAN = 0.25  # of the window


def _zoom(by: int, desk: Timeline) -> None:
    desk.zoom(by)


def _pan(share: float, desk: Timeline) -> None:
    desk.pan(share)


def _step(delta: int, desk: Timeline) -> None:
    desk.step(delta)


def _now(desk: Timeline) -> None:
    desk.to_now()


def _oldest(desk: Timeline) -> None:
    desk.to_oldest()


def _group(desk: Timeline) -> None:
    desk.group_by()


GROUP = "Timeline"

TIMELINE = (
    Action(
        "timeline-next",
        ("n", "tab"),
        "next",
        "The next attempt of the lane.",
        GROUP,
        lambda desk: _step(1, desk),
        footer=5,
    ),
    Action(
        "timeline-previous", ("N", "shift+tab"), "previous", "The attempt before.", GROUP, lambda desk: _step(-1, desk)
    ),
    Action(
        "timeline-closer",
        ("left_square_bracket",),
        "closer",
        "A shorter stretch of time, down to five minutes, around the cursor.",
        GROUP,
        lambda desk: _zoom(-1, desk),
        footer=3,
    ),
    Action(
        "timeline-further",
        ("right_square_bracket",),
        "further",
        "A longer stretch of time, up to thirty days.",
        GROUP,
        lambda desk: _zoom(1, desk),
        footer=4,
    ),
    Action("timeline-left", ("left",), "earlier", "Back in time.", GROUP, lambda desk: _pan(-PAN, desk), footer=6),
    Action("timeline-right", ("right",), "later", "On in time.", GROUP, lambda desk: _pan(PAN, desk), footer=7),
    Action("timeline-now", ("0", "G", "end"), "now", "To now, and follow it.", GROUP, _now, footer=8),
    Action("timeline-oldest", ("g", "home"), "oldest", "To the first attempt that the yard knows.", GROUP, _oldest),
    Action(
        "timeline-group",
        ("v",),
        "by queue/worker/user",
        "Lanes for queues, for workers, for users.",
        GROUP,
        _group,
        footer=9,
    ),
)
