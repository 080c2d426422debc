"""The filter line: a slash, what is written, and how many jobs that leaves. Mounted when first needed.

Between it and the table stands what may be written next, or what is wrong. It never has the keys: Tab takes what is
offered, the arrows go through it, and through the filters of before as long as nothing else is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, cast

from rich.highlighter import Highlighter
from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets._input import Input
from textual.widgets._static import Static

from ..filtering import Answer, mistake_lines, unfinished
from ..format import plural
from .filterhelp import FilterHelp

ROOM_FOR_COUNT = 40  # cells of a line that also says how many jobs there are


class Underline(Highlighter):
    """Marks the mistake in what is written."""

    def __init__(self) -> None:
        self.span: tuple[int, int] | None = None

    def highlight(self, text: Text) -> None:
        """Textual asks before it paints the line."""
        if self.span is not None:
            text.stylize("underline bold", *self.span)


class FilterInput(Input):
    """Where one types."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "take", show=False),
        Binding("up", "turn(-1)", show=False),
        Binding("down", "turn(1)", show=False),
    ]

    def __init__(self, sample: str) -> None:
        self.underline = Underline()
        super().__init__(
            id="filter-input", placeholder=sample, compact=True,
            highlighter=self.underline, select_on_focus=False,
        )  # fmt: skip

    @property
    def line(self) -> FilterLine:
        """The line of which it is a part."""
        return cast("FilterLine", self.parent)

    def action_take(self) -> None:
        """Write what is offered; with nothing on offer go on to the next widget."""
        if not self.line.take():
            self.screen.focus_next()

    def action_turn(self, step: int) -> None:
        """Through the filters of before, or through what is offered."""
        self.line.turn(step)

    async def action_submit(self) -> None:
        """Enter takes what the arrows have picked, else the filter."""
        if not (self.line.help.picked and self.line.take()):
            await super().action_submit()

    def on_focus(self) -> None:
        """Somebody writes: say what may be written."""
        self.line.write(True)

    def on_blur(self) -> None:
        """Nobody does."""
        self.line.write(False)


class FilterLine(Horizontal):
    """Input and count; stays in sight while a filter is in force."""

    def __init__(
        self, help: FilterHelp, past: Sequence[str], sample: str = "words, state:failed, name~rabi, age<2d"
    ) -> None:
        super().__init__()
        self._sample = sample
        self.help = help
        help.take = self.take
        self.past = list(past)
        self.answer: Answer | None = None
        self.written = False  # whether somebody is at it
        self._turned: int | None = None  # which of the past is written

    def compose(self) -> ComposeResult:
        """The parts."""
        yield Static("/", id="filter-sign", markup=False)
        yield FilterInput(self._sample)
        yield Static("", id="filter-count", markup=False)

    @property
    def input(self) -> FilterInput:
        """Where one types."""
        return self.query_one(FilterInput)

    def on_resize(self, event: events.Resize) -> None:
        """In a narrow terminal the text needs the room."""
        self.query_one("#filter-count").display = event.size.width >= ROOM_FOR_COUNT

    def write(self, written: bool) -> None:
        """Somebody begins to write, or has gone."""
        self.written = written
        self.help.wake(written)

    # -- what is told ---------------------------------------------------------------------------------

    def count(self, total: int, what: str = "job", *, more: bool = False) -> None:
        """Say how many jobs or lines are left, or that there are *more*, unless what is written is not in force."""
        in_force = self.answer is None or self.answer.mistake is None
        self._say(f"{'more than ' if more else ''}{plural(total, what)}" if in_force else "")

    def looking(self) -> None:
        """Until they are counted."""
        self._say("looking…")

    def _say(self, text: str) -> None:
        self.query_one("#filter-count", Static).update(text)

    def tell(self, answer: Answer | None, *, insist: bool = False) -> None:
        """What is wrong with what is written, and what may be written next; *insist*: it is meant to be whole."""
        self.answer = answer
        mistake = None if answer is None or (unfinished(answer) and not insist) else answer.mistake
        if answer is not None and answer.mistake is not None:
            self._say("not applied")
        self.input.underline.span = None if mistake is None else (mistake.at, mistake.at + mistake.length)
        self.input.refresh()
        most = self.help.most
        lines = (
            [] if mistake is None or answer is None else mistake_lines(mistake, answer.text, self.app.size.width, most)
        )
        self.help.show_help(lines, () if answer is None or insist else answer.offers)

    # -- what the keys do -----------------------------------------------------------------------------

    def take(self) -> bool:
        """Write the offer that is picked, or else the first; what stands there already is done with. False: none."""
        offer = self.help.offer
        if offer is None:
            return False
        value, cursor = offer.put_into(self.input.value)
        if value == self.input.value:
            self.help.show_help((), ())
        self._write(value, cursor)
        return True

    def turn(self, step: int) -> None:
        """To an older or a newer filter while one of them, or nothing, is written; else through the offers."""
        value, at = self.input.value, self._turned
        written = at is not None and at < len(self.past) and value == self.past[at]
        if not written:
            at = len(self.past)
        if (value and not written) or (not written and step > 0):
            self.help.pick(step)
        elif at is not None and 0 <= at + step <= len(self.past):
            self._turned = at + step
            text = self.past[self._turned] if self._turned < len(self.past) else ""
            self._write(text, len(text))

    def _write(self, text: str, cursor: int) -> None:
        self.input.value = text
        self.input.cursor_position = cursor
