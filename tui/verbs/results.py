"""On the Results screen: which runs, what is drawn over what and how, and files of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from threading import Event
from typing import TYPE_CHECKING, Any

from jobyard.core.states import ENDED

from ..actions import Action, Context
from ..format import when
from ..text import plain
from .choosing import filter_jobs
from .jobs import cancel
from .resultfiles import export, picture

if TYPE_CHECKING:
    from jobyard.core.labmodels import Run
    from jobyard.core.models import Comparison, JobRow
    from jobyard.core.results.model import DataDifferences

    from ..desk import Desk
    from ..results.drawing import Drawing
    from ..screens.results import Results
    from ..screens.writing import Writing


def sort(desk: Results) -> None:
    """Offer the orders that there are."""
    from ..results.narrowing import ORDERS

    orders = list(ORDERS)
    options = [(f"{'•' if order == desk.order else ' '} {name}", about) for order, (name, about) in ORDERS.items()]
    at = orders.index(desk.order)
    desk.choose("Order the runs by", options, lambda number: desk.sort(orders[number]), at=at)


def _change(make: Callable[[Drawing], Drawing]) -> Callable[[Results], None]:
    def change(desk: Results) -> None:
        if desk.drawing is not None:
            desk.draw(make(desk.drawing))

    return change


def next_part(drawing: Drawing) -> Drawing:
    """Magnitude, phase, real, imaginary, both."""
    from ..results.drawing import PARTS

    return drawing._replace(part=PARTS[(PARTS.index(drawing.part) + 1) % len(PARTS)])


def next_log(drawing: Drawing) -> Drawing:
    """Neither axis, y, x, both."""
    number = (drawing.logy + 2 * drawing.logx + 1) % 4
    return drawing._replace(logy=bool(number & 1), logx=bool(number & 2))


def next_style(drawing: Drawing) -> Drawing:
    """Line or points; of images the image, or a line of it."""
    if drawing.style == "points":
        return drawing._replace(style="line", heat=not drawing.heat)
    return drawing._replace(style="points")


def find(desk: Results) -> None:
    """Ask for words to look for in the file."""
    hint = "names, shapes, types, attributes and values; n and N lead to the next and back"
    desk.prompt("Find in the file", desk.sought, desk.look_for, hint)


def choose_x(desk: Results) -> None:
    """The dataset under the cursor becomes x; on x itself: what fits."""
    if desk.drawing is not None and desk.node is not None:
        name = desk.node.path.lstrip("/")
        if name == desk.drawing.y:
            desk.tell(f"{plain(name)} is drawn already, as y. Choose another dataset of the file for x.", "warning")
            return
        desk.draw(desk.drawing._replace(x="" if desk.drawing.x == name else name))


def sideways(desk: Results, way: int) -> None:
    """The cursor of the plot; in the file: fold."""
    if desk.focused is desk.file:
        desk.fold(way)
    else:
        desk.plot.move_cursor(way)
        desk.tell_values()


def _pan(desk: Results, way: int) -> None:
    desk.plot.pan(0.25 * way)


def differ(desk: Results) -> None:
    """How the chosen run differs from the marked one, else from the one before of its class."""
    run = desk.run
    if run is None:
        return
    marked = (one for one in desk.marked.values() if one.row != run.row)
    at = desk.shown.at(run.row)
    before = (one for one in desk.shown.runs[at + 1 :] if one.experiment == run.experiment)
    other = next(marked, None) or next(before, None)
    if other is None:
        desk.tell("There is no other run of its class below it. space marks the one to compare with.", "warning")
    else:
        compare(desk, other, run)


def compare(desk: Writing, one: Run, other: Run) -> None:
    """Show how two runs that left data differ."""
    from ..results.drawing import SERVICE

    yard, apart = desk.yard_app.yard, desk.apart

    def make(stop: Event) -> Any:
        made = yard.diff(one.job, other.job, one.number, other.number)
        return made, apart.ask_alone(f"{SERVICE}:differing", one.data.path, other.data.path, stop=stop)

    body = [_called(one), _called(other)]
    desk.work("comparing the two", make, lambda found: show_differences(desk, found[0], found[1], body))


def _called(run: Run) -> str:
    from ..results.rows import title

    made = when(run.data.made_at, time.time())
    return f"{run.job}  {title(run)}  {plain(run.user)}  {made}"


def show_differences(desk: Desk, made: Comparison, data: DataDifferences | None, called: Sequence[str] = ()) -> None:
    """How two runs differ, to be read; *data* is None where not both left some. *called*: what the two are."""
    from ..results.differing import Differing
    from ..screens.configask import Ask

    line = f"jobyard diff {made.one} {made.other}"
    also = () if data is None else (f"jobyard data diff {made.one} {made.other}",)
    shell = "; ".join([line, *also])
    desk.app.push_screen(Ask(f"{made.one} → {made.other}", called, Differing(made, data), "", shell))


def log(desk: Results) -> None:
    """To the log of the attempt."""
    if (run := desk.run) is not None:
        desk.ask(lambda yard: yard.rows(yard.resolve([run.job])), lambda rows: _to_log(desk, list(rows.values()), run))


def _to_log(desk: Results, jobs: list[JobRow], run: Run) -> None:
    from .logs import show_attempt

    if jobs:
        show_attempt(desk, jobs[-1], run.number)


def copy(desk: Results) -> None:
    """Offer path, id, and the lines that load it."""
    from .copying import Thing, offer

    if (run := desk.run) is not None:
        load = f'from jobyard.core.results import load\n\nrun = load("{run.data.path}")\n'
        inner = [Thing("path in the file", desk.file.key)] if desk.file.key else []
        offer(desk, [Thing("path", run.data.path), Thing("id", run.job), Thing("python", load), *inner])


def show_job(desk: Results) -> None:
    """To the job in the list of jobs."""
    if (run := desk.run) is not None:
        desk.ask(lambda yard: yard.resolve([run.job])[-1], desk.yard_app.show_job)


def _has_run(context: Context) -> bool:
    return context.run is not None


def _drawn(context: Context) -> bool:
    return context.drawn


def _running(context: Context) -> bool:
    return context.job is not None and not context.read_only and context.job.state not in ENDED


GROUP = "Results"

RESULTS = (
    Action("results-filter", ("slash",), "filter", "Which runs: words, user:ann, class~rabi, since:yesterday, values "
           "of their configs as expt.reps>=100; Tab completes.", GROUP, filter_jobs, footer=4),
    Action("results-sort", ("o",), "sort", "By date, user, class, name, size.", GROUP, sort, footer=6),
    Action("results-mark", ("space",), "mark", "Draw this run over the others that are chosen; esc drops all.", GROUP,
           lambda desk: desk.mark(), _has_run, footer=5),
    Action("results-x", ("x",), "as x", "Draw over the dataset under the cursor; again: over what fits.", GROUP,
           choose_x, _drawn, footer=6),
    Action("results-part", ("c",), "part", "Of complex numbers: magnitude, phase, real, imaginary, both.", GROUP,
           _change(next_part), _drawn, footer=9),
    Action("results-style", ("v",), "line or points", "Line or points; image, or a line of it.", GROUP,
           _change(next_style), _drawn, footer=7),
    Action("results-log", ("L",), "log axes", "Logarithmic y, x, both, neither.", GROUP, _change(next_log), _drawn,
           footer=8),
    Action("results-fits", ("f",), "fits", "Fits over the data, or not.", GROUP,
           _change(lambda drawing: drawing._replace(fits=not drawing.fits)), _drawn, footer=10),
    Action("results-slice-after", ("right_square_bracket",), "next slice", "Of data of more than two directions.",
           GROUP, lambda desk: desk.slice_by(1), _drawn),
    Action("results-slice-before", ("left_square_bracket",), "slice before", "Of data of more than two directions.",
           GROUP, lambda desk: desk.slice_by(-1), _drawn),
    Action("results-slice-along", ("right_curly_bracket",), "next direction", "Slices along another direction.", GROUP,
           lambda desk: desk.slice_along(1), _drawn),
    Action("results-slice-other", ("left_curly_bracket",), "direction before", "Slices along another direction.", GROUP,
           lambda desk: desk.slice_along(-1), _drawn),
    Action("results-find", ("F",), "find in the file", "Words in names, shapes, types, attributes and the config, "
           "folded or not.", GROUP, find, _has_run),
    Action("results-next", ("n",), "next found", "The next line of the file with what is looked for.", GROUP,
           lambda desk: desk.jump(), _has_run),
    Action("results-previous", ("N",), "found before", "The line before.", GROUP, lambda desk: desk.jump(True),
           _has_run),
    Action("results-in", ("plus", "equals_sign"), "zoom in", "Nearer, into the cursor.", GROUP,
           lambda desk: desk.plot.zoom(2.0), _drawn, footer=11),
    Action("results-out", ("minus",), "zoom out", "Further away.", GROUP, lambda desk: desk.plot.zoom(0.5), _drawn),
    Action("results-all", ("0",), "everything", "The window of everything.", GROUP, lambda desk: desk.plot.reset(),
           _drawn),
    Action("results-left", ("left",), "left", "The cursor of the plot to the left; in the file: fold.", GROUP,
           lambda desk: sideways(desk, -1)),
    Action("results-right", ("right",), "right", "The cursor of the plot to the right; in the file: unfold.", GROUP,
           lambda desk: sideways(desk, 1)),
    Action("results-pan-left", ("shift+left",), "window left", "The window to the left.", GROUP,
           lambda desk: _pan(desk, -1), _drawn),
    Action("results-pan-right", ("shift+right",), "window right", "The window to the right.", GROUP,
           lambda desk: _pan(desk, 1), _drawn),
    Action("results-export", ("e",), "export", "Write the data as CSV or npz.", GROUP, export, _has_run, footer=12),
    Action("results-picture", ("P",), "picture", "Write what is drawn as SVG or PNG.", GROUP, picture, _drawn,
           footer=13),
    Action("results-copy", ("y",), "copy", "Copy the path, the id, the lines that load it.", GROUP, copy, _has_run,
           footer=14),
    Action("results-differ", ("d",), "differences", "How the run differs from the marked one, or from the one before "
           "of its class: config, code, environment, data.", GROUP, differ, _has_run, footer=12),
    Action("results-its-log", ("l",), "log", "The log of its job.", GROUP, log, _has_run, footer=16),
    Action("results-job", ("J",), "its job", "To the job in the list of jobs.", GROUP, show_job, _has_run, footer=15),
    Action("results-alone", ("z",), "one panel", "Give the whole screen to the panel that has the keys; again, or esc: "
           "all.", GROUP, lambda desk: desk.alone_or_all(), footer=17),
    Action("results-cancel", ("C",), "cancel", "Cancel the job; a running one is stopped with all it started.", GROUP,
           cancel, _running),
    Action("results-after", ("tab",), "next panel", "Runs, the file, the plot.", "Move", lambda desk: desk.turn(1),
           footer=3),
    Action("results-before", ("shift+tab",), "panel before", "To the panel before this one.", "Move",
           lambda desk: desk.turn(-1)),
)  # fmt: skip
