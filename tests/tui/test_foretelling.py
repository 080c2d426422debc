"""When jobs will start, in the table and in the detail pane."""

from __future__ import annotations

import time
from pathlib import Path

from jobyard.core.forecast import Expected
from jobyard.core.states import State
from jobyard.tui.columns import BY_KEY, cell
from jobyard.tui.describe import Deeper, Dossier, Frame, describe
from jobyard.tui.gauges import Gauge, clock
from tests.tui.conftest import opened
from tests.tui.fake_yard import NOW, FakeYard, whole

FAKE = FakeYard(Path("/nowhere"))
RUNS, WAITS = 33, 25
ENDED = next(row for row in range(20, 0, -1) if FAKE.make(row).state is State.COMPLETED)
LATER = Expected(NOW + 1920, NOW + 3000, NOW + 4200, NOW + 6000)


def shown(row: int, deeper: Deeper | None, section: str = "why") -> str:
    dossier = Dossier(whole(FAKE.make(row)), deeper=deeper)
    lines = ("".join(text for text, _ in part.line).rstrip() for part in describe(dossier, Frame(NOW, 200), section))
    return "\n".join(lines)


def test_the_why_tab_tells_when() -> None:
    """A job that waits: its start and end; one that runs: its end; one that has ended, or was not asked about: nothing.

    Where nobody can say, it names the job that is the reason.
    """
    assert f"· expected to start about {clock(NOW + 1920, NOW)} (by " in shown(WAITS, Deeper(expected=LATER))
    assert "· expected to end about" in shown(RUNS, Deeper(expected=Expected(end=NOW + 900, late_end=NOW + 900)))
    stuck = Deeper(expected=Expected(why_not="waits for a job without an expected end", behind=3), behind="JOB-3")
    assert "nobody can say when it starts: waits for a job without an expected end (JOB-3)" in shown(WAITS, stuck)
    for row, deeper in ((WAITS, None), (WAITS, Deeper()), (ENDED, Deeper(expected=LATER))):
        assert "expected" not in shown(row, deeper)


def test_the_column_is_for_jobs_that_wait_too() -> None:
    """A gauge tells the expected start in its own column; the other ones of a waiting job do not look at it."""
    gauge, waits = Gauge(expected="14:32"), FAKE.make(WAITS)
    assert cell(waits, BY_KEY["expected"], NOW, gauge).strip() == "14:32"
    assert not cell(waits, BY_KEY["expected"], NOW).strip()
    assert cell(waits, BY_KEY["name"], NOW, gauge) == cell(waits, BY_KEY["name"], NOW)


async def test_the_table_and_the_pane_follow(fake: FakeYard) -> None:
    """The chosen column shows the times of the jobs in sight; the pane tells that of the selected one."""
    now = time.time()
    fake.foreseen = {
        WAITS: LATER._replace(start=now + 1920, late_start=now + 1920, end=now + 3000, late_end=now + 3000)
    }
    async with opened(fake) as app:
        app.table.lay_out(("state", "name", "expected", "reason"))
        await app.shown(clock(now + 1920, now))
        offset = next(n for n in range(app.table.total) if (job := app.table.rows.at(n)) and job.row == WAITS)
        app.table.move_to(offset)
        await app.shown(f"expected to start about {clock(now + 1920, now)}")
