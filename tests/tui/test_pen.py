"""Less is sent, the same is shown: what a pen writes, read back by a terminal."""

from __future__ import annotations

import random

import pyte
import pytest
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from jobyard.tui.live import BURST, LONGEST, PERIOD, RATE, Purse, rest
from jobyard.tui.pen import Ink, Pen, change, ink_of

STYLES = (
    Style(color="#c8cfd6", bgcolor="#12161a"),
    Style(color="#9b9fa4", bgcolor="#12161a"),
    Style(color="#c8cfd6", bgcolor="#29383f", bold=True),
    Style(color="#9b9fa4", bgcolor="#29383f", bold=True, italic=True),
    Style(reverse=True),
    Style(underline=True, strike=True),
    Style(color="red"),
    Style(),
)


def strip(rng: random.Random, width: int) -> Strip:
    segments = []
    while width > 0:
        text = "".join(rng.choice("abc …│◉") for _ in range(rng.randint(1, width)))
        segments.append(Segment(text, rng.choice((*STYLES, None))))
        width -= len(text)
    return Strip(segments)


def painted(text: str) -> pyte.Screen:
    screen = pyte.Screen(40, 4)
    pyte.Stream(screen).feed(text)
    return screen


@pytest.mark.parametrize("system", [ColorSystem.TRUECOLOR, ColorSystem.EIGHT_BIT, ColorSystem.STANDARD])
@pytest.mark.parametrize("seed", range(20))
def test_the_same_cells_in_the_same_ink(seed: int, system: ColorSystem) -> None:
    """A pen's update shows what every piece with its whole style would, cell by cell, colour by colour."""
    rng = random.Random(seed)
    pen, whole = Pen(system), ""
    for _ in range(12):
        x, y = rng.randrange(30), rng.randrange(4)
        piece = strip(rng, rng.randint(1, 40 - x))
        pen.write(x, y, piece)
        whole += f"\x1b[{y + 1};{x + 1}H"
        for text, style, _ in piece:
            whole += f"\x1b[{Strip.render_ansi(style, system)}m{text}\x1b[0m" if style else text
    mine, theirs = painted(pen.text()), painted(whole)
    for y in range(4):
        for x in range(40):
            assert mine.buffer[y][x] == theirs.buffer[y][x], (x, y)
    assert mine.cursor.attrs == theirs.cursor.attrs


def test_neighbours_on_one_ground_cost_their_colour() -> None:
    """The ground is not sent again; what is the same is not sent at all."""
    first, second = (ink_of(style, ColorSystem.TRUECOLOR) for style in STYLES[:2])
    assert change(first, second) == "\x1b[38;2;155;159;164m"
    assert change(first, first) == ""
    assert change(Ink(("1",)), Ink()) == "\x1b[0m"


@pytest.mark.parametrize(
    ("took", "debt", "seconds"), [(0.001, 0.0, PERIOD), (0.05, 0.0, 0.2), (0.01, 0.5, 0.5), (9.0, 3.0, LONGEST)]
)
def test_a_refresh_is_paid_for(took: float, debt: float, seconds: float) -> None:
    """The next refresh waits in proportion to what the last one took and sent, between a tenth and a second."""
    assert rest(took, debt) == pytest.approx(seconds)


def test_a_purse_fills_again() -> None:
    """A burst is free after a pause; of what goes on the rate is the measure; no debt lasts longer than a second."""
    purse = Purse(1000, 0.0)
    assert purse.debt(1000 + BURST, 0.0) == 0
    assert purse.debt(1000 + BURST + RATE // 2, 0.0) == pytest.approx(0.5)
    assert purse.debt(1000 + BURST + RATE // 2, 5.0) == 0
    assert purse.debt(10**9, 5.0) == pytest.approx(LONGEST)
