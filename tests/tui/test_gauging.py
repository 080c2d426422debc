"""How far running jobs are and what they use, in the table and in the detail pane."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from jobyard.core.models import Fold
from jobyard.core.progress import Progress
from jobyard.core.states import State
from jobyard.core.usage import Sample
from jobyard.tui import gauges
from jobyard.tui.columns import BRIEF, BY_KEY, cell
from jobyard.tui.describe import Dossier, Frame, describe
from jobyard.tui.format import job_time
from jobyard.tui.gauges import Gauge
from jobyard.tui.painting import cells, differing
from tests.tui.conftest import Driver, opened
from tests.tui.fake_yard import NOW, FakeYard, whole

FAKE = FakeYard(Path("/nowhere"))
RUNS, WAITS = 33, 25
ENDED = next(row for row in range(20, 0, -1) if FAKE.make(row).state is State.COMPLETED)
HALF = Progress(0.45, "45/100", NOW - 1, None, NOW + 720)
SAMPLES = tuple(Sample(NOW - 60 + n, n * 0.5, (60 + n) << 20, 3, 0.5) for n in range(60))
GAUGE = Gauge(HALF, SAMPLES[-1])
FRACTIONS = st.floats(0, 1)


def shown(dossier: Dossier, section: str = "all", width: int = 60, low: bool = False) -> list[str]:
    frame = Frame(NOW, width, low=low)
    return ["".join(text for text, _ in row.line).rstrip() for row in describe(dossier, frame, section)]


def running(**more: object) -> Dossier:
    return Dossier(whole(FAKE.make(RUNS)), **more)  # type: ignore[arg-type]


# -- words and bars ----------------------------------------------------------------------------------


@given(FRACTIONS, st.integers(1, 40))
def test_a_bar_fills_its_cells(fraction: float, width: int) -> None:
    """A bar is exactly as wide as it should be; full only when all is done, empty only when nothing is."""
    bar = gauges.bar(fraction, width)
    assert cell_len(bar) == width
    assert (bar == "█" * width) is (fraction == 1)
    assert (bar.strip() == "") is (fraction == 0)


@given(FRACTIONS, FRACTIONS, st.integers(1, 40))
def test_a_bar_only_grows(one: float, other: float, width: int) -> None:
    """Who is further has no shorter bar, and no smaller number."""
    low, high = sorted((one, other))
    order = " ▏▎▍▌▋▊▉█"
    assert [order.index(c) for c in gauges.bar(low, width)] <= [order.index(c) for c in gauges.bar(high, width)]
    assert int(gauges.percent(low)[:-1]) <= int(gauges.percent(high)[:-1])
    assert (gauges.percent(high) == "100%") is (high >= 1 - 1e-11)


@given(FRACTIONS, st.text(max_size=30), st.none() | st.floats(-1e12, 1e18), st.integers(4, 90))
def test_what_is_told_has_room(fraction: float, text: str, end: float | None, width: int) -> None:
    """However little room there is: the number always, then the bar, the end, the words. No end is too far."""
    progress = Progress(fraction, text, NOW, None, end)
    told = gauges.told(progress, width, NOW)
    assert cell_len(told) <= width
    assert gauges.percent(fraction) in told
    assert cell_len(gauges.narrow(progress)) == 8
    assert gauges.percent(fraction) in gauges.sentence(progress, NOW)


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0K"),
        (9 << 10, "9K"),
        (62 << 20, "62M"),
        (int(1.44 * 2**30), "1.4G"),
        (1000 << 20, "1.0G"),
        (1 << 42, "4096G"),
    ],
)
def test_bytes_have_five_cells(count: int, words: str) -> None:
    """Memory in a column is short."""
    assert gauges.memory(count) == words


def test_the_bar_has_the_colour_of_what_runs() -> None:
    """In the column of reasons the bar alone is in that style, whatever stands around it."""
    told = gauges.told(HALF, 60, NOW)
    parts = gauges.with_bar(f"7m13s {told}", "dim")
    assert "".join(text for text, _ in parts) == f"7m13s {told}"
    assert ("▕████▌     ▏", "running") in parts
    assert ("▕▏     ▏", "running") in gauges.with_bar(gauges.told(HALF._replace(fraction=0.01), 22, NOW), "dim")
    assert {style for text, style in parts if "▕" not in text} == {"dim"}
    assert gauges.with_bar("held", "dim") == [("held", "dim")]


# -- cells of the table ----------------------------------------------------------------------------------


def test_a_running_job_has_its_cells() -> None:
    """Progress, CPU and memory have columns; where others say why, a running job says how far it is."""
    row = FAKE.make(RUNS)
    assert cell(row, BY_KEY["progress"], NOW, GAUGE) == "█▊   45%"
    assert cell(row, BY_KEY["cpu"], NOW, GAUGE) == "  50%"
    assert cell(row, BY_KEY["memory"], NOW, GAUGE) == " 119M"
    reason = BY_KEY["reason"]._replace(width=50)
    end = gauges.clock(NOW + 720, NOW)
    assert cell(row, reason, NOW, GAUGE).strip() == f"▕████▌     ▏ 45% · ends {end} · 45/100"
    assert cell(row, reason._replace(width=22), NOW, GAUGE) == f"▕██▋   ▏ 45% → {end}  "
    assert cell(row, reason._replace(width=18), NOW, GAUGE) == "▕████▌     ▏ 45%  "
    brief = BRIEF._replace(width=40)
    assert cell(row, brief, NOW, GAUGE).strip() == f"{job_time(row, NOW)} ▕████▌     ▏ 45% · ends {end}"
    for key in ("progress", "cpu", "memory", "reason"):
        assert cell(row, BY_KEY[key], NOW).strip() == cell(row, BY_KEY[key], NOW, Gauge()).strip() == ""


def test_only_running_jobs_have_them() -> None:
    """A gauge of a moment ago is not shown for a job that has ended since, nor on a line of many."""
    ended, many = FAKE.make(ENDED), FAKE.make(RUNS)._replace(fold=Fold("array", "JOB-1[0-9]", 10, ()))
    for key in ("progress", "cpu", "memory"):
        assert cell(ended, BY_KEY[key], NOW, GAUGE).strip() == ""
        assert cell(many, BY_KEY[key], NOW, GAUGE).strip() == ""
    assert "45%" not in cell(ended, BY_KEY["reason"], NOW, GAUGE)


# -- the detail pane -----------------------------------------------------------------------------------


def test_the_pane_tells_how_far_it_is() -> None:
    """Bar, number, words and end of a running job, also in a low pane; nothing of one that has ended since."""
    for low in (False, True):
        lines = shown(running(progress=HALF, curve=SAMPLES), low=low)
        assert any(line.startswith("▕████▌     ▏ 45% · 45/100 · ends about") for line in lines)
    ended = Dossier(whole(FAKE.make(ENDED)), progress=HALF)
    assert not any("45%" in line for line in shown(ended))


def test_the_pane_draws_what_is_used() -> None:
    """A running job: now and in all, as curves; one that has ended: the average and the most; without samples: that."""
    lines = shown(running(curve=SAMPLES))
    cpu, memory = (next(line for line in lines if line.startswith(label)) for label in ("cpu ", "memory "))
    assert all(words in cpu for words in ("50%", "29s in all", "▄"))
    assert all(words in memory for words in ("119 MiB", "3 processes", "█"))
    job = whole(FAKE.make(ENDED))
    over = shown(Dossier(job, curve=SAMPLES))
    assert any(line.startswith("memory      119 MiB") and line.endswith("at most") for line in over)
    assert any("not sampled" in line for line in shown(running()))
    assert any("not sampled" in line for line in shown(Dossier(job), "attempts"))
    assert not any("not sampled" in line for line in shown(Dossier(whole(FAKE.make(WAITS)))))


@given(
    st.integers(9, 100),
    st.lists(st.tuples(st.floats(-1e3, 1e3), st.floats(0, 64), st.integers(0, 1 << 40)), max_size=9),
)
def test_no_curve_is_too_wide(width: int, some: list[tuple[float, float, int]]) -> None:
    """Whatever was sampled, in whatever order of clocks, no line is wider than the pane."""
    curve = tuple(Sample(NOW + at, 1.0, rss, 2, cpu) for at, cpu, rss in some)
    for line in shown(running(progress=HALF, curve=curve), width=width):
        assert cell_len(line) <= width


# -- the app -------------------------------------------------------------------------------------------


def line_of(app: Driver, row: int) -> int:
    return next(y for y in range(1, 40) if (job := app.table.rows.at(app.table.top + y - 1)) and job.row == row)


async def test_the_table_follows(fake: FakeYard) -> None:
    """Once a second it is asked how far the running jobs in sight are; a bar that moves sends its own cells alone."""
    now = time.time()
    fake.headway = {RUNS: HALF._replace(expected_end=now + 720)}
    fake.samples = {RUNS: SAMPLES}
    async with opened(fake) as app:
        app.table.lay_out(("state", "name", "progress", "cpu", "memory", "time"))
        await app.shown("█▊   45%")
        await app.shown("119M")
        y = line_of(app, RUNS)
        before = cells(app.table.line_at(y))
        gauge = app.table.gauges[RUNS]
        app.table.take_gauges({RUNS: gauge._replace(progress=HALF._replace(fraction=0.46))})
        spans = differing(before, cells(app.table.line_at(y)))
        assert sum(end - start for start, end in spans) <= 16
        fake.headway = {RUNS: HALF._replace(fraction=0.5)}
        await app.shown("██   50%")
        fake.change(fake.make(RUNS)._replace(state=State.COMPLETED, ended_at=now))
        await app.until(lambda: "50%" not in app.text(), "no bar of an ended job")


async def test_the_pane_follows(fake: FakeYard) -> None:
    """The selected running job's progress and use move on in the pane, though nothing rings."""
    fake.headway = {RUNS: HALF}
    fake.samples = {RUNS: SAMPLES}
    async with opened(fake) as app:
        await app.until(lambda: app.table.total)
        app.table.move_to(line_of(app, RUNS) - 1)
        await app.shown("45% · 45/100 · ends about")
        await app.shown("29s in all")
        fake.headway = {RUNS: HALF._replace(fraction=0.5, text="50/100")}
        await app.shown("50% · 50/100 · ends about")
