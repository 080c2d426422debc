"""Every message that crosses threads or widgets. Threads post; handlers change widgets.

Plain classes: a dataclass costs half a millisecond each to make, and the first paint waits for that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from textual.message import Message

from jobyard.core.errors import JobyardError, YardError
from jobyard.core.models import Change, Changes, Health, JobRow, News, QueueInfo, ResourceInfo, WorkerInfo
from jobyard.core.states import State

from .lanetree import Folded
from .pace import Counts
from .paging import View

if TYPE_CHECKING:
    from jobyard.core.gantt.chart import Chart
    from jobyard.core.models import Repair
    from jobyard.core.usage import Sample

    from .crew.sight import Sight, Verdict
    from .describe import Deeper, Dossier
    from .filtering import Answer
    from .gauges import Gauge
    from .logs.model import Anchor, Page, Subject
    from .logs.searching import Count, Found, Sought
    from .plots.model import Picture
    from .timelines import Asked
    from .watching import End
    from .widgets.plot import Sitter


class Rang(Message):
    """The yard changed. From the live thread, at most ten times a second."""

    def __init__(self, changes: Changes) -> None:
        super().__init__()
        self.changes = changes


class Loaded(Message):
    """Pages for the table. From the reading thread."""

    def __init__(self, view: View) -> None:
        super().__init__()
        self.view = view


class Surveyed(Message):
    """Queues, workers and counts; *trouble* is what is wrong with the settings. From the side thread."""

    def __init__(
        self,
        queues: tuple[QueueInfo, ...],
        workers: tuple[WorkerInfo, ...],
        counts: dict[State, int],
        trouble: str = "",
    ) -> None:
        super().__init__()
        self.trouble = trouble
        self.queues = queues
        self.workers = workers
        self.counts = counts


class Detailed(Message):
    """All that is known of a job; None: there is no such job any more. From the side thread."""

    def __init__(self, row: int, dossier: Dossier | None) -> None:
        super().__init__()
        self.row = row
        self.dossier = dossier


class Deepened(Message):
    """Its history and its origin, for whoever looks at them. From the side thread."""

    def __init__(self, row: int, deeper: Deeper | None) -> None:
        super().__init__()
        self.row = row
        self.deeper = deeper


class Counted(Message):
    """Jobs that are marked, as many as are looked at, and how many there are. From the side thread."""

    def __init__(self, rows: tuple[JobRow, ...], total: int) -> None:
        super().__init__()
        self.rows = rows
        self.total = total


class Followed(Message):
    """A line of the detail pane was double-clicked, or one of its tabs clicked. From the pane."""

    def __init__(self, tab: str = "") -> None:
        super().__init__()
        self.tab = tab


class Tailed(Message):
    """The end of a job's log, ready for the screen. From the side thread."""

    def __init__(self, row: int, lines: tuple[str, ...], over: bool = False) -> None:
        super().__init__()
        self.row = row
        self.lines = lines
        self.over = over  # nothing more will be written


class LogRead(Message):
    """A piece of a log; *goal* is the jump that asked for it. From the thread that reads logs."""

    def __init__(self, page: Page, goal: object = None) -> None:
        super().__init__()
        self.page = page
        self.goal = goal


class LogSought(Message):
    """How far a search through a log is, or what it found; *what* is None for a line. From the thread that searches."""

    def __init__(self, found: Found, what: Sought | None, subject: Subject | None) -> None:
        super().__init__()
        self.found = found
        self.what = what
        self.subject = subject


class LogCounted(Message):
    """How many lines of a log match so far. From the thread that searches."""

    def __init__(self, count: Count, what: Sought, subject: Subject | None) -> None:
        super().__init__()
        self.count = count
        self.what = what
        self.subject = subject


class LogSaving(Message):
    """How far a log is saved, or (None) that it is over and what became of it. From the thread that saves."""

    def __init__(self, fraction: float | None, told: Told | None = None) -> None:
        super().__init__()
        self.fraction = fraction
        self.told = told


class LogSifting(Message):
    """How far the lines that match a filter have been looked for. From the thread that reads logs."""

    def __init__(self, fraction: float) -> None:
        super().__init__()
        self.fraction = fraction


class LogWanted(Message):
    """Other lines of a log are in sight; *anchor*: one that is not in hand is to be. From its pane."""

    def __init__(self, anchor: Anchor | None = None) -> None:
        super().__init__()
        self.anchor = anchor


class Did(Message):
    """A command has been done. From the acting thread. *again*: it may be wanted once more on the same jobs.

    *keep*: the same, but it is told. *undoable*: undo would take back just this. *names* are those of the first done.
    """

    def __init__(
        self,
        verb: str,
        change: Change,
        again: bool = False,
        undoable: bool = False,
        keep: bool = False,
        names: tuple[str, ...] = (),
    ) -> None:
        super().__init__()
        self.keep = keep or again
        self.names = names
        self.verb = verb
        self.change = change
        self.again = again
        self.undoable = undoable


class Told(Message):
    """Something to say that is no change of jobs. From the acting thread."""

    def __init__(self, text: str, severity: str = "information") -> None:
        super().__init__()
        self.text = text
        self.severity = severity


class Refused(Message):
    """A command or query failed. From any thread."""

    def __init__(self, error: JobyardError) -> None:
        super().__init__()
        self.error = error


class Failing(Message):
    """Looks of this kind fail since now, or (None) do so no more. From any thread but the acting one."""

    def __init__(self, kind: object, error: YardError | None) -> None:
        super().__init__()
        self.kind = kind
        self.error = error


class Examined(Message):
    """How the yard is. From the side thread."""

    def __init__(self, health: Health) -> None:
        super().__init__()
        self.health = health


class Heard(Message):
    """What others have changed. From the side thread."""

    def __init__(self, news: News) -> None:
        super().__init__()
        self.news = news


class Written(Message):
    """A sequence for the terminal. From the side thread."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class Ended(Message):
    """What is watched has ended, some of it; *meanwhile*: before the app was opened. From the side thread."""

    def __init__(self, ends: Sequence[End], meanwhile: bool) -> None:
        super().__init__()
        self.ends = ends
        self.meanwhile = meanwhile


class Broke(Message):
    """A thread met an error that nobody expected. From any thread."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error


class Selected(Message):
    """Another job is under the cursor, or none. From the table."""

    def __init__(self, row: JobRow | None) -> None:
        super().__init__()
        self.row = row


class Opened(Message):
    """A job was opened with a double click. From the table."""

    def __init__(self, row: JobRow) -> None:
        super().__init__()
        self.row = row


class SortAsked(Message):
    """A heading was clicked: sort by this key. From the table."""

    def __init__(self, key: str) -> None:
        super().__init__()
        self.key = key


class Wanted(Message):
    """The table needs rows. From the table."""

    def __init__(self, page: int | None) -> None:
        super().__init__()
        self.page = page


class Marked(Message):
    """The marks or the range changed. From the table."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.count = count


class QueuesChosen(Message):
    """Another line is chosen in the list of queues; an empty set means all. *resource* names one. From the queues."""

    def __init__(self, queues: frozenset[int], title: str = "", resource: str = "") -> None:
        super().__init__()
        self.queues = queues
        self.title = title
        self.resource = resource


class Folding(Message):
    """A line of the list of queues was opened or closed. From the queues."""

    def __init__(self, folded: Folded) -> None:
        super().__init__()
        self.folded = folded


class Paced(Message):
    """What ended of late, counted at *now*, and who has which resource. From the side thread."""

    def __init__(self, now: float, counts: Counts, resources: tuple[ResourceInfo, ...]) -> None:
        super().__init__()
        self.now = now
        self.counts = counts
        self.resources = resources


class Gauged(Message):
    """How far running jobs are and what they use, by row. From the side thread."""

    def __init__(self, gauges: Mapping[int, Gauge], row: int | None, curve: tuple[Sample, ...]) -> None:
        super().__init__()
        self.gauges = gauges
        self.row = row  # the job of which what it used over time is told too
        self.curve = curve


class Answered(Message):
    """A question of a verb's has its answer; ``then`` goes on with it on the screen. From the acting thread."""

    def __init__(self, then: Callable[[], None]) -> None:
        super().__init__()
        self.then = then


class Filtered(Message):
    """A filter that somebody writes has been read; *seek* is a job to put the cursor on. From the side thread."""

    def __init__(self, answer: Answer, seek: int | None = None) -> None:
        super().__init__()
        self.answer = answer
        self.seek = seek


class Charted(Message):
    """A chart of time, and how many seconds it took. From the timeline's thread."""

    def __init__(self, asked: Asked, chart: Chart, took: float) -> None:
        super().__init__()
        self.asked = asked
        self.chart = chart
        self.took = took


class Sighted(Message):
    """Workers, what they run, resources, the yard; *only*: what this worker runs. From the side thread."""

    def __init__(self, sight: Sight, only: int | None) -> None:
        super().__init__()
        self.sight = sight
        self.only = only


class Diagnosed(Message):
    """What the doctor found. From a thread of its own."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__()
        self.verdict = verdict


class Repaired(Message):
    """What a repair did. From the doctor's thread."""

    def __init__(self, repair: Repair) -> None:
        super().__init__()
        self.repair = repair


class Plotted(Message):
    """A plot as lines, for whom it was drawn. From the plot's thread."""

    def __init__(self, sitter: Sitter, picture: Picture) -> None:
        super().__init__()
        self.sitter = sitter
        self.picture = picture
