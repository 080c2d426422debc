"""A line in which something is asked: a sign, what is written, a hint. It stands there all the time, mostly hidden."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, cast

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets._input import Input
from textual.widgets._static import Static

ROOM_FOR_HINT = 60  # cells of a line that also has a hint

Take = Callable[[str], str]  # what is done with an answer; what is wrong with it, "" if nothing


class AskInput(Input):
    """Where one types; the arrows go through what was written before.

    Keys are done in the order in which they come, also in a burst from a slow connection: Textual has letters overtake
    keys that do something. What comes behind the last of them, when the line is put away, is a command again.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "turn(-1)", show=False),
        Binding("down", "turn(1)", show=False),
        Binding("escape", "leave", show=False),
    ]

    @property
    def line(self) -> AskLine:
        """The line of which it is a part."""
        return cast("AskLine", self.parent)

    async def _on_key(self, event: events.Key) -> None:
        if not self.line.display:
            event.stop()
            event.prevent_default()
            self.app.post_message(events.Key(event.key, event.character))
            return
        for binding in self._bindings.key_to_bindings.get(event.key, ()):
            event.stop()
            event.prevent_default()
            await self.run_action(binding.action)
            return
        await super()._on_key(event)

    async def action_submit(self) -> None:
        """Enter."""
        self.line.take(self.value)

    def action_leave(self) -> None:
        """Escape."""
        self.line.close()

    def action_turn(self, step: int) -> None:
        """To something older or newer."""
        self.line.turn(step)


class AskLine(Horizontal):
    """Asks for a line of text without hiding what it is about."""

    def __init__(self, done: Callable[[], None], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._done = done
        self._take: Take = lambda text: ""
        self._past: list[str] = []
        self._at = 0
        self._hint = ""
        self.display = False

    def compose(self) -> ComposeResult:
        """Sign, input, hint."""
        yield Static("", id="log-sign", markup=False)
        yield AskInput(id="log-input", compact=True)
        yield Static("", id="log-hint", markup=False)

    @property
    def input(self) -> AskInput:
        """Where one types."""
        return self.query_one(AskInput)

    def ask(self, sign: str, take: Take, *, initial: str = "", hint: str = "", past: Sequence[str] = ()) -> None:
        """Show the line and give it the keys."""
        self._take, self._hint = take, hint
        self._past, self._at = [*past, initial], len(past)
        self.query_one("#log-sign", Static).update(sign)
        self._say(hint)
        self._write(initial)
        self.display = True
        self.screen.set_focus(self.input)

    def close(self) -> None:
        """Put the line away."""
        self.display = False
        self._done()

    def turn(self, step: int) -> None:
        """To something older or newer."""
        if 0 <= self._at + step < len(self._past):
            self._past[self._at] = self.input.value
            self._at += step
            self._write(self._past[self._at])

    def _write(self, text: str) -> None:
        self.input.value = text
        self.input.cursor_position = len(text)

    def _say(self, text: str, wrong: bool = False) -> None:
        """A hint, where there is room for one; or what is wrong."""
        hint = self.query_one("#log-hint", Static)
        hint.update(text)
        hint.display = bool(text) and (wrong or self.app.size.width >= ROOM_FOR_HINT)

    @on(Input.Changed)
    def written(self, event: Input.Changed) -> None:
        """What was wrong may be right now."""
        event.stop()
        self._say(self._hint)

    def take(self, text: str) -> None:
        """Do what it is for, or say what is wrong with it."""
        if wrong := self._take(text):
            self._say(wrong, wrong=True)
            self.input.select_all()  # what is typed next replaces it
        else:
            self.close()

    def on_resize(self, event: events.Resize) -> None:
        """In a narrow terminal the text needs the room."""
        self._say(self._hint)
