"""How everything looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..actions import Action

if TYPE_CHECKING:
    from ..desk import Acting

REMEMBERED = "theme"


def choose_theme(desk: Acting) -> None:
    """Offer the themes; each is put on while the cursor is on it, Escape puts the old one back."""
    from ..screens.preview import Preview
    from ..themes import offered

    app = desk.yard_app
    before, options = app.theme, offered(app.available_themes)
    names = [name for name, _ in options]

    def show(number: int) -> None:
        app.theme = names[number]

    def chosen(number: int | None) -> None:
        app.theme = before if number is None else names[number]
        if number is not None:
            take_theme(desk, names[number])

    app.push_screen(Preview("Theme", options, show, names.index(before) if before in names else 0), chosen)


def take_theme(desk: Acting, name: str) -> None:
    """Put a theme on and remember it."""
    app = desk.yard_app
    app.theme = name
    app.remember(REMEMBERED, name)
    if app.no_color:
        desk.tell("NO_COLOR is set: all themes look alike.", "warning")


THEMES = (
    Action(
        "theme",
        ("ctrl+t",),
        "theme",
        "How everything looks: dark, light, high contrast, sixteen colours, and more.",
        "App",
        choose_theme,
    ),
)
