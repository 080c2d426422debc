"""Our dark theme, and the few text styles that every widget of ours paints with.

Widgets paint their lines themselves, so they need ready-made styles, not CSS: a :class:`Palette` is
computed once from the theme that is in force. Without colour (``NO_COLOR``) weight, dimness and
reversal carry what glyph and word do not say already.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, cast

from rich.style import Style
from textual.color import Color
from textual.theme import Theme

JOBYARD = Theme(
    name="jobyard",
    primary="#7fb4c4",
    secondary="#9c95c4",
    accent="#d6b06b",
    foreground="#c8cfd6",
    background="#12161a",
    surface="#171c21",
    panel="#1e242a",
    success="#86b27f",
    warning="#d6b06b",
    error="#d57f74",
    dark=True,
)


class Palette(NamedTuple):
    """Styles by meaning. ``base`` carries the background; all others are laid over it."""

    base: Style
    bar: Style
    panel: Style
    cursor: Style
    cursor_idle: Style
    band: Style
    bold: Style
    dim: Style
    faint: Style
    title: Style
    key: Style
    accent: Style
    running: Style
    pending: Style
    completed: Style
    failed: Style
    cancelled: Style
    skipped: Style
    warning: Style

    def named(self, name: str) -> Style:
        """The style called *name*; an empty name adds nothing."""
        return cast("Style", getattr(self, name)) if name else Style.null()


def palette(colours: Mapping[str, str], no_color: bool) -> Palette:
    """The palette of a theme, given its variables."""
    return _plain() if no_color else _coloured(colours)


def _coloured(colours: Mapping[str, str]) -> Palette:
    ground, ink = Color.parse(colours["background"]), Color.parse(colours["foreground"])
    primary = Color.parse(colours["primary"])

    def ink_at(amount: float) -> Style:
        return Style(color=ground.blend(ink, amount).rich_color)

    def tint(amount: float, colour: Color = primary) -> Style:
        return Style(bgcolor=ground.blend(colour, amount).rich_color)

    def ink_of(name: str) -> Style:
        return Style(color=Color.parse(colours[name]).rich_color)

    return Palette(
        base=Style(color=ink.rich_color, bgcolor=ground.rich_color),
        bar=tint(0.07, ink),
        panel=Style(bgcolor=Color.parse(colours["panel"]).rich_color),
        cursor=tint(0.30) + Style(bold=True),
        cursor_idle=tint(0.14),
        band=tint(0.18, Color.parse(colours["secondary"])),
        bold=Style(bold=True),
        dim=ink_at(0.62),
        faint=ink_at(0.38),
        title=ink_of("primary"),
        key=ink_of("primary"),
        accent=ink_of("accent"),
        running=ink_of("primary"),
        pending=ink_at(0.75),
        completed=ink_of("success"),
        failed=ink_of("error"),
        cancelled=ink_of("secondary"),
        skipped=ink_of("secondary"),
        warning=ink_of("warning"),
    )


def _plain() -> Palette:
    none, bold, dim = Style(), Style(bold=True), Style(dim=True)
    return Palette(
        base=none,
        bar=none,
        panel=none,
        cursor=Style(reverse=True),
        cursor_idle=Style(underline=True),
        band=Style(underline=True),
        bold=bold,
        dim=none,
        faint=dim,
        title=bold,
        key=bold,
        accent=bold,
        running=bold,
        pending=none,
        completed=none,
        failed=bold,
        cancelled=none,
        skipped=dim,
        warning=bold,
    )
