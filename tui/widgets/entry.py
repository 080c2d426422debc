"""A field of a form: its name, a line of text, and a word under it."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.strip import Strip
from textual.suggester import SuggestionReady
from textual.widgets._input import Input

from ..describe import wrapped
from ..forms.fields import LONGEST, YES, As, Field, Note
from ..painting import fit
from .lines import Lines

SHOWN_OFFERS = 12


class Entry(Input):
    """The text of a field: printable characters alone, whatever is typed or pasted."""

    def __init__(self, field: Field, text: str) -> None:
        whole = field.kind is As.TEXT  # what is short is mostly replaced, what is long edited
        super().__init__(text, compact=True, select_on_focus=whole, placeholder=placeholder_of(field))
        self.field = field
        self.offers: tuple[str, ...] = ()
        self.told: tuple[str, ...] = ()  # a line about each of them, where there is something to say
        self._taken = True  # Tab takes an offer once; then it goes on

    def offer(self, text: str, offers: Sequence[str], told: Sequence[str] = ()) -> None:
        """What may be meant by *text*, if that is still what stands here."""
        if text == self.value:
            self.offers, self.told = tuple(offers), tuple(told)
            if offers and text and offers[0].startswith(text):
                self.post_message(SuggestionReady(text, offers[0]))

    def take(self) -> bool:
        """Write the first offer, which stands there dimmed; whether there was anything to take."""
        if self._taken or not self.offers or not self.value or not self.cursor_at_end:
            return False
        if self.offers[0] == self.value:
            return False  # a whole word with which others begin
        self.value = self.offers[0]
        self.cursor_position, self._taken = len(self.value), True
        return True

    def on_key(self, event: events.Key) -> None:
        """Something new is typed; flags and choices change by the space bar."""
        if event.is_printable:
            self._taken = False
        if event.is_printable and self.field.kind in (As.FLAG, As.CHOICE):
            self.value = _turned(self.field, self.value, event.character or "")
            event.stop()
            event.prevent_default()

    def replace(self, text: str, start: int, end: int) -> None:
        """Every edit: of a flag or a choice no part can be taken away, nor anything put in that is none of them."""
        if self.field.kind not in (As.FLAG, As.CHOICE):
            super().replace(text, start, end)
        elif not text or text in _choices(self.field):
            self.value = text

    def on_paste(self, event: events.Paste) -> None:
        """Lines of variables become words; of all else the first line counts, and what cannot be shown is left out."""
        event.stop()
        event.prevent_default()
        lines = event.text.strip().splitlines() or [""]
        text = " ".join(lines) if self.field.kind is As.VARIABLES else lines[0]
        shown = "".join(char for char in text.replace("\t", " ") if char.isprintable())
        if len(self.value) + len(shown) > LONGEST:
            self.screen.notify(f"That is more than the {LONGEST:,} characters of a field. Put it into a file.")
            return
        if shown != event.text.strip():
            self.screen.notify("Only the first line was taken, and of it what can be shown.", markup=False)
        self.replace(shown, *self.selection)


class Row(Lines):
    """A field with its name in front and a word under it: two widgets, since a form has many of them."""

    def __init__(self, field: Field, text: str) -> None:
        super().__init__(classes="row")
        self.entry = Entry(field, text)
        self._text, self._style, self._here = "", "dim", False
        self._lines: list[str] = []

    def compose(self) -> ComposeResult:
        """The text; name and word are painted around it."""
        yield self.entry

    def tell(self, note: Note | None, *, insist: bool = False) -> None:
        """Where one types what may be meant, unless they *insist* on the note; else the note; else what it is for."""
        if not insist and self.entry.has_focus and self.entry.offers and self.entry.value:
            note = None
        told, here = (self._text, self._style), self.entry.has_focus
        self._text = _told(note) if note is not None else self._hint()
        self._style = "dim" if note is None else "failed" if note.wrong else "warning"
        if told != (self._text, self._style):
            self._lay_out()
        elif here != self._here:
            self.repaint()  # the name shows who has the keys
        self._here = here

    def on_resize(self) -> None:
        """The word is as wide as there is room."""
        self._lay_out()
        super().on_resize()

    def line_at(self, y: int) -> Strip:
        """The name; below it the word."""
        room = self.entry.styles.margin.left
        if y == 0:
            style = "accent" if self.entry.has_focus else "dim"
            return self.strip([(fit(self.entry.field.label, room - 1), style), *self._beside()], self.palette.panel)
        text = self._lines[y - 1] if y <= len(self._lines) else ""
        return self.strip([(" " * room, ""), (text, self._style)], self.palette.panel)

    def _beside(self) -> list[tuple[str, str]]:
        """What stands to the right of the text, where that leaves room for it."""
        margin = self.entry.styles.margin
        between = self.size.width - margin.left + 1 - margin.right
        if not margin.right or not self.entry.field.beside or between <= 0:
            return []
        return [(" " * (between + 2), ""), (fit(self.entry.field.beside, margin.right - 2), "dim")]

    def _lay_out(self) -> None:
        room = self.size.width - self.entry.styles.margin.left
        lines = self._text.splitlines()  # one of several is cut, one alone is wrapped
        self._lines = (wrapped(self._text, max(8, room)) if len(lines) == 1 else lines)[: self.entry.field.lines]
        self.styles.height = 1 + len(self._lines)
        self.repaint()

    def _hint(self) -> str:
        if not self.entry.has_focus:
            return ""
        if self.entry.told:
            return "\n".join(self.entry.told[: self.entry.field.lines])
        start = self.entry.value.rfind(",") + 1 if self.entry.field.kind is As.WORDS else 0
        offers = [offer[start:].strip() for offer in self.entry.offers[:SHOWN_OFFERS]]
        return "  ".join(offers) or self._help()

    def _help(self) -> str:
        """What it is for; and what is known of it elsewhere, where that has no room beside it."""
        field = self.entry.field
        beside = "" if self.entry.styles.margin.right else field.beside
        return " · ".join(part for part in (beside, field.help) if part)


def _told(note: Note) -> str:
    return f"{'✗' if note.wrong else '!'} {note.text}"


def placeholder_of(field: Field) -> str:
    """What stands in the field while it is empty."""
    return field.placeholder or ("no" if field.kind is As.FLAG else "")


def _choices(field: Field) -> tuple[str, ...]:
    return ("", YES) if field.kind is As.FLAG else field.choices


def _turned(field: Field, value: str, key: str) -> str:
    """A flag or a choice after a key: the space bar goes round, a letter means the choice that begins so."""
    choices = _choices(field)
    if key == " ":
        now = choices.index(value) if value in choices else 0
        return choices[(now + 1) % len(choices)]
    if field.kind is As.FLAG:
        return {"y": YES, "n": ""}.get(key.lower(), value)
    return next((choice for choice in choices if choice.startswith(key)), value)
