"""The few text styles that every widget of ours paints with, made from the theme that is in force.

Widgets paint their lines themselves, so they need ready-made styles, not CSS: a :class:`Palette` is computed once
from the theme. Whatever its colours are, text that tells something has a contrast of at least 4.5 on every ground that
it may stand on, and what is faint 3 (in high contrast 7 and 4.5). Without colour (``NO_COLOR``) weight, dimness and
reversal carry what glyph and word do not say already.
"""

from __future__ import annotations

from typing import NamedTuple, cast

from rich.style import Style
from textual.color import Color
from textual.theme import Theme

from .contrast import hardest, legible, ratio

READ, FAINT = 4.5, 3.0  # contrast ratios: WCAG 2.1 AA for text, and for what need not be read
HIGH = {"high-contrast": (7.0, 4.5)}  # AAA


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


GROUNDS = ("base", "bar", "panel", "cursor", "cursor_idle", "band")


def _colours(theme: Theme) -> dict[str, Color]:
    """A theme's colours by meaning: grounds, and inks that are legible on all of them."""
    variables = theme.to_color_system().generate()
    ground, ink, primary, secondary = (
        Color.parse(variables[name]) for name in ("background", "foreground", "primary", "secondary")
    )
    grounds = {
        "base": ground,
        "bar": ground.blend(ink, 0.07),
        "panel": Color.parse(variables["panel"]),
        "cursor": ground.blend(primary, 0.22),
        "cursor_idle": ground.blend(primary, 0.12),
        "band": ground.blend(secondary, 0.16),
    }
    worst = hardest(grounds.values(), ink)
    read, faint = HIGH.get(theme.name, (READ, FAINT))
    named = {name: Color.parse(variables[name]) for name in ("primary", "secondary", "accent", "success", "error")}
    inks = {**named, "ink": ink, "dim": ground.blend(ink, 0.62), "warning": Color.parse(variables["warning"])}
    readable = {name: legible(colour, worst, read) for name, colour in inks.items()}
    return {**grounds, **readable, "faint": legible(ground.blend(ink, 0.38), worst, faint)}


def palette(theme: Theme, no_color: bool) -> Palette:
    """The palette of a theme."""
    if no_color:
        return _plain()
    return _ansi() if theme.ansi else _coloured(_colours(theme))


def is_legible(theme: Theme) -> bool:
    """Whether all of its text can be read on all of its grounds: some grounds are too far apart for any colour."""
    colours = _colours(theme)
    read, faint = HIGH.get(theme.name, (READ, FAINT))
    inks = {name: faint if name == "faint" else read for name in colours if name not in GROUNDS}
    return all(ratio(colours[ink], colours[ground]) >= least for ink, least in inks.items() for ground in GROUNDS)


def css_colours(theme: Theme) -> dict[str, str]:
    """The legible colours under the names that style sheets use: dialogs, forms and toasts are read as well."""
    if theme.ansi:
        return {}
    colours = _colours(theme)
    inks = ("primary", "secondary", "accent", "success", "error", "warning")
    return {
        **{name: colours[name].hex for name in inks},
        "text-muted": colours["dim"].hex,
        "text-disabled": colours["faint"].hex,
        "foreground": colours["ink"].hex,
        **{f"text-{name}": colours[name].hex for name in inks},
        "block-cursor-background": colours["cursor"].hex,
        "block-cursor-foreground": colours["ink"].hex,
    }


def _coloured(colours: dict[str, Color]) -> Palette:
    def ink(name: str) -> Style:
        return Style(color=colours[name].rich_color)

    def ground(name: str) -> Style:
        return Style(bgcolor=colours[name].rich_color)

    return Palette(
        base=ground("base") + ink("ink"),
        bar=ground("bar"),
        panel=ground("panel"),
        cursor=ground("cursor") + Style(bold=True),
        cursor_idle=ground("cursor_idle"),
        band=ground("band"),
        bold=Style(bold=True),
        dim=ink("dim"),
        faint=ink("faint"),
        title=ink("primary"),
        key=ink("primary"),
        accent=ink("accent"),
        running=ink("primary"),
        pending=ink("dim"),
        completed=ink("success"),
        failed=ink("error"),
        cancelled=ink("secondary"),
        skipped=ink("secondary"),
        warning=ink("warning"),
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


def _ansi() -> Palette:
    """The terminal's own sixteen colours, of which nobody knows how they look: foregrounds only, reversal as ground."""

    def ink(name: str, bold: bool = False) -> Style:
        return Style(color=name, bold=bold)

    return _plain()._replace(
        title=ink("cyan", bold=True),
        key=ink("cyan", bold=True),
        accent=ink("magenta", bold=True),
        running=ink("cyan"),
        completed=ink("green"),
        failed=ink("red", bold=True),
        cancelled=ink("magenta"),
        skipped=ink("magenta"),
        warning=ink("magenta", bold=True),
    )
