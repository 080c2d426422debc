"""Following the jobs of one run: what changed, in true order, with all output in its place.

Nothing is asked per job: one question after each ring of the bell says which rows changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from jobyard.core.models import JobRow
from jobyard.core.states import ENDED, SKIPPED
from jobyard.tui.cli.tail import Tail
from jobyard.tui.cli.taskrun.printer import Printer
from jobyard.tui.cli.taskrun.tasks import Track

if TYPE_CHECKING:
    from jobyard.core.yard import Yard

STEP = 500  # rows that are asked for at a time
STARTED, ENDED_ = 1, 0  # at the same instant an end comes first: it may be what let the other start


class Follower:
    """Tells what happens to the tracks."""

    def __init__(self, yard: Yard, tracks: Iterable[Track], printer: Printer, since: int) -> None:
        self.yard = yard
        self.printer = printer
        self.tracks = {track.row: track for track in tracks}
        self.live: dict[int, Track] = {}
        self.version = since
        self.left = len(self.tracks)

    @property
    def done(self) -> bool:
        """Whether every task has ended and has been told."""
        return self.left == 0

    def unfinished(self) -> list[int]:
        """Rows of the tasks that have not ended."""
        return [row for row, track in self.tracks.items() if not track.ended]

    def step(self) -> None:
        """Tell what happened since the last step."""
        changes = self.yard.changes(self.version)
        rows = self.tracks if changes.rows is None else changes.rows & self.tracks.keys()
        self.version = changes.version
        self.tell(self.fresh(sorted(rows)))
        for track in self.live.values():
            self.print_output(track)

    def fresh(self, rows: Sequence[int]) -> list[JobRow]:
        """These rows as they are now."""
        parts = (self.yard.rows(rows[at : at + STEP]) for at in range(0, len(rows), STEP))
        return [job for part in parts for job in part.values()]

    def tell(self, jobs: Sequence[JobRow]) -> None:
        """Starts and ends, in the order of their times."""
        moments: list[tuple[float, int, int]] = []
        for job in jobs:
            track = self.tracks[job.row]
            self.begin_again(track, job)
            track.job = job
            if job.started_at is not None and not track.started:
                moments.append((job.started_at, STARTED, job.row))
            if job.state in ENDED and not track.ended:
                moments.append((job.ended_at or job.created_at, ENDED_, job.row))
        for _, what, row in sorted(moments):
            if what is STARTED:
                self.start(self.tracks[row])
            else:
                self.end(self.tracks[row])

    def begin_again(self, track: Track, job: JobRow) -> None:
        """Somebody requeued it: the next attempt is told as the first was."""
        again = track.ended and (job.state not in ENDED or job.attempts > track.attempt)
        if again:
            self.left += 1
            track.started = track.ended = False
            track.tails = []
        track.attempt = job.attempts

    def start(self, track: Track) -> None:
        """``Started: NAME``, once."""
        if track.started:
            return
        track.started = True
        self.printer.event(f"Started: {track.name}")
        self.live[track.row] = track

    def end(self, track: Track) -> None:
        """All that is left of its output, then ``Ended: NAME``; what never ran is ``Skipped`` or ``Cancelled``."""
        assert track.job is not None
        if track.job.started_at is not None:
            self.start(track)
            self.print_output(track, to_end=True)
            self.printer.event(f"Ended: {track.name}")
        else:
            self.never_ran(track, track.job)
        track.ended = True
        self.left -= 1
        self.live.pop(track.row, None)

    def never_ran(self, track: Track, job: JobRow) -> None:
        """A task whose process never was."""
        word = "Skipped" if job.state is SKIPPED else job.state.value.capitalize()
        self.printer.event(f"{word}: {track.name}")

    def print_output(self, track: Track, to_end: bool = False) -> None:
        """What both streams have to say by now."""
        if not track.tails:
            track.tails = [Tail(path) for path in self.paths(track)]
        for tail in track.tails:
            self.printer.output(track.name, tail.lines(to_end))

    def paths(self, track: Track) -> list[Path]:
        """stdout and stderr of the newest attempt; they lie side by side."""
        stdout = self.yard.log_path(track.row, "stdout")
        return [] if stdout is None else [stdout, stdout.with_name("stderr")]
