"""The Timeline: what is where, which keys lead where, what it says, and that it looks no more than it has to."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest

from jobyard.core.errors import YardError
from jobyard.core.forecast import Expected
from jobyard.core.gantt.axis import View
from jobyard.core.gantt.gaps import PAUSED
from jobyard.core.gantt.spans import Block, By, Timeline, Wish
from jobyard.core.models import JobFilter
from jobyard.core.progress import Progress
from jobyard.core.states import State
from jobyard.core.yard import Yard
from jobyard.tui.ganttlines import grid, lane_line, span_lines
from jobyard.tui.timelines import Asked, ahead
from tests.tui.conftest import Driver, opened, remembered
from tests.tui.fake_yard import NOW, FakeYard, worker


@pytest.fixture(autouse=True)
def still(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """It is NOW; the answer lets time go on."""
    now = [NOW]
    monkeypatch.setattr(time, "time", lambda: now[0])

    def later(seconds: float) -> None:
        now[0] += seconds

    return later


@asynccontextmanager
async def shown(yard: FakeYard, size: tuple[int, int] = (160, 40)) -> AsyncIterator[Driver]:
    """The Timeline of a yard in memory, its first chart painted."""
    async with opened(yard, size) as app:
        await app.press("3")
        await app.until(lambda: screen(app).gantt.chart is not None and "┊" in app.text(), "a chart")
        await settled(app)
        yield app


def screen(app: Driver) -> Any:
    return app.app._places["timeline"]


async def settled(app: Driver) -> None:
    """Nothing that the timeline asked for is under way: what it expects is known, its chart shows it."""
    done: list[int] = []
    for _ in range(3):
        screen(app)._thread.put(lambda: done.append(1), screen(app))
    await app.until(lambda: len(done) == 3, "the thread")
    await app.pilot.pause()


def lane(app: Driver, name: str) -> str:
    """The first line of a queue's lanes."""
    return next(line for line in app.lines() if re.match(rf".{name} ", line))


async def test_what_runs_and_ran_is_in_the_lanes_of_its_queue(fake: FakeYard) -> None:
    """Bars with names and signs, slots that were busy and waits above, words for the one under the cursor."""
    async with shown(fake) as app:
        text = app.text()
        assert "by queue" in text
        assert "busy 3/12" in text
        assert all(name in text for name in ("default", "qick", "spectra"))
        assert "▶" in lane(app, "default")
        job = screen(app).gantt.span
        assert f"{job.name}" in app.lines()[-3]
        assert "waited" in app.lines()[-2]
        assert screen(app).job.row == job.row


async def test_the_cursor_goes_from_lane_to_lane_and_from_attempt_to_attempt(fake: FakeYard) -> None:
    """j and k to what ran at the same time, n and N along the lane; the job that is meant goes with it."""
    fake.change(fake.make(6)._replace(started_at=NOW - 200, ended_at=NOW - 100), ring=False)
    async with shown(fake) as app:
        gantt = screen(app).gantt
        await app.press("k", "k", "k", "k", "k", "k")
        assert gantt.lane == 0
        await app.press("j")
        assert (gantt.lane, gantt.span in gantt.lanes[1].spans) == (1, True)
        at = max(range(len(gantt.lanes)), key=lambda at: len(gantt.lanes[at].spans))
        await app.press(*["j"] * (at - 1), *["k"] * (1 - at), *["N"] * len(gantt.lanes[at].spans))
        first, second = gantt.lanes[at].spans[:2]
        assert gantt.span == first
        await app.press("tab")
        assert gantt.span == second
        await settled(app)
        assert screen(app).job.row == second.row


async def test_zoom_and_pan_change_the_window_and_are_remembered(fake: FakeYard) -> None:
    """[ is closer, ← leaves now, 0 comes back to it; the next app begins as wide."""
    async with shown(fake) as app:
        wide = screen(app).view.span
        await app.press("left_square_bracket")
        assert screen(app).view == View(screen(app).view.span)
        assert screen(app).view.span < wide
        await app.press("left")
        await settled(app)
        assert "still" in app.lines()[0]
        await app.press("0")
        await settled(app)
        assert "live" in app.lines()[0]
        assert remembered()["timeline"] == {"span": screen(app).view.span, "by": "queue"}


async def test_v_cycles_through_queues_workers_and_users(fake: FakeYard) -> None:
    """The same attempts in other lanes."""
    async with shown(fake) as app:
        for by, name in (("worker", "rig-1a2b"), ("user", "lab1"), ("queue", "qick")):
            await app.press("v")
            await settled(app)
            assert f"by {by}" in app.lines()[0]
            assert lane(app, name)


async def test_enter_leads_to_the_job_and_3_back_to_its_bar(fake: FakeYard) -> None:
    """The list of jobs has it under the cursor; coming back it is under the cursor here."""
    async with shown(fake) as app:
        await app.press("j")
        row = screen(app).gantt.span.row
        await app.press("enter")
        await app.until(lambda: app.selected == row, "the job")
        assert app.app.place is app.app.jobs
        await app.press("3")
        await settled(app)
        assert screen(app).gantt.span.row == row


async def test_a_click_chooses_what_it_hits(fake: FakeYard) -> None:
    """A bar, or what is nearest in its lane; the wheel goes from lane to lane."""
    async with shown(fake) as app:
        gantt = screen(app).gantt
        want = next(at for at, one in enumerate(gantt.lanes) if one.group.name == "spectra" and one.first)
        y = next(y for y, line in enumerate(app.lines()) if line[1:].startswith("spectra"))
        await app.pilot.click(gantt, offset=(gantt.size.width // 2, y - gantt.region.y))
        assert gantt.lane == want
        await app.pilot.click(gantt, offset=(30, 1))
        assert gantt.lane == want
        gantt.on_mouse_scroll_up()
        assert gantt.lane == max(0, want - 3)


async def test_a_job_of_long_ago_brings_its_own_time(fake: FakeYard, still: Callable[[float], None]) -> None:
    """Whoever comes from a job that ran hours ago sees it."""
    still(20 * 3600)
    async with opened(fake) as app:
        app.app.jobs.go_to_job(3)
        await app.until(lambda: app.selected == 3)
        await app.press("3")
        await app.until(lambda: screen(app).gantt.span is not None, "the attempt")
        assert screen(app).gantt.span.row == 3
        assert "still" in app.lines()[0]


async def test_a_job_that_has_not_run_is_told(fake: FakeYard) -> None:
    """Nobody is left to look for a bar that is not there; later the cursor goes nowhere by itself."""
    async with opened(fake) as app:
        app.app.jobs.go_to_job(21)
        await app.until(lambda: app.selected == 21)
        await app.press("3")
        await app.shown("has not run")
        assert "has not run" in app.lines()[0]
        assert screen(app).wanted is None


async def test_a_filter_limits_it_and_escape_drops_it(fake: FakeYard) -> None:
    """Only what matches has bars; the line says how many; then everything is back."""
    async with shown(fake) as app:
        before = screen(app).gantt.chart.timeline.total
        await app.press("slash", *"failed")
        await app.press("enter")
        await app.until(lambda: screen(app).gantt.chart.timeline.total < before, "fewer")
        assert {span.state for span in screen(app).gantt.chart.timeline.spans} == {State.FAILED}
        assert "attempts" in app.lines()[1]
        await app.press("escape")
        await app.until(lambda: screen(app).gantt.chart.timeline.total == before, "all")
        await app.press("escape")
        assert app.app.place is app.app.jobs


async def test_a_gap_says_why_nothing_ran(fake: FakeYard) -> None:
    """Hatched, with the word, in the lane of its queue."""
    fake.blocks = (Block(PAUSED, NOW - 4000, NOW - 500, "qick"),)
    async with shown(fake) as app:
        for _ in range(4):
            await app.press("right_square_bracket")
        await settled(app)
        assert "nothing to do" in lane(app, "qick")
        await app.press("left_square_bracket", "left_square_bracket", "left_square_bracket", "left_square_bracket")


async def test_what_waits_stands_where_it_should_run(fake: FakeYard) -> None:
    """Right of now, lighter, in words when it is chosen; the window leaves room for it."""
    fake.foreseen = {21: Expected(NOW + 30, NOW + 90), 34: Expected(None, NOW + 40)}
    async with shown(fake) as app:
        await app.until(lambda: "░" in app.text(), "what is expected")
        assert screen(app).gantt.choose(21)
        await app.pilot.pause()
        assert "○ expected" in app.lines()[-3]
        assert "waits since" in app.lines()[-2]
        assert "┄" in app.text()


async def test_how_far_a_job_is_fills_its_bar(fake: FakeYard) -> None:
    """The part that is not done is lighter, and the words say how much is."""
    fake.headway = {34: Progress(0.5, "half", NOW, expected_end=NOW + 400)}
    async with shown(fake) as app:
        assert "▒" in app.text()
        assert screen(app).gantt.choose(34)
        await app.pilot.pause()
        assert "50% done" in app.lines()[-2]


async def test_progress_is_asked_again_without_counting_attempts(
    fake: FakeYard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every few seconds what runs says how far it is; the attempts of before are laid out once more."""
    async with shown(fake) as app:
        fake.headway = {34: Progress(0.5, "half", NOW)}
        monkeypatch.setattr(fake, "timeline", None)  # whoever asks for attempts now breaks
        screen(app)._shown = -100.0
        screen(app)._tick()
        await app.until(lambda: "▒" in app.text(), "the part that is not done")
        assert not [toast for toast in app.toasts() if "wrong" in toast]


async def test_time_goes_on_in_a_few_cells(fake: FakeYard, still: Callable[[float], None]) -> None:
    """A second later the edges of what runs have moved and nothing else is painted."""
    async with shown(fake) as app:
        gantt = screen(app).gantt
        before = [gantt.render_line(y).text for y in range(gantt.size.height)]
        still(gantt.chart.window.step / 3)
        asked = fake.calls
        gantt.tick()
        after = [gantt.render_line(y).text for y in range(gantt.size.height)]
        changed = sum(a != b for one, two in zip(before, after, strict=True) for a, b in zip(one, two, strict=True))
        assert 0 < changed < 40
        assert fake.calls is asked


async def test_what_happens_behind_it_is_not_painted(fake: FakeYard, monkeypatch: pytest.MonkeyPatch) -> None:
    """The list of jobs goes on behind; the screen in front of it stays as it is."""
    async with shown(fake) as app:
        painted: list[object] = []
        monkeypatch.setattr(screen(app), "_set_dirty", lambda *regions: painted.append(regions))
        app.app.jobs.header.forget()
        await app.pilot.pause()
        await app.pilot.pause()
        assert painted == []
        monkeypatch.undo()
        await app.press("1")
        await app.until(lambda: "jobyard" in app.lines()[0], "the list of jobs")


async def test_a_yard_in_which_nothing_ran_says_so(tmp_path: Any) -> None:
    """And which keys there are."""
    async with opened(FakeYard(tmp_path, running=0, pending=0, ended=0)) as app:
        await app.press("3")
        await app.shown("Nothing has run yet.")
        assert "every key" in app.text()


async def test_an_empty_window_says_that_others_are_not(tmp_path: Any, still: Callable[[float], None]) -> None:
    """Two days later nothing is in sight; the way to the oldest leads back to what ran."""
    still(48 * 3600)
    async with opened(FakeYard(tmp_path, running=0, pending=0)) as app:
        await app.press("3")
        await app.until(lambda: screen(app).gantt.chart is not None, "a chart")
        await app.press("0")
        await app.shown("Nothing ran in this window.")
        await app.press("g")
        await app.until(lambda: len(screen(app).gantt.lanes) > 0, "what ran")


async def test_a_store_that_fails_is_told_and_the_chart_stays(fake: FakeYard) -> None:
    """No crash: what is shown stays, the corner says what is wrong."""
    async with shown(fake) as app:
        fake.fail = YardError("The store cannot be read", "the disk is gone")
        await app.press("v")
        await app.said("The store cannot be read")
        fake.fail = None
        await app.press("v")
        await settled(app)
        assert "by user" in app.lines()[0]


async def test_names_are_data(fake: FakeYard) -> None:
    """Control characters and markup of a name are shown, not obeyed."""
    fake.change(fake.make(34)._replace(name="[red]x\x1b[2J"), ring=False)
    async with shown(fake) as app:
        assert screen(app).gantt.choose(34)
        await app.pilot.pause()
        assert "[red]x" in app.lines()[-3]
        assert "\x1b" not in app.text()


@pytest.mark.parametrize("size", [(160, 50), (120, 36), (80, 24), (40, 12), (20, 6)])
async def test_it_fits_every_size(fake: FakeYard, size: tuple[int, int]) -> None:
    """No line is longer than the terminal, the chart is there even where it is small."""
    async with opened(fake, size) as app:
        await app.press("3")
        await app.until(lambda: screen(app).gantt.chart is not None, "a chart")
        await app.press("j", "n", "left_square_bracket")
        assert len(app.lines()) == size[1]


async def test_very_many_are_shown_as_how_many(fake: FakeYard, monkeypatch: pytest.MonkeyPatch) -> None:
    """The dense lane has a cursor of its own; enter goes closer instead of to one of many jobs."""
    plain = fake.timeline

    def crowded(wish: Wish) -> Timeline:
        found = plain(wish)
        ended = [span for span in found.spans if span.end is not None]
        many = (span._replace(row=span.row + 1000 * copy) for span in ended for copy in range(20))
        return found._replace(spans=tuple(many))

    monkeypatch.setattr(fake, "timeline", crowded)
    async with shown(fake, (120, 24)) as app:
        gantt = screen(app).gantt
        at = next(at for at, one in enumerate(gantt.lanes) if one.dense)
        await app.press(*"j" * (at - gantt.lane) if at > gantt.lane else "k" * (gantt.lane - at))
        assert gantt.lanes[gantt.lane].dense
        await app.press("N")
        assert "at a time" in app.lines()[-3]
        assert screen(app).job is None
        wide = screen(app).view.span
        await app.press("enter")
        assert screen(app).view.span <= wide
        assert app.app.place is screen(app)


# -- what is expected, without an app -----------------------------------------------------------------------------


def expected(fake: FakeYard, by: By, where: JobFilter = JobFilter()) -> dict[int, str]:
    """The pending jobs that are shown, and in whose lanes."""
    fake.foreseen = {row: Expected(NOW + row, NOW + row + 60) for row in (21, 22, 24)}
    found = ahead(cast("Yard", fake), Asked(View(3600.0), by, where, 100, 30))
    return {span.row: span.group for span in found.spans}


def test_what_waits_is_in_the_lanes_of_its_queue_or_user(fake: FakeYard) -> None:
    """Of no worker yet, unless there is but one."""
    assert expected(fake, "queue") == {21: "default", 22: "qick", 24: "default"}
    assert set(expected(fake, "user").values()) == {"lab1"}
    assert set(expected(fake, "worker").values()) == {"next"}
    fake.worker_list = [worker("headless")]
    assert set(expected(fake, "worker").values()) == {fake.worker_list[0].name}


def test_what_waits_is_filtered_too(fake: FakeYard) -> None:
    """Only those that match; none where the filter is of other states."""
    assert set(expected(fake, "queue", JobFilter(queues=frozenset({2})))) == {22}
    assert expected(fake, "queue", JobFilter(states=frozenset({State.FAILED}))) == {}


# -- lines, without an app ----------------------------------------------------------------------------------------


def test_the_words_of_an_attempt_that_a_clock_tore(fake: FakeYard) -> None:
    """They say that it ended before it started."""
    from jobyard.core.gantt.spans import Window

    (span, *_) = fake.timeline(Wish(Window(NOW - 3600, 30, 120))).spans
    _, times = span_lines(span._replace(torn=True, end=span.start), NOW)
    assert "ended before it started" in times[0].text


def test_a_chosen_bar_is_told_without_colour(fake: FakeYard) -> None:
    """It is shaded."""
    from jobyard.core.gantt.chart import lay_out
    from jobyard.core.gantt.spans import Window

    chart = lay_out(fake.timeline(Wish(Window(NOW - 600, 5, 140))), 30)
    one = next(one for one in chart.lanes if one.spans)
    assert "▓" in "".join(piece.text for piece in lane_line(one, grid(chart.window, NOW), chosen=0))
