"""Workers and the keeper, a line each, and below those that are not well what that means."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len

from jobyard.core.models import WorkerInfo
from jobyard.core.yard import people_age

from ..format import clock, duration, plural, size
from ..painting import fit
from ..text import plain
from ..widgets.lines import Line
from .entries import Content, Entry, still, words

if TYPE_CHECKING:
    from jobyard.core.yard.staffed import Keeper, Staff

KEEPER = "keeper"
QUIET = 8.0  # seconds after a heartbeat that are no news: they come every five
WORD = 11  # cells of the state
COLUMNS = (("jobs", 7, 0), ("pid", 9, 52), ("since", 13, 72), ("heard", 9, 36))  # cells, and the width from which
STATES = {  # mode → glyph and word, style
    "working": ("● working", "completed"),
    "draining": ("◐ draining", "warning"),
    "stopping": ("■ stopping", "warning"),
    "dead": ("✗ died", "failed"),
    "left": ("· left", "faint"),
    "retired": ("» replaced", "faint"),
}


class House(NamedTuple):
    """What the words depend on beside the workers: who looks, and the keys."""

    own: str = ""  # the name of this app's worker
    member: bool = False
    owner: str = ""
    read_only: bool = False
    start: str = "s"  # the key that starts a worker


def key_of(worker: WorkerInfo) -> str:
    """What the cursor holds on to."""
    return f"worker {worker.id}"


def state(worker: WorkerInfo) -> tuple[str, str]:
    """Glyph and word, and the style."""
    if worker.hung:
        return "! hung", "failed"
    return STATES.get(worker.mode, (f"? {plain(worker.mode)}", "warning"))


def content(staff: Staff, house: House, width: int, now: float) -> Content:
    """The panel."""
    alive = sum(worker.alive for worker in staff.workers)
    return Content(f"workers {alive}", heads(width), tuple(_entries(staff, house, width, now)))


def _entries(staff: Staff, house: House, width: int, now: float) -> Iterator[Entry]:
    if not any(worker.alive for worker in staff.workers):
        yield words("", _nobody(house), width, "dim")
    for worker in staff.workers:
        yield Entry(key_of(worker), _line_of(worker, house, now))
        if said := fate(worker, staff, now):
            yield words("", (said,), width, "warning" if worker.alive else "dim", indent=3)
    yield keeper(staff.keeper, staff.total, now)
    if said := keeper_fate(staff.keeper, staff.total, house):
        yield words("", (said,), width, "warning", indent=3)


def _line_of(worker: WorkerInfo, house: House, now: float) -> Callable[[int], tuple[Line]]:
    return lambda width: (line(worker, house, width, now),)


def line(worker: WorkerInfo, house: House, width: int, now: float) -> Line:
    """State, name, where it is, jobs, process, since when, heard of."""
    word, style = state(worker)
    cells = {
        "jobs": (jobs_of(worker), "running" if worker.running else "dim"),
        "pid": (str(worker.pid), "dim"),
        "since": (clock(worker.started_at, now), "dim"),
        "heard": (heard(worker, now), "failed" if worker.hung else "faint"),
    }
    room = _room(width)
    name = fit(plain(worker.name), min(cell_len(plain(worker.name)), room))
    where = fit(f"  {face(worker, house)}", room - cell_len(name))
    left: Line = [(" " + fit(word, WORD), style), (name, "bold" if worker.alive else "faint"), (where, "dim")]
    return [*left, *_right(cells, width)]


def _columns(width: int) -> tuple[tuple[str, int], ...]:
    """The columns at the right that there is room for, and their cells."""
    return tuple((name, cells) for name, cells, least in COLUMNS if width >= least)


def _room(width: int) -> int:
    """Cells between the state and those columns."""
    return max(0, width - WORD - 1 - sum(cells for _, cells in _columns(width)))


def _right(cells: Mapping[str, tuple[str, str]], width: int) -> Line:
    return [(fit(cells[name][0], wide, right=True), cells[name][1]) for name, wide in _columns(width)]


def heads(width: int) -> Line:
    """What the columns are, at the right of the panel's title."""
    return [("".join(fit(name, cells, right=True) for name, cells in _columns(width)), "faint")]


def face(worker: WorkerInfo, house: House) -> str:
    """Where it is: in this app, in another, a process of its own; and whether it has no hardware."""
    mock = "mock hardware, " if worker.mock else ""
    if worker.face == "app":
        return mock + ("in this app" if worker.name == house.own else "in an app")
    return f"{mock}{plain(worker.face)} on {plain(worker.host)}"


def jobs_of(worker: WorkerInfo) -> str:
    """``3``, of one with slots of its own ``3/8``."""
    return f"{worker.running}/{worker.max_jobs}" if worker.max_jobs else str(worker.running)


def heard(worker: WorkerInfo, now: float) -> str:
    """How long ago it told of itself; what is usual is always the same word."""
    silent = now - worker.heartbeat_at
    if not worker.alive:
        return people_age(silent)
    return "now" if silent < QUIET else duration(silent)


def fate(worker: WorkerInfo, staff: Staff, now: float) -> str:
    """What it means that it is as it is; "" where there is nothing to say."""
    goes = f"its {plural(worker.running, 'job')} {'goes' if worker.running == 1 else 'go'} on"
    if worker.hung:
        some = f"; {goes}" if worker.running else ""
        return f"It lives and has not told of itself for {duration(now - worker.heartbeat_at)}{some}."
    if worker.mode == "draining":
        return f"It starts nothing new and leaves when {_its(worker.running)} ended."
    if worker.mode != "dead":
        return ""
    if worker.running:
        return f"It died; {goes}, watched by the keeper. {_heir(staff)}"
    other = any(one.alive for one in staff.workers)
    return "It died; whatever it ran goes on, with another worker." if other else "It died; nothing of it runs."


def _its(count: int) -> str:
    return f"its {plural(count, 'job')} {'has' if count == 1 else 'have'}" if count else "nothing more has"


def _heir(staff: Staff) -> str:
    alive = any(one.alive for one in staff.workers)
    return "Another worker takes them over." if alive else "The next worker takes them over."


def _start(house: House) -> str:
    if house.member:
        return f"{plain(house.owner)}, whose yard this is, starts one"
    return "jobyard worker start" if house.read_only else f"{house.start} starts one"


def _nobody(house: House) -> tuple[str, ...]:
    return ("■ No worker lives: nothing new starts.", f"What runs goes on. {_start(house)}.")


def keeper(found: Keeper, running: int, now: float) -> Entry:
    """The process that owns the jobs' processes."""
    if not found.alive:
        word, style, told = ("✗ gone", "failed", "") if running else ("○ none", "faint", "none is needed: nothing runs")
        return still(KEEPER, [(" " + fit(word, WORD), style), ("keeper", "faint"), (f"  {told}", "faint")])
    cells = {
        "jobs": (str(running), "running" if running else "dim"),
        "pid": ("" if found.pid is None else str(found.pid), "dim"),
        "since": ("" if found.since is None else clock(found.since, now), "dim"),
        "heard": ("" if found.rss is None else size(found.rss), "faint"),
    }
    word, style = ("! silent", "failed") if found.silent else ("● lives", "completed")
    about = "  its owner's to look at" if found.theirs else "  owns the jobs' processes"

    def lines(width: int) -> tuple[Line]:
        left: Line = [(" " + fit(word, WORD), style), ("keeper", "bold"), (fit(about, _room(width) - 6), "dim")]
        return ([*left, *_right(cells, width)],)

    return Entry(KEEPER, lines)


def keeper_fate(found: Keeper, running: int, house: House) -> str:
    """What it means that the keeper is as it is."""
    if found.silent:
        return "It lives and does not answer; jobs go on. If it is stuck, end it with SIGKILL: see run/keeper.log."
    if not found.alive and running:
        goes = f"{plural(running, 'job')} {'goes' if running == 1 else 'go'} on"
        return f"{goes} with nobody to watch; a worker starts a keeper, which finds them again."
    return ""
