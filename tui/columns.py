"""The columns that a table of jobs can have, and a job's cells in them. Which of them it has: ``planning``."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from jobyard.core.models import JobRow
from jobyard.core.states import State

from .folds import fold_name, progress, told_state, whole_id
from .format import clock, duration, job_time, outcome, short_id, short_reason, signal_name, state_glyph, state_word
from .gauges import Gauge, cores, memory, narrow, told
from .painting import fit
from .text import plain

EXPECTED = "expected"  # the column that tells something of jobs that wait too
ANY = 10_000  # cells: as wide as there is room


def name_of(row: JobRow) -> str:
    """Its name or its command; of an element of an array with its index."""
    if row.array_id is None:
        return row.name or row.command
    return f"{row.name}[{row.array_index}]" if row.name else f"[{row.array_index}] {row.command}"


class Column(NamedTuple):
    """A column *width* cells wide, at *least* and at *most* that where room is short or left over.

    ``text`` gives a job's cell at a time; ``style`` names a palette style; ``sort`` is the key of ``Sort`` by which
    it orders jobs, *down* whether the largest come first when it is first asked for. ``narrow`` takes its place
    where there is no room for it. ``gauge`` gives the cell of a running job of which one is known.
    """

    key: str
    title: str
    width: int
    text: Callable[[JobRow, float], str]
    style: str = ""
    right: bool = False
    least: int = 0
    most: int = 0
    about: str = ""
    sort: str = ""
    down: bool = False
    narrow: Column | None = None
    gauge: Callable[[Gauge], str] | None = None


def _title(row: JobRow, now: float) -> str:
    return plain(name_of(row)) if row.fold is None else f"▸ {plain(fold_name(row, row.fold))}"


def _outcome(row: JobRow, now: float) -> str:
    return plain(short_reason(outcome(row)))


def _outcome_or_time(row: JobRow, now: float) -> str:
    """Beside a column that has no room a running job's line would be empty here."""
    return _outcome(row, now) or job_time(row, now)


def _glyph(row: JobRow, now: float) -> str:
    return state_glyph(row._replace(state=told_state(row)) if row.fold else row)


def _state(row: JobRow, now: float) -> str:
    told = row._replace(state=told_state(row)) if row.fold else row
    return f"{state_glyph(told)} {state_word(told)}"


def _nothing(row: JobRow, now: float) -> str:
    return ""


def _progress(gauge: Gauge) -> str:
    return narrow(gauge.progress) if gauge.progress is not None else ""


def _cpu(gauge: Gauge) -> str:
    return cores(gauge.sample.cpu) if gauge.sample is not None else ""


def _expected(gauge: Gauge) -> str:
    return gauge.expected


def _memory(gauge: Gauge) -> str:
    return memory(gauge.sample.rss) if gauge.sample is not None else ""


def _clock(moment: float | None, now: float) -> str:
    return "" if moment is None else clock(moment, now)


def _exit(row: JobRow, now: float) -> str:
    if row.signal is not None:
        return signal_name(row.signal).removeprefix("SIG")
    return "" if row.exit_code is None else str(row.exit_code)


GLYPH = Column("state", "", 1, _glyph, "state", sort="state")
STATE = Column("state", "state", 11, _state, "state", about="what it is doing", sort="state", narrow=GLYPH)
SHORT = Column("id", "id", 11, lambda row, now: short_id(whole_id(row)), "dim", sort="id", down=True)
ID = SHORT._replace(width=19, text=lambda row, now: whole_id(row), about="its id, whole where it fits", narrow=SHORT)
NAME = Column("name", "name", 16, _title, least=10, most=28, about="its name, else its command", sort="name")
BRIEF = Column("reason", "reason, time", 22, _outcome_or_time, "dim", least=18, most=ANY)
REASON = BRIEF._replace(title="reason", text=_outcome, about="why it waits, how it ended", narrow=BRIEF)

COLUMNS: tuple[Column, ...] = (
    STATE,
    ID,
    NAME,
    Column(
        "queue", "queue", 10, lambda row, now: plain(row.queue), "dim", least=7, most=16, about="its queue",
        sort="queue",
    ),
    Column(
        "priority", "prio", 4, lambda row, now: str(row.priority) if row.priority else "", "dim", right=True,
        about="higher runs first", sort="priority", down=True,
    ),
    Column("user", "user", 8, lambda row, now: plain(row.user), "dim", most=16, about="who submitted it", sort="user"),
    Column("time", "time", 6, job_time, right=True, about="how long it ran, runs or waits", sort="duration", down=True),
    REASON,
    Column(
        "session", "session", 10, lambda row, now: plain(row.session), "dim", least=7, most=16,
        about="the session of its queue", sort="session",
    ),
    Column("kind", "kind", 6, lambda row, now: plain(row.kind), "dim", about="exec, eval, …", sort="kind"),
    Column(
        "age", "age", 6, lambda row, now: duration(now - row.created_at), "dim", right=True,
        about="since it was submitted", sort="age",
    ),
    Column(
        "submitted", "submitted", 11, lambda row, now: _clock(row.created_at, now), "dim", about="when, local time",
        sort="submitted", down=True,
    ),
    Column(
        "started", "started", 11, lambda row, now: _clock(row.started_at, now), "dim", about="when, local time",
        sort="started", down=True,
    ),
    Column(
        "ended", "ended", 11, lambda row, now: _clock(row.ended_at, now), "dim", about="when, local time",
        sort="ended", down=True,
    ),
    Column(
        "estimate", "est", 6, lambda row, now: "" if row.estimate is None else duration(row.estimate), "dim",
        right=True, about="how long it was said to take", sort="estimate", down=True,
    ),
    Column(
        "attempts", "tries", 5, lambda row, now: str(row.attempts) if row.attempts else "", "dim", right=True,
        about="how often it was started", sort="attempts", down=True,
    ),
    Column(
        "resources", "resources", 14, lambda row, now: plain(row.wants), "dim", least=8, most=28,
        about="what it takes beside a slot", sort="resources", down=True,
    ),
    Column("exit", "exit", 5, _exit, "dim", right=True, about="exit code or signal", sort="exit", down=True),
    Column(
        "cause", "cause", 11, lambda row, now: row.cause.value if row.cause else "", "dim", least=6,
        about="of a failure: exit, signal, lost, …", sort="cause",
    ),
    Column(
        "index", "index", 5, lambda row, now: "" if row.array_index is None else str(row.array_index), "dim",
        right=True, about="its place in its array",
    ),
    Column("progress", "progress", 8, _nothing, "running", about="how far it is, if it prints it", gauge=_progress),
    Column(
        EXPECTED, "expected", 12, _nothing, "dim", least=6, most=13, about="when it will start; → when it will end",
        gauge=_expected,
    ),
    Column("cpu", "cpu", 5, _nothing, "dim", right=True, about="in use now; 100% is a core", gauge=_cpu),
    Column("memory", "mem", 5, _nothing, "dim", right=True, about="resident now, its whole tree", gauge=_memory),
    Column(
        "command", "command", 16, lambda row, now: plain(row.command), "dim", least=10, most=ANY,
        about="its command line",
    ),
)  # fmt: skip

BY_KEY = {column.key: column for column in COLUMNS}
# Of one job, not of many:
OF_ONE = frozenset(
    {
        "time",
        "started",
        "ended",
        "estimate",
        "attempts",
        "exit",
        "cause",
        "index",
        "progress",
        "cpu",
        "memory",
        EXPECTED,
    }
)
SHIPPED = ("state", "id", "name", "queue", "priority", "user", "time", "reason")


def cell(row: JobRow, column: Column, now: float, gauge: Gauge | None = None) -> str:
    """A job's cell in exactly the column's width; a folded line says how far its jobs are, and nothing of one alone.

    Of a running job that says how far it is (*gauge*), the reason is its progress.
    """
    if row.fold is not None and column.key == "reason":
        return fit(progress(row.fold, column.width, plain(short_reason(row.reason))), column.width)
    if row.fold is not None and column.key in OF_ONE:
        return " " * column.width
    if gauge is not None and (row.state is State.RUNNING or column.key == EXPECTED):
        return fit(_gauged(row, column, now, gauge), column.width, column.right)
    return fit(column.text(row, now), column.width, column.right)


def _gauged(row: JobRow, column: Column, now: float, gauge: Gauge) -> str:
    if column.gauge is not None:
        return column.gauge(gauge)
    if column.key != "reason" or gauge.progress is None:
        return column.text(row, now)
    time = f"{column.text(row, now)} " if column.title == BRIEF.title else ""  # nowhere else on its line
    return time + told(gauge.progress, column.width - len(time), now)
