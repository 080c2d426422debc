"""Themes: which one the app begins with, that all of them can be read, and how one is chosen."""

from __future__ import annotations

import pytest
from rich.color import ColorType
from rich.style import Style
from textual.color import Color
from textual.theme import BUILTIN_THEMES, Theme

from jobyard.tui.contrast import legible, luminance, ratio
from jobyard.tui.memory import Memory
from jobyard.tui.theme import GROUNDS, Palette, css_colours, is_legible, palette
from jobyard.tui.themes import ANSI, HIGH_CONTRAST, NAMES, OURS, first_theme, offered
from tests.tui.conftest import opened
from tests.tui.fake_yard import FakeYard

COLOURED = [theme for theme, _ in OURS if not theme.ansi] + [t for t in BUILTIN_THEMES.values() if not t.ansi]
INKS = [name for name in Palette._fields if name not in (*GROUNDS, "bold")]


def colour_of(style: Style, ground: bool = False) -> Color:
    """A style's colour, or that of its ground."""
    found = style.bgcolor if ground else style.color
    assert found is not None
    return Color.from_rich_color(found)


@pytest.mark.parametrize("theme", COLOURED, ids=lambda theme: theme.name)
def test_every_text_can_be_read_on_every_ground(theme: Theme) -> None:
    """Text that tells something has a contrast of at least 4.5, faint text 3; in high contrast 7 and 4.5."""
    styles = palette(theme, no_color=False)
    read, faint = (7.0, 4.5) if theme.name == HIGH_CONTRAST.name else (4.5, 3.0)
    for ground in (colour_of(styles.base + styles.named(name), ground=True) for name in GROUNDS):
        for name in INKS:
            assert ratio(colour_of(styles.named(name)), ground) >= (faint if name == "faint" else read), name
        assert ratio(colour_of(styles.base), ground) >= read


@pytest.mark.parametrize("theme", COLOURED, ids=lambda theme: theme.name)
def test_what_style_sheets_paint_can_be_read(theme: Theme) -> None:
    """Dialogs, forms and toasts take colours that are legible on the grounds on which they lie."""
    variables, generated = css_colours(theme), theme.to_color_system().generate()
    for ground in (Color.parse(generated[name]) for name in ("background", "panel")):
        for name, value in variables.items():
            if name not in ("text-disabled", "block-cursor-background"):
                assert ratio(Color.parse(value), ground) >= 4.5, name


@pytest.mark.parametrize("theme", COLOURED, ids=lambda theme: theme.name)
def test_grounds_differ(theme: Theme) -> None:
    """The cursor's line is another colour than the lines around it, with focus and without."""
    styles = palette(theme, no_color=False)
    grounds = [colour_of(styles.named(name), ground=True) for name in ("base", "cursor", "cursor_idle")]
    assert len({ground.hex for ground in grounds}) == 3
    assert styles.cursor.bold


def test_sixteen_colours_are_the_terminals_own() -> None:
    """The ANSI theme names colours, none of them white or black, and leaves every ground as it is."""
    for style in palette(ANSI, no_color=False):
        assert style.bgcolor is None
        assert style.color is None or style.color.type is ColorType.STANDARD
        assert style.color is None or 0 < (style.color.number or 0) < 7


def test_no_colour_at_all() -> None:
    """NO_COLOR: weight, dimness, underline and reversal, whatever the theme is."""
    for theme, _ in OURS:
        assert all(style.color is None and style.bgcolor is None for style in palette(theme, no_color=True))


def test_contrast_is_what_wcag_says() -> None:
    """Black on white is 21, a colour on itself 1, and #777 on white just misses 4.5."""
    black, white = Color.parse("#000"), Color.parse("#fff")
    assert (luminance(black), luminance(white)) == (0, pytest.approx(1))
    assert ratio(black, white) == pytest.approx(21)
    assert ratio(white, white) == 1
    assert ratio(Color.parse("#777"), white) == pytest.approx(4.48, abs=0.01)


def test_a_colour_is_moved_no_further_than_it_must() -> None:
    """What can be read stays as it is; what cannot goes towards white on dark grounds, towards black on light ones."""
    good, grey = Color.parse("#ffffff"), Color.parse("#808080")
    assert legible(good, Color.parse("#000"), 4.5) is good
    assert luminance(legible(grey, Color.parse("#404040"), 4.5)) > luminance(grey)
    assert luminance(legible(grey, Color.parse("#a0a0a0"), 4.5)) < luminance(grey)


def test_a_theme_that_cannot_be_read_is_not_offered() -> None:
    """Where no colour is legible on all grounds a theme is left out; ours are all there, first."""
    bad = Theme(name="bad", primary="#ffff00", background="#777777", panel="#ffffff", foreground="#cccccc", dark=True)
    assert not is_legible(bad)
    names = [name for name, _ in offered({"bad": bad, **BUILTIN_THEMES})]
    assert names[: len(NAMES)] == list(NAMES)
    assert "bad" not in names
    assert {"nord", "gruvbox", "solarized-light"} <= set(names)


@pytest.mark.parametrize(
    ("env", "remembered", "colours", "theme"),
    [
        ({}, None, "truecolor", "dark"),
        ({}, "light", "truecolor", "light"),
        ({"JOBYARD_THEME": "High-Contrast"}, "light", "truecolor", "high-contrast"),
        ({"JOBYARD_THEME": "no such"}, "light", "256", "light"),
        ({}, "gone", "256", "dark"),
        ({}, ["light"], "256", "dark"),
        ({}, None, "standard", "ansi"),
        ({}, "nord", "standard", "nord"),
        ({"COLORFGBG": "0;15"}, None, "truecolor", "light"),
        ({"COLORFGBG": "15;0"}, None, "truecolor", "dark"),
        ({"COLORFGBG": "0;default;15"}, None, "256", "light"),
        ({"COLORFGBG": "nonsense"}, None, "256", "dark"),
    ],
)
def test_the_theme_to_begin_with(env: dict[str, str], remembered: object, colours: str, theme: str) -> None:
    """The variable, then what was chosen last, then what suits the terminal."""
    assert first_theme([*NAMES, *BUILTIN_THEMES], remembered, colours, env) == theme


async def test_a_theme_is_chosen_with_a_preview(fake: FakeYard) -> None:
    """^t puts each theme on while the cursor is on it; Escape puts the old one back, Enter keeps and remembers it."""
    async with opened(fake) as app:
        await app.press("ctrl+t")
        await app.shown("the terminal's own sixteen colours")
        before = app.app.palette.base
        await app.press("down")
        await app.until(lambda: app.app.theme == "light" and app.app.palette.base != before, "the preview")
        await app.until(lambda: app.table.render_line(5)._segments[0].style.bgcolor == app.app.palette.base.bgcolor)
        await app.press("escape")
        await app.until(lambda: app.app.theme == "dark" and app.app.palette.base == before, "the old one")
        assert Memory().get("theme") is None
        await app.press("ctrl+t", "j", "enter")
        await app.until(lambda: Memory().get("theme") == "light", "remembered")
    async with opened(fake) as app:
        assert app.app.theme == "light"


@pytest.mark.parametrize("size", [(160, 50), (80, 24), (40, 12)])
async def test_the_cursor_stays_in_sight_of_many_themes(fake: FakeYard, size: tuple[int, int]) -> None:
    """The list of themes is longer than a small screen: it scrolls."""
    async with opened(fake, size) as app:
        await app.press("ctrl+t", *["down"] * 40)
        await app.until(lambda: app.app.theme not in NAMES)
        await app.shown(app.app.theme)


async def test_without_colour_the_choice_says_so(fake: FakeYard, monkeypatch: pytest.MonkeyPatch) -> None:
    """NO_COLOR wins over every theme, and a chosen one is kept for another time."""
    monkeypatch.setenv("NO_COLOR", "1")
    async with opened(fake) as app:
        await app.press("ctrl+t", "down", "enter")
        await app.said("NO_COLOR is set: all themes look alike.")
        assert app.app.palette.base == Style()
