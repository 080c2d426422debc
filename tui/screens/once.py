"""Screens that are left once: a second Enter, pressed before the first has done its work, is nobody's answer."""

from __future__ import annotations

from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen, ScreenResultType

from ..haste import Swift


class Once(Swift[ScreenResultType]):
    """Textual would take the screen below away, or end the app where there is none."""

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        """Leave it with a result, if it is still the one in front."""
        return super().dismiss(result) if self.is_active else AwaitComplete()


class Dialog(ModalScreen[ScreenResultType], Once[ScreenResultType]):
    """A question, a form, a list to choose from. The modal screen stands first: styles follow the first base alone."""
