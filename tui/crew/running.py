"""What runs, a line each: how long, how far, what its processes use now and have used since it began."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len

from jobyard.core.models import JobRow

from ..columns import name_of
from ..format import job_time, short_id, state_glyph
from ..gauges import cores, memory, percent, told
from ..painting import fit
from ..text import plain
from ..widgets.lines import Line
from .curves import Tracks, cpu_of, memory_of
from .entries import Content, Entry, words
from .sight import Sight

if TYPE_CHECKING:
    from jobyard.core.progress import Progress
    from jobyard.core.usage import Sample
    from jobyard.core.yard.staffed import Assigned

NAME = 14  # cells of a job's name, at least, before a column more is shown


class Work(NamedTuple):
    """A job that runs, with what is known of it now."""

    job: JobRow
    worker: str
    sample: Sample | None
    progress: Progress | None
    tracks: Tracks


class Column(NamedTuple):
    """*cells* wide; ``rank`` says which goes first where there is no room: the highest."""

    title: str
    cells: int
    rank: int
    text: Callable[[Work, int, float], str]
    style: str = ""
    right: bool = True
    narrow: Column | None = None  # what takes its place where there is no room for it


def _cores(work: Work, cells: int, now: float) -> str:
    return "" if work.sample is None else cores(work.sample.cpu)


def _memory(work: Work, cells: int, now: float) -> str:
    return "" if work.sample is None else memory(work.sample.rss)


def _processes(work: Work, cells: int, now: float) -> str:
    return "" if work.sample is None else str(work.sample.processes)


def _cpu_curve(work: Work, cells: int, now: float) -> str:
    return work.tracks.drawn(work.job.row, began(work.job), now, cells, cpu_of)


def _memory_curve(work: Work, cells: int, now: float) -> str:
    return work.tracks.drawn(work.job.row, began(work.job), now, cells, memory_of)


def began(job: JobRow) -> float:
    """When it was started, wall clock."""
    return job.started_at or job.created_at


def _done(work: Work, cells: int, now: float) -> str:
    return "" if work.progress is None else told(work.progress._replace(text=""), cells, now)


def _share(work: Work, cells: int, now: float) -> str:
    return "" if work.progress is None else percent(work.progress.fraction)


SHARE = Column("done", 6, 3, _share, "accent")
DONE = Column("done", 19, 6, _done, "accent", right=False, narrow=SHARE)
COLUMNS = (
    Column("id", 12, 5, lambda work, cells, now: short_id(work.job.id), "dim", right=False),
    Column("", 0, 0, lambda work, cells, now: plain(name_of(work.job)), right=False),
    Column("queue", 10, 8, lambda work, cells, now: plain(work.job.queue), "dim", right=False),
    Column("worker", 13, 11, lambda work, cells, now: plain(work.worker), "dim", right=False),
    Column("done", 32, 7, _done, "accent", right=False, narrow=DONE),
    Column("time", 7, 0, lambda work, cells, now: job_time(work.job, now), "dim"),
    Column("cpu", 6, 0, _cores, "running"),
    Column("", 14, 4, _cpu_curve, "running"),
    Column("mem", 7, 1, _memory, "completed"),
    Column("", 14, 9, _memory_curve, "completed"),
    Column("n", 4, 10, _processes, "faint"),
)


def columns(width: int, several: bool) -> tuple[Column, ...]:
    """Those that there is room for beside the name, in their order; that of the worker where there are *several*."""
    kept = [column for column in COLUMNS if column.title != "worker" or several]
    while len(kept) > 1 and width - 3 - sum(column.cells for column in kept) < NAME:
        last = max(kept, key=lambda column: column.rank)
        if not last.rank:
            break
        at = kept.index(last)
        kept[at : at + 1] = [last.narrow] if last.narrow else []
    return tuple(kept)


def line(work: Work, shown: tuple[Column, ...], width: int, now: float) -> Line:
    """A job."""
    room = max(0, width - 3 - sum(column.cells for column in shown))
    made: Line = [(f" {state_glyph(work.job)} ", "warning" if work.job.stopping else "running")]
    return [*made, *((_cell(column, work, room, now), column.style) for column in shown)]


def _cell(column: Column, work: Work, room: int, now: float) -> str:
    """Its text with a blank at the side where the next one begins."""
    cells = column.cells or room
    text = column.text(work, cells - 1, now)
    if column.right:
        return " " + fit(text, cells - 1, right=True)
    return fit(text, max(0, cells - 1)) + " "


def heads(shown: tuple[Column, ...], width: int, title: str, order: str = "") -> Line:
    """What the columns are, from the title on: it may take the room of id and name. The one that orders is marked."""
    made = " " * 3
    room = max(0, width - 3 - sum(column.cells for column in shown))
    for column in shown:
        cells = column.cells or room
        text = f"{column.title}▾" if column.title and column.title == order else column.title
        made += " " + fit(text, cells - 1, right=True) if column.right else fit(text, cells)
    taken = cell_len(title) + 2
    begin = next((at for at in range(taken, len(made)) if made[at - 1] == " " and made[at] != " "), len(made))
    return [(made[begin:], "faint")]


class Shown(NamedTuple):
    """What of it is shown: the jobs of *worker* ("" = all), in which order (a key of `ORDERS`)."""

    worker: str = ""
    order: str = "time"


ORDERS = {  # what people choose → in words; the title of its column is the key
    "time": "what runs longest first",
    "cpu": "what uses most CPU first",
    "mem": "what uses most memory first",
    "done": "what is furthest first; then what does not say",
    "name": "by name",
}


def ordered(sight: Sight, order: str) -> list[Assigned]:
    """What runs, in that order; equals, and what is not known, longest first. A tenth of a core makes no difference."""

    def rank(one: Assigned) -> tuple[float, str]:
        sample, progress = sight.usage.get(one.job.row), sight.progress.get(one.job.row)
        if order == "cpu":
            return (-round(sample.cpu, 1) if sample else 1.0, "")
        if order == "mem":
            return (-float(sample.rss >> 20) if sample else 1.0, "")
        if order == "done":
            return (-round(progress.fraction, 2) if progress else 1.0, "")
        return (0.0, name_of(one.job) if order == "name" else "")

    return sorted(sight.staff.running, key=rank)


def content(sight: Sight, tracks: Tracks, what: Shown, width: int, now: float, keys: Mapping[str, str]) -> Content:
    """The panel."""
    staff, worker = sight.staff, what.worker
    names = {one.id: one.name for one in staff.workers}
    shown = columns(width, len({one.worker for one in staff.running}) > 1)

    def entry(job: JobRow, by: int) -> Entry:
        work = Work(job, names.get(by, ""), sight.usage.get(job.row), sight.progress.get(job.row), tracks)
        return Entry(f"job {job.row}", lambda wide: (line(work, shown, wide, now),))

    of = f" of {plain(worker)}" if worker else ""
    title = f"running {len(staff.running) if worker else staff.total:,}{of}"
    if not staff.running:
        return Content(title, [], (words("", _nothing(sight, worker, keys), width),))
    entries = [entry(one.job, one.worker) for one in ordered(sight, what.order)]
    left = staff.total - len(staff.running)
    if left > 0 and not worker:
        entries.append(words("", (f"and {left:,} more: 1 lists them all",), width, "faint"))
    return Content(title, heads(shown, width, title, what.order), tuple(entries))


def _nothing(sight: Sight, worker: str, keys: Mapping[str, str]) -> tuple[str, ...]:
    if worker:
        return (f"{plain(worker)} runs nothing.", "esc  what all of them run")
    if sight.pending:
        return (f"Nothing runs; {sight.pending:,} wait.", f"{keys['jobs']}  the list of jobs says why")
    return ("Nothing runs, nothing waits.", f"{keys['new']}  a new job     {keys['jobs']}  the list of jobs")
