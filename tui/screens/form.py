"""A form on the screen: fields with their mistakes under them, and the command line that says the same.

What is typed is read at once. What only the yard and the host can tell (queues, jobs, folders, programs) is asked in
a thread of the form's own, so that no file system that hangs holds a key, or anything else of the app.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.message import Message
from textual.widgets._input import Input
from textual.widgets._static import Static

from jobyard.core.errors import JobyardError
from jobyard.core.yard import Yard, one_line

from ..describe import wrapped
from ..forms.fields import BASIC, Form, Note, Notes, Reading
from ..forms.offers import known_to, offers, told
from ..lanes import Lane
from ..messages import Answered, Broke, Refused
from ..text import plain
from ..widgets.entry import SHOWN_OFFERS, Entry, Row
from .once import Dialog

if TYPE_CHECKING:
    from ..app import JobyardApp

LOW, NARROW = 14, 50  # lines and cells below which the form keeps to its fields
AROUND, AROUND_LOW = 13, 1  # lines that everything but the fields takes
SLOW = 0.5  # seconds after which somebody who waits is told so
LINE = 240  # cells of the command line that are shown; all of it can be copied

Answers = tuple[Any, ...]


class FormScreen(Dialog[Answers | None]):
    """Dismissed with what the steps answered, or None after Escape."""

    CSS_PATH = ["dialogs.tcss", "form.tcss"]
    AUTO_FOCUS = "Entry"
    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape", "leave"),
        ("ctrl+enter,ctrl+j", "take"),
        # Before the field has them: what is typed right after them belongs to the next field.
        Binding("tab", "complete", priority=True),
        Binding("down", "app.focus_next", priority=True),
        Binding("up,shift+tab", "app.focus_previous", priority=True),
        Binding("ctrl+o", "unfold", priority=True),
        ("ctrl+y", "copy"),
        ("ctrl+r", "anew"),
    ]

    def __init__(
        self, form: Form, yard: Yard, drafts: dict[str, dict[str, str]], late: Callable[[Answers], None]
    ) -> None:
        """*late* gets the answers that came after somebody had left."""
        super().__init__()
        self.form, self._yard, self._drafts, self._late = form, yard, drafts, late
        self._drafted = form.draft in drafts
        self.texts = {**form.initial, **drafts.get(form.draft, {})}
        self.folded = any(field.group != BASIC for field in form.fields)
        self.reading = Reading({})
        self._looked: Notes = {}
        self._known = known_to(yard)
        self._busy = self._left = False
        self._lines = 0  # of the command line
        self._said: str | None = None  # above it

    def compose(self) -> ComposeResult:
        """Title, fields, command line, keys."""
        with Vertical(classes="dialog form"):
            yield Static(self.form.title, classes="title", markup=False)
            yield Static("\n".join(self.form.head), classes="head", markup=False)
            yield VerticalScroll(*self._rows(BASIC), can_focus=False)
            yield Static("", classes="status", markup=False)
            yield Static("", classes="shell", markup=False)
            yield Static("", classes="keys", markup=False)

    def on_mount(self) -> None:
        """Begin to look."""
        self.lane = self._lane("form")
        if begins := next((row.entry for row in self.query(Row) if row.entry.field.key == self.form.begins), None):
            self.set_focus(begins)  # what stands in the fields before it is typed over otherwise
        self.query_one(".head").set_class(not self.form.head, "-none")
        self._say("")
        if self._drafted:
            self._say("This is your draft. ctrl+r begins anew.")
        self._show_keys()
        self._read()

    def on_unmount(self) -> None:
        """Look no more."""
        self.lane.close()

    def on_resize(self, event: events.Resize) -> None:
        """A small terminal has room for the fields alone."""
        low = event.size.height < LOW
        self.set_class(low, "-low")
        self.set_class(event.size.width < NARROW, "-narrow")
        room = event.size.height - (AROUND_LOW if low else AROUND + len(self.form.head))
        self.query_one(VerticalScroll).styles.max_height = max(1, room)

    def _rows(self, group: str) -> list[Row]:
        return [Row(field, self.texts.get(field.key, "")) for field in self.form.fields if field.group == group]

    # -- what is typed ------------------------------------------------------------------------------------

    @on(Input.Changed)
    def typed(self, event: Input.Changed) -> None:
        """Read it, and have it looked at."""
        if isinstance(event.input, Entry) and self.texts.get(event.input.field.key, "") != event.value:
            self.texts[event.input.field.key] = event.value
            event.input.offers = event.input.told = ()
            self._say("")
            self._read()
            self._ask_offers(event.input)

    @on(events.DescendantFocus)
    def focused_another(self, event: events.DescendantFocus) -> None:
        """Its field says what it is for."""
        if isinstance(event.widget, Entry):
            self._ask_offers(event.widget)
        self._show_notes()

    def _read(self) -> None:
        reading = self.reading = self.form.read(self.texts)
        self._show_notes()
        self._show_line(one_line(f"$ {reading.line}", LINE) if reading.steps else "")

        def look() -> Message:
            notes = self.form.look(self._yard, reading)
            return Answered(lambda: self._seen(reading, notes))

        if reading.subject is not None:
            self.lane.put(look, self, "look")
        else:
            self._looked = {}

    def _show_line(self, text: str) -> None:
        """The command line; all is laid out anew only where it has more lines or fewer than before."""
        shell = self.query_one(".shell", Static)
        lines = len(wrapped(text, shell.size.width)) if text and shell.size.width else 0
        shell.update(text, layout=not lines or lines != self._lines)
        self._lines = lines

    def _seen(self, reading: Reading, notes: Notes) -> None:
        if reading is self.reading:
            self._looked = notes
            self._show_notes()

    def _ask_offers(self, entry: Entry) -> None:
        field, text, known = entry.field, entry.value, self._known

        def letter() -> Message:
            found = offers(field, text, known)
            about = told(field, found[:SHOWN_OFFERS], known)
            return Answered(lambda: self._offered(entry, text, found, about))

        self.lane.put(letter, self, "offers")

    def _offered(self, entry: Entry, text: str, found: list[str], about: list[str]) -> None:
        entry.offer(text, found, about)
        self._show_notes()

    @property
    def notes(self) -> Mapping[str, Note]:
        """What is to be said of each field: what cannot be read comes before what the yard says."""
        return {**self._looked, **self.reading.notes}

    def _show_notes(self) -> None:
        notes = self.notes
        for row in self.query(Row):
            row.tell(self._note_of(row, notes), insist=row.entry.field.key in self._blamed)
        if isinstance(self.focused, Entry) and self.query_one(VerticalScroll).max_scroll_y:
            self.call_after_refresh(self._show_row)

    def _show_row(self) -> None:
        """The row that has the keys is in sight, with the words under it."""
        if isinstance(self.focused, Entry) and isinstance(row := self.focused.parent, Row):
            row.scroll_visible(animate=False)

    def _note_of(self, row: Row, notes: Mapping[str, Note]) -> Note | None:
        """An empty field is not blamed while nobody has tried to send the form off."""
        key = row.entry.field.key
        note = notes.get(key)
        return note if note is not None and (self.texts.get(key) or self._busy or key in self._blamed) else None

    _blamed: frozenset[str] = frozenset()

    # -- what is answered ---------------------------------------------------------------------------------

    def on_answered(self, message: Answered) -> None:
        """Go on."""
        message.then()

    def on_refused(self, message: Refused) -> None:
        """A look was refused."""
        message.stop()
        self._refuse(message.error)

    def _refuse(self, error: JobyardError) -> None:
        """The yard refused: the form stays, with what, why and what to do."""
        text = plain(error.line())
        if any(note.text == text for note in self.notes.values()):
            self._blame(self._wrong())  # it stands under its field
        else:
            self._say(f"✗ {text}")

    def _say(self, text: str) -> None:
        if text != self._said:
            status = self.query_one(".status", Static)
            status.display = bool(text)
            if text:
                status.update(text)
            self._said = text

    # -- what the keys do -----------------------------------------------------------------------------------

    @on(Input.Submitted)
    def entered(self) -> None:
        """Enter, in any field."""
        self.action_take()

    def action_take(self) -> None:
        """Do it, unless something is wrong: then go there."""
        if self._busy:
            return
        if self.reading.wrong:
            self._blame(self._wrong())
        elif not self.reading.steps:
            self._say("Nothing is to be done: no field says anything new.")
        else:
            self._busy = True
            self.set_timer(SLOW, self._say_busy)
            self._send(self.reading, self._lane("send"))

    def _lane(self, name: str) -> Lane:
        return cast("JobyardApp", self.app).lane(name)

    def _say_busy(self) -> None:
        if self._busy:
            self._say("It is under way. esc leaves it to itself.")

    def _send(self, reading: Reading, lane: Lane) -> None:
        """Have it done in a thread of its own, behind no look that hangs; the screen below hears of it in any case."""

        def letter() -> Message:
            answers, error = _taken(self._yard, reading)
            return Answered(lambda: self._done(lane, answers, error))

        lane.put(letter, self.app.screen_stack[0])

    def _done(self, lane: Lane, answers: Answers, error: Exception | None) -> None:
        """What was refused is told in the form while it is there, and beside it after other steps were done."""
        lane.close()
        self._busy = bool(answers)  # a second Enter that comes before the form is gone does nothing
        if answers and self._drafts.get(self.form.draft) == self.texts:
            del self._drafts[self.form.draft]
        if isinstance(error, JobyardError) and not answers and not self._left:
            self._refuse(error)
        elif error is not None:
            self.app.post_message(Refused(error) if isinstance(error, JobyardError) else Broke(error))
        if answers and self._left:
            self._late(answers)
        elif answers:
            self.dismiss(answers)

    def _wrong(self) -> list[str]:
        """The keys of all fields that cannot be used, from top to bottom; "" for the form as a whole."""
        wrong = {key for key, note in self.notes.items() if note.wrong}
        return [key for key in (*(field.key for field in self.form.fields), "") if key in wrong]

    def _blame(self, wrong: list[str]) -> None:
        """Say which fields cannot be used, and go to the first."""
        self._blamed = frozenset(wrong)
        if self.folded and not any(row.entry.field.key in wrong for row in self.query(Row)):
            self.call_next(self._unfold, lambda: self._blame(wrong))
            return
        self._show_notes()
        labels = [field.label for field in self.form.fields if field.key in wrong]
        first = next((row.entry for row in self.query(Row) if row.entry.field.key in wrong), None)
        if first is None:
            self._say(" ".join(f"✗ {self.notes[key].text}" for key in wrong))
            return
        self.set_focus(first)
        so = "as it is" if len(labels) == 1 else "as they are"
        self._say(f"✗ Nothing is done yet: {', '.join(labels)} cannot be used {so}.")

    def action_complete(self) -> None:
        """Tab: take what is offered, else go on."""
        if not (isinstance(self.focused, Entry) and self.focused.take()):
            self.focus_next()

    async def action_unfold(self) -> None:
        """Show the fields that few jobs need; the cursor goes to the first of them."""
        if self.folded:
            await self._unfold(lambda: None)

    async def _unfold(self, then: Callable[[], None]) -> None:
        self.folded = False
        groups = dict.fromkeys(field.group for field in self.form.fields if field.group != BASIC)
        rows = [(group, self._rows(group)) for group in groups]
        widgets = [widget for group, some in rows for widget in (Static(group, classes="group", markup=False), *some)]
        await self.query_one(VerticalScroll).mount(*widgets)
        # Now: focus() would do it after what is typed next. Where it stands is known when it is laid out.
        self.set_focus(rows[0][1][0].entry, scroll_visible=False)
        self.call_after_refresh(self._show_row)
        self._show_keys()
        self._show_notes()
        then()

    def action_copy(self) -> None:
        """The command line that says the same."""
        if self.reading.steps:
            self.app.copy_to_clipboard(self.reading.line)
            self._say("Copied the command line.")

    def action_anew(self) -> None:
        """Put the draft away."""
        self._drafts.pop(self.form.draft, None)
        for row in self.query(Row):
            row.entry.value = self.form.initial.get(row.entry.field.key, "")
        self.texts = dict(self.form.initial)
        self._read()

    def action_leave(self) -> None:
        """Leave; what was typed is kept as a draft, also while it is not known what becomes of it."""
        self._left = True
        if self.form.draft and self.texts != self.form.initial:
            self._drafts[self.form.draft] = dict(self.texts)
        self.dismiss(None)

    def more_keys(self) -> str:
        """Keys that a form of its own has, with blanks behind."""
        return ""

    def _show_keys(self) -> None:
        more = "ctrl+o more   " if self.folded else ""
        keys = f"enter {self.form.doing}   ↑ ↓ field   tab complete   {more}{self.more_keys()}ctrl+y copy   esc leave"
        self.query_one(".keys", Static).update(keys)


def _taken(yard: Yard, reading: Reading) -> tuple[Answers, Exception | None]:
    """What the steps answered, one after another, and why one was refused; none after it is tried."""
    answers: list[Any] = []
    try:
        for step in reading.steps:
            answers.append(step.call(yard))
    except Exception as error:
        return tuple(answers), error
    return tuple(answers), None
