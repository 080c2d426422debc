"""--read-only: nothing that changes anything is possible, each says why, and the store itself refuses it."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from jobyard.core.errors import YardError
from jobyard.core.states import State
from jobyard.core.yard import Yard
from jobyard.tui.actions import Action, Context, why_not
from jobyard.tui.app import run_app
from jobyard.tui.registry import ACTIONS
from tests.tui import prepared
from tests.tui.conftest import Driver, opened
from tests.tui.fake_yard import FakeYard
from tests.tui.meanings import CASES, ELSEWHERE

CHANGING = {case.action for case in CASES if case.command is not None} | {one.action for one in ELSEWHERE} - {"quit"}
CHANGING |= {"queue-remove"}  # whose case shows a refusal, since the prepared yard has no empty queue


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The prepared yard, made once."""
    home = tmp_path_factory.mktemp("original") / "yard"
    prepared.make(home)
    return home


@pytest.fixture
def home(original: Path, yard_home: Path) -> Iterator[Path]:
    """A copy of it."""
    shutil.copytree(original, yard_home)
    with prepared.worked(yard_home):
        yield yard_home


def dump(home: Path) -> list[str]:
    """Everything that is in the store."""
    with sqlite3.connect(home / "jobyard.db") as connection:
        return list(connection.iterdump())


def situations(fake: FakeYard) -> list[Context]:
    """Jobs of each state, with and without marks and a queue, with and without a worker."""
    jobs = [fake.make(1)._replace(state=state, held=held) for state in State for held in (False, True)]
    queue = fake.queues()[0]
    return [
        Context(job=job, queue=queue, session="default", marked=marked, shown=3, headless=headless, embedded=embedded)
        for job, marked, headless, embedded in product((None, *jobs), (0, 2), (False, True), (False, True))
    ]


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.id)
def test_what_changes_something_is_refused(fake: FakeYard, action: Action) -> None:
    """Whenever a changing action is possible otherwise, it is not in a read-only app, which says so; others are."""
    possible = [context for context in situations(fake) if action.when(context)]
    assert possible
    for context in possible:
        why = why_not(action, context._replace(read_only=True))
        assert why == ("this app is read-only" if action.id in CHANGING else ""), context


async def leave_dialogs(app: Driver) -> None:
    """Back to the jobs, whatever is open."""
    while app.app.screen is not app.app.jobs:
        await app.press("escape")


async def test_no_key_changes_the_yard(home: Path) -> None:
    """All keys of all actions, on jobs of every kind, answered with Enter: the store is what it was, to the letter."""
    with Yard.open(home, face="app") as yard:
        before = dump(home)
        async with opened(yard, read_only=True, worker=True) as app:
            for move in ("g", "j", "j", "j", "G", "k", "k"):
                await app.press(move)
                for key in [key for action in ACTIONS if action.id in CHANGING for key in action.keys]:
                    await app.press(key)
                    if app.app.screen is not app.app.jobs:
                        await app.press("enter")
                    await leave_dialogs(app)
            await app.said("this app is read-only")
            await app.shown("read-only")
        assert dump(home) == before


async def test_the_yard_itself_refuses(home: Path) -> None:
    """Should a change slip through, the store refuses it, in every thread, and the app says so."""
    with Yard.open(home, face="app") as yard:
        yard.only_look()
        before = dump(home)
        with pytest.raises(YardError, match="read-only"):
            yard.hold(["one"])
        async with opened(yard, read_only=True) as app:
            app.app.jobs.command("held", lambda yard: yard.hold(["one"]))
            await app.said("is read-only")
        assert dump(home) == before


def test_it_makes_no_yard(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A yard that is not there is not made: one line, exit code 2."""
    assert run_app(tmp_path / "nowhere", read_only=True) == 2
    assert "There is no yard at" in capsys.readouterr().err
    assert not (tmp_path / "nowhere").exists()
