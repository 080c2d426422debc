"""The form for a new experiment: its fields are those of its class, which is looked for while one types.

Modules are listed and read in processes of their own, each asked by a thread: neither a large module nor a disk that
hangs holds a key, and the list of one folder does not wait for that of another for long.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual import events
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.geometry import Spacing
from textual.timer import Timer
from textual.widget import Widget

from jobyard.core.errors import BadInput
from jobyard.core.labmodels import Asked, Sheet
from jobyard.core.yard import Yard, experimenting

from ..forms.experiment import CLASS, NewExperiment
from ..forms.fields import Field
from ..forms.labs import Labs
from ..forms.parameters import BESIDE, EXPT, LABEL
from ..labreader import LabReader
from ..widgets.entry import SHOWN_OFFERS, Entry, Row, placeholder_of
from ..widgets.pieces import Pieces
from .form import Answers, FormScreen

if TYPE_CHECKING:
    from ..app import JobyardApp

WIDE = 96  # cells of a line from which on values of main stand beside the fields
SOME = 6  # fields that are made at once
PATIENCE = 0.5  # seconds that keys are kept for a field that is not there yet


class ExperimentScreen(FormScreen):
    """A form that learns its fields."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("ctrl+l", "again"),
        Binding("down", "on", priority=True),
    ]

    def __init__(
        self, form: NewExperiment, yard: Yard, drafts: dict[str, dict[str, str]], late: Callable[[Answers], None]
    ) -> None:
        super().__init__(form, yard, drafts, late)
        self.experiment = form
        self.labs = Labs()
        self._looking = 0  # folders that have not been looked through
        self._waits = self._takes = self._goes_on = False  # for what is not known yet; what is done then
        self._patience: Timer | None = None
        self._comes_back = ""  # the field that had the keys before it was made anew
        self._wanted: tuple[str, tuple[str, ...]] = ("", ())

    def on_mount(self) -> None:
        """Begin to look."""
        self.query_one(".form").add_class("wide")
        self.reader = LabReader(self._yard, self._lane, self)
        self.reader.recall(self._recalled)
        super().on_mount()
        self._class.select_on_focus = False
        self._arrange()

    def on_unmount(self) -> None:
        """Look no more."""
        super().on_unmount()
        self.reader.end()

    def on_resize(self, event: events.Resize) -> None:
        """Where there is room, values of main stand beside the fields."""
        super().on_resize(event)
        self.call_after_refresh(self._arrange)

    def _arrange(self) -> None:
        """Room for the names, and for what stands beside the fields."""
        fields = self.form.fields
        room = self.query_one(VerticalScroll).size.width
        left = (8 if self.has_class("-narrow") else min(LABEL, max(12, *(len(field.label) for field in fields)))) + 1
        side = max(len(field.beside) for field in fields)
        margin = Spacing(0, min(BESIDE, side) + 2 if side and room >= WIDE else 0, 0, left)
        for row in self.query(Row):
            if row.entry.styles.margin != margin:
                row.entry.styles.margin = margin
                row.forget()
        self._show_notes()

    # -- what is there ------------------------------------------------------------------------------------

    def _recalled(self, asked: Sequence[Asked]) -> None:
        folders = self.labs.remember(asked)
        self._looking = len(folders)
        for folder in folders:
            self.reader.scan(folder, self._scanned)
        self._consider()

    def _scanned(self, folder: str, found: Sequence[Any]) -> None:
        if not self._here:
            return
        self._looking -= 1
        self.labs.take(folder, found)
        if isinstance(self.focused, Entry) and self.focused.field.key == CLASS:
            self._ask_offers(self.focused)
        if self._takes:
            self._settle()
        if not self._looking and not self.labs.about:
            self._say("No class with go() or acquire() was found where the app was started. Write MODULE:CLASS.")
        self._consider()

    def _ask_offers(self, entry: Entry) -> None:
        """Of the class those that were found; of all else what any form offers."""
        if entry.field.key != CLASS:
            super()._ask_offers(entry)
            return
        found = self.labs.meant(entry.value)
        told = self.labs.lines(found[: min(SHOWN_OFFERS, entry.field.lines)])
        if entry.value in found:  # it stands there: what it says of itself is enough
            found, told = [], [word] if (word := self.labs.word(entry.value)) else []
        self._offered(entry, entry.value, found, told)

    # -- what its class is asked with ---------------------------------------------------------------------

    def _read(self) -> None:
        super()._read()
        self._consider()

    def _consider(self) -> None:
        """Have the class read that stands there, unless that was done."""
        target = self.texts.get(CLASS, "").strip()
        said = tuple(path.strip() for path in self.texts.get("paths", "").split(",") if path.strip())
        paths = said or self.labs.paths(target)
        if not self.reader.known or (target, paths) == self._wanted:
            return
        try:
            module, name = experimenting.split_target(target)
        except BadInput:
            return
        wanted = self._wanted = (target, paths)
        shown = () if said else paths
        places = paths or self.labs.usual
        self.reader.read(module, name, places, lambda sheet: self._learned(wanted, sheet, shown))

    def _learned(self, wanted: tuple[str, tuple[str, ...]], sheet: Sheet, paths: tuple[str, ...]) -> None:
        if wanted != self._wanted or not self._here or (not sheet.file and self.experiment.has(sheet)):
            return
        self._take(sheet, self.labs.asked.get(wanted[0]), paths)

    def _take(self, sheet: Sheet, last: Asked | None, paths: tuple[str, ...]) -> None:
        """What a class is asked with is known: its fields are put where those of another were."""
        before = self.form.fields
        self._put(self.experiment.learn(sheet, last, paths, self.texts))
        same = [field.key for field in before] == [field.key for field in self.form.fields]
        self.call_next(self._renew if same else self._remake)

    def _put(self, texts: dict[str, str]) -> None:
        """Write what is another text now; whatever is typed meanwhile stays."""
        changed = {key for key in texts.keys() | self.texts.keys() if texts.get(key, "") != self.texts.get(key, "")}
        self.texts = texts
        for row in self.query(Row):
            if row.entry.field.key in changed:
                row.entry.value = texts.get(row.entry.field.key, "")

    async def _renew(self) -> None:
        """The same fields, of which more is known now."""
        fields = {field.key: field for field in self.form.fields}
        for row in self.query(Row):
            row.entry.field = fields[row.entry.field.key]
            row.entry.placeholder = placeholder_of(row.entry.field)
            row.forget()
        await self.query_one(VerticalScroll).remove_children(self.query(".reads"))
        if self.experiment.main[0]:
            own = [row for row in self.query(Row) if row.entry.field.key.startswith(EXPT)]
            await self.query_one(VerticalScroll).mount(self._reads(), after=own[-1] if own else 0)
        self._remade()

    def _reads(self) -> Pieces:
        return Pieces(*self.experiment.main, classes="reads")

    async def _remake(self) -> None:
        """Take the fields of another class away; those of this one come some at a time, so that no key waits."""
        here = self.focused.field.key if isinstance(self.focused, Entry) else ""
        with self.prevent(events.DescendantFocus):
            gone = [row for row in self.query(Row) if row.entry.field.key.startswith(EXPT)]
            await self.query_one(VerticalScroll).remove_children([*gone, *self.query(".reads")])
        self._comes_back = here if here.startswith(EXPT) else ""
        await self._mount_some(self.form.fields, 1)

    async def _mount_some(self, fields: tuple[Field, ...], start: int) -> None:
        """The next few rows, below the class and those that are there."""
        if self.form.fields is not fields or not self._here:
            return  # another class has been chosen meanwhile
        some = [field for field in fields[start : start + SOME] if field.key.startswith(EXPT)]
        rows: list[Widget] = [Row(field, self.texts.get(field.key, "")) for field in some]
        if start == 1 and self.experiment.main[0]:
            rows.append(self._reads())
        scroll = self.query_one(VerticalScroll)
        with self.prevent(events.DescendantFocus):
            await scroll.mount(*rows, after=scroll.children[start - 1])
        if len(some) == SOME:
            self.call_later(self._mount_some, fields, start + SOME)
        if start == 1 or len(some) < SOME:
            self._remade()
        else:
            self._arrange()

    def _remade(self) -> None:
        self._arrange()
        self._read()
        self._show_keys()
        rows = {row.entry.field.key: row.entry for row in self.query(Row)}
        if self._goes_on and self.experiment.learned(self.texts):
            self._go()
        elif self._comes_back in rows:
            self.set_focus(rows[self._comes_back], scroll_visible=False)
            self.call_after_refresh(self._show_row)
            self._comes_back = ""

    def _below_class(self) -> Entry:
        rows = list(self.query(Row))
        return rows[min(1, len(rows) - 1)].entry

    async def _unfold(self, then: Callable[[], None]) -> None:
        await super()._unfold(then)
        self._arrange()

    # -- what the keys do -----------------------------------------------------------------------------------

    def action_complete(self) -> None:
        """Tab: take what is offered, else go on; of a class that has not been found yet, once it is."""
        if self._at_class:
            self._hold(take=True)
        elif self._waits or not (isinstance(self.focused, Entry) and self.focused.take()):
            self.action_on()

    def action_on(self) -> None:
        """To the next field: below the class that is being read, to the first of its own."""
        if self._at_class:
            self._hold(take=False)
        elif self._waits:
            self._goes_on = True
        else:
            self.focus_next()

    @property
    def _here(self) -> bool:
        """Whether its fields are there: it has neither been left nor not quite begun."""
        return self.is_attached and bool(self.query(Row))

    @property
    def _at_class(self) -> bool:
        return isinstance(self.focused, Entry) and self.focused.field.key == CLASS

    @property
    def _class(self) -> Entry:
        return self.query(Row).first().entry

    def _hold(self, *, take: bool) -> None:
        """What is typed from here on belongs to the next field; the letters before may still be on their way."""
        self._takes, self._goes_on = take, not take
        self._waits = cast("JobyardApp", self.app).opening = True
        self.set_focus(None)
        if self._patience is not None:
            self._patience.stop()
        self._patience = self.set_timer(PATIENCE, self._hold_no_longer)
        self._class.call_later(self._settle)

    def _settle(self) -> None:
        """The letters are there, or more classes are known: take the one that is meant, go on from one that stands."""
        if not self._here:
            return
        target = self._class.value.strip()
        if self._takes and target and target not in self.labs.about:
            if meant := self.labs.meant(target):
                self._class.value = meant[0]
                self._class.cursor_position = len(meant[0])
                self._takes = False
            elif (self._looking or not self.reader.known) and ":" not in target:
                return  # it may be in a folder that has not been looked through
        self._goes_on, self._takes = self._goes_on or self._takes, False
        if not (self._goes_on and self.experiment.awaits({CLASS: self._class.value})):
            self._go()

    def _hold_no_longer(self) -> None:
        """A disk may hang: keys mean again what they say; where one wanted to go is gone to when it is there."""
        if self._waits:
            self._waits = False
            self._say("The class is being looked for. ↑ ↓ go to the fields that are there, esc leaves.")

    def _go(self) -> None:
        """Go where one wanted to go, unless one has gone elsewhere meanwhile."""
        if self.focused is None or self._at_class:
            self._say("")
            self.set_focus(self._below_class() if self._goes_on else self._class, scroll_visible=False)
            self.call_after_refresh(self._show_row)
        self._waits = self._goes_on = False

    def action_again(self) -> None:
        """Fill in what the last job of the class had."""
        if self.experiment.last is None:
            return
        self._put(self.experiment.again(self.texts))
        self._say(f"Filled in as {self.experiment.last.job} had it.")
        self._read()

    def action_anew(self) -> None:
        """Put the draft away, and the class with it."""
        super().action_anew()
        if not self.texts.get(CLASS):
            self._wanted = ("", ())
            self._take(Sheet("", "", "", ""), None, ())

    def more_keys(self) -> str:
        """Filling in what the last one had."""
        return "ctrl+l last time   " if self.experiment.last is not None else ""
