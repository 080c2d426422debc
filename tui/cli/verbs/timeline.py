"""``jobyard timeline``: what ran when, drawn once over the width of the terminal."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from jobyard.core.models import JobFilter
from jobyard.tui.cli import complete
from jobyard.tui.cli.group import Verb
from jobyard.tui.cli.jsonview import Json, moment
from jobyard.tui.cli.options import DURATION, json_option
from jobyard.tui.cli.place import open_yard
from jobyard.tui.cli.printing import COLOURS, coloured, say_all, say_json, width

if TYPE_CHECKING:
    from jobyard.core.gantt.chart import Chart, Lane
    from jobyard.core.gantt.spans import Span, Waited
    from jobyard.core.yard import Yard
    from jobyard.tui.ganttlines import Grid, Pieces

USUAL = 6 * 3600.0  # seconds
PIPED = 160  # columns where nobody limits them
LINES = 40  # of lanes
LABEL = 18
FUTURE = 0.25  # of the time that it looks back it looks ahead, if anything is expected
REVERSED = 7
INKS = {
    "running": "cyan", "completed": "green", "failed": "red", "cancelled": "magenta", "pending": "grey", "dim": "grey",
    "faint": "grey", "accent": "yellow", "warning": "yellow", "bold": "bold",
}  # fmt: skip


@click.command(cls=Verb)
@click.argument("words", metavar="[FILTER...]", nargs=-1, shell_complete=complete.filters)
@click.option("--since", type=DURATION, default=USUAL, metavar="DURATION", help="How far back it looks (6h).")
@click.option(
    "--by", type=click.Choice(["queue", "worker", "user"]), default="queue", help="What the lanes are of (queue)."
)
@json_option
def timeline(words: tuple[str, ...], since: float, by: str, as_json: bool) -> int:
    """Draw what ran when, and why nothing did.

    A bar is an attempt: ✗ at its end failed, ⊘ was cancelled, ▶ still runs. Where more ran than there are lines, blocks
    tell how many at a time. Stretches in which nothing ran are hatched and say why. Above: how many of the slots were
    busy, and how long what began had waited (90 % waited no longer). Right of now: what waits, where it should run
    (░), and until when what runs should go on (┄). FILTER is what `jobyard list` takes.

    \b
    Examples:
      jobyard timeline
      jobyard timeline --since 2d --by user
      jobyard timeline queue:qick --since 30m
      jobyard timeline --since 1d --json | jq '.groups[] | {name, gaps}'

    --json prints {"from","to","by","slots","busy" (the part of them that was),"attempts" (how many),"waited",
    "groups":[{"name","slots","attempts":[{"id","name","attempt","state","queue","user","worker","started_at",
    "ended_at","waited"}],"more" (attempts that are not listed, being too many),"gaps":[{"from","to","why"}],
    "expected":[{"id","name","from","to"}] (pending jobs where they should run)}]};
    "waited" is {"count","median","p90"} in seconds.
    """
    with open_yard() as yard:
        where = yard.filter(" ".join(words), JobFilter())
        chart = charted(yard, since, by, where)
    if as_json:
        say_json(json_of(chart))
    else:
        say_all(drawn(chart))
    return 0


def charted(yard: Yard, since: float, by: str, where: JobFilter) -> Chart:
    """The last seconds, laid out."""
    from jobyard.core.gantt.axis import View
    from jobyard.core.gantt.spans import GROUPINGS
    from jobyard.tui.timelines import Asked, ahead, fetch

    cells, since = max(10, min(width(), PIPED) - LABEL), max(since, 1.0)
    grouping = next(one for one in GROUPINGS if one == by)
    asked = Asked(View(since * FUTURE), grouping, where, cells, LINES)
    expected = ahead(yard, asked)
    span = since * (1 + FUTURE if expected.spans else cells / (cells - 1))  # the last cell is the one in which now is
    return fetch(yard, asked._replace(view=View(span, time.time() - since), ahead=expected))


def drawn(chart: Chart) -> Iterator[str]:
    """The picture, a line a time."""
    from jobyard.tui import ganttlines as lines

    grid = lines.grid(chart.window, chart.timeline.now)
    yield inked([lines.Piece(" " * LABEL), *lines.axis_line(grid)])
    yield inked([lines.Piece(lines.fitted(lines.load_label(chart), LABEL), "dim"), *lines.load_line(chart, grid)])
    yield inked([lines.Piece(lines.fitted(lines.wait_label(chart), LABEL), "dim"), *lines.wait_line(chart, grid)])
    for lane in chart.lanes:
        yield inked(_lane(lane, chart, grid))
    if not chart.lanes:
        yield "Nothing ran in this time."


def _lane(lane: Lane, chart: Chart, grid: Grid) -> Pieces:
    from jobyard.tui import ganttlines as lines

    return [lines.Piece(lines.lane_label(lane, chart, LABEL)), *lines.lane_line(lane, grid)]


def inked(line: Pieces) -> str:
    """A line in colours, where they are wanted."""
    if not coloured():
        return "".join(piece.text for piece in line).rstrip()
    return "".join(_ink(piece.text, INKS.get(piece.style, ""), piece.on) for piece in line)


def _ink(text: str, colour: str, on: bool) -> str:
    codes = [str(code) for code in (REVERSED if on else 0, COLOURS.get(colour, 0)) if code]
    return f"\x1b[{';'.join(codes)}m{text}\x1b[0m" if codes else text


# -- json ------------------------------------------------------------------------------------------------


def json_of(chart: Chart) -> Json:
    """``timeline --json``."""
    found = chart.timeline
    names = list(dict.fromkeys(lane.group.name for lane in chart.lanes))
    return {
        "from": moment(chart.window.start),
        "to": moment(min(chart.window.end, found.now)),
        "by": found.wish.by,
        "slots": found.slots,
        "busy": round(chart.used, 4),
        "attempts": found.total,
        "waited": waited(found.waited),
        "groups": [group(chart, name) for name in names],
    }


def group(chart: Chart, name: str) -> Json:
    """A queue, worker or user."""
    from jobyard.tui.timelines import coming

    own = [lane for lane in chart.lanes if lane.group.name == name]
    spans = sorted((span for span in chart.timeline.spans if span.group == name), key=lambda span: span.start)
    return {
        "name": name,
        "slots": own[0].group.slots or None,
        "attempts": [attempt(span) for span in spans],
        "more": sum(heap.many for heap in chart.timeline.heaps if heap.group == name),
        "gaps": [
            {"from": moment(gap.start), "to": moment(gap.end), "why": gap.word} for lane in own for gap in lane.gaps
        ],
        "expected": [
            {"id": span.id, "name": span.name, "from": moment(span.start), "to": moment(span.end)}
            for span in coming(chart)
            if span.group == name
        ],
    }


def attempt(span: Span) -> Json:
    """One attempt."""
    return {
        "id": span.id, "name": span.name, "attempt": span.attempt, "state": span.state.value, "queue": span.queue,
        "user": span.user, "worker": span.worker, "started_at": moment(span.start), "ended_at": moment(span.end),
        "waited": round(span.waited, 3),
    }  # fmt: skip


def waited(wait: Waited) -> Json:
    """Median and 90th percentile in seconds."""
    return {"count": wait.many, "median": round(wait.median, 3), "p90": round(wait.most, 3)}
