"""What can be done while a log is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..actions import Action

if TYPE_CHECKING:
    from ..screens.log import Log


def _follow(desk: Log) -> None:
    desk.view.end()


def _stream(desk: Log) -> None:
    desk.next_stream()


def _back(desk: Log) -> None:
    desk.dismiss()


GROUP = "Log"

READING = (
    Action("log-follow", ("f",), "follow", "To the end, and stay there while it grows.", GROUP, _follow, footer=2),
    Action(
        "log-stream",
        ("s",),
        "stdout/stderr",
        "Both streams, standard output, standard error.",
        GROUP,
        _stream,
        footer=3,
    ),
    Action("log-back", ("escape", "q", "l"), "back", "Back to the jobs.", GROUP, _back, footer=1),
)
