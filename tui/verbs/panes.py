"""From pane to pane, and into and out of what is folded in the list of queues."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..actions import Action

if TYPE_CHECKING:
    from ..screens.jobs import Jobs


def leftward(desk: Jobs) -> None:
    """Close the session; elsewhere go to the pane at the left."""
    if desk.focused is desk.queues:
        desk.queues.outward()
    elif desk.focused is desk.detail:
        desk.table.focus()
    elif desk.queues.display:
        desk.queues.focus()


def rightward(desk: Jobs) -> None:
    """Open the session or go into it; from a queue, and elsewhere, to the pane at the right."""
    if desk.focused is desk.queues and desk.queues.node.open is not None:
        desk.queues.inward()
    elif desk.focused is desk.queues:
        desk.table.focus()
    elif desk.detail.display:
        desk.detail.focus()


GROUP = "Move"

PANES = (
    Action(
        "left", ("left",), "left", "To the pane at the left; in the list of queues: close the session.", GROUP, leftward
    ),
    Action(
        "right",
        ("right",),
        "right",
        "To the pane at the right; in the list of queues: open the session.",
        GROUP,
        rightward,
    ),
)
