"""The themes that ship, which one is chosen, and which of Textual's are fit to be offered beside them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

from textual.theme import Theme

DARK = Theme(
    name="dark",
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
LIGHT = Theme(
    name="light",
    primary="#1c6379",
    secondary="#5a5196",
    accent="#7d5200",
    foreground="#23282e",
    background="#f7f6f3",
    surface="#efeeea",
    panel="#e7e5e0",
    success="#2c6428",
    warning="#7d5200",
    error="#9c2f27",
    dark=False,
)
HIGH_CONTRAST = Theme(
    name="high-contrast",
    primary="#7fdcff",
    secondary="#d3bcff",
    accent="#ffd95f",
    foreground="#ffffff",
    background="#000000",
    surface="#0b0b0b",
    panel="#151515",
    success="#8dff8d",
    warning="#ffd95f",
    error="#ffa79f",
    dark=True,
)
ANSI = Theme(
    name="ansi",
    primary="ansi_cyan",
    secondary="ansi_magenta",
    accent="ansi_magenta",
    success="ansi_green",
    warning="ansi_magenta",
    error="ansi_red",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    variables={"ansi-background": "ansi_default", "ansi-foreground": "ansi_default"},  # Textual asks for these by name
    ansi=True,
)
OURS = (
    (DARK, "quiet colours on a dark ground"),
    (LIGHT, "for a light terminal, or a room full of sun"),
    (HIGH_CONTRAST, "black and white, at least 7 to 1"),
    (ANSI, "the terminal's own sixteen colours"),
)
NAMES = tuple(theme.name for theme, _ in OURS)
VARIABLE = "JOBYARD_THEME"
LIGHT_GROUNDS = {"7", "15"}  # of COLORFGBG: white, in one of its two kinds


def first_theme(known: Iterable[str], remembered: Any, colours: str | None, env: Mapping[str, str] = os.environ) -> str:
    """The theme to begin with: JOBYARD_THEME, what was chosen last, or what suits the terminal.

    *colours* is what the terminal can do, as Rich calls it; with sixteen colours other themes cannot be read.
    """
    for wish in (env.get(VARIABLE, "").strip().lower(), remembered):
        if isinstance(wish, str) and wish in known:
            return wish
    if colours in (None, "standard"):
        return ANSI.name
    light = env.get("COLORFGBG", "").rpartition(";")[2] in LIGHT_GROUNDS
    return LIGHT.name if light else DARK.name


def offered(known: Mapping[str, Theme]) -> list[tuple[str, str]]:
    """The themes that can be chosen, each with a word about it: ours, then those of Textual's that can be read."""
    from .theme import is_legible

    ours = [(theme.name, word) for theme, word in OURS]
    others = [theme for name, theme in sorted(known.items()) if name not in NAMES and not theme.ansi]
    return ours + [(theme.name, "dark" if theme.dark else "light") for theme in others if is_legible(theme)]
