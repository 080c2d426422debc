"""The part of the Jobs screen that watches jobs and says when they end."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from textual.message import Message
from textual.screen import Screen

from jobyard.core.models import Changes, JobRow

from ..format import plural
from ..messages import Ended
from ..watching import MEMORY, MOST, Watch, ends, kept, line_of, recalled, told, watch_of
from ..widgets.virtual_table import VirtualTable

if TYPE_CHECKING:
    from .jobs import Jobs

Rows = tuple[int, ...]


class Attentive(Screen[None]):
    """Watches are this app's user's own; they are remembered."""

    table: VirtualTable

    def __init__(self) -> None:
        super().__init__()
        self.watches: dict[int, Watch] = {}

    @property
    def _jobs(self) -> Jobs:
        return cast("Jobs", self)

    def begin_watching(self) -> None:
        """What was watched when the app was closed may have ended meanwhile."""
        app = self._jobs.yard_app
        self.watches = recalled(app.memory.get(MEMORY), str(app.yard.home))
        self.table.watched = frozenset(self.watches)
        self.look_for_ends(meanwhile=True)

    def watch_selected(self) -> None:
        """Watch what is marked, or the line under the cursor: an array's as a whole."""
        desk, line = self._jobs, self.table.selected
        if not self.table.marked_count and line is not None:
            self.toggle_watches([line])
        else:
            desk.with_targets(lambda rows: desk.ask(lambda yard: list(yard.rows(rows).values()), self.toggle_watches))

    def toggle_watches(self, lines: list[JobRow]) -> None:
        """Watch these lines; if all of them are watched, no more."""
        places = {line_of(line) for line in lines}
        if places <= self.watches.keys():
            self._keep_watches({row: one for row, one in self.watches.items() if row not in places})
            self._jobs.tell(f"No more watched: {_named(lines)}.")
            return
        new = [one for line in lines if (one := watch_of(line)) is not None]
        if not new:
            self._jobs.tell("What has ended cannot be watched.", "warning")
        elif len(self.watches) + len(new) > MOST:
            self._jobs.tell(
                f"At most {plural(MOST, 'job')} can be watched; wait for one of an array instead.", "warning"
            )
        else:
            self._keep_watches(self.watches | {one.row: one for one in new})
            self._jobs.tell(f"Watched: {new[0].name if len(new) == 1 else plural(len(new), 'job')}.")
            self.look_for_ends()  # it may have ended since its line was read

    def _keep_watches(self, watches: dict[int, Watch]) -> None:
        self.watches = watches
        self.table.watched = frozenset(watches)
        self.table.repaint()
        app = self._jobs.yard_app
        app.remember(MEMORY, kept(app.memory.get(MEMORY), str(app.yard.home), watches.values()))
        self._jobs.show_context()

    def may_have_ended(self, changes: Changes) -> bool:
        """Whether a change can have touched what is watched."""
        rows = changes.rows
        return bool(self.watches) and (
            rows is None or not rows.isdisjoint(self.watches) or any(one.array for one in self.watches.values())
        )

    def look_for_ends(self, *, meanwhile: bool = False) -> None:
        """Ask what became of what is watched."""
        app, watches = self._jobs.yard_app, tuple(self.watches.values())
        if watches:
            app.siding.put(_letter(lambda: Ended(ends(app.yard, watches), meanwhile)), self, key="ends")

    def on_ended(self, message: Ended) -> None:
        """Some have ended: a word in the corner, the bell, and to whoever looks elsewhere a notification."""
        some = [end for end in message.ends if end.watch.row in self.watches]
        if not some:
            return
        over = {end.watch.row for end in some}
        self._keep_watches({row: one for row, one in self.watches.items() if row not in over})
        words, severity = told(some, meanwhile=message.meanwhile)
        self._jobs.tell(words, severity)
        self._jobs.yard_app.call_out(words)


def _letter(look: Callable[[], Ended]) -> Callable[[], Message | None]:
    def letter() -> Message | None:
        found = look()
        return found if found.ends else None

    return letter


def _named(lines: list[JobRow]) -> str:
    return lines[0].id if len(lines) == 1 else plural(len(lines), "job")
