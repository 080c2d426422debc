"""The Configs screen on a real yard: what is chosen and seen, what its keys change, and what may go wrong meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise, product
from pathlib import Path

import pytest
from textual.widgets._input import Input

from jobyard.core.models import JobSpec
from jobyard.core.states import State
from jobyard.core.store import configs
from jobyard.core.yard import Yard
from jobyard.tui.configs import giving, reading
from jobyard.tui.configs.differences import Unified
from jobyard.tui.configs.head import FORMS
from jobyard.tui.configs.reading import BEFORE, Wish, read
from jobyard.tui.configs.reading import MAIN as MAIN_BASE
from jobyard.tui.configs.versions import FILE
from jobyard.tui.screens.configs import Configs
from jobyard.tui.verbs import configchanges
from jobyard.tui.verbs.detail import FOLLOW
from tests.tui import prepared
from tests.tui.conftest import Driver, opened
from tests.tui.terminal import app_on

TYPE = "hardware_config"
OLD, MAIN, DISK = "f_ge: 4.7\nt1: 60\n", "f_ge: 4.8\nt1: 60\n", "f_ge: 4.85\nt1: 60\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "hw.yml"
    path.write_text(DISK)
    return path


@pytest.fixture
def yard(yard_home: Path, file: Path) -> Iterator[Yard]:
    """Two versions, the newer is main, and a file that differs from it; a schema that wants a number."""
    with Yard.open(yard_home, face="app") as yard:
        (yard.home / "schema.json").write_text('{"properties": {"f_ge": {"type": "number"}}}')
        (yard.home / "jobyard.yml").write_text(f"configs: {{{TYPE}: {{file: {file}, schema: schema.json}}}}\n")
        for text in (OLD, MAIN):
            yard.config_push(TYPE, text.encode(), filename="hw.yml")
        yield yard


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are looked at more often than once a second."""
    monkeypatch.setattr("jobyard.tui.screens.configlooks.SECOND", 0.1)


def screen(app: Driver) -> Configs:
    place = app.app.place
    assert isinstance(place, Configs)
    return place


async def shown(app: Driver, words: str = "differs from main") -> Configs:
    """On the screen, with what was looked up."""
    await app.press("5")
    await app.shown(words)
    await app.emptied()
    return screen(app)


def ids(yard: Yard) -> list[str]:
    """The versions, oldest first."""
    return [version.id for version in reversed(yard.config_versions(TYPE))]


def main(yard: Yard) -> str:
    return yard.config_version(TYPE).id


def right(app: Driver) -> str:
    """What the right side shows."""
    pane = screen(app).pane.region
    return "\n".join(line[pane.x : pane.right] for line in app.lines()[pane.y : pane.bottom])


# -- looking ------------------------------------------------------------------------------------------------------


async def test_types_versions_and_what_changed(yard: Yard) -> None:
    """Main and who set it, how the file stands, the versions newest first, and the diff with the version before."""
    async with opened(yard) as app:
        await shown(app)
        lines = app.text()
        old, new = ids(yard)
        assert lines.index("hw.yml") < lines.index(f"● {new} main") < lines.index(f"○ {old}")
        assert "≠ hardware_config HW" in lines
        assert "≠ 1 file to look at" in app.lines()[0]
        assert f"{new}  ● main since" in lines
        assert "✓ as it was pushed" in lines
        assert "1        - f_ge: 4.7" in right(app)
        assert "1  + f_ge: 4.8" in right(app)


async def test_every_form(yard: Yard) -> None:
    """] leads from one to the next and round: beside, values, runs, history, contents, lines."""
    async with opened(yard) as app:
        await shown(app)
        for words in ("│    1 + f_ge: 4.8", "f_ge  4.7 → 4.8", "Nothing ran with", "● ", "2 t1: 60", "1  + f_ge: 4.8"):
            await app.press("right_square_bracket")
            await app.emptied()
            assert words in right(app)


async def test_what_it_is_compared_with(yard: Yard) -> None:
    """The version before, main, the file; a marked one before all these; esc drops the mark."""
    async with opened(yard) as app:
        configs = await shown(app)
        new = main(yard)
        await app.press("j")
        await app.shown("first version")
        await app.press("b")
        await app.shown(f"{new} (main) → this")
        await app.press("b")
        await app.shown("hw.yml → this")
        await app.press("k", "space", "k")
        await app.shown(f"{new} (main) → the file")
        assert "+ f_ge: 4.85" in right(app)
        await app.press("escape")
        assert configs.list.mark == ""
        assert app.app.place is configs


async def test_words_are_looked_for(yard: Yard) -> None:
    """/ asks for them, n leads on, what is not there is said; esc looks for nothing more, and stays."""
    async with opened(yard) as app:
        configs = await shown(app)
        configs.see("contents")
        await app.shown("2 t1: 60")
        await app.press("slash", "t", "1", "enter")
        await app.until(lambda: configs.pane.hit == 1, "the line")
        await app.press("n")
        await app.emptied()
        assert configs.pane.hit == 1
        await app.press("slash", "z", "enter")
        await app.said("There is no z in it")
        await app.press("escape")
        assert (configs.sought, app.app.place) == ("", configs)


async def test_the_file_is_watched(yard: Yard, file: Path) -> None:
    """Whatever becomes of it appears by itself, and what is shown of it is what it holds now."""
    async with opened(yard) as app:
        configs = await shown(app)
        await app.press("g")
        await app.shown("+ f_ge: 4.85")
        file.write_text("f_ge: 4.9\nt1: 60\n")
        await app.shown("+ f_ge: 4.9")
        file.unlink()
        await app.shown("is missing")
        await app.until(lambda: "✗ There is no file" in right(app), "that it is gone")
        file.write_text("f_ge: many\n")
        await app.shown("✗ is invalid")
        configs.see("contents")
        await app.shown("✗ f_ge: 'many' is not of type 'number'")
        file.write_text(MAIN)
        await app.shown("✓ same as main")


async def test_what_others_do_is_seen(yard: Yard) -> None:
    """A version that somebody pushes comes above; the cursor stays where it was."""
    async with opened(yard) as app:
        configs = await shown(app)
        new = main(yard)
        assert configs.list.key == new
        await app.press("j", "k")
        with Yard.open(yard.home) as other:
            pushed = other.config_push(TYPE, b"f_ge: 5\n", filename="hw.yml").version.id
        await app.shown(f"● {pushed} main")
        assert configs.list.key == new
        await app.shown(f"{new}  main from")


async def test_ten_thousand_versions(yard: Yard) -> None:
    """Read as far as one looks; G reaches the first one, and a version far down can be turned to."""
    insert = (
        "INSERT INTO config_version (type, code, day, number, checksum, size, filename, path, created_at, actor_id) "
        "VALUES (?, 'HW', 20301123, ?, ?, 1, 'a.yml', ?, 1.0, 1)"
    )
    with yard._store.db.transaction() as connection:
        rows = ((TYPE, n, f"{n:064x}", f"configs/versions/{TYPE}/{n}") for n in range(1, 10_001))
        connection.executemany(insert, rows)
        configs.set_main(yard._store, TYPE, 10_002)
    far = "CFG-HW-20301123-05000"
    async with opened(yard) as app:
        place = await shown(app, "versions 10,002")
        assert len(place.list.known.versions) < 2000
        place.choose_version(TYPE, far)
        await app.shown(f"○ {far}")
        assert not place.list.known.whole
        await app.press("G")
        await app.until(lambda: place.list.key == yard.config_versions(TYPE, before=3)[-1].id, "the oldest")


# -- from a job and to one ----------------------------------------------------------------------------------------


def ran(yard: Yard, version: str) -> str:
    """The id of a job whose attempt ran with a version."""
    lab = prepared._Lab(yard)
    submitted = yard.submit(JobSpec({"command": ["true"]}, name="rabi", cwd="/"))
    lab.claim()
    with yard._store.db.transaction() as connection:
        token = lab.tokens[yard.job(submitted.id).row]
        configs.link(connection, {token: [yard.config_version(version).row]})
    lab.end("rabi", State.COMPLETED)
    return submitted.id


async def test_from_a_job_to_its_version_and_back(yard: Yard) -> None:
    """5 turns to what the selected job ran with, and says so; enter on a run leads to the job, and its pane back."""
    old, _ = ids(yard)
    job = ran(yard, old)
    async with opened(yard) as app:
        configs = await shown(app, "as rabi ran")
        await app.until(lambda: configs.list.key == old, "the version of the job")
        assert f"◂○ {old}" in app.text()
        configs.see("runs")
        await app.shown(f"✓ completed {job}")
        await app.press("enter", "enter")
        await app.until(lambda: app.app.screen is app.app.jobs, "the jobs")
        await app.press("enter")
        await app.shown(f"›configs     {TYPE}")
        link = next(row.link for row in app.app.jobs.detail._rows if row.link and row.link.kind == "config")
        configs.list.key = ids(yard)[1]
        FOLLOW["config"](app.app.jobs, link)
        await app.until(lambda: app.app.place is configs and configs.list.key == old, "the version of the line")


async def test_enter_on_the_history(yard: Yard) -> None:
    """Leads to the version that was main then."""
    async with opened(yard) as app:
        configs = await shown(app)
        configs.see("history")
        await app.press("enter", "j", "enter")
        await app.until(lambda: configs.list.key == ids(yard)[0], "the version before")


# -- changing -----------------------------------------------------------------------------------------------------


async def test_a_push_shows_what_it_changes(yard: Yard) -> None:
    """The values and the lines; Enter pushes, and u takes it back."""
    async with opened(yard) as app:
        await shown(app)
        await app.press("p")
        await app.shown("Make hw.yml the main hardware_config?")
        assert "f_ge  4.8 → 4.85" in app.text()
        assert f"$ jobyard config push {TYPE}" in app.text()
        before = main(yard)
        await app.press("enter")
        await app.said("is main hardware_config now")
        await app.shown("same as main")
        assert yard.config_bytes(TYPE) == DISK.encode()
        await app.press("u")
        await app.until(lambda: main(yard) == before, "main of before")
        await app.shown("differs from main")
        await app.press("p", "enter")
        await app.said("(it was there already)")
        await app.press("p")
        await app.said("Nothing to push")


async def test_what_was_shown_is_what_is_pushed(yard: Yard, file: Path) -> None:
    """The file is written while the question is read: the bytes that were shown become main."""
    async with opened(yard) as app:
        await shown(app)
        await app.press("p")
        await app.shown("Make hw.yml the main")
        file.write_text("f_ge: 9\n")
        await app.press("enter")
        await app.said("is main hardware_config now")
        assert yard.config_bytes(TYPE) == DISK.encode()


async def test_somebody_sets_main_while_one_is_asked(yard: Yard) -> None:
    """Nothing is done: what was shown is not so any more."""
    old, new = ids(yard)
    async with opened(yard) as app:
        await shown(app)
        await app.press("p")
        await app.shown("Make hw.yml the main")
        yard.config_set_main(old)
        await app.press("enter")
        await app.said("is another one since you looked")
        assert main(yard) == old
        assert ids(yard) == [old, new]


async def test_an_invalid_file_is_refused_at_its_line(yard: Yard, file: Path) -> None:
    """What is wrong stands below the line where it is; Enter does nothing."""
    file.write_text("t1: 1\n" * 1 + "f_ge: many\n")
    async with opened(yard) as app:
        await shown(app, "is invalid")
        await app.press("p")
        await app.shown("hw.yml cannot become main: 1 complaint")
        lines = app.lines()
        at = next(number for number, line in enumerate(lines) if "2 f_ge: many" in line)
        assert "✗ f_ge: 'many' is not of type 'number'" in lines[at + 1]
        await app.press("enter")
        await app.emptied()
        assert yard.config_bytes(TYPE) == MAIN.encode()


async def test_another_file_is_pushed(yard: Yard, file: Path) -> None:
    """Its path is completed by tab."""
    file.with_name("draft-of-today.yml").write_text("f_ge: 5.5\n")
    async with opened(yard) as app:
        await shown(app)
        await app.press("P", *"draft")
        field = app.app.screen.query_one(Input)
        await app.until(lambda: field._suggestion.endswith("draft-of-today.yml"), "an offer")
        await app.press("tab", "enter")
        await app.shown("Make draft-of-today.yml the main")
        await app.press("enter")
        await app.said("is main hardware_config now")
        assert yard.config_version(TYPE).filename == "draft-of-today.yml"


async def test_another_main_is_set(yard: Yard) -> None:
    """With what that changes; not offered of the one that is main."""
    old, _ = ids(yard)
    async with opened(yard) as app:
        await shown(app)
        await app.press("m")
        await app.said("set main: not for what is selected")
        await app.press("j", "m")
        await app.shown(f"Make {old} the main hardware_config?")
        assert "f_ge  4.8 → 4.7" in app.text()
        await app.press("enter")
        await app.said(f"{old} is main")
        assert main(yard) == old


async def test_main_is_written_to_its_file(yard: Yard, file: Path) -> None:
    """With a question where something else is in it, and not if it was saved meanwhile; without where it is gone."""
    async with opened(yard) as app:
        await shown(app)
        await app.press("w")
        await app.shown("Write main hardware_config over its file?")
        assert "f_ge  4.85 → 4.8" in app.text()
        file.write_text("f_ge: 9\n")
        await app.press("enter")
        await app.said("was written since you looked")
        await app.press("w")
        await app.shown("f_ge  9 → 4.8")
        await app.press("enter")
        await app.until(lambda: file.read_text() == MAIN, "the file")
        file.unlink()
        await app.press("w")
        await app.until(lambda: file.exists() and file.read_text() == MAIN, "the file")


async def test_a_version_is_saved(yard: Yard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Into the folder where one is, under its id; never over something else without a question."""
    monkeypatch.chdir(tmp_path)
    target = tmp_path / f"{main(yard)}.yml"
    async with opened(yard) as app:
        await shown(app)
        await app.press("S", "enter")
        await app.said("is in")
        assert target.read_text() == MAIN
        target.write_text("mine\n")
        await app.press("S", "enter")
        await app.shown("over this file?")
        await app.press("escape")
        await app.emptied()
        assert target.read_text() == "mine\n"


async def test_read_only(yard: Yard, file: Path) -> None:
    """Everything is seen; nothing is pushed, pulled, made main."""
    async with opened(yard, read_only=True) as app:
        await shown(app)
        for key in ("p", "P", "w"):
            await app.press(key)
        await app.press("j", "m")
        await app.emptied()
        assert len(app.app.screen_stack) == 2
        assert sum("this app is read-only" in toast for toast in app.toasts()) == 4


# -- what may go wrong --------------------------------------------------------------------------------------------


async def test_a_damaged_version_is_told(yard: Yard) -> None:
    """Nothing of it is shown as if it were right, in no form; it does not become main."""
    old, new = ids(yard)
    path = yard.config_path(old)
    path.chmod(0o600)
    path.write_text("f_ge: 666\n")
    async with opened(yard) as app:
        configs = await shown(app)
        await app.press("j")
        await app.shown("✗ damaged")
        for form in ("contents", "lines", "beside", "values"):
            configs.see(form)
            await app.emptied()
            assert "666" not in app.text()
        await app.press("b")
        await app.shown("✗")
        await app.press("m")
        await app.emptied()
        assert main(yard) == new


async def test_a_damaged_main(yard: Yard) -> None:
    """Told in the list of types; the file can be pushed all the same."""
    yard.config_path(main(yard)).unlink()
    async with opened(yard) as app:
        await shown(app, "main is damaged")
        await app.press("p")
        await app.shown("Damaged: ")
        await app.press("enter")
        await app.said("is main hardware_config now")


async def test_ten_megabytes_and_no_utf_8(yard: Yard, file: Path) -> None:
    """The end of a large file is a key away; bytes that are no text are visible."""
    file.write_bytes(b"key: value of a line, which is not short\n" * 250_000 + b"last: \xff\xfe\n")
    async with opened(yard) as app:
        configs = await shown(app, "is invalid")
        await app.press("g")
        configs.see("contents")
        await app.shown("key: value of a line")
        await app.press("enter", "G")
        await app.shown("last: \\xff\\xfe")
        await app.press("right", "left", "g")
        await app.shown("     1 key: value")


async def test_a_file_that_vanishes_while_it_is_shown(yard: Yard, file: Path) -> None:
    """In words, in every form; nothing else happens."""
    async with opened(yard) as app:
        configs = await shown(app)
        await app.press("g")
        file.unlink()
        await app.shown("is missing")
        for form in ("contents", "lines", "beside", "values"):
            configs.see(form)
            await app.until(lambda: "✗" in right(app), form)
        await app.press("p")
        await app.said("There is no file")
        assert not any("went wrong" in toast for toast in app.toasts())


async def test_where_nothing_was_pushed(yard_home: Path) -> None:
    """What to do is told: the key, the command, the settings."""
    with Yard.open(yard_home, face="app") as yard:
        async with opened(yard) as app:
            await shown(app, "No version yet.")
            for words in (f"jobyard config push {TYPE} FILE", "P  pushes a file", "jobyard.yml", "nothing yet"):
                assert words in app.text()


async def test_one_panel_has_the_whole_screen(yard: Yard) -> None:
    """z gives it to the panel that has the keys; tab leads on; again, or esc, and all are there as before."""
    async with opened(yard) as app:
        configs = await shown(app)
        width = configs.pane.size.width
        await app.press("enter", "z")
        await app.until(lambda: configs.pane.size.width >= 155 and not configs.left.display, "the pane alone")
        await app.press("shift+tab")
        await app.until(lambda: configs.list.size.width >= 155, "the versions alone")
        await app.press("z")
        await app.until(lambda: configs.pane.size.width == width and configs.left.display, "all")
        await app.press("enter", "z", "escape")
        await app.until(lambda: configs.pane.size.width == width and configs.left.display, "all once more")
        assert app.app.place is configs


def test_control_sequences_on_a_real_terminal(yard: Yard, file: Path) -> None:
    """What a config holds is shown, never obeyed; the keys go on."""
    file.write_bytes(b"f_ge: 4.9 # \x1b[2J\x1b]0;title\x07\xc2\x9b31m\n" + b"k: v\n" * 300)
    with app_on(yard.home, "--no-worker", "--screen", "configs") as terminal:
        terminal.shown("is invalid")
        terminal.keys("g[")
        terminal.shown("f_ge: 4.9 # ␛[2J␛]0;title")
        terminal.keys("\tG")
        terminal.shown("301 k: v")
        terminal.keys("g")
        terminal.shown("✗ it is no YAML")
        assert "5 Configs" in terminal.text()
    assert not (yard.home / "run" / "app-crash.txt").exists()


@pytest.mark.parametrize("size", [(80, 24), (40, 10), (20, 5)])
async def test_where_it_is_narrow_one_panel_at_a_time(yard: Yard, size: tuple[int, int]) -> None:
    """Tab leads through the three and round again; questions can be answered."""
    async with opened(yard, size) as app:
        await app.press("5")
        await app.emptied()
        for _ in range(4):
            await app.press("tab")
            await app.emptied()
        await app.press("p")
        await app.until(lambda: len(app.app.screen_stack) == 3, "the question")
        await app.press("j", "G", "enter")
        await app.until(lambda: yard.config_bytes(TYPE) == DISK.encode(), "the push")


BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n" for before, name in pairwise("abcdefg")
)


@pytest.mark.parametrize(
    ("data", "said"),
    [(BOMB.encode(), "it has too many values (1,000,000 are taken at most"),
     (DISK.encode() + b"# \xb5s\n", "line 3: it is not UTF-8"),
     (b"a: [\n", "it is no YAML")],
    ids=["too many", "no UTF-8", "no YAML"],
)  # fmt: skip
def test_what_has_no_values_says_so_in_their_place(yard: Yard, file: Path, data: bytes, said: str) -> None:
    """Which of the two and why; the lines are compared all the same, also when one is asked whether to push it."""
    file.write_bytes(data)
    wish = Wish(TYPE, str(file), FILE, "values", MAIN_BASE)
    leaf = read(yard, wish)
    leaf.lay(400)
    told = "\n".join("".join(text for text, _ in leaf.line(number, 0, 400)) for number in range(leaf.count))
    assert "There are no values to compare" in told
    assert f"{file}: " in told
    assert said in told
    assert isinstance(read(yard, wish._replace(form="lines")), Unified)
    asked = configchanges.shown(yard.config_diff(main(yard), file), str(file))
    asked.lay(400)
    assert "Values are not compared." in "".join(text for text, _ in asked.line(0, 0, 400))


def test_of_very_many_lines_the_first_are_compared(yard: Yard, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told, beside them and in a question; values are all compared; the memory that it took is given back."""
    for module in (reading, configchanges):
        monkeypatch.setattr(module, "MOST_LINES", 20)
    file.write_text("".join(f"part_{number}: 1\n" for number in range(50)))
    wish = Wish(TYPE, str(file), FILE, "lines", MAIN_BASE)
    leaf = read(yard, wish)
    assert (leaf.count, leaf.caption[:18]) == (18, "the first 20 lines")
    assert read(yard, wish._replace(form="values")).count == 52
    given: list[int] = []
    monkeypatch.setattr(reading, "LARGE", 18)
    monkeypatch.setattr(reading, "give_back", lambda: given.append(giving.give_back() or 1))
    assert read(yard, wish).count == len(given) * 18
    asked = configchanges.shown(yard.config_diff(main(yard), file, most=20), str(file))
    asked.lay(80)
    told = ["".join(text for text, _ in asked.line(number, 0, 80)).strip() for number in range(asked.count)]
    assert "The first 20 lines:" in told


def test_every_form_of_everything(yard: Yard, file: Path) -> None:
    """Whatever is chosen and compared has lines to show, the file being there or not."""
    for _ in range(2):
        for form, key, base in product(FORMS, [FILE, *ids(yard)], [BEFORE, MAIN_BASE, FILE, ids(yard)[0]]):
            leaf = read(yard, Wish(TYPE, str(file), key, form, base))
            leaf.lay(60)
            assert leaf.count > 0
            assert all(leaf.line(number, 0, 60) for number in range(leaf.count))
        file.unlink(missing_ok=True)
