"""Names and output are data: markup and control sequences appear as themselves, wide characters keep the columns."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.cells import cell_len

from jobyard.core.models import Dependency, JobSpec
from jobyard.core.states import After, State
from jobyard.core.yard import Yard
from jobyard.tui.registry import ACTIONS, SCREENS
from jobyard.tui.screenlist import PAGE, PLACES, Entry
from tests.tui.conftest import Driver, opened
from tests.tui.fake_yard import FakeYard

NAMES = [
    ("[red]x[/]", "[red]x[/]"),
    ("[@click=app.quit]go[/]", "[@click=app.qui"),
    ("\x1b[31mred\x1b[0m", "␛[31mred␛[0m"),
    ("\x1b]0;title\x07", "␛]0;title␇"),
    ("two\nlines", "two↵lines"),
    ("測量量子位元", "測量量子位元"),
    ("🚀 launch 🚀", "🚀 launch 🚀"),
    ("a\u202eb", "a\\u202eb"),
    ("tab\there", "tab␉here"),
]


@pytest.mark.parametrize(("name", "shown"), NAMES)
async def test_hostile_names(fake: FakeYard, name: str, shown: str) -> None:
    """The name stands in table and detail as itself; every line is exactly as wide as the screen."""
    fake.override[33] = fake.make(33)._replace(name=name)
    async with opened(fake) as app:
        await app.shown("JOB-20261122-00033")
        row = next(line for line in app.lines() if "1122-00033" in line and "running" in line)
        assert shown in row
        assert all(cell_len(line) == 160 for line in app.lines())
        assert not any(char in app.text() for char in "\x1b\x07\u202e\t")


@pytest.mark.parametrize(("name", "shown"), NAMES)
async def test_hostile_names_in_questions_and_words(fake: FakeYard, name: str, shown: str) -> None:
    """The same in a question and in the words in the corner."""
    fake.override[33] = fake.make(33)._replace(name=name, command=name)
    async with opened(fake) as app:
        await app.press("c")
        await app.shown("Cancel this running job?")
        assert shown in app.text()
        await app.press("escape", "y")
        await app.shown("command line")
        await app.press("end", "enter")
        await app.said("Copied the name: " + shown)
        assert app.app.clipboard == name


async def test_marked_up_output(fake: FakeYard) -> None:
    """A log with markup shows the markup."""
    fake.logs[33] = fake.home / "log"
    fake.logs[33].write_text("[bold red]not red[/]\n")
    async with opened(fake) as app:
        await app.shown("[bold red]not red[/]")
        await app.press("l")
        await app.shown("align-033 · stdout and stderr")
        await app.shown("[bold red]not red[/]")


EVIL = "\x1b[31mred\x1b[0m\x1b]0;title\x07\x9b2J\r\n\t\u202etxt\u2028\ufeff[@click=app.quit]x[/]"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What keys save lies beside the test's yard, not in the project."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def hostile(yard_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Yard]:
    """A real yard in which everything that people choose is hostile: user, names, notes, commands, edges, an array."""
    monkeypatch.setenv("LOGNAME", EVIL)
    with Yard.open(yard_home, face="app") as yard:
        yard.queue_create("[red]lane[@click=app.quit]", instructions=EVIL)
        first = yard.submit(JobSpec(fields={"command": ["sh", "-c", EVIL]}, name=EVIL, held=True)).id
        for queue in ("default", "[red]lane[@click=app.quit]"):
            wish = (Dependency(first, After.ANY),)
            yard.submit(
                JobSpec(fields={"command": EVIL}, name=EVIL, queue=queue, dependencies=wish, unique=EVIL + queue)
            )
        yard.submit(JobSpec(fields={"command": [EVIL, "{i}"]}, name=EVIL, array="1-3", held=True))
        yard.cancel([yard.submit(JobSpec(fields={"command": ["true"]}, name=EVIL)).id])
        yield yard


def plain(app: Driver) -> bool:
    """Whether nothing on the screen is a control character, and every line is as wide as the screen."""
    text = app.text() + "".join(app.toasts())
    widths = {cell_len(line) for line in app.lines()}
    return not set(text) & set("\x1b\x07\x9b\r\t\u202e\u2028\ufeff") and widths == {app.app.size.width}


SHOUTS = "for i in 1 2 3; do printf %s " + shlex.quote(f"{EVIL}[bold]no[/]\r\n::progress 0.{{}} {EVIL}\n") + "; done"
NOT_HERE = {"workers-start", "workers-stop", "workers-drain", "logs-pager"}


@pytest.mark.parametrize("entry", [*(entry for entry in PLACES if entry.module), PAGE], ids=lambda entry: entry.name)
async def test_on_screen(hostile: Yard, entry: Entry) -> None:
    """Each screen's own actions too, on a job that shouts: its name, output, progress, user."""
    hostile.submit(
        JobSpec(
            fields={"command": ["sh", "-c", f"{SHOUTS}; while [ -d {hostile.home} ]; do sleep 0.1; done"]}, name=EVIL
        )
    )
    keys = [one.keys[0] for one in SCREENS[entry.name] if one.id.startswith(entry.name) and one.id not in NOT_HERE]
    async with opened(hostile, (120, 40), worker=True) as app:
        await app.until(lambda: app.table.rows.at(0).state is State.RUNNING, "it runs")
        await app.press("g")
        await app.press(entry.key)
        for key in keys:
            await app.press(key)
            assert plain(app), (key, app.text())
            await app.press("enter")
            assert plain(app), (key, app.text())
            for _ in range(5):
                if app.app.screen is app.app.place:
                    break
                await app.press("escape")
            if entry.name != app.app.place.NAME:
                await app.press("1", entry.key)
            assert app.app.screen is app.app.place, key
        assert app.app.crash is None
        assert not [toast for toast in app.toasts() if "Something went wrong" in toast]


async def test_every_action_on_hostile_jobs(hostile: Yard) -> None:
    """Whatever is pressed, on one or another: what people chose is shown, not obeyed, and the app goes on."""
    keys = [action.keys[0] for action in ACTIONS if action.keys and action.id not in ("quit", "worker")]
    async with opened(hostile, (120, 40)) as app:
        for number, key in enumerate(keys):
            await app.press("g", *["j"] * (number % 4), key)
            assert plain(app), (key, app.text())
            await app.press("enter")
            assert plain(app), (key, app.text())
            while len(app.app.screen_stack) > 1:
                await app.press("escape")
        assert app.app.crash is None
        await app.until(lambda: app.table.loaded)
