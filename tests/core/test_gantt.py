"""A chart of time: windows, ticks, lanes, cells, loads, waits and gaps, for any attempts whatever."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobyard.core.gantt import axis, waits
from jobyard.core.gantt.axis import ZOOMS, View
from jobyard.core.gantt.cells import BELOW, EXPECTED, GOES_ON, POINT, UNDONE, Row, row
from jobyard.core.gantt.chart import lay_out
from jobyard.core.gantt.gaps import IDLE, LOCKED, NO_WORKER, PAUSED, WAITING, explain, gaps
from jobyard.core.gantt.load import load
from jobyard.core.gantt.packing import pack
from jobyard.core.gantt.spans import NO_WAIT, Block, Group, Heap, Queued, Span, Timeline, Window, Wish
from jobyard.core.states import State

NOW = 1_795_300_000.0
WINDOW = Window(NOW - 100.0, 1.0, 120)
ENDED = (State.COMPLETED, State.FAILED, State.CANCELLED)


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Another place's time."""
    yield monkeypatch
    monkeypatch.undo()
    time.tzset()


def in_zone(zone: pytest.MonkeyPatch, name: str) -> None:
    zone.setenv("TZ", name)
    time.tzset()


def span(start: float, end: float | None, *, row: int = 1, state: State | None = None, **more: object) -> Span:
    """An attempt from second to second before now."""
    known = state or (State.RUNNING if end is None else State.COMPLETED)
    made = Span(
        row, f"JOB-20261122-{row:05}", f"rabi-{row}", 1, "default", "default", "ada", "rig", known, NOW + start,
        None if end is None else NOW + end, NOW + start - 10,
    )  # fmt: skip
    return made._replace(**more)


def told(cells: Row, cells_wide: int = 120) -> str:
    return "".join(cells[cell].char if cell in cells else " " for cell in range(cells_wide))


@st.composite
def spans(draw: st.DrawFn) -> list[Span]:
    """Attempts of any length, before, in and after the window, and one that runs."""
    found = []
    for number in range(draw(st.integers(0, 25))):
        start = draw(st.floats(-300, 50))
        lasted = draw(st.floats(0, 200))
        end = start + lasted
        if end > 0:
            found.append(span(min(start, 0.0), None, row=number))
        else:
            found.append(span(start, end, row=number, state=draw(st.sampled_from(ENDED))))
    return found


# -- the window -------------------------------------------------------------------------------------------


@given(st.sampled_from(ZOOMS), st.integers(1, 400), st.floats(0, 3600), st.booleans())
def test_now_is_in_sight_and_most_of_the_window_before_it(span: float, cells: int, later: float, ahead: bool) -> None:
    """Following now, now is always within the window, behind at least five eighths of it."""
    shown = axis.window(View(span), cells, NOW + later, ahead=ahead)
    assert 0 <= shown.cell(NOW + later) < shown.cells
    if cells >= 32:
        assert shown.at(NOW + later) >= shown.cells * (0.55 if ahead else 0.8)


def test_the_window_stands_still_for_an_eighth_of_its_width() -> None:
    """While now goes on within a step nothing that has ended moves."""
    starts = {axis.window(View(3600.0), 160, NOW + second, ahead=False).start for second in range(3600)}
    assert 8 <= len(starts) <= 9


@given(st.sampled_from(ZOOMS), st.sampled_from([-1, 1]), st.integers(0, 119))
def test_a_zoom_keeps_what_is_under_the_cursor(span: float, by: int, cell: int) -> None:
    """The time of the cursor stays at its place on the screen."""
    view = View(span, NOW - span)
    shown = axis.window(view, 120, NOW, ahead=False)
    moment = shown.time(cell)
    after = axis.window(axis.zoomed(view, shown, by, moment), 120, NOW, ahead=False)
    assert after.at(moment) == pytest.approx(shown.at(moment), abs=0.01)


def test_who_follows_goes_on_unless_the_cursor_would_be_lost() -> None:
    """Closer to what ran a while ago leaves now; closer to what runs does not."""
    shown = axis.window(View(3600.0), 120, NOW, ahead=False)
    assert axis.zoomed(View(3600.0), shown, -1, NOW - 60).follows
    assert axis.zoomed(View(3600.0), shown, 1, NOW - 3000).follows
    assert not axis.zoomed(View(3600.0), shown, -1, NOW - 3000).follows


def test_a_zoom_has_two_ends() -> None:
    """Not below five minutes, not above thirty days."""
    shown = axis.window(View(ZOOMS[0]), 100, NOW, ahead=False)
    assert axis.zoomed(View(ZOOMS[0]), shown, -1, NOW).span == ZOOMS[0] == 300
    assert axis.zoomed(View(ZOOMS[-1]), shown, 1, NOW).span == ZOOMS[-1] == 30 * 86400


def test_panning_leaves_now() -> None:
    """Whoever looks back is not taken along by the time."""
    shown = axis.window(View(3600.0), 120, NOW, ahead=False)
    view = axis.panned(axis.held(View(3600.0), shown), shown, -0.25)
    assert not view.follows
    assert view.start == pytest.approx(shown.start - 900)


@given(st.floats(0, 1e7))
def test_the_first_view_shows_all_that_is_young(age: float) -> None:
    """As short as it may be, and an hour where there is more."""
    view = axis.fitting(NOW - age, NOW)
    assert view.span == 3600 or view.span >= age


@given(st.floats(0, 4e9), st.floats(0.5, 30_000), st.integers(20, 300))
def test_ticks_are_apart_and_in_the_window(start: float, step: float, cells: int) -> None:
    """Labels never touch, wherever one looks."""
    found = axis.ticks(Window(start, step, cells))
    assert all(0 <= tick.cell < cells for tick in found)
    assert all(later.cell - tick.cell >= 5 for tick, later in itertools.pairwise(found))


def test_ticks_are_round_where_one_is(zone: pytest.MonkeyPatch) -> None:
    """Local time, half hours of difference to others included; midnight is told by its date."""
    in_zone(zone, "Asia/Kolkata")
    found = axis.ticks(Window(1_795_285_800.0 - 3600 * 2, 60.0, 240))  # four hours around 2026-11-22 00:00 there
    assert [tick.label for tick in found if tick.day] == ["Sun 22 Nov"]
    assert {tick.label[-2:] for tick in found if not tick.day} <= {"00", "15", "30", "45"}


def test_a_clock_put_back_leaves_round_ticks(zone: pytest.MonkeyPatch) -> None:
    """Two days around the end of summer time: hours are round on both sides, and every day is told."""
    in_zone(zone, "Europe/Berlin")
    found = axis.ticks(Window(1_792_800_000.0, 900.0, 192))  # from 2026-10-24 on
    assert {tick.label for tick in found if tick.day} == {"Sun 25 Oct", "Mon 26 Oct"}
    assert all(tick.label.endswith(":00") for tick in found if not tick.day)


# -- lanes ------------------------------------------------------------------------------------------------


@given(spans(), st.integers(1, 6))
def test_no_two_overlap_in_a_lane_and_none_is_lost(some: list[Span], most: int) -> None:
    """Each is in one lane or left over, lanes are in order of time."""
    packed = pack(some, NOW, most)
    assert len(packed.lanes) <= most
    inside = [one for lane in packed.lanes for one in lane]
    assert sorted([*inside, *packed.left]) == sorted(some)
    for lane in packed.lanes:
        for one, next_ in itertools.pairwise(lane):
            assert one.until(NOW) <= next_.start + 0.01


@given(spans())
def test_there_are_as_many_lanes_as_ran_at_once(some: list[Span]) -> None:
    """Not one more: a lane is opened only when all others are busy."""
    packed = pack(some, NOW, 100)
    ends = [(one.start, one.until(NOW) if one.end is not None else float("inf")) for one in some]
    peak = max((sum(began <= start <= end for began, end in ends) for start, _ in ends), default=0)
    assert len(packed.lanes) <= max(peak, 1)


# -- cells ------------------------------------------------------------------------------------------------


def test_a_bar_is_an_eighth_fine() -> None:
    """Its end moves by eighths, its name stands on it."""
    ends = [told(row([span(-100, -90 + eighth / 8)], WINDOW, NOW))[10] for eighth in range(1, 9)]
    assert "".join(ends) == "▏▎▍▌▋▊▉█"
    assert told(row([span(-100, -80)], WINDOW, NOW)).startswith("█rabi-1█████████████")


@pytest.mark.parametrize(
    ("name", "told_as"), [("größe", "größe"), ("測定", "██"), ("a\x1b[2J", "a␛[2J"), ("e\u0301tude", "███")]
)
def test_a_name_stands_on_its_bar_if_it_can(name: str, told_as: str) -> None:
    """Control characters are visible; letters of two cells or none would push the bar about."""
    cells = told(row([span(-90, -70, name=name)], WINDOW, NOW))
    assert told_as in cells
    assert len(cells) == 120


@pytest.mark.parametrize(
    ("state", "sign"), [(State.FAILED, "✗"), (State.CANCELLED, "⊘"), (State.RUNNING, "▶"), (State.COMPLETED, "█")]
)
def test_the_end_of_a_bar_tells_its_state_without_colour(state: State, sign: str) -> None:
    """A glyph in the last full cell."""
    end = None if state is State.RUNNING else 0.0
    assert told(row([span(-30, end, state=state)], WINDOW, NOW)).rstrip()[-1] == sign


def test_a_failure_shorter_than_a_cell_is_seen() -> None:
    """It is its glyph."""
    assert told(row([span(-50, -49.9, state=State.FAILED)], WINDOW, NOW)).strip() == "✗"


def test_what_has_no_length_or_ran_backwards_is_a_point() -> None:
    """One that took no time is seen; one that a clock let end before it began is told by its own sign."""
    assert told(row([span(-50, -50)], WINDOW, NOW)).strip() == "▏"
    assert told(row([span(-50, -50, torn=True)], WINDOW, NOW)).strip() == POINT


def test_two_that_follow_each_other_can_be_told_apart() -> None:
    """An eighth is left between them."""
    cells = told(row([span(-90, -80), span(-80, -70, row=2)], WINDOW, NOW))
    assert cells.strip() == "█rabi-1██▉█rabi-2███"


def test_many_in_a_cell_show_how_much_of_it_was_busy() -> None:
    """As a block from below; a failure among them is its glyph, in its colour."""
    some = [span(-50 + n / 10, -50 + n / 10 + 0.05, row=n) for n in range(5)]
    assert row(some, WINDOW, NOW)[50].char in BELOW
    cells = row([*some, span(-49.4, -49.1, row=9, state=State.FAILED)], WINDOW, NOW)
    assert (cells[50].char, cells[50].state) == ("✗", State.FAILED)


def test_how_far_what_runs_is_fills_its_bar() -> None:
    """The part that is done is full, the rest lighter; dots lead to its expected end."""
    cells = told(row([span(-40, None, fraction=0.5, expected=NOW + 10, name="")], WINDOW, NOW))
    assert cells[60:79] == "█" * 19 or cells[60:80] == "█" * 20
    assert cells[80:99] == UNDONE * 19
    assert cells[101:110] == GOES_ON * 9


def test_what_is_expected_looks_like_nothing_that_ran() -> None:
    """It is light, whatever its ends."""
    coming = span(2.3, 12.6, state=State.PENDING, attempt=0, name="")
    assert set(told(row([coming], WINDOW, NOW)).strip()) == {EXPECTED}


@given(spans())
def test_cells_are_in_the_window_and_of_spans_that_are_there(some: list[Span]) -> None:
    """Whatever overlaps the window has a cell, and no cell is outside of it or of nobody."""
    for lane in pack(some, NOW, 100).lanes:
        cells = row(lane, WINDOW, NOW)
        assert all(0 <= cell < WINDOW.cells and 0 <= drawn.span < len(lane) for cell, drawn in cells.items())
        assert all(len(drawn.char) == 1 for drawn in cells.values())
        seen = any(one.start < WINDOW.end - 1 and one.until(NOW) > WINDOW.start + 1 for one in lane)
        assert cells or not seen


# -- how much -----------------------------------------------------------------------------------------------


@given(spans())
def test_all_busy_seconds_are_counted_once(some: list[Span]) -> None:
    """The mean over all cells is the time that ran within the window."""
    found = load(some, [], WINDOW, NOW)
    ran = sum(max(0.0, min(one.until(NOW), WINDOW.end) - max(one.start, WINDOW.start)) for one in some)
    assert sum(found.mean) * WINDOW.step == pytest.approx(ran, abs=1e-6 + 1e-6 * ran)


@given(spans())
def test_heaps_weigh_what_their_spans_weigh(some: list[Span]) -> None:
    """What SQLite sums up of those that ended says the same as each of them."""
    ended = [one for one in some if one.end is not None]
    heaps = list(heaped(ended))
    one_by_one, together = load(ended, [], WINDOW, NOW), load([], heaps, WINDOW, NOW)
    assert together.mean == pytest.approx(one_by_one.mean, abs=1e-6)


def heaped(some: list[Span]) -> Iterator[Heap]:
    """As the store makes them: those that began before the window are left of it."""
    for one in some:
        assert one.end is not None
        start, end = one.start - WINDOW.start, one.end - WINDOW.start
        if end < 0:
            continue
        first, last = max(-1, int(start // WINDOW.step)), int(end // WINDOW.step)
        yield Heap("default", first, last, one.state, 1, start, end, one.waited_from)


# -- waits --------------------------------------------------------------------------------------------------


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=60))
def test_percentiles_are_values_that_were_waited(values: list[float]) -> None:
    """Half waited no longer than the median, nine of ten no longer than the other."""
    found = waits.of_values(values)
    assert {found.median, found.most} <= set(values)
    assert sum(value <= found.median for value in values) >= len(values) / 2
    assert sum(value <= found.most for value in values) >= 0.9 * len(values)


def test_no_wait_is_no_wait() -> None:
    """Nothing waited, and nothing at all, are told apart by their count."""
    assert waits.of_values([]) == NO_WAIT
    assert waits.of_values([0.0]) == (1, 0.0, 0.0)
    assert waits.by_cell([(NOW - 50.5, 3.0), (NOW + 500, 9.0)], WINDOW) == ({49: (1, 3.0, 3.0)}, (1, 3.0, 3.0))


# -- why nothing ran ----------------------------------------------------------------------------------------


@given(spans())
def test_gaps_are_where_nothing_ran(some: list[Span]) -> None:
    """No gap touches an attempt, and every second without one that lasts is in a gap."""
    busy = [(one.start, one.until(NOW)) for one in some]
    found = gaps(busy, WINDOW.start, NOW, 3.0)
    for start, end in found:
        assert end - start >= 3.0
        assert not any(began < end and ended > start for began, ended in busy if ended > began)
    for second in range(97):
        middle = WINDOW.start + second + 1.5
        idle = not any(began <= middle + 1.5 and ended >= middle - 1.5 for began, ended in busy)
        assert not idle or any(start <= middle <= end for start, end in found)


EVENING = (
    Block(NO_WORKER, 0, 40),
    Block(PAUSED, 30, 60, "default"),
    Block(PAUSED, 0, 100, "other"),
    Block(LOCKED, 60, 80, resource="fridge"),
)
WAITS = (Queued("default", 50, 90, ("fridge",)),)


def test_one_reason_after_the_other() -> None:
    """The first that applies at each time; other queues and resources that nobody wants are none."""
    found = explain((0, 100), "default", EVENING, WAITS, 2)
    assert [(gap.start, gap.end, gap.word) for gap in found] == [
        (0, 40, NO_WORKER), (40, 60, PAUSED), (60, 80, "fridge locked"), (80, 90, WAITING), (90, 100, IDLE),
    ]  # fmt: skip


def test_what_still_waits_says_why() -> None:
    """That all of it is held, or for nothing in particular where that is not one word."""
    held, later = Queued("default", 0, 100, (), "held"), Queued("default", 0, 100, (), "not due yet")
    assert [gap.word for gap in explain((0, 100), "default", (), (held,), 2)] == ["held"]
    assert [gap.word for gap in explain((0, 100), "default", (), (held, later), 2)] == [WAITING]


def test_a_lock_that_nobody_met_is_no_reason() -> None:
    """Where nothing wanted it nothing waited."""
    assert [gap.word for gap in explain((60, 80), "default", EVENING, (), 2)] == [IDLE]


@given(
    st.lists(st.tuples(st.sampled_from([NO_WORKER, PAUSED]), st.floats(0, 100), st.floats(0, 100)), max_size=6),
    st.lists(st.tuples(st.floats(0, 100), st.floats(0, 100)), max_size=6),
)
def test_a_gap_is_explained_from_end_to_end(
    some: list[tuple[str, float, float]], queued: list[tuple[float, float]]
) -> None:
    """Without holes, one word after another."""
    blocks = [Block(kind, *sorted((a, b))) for kind, a, b in some]
    found = explain((10, 90), "default", blocks, [Queued("default", *sorted(one)) for one in queued], 2.0)
    assert (found[0].start, found[-1].end) == (10, 90)
    assert all(gap.end == later.start for gap, later in itertools.pairwise(found))


# -- all of it ----------------------------------------------------------------------------------------------


def answer(some: list[Span], **more: object) -> Timeline:
    made = Timeline(
        Wish(WINDOW), NOW, (Group("default", 2),), tuple(some), (), (), (), {}, NO_WAIT, None, len(some), 2
    )  # fmt: skip
    return made._replace(**more)


def test_more_than_fit_are_told_as_how_many() -> None:
    """Fifty at once in ten lines: nine lanes, and one that shows how many more."""
    chart = lay_out(answer([span(-50, -10, row=n) for n in range(50)]), 10)
    assert len(chart.lanes) == 10
    assert [lane.dense for lane in chart.lanes] == [False] * 9 + [True]
    assert chart.lanes[-1].most == 41


def test_under_a_filter_nothing_is_said_to_be_idle() -> None:
    """Others may have run: only what held all of them up is told."""
    idle = lay_out(answer([span(-90, -60)]), 10)
    assert [gap.word for gap in idle.lanes[0].gaps] == [IDLE, IDLE]
    some = lay_out(answer([span(-90, -60)], part=True, blocks=(Block(PAUSED, NOW - 50, NOW, "default"),)), 10)
    assert [gap.word for gap in some.lanes[0].gaps] == [PAUSED]


def test_a_group_with_nothing_to_tell_takes_no_room() -> None:
    """A queue in which nothing ran or waits is left out; one that waits is there."""
    assert lay_out(answer([]), 10).lanes == ()
    waiting = lay_out(answer([], queued=(Queued("default", NOW - 30, NOW),)), 10)
    assert [lane.group.name for lane in waiting.lanes] == ["default"]


@given(spans(), st.integers(1, 30))
def test_any_chart_can_be_laid_out(some: list[Span], height: int) -> None:
    """Every attempt is in a lane or counted, whatever the room."""
    chart = lay_out(answer(some), height)
    inside = sum(len(lane.spans) for lane in chart.lanes)
    assert inside + sum(lane.dense for lane in chart.lanes) >= (1 if some else 0)
    assert 0.0 <= chart.used <= len(some)
