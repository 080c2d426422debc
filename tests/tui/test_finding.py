"""Help, palette and footer: all made from the registry, all of it to be found and to be read at every size."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from jobyard.core.models import JobSpec
from jobyard.core.states import State
from jobyard.core.yard import Yard
from jobyard.tui.actions import Action, Context, why_not
from jobyard.tui.commands import Item, matching
from jobyard.tui.keynames import key_name
from jobyard.tui.registry import ACTIONS, LOGS_ACTIONS
from jobyard.tui.screens.help import entry, first, found
from jobyard.tui.widgets.footer import Footer, fitting
from jobyard.tui.widgets.sheet import Entry, Sheet, laid
from tests.tui.conftest import opened
from tests.tui.fake_yard import FakeYard

FOOTED = [action for action in ACTIONS if action.footer]


def situation(fake: FakeYard, row: int | None, **more: bool) -> Context:
    """The context with this job under the cursor."""
    return Context(job=fake.make(row) if row is not None else None, **more)  # type: ignore[arg-type]


# -- help --------------------------------------------------------------------------------------------


def test_help_finds_words() -> None:
    """The help's filter looks at keys, labels, sentences, groups and ids."""
    assert {action.id for action in found(ACTIONS, "requeue")} == {"requeue", "cascade"}
    assert found(ACTIONS, "") == list(ACTIONS)
    assert [action.id for action in found(ACTIONS, "move-top")] == ["move-top"]


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.id)
def test_help_finds_keys(action: Action) -> None:
    """A key leads to its action, written as the help shows it or by its name: ^d and ctrl+d."""
    for key in action.keys:
        for text in (key_name(key), key):
            some = found(ACTIONS, text)
            assert some[first(some, text)] == action


def test_help_says_why_not(fake: FakeYard) -> None:
    """An action that is not possible says so: for the job's state, without a job, read-only, on somebody's yard."""
    actions = {action.id: action for action in ACTIONS}
    assert why_not(actions["requeue"], situation(fake, 33)) == "not for a running job"
    assert why_not(actions["requeue"], situation(fake, None)) == "no job is selected"
    assert why_not(actions["requeue"], situation(fake, 1, read_only=True)) == "this app is read-only"
    assert "somebody else's" in why_not(actions["worker"], situation(fake, 1, member=True))
    assert why_not(actions["requeue"], situation(fake, 1)) == ""
    assert entry(actions["hold"], situation(fake, 33)).why == "not for a running job"


async def test_help_shows_and_does(fake: FakeYard) -> None:
    """? lists every action, typing filters, Enter does the chosen one."""
    async with opened(fake) as app:
        await app.press("question_mark")
        await app.shown("type to filter")
        await app.press(*"mark all", "enter")
        await app.until(lambda: len(app.table.marks) == 35, "all marked")


@pytest.mark.parametrize("size", [(160, 50), (80, 24), (40, 15)])
async def test_help_cuts_nothing(fake: FakeYard, size: tuple[int, int]) -> None:
    """Whatever the size, each sentence is on the screen word for word when the cursor is on it."""
    async with opened(fake, size) as app:
        await app.press("question_mark")
        await app.shown("type to filter")
        await app.until(lambda: app.app.screen.query_one(Sheet).size.width > 0)
        sheet = app.app.screen.query_one(Sheet)
        for number in range(0, len(ACTIONS), 7):
            sheet.move(number - sheet.cursor)
            await app.pilot.pause()
            shown = " ".join("".join(line.strip() + " " for line in sheet_lines(sheet)).split())
            assert sheet.entries[number].about in shown


def sheet_lines(sheet: Sheet) -> list[str]:
    """The lines of a sheet as they are painted."""
    return [sheet.render_line(y).text for y in range(sheet.size.height)]


async def test_help_of_what_is_not_possible(fake: FakeYard) -> None:
    """Enter on it does nothing but say why."""
    async with opened(fake) as app:
        await app.press("question_mark", *"run an ended job again", "enter")
        await app.said("requeue: not for a running job")
        assert not fake.calls


async def test_help_without_a_match(fake: FakeYard) -> None:
    """Nothing matches: it says so, and Enter does nothing."""
    async with opened(fake) as app:
        await app.press("question_mark", *"xyzzy")
        await app.shown("nothing matches")
        await app.press("enter", "escape")
        await app.until(lambda: app.app.screen is app.app.jobs)


async def test_help_and_palette_of_the_log(fake: FakeYard) -> None:
    """On the log's screen they list what can be done there, and do it."""
    fake.logs[33] = fake.home / "log"
    fake.logs[33].write_text("a line\n")
    async with opened(fake) as app:
        await app.press("l")
        await app.shown("a line")
        await app.press("question_mark")
        await app.shown("To the end, and stay there")
        assert "Cancel;" not in app.text()
        await app.press("escape", "ctrl+p", *"leave", "enter")
        await app.until(lambda: app.app.screen is app.app.jobs)


# -- the sheet ----------------------------------------------------------------------------------------


@given(st.integers(1, 200), st.lists(st.text("ab c—x測 ", max_size=60), min_size=1, max_size=5))
def test_a_sheet_loses_no_word(width: int, texts: list[str]) -> None:
    """At every width each word of each entry is there, in order."""
    entries = [Entry("k", "name", text, "why", f"group {number // 2}") for number, text in enumerate(texts)]
    lines = laid(entries, width)
    for number, one in enumerate(entries):
        painted = " ".join("".join(text for text, _ in placed.line) for placed in lines if placed.entry == number)
        assert painted.split() == f"k name — {one.about} (why)".split()
    assert [placed.entry for placed in lines if placed.entry >= 0] == sorted(p.entry for p in lines if p.entry >= 0)


@given(st.integers(24, 200))
def test_a_sheet_fits_its_width(width: int) -> None:
    """The help of all actions is nowhere wider than there is room."""
    for placed in laid([entry(action, Context()) for action in ACTIONS], width):
        assert sum(cell_len(text) for text, _ in placed.line) <= width


# -- palette ------------------------------------------------------------------------------------------


async def test_the_palette_does(fake: FakeYard) -> None:
    """Ctrl+p finds an action by its name, shows its key, and does it."""
    async with opened(fake) as app:
        await app.press("ctrl+p", *"hide the detail")
        await app.shown("detail — Show or hide")
        await app.press("escape", "ctrl+p", *"mark all")
        await app.until(lambda: any("*" in line and "mark all —" in line for line in app.lines()))
        await app.press("enter")
        await app.until(lambda: len(app.table.marks) == 35, "all marked")


async def test_the_palette_previews_themes(fake: FakeYard) -> None:
    """A theme is put on while the cursor is on it, the old one is back after Escape; Enter keeps it."""
    async with opened(fake) as app:
        await app.press("ctrl+p", *"theme: light")
        await app.until(lambda: app.app.theme == "light")
        await app.press("escape")
        await app.until(lambda: app.app.theme == "dark")
        await app.press("ctrl+p", *"theme: light", "enter")
        await app.until(lambda: app.app.theme == "light" and app.app.memory.get("theme") == "light")


async def test_the_palette_leads_to_queues(fake: FakeYard) -> None:
    """A queue by its name: the table shows its jobs alone."""
    async with opened(fake) as app:
        await app.press("ctrl+p", *"queue: qick", "enter")
        await app.until(lambda: app.table.where.queues == {2}, "only qick")


async def test_queues_with_odd_names(yard_home: Path) -> None:
    """A queue's name is data: it is found and shown as it is."""
    with Yard.open(yard_home) as yard:
        yard.queue_create("lab/[b]x")
        yard.submit(JobSpec({"command": ["true"]}, cwd="/"))
        async with opened(yard) as app:
            await app.until(lambda: len(app.app.jobs.queues.queues) == 2)
            await app.press("ctrl+p", *"[b]x")
            await app.shown("queue: lab/[b]x")


async def test_nothing_of_textuals_own(fake: FakeYard) -> None:
    """The palette offers nothing that is not of our making: no screenshot, no maximize, no second quit."""
    async with opened(fake) as app:
        await app.press("ctrl+p")
        await app.shown("type a command")
        names = [one.name for one in app.app.screen.entries]  # type: ignore[attr-defined]
        assert len(names) == len(set(names))
        assert {name.split(":")[0] for name in names if ":" in name} == {"theme", "queue"}
        labels = {action.label_in(app.app.jobs.context()) for action in ACTIONS}
        assert {name for name in names if ":" not in name} == labels - {"palette"}


def test_the_palette_ranks() -> None:
    """A name that begins so is first, then words of names, then sentences; what is not possible is last."""
    names = ["cold hold", "hold", "other", "hold back", "threshold"]
    some = [Item(name, "withhold" if name == "other" else "", lambda: None) for name in names]
    some[3] = some[3]._replace(why="not now")
    assert [names[number] for number in matching(some, "hold")] == [
        "hold",
        "cold hold",
        "threshold",
        "other",
        "hold back",
    ]
    assert matching(some, "hold xyzzy") == []


# -- footer -------------------------------------------------------------------------------------------


@given(st.integers(20, 300), st.integers(0, 35), st.booleans())
def test_the_footer_never_overflows(tmp_path_factory: pytest.TempPathFactory, width: int, row: int, only: bool) -> None:
    """At every width: help is there and first, whole labels only, the important before the less important."""
    context = situation(FakeYard(Path("/nowhere")), row or None, read_only=only)
    shown = fitting(FOOTED, context, width)
    text = " " + "  ".join(f"{action.shown_key} {action.label_in(context)}" for action in shown)
    assert cell_len(text) <= width
    assert [action.id for action in shown][:2] == ["help", "quit"]
    ranks = [action.footer for action in shown]
    assert ranks == sorted(ranks)
    left = [action for action in FOOTED if action not in shown]
    assert all(cell_len(f"{text}  {action.shown_key} {action.label_in(context)}") > width for action in left)


@pytest.mark.parametrize("width", [20, 21, 33, 47, 80, 119, 160, 300])
async def test_the_footer_as_painted(fake: FakeYard, width: int) -> None:
    """What is painted is what fits, with a blank at the left and never an ellipsis."""
    async with opened(fake, (width, 24)) as app:
        line = app.lines()[-1]
        assert line.startswith(" ? help  q quit")
        assert "…" not in line
        context, footer = app.app.jobs.context(), app.app.jobs.query_one(Footer)
        shown = [f"{one.shown_key} {one.label_in(context)}" for one in fitting(footer._actions, context, width)]
        assert line.strip() == "  ".join(shown)


def test_what_the_footer_calls_things(fake: FakeYard) -> None:
    """Labels say what would happen: a held job is released, a paused queue resumed."""
    held = Context(job=fake.make(21)._replace(held=True, state=State.PENDING))
    assert next(action for action in ACTIONS if action.id == "hold").label_in(held) == "release"


def test_every_screen_has_help_and_palette() -> None:
    """Also where a log is read."""
    assert {"help", "palette", "theme"} <= {action.id for action in LOGS_ACTIONS}
