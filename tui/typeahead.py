"""What is typed before its line is there: a fast hand, or a slow connection that delivers ``/cal`` at once.

A key is on its way through the screen that it was typed on while a dialog or the filter line opens. It is no command
then: letters that were meant for the line would cancel jobs. Such keys are kept until the line has the focus, and
given to it. A question does not get them: nobody has read it yet. Where one screen led to another, what follows is the
new screen's.
"""

from __future__ import annotations

from weakref import WeakKeyDictionary

from textual import events
from textual.app import App
from textual.driver import Driver
from textual.screen import ModalScreen, Screen

from .haste import Haste

EVERY, MOST = 0.02, 25  # seconds between two looks for the line, and how many


def is_line(widget: object) -> bool:
    """Whether letters go into it."""
    return hasattr(widget, "cursor_position")


class TypeAhead(App[int]):
    """An app that keeps keys for what is opening. Whoever opens a line on a screen itself sets ``opening``."""

    opening = False

    def __init__(self, ansi_color: bool | None = None) -> None:
        super().__init__(ansi_color=ansi_color)
        self.haste = Haste()
        self._typed_on: WeakKeyDictionary[events.Key, Screen[object]] = WeakKeyDictionary()
        self._kept: list[events.Key] = []
        self._looks = 0

    def get_driver_class(self) -> type[Driver]:
        """The terminal's, which reads bytes of any encoding."""
        from .mojibake import forgive

        forgive()
        return super().get_driver_class()

    async def on_event(self, event: events.Event) -> None:
        """A new key goes to the end of those that are kept; else it is noted where it was typed."""
        if isinstance(event, events.Key) and not event.is_forwarded:
            self.haste.press()
            if self._kept:
                self._kept.append(event)
                return
            self._typed_on[event] = self.screen
            self.opening = self.opening and not is_line(self.focused)
        await super().on_event(event)

    async def _on_key(self, event: events.Key) -> None:
        """A key that nobody took: a command, unless something opened since it was typed."""
        before = self._typed_on.get(event, self.screen)
        if not self.opening and before is self.screen:
            return  # Textual goes on with its own handler of this name
        event.prevent_default()
        if not (self.opening or isinstance(before, ModalScreen) or isinstance(self.screen, ModalScreen)):
            again = events.Key(event.key, event.character)
            self._typed_on[again] = self.screen  # which may open something in its turn
            (self.focused or self.screen)._forward_event(again)
            return
        if not self._kept:
            self._looks = 0
            self.set_timer(EVERY, self._give_keys)
        self._kept.append(event)

    def _give_keys(self) -> None:
        """Give the keys to the line that has the focus now; look again soon if there is none yet."""
        if not self.screen_stack:
            return  # the app is leaving
        self._looks += 1
        line = self.focused if is_line(self.focused) else None
        if line is None and self._looks < MOST:
            self.set_timer(EVERY, self._give_keys)
            return
        self.opening = False
        kept, self._kept = self._kept, []
        if line is not None:
            for key in kept:
                line._forward_event(events.Key(key.key, key.character))
