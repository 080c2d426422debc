"""Moving about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..actions import Action

if TYPE_CHECKING:
    from ..desk import Acting


def _by(delta: int, desk: Acting) -> None:
    if (thing := desk.moved()) is not None:
        thing.move(delta)


def _page(delta: float, desk: Acting) -> None:
    if (thing := desk.moved()) is not None:
        thing.page(delta)


def _home(desk: Acting) -> None:
    if (thing := desk.moved()) is not None:
        thing.home()


def _end(desk: Acting) -> None:
    if (thing := desk.moved()) is not None:
        thing.end()


GROUP = "Move"

MOVING = (
    Action("down", ("j", "down"), "down", "To the next line.", GROUP, lambda desk: _by(1, desk)),
    Action("up", ("k", "up"), "up", "To the line above.", GROUP, lambda desk: _by(-1, desk)),
    Action("half-down", ("ctrl+d",), "half a page down", "Half a screen down.", GROUP, lambda desk: _page(0.5, desk)),
    Action("half-up", ("ctrl+u",), "half a page up", "Half a screen up.", GROUP, lambda desk: _page(-0.5, desk)),
    Action("page-down", ("pagedown",), "page down", "A screen down.", GROUP, lambda desk: _page(1, desk)),
    Action("page-up", ("pageup",), "page up", "A screen up.", GROUP, lambda desk: _page(-1, desk)),
    Action("top", ("g", "home"), "first", "To the first line.", GROUP, _home),
    Action("bottom", ("G", "end"), "last", "To the last line.", GROUP, _end),
)
