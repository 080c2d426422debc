"""What the selected job's processes have used since it began: cores and memory, over time."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len
from textual.strip import Strip

from ..crew.curves import Tracks, chart, cpu_of, memory_of, step
from ..crew.running import began
from ..format import duration, size
from ..gauges import cores, memory
from ..painting import fit
from ..text import plain
from .lines import Line, Lines

if TYPE_CHECKING:
    from jobyard.core.models import JobRow
    from jobyard.core.usage import Sample

LABEL = 7  # cells left of a chart
LEAST = 8  # lines: a title, two headings, two charts of two lines, the time


class Look(NamedTuple):
    """The job, its name for people, its samples, the time of the look."""

    job: JobRow
    name: str
    tracks: Tracks
    now: float


class UsageChart(Lines):
    """Two charts, one above the other, as high as there is room for."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._look: Look | None = None
        self._drawn: list[Line] = []

    def take(self, look: Look | None) -> None:
        """Show this job; None: no job is selected."""
        self._look = look
        self._draw()
        self.repaint()

    def _draw(self) -> None:
        look, width, height = self._look, self.size.width, self.size.height
        self._drawn = [] if look is None or height < LEAST else drawn(look, width, height)

    def line_at(self, y: int) -> Strip:
        """A line of the charts."""
        line = self._drawn[y] if y < len(self._drawn) else []
        return self.strip(line, self.palette.bar if y == 0 and self._look is not None else None)

    def on_resize(self) -> None:
        """Other lines."""
        self._draw()
        super().on_resize()


def drawn(look: Look, width: int, height: int) -> list[Line]:
    """All lines."""
    samples = look.tracks.of(look.job.row)
    title: Line = [(f" {look.name}", "faint")]
    if not samples:
        return [title, [("  No sample yet: the first comes when the job has run for a second or two.", "dim")]]
    cells = max(1, width - LABEL - 1)
    rows = (height - 4) // 2
    return [
        title,
        *_half("cpu", _cpu_said(look, samples[-1]), look, cells, rows, "running"),
        *_half("memory", _memory_said(look, samples[-1]), look, cells, rows, "completed"),
        _time(look, cells),
    ]


def _half(what: str, said: str, look: Look, cells: int, rows: int, style: str) -> list[Line]:
    """A heading and a chart, its highest value beside it."""
    value = cpu_of if what == "cpu" else memory_of
    most = look.tracks.most(look.job.row, value)
    values = look.tracks.spread(look.job.row, began(look.job), look.now, cells, value)
    top = cores(most) if what == "cpu" else memory(most)
    labels = [top, *[""] * (rows - 2), "0"] if rows > 1 else [top]
    lines = zip(labels, chart(values, most, rows), strict=True)
    return [
        [(f" {what}", style), (f"  {said}", "dim")],
        *([(fit(label, LABEL, right=True), "faint"), (" ", ""), (text, style)] for label, text in lines),
    ]


def _cpu_said(look: Look, last: Sample) -> str:
    age = max(1.0, look.now - began(look.job))
    processes = f"{last.processes} process{'' if last.processes == 1 else 'es'}"
    mean = f"{cores(last.cpu_seconds / age)} on average"
    return f"{cores(last.cpu)} now, {mean}, {duration(last.cpu_seconds)} in all, {processes}"


def _memory_said(look: Look, last: Sample) -> str:
    return f"{size(last.rss)} now, {size(int(look.tracks.most(look.job.row, memory_of)))} at most"


def _time(look: Look, cells: int) -> Line:
    """Under the charts: the beginning, and where now is."""
    wide = step(look.now - began(look.job), cells)
    at = min(cells, int((look.now - began(look.job)) / wide) + 1)
    left, right = "start", f"{duration(look.now - began(look.job))} ↑"
    gap = max(1, at - cell_len(left) - cell_len(right))
    return [(" " * (LABEL + 1), ""), (left, "faint"), (" " * gap, ""), (right if at > len(left) + 8 else "", "faint")]


def called(job: JobRow) -> str:
    """``sweep-0  JOB-…``."""
    return f"{plain(job.name or job.command)}  {job.id}"
