"""The keymap file: what it may say, how its mistakes are told, and that every face of the app shows its keys."""

from __future__ import annotations

import os
import string
from pathlib import Path

import pytest

from jobyard.tui.keymap import BARE, default_path, load, read
from jobyard.tui.keynames import key_name, read_key
from jobyard.tui.registry import ACTIONS, SCREENS
from tests.tui.conftest import opened
from tests.tui.fake_yard import FakeYard

SHIPPED = {action.id: action.keys for actions in SCREENS.values() for action in actions}


@pytest.fixture
def keys_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the app looks for the keymap in this test."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    path = default_path()
    path.parent.mkdir(parents=True)
    return path


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("^d", "ctrl+d"),
        ("Ctrl+D", "ctrl+d"),
        ("C-d", "ctrl+d"),
        ("PgDn", "pagedown"),
        ("Esc", "escape"),
        ("space", "space"),
        (" ", "space"),
        ("+", "plus"),
        ("ctrl++", "ctrl+plus"),
        ("-", "minus"),
        ("shift+g", "G"),
        ("G", "G"),
        ("M-x", "alt+x"),
        ("F5", "f5"),
        ("less_than_sign", "less_than_sign"),
        ("é", "é"),
        ("^i", "tab"),
        ("ctrl+m", "enter"),
        ("two keys", ""),
        ("ctrl+", ""),
        ("\x1b", ""),
    ],
)
def test_keys_as_people_write_them(written: str, key: str) -> None:
    """A key may be written in the usual ways; what terminals cannot tell apart is one key."""
    assert read_key(written) == key


def test_characters_are_called_as_textual_calls_them() -> None:
    """Every printable character has the name under which it is pressed."""
    from textual.keys import _character_to_key

    for character in string.ascii_letters + string.digits + string.punctuation + " é€":
        assert read_key(character) == _character_to_key(character)


@pytest.mark.parametrize("key", sorted({key for keys in SHIPPED.values() for key in keys}))
def test_what_is_shown_can_be_written(key: str) -> None:
    """Each key that ships is understood in the form in which the help shows it."""
    assert read_key(key_name(key)) == key


@pytest.mark.parametrize(
    ("text", "id", "keys"),
    [
        ("cancel: m", "cancel", ("m",)),
        ("cancel: [m, ctrl+x]", "cancel", ("m", "ctrl+x")),
        ("cancel:\n  - m\n  - '^x'", "cancel", ("m", "ctrl+x")),
        ("cancel: null", "cancel", ()),
        ("cancel: []", "cancel", ()),
        ("raise: =\nlower: -", "lower", ("minus",)),
        ("cancel: #", "cancel", ("number_sign",)),
        ("columns: z\nfold: O", "columns", ("z",)),
        ("mark-all: 8", "mark-all", ("8",)),
        ("cancel: m # why not", "cancel", ("m",)),
    ],
)
def test_what_a_keymap_may_say(text: str, id: str, keys: tuple[str, ...]) -> None:
    """A key, a list of keys, or null; a sign need not be quoted."""
    found, problems = read(text.encode(), SCREENS)
    assert (found[id], problems) == (keys, [])


@pytest.mark.parametrize("character", sorted(set(string.punctuation) - {"'", '"', "_"}))
def test_a_bare_sign_is_that_key(character: str) -> None:
    """Also those signs that mean something in YAML."""
    clash = {id for id, keys in SHIPPED.items() if read_key(character) in keys and id != "cancel"}
    text = f"cancel: {character}\n" + "".join(f"{id}: null\n" for id in clash)
    found, problems = read(text.encode(), SCREENS)
    assert (found["cancel"], problems) == ((read_key(character),), []), BARE


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("\ncancle: x", 2, "`cancle` is no action. Did you mean cancel?"),
        ("xyzzy: x", 1, "`xyzzy` is no action. `jobyard keys` lists them."),
        ("cancel: two keys", 1, "`two keys` is no key. Write it like x"),
        ("cancel: m\ncancel: y", 2, "cancel is given twice. First in line 1."),
        ("cancel: j", 1, "j is the key of down and of cancel. Give down another, or null."),
        ("hold: m\ncancel: m", 2, "m is the key of hold and of cancel. Give hold another, or null."),
        ("down: '|'", 1, "| is the key of logs-pager and of down."),
        ("cancel: enter", 1, "enter answers questions, cancel cannot have it."),
        ("cancel: ^m", 1, "enter answers questions"),
        ("cancel: esc", 1, "esc answers questions"),
        ("cancel: ctrl+c", 1, "^c says how to leave everywhere. Take another key."),
        ("cancel: tab", 1, "tab goes on everywhere"),
        ("cancel: {x: y}", 1, "An action has a key or a list of keys. Write it like [x, ctrl+x]."),
        ("- cancel", 1, "A keymap is actions with their keys. Write it like cancel: f8."),
        ("cancel: [x\nhold: y\n", 2, "It is no YAML"),
        ("cancel: x\n\thold: y", 2, "tab"),
        ("cancel: \x1b", 1, "It contains a control character."),
        ("? [a]\n: x", 1, "An action is a word."),
    ],
)
def test_mistakes_are_told_with_their_line(text: str, line: int, words: str) -> None:
    """Unknown actions and keys, clashes within a screen, keys of questions, and what is no YAML."""
    _, problems = read(text.encode(), SCREENS)
    assert [problem.line for problem in problems] == [line]
    assert words in problems[0].text("keys.yml")


def test_two_actions_may_change_their_keys() -> None:
    """Keys are judged together, not one after another."""
    found, problems = read(b"hold: w\nwatch: H\n", SCREENS)
    assert found == {"hold": ("w",), "watch": ("H",)}
    assert not problems


def test_no_file_no_change(tmp_path: Path) -> None:
    """Without a file all keys are as they ship."""
    keymap = load(tmp_path / "keys.yml")
    assert (keymap.applied(ACTIONS), keymap.trouble) == (ACTIONS, "")


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    """A folder in its place is a mistake like any other."""
    assert "Is a directory" in load(tmp_path).trouble


def test_files_that_are_none(tmp_path: Path) -> None:
    """A pipe is not waited for, a huge file is not read through."""
    os.mkfifo(tmp_path / "pipe")
    assert "is no file" in load(tmp_path / "pipe").trouble
    with open(tmp_path / "huge", "wb") as file:
        file.truncate(1 << 34)
    assert "bytes" in load(tmp_path / "huge").trouble


def test_an_account_without_a_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody's home is known there is no file either."""
    monkeypatch.delenv("HOME")
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 4_000_000_000)
    assert load().trouble == ""


async def test_the_app_has_the_keys_of_the_file(fake: FakeYard, keys_file: Path) -> None:
    """The new key does it, the old one nothing; footer, help and palette show the new one."""
    keys_file.write_text("hold: [Z, ^x]\nmark-all: null\n")
    async with opened(fake) as app:
        await app.press("j", "j", "j", "H", "asterisk", "Z")
        await app.said("Held JOB-20261122-00021")
        await app.shown("Z release")
        assert [call[0] for call in fake.calls] == ["hold"]
        assert not app.table.marks
        await app.press("ctrl+x")
        await app.said("Released JOB-20261122-00021")
        await app.press("question_mark", *"^x")
        await app.shown("Z ^x")
        await app.press("escape", "ctrl+p", *"hold")
        await app.shown("Z ^x")


async def test_a_broken_file_changes_nothing_and_is_told(fake: FakeYard, keys_file: Path) -> None:
    """The app begins with the keys that ship and says what is wrong, where."""
    keys_file.write_text("hold: Z\ncancle: x\nmark: enter\n")
    async with opened(fake) as app:
        await app.said("line 2: `cancle` is no action. Did you mean cancel? And 1 more: see `jobyard keys --check`.")
        await app.press("j", "j", "j", "H")
        await app.said("Held JOB-20261122-00021")


async def test_the_palette_itself_can_be_moved(fake: FakeYard, keys_file: Path) -> None:
    """Its key is a key like the others: the old one does nothing."""
    keys_file.write_text("palette: f2\n")
    async with opened(fake) as app:
        await app.press("ctrl+p")
        assert app.app.screen is app.app.jobs
        await app.press("f2")
        await app.until(lambda: app.app.screen is not app.app.jobs, "the palette")


async def test_words_on_the_screen_name_the_keys_of_the_file(keys_file: Path, tmp_path: Path) -> None:
    """An empty yard, an empty filter and ctrl+c teach the keys as they are now."""
    keys_file.write_text("help: f1\nquit: Q\nnew: null\nfilter: F\nopen: h\n")
    async with opened(FakeYard(tmp_path, running=0, pending=0, ended=0)) as app:
        await app.shown("f1  every key     ^p  every command     Q  quit")
        await app.shown("Submit one:  new job  here, or  jobyard submit")
        await app.press("ctrl+c")
        await app.said("Q  leaves the app")
        await app.press("F", *"xyzzy", "enter")
        await app.shown("esc  drops the filter     F  another one     f1  every key")
