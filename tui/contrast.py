"""How well a colour is read on another: the contrast ratio of WCAG 2.1, and colours moved until it is enough."""

from __future__ import annotations

from collections.abc import Iterable

from textual.color import BLACK, WHITE, Color

STEP = 0.04  # how finely a colour is moved towards black or white


def luminance(colour: Color) -> float:
    """Relative luminance, 0 (black) to 1 (white), as WCAG 2.1 defines it."""
    red, green, blue = (_linear(part / 255) for part in colour.rgb)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.03928 else float(((part + 0.055) / 1.055) ** 2.4)


def ratio(one: Color, other: Color) -> float:
    """Their contrast, 1 (the same) to 21 (black on white)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def hardest(grounds: Iterable[Color], ink: Color) -> Color:
    """The ground on which *ink*, and what resembles it, is read worst."""
    return min(grounds, key=lambda ground: ratio(ink, ground))


def legible(colour: Color, ground: Color, least: float) -> Color:
    """*colour*, or the nearest to it on the way to white or black that has a contrast of *least* on *ground*."""
    if ratio(colour, ground) >= least:
        return colour
    goal = max((WHITE, BLACK), key=lambda end: ratio(end, ground))
    amount = STEP
    while amount < 1 and ratio(colour.blend(goal, amount), ground) < least:
        amount += STEP
    return colour.blend(goal, min(amount, 1.0))
