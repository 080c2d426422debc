"""The part of the Logs screen that filters: only the lines that match, with some around them."""

from __future__ import annotations

from jobyard.core.errors import BadInput

from ..format import plural
from ..logs.model import Sieve
from ..logs.searching import sought
from .sought import Looking

AROUND = (0, 1, 3, 10)  # lines around a match


class Sifting(Looking):
    """A filter."""

    sieve: Sieve | None = None
    around = 0  # lines around what a filter shows
    sifting = 1.0  # how far the lines that match have been looked for

    def read_on(self) -> None:
        """Have a piece read around what is in sight."""
        raise NotImplementedError

    def ask_filter(self) -> None:
        """Only lines that match."""
        now = self.sieve.text if self.sieve is not None else ""
        hint = "only lines that match this regular expression; empty: all"
        self.open_line("&", self._filter_by, initial=now, hint=hint, past=self.past())

    def _filter_by(self, text: str) -> str:
        if not text:
            self.sift(None)
            return ""
        try:
            what = sought(text)
        except BadInput as error:
            return error.line()
        self.remember(text)
        if self.sought is None:
            self.pane.pattern = what.shown
        self.sift(Sieve(text, what.pattern, self.around))
        return ""

    def sift(self, sieve: Sieve | None) -> None:
        """Show only what matches, around the place where one is."""
        row = self.pane.window.top_row
        if sieve != self.sieve:
            self.sifting = 1.0 if sieve is None else 0.0
        self.sieve = sieve
        if sieve is None and self.sought is None:
            self.pane.pattern = None
        if row is not None and not self.pane.following:
            self.jump(row.place)
        else:
            self.read_on()
        self.show_state()

    def next_context(self) -> None:
        """More lines around what matches, then none again."""
        self.around = AROUND[(AROUND.index(self.around) + 1) % len(AROUND)]
        if self.sieve is not None:
            self.sift(self.sieve._replace(context=self.around))
        else:
            self.tell(f"A filter (&) will show {plural(self.around, 'line')} around each match.")
