"""The part of a screen that looks into a data file: what is in it, a plot of it, and what its values are."""

from __future__ import annotations

import os
import time
from typing import Any

from textual import events

from jobyard.core.errors import JobyardError
from jobyard.core.results.model import Node, Summary

from ..configs.leaf import Leaf, trouble
from ..format import clock
from ..plots.model import Figure
from ..results import slices
from ..results.drawing import SERVICE, Drawing, Remote, stamp_of
from ..results.filetree import FileTree, closed
from ..results.rows import told
from ..text import plain
from ..widgets.lines import Line
from .filereading import LEFT, READING, STOPPED, FileReading

NO_NUMBERS = "It has no numbers in a row, which could be drawn."


class Plotted(FileReading):
    """One file is looked at. Subclasses set the panes out, and say with :meth:`show_file` which file it is."""

    def __init__(self) -> None:
        super().__init__()
        self.drawing: Drawing | None = None
        self.along = -1  # of the directions that are not drawn the one that is stepped along
        self._path = ""  # of the file that is shown
        self._beside: dict[str, object] = {}  # stamps of the files that are drawn over it
        self._folded: dict[str, set[str]] = {}
        self._summary: Summary | None = None
        self._read_at = 0.0  # when it was read last
        self._trouble = ""  # why the file cannot be read just now
        self._summed: Drawing | None = None  # that it was asked for
        self._refused = ""  # why it cannot be drawn

    # -- the file -------------------------------------------------------------------------------------

    def look_at_file(self) -> None:
        """Read the file again if it was written since: files change without a bell."""
        if self.is_current and self._path:
            paths = (self._path, *(path for path, _ in self.drawn_files() if path != self._path))
            question = lambda: tuple(map(stamp_of, paths))  # noqa: E731
            self._put(self._lane(self.NAME), "stat", question, lambda stamps: self._stat(paths, stamps))

    def _stat(self, paths: tuple[str, ...], stamps: tuple[object, ...]) -> None:
        if paths[0] != self._path or self._stamp in (READING, STOPPED):
            return
        before, self._beside = self._beside, dict(zip(paths[1:], stamps[1:], strict=True))
        if stamps[0] != self._stamp:
            self._read()
        elif self.drawing is not None and any(before.get(path, now) != now for path, now in self._beside.items()):
            self.draw(self.drawing, keep=True)  # one that is drawn over it was written

    def show_file(self, path: str, *, same: bool = False) -> None:
        """Show what is in this file, and a plot of the same dataset as before if it has one.

        *same*: it is the file of before under another name, so the window and what is folded stay.
        """
        self._give_up()
        if same:
            self._folded.setdefault(path, self._folded.get(self._path, set()))
        else:
            self.looked = None
        self._path, self._trouble = path, ""
        self._read()

    def _show_none(self, leaf: Leaf) -> None:
        """No file is shown; why."""
        self._give_up()
        self._path, self._trouble, self.looked, self.drawing = "", "", None, None
        self.file.take(leaf)
        self.plot.take(None)
        self.said.take([])

    def _read(self) -> None:
        path, apart, stop = self._path, self.apart, self._file_stop
        stamps: list[object] = []

        def question() -> Any:
            stamps.append(stamp_of(path))  # before it is read: what is written meanwhile is read once more
            return apart.ask(f"{SERVICE}:looked", path, stop=stop)

        self._stamp = READING
        self._wait("looked")
        self.ask_files(
            "looked", question, lambda found: None if stop.is_set() else self._take_file(path, found, stamps[0])
        )

    def _take_file(self, path: str, found: Any, stamp: object) -> None:
        if path != self._path:
            return
        self._stamp = stamp
        self._since.pop("looked", None)
        if isinstance(found, JobyardError):
            self._unreadable(found, stamp)
            return
        self._trouble, self._read_at = "", time.time()
        again = self.looked is not None
        self.looked = found
        y = self.drawing.y if self.drawing is not None and self.drawing.y in found.drawable else found.first
        before = self.drawing or Drawing((), y)
        x = before.x if before.x in found.drawable else ""
        self._show_tree(y)
        self.draw(before.turned(y, x) if y else None, keep=again)

    def _unreadable(self, error: JobyardError, stamp: object) -> None:
        """What was read of a file that is being written stays, with a word; of one that is gone nothing does."""
        if self.looked is not None and stamp is not None:
            self._as_before(error)
            return
        self._give_up()
        self.looked, self.drawing = None, None
        self.file.take(trouble(error))
        self.plot.take(None)
        self.said.take([])

    def _brief(self, error: JobyardError) -> str:
        """What is wrong, in the lines below the plot: which file is plain to see."""
        return f"✗ {plain(error.line().replace(self._path, 'It'))}"

    def _as_before(self, error: JobyardError) -> None:
        """Say why what was read before is still shown, and of when it is."""
        self._trouble = f"as of {clock(self._read_at, time.time())}  ✗ {plain(error.why or error.what)}"
        self.tell_values()

    def _show_tree(self, y: str = "") -> None:
        if self.looked is not None:
            folded = self._folded.setdefault(self._path, set())
            x, drawn = (self.drawing.x, self.drawing.y) if self.drawing is not None else ("", "")
            self.file.take(FileTree(self.looked.rows, folded, x, y or drawn), stay=True)

    # -- the plot ---------------------------------------------------------------------------------------

    def drawn_files(self) -> tuple[tuple[str, str], ...]:
        """The files that are drawn over each other, each (path, what it is called); the first is the one shown."""
        return ((self._path, os.path.basename(self._path)),)

    def draw(self, drawing: Drawing | None, *, keep: bool = False) -> None:
        """Draw this of the file, and of those that are drawn over it."""
        if drawing is None:
            self._give_up(file=False)
            self.drawing = self._summary = self._summed = None
            self._refused = NO_NUMBERS if self.looked is not None else ""
            self.plot.take(None)
            self.tell_values()
            return
        stamp = (self._stamp, *self._beside.values())
        wanted = drawing._replace(files=self.drawn_files(), stamp=stamp)
        if self.drawing is not None and wanted != self.drawing._replace(stamp=stamp):
            self._give_up(file=False)
            self._summary = self._summed = None
        self.drawing, self._refused = wanted, ""
        self._show_tree()
        self.tell_values()
        self._wait("figure")
        self.ask_apart("figure", lambda found: self._take_figure(wanted, found, keep), wanted)

    def _take_figure(self, wanted: Drawing, found: Figure | JobyardError, keep: bool) -> None:
        if wanted != self.drawing or self._draw_stop.is_set():
            return
        self._since.pop("figure", None)
        if isinstance(found, JobyardError):
            if keep and self.plot.picture is not None:  # it is written just now
                self._as_before(found)
                return
            self.plot.take(None)
            self._refused = self._brief(found)
            self.on_plot_drawn()
            return
        self.plot.take(found, Remote(self.apart, wanted, self._draw_stop), keep=keep)
        self.show_context()

    def _take_summary(self, wanted: Drawing, found: Summary | JobyardError) -> None:
        if wanted == self.drawing:
            self._summary = found if isinstance(found, Summary) else None
            self.tell_values()

    def on_plot_drawn(self) -> None:
        """The cursor may be on something else. What the values are is asked once they are seen."""
        self._since.pop("picture", None)
        if (wanted := self.drawing) is not None and wanted != self._summed:
            self._summed, self._summary = wanted, None
            self.ask_apart("summed", lambda found: self._take_summary(wanted, found), self._path, wanted.y)
        self.tell_values()

    def tell_values(self) -> None:
        """What the cursor is on; least, most and mean of the dataset."""
        where = slices.told(self.shape, self.drawing, self.along) if self.drawing is not None else ""
        style = "failed" if self.drawing is not None else "dim"
        said = (self._refused, style) if self._refused else (self.plot.words(), "")
        lines: list[Line] = [[said, (f"   {where}" if where else "", "accent")]]
        if self._trouble:
            lines.append([(self._trouble, "failed")])
        elif (one := self._summary) is not None:
            scales = self.drawing.scales() if self.drawing is not None else ""
            lines.append([(f"{scales}   " if scales else "", "accent"), (told(one), "dim")])
        self.said.take(lines)

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """What was stopped is read."""
        if self.stopped:
            self._stamp = LEFT
        self.look_at_file()

    # -- what the actions use -----------------------------------------------------------------------

    @property
    def node(self) -> Node | None:
        """The dataset under the cursor."""
        leaf = self.file.leaf
        return leaf.rows[self.file.cursor].dataset if isinstance(leaf, FileTree) and leaf.count else None

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the dataset that is drawn."""
        if self.looked is None or self.drawing is None:
            return ()
        path = f"/{self.drawing.y}"
        return next((node.shape or () for node in self.looked.tree.nodes if node.path == path), ())

    def slice_by(self, delta: int) -> None:
        """Another slice of data of more directions than are drawn."""
        if self.drawing is None:
            return
        wanted = slices.stepped(self.shape, self.drawing, self.along, delta)
        if not slices.at(self.shape, wanted):
            self.tell("All of its directions are drawn.")
        elif wanted.at != slices.at(self.shape, self.drawing):
            self.draw(wanted, keep=True)
        else:
            self.tell(f"There is no slice {'after' if delta > 0 else 'before'} this one in that direction.")

    def slice_along(self, delta: int) -> None:
        """Step along another direction from now on."""
        self.along += delta
        if self.drawing is not None and not slices.at(self.shape, self.drawing):
            self.tell("All of its directions are drawn.")
        self.tell_values()

    def fold(self, way: int = 0) -> None:
        """Fold what is under the cursor, or in which that lies; 1: unfold it, -1: fold it, 0: either."""
        leaf = self.file.leaf
        at = leaf.folder(self.file.cursor) if isinstance(leaf, FileTree) and leaf.count else -1
        if not isinstance(leaf, FileTree) or at < 0:
            return
        row = leaf.rows[at]
        if way == 0 or closed(row, leaf.turned) == (way > 0):
            self._folded.setdefault(self._path, set()).symmetric_difference_update({row.key})
            self._show_tree()
            self.file.put_cursor(at)
