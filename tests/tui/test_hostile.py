"""Names and output are data: markup and control sequences appear as themselves, wide characters keep the columns."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rich.cells import cell_len

from tests.tui.conftest import opened
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
    fake.override[33] = replace(fake.make(33), name=name)
    async with opened(fake) as app:
        await app.shown("JOB-20261122-00033")
        row = next(line for line in app.lines() if "1122-00033" in line and "running" in line)
        assert shown in row
        assert all(cell_len(line) == 160 for line in app.lines())
        assert not any(char in app.text() for char in "\x1b\x07\u202e\t")


@pytest.mark.parametrize(("name", "shown"), NAMES)
async def test_hostile_names_in_questions_and_words(fake: FakeYard, name: str, shown: str) -> None:
    """The same in a question and in the words in the corner."""
    fake.override[33] = replace(fake.make(33), name=name, command=name)
    async with opened(fake) as app:
        await app.press("c")
        await app.shown("Cancel this running job?")
        assert shown in app.text()
        await app.press("escape", "y")
        await app.shown("command line")
        await app.press("down", "enter")
        await app.said("Copied the command line: " + shown)
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
