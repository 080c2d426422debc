"""Fewer bytes for the same cells: of a style is sent what is new in it.

Textual ends every piece of text with a reset and begins the next with its whole style, which is forty bytes in true
colour. Neighbours on a line mostly share their ground, and often have but another colour of the text.
"""

from __future__ import annotations

from functools import lru_cache
from typing import ClassVar, NamedTuple

from rich.color import ColorSystem
from rich.style import Style
from textual.strip import SGR_STYLES, Strip

Codes = tuple[str, ...]


class Ink(NamedTuple):
    """A style as its codes: attributes such as bold, the colour of the text, that of the ground."""

    attributes: Codes = ()
    text: Codes = ("39",)
    ground: Codes = ("49",)


PLAIN = Ink()


@lru_cache(maxsize=1024)
def ink_of(style: Style | None, system: ColorSystem) -> Ink:
    """The codes of a style."""
    if style is None:
        return PLAIN
    bits = style._attributes & style._set_attributes
    return Ink(
        tuple(SGR_STYLES[bit] for bit in range(bits.bit_length()) if bits & 1 << bit),
        style.color.downgrade(system).get_ansi_codes() if style.color else PLAIN.text,
        style.bgcolor.downgrade(system).get_ansi_codes(False) if style.bgcolor else PLAIN.ground,
    )


def change(old: Ink, new: Ink) -> str:
    """The sequence that leads from one to the other."""
    codes: list[str] = []
    if not set(old.attributes) <= set(new.attributes):  # taken away alone with everything else
        codes, old = ["0"], PLAIN
    codes += [code for code in new.attributes if code not in old.attributes]
    codes += new.text if new.text != old.text else ()
    codes += new.ground if new.ground != old.ground else ()
    return f"\x1b[{';'.join(codes)}m" if codes else ""


class Pen:
    """Writes strips to a terminal, and knows where it stands and with which ink."""

    sent: ClassVar[int] = 0  # characters that all pens have written so far

    def __init__(self, system: ColorSystem) -> None:
        self._system = system
        self._ink = PLAIN
        self._place = (-1, -1)
        self._out: list[str] = []

    def write(self, x: int, y: int, strip: Strip) -> None:
        """A strip at this cell."""
        if (x, y) != self._place:
            self._out.append(f"\x1b[{y + 1};{x + 1}H")
        for text, style, _ in strip:
            ink = ink_of(style, self._system)
            self._out.append(change(self._ink, ink) + text)
            self._ink = ink
        sure = all(text.isascii() for text, _, _ in strip)  # of other characters a terminal may think otherwise
        self._place = (x + strip.cell_length, y) if sure else (-1, -1)

    def text(self) -> str:
        """All of it; whoever writes next finds no style."""
        text = "".join([*self._out, "\x1b[0m" if self._ink != PLAIN else ""])
        Pen.sent += len(text)
        return text
