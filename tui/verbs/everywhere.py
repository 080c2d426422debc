"""What every screen has: help, palette, themes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..actions import Action
from .themes import THEMES

if TYPE_CHECKING:
    from ..desk import Acting


def show_help(desk: Acting) -> None:
    """Every key."""
    from ..screens.help import Help

    screen = Help(desk.actions, desk.context())

    def do(number: int | None) -> None:
        if number is not None:
            desk.action_act(screen.action_of(number).id)

    desk.app.push_screen(screen, do)


def show_palette(desk: Acting) -> None:
    """Every command by its name."""
    from ..commands import commands
    from ..screens.palette import CommandPalette

    found = commands(desk, desk.context())

    def do(number: int | None) -> None:
        if number is not None:
            found[number].run()

    desk.app.push_screen(CommandPalette(found), do)


GROUP = "App"

EVERYWHERE = (
    Action("help", ("question_mark",), "help", "Every key, with a filter.", GROUP, show_help, footer=1),
    Action(
        "palette", ("ctrl+p",), "palette", "Every action, theme and queue by its name.", GROUP, show_palette, footer=20
    ),
    *THEMES,
)
