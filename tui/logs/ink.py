"""The job's colours as styles that can be read in the theme.

A program that prints yellow knows nothing of the ground it will stand on. Its colours keep their hue and are moved
towards black or white until they are legible there; on a ground of its own choice likewise. The theme of sixteen
colours passes their numbers on; without colours only weight, slant, underlining and reversal are left.
"""

from __future__ import annotations

from functools import lru_cache

from rich.color import Color as RichColor
from rich.style import Style
from textual.color import Color
from textual.theme import Theme

from jobyard.core.logbook import Colour, Look

from ..contrast import legible
from ..theme import HIGH, READ

# The sixteen that programs mean by their numbers, as most terminals have them: none of them glaring.
SIXTEEN = (
    "#3b4048", "#e05561", "#6fb857", "#d18f52", "#4aa5f0", "#c162de", "#42b3c2", "#c8ccd4",
    "#7f848e", "#ff616e", "#a5e075", "#f0c35e", "#4dc4ff", "#de73ff", "#4cd1e0", "#ffffff",
)  # fmt: skip
_LEVELS = (0, 95, 135, 175, 215, 255)  # of the cube of 216


class Inks:
    """Styles for looks, on one theme's ground."""

    def __init__(self, theme: Theme, no_color: bool) -> None:
        self.theme = theme.name
        self._no_color, self._ansi = no_color, theme.ansi
        variables = theme.to_color_system().generate()
        self._ground, self._ink = Color.parse(variables["background"]), Color.parse(variables["foreground"])
        self._least = HIGH.get(theme.name, (READ, 0.0))[0]
        self.style = lru_cache(maxsize=512)(self._style)

    def _style(self, look: Look) -> Style:
        """The style of a look; nothing where it is plain."""
        style = Style(
            bold=look.bold or None,
            dim=look.dim or None,
            italic=look.italic or None,
            underline=look.underline or None,
            strike=look.strike or None,
            reverse=look.reverse or None,
        )
        if self._no_color:
            return style
        return style + (self._numbers(look) if self._ansi else self._colours(look))

    def _numbers(self, look: Look) -> Style:
        """The terminal's own colours."""
        return Style(color=_of_terminal(look.fg), bgcolor=_of_terminal(look.bg))

    def _colours(self, look: Look) -> Style:
        if look.fg is None and look.bg is None:
            return Style.null()
        ground = self._ground if look.bg is None else colour_of(look.bg)
        ink = legible(self._ink if look.fg is None else colour_of(look.fg), ground, self._least)
        return Style(color=ink.rich_color, bgcolor=None if look.bg is None else ground.rich_color)


def colour_of(colour: int | tuple[int, int, int]) -> Color:
    """One of the 256, or red, green and blue."""
    if isinstance(colour, tuple):
        return Color(*colour)
    if colour < 16:
        return Color.parse(SIXTEEN[colour])
    if colour < 232:
        red, green, blue = (colour - 16) // 36, (colour - 16) // 6 % 6, (colour - 16) % 6
        return Color(_LEVELS[red], _LEVELS[green], _LEVELS[blue])
    grey = 8 + 10 * (colour - 232)
    return Color(grey, grey, grey)


def _of_terminal(colour: Colour) -> RichColor | None:
    if colour is None:
        return None
    return RichColor.from_rgb(*colour) if isinstance(colour, tuple) else RichColor.from_ansi(colour)
