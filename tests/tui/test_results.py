"""The Results screen: runs, what is in their files, plots; read in a process of its own."""

from __future__ import annotations

import os
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobyard.core.errors import BadFile, BadInput
from jobyard.core.labmodels import DataFile, Run, RunFilter
from jobyard.core.models import Comparison, Difference
from jobyard.core.results.apart import Apart
from jobyard.core.results.model import Node, Tree
from jobyard.core.states import State
from jobyard.core.yard import Yard
from jobyard.tui.configs.leaf import Leaf
from jobyard.tui.plots.model import Ask
from jobyard.tui.results import service, slices
from jobyard.tui.results.differing import Differing
from jobyard.tui.results.drawing import Drawing, first
from jobyard.tui.results.filetree import CONFIG, FileTree, above, rows_of, seek
from jobyard.tui.results.narrowing import Wish, look
from jobyard.tui.screens import writing
from jobyard.tui.verbs import results as verbs
from tests.results import kit
from tests.store.kit import COMPLETED, Lab
from tests.tui.conftest import Driver, opened, remembered
from tests.tui.fake_lab import Near


class Results(Lab):
    """A lab whose experiments have left data."""

    def ran(self, name: str, user: str = "ann", at: float = 1e9, **data: object) -> str:
        """The id of a job that left data: 40 values of a sine, and *data*."""
        row = self.submit(user=user, name=name)
        self.run(row, COMPLETED)
        kit.experiment(self.store, row, {"reps": row}, "lab.rabi:Rabi")
        kit.left(self.store, row, kit.write(self.home / "data" / f"{name}.h5", 40, **data), at)
        day, number = self.store.db.row("SELECT day, number FROM job WHERE id = ?", (row,)) or (0, 0)
        return f"JOB-{day:08d}-{number:05d}"


@pytest.fixture
def lab(yard_home: Path) -> Iterator[Results]:
    made = Results(yard_home)
    yield made
    made.close()


@asynccontextmanager
async def near(yard: Yard) -> AsyncIterator[Driver]:
    """The app, whose files are read in this process: faster, where it is not about the other one."""
    async with opened(yard) as app:
        app.app.__dict__["apart"] = Near("", "")
        yield app


@pytest.fixture(scope="module")
def apart() -> Iterator[Apart]:
    reader = Apart()
    yield reader
    reader.end()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "run.h5"
    with h5py.File(path, "w") as out:
        x = np.linspace(0, 1, 40)
        out["xpts"], out["avgi"], out["cube"] = x, np.sin(9 * x), np.ones((2, 3, 4, 5, 6))
        out["wave"], out["words"] = np.exp(1j * x), ["a", "b"]
        out.attrs["config"] = '{"expt": {"reps": 3}}'
    return path


def test_the_reader_answers_from_its_own_process(apart: Apart, file: Path) -> None:
    """What is in a file comes from another process, whose errors are told as they are here."""
    assert apart.ask(f"{service.__name__}:looked", str(file)).config == {"expt": {"reps": 3}}
    assert apart.pid not in (None, os.getpid())
    with pytest.raises(BadFile, match="no such file"):
        apart.ask(f"{service.__name__}:looked", str(file) + "x")


def test_a_reader_that_hangs_or_dies_is_replaced() -> None:
    """A question without an end, or one that ends the process, is told; the next one is answered."""
    reader = Apart(0.2)
    try:
        reader.ask("os:getpid")
        with pytest.raises(BadFile, match="Nothing was read"):
            reader.ask("time:sleep", 600)
        with pytest.raises(BadFile, match="crashed"):
            reader.ask("os:_exit", 1)
        assert reader.ask("os:getpid") == reader.pid
    finally:
        reader.end()
    assert reader.pid is None


@pytest.mark.parametrize("name", ["avgi", "cube", "wave"])
def test_numbers_of_any_shape_are_drawn(file: Path, name: str) -> None:
    """Lines, complex numbers and five directions give a picture."""
    drawing = Drawing(((str(file), "run"),), name)
    picture = service.picture(drawing, Ask(60, 20))
    assert len(picture.lines) == 20
    assert picture.frame is not None


@pytest.mark.parametrize(("name", "said"), [("words", "cannot be drawn"), ("gone", "gone")])
def test_what_cannot_be_drawn_is_told(file: Path, name: str, said: str) -> None:
    """Strings, and datasets that are not there, are refused in words."""
    with pytest.raises(BadInput, match=said):
        service.figure(Drawing(((str(file), "run"),), name))


def test_several_runs_are_drawn_over_each_other(file: Path) -> None:
    """Each file gives a series, named by its run."""
    found = service.figure(Drawing(((str(file), "one"), (str(file), "other")), "avgi"))
    assert [series.name for series in found.series] == ["avgi one", "avgi other"]


def test_an_export_writes_over_nothing_unless_told(file: Path, tmp_path: Path) -> None:
    """CSV and npz are written; a file that is there stays unless it is meant."""
    target = tmp_path / "out.npz"
    service.export(str(file), str(target), ("avgi",), False)
    assert np.load(target)["avgi"].shape == (40,)
    with pytest.raises(BadInput, match="there already"):
        service.export(str(file), str(target), (), False)
    assert "avgi" in service.export(str(file), str(target), ("avgi",), True)


def test_the_config_unfolds_and_folds() -> None:
    """Values of the config are lines below it, unless it is folded."""
    tree = Tree("f", (Node("/", "group"), Node("/avgi", "dataset", (3,), "float64")))
    rows = list(rows_of(tree, {"expt": {"reps": 3}}))
    assert f"{CONFIG}/expt/reps" in [row.key for row in FileTree(rows, set()).rows]
    assert [row.key for row in FileTree(rows, {CONFIG}).rows] == ["/avgi", CONFIG]
    assert first(tree.nodes) == "avgi"


def test_what_is_in_a_file_is_told_in_words(tmp_path: Path) -> None:
    """Values that are alone, notes line by line, links and where they lead, nothing as nothing; attributes folded."""
    path = tmp_path / "odd.h5"
    with h5py.File(path, "w") as out:
        out["avgi"], out["f_ge"], out["notes"], out["empty"] = np.ones(3), 4.8, ["good", "cold"], np.zeros(0)
        out["avgi"].attrs["unit"] = "V"
        out["group/loop"] = h5py.SoftLink("/group")
        out["soft"], out["far"] = h5py.SoftLink("/avgi"), h5py.ExternalLink("other.h5", "/x")
        out["group/again"] = out["group"]
        out["pair"] = np.zeros(2, dtype=[("a", "f4"), ("b", "i2")])
    shown = service.looked(str(path))
    lines = [line.strip() for line in told(FileTree(shown.rows, set()))]
    text = "\n".join(lines)
    for words in ("= 4.8", "good", "cold", "none", "→ /avgi", "→ in another file: other.h5:/x",
                  "↺ leads back to /group", "{a: float32, b: int16}"):  # fmt: skip
        assert words in text
    assert "@unit" not in text
    assert "@unit   V" in "\n".join(told(FileTree(shown.rows, {"/avgi"})))


def test_words_are_found_also_in_what_is_folded() -> None:
    """Round the end and back; the lines in which it lies are told, to be unfolded."""
    tree = Tree("f", (Node("/", "group"), Node("/a", "group"), Node("/a/deep", "dataset", (3,), "float64"),
                      Node("/b", "dataset", (3,), "int8", attributes=(("unit", "Volt"),))))  # fmt: skip
    rows = list(rows_of(tree, {"expt": {"volt": 1}}))
    assert seek(rows, "deep", "/b") is rows[1]
    assert [row.key for row in above(rows, "/a/deep")] == ["/a"]
    found = seek(rows, "volt", "/a")
    assert found is not None
    assert (found.key, [row.key for row in above(rows, found.key)]) == ("/b/@unit", ["/b"])
    assert (after := seek(rows, "volt", found.key)) is not None
    assert after.key == f"{CONFIG}/expt/volt"
    assert seek(rows, "volt", after.key, back=True) is found
    assert seek(rows, "Volt", found.key) is found
    assert seek(rows, "nothing", "") is None


@given(st.lists(st.lists(st.sampled_from("ab"), min_size=1, max_size=4), max_size=12), st.sets(st.integers(0, 11)))
def test_what_folds_hides_what_lies_in_it_and_nothing_else(paths: list[list[str]], turned: set[int]) -> None:
    """A line is shown if and only if none of the lines above it is folded; each knows the one that folds it."""
    names = sorted({"/" + "/".join(path[:depth]) for path in paths for depth in range(1, len(path) + 1)})
    rows = list(rows_of(Tree("f", (Node("/", "group"), *(Node(name, "group") for name in names))), {}))
    keys = {rows[at].key for at in turned if at < len(rows)}
    tree = FileTree(rows, keys)
    assert [row.key for row in tree.rows] == [
        name for name in names if not any(name.startswith(f"{one}/") for one in keys)
    ]
    for at, row in enumerate(tree.rows):
        assert tree.folder(at) == at
        assert row.folds


def told(leaf: Leaf) -> list[str]:
    return [leaf.raw(number) for number in range(leaf.count)]


def test_differences_are_told_under_their_headings(file: Path, tmp_path: Path) -> None:
    """Config, code, environment, the run and its data, each with a count, also where nothing differs."""
    other = tmp_path / "other.h5"
    with h5py.File(other, "w") as out:
        out["avgi"] = np.zeros(40)
        out.attrs["config"] = '{"expt": {"reps": 4}}'
    found = (Difference("revision", "abc", "def"), Difference("environment LAB", None, "1"),
             Difference("uncommitted rabi.py", "", "", lines=("-a", "+b")),
             Difference("time", "1s", "2s", False))  # fmt: skip
    leaf = Differing(Comparison("a", 1, "b", 1, found, False), service.differing(str(file), str(other)))
    lines = told(leaf)
    heads = [lines[number].split("  ")[0] for number in leaf.stops]
    assert heads == ["config", "code", "environment", "run", "data", "measured"]
    assert [lines[number].split()[1] for number in leaf.stops[:5]] == ["1", "2", "1", "✓", "5"]
    assert "  expt.reps  3 → 4" in lines
    assert lines[lines.index("  uncommitted rabi.py") + 2] == "    +b"
    assert any(line.startswith("  avgi ") and "values" in line for line in lines)


def test_runs_that_are_the_same_are_told_so(file: Path) -> None:
    """One sentence first; each heading says it too. Without data of both nothing is said of them."""
    none = Comparison("a", 1, "b", 1, (Difference("time", "1s", "2s", False),), True)
    assert told(Differing(none, service.differing(str(file), str(file))))[0].startswith("✓ Nothing differs")
    assert "data  not both have left some" in told(Differing(none, None))


SIDES = st.none() | st.text(max_size=9)
DIFFERENCES = st.builds(Difference, st.sampled_from(["expt.a", "host", "revision", "state", "x"]), SIDES, SIDES,
                        st.booleans(), st.just(()))  # fmt: skip


@given(st.lists(DIFFERENCES), st.integers(0, 30))
def test_every_difference_has_a_line_wherever_one_looks(found: list[Difference], left: int) -> None:
    """Each is told once, and a line that is moved to the left is the rest of it."""
    leaf = Differing(Comparison("a", 1, "b", 1, tuple(found), False), None)
    assert sum((" → ", "faint") in leaf.line(number, 0, 80) or (" → ", "dim") in leaf.line(number, 0, 80)
               for number in range(leaf.count)) == len(found)  # fmt: skip
    for number in range(leaf.count):
        assert "".join(text for text, _ in leaf.line(number, left, 80)) == leaf.raw(number)[left:]


async def test_runs_are_plotted_narrowed_and_a_vanished_file_is_told(
    yard_home: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first run is drawn, a filter without a match says so, a file that vanishes is told; the app goes on."""
    run = Run(1, "JOB-1", "rabi", 1, "ann", "m:Rabi", 1.0, 2.0, DataFile(str(file), 9, 3.0))
    monkeypatch.setattr(Yard, "runs_of", lambda yard, where, *rest: [run] if where.of is None else [])
    with Yard.open(yard_home, face="app") as yard:
        async with opened(yard) as app:
            await app.press("6")
            await app.shown("40 values")
            await app.shown("reps")
            await app.press("L")
            await app.shown("log y")
            await app.press("x")
            await app.said("drawn already, as y")
            file.unlink()
            await app.shown("no such file")
            await app.press("slash", *"user:bob", "enter")
            await app.shown("No run is let through")
            await app.press("escape")
            await app.shown("rabi")


@given(st.integers(0, 40))
def test_ways_of_drawing_come_round(count: int) -> None:
    """However often a way is changed, the drawing is one that there is."""
    drawing = Drawing((), "y")
    for _ in range(count):
        drawing = verbs.next_style(verbs.next_log(verbs.next_part(drawing)))
    assert drawing.style in ("line", "points")


def test_axes_are_those_of_the_dataset_they_were_chosen_for() -> None:
    """Another dataset begins without logarithms and at its first slice; the same one, of another run, keeps both."""
    drawing = Drawing((), "y", "t", logy=True, at=(2,))
    assert drawing.turned("y", "t") == drawing
    other = drawing.turned("z", "t")
    assert (other.y, other.x, other.logx, other.logy, other.at) == ("z", "t", False, False, ())
    assert [one.scales() for one in (other, drawing, drawing._replace(logx=True))] == ["", "log y", "log x, log y"]


@given(st.lists(st.integers(1, 6), min_size=1, max_size=5), st.lists(st.tuples(st.integers(-7, 7), st.integers(-7, 7))))
def test_every_slice_is_one_that_there_is(shape: list[int], steps: list[tuple[int, int]]) -> None:
    """However it is stepped, in any direction, the slice lies within the data, and its title tells all directions."""
    drawing = Drawing((), "y")
    for direction, delta in steps:
        drawing = slices.stepped(shape, drawing, direction, delta)
    assert all(0 <= one < size for one, size in zip(slices.at(shape, drawing), shape, strict=False))
    told = slices.told(shape, drawing)
    assert told == "" if len(shape) < 3 else told.endswith(f"of {len(shape)}-D")
    assert not told or told.count(",") == len(shape) - 1


def test_all_slices_of_five_directions_are_reached() -> None:
    """Along each of the directions that are not drawn; the one that is stepped along is marked."""
    shape, drawing = (2, 3, 4, 5, 6), Drawing((), "cube")
    for direction in range(3):
        drawing = slices.stepped(shape, drawing, direction, 9)
    assert slices.told(shape, drawing) == "[1, 2, 3, :, :] of 5-D"
    assert slices.told(shape, drawing, 1) == "[1, ‹2›, 3, :, :] of 5-D"
    assert slices.told(shape, drawing._replace(heat=False)) == "[1, 2, 3, 0, :] of 5-D"


async def test_data_are_exported_and_nothing_is_written_over_unasked(
    lab: Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The path is asked for; over a file only after a question that names it, and escape leaves it as it was."""
    monkeypatch.chdir(tmp_path)
    target = tmp_path / f"{lab.ran('rabi')}.csv"
    with Yard.open(lab.home, face="app") as yard:
        async with near(yard) as app:
            await app.press("6")
            await app.shown("40 values")
            await app.press("e")
            await app.shown("Export the data as")
            await app.press("enter")
            await app.said("Written: ")
            assert "avgi" in target.read_text().splitlines()[0]
            target.write_text("mine")
            await app.press("e", "enter")
            await app.shown("Write over this file?")
            await app.press("escape")
            assert target.read_text() == "mine"
            await app.press("e", "enter")
            await app.shown("--force")
            await app.press("enter")
            await app.until(lambda: "avgi" in target.read_text(), "it is written over")
            assert list(tmp_path.glob("*.part")) == []


async def test_a_path_that_could_not_be_written_is_there_again(lab: Results, tmp_path: Path) -> None:
    """Whoever mistyped a folder mends the path of that run; once it is written the offer is as ever."""
    other = lab.ran("other")
    name = f"{lab.ran('rabi')}.csv"
    with Yard.open(lab.home, face="app") as yard:
        async with near(yard) as app:
            await app.press("6")
            await app.shown("40 values")
            await app.press("e", "ctrl+u")
            app.app.focused.value = f"{tmp_path}/no/{name}"
            await app.press("enter")
            await app.said("cannot be written")
            await app.press("j", "e")
            assert app.app.focused.value == os.path.join(os.getcwd(), f"{other}.csv")
            await app.press("escape", "k", "e")
            assert app.app.focused.value == f"{tmp_path}/no/{name}"
            app.app.focused.value = f"{tmp_path}/{name}"
            await app.press("enter")
            await app.said("Written: ")
            await app.press("e")
            assert app.app.focused.value == os.path.join(os.getcwd(), name)


def test_the_run_of_a_job_is_there_whatever_the_filter_hides(lab: Results) -> None:
    """Whoever comes from a job finds its run on top; one that has left none is told as it is now."""
    lab.ran("mine"), lab.ran("other", user="bob")
    none = lab.submit(name="none")
    with Yard.open(lab.home) as yard:
        job = next(row for row in yard.list() if row.name == "mine")
        wish = Wish(yard.run_filter("user:bob"), job=job)
        assert [run.name for run in look(yard, wish).runs] == ["mine", "other"]
        bare = look(yard, wish._replace(job=yard.rows([none])[none]))
        assert ([run.name for run in bare.runs], bare.of(job.id), bare.more) == (["other"], -1, False)
        assert look(yard, Wish(RunFilter(), limit=1)).more


async def test_the_data_line_of_a_job_leads_to_its_run_and_the_run_to_its_job(lab: Results) -> None:
    """enter on the line of the detail pane chooses the run; there the job is requeued, as on the Jobs screen."""
    first = lab.ran("early")
    lab.ran("late", user="bob")
    with Yard.open(lab.home, face="app") as yard:
        async with near(yard) as app:
            row = yard.resolve([first])[0]
            app.app.jobs.go_to_job(row)
            await app.until(lambda: app.selected == row)
            await app.shown("early.h5")
            await app.press("enter")
            detail = app.app.jobs.detail
            await app.until(lambda: detail.link is not None)
            while detail.link is None or detail.link.kind != "data":
                await app.press("j")
            await app.press("enter")
            await app.shown("by date")
            place = app.app.place
            await app.until(lambda: place.run is not None and place.run.job == first, "its run")
            await app.until(lambda: place.job is not None, "its job")
            await app.press("r")
            await app.until(lambda: yard.rows([row])[row].state is State.PENDING, "it waits again")


async def test_runs_are_filtered_as_jobs_are_and_ordered(lab: Results) -> None:
    """A word of the line is completed from what the runs had, a mistake is pointed at, escape shows all again."""
    lab.ran("one"), lab.ran("two", user="bob")
    with Yard.open(lab.home, face="app") as yard:
        async with near(yard) as app:
            await app.press("6")
            await app.shown("2 runs")
            place = app.app.place
            await app.press("slash", *"user:a")
            await app.shown("1 recent job")
            await app.press("tab")
            await app.shown("1 run")
            assert [run.name for run in place.shown.runs] == ["one"]
            await app.press(*" expt")
            await app.until(lambda: not place.shown.runs, "a word that is in none")
            await app.press("full_stop")
            await app.until(lambda: len(place.shown.runs) == 1, "it was the beginning of a key")
            await app.press(*["backspace"] * 5, *"usr:x", "enter")
            await app.shown("The nearest is user")
            await app.press("escape", "escape")
            await app.until(lambda: len(place.shown.runs) == 2, "all runs")
            await app.press("o")
            await app.shown("Order the runs by")
            await app.press("down", "down", "enter")
            await app.shown("by user")
            await app.until(lambda: [run.user for run in place.shown.runs] == ["ann", "bob"], "by user")
            assert remembered()["results.order"] == "user"


async def test_a_run_is_seen_while_it_writes_and_stays_where_it_ends(lab: Results) -> None:
    """What was read of a file that is half written stays, with a word; the ended run's own file is drawn as it was."""
    row = lab.submit(name="slow", user="ann")
    kit.experiment(lab.store, row, {})
    (claimed,) = lab.claim()
    lab.start(claimed.row)
    with Yard.open(lab.home, face="app") as yard:
        path = kit.write(lab.home / yard.job(row).attempts[-1].folder / "slow.h5", 20)
        async with near(yard) as app:
            await app.press("6")
            await app.shown("● running")
            await app.shown("20 values")
            await app.press("right", "plus")
            place = app.app.place
            window = place.plot.window
            whole = path.read_bytes()
            path.write_bytes(whole[: len(whole) // 2])
            place.look_at_file()
            await app.shown("cut off: whoever wrote it")
            assert "as of" in app.text()
            assert place.plot.picture is not None
            kit.write(path, 30)
            place.look_at_file()
            await app.shown("30 values")
            assert place.plot.window == window
            lab.end(claimed.row, COMPLETED)
            kit.left(lab.store, row, kit.write(lab.home / "data" / "slow.h5", 50))
            place.look()
            await app.shown("50 values")
            assert place.plot.window == window
            assert "● running" not in app.text()


async def test_an_export_that_takes_long_is_told_and_stopped(
    lab: Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is written stands below the plot, escape ends it, and no half a file is left."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(writing, "SLOW", 0.02)
    alone = Apart.ask_alone

    def endless(reader: Apart, function: str, *given: Any, stop: threading.Event | None = None) -> Any:
        Path(given[-1]).write_text("half")
        return alone(reader, "time:sleep", 600, stop=stop)

    monkeypatch.setattr(Apart, "ask_alone", endless)
    job = lab.ran("rabi")
    with Yard.open(lab.home, face="app") as yard:
        async with opened(yard) as app:
            await app.press("6")
            await app.shown("40 values")
            await app.press("e", "enter")
            await app.shown(f"writing {job}.csv … 0 s, esc stops")
            await app.press("e", "enter")
            await app.said("goes on. esc stops it.")
            await app.press("escape")
            await app.said("You stopped it.")
            assert not [path for path in tmp_path.iterdir() if path.suffix in (".csv", ".part")]


async def test_the_data_of_a_job_that_runs_are_waited_for(lab: Results) -> None:
    """Meanwhile the newest run is shown; its own is chosen when it is there, unless somebody has moved on."""
    lab.ran("before")
    row = lab.submit(name="soon")
    kit.experiment(lab.store, row, {})
    with Yard.open(lab.home, face="app") as yard:
        async with near(yard) as app:
            await app.until(lambda: app.selected is not None)
            app.app.jobs.go_to_job(row)
            await app.until(lambda: app.selected == row)
            await app.press("6")
            await app.shown("waits for the data of soon")
            await app.shown("40 values")
            lab.run(row, COMPLETED)
            kit.left(lab.store, row, kit.write(lab.home / "data" / "soon.h5", 60), 2e9)
            app.app.place.look()
            await app.shown("60 values")
            assert "waits for" not in app.text()


async def test_a_marked_run_is_drawn_over_the_chosen_one_and_again_when_it_was_written(lab: Results) -> None:
    """Short names in the legend; what changes in the file that is drawn over is seen, and escape drops the mark."""
    lab.ran("one"), lab.ran("two", at=2e9)
    with Yard.open(lab.home, face="app") as yard:
        async with near(yard) as app:
            await app.press("6")
            await app.shown("40 values")
            await app.press("space", "j")
            await app.shown("1 marked")
            await app.shown("avgi two")
            place = app.app.place
            place.look_at_file()
            await app.emptied()
            assert place.plot.picture is not None
            before = place.plot.picture.lines
            with h5py.File(lab.home / "data" / "two.h5", "a") as file:
                file["avgi"][:] = 7.0
            place.look_at_file()
            await app.until(lambda: place.plot.picture.lines != before, "another picture")
            await app.press("escape")
            await app.until(lambda: "avgi two" not in app.text(), "it alone")
