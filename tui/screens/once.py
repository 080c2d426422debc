"""Screens that are left once: a second Enter, pressed before the first has done its work, is nobody's answer.

Nor do they do anything once they have been left.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual import events
from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen, ScreenResultType

from ..haste import Swift


class Once(Swift[ScreenResultType]):
    """Textual would take the screen below away, or end the app where there is none."""

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        """Leave it with a result, if it is still the one in front."""
        return super().dismiss(result) if self.is_active else AwaitComplete()

    def call_after_refresh(self, callback: Callable[..., Any], *args: Any, **more: Any) -> bool:
        """Call it when all is painted, unless the screen has gone by then, with all that was on it."""
        return super().call_after_refresh(self._if_here, callback, *args, **more)

    async def on_event(self, event: events.Event) -> None:
        """A size that comes when the screen has gone is nobody's."""
        if not isinstance(event, events.Resize) or self in self.app.screen_stack:
            await super().on_event(event)

    def _if_here(self, callback: Callable[..., Any], *args: Any, **more: Any) -> Any:
        return callback(*args, **more) if self in self.app.screen_stack else None


class Dialog(ModalScreen[ScreenResultType], Once[ScreenResultType]):
    """A question, a form, a list to choose from. The modal screen stands first: styles follow the first base alone."""
