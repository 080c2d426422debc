"""Filtering: words while typing, queues, and the way back."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from jobyard.core.errors import BadFilter
from jobyard.core.filters.completing import Suggestion
from jobyard.core.filters.reading import parse
from jobyard.core.models import JobFilter, JobSpec
from jobyard.core.states import State
from jobyard.core.yard import Yard
from jobyard.tui.filtering import answer, mistake_lines, remembered, with_newest
from jobyard.tui.messages import Filtered
from jobyard.tui.widgets.filterline import FilterLine
from tests.tui.conftest import Driver, opened
from tests.tui.fake_yard import FakeYard


async def test_typing_filters_at_once(fake: FakeYard) -> None:
    """Every letter narrows the table; Enter gives it the keys, Escape shows everything again."""
    async with opened(fake) as app:
        await app.press("slash", *"fold")
        await app.until(lambda: app.table.total == 5, "the folds")
        await app.shown("5 jobs")
        await app.press("enter")
        assert app.app.focused is app.table
        assert app.selected == 25
        await app.press("escape")
        await app.until(lambda: app.table.total == 35, "everything")
        assert "5 jobs" not in app.text()


async def test_the_selected_job_stays_selected(fake: FakeYard) -> None:
    """A filter that lets the selected job through leaves the cursor on it."""
    async with opened(fake) as app:
        await app.press("G")
        await app.press("slash", *"completed", "enter")
        await app.until(lambda: 0 < app.table.total < 35, "the completed ones")
        assert app.selected == 1


async def test_escape_in_the_filter_goes_to_the_table_first(fake: FakeYard) -> None:
    """Escape leaves the filter line, and the next one drops the filter."""
    async with opened(fake) as app:
        await app.press("slash", *"rabi", "escape")
        assert app.app.focused is app.table
        await app.until(lambda: 0 < app.table.total < 35, "filtered")
        await app.press("escape")
        await app.until(lambda: app.table.total == 35, "everything")


async def test_an_empty_filter_line_is_closed(fake: FakeYard) -> None:
    """Escape puts away a line in which nothing is written, also after its text was removed; one with a filter stays."""
    async with opened(fake) as app:
        await app.press("slash", "escape")
        assert app.app.focused is app.table
        assert not line(app).display
        await app.press("slash", *"rabi", "ctrl+u", "escape")
        assert not line(app).display
        await app.press("slash", *"rabi", "escape")
        assert line(app).display


async def test_nothing_matches(fake: FakeYard) -> None:
    """A filter that nothing passes says so and how to get out of it."""
    async with opened(fake) as app:
        await app.press("slash", *"nosuchjob", "enter")
        await app.shown("No job matches.")
        assert app.selected is None


async def test_an_empty_yard_teaches_the_first_keys(fake: FakeYard) -> None:
    """Without jobs the table says how to submit one."""
    fake.running = fake.pending = fake.ended = 0
    async with opened(fake) as app:
        await app.shown("jobyard submit -- COMMAND")


async def test_a_queue_filters(fake: FakeYard) -> None:
    """Moving in the list of queues shows that queue's jobs; Enter goes to them."""
    async with opened(fake) as app:
        await app.press("b", "j", "j")
        await app.until(lambda: 0 < app.table.total < 35, "one queue")
        assert {row.queue for row in app.table.rows.between(0, app.table.total - 1)} == {"qick"}
        await app.press("enter")
        assert app.app.focused is app.table


async def test_going_to_a_job_drops_the_filter(fake: FakeYard) -> None:
    """: goes to a job by name though the filter hides it."""
    async with opened(fake) as app:
        await app.press("slash", *"pending", "enter")
        await app.until(lambda: app.table.total == 12, "the pending ones")
        await app.press("colon", *"t1-002", "enter")
        await app.until(lambda: app.selected == 2, "the job")
        assert app.table.total == 35


async def test_going_to_nowhere_says_so(fake: FakeYard) -> None:
    """: with a name that nobody has tells what, and what to do."""
    async with opened(fake) as app:
        await app.press("colon", *"nobody", "enter")
        await app.said("There is no job nobody.")


# -- the filter language -----------------------------------------------------------------------------------


def line(app: Driver) -> FilterLine:
    """The filter line."""
    found = app.app.jobs.filter_line
    assert found is not None
    return found


async def typed(app: Driver, text: str) -> None:
    """Write into the filter line, letter by letter, and wait until it has been read."""
    keys = {" ": "space", ":": "colon", "(": "left_parenthesis", ")": "right_parenthesis", "<": "less_than_sign"}
    await app.press(*(keys.get(letter, letter) for letter in text))
    whole = line(app).input.value
    await app.until(lambda: line(app).answer is not None and line(app).answer.text == whole, whole)  # type: ignore[union-attr]


async def test_fields_or_and_not(fake: FakeYard) -> None:
    """The line reads the filter language."""
    async with opened(fake) as app:
        await app.press("slash")
        await typed(app, "(state:failed or state:skipped) not rabi")
        await app.until(lambda: app.table.loaded and 0 < app.table.total < 10, "some")
        found = {row.state for row in app.table.rows.between(0, app.table.total - 1)}
        assert found == {State.FAILED, State.SKIPPED}
        assert not [row for row in app.table.rows.between(0, app.table.total - 1) if "rabi" in row.name]


async def test_a_mistake_leaves_the_last_filter_in_force(fake: FakeYard) -> None:
    """It is marked and told below the line, the count says that it is not applied, and the table stays as it was."""
    async with opened(fake) as app:
        await app.press("slash")
        await typed(app, "fold ")
        await app.until(lambda: app.table.total == 5, "the folds")
        await typed(app, "stat:failed rabi")
        await app.shown("The nearest is state.")
        assert app.table.total == 5
        assert "not applied" in app.text()
        assert line(app).input.underline.span == (5, 9)
        below = next(text for text in app.lines() if "^^^^" in text)
        above = app.lines()[app.lines().index(below) - 1]
        assert above[below.index("^") :].startswith("stat:failed")


async def test_enter_on_a_mistake_keeps_the_keys(fake: FakeYard) -> None:
    """Whoever takes a filter with a mistake is told, and goes on writing; once it is right Enter leads to the jobs."""
    async with opened(fake) as app:
        await app.press("slash")
        await typed(app, "queue:qic")
        await app.press("enter")
        await app.shown("There is no queue qic.")
        assert app.app.focused is line(app).input
        await typed(app, "k")
        await app.until(lambda: app.table.loaded and 0 < app.table.total < 35, "one queue")
        await app.press("enter")
        assert app.app.focused is app.table
        assert not line(app).help.display


async def test_tab_takes_what_is_offered(fake: FakeYard) -> None:
    """The beginning of a field offers the field, then its values; the arrows pick another one."""
    async with opened(fake) as app:
        await app.press("slash")
        await app.shown("as in state:failed,skipped")
        await typed(app, "sta")
        await app.shown("state:")
        await app.press("tab")
        assert line(app).input.value == "state:"
        await app.shown("12 jobs")
        await app.press("down", "down", "enter")
        assert line(app).input.value == "state:running"
        assert app.app.focused is line(app).input
        await app.until(lambda: app.table.total == 3, "those that run")


async def test_a_click_takes_an_offer(fake: FakeYard) -> None:
    """The keys stay in the line."""
    async with opened(fake) as app:
        await app.press("slash")
        await typed(app, "state:")
        await app.until(lambda: line(app).help.display, "offers")
        await app.pilot.click("#filter-help", offset=(6, 3))
        assert line(app).input.value == "state:failed"
        assert app.app.focused is line(app).input


async def test_a_field_that_is_begun_is_no_word_any_more(fake: FakeYard) -> None:
    """While ``state:`` waits for its value, the table does not show what ``state`` as a word left."""
    async with opened(fake) as app:
        await app.press("slash")
        await typed(app, "state")
        await app.until(lambda: app.table.total == 0, "nothing of that name")
        await typed(app, ":")
        await app.until(lambda: app.table.total == 35, "everything")


async def test_nothing_is_looked_for_while_a_field_is_begun(fake: FakeYard) -> None:
    """A filter that cannot be read yet has no count, and nothing says that one is to come."""
    async with opened(fake) as app:
        await app.press("slash", *"state:failed")
        await app.until(lambda: "jobs" in app.lines()[1], "the count")
        await app.press("space", *"queue:")
        await app.until(lambda: app.lines()[1].rstrip().endswith("queue:"), "no count, and no promise of one")


async def test_the_filters_of_before(fake: FakeYard) -> None:
    """Up in an empty line brings back the last one that was taken, also after the app was left."""
    async with opened(fake) as app:
        for text in ("fold", "rabi"):
            await app.press("slash")
            await typed(app, text)
            await app.press("enter", "escape")
        await app.press("slash", "up")
        assert line(app).input.value == "rabi"
        await app.press("up", "up")
        assert line(app).input.value == "fold"
        await app.press("down", "down")
        assert line(app).input.value == ""
    async with opened(fake) as app:
        await app.press("slash", "up")
        assert line(app).input.value == "rabi"
        await app.until(lambda: 0 < app.table.total < 35, "filtered")


@pytest.mark.parametrize("size", [(160, 50), (80, 24)])
async def test_offers_hide_no_job(fake: FakeYard, size: tuple[int, int]) -> None:
    """The table moves down for them, and up again without them."""
    async with opened(fake, size) as app:
        top = app.table.region.y
        await app.press("slash")
        await typed(app, "name~fold queue:")
        await app.until(lambda: line(app).help.display and app.table.total == 5, "offers")
        await app.until(lambda: app.table.region.y == line(app).help.region.bottom, "the table below them")
        assert any("fold" in text for text in app.lines()[app.table.region.y :])
        await app.press("escape", "escape")
        await app.until(lambda: app.table.region.y == top, "the table where it was")


async def test_nothing_is_offered_after_what_is_finished(fake: FakeYard) -> None:
    """A closed bracket and a whole value need no more."""
    async with opened(fake) as app:
        await app.press("slash")
        await typed(app, "(state:failed")
        await app.until(lambda: not line(app).help.offers, "no offers")
        await typed(app, ")")
        await app.until(lambda: not line(app).help.display, "nothing between line and table")


async def test_a_whole_name_comes_before_those_that_begin_so(fake: FakeYard, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tab keeps it as it is and has done with it; the next one goes on."""
    found = [Suggestion(5, 8, name, "") for name in ("fit", "fit-5")]
    monkeypatch.setattr(fake, "complete_filter", lambda text, cursor: found if text == "name:fit" else [])
    async with opened(fake) as app:
        await app.press("slash")
        await typed(app, "name:fit")
        await app.until(lambda: line(app).help.display, "offers")
        await app.press("tab")
        assert line(app).input.value == "name:fit"
        assert not line(app).help.display
        assert app.app.focused is line(app).input


@pytest.mark.parametrize("size", [(80, 24), (20, 5), (44, 10)])
async def test_offers_leave_room(fake: FakeYard, size: tuple[int, int]) -> None:
    """A few lines at most, and never all of the table; the keys stay in the line, which shows what is written."""
    async with opened(fake, size) as app:
        await app.press("slash")
        await app.until(lambda: line(app).help.display, "offers")
        assert line(app).help.size.height <= min(3, max(1, (size[1] - 3) // 2))
        assert app.app.focused is line(app).input
        await typed(app, "queue:qic")
        assert "queue:qic" in app.text()
        await app.press("enter")
        await app.shown("There is no")


async def test_a_real_yard_reads_the_same(tmp_path: Path) -> None:
    """What the line shows is what `jobyard list` shows for the same text."""
    real = Yard.open(tmp_path / "yard", face="app")
    rows = real.resolve([real.submit(JobSpec({"command": ["true"]}, name=name)).id for name in ("rabi", "t1", "fit")])
    real.hold(rows[:1])
    async with opened(real) as app:
        await app.press("slash")
        await typed(app, "held:yes or after:last or name:t1")
        await app.until(lambda: app.table.total == 2, "two of them")
        shown = {row.row for row in app.table.rows.between(0, 1)}
        assert shown == set(rows[:2]) == {row.row for row in real.list(real.filter(line(app).input.value))}


async def test_what_is_filtered_is_not_what_was_typed_before(fake: FakeYard) -> None:
    """An answer that comes after more has been written is dropped."""
    async with opened(fake) as app:
        await app.press("slash")
        await typed(app, "fold")
        await app.until(lambda: app.table.total == 5, "the folds")
        stale = answer(cast("Yard", fake), "rabi", JobFilter(), None)
        app.app.jobs.on_filtered(Filtered(stale))
        await app.pilot.pause()
        assert app.table.total == 5


NO_STAT = '✗ There is no field "stat". The nearest is state. Put the word in quotes to look for it as it is.'
NO_X = '✗ "x" is no state. There are pending, running, completed, failed, cancelled, skipped.'


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("a stat:x", 160, [f"     ^^^^ {NO_STAT}"]),
        ("a stat:x", 60, ["     ^^^^", f" {NO_STAT[:57]}", f" {NO_STAT[58:]}"]),
        ("Grüße日本 state:x", 200, [f"{' ' * 19}^ {NO_X}"]),
    ],
)
def test_a_mistake_is_marked_where_it_is(text: str, width: int, lines: list[str]) -> None:
    """Below the letters that it is about, also behind wide ones; on more lines where there is less room."""
    with pytest.raises(BadFilter) as caught:
        parse(text)
    assert mistake_lines(caught.value, text, width, 6) == lines


def test_the_past_is_short_and_without_repeats() -> None:
    """What is in the file may be anything; a filter that is taken again is the newest."""
    assert remembered({"a": 1}) == []
    assert remembered(["a", 3, "b"]) == ["a", "b"]
    assert with_newest(["a", "b"], "a") == ["b", "a"]
    assert len(with_newest([str(n) for n in range(80)], "new")) == 50
