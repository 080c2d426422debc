"""Taking back what was done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..actions import Action, Context

if TYPE_CHECKING:
    from ..screens.jobs import Jobs


def undo(desk: Jobs) -> None:
    """Take back your last change; what it was is said afterwards, and redo is at hand."""
    desk.command("undid", lambda yard: yard.undo())


def redo(desk: Jobs) -> None:
    """Do again what the last undo took back."""
    desk.command("redid", lambda yard: yard.redo())


def _may_change(context: Context) -> bool:
    return not context.read_only


GROUP = "Jobs"

UNDOING = (
    Action(
        "undo",
        ("u",),
        "undo",
        "Take back your last change, from the app or the command line.",
        GROUP,
        undo,
        _may_change,
        footer=11,
    ),
    Action("redo", ("U",), "redo", "Do again what the last undo took back.", GROUP, redo, _may_change),
)
