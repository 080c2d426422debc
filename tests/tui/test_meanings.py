"""One action, one meaning: what a key does to the store is what its command does, for every action there is."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path

import pytest
from textual.keys import _character_to_key

from jobyard.core.yard import Yard
from jobyard.tui.cli.main import main
from jobyard.tui.registry import SCREENS
from tests.tui import prepared
from tests.tui.conftest import Driver, opened
from tests.tui.meanings import CASES, ELSEWHERE, Case, Elsewhere

ROOT = Path(__file__).parents[2]
IDS = list(dict.fromkeys(action.id for actions in SCREENS.values() for action in actions))


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The prepared yard, which nobody opens again."""
    home = tmp_path_factory.mktemp("prepared") / "yard"
    prepared.make(home)
    return home


class Pair:
    """One place for two equal yards, one after the other: what a job captures of its surroundings is equal too."""

    def __init__(self, original: Path, home: Path) -> None:
        self.original, self.home = original, home

    def fresh(self, case: Case) -> None:
        """The prepared yard once more, and what the case wants done first."""
        shutil.rmtree(self.home, ignore_errors=True)
        shutil.copytree(self.original, self.home)
        for line in case.first:
            self.command(line)

    def command(self, line: str) -> None:
        """``jobyard LINE``."""
        first = next((path.stem for path in sorted(self.home.glob("configs/versions/hardware_config/CFG*"))), "")
        for part in line.format(home=self.home, first=first, python=sys.executable).split("; "):
            with prepared.worked(self.home):
                assert main(shlex.split(part)) == 0, part

    def dump(self) -> dict[str, prepared.Rows]:
        return prepared.dump(self.home)


@pytest.fixture
def pair(original: Path, yard_home: Path) -> Pair:
    return Pair(original, yard_home)


def test_every_action_has_a_case() -> None:
    """An action without a case is not proven to mean what its command means."""
    told = {each.action for each in (*CASES, *ELSEWHERE)}
    missing = [id for id in IDS if id not in told]
    assert not missing, f"Add to CASES in tests/tui/meanings.py (its top says how) what these mean: {missing}"
    assert not told - set(IDS), f"tests/tui/meanings.py has cases of actions that are gone: {told - set(IDS)}"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_the_key_is_the_command(case: Case, pair: Pair) -> None:
    """After the keys the store holds what it holds after the command; without a command, what it held before."""
    pair.fresh(case)
    before = pair.dump()
    with prepared.worked(pair.home):
        await press(case, pair.home)
    by_keys = pair.dump()
    if case.command is None:
        assert prepared.differences(before, by_keys) == ""
        return
    pair.fresh(case)
    pair.command(case.command)
    by_command = pair.dump()
    assert prepared.differences(before, by_command) != "", "the command changes nothing: the case proves nothing"
    assert prepared.differences(by_keys, by_command) == ""


@pytest.mark.parametrize("case", ELSEWHERE, ids=lambda case: case.action)
def test_what_is_proven_elsewhere_is(case: Elsewhere) -> None:
    """The test that a case names is there."""
    path, _, name = case.test.partition("::")
    assert f"def {name}(" in (ROOT / path).read_text(), f"{case.test} is not there"


# -- pressing ------------------------------------------------------------------------------------------------


async def press(case: Case, home: Path) -> None:
    """The keys of a case in the real app on the real yard."""
    with Yard.open(home, face="app") as yard:
        async with opened(yard) as app:
            await app.emptied()
            for name in case.on.split():
                await choose(app, yard, name)
                if " " in case.on:
                    await one_key(app, "space")
            for key in case.keys:
                await one_key(app, key)
            assert not [toast for toast in app.toasts() if "Something went wrong" in toast], app.toasts()


async def choose(app: Driver, yard: Yard, name: str) -> None:
    """Put the cursor on a job."""
    row = yard.job(name).row
    app.app.jobs.go_to_job(row)
    await app.until(lambda: app.selected == row, f"the cursor on {name}")
    await app.emptied()


async def one_key(app: Driver, key: str) -> None:
    """A key, a word that is typed, or words that are waited for; then whatever follows from it."""
    if key[0] == "?" and len(key) > 1:
        await app.shown(key[1:])
    elif key[0] == "!" and len(key) > 1:
        app.app.jobs.action_act(key[1:])
    elif key[0] == "=" and len(key) > 1:
        await app.press(*map(key_of, key[1:]))
    else:
        await app.press(key)
    await app.emptied()


def key_of(letter: str) -> str:
    """Textual's name of a letter's key."""
    return _character_to_key(letter)


@pytest.fixture(autouse=True)
def plain_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same surroundings for the app and for the command."""
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.delenv("LINES", raising=False)
    monkeypatch.chdir(ROOT / "config" / "examples" / "experiments")
