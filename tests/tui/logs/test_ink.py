"""The job's colours can be read in every theme, and mean nothing where there are none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.style import Style
from textual.color import Color
from textual.theme import BUILTIN_THEMES

from jobyard.core.logbook import Look
from jobyard.tui.contrast import ratio
from jobyard.tui.logs.ink import Inks, colour_of
from jobyard.tui.theme import READ
from jobyard.tui.themes import OURS

THEMES = {theme.name: theme for theme, _ in OURS if not theme.ansi}
COLOURS = st.none() | st.integers(0, 255) | st.tuples(*[st.integers(0, 255)] * 3)


@pytest.mark.parametrize("name", THEMES)
@given(COLOURS, COLOURS)
def test_every_colour_is_legible(name: str, fg: object, bg: object) -> None:
    """Whatever a program prints, text has its contrast on the ground it stands on."""
    inks, theme = Inks(THEMES[name], False), THEMES[name]
    style = inks.style(Look(fg=fg, bg=bg))  # type: ignore[arg-type]
    if style.color is None:
        assert fg is None
        assert bg is None
        return
    ground = style.bgcolor.triplet if style.bgcolor else None
    behind = Color(*ground) if ground else Color.parse(theme.to_color_system().generate()["background"])
    assert style.color.triplet is not None
    assert ratio(Color(*style.color.triplet), behind) >= READ - 0.1


def test_without_colours_weight_is_left() -> None:
    """With NO_COLOR bold, underline and reversal stay; colours do not."""
    inks = Inks(BUILTIN_THEMES["textual-dark"], True)
    assert inks.style(Look(fg=1, bg=2, bold=True, underline=True)) == Style(bold=True, underline=True)


def test_sixteen_colours_are_the_terminals_own() -> None:
    """The theme of sixteen colours passes numbers on."""
    ansi = next(theme for theme, _ in OURS if theme.ansi)
    style = Inks(ansi, False).style(Look(fg=3))
    assert style.color is not None
    assert style.color.number == 3


def test_the_256_are_those_of_terminals() -> None:
    """The cube and the greys have the colours that terminals give them."""
    assert [colour_of(number).hex for number in (16, 21, 196, 231, 232, 255)] == [
        "#000000",
        "#0000FF",
        "#FF0000",
        "#FFFFFF",
        "#080808",
        "#EEEEEE",
    ]
