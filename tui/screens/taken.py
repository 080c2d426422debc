"""The part of the Logs screen that takes something out of a log: to the clipboard, into a file, into a pager."""

from __future__ import annotations

import re
from pathlib import Path

from textual.app import SuspendNotSupported
from textual.message import Message

from jobyard.core.errors import BadInput, JobyardError
from jobyard.core.yard import Yard

from ..format import plural, size
from ..lanes import Lane
from ..logs.saving import Copied, copied, page_out, pager, save, target_of
from ..logs.searching import Stopping, seldom
from ..messages import Answered, LogSaving, Told
from ..text import plain
from ..verbs.copying import Thing, offer, put, things_of
from .sifted import Sifting


class Taking(Sifting):
    """Copy, save, page."""

    saving: float | None = None  # how far it is
    _saver = Stopping()
    _save_lane: Lane | None = None

    # -- a range ------------------------------------------------------------------------------------

    def range(self) -> None:
        """Mark lines from one on, or no more."""
        if self.pane.marked is not None:
            self.drop_range()
        else:
            self.pane.begin_range()
            self.show_state()

    def drop_range(self) -> None:
        """No line is marked."""
        self.pane.end_range()
        self.show_state()

    # -- the clipboard ------------------------------------------------------------------------------

    def copy(self) -> None:
        """The marked lines; else ask what."""
        marked, book, sieve = self.pane.marked, self.reading.book, self.sieve
        if marked is None:
            self._offer()
            return

        def letter() -> Message:
            found = copied(book, sieve, *marked)
            return Answered(lambda: self._copied(found))

        self._seek_lane.put(letter, self, key="copy")
        self.drop_range()

    def _copied(self, found: Copied) -> None:
        if found.cut:
            self.tell(f"Only the first {plural(found.lines, 'line')}: no clipboard takes more. S saves all.", "warning")
        put(self, Thing(plural(found.lines, "line"), found.text))

    def _offer(self) -> None:
        sight = Thing("lines in sight", "\n".join(self.pane.in_sight_text()))
        row = self.read_row
        if row is None:
            return
        things = lambda yard: [sight, *_things(yard, row)]  # noqa: E731
        self.ask(things, lambda found: offer(self, found))

    @property
    def read_row(self) -> int | None:
        """The job whose log this is."""
        raise NotImplementedError

    # -- a file -------------------------------------------------------------------------------------

    def ask_save(self) -> None:
        """Into which file; one at a time."""
        if self.saving is not None:
            self.tell("A save is under way; esc stops it.", "warning")
            return
        name = re.sub(r"[^\w.+-]+", "-", self.pane.story.title).strip("-.") or "job"
        self.open_line("save as", self._save_as, initial=f"{name[:100]}.log", hint="what is shown, as the job wrote it")

    def _save_as(self, text: str) -> str:
        if not text.strip():
            return ""
        try:
            path = target_of(text)
        except BadInput as error:
            return error.line()
        if path.exists():
            body = [plain(str(path)), f"It has {size(path.stat().st_size)}, which are lost then."]
            self.call_next(self.confirm, "Replace this file?", body, lambda: self._save(path, replace=True))
        else:
            self._save(path, replace=False)
        return ""

    def _save(self, path: Path, *, replace: bool) -> None:
        book, sieve, stop = self.reading.book, self.sieve, Stopping()
        self._saver.stop()
        self._saver, self.saving = stop, 0.0
        if self._save_lane is None:
            self._save_lane = self.yard_app.lane("log-save")
        self.show_state()

        def letter() -> Message:
            try:
                written = save(book, sieve, path, replace=replace, stop=stop, tell=seldom(tell))
            except JobyardError as error:
                return LogSaving(None, Told(error.line(), "error"))
            if written is None:
                return LogSaving(None, Told("Nothing was saved: it was stopped.", "warning"))
            return LogSaving(None, Told(f"Saved {size(written)} into {plain(str(path))}."))

        def tell(fraction: float) -> None:
            self.post_message(LogSaving(fraction))

        self._save_lane.put(letter, self)

    def on_log_saving(self, message: LogSaving) -> None:
        """How far it is, or what became of it."""
        self.saving = message.fraction
        if message.told is not None:
            self.tell(message.told.text, message.told.severity)
        self.show_state()

    def stop_saving(self) -> None:
        """Leave off; there is no file then."""
        self._saver.stop()

    # -- a pager ------------------------------------------------------------------------------------

    def page_out(self) -> None:
        """Show it in the pager; the app stands back until that is left."""
        try:
            command = pager()
            with self.app.suspend():
                wrong = self._lend(command)
        except SuspendNotSupported:
            self.tell("This terminal cannot be lent to a pager.", "warning")
        except BadInput as error:
            self.tell(error.line(), "warning")
        else:
            if wrong:
                self.tell(wrong, "warning")

    def _lend(self, command: list[str]) -> str:
        """Have the pager show it; what is wrong, "" if nothing. Raises nothing: the terminal would not come back."""
        try:
            code = page_out(command, self.reading.book, self.sieve, at_end=self.pane.window.at_end)
        except OSError as error:
            return f"The pager cannot be started: {error.strerror or error}."
        return f"The pager {plain(command[0])} ended at once with exit code {code}." if code else ""


def _things(yard: Yard, row: int) -> list[Thing]:
    return things_of(yard.job(row), yard.log_path(row))
