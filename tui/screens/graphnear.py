"""A job's neighbourhood on the Graph screen: boxes in the place of the list."""

from __future__ import annotations

from textual.message import Message

from jobyard.core.yard.drawing import Boxed, boxed

from ..format import plural
from ..graphing import Shown
from ..messages import Answered
from ..widgets.boxes import Boxes
from .graphlooks import GraphLooks

MOST_HOPS = 9  # steps from the job in the middle
BOX = 24  # cells


class GraphNear(GraphLooks):
    """Boxes around a job."""

    def look_near(self, centre: int, row: int, *, follow: bool = False) -> None:
        """Lay out the neighbourhood of a job and show it; *row* is selected in it.

        *follow*: if that is not in it any more, its own neighbourhood takes the place.
        """
        if self.shown is None or not {centre, row} <= self.shown.picture.graph.jobs.keys():
            self.close_boxes()
            return
        shown, hops, width = self.shown, self.hops, min(BOX, max(12, self.size.width // 3))

        def letter() -> Message:
            found = boxed(shown.picture, centre, hops, width)
            if follow and row not in found.sheet.boxes:
                return Answered(lambda: self.look_near(row, row))
            return Answered(lambda: self._show_near(shown, found, row))

        self.yard_app.reading.put(letter, self, key="boxes")

    def _show_near(self, shown: Shown, found: Boxed, row: int) -> None:
        if shown is not self.shown:
            return  # it has changed since, and is laid out again
        if not self.boxes.display:
            self.boxes.display, self.lanes.display = True, False
            self.boxes.focus()
            self.call_after_refresh(lambda: self.boxes.take(shown.picture, found, row))
        else:
            self.boxes.take(shown.picture, found, row)

    def reach(self, delta: int) -> None:
        """More steps from the job in the middle, or fewer; from the list: when boxes are shown next."""
        self.hops = max(1, min(MOST_HOPS, self.hops + delta))
        if self.near and self.boxes.boxed is not None:
            self.look_near(self.boxes.boxed.centre, self.boxes.row)
        else:
            self.tell(f"Boxes go {plural(self.hops, 'step')} from the job.{self.hint('graph-open', 'shows them')}")

    def on_boxes_moved(self, message: Boxes.Moved) -> None:
        """Another box: the cursor of the list goes with it."""
        line = self.lanes.line_of(self.boxes.row)
        if line is not None and line != self.lanes.cursor:
            self.lanes.move_to(line)
        self.moved_on()

    def on_boxes_chosen(self, message: Boxes.Chosen) -> None:
        """A double click."""
        self.open_selected()

    def open_selected(self) -> None:
        """Open what is selected."""
        raise NotImplementedError

    def on_boxes_beyond(self, message: Boxes.Beyond) -> None:
        """On over the edge: the selected job is in the middle now."""
        self.look_near(self.boxes.row, self.boxes.row)
