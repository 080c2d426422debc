"""Which run the page of a run shows, and what is known of it: the yard is looked at in a thread."""

from __future__ import annotations

from jobyard.core.errors import JobyardError
from jobyard.core.labmodels import Run
from jobyard.core.models import Changes, JobRow
from jobyard.core.states import State

from ..configs.leaf import Words, trouble
from ..logs.model import Subject
from ..results.drawing import Drawing
from ..runpage import waiting
from ..runpage.looking import Looker
from ..runpage.model import Before, Seen
from ..throttle import Throttle
from .runlayout import RunLayout

SECOND = 1.0


class RunSeen(RunLayout):
    """A job is chosen, and an attempt of it: the last, unless somebody has chosen another."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: Seen | None = None
        self.came_from = "jobs"
        self.number: int | None = None  # of the attempt that was chosen; None: the last
        self._row: JobRow | None = None
        self._gone = False
        self.over = False  # the run before is drawn too
        self._like: Drawing | None = None  # how data were drawn last
        self._looker = Looker(self.yard_app.yard)
        self._soon = Throttle(self.look, self.set_timer)

    def show(self, *, anew: bool = False) -> None:
        """Paint what changed."""
        raise NotImplementedError

    def on_mount(self) -> None:
        """Time passes, files change without a bell."""
        self.set_interval(SECOND, self._tick)
        self.show()

    # -- which run --------------------------------------------------------------------------------------

    def turn_to(self, job: JobRow | None) -> None:
        """The page of this job; of the same one, as it was left."""
        here = self.yard_app.place
        if job is not None and here is not self and getattr(here, "_came_from", "") != self.NAME:
            self.came_from = here.NAME
        if job is not None and (self._row is None or job.row != self._row.row):
            self.see(job)

    def see(self, job: JobRow, number: int | None = None) -> None:
        """Another run: this attempt of this job, or its last."""
        self._row, self.number, self.seen, self._gone = job, number, None, False
        self._give_up()
        self._path, self._trouble, self.looked = "", "", None
        self.read_log(Subject(job.row, attempt=number))
        if self.is_mounted:
            self.show(anew=True)

    def choose_attempt(self, number: int) -> None:
        """Another attempt of the same job."""
        if self._row is not None and self.seen is not None:
            last = self.seen.job.attempts[-1].number if self.seen.job.attempts else number
            self.see(self._row, None if number == last else number)
            self.look()

    @property
    def job(self) -> JobRow | None:
        """The job whose run this is."""
        return self.seen.line if self.seen is not None else self._row

    @property
    def run(self) -> Run | None:
        """The run, if it left data."""
        return self.seen.run if self.seen is not None else None

    # -- looking ----------------------------------------------------------------------------------------

    def look(self) -> None:
        """Look at the job; a thread does."""
        if self._row is None:
            return
        row, number, looker = self._row.row, self.number, self._looker
        self._put(
            self._lane(self.NAME), "seen", lambda: looker.look(row, number), lambda got: self._take(row, number, got)
        )

    def rang(self, changes: Changes) -> None:
        """The yard changed: perhaps this job, or which of its configs is main."""
        self._soon()

    def _tick(self) -> None:
        if not self.is_current:
            return
        if self.seen is not None and self.seen.job.state is State.RUNNING:
            self.look()  # how far it is does not ring
        if self.seen is not None and self.seen.job.ended_at is None:
            self.about.tell()
        self.look_at_file()

    def _take(self, row: int, number: int | None, found: Seen | JobyardError | None) -> None:
        if self._row is None or (row, number) != (self._row.row, self.number):
            return
        if isinstance(found, JobyardError):
            self.params.take(trouble(found))
            return
        before, self.seen, self._gone = self.seen, found, found is None
        if found is not None:
            if not found.compared:
                self._compare(found, before)
            self._see(found, before)
        self.show(anew=before is None)

    def _compare(self, seen: Seen, known: Seen | None) -> None:
        """Have the run before looked for; until it is found that stays which is known."""
        if known is not None and known.number == seen.number:
            self.seen = seen._replace(before=known.before)
        looker = self._looker
        self._put(
            self._lane(f"{self.NAME}-before"), "before", lambda: looker.compare(seen),
            lambda got: self._take_before(seen, got),
        )  # fmt: skip

    def _take_before(self, of: Seen, found: Before | JobyardError | None) -> None:
        seen = self.seen
        if seen is None or (seen.job.row, seen.number) != (of.job.row, of.number):
            return
        self.seen = seen._replace(before=None if isinstance(found, JobyardError) else found, compared=True)
        self.show()
        if self.over and self.drawing is not None:
            self.draw(self.drawing, keep=True)

    def _see(self, seen: Seen, before: Seen | None) -> None:
        """Its log and its data, where they are others than before."""
        again = before is not None and before.number == seen.number
        if before is None or before.attempt != seen.attempt:
            self.read_log(Subject(seen.job.row, attempt=self.number))
        path = seen.run.data.path if seen.run is not None else ""
        if path and path != self._path:
            self.show_file(path, same=again and bool(self._path))
        elif not path:
            self._show_none(Words(*waiting.words(seen)))
