"""The page of a run: what is told of it, where its lines lead, and that it follows what happens."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.keys import _character_to_key

from jobyard.core.errors import Unknown
from jobyard.core.states import State
from jobyard.core.yard import Yard
from jobyard.tui.describe.rows import Frame
from jobyard.tui.runpage.about import about
from jobyard.tui.runpage.looking import Looker
from jobyard.tui.runpage.model import Seen
from jobyard.tui.runpage.parameters import MOST, Parameters, options, parameters, said, tree
from jobyard.tui.runpage.waiting import words
from tests.tui import prepared
from tests.tui.conftest import Driver, opened
from tests.tui.fake_lab import RETRIED, FakeLab
from tests.tui.fake_yard import NOW, FakeYard

FRAME = Frame(NOW, 100, {"run-differ": "d"})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "run.h5"
    with h5py.File(path, "w") as out:
        x = np.linspace(0, 20, 40)
        out["xpts"], out["avgi"], out["avgq"] = x, np.cos(x), np.sin(x)
        out.attrs["config"] = '{"expt": {"start": 0, "step": 400, "reps": 100, "relax": 250}}'
    return path


@pytest.fixture
def lab(tmp_path: Path, file: Path) -> FakeLab:
    return FakeLab(tmp_path, "/lab/data/run.h5", file)


@asynccontextmanager
async def paged(lab: FakeLab, size: tuple[int, int] = (160, 50)) -> AsyncIterator[Driver]:
    """The app on a lab whose data files are read here."""
    async with opened(lab, size) as app:
        app.app.__dict__["apart"] = lab.near
        yield app


def seen(lab: FakeYard, row: int, number: int | None = None) -> Seen:
    looker = Looker(lab)  # type: ignore[arg-type]
    first = looker.look(row, number)
    assert first is not None
    if not first.compared:
        looker.compare(first)
    found = looker.look(row, number)
    assert found is not None
    assert found.compared
    return found


def text(one: Seen) -> str:
    return "\n".join("".join(part for part, _ in row.line) for row in about(one, FRAME))


# -- what is told ----------------------------------------------------------------------------------------------


def test_a_run_is_told_with_what_made_it(lab: FakeLab) -> None:
    """State, class, times, configs with whether they still are main, code, and what differs since the run before."""
    told = text(seen(lab, 18))
    for words_ in ("✓ completed", "Rabi · experiments.rabi", "exit        0", "≠ main is …-00002",
                   "1a2b3c4d5e6f (main), +1 −1 not committed", "since 1122-00019 · d shows all"):  # fmt: skip
        assert words_ in told
    assert "≠ config hardware_config  CFG-HW-20261122-00001 → CFG-HW-20261122-00002" in told
    assert "≠ time" not in told


def test_an_attempt_is_told_as_it_ended(lab: FakeLab) -> None:
    """Of a job that completed at its second attempt the first one's failure; both are there to choose."""
    told = text(seen(lab, RETRIED, 1))
    assert told.startswith("✗ failed")
    assert "attempt 1 of 2" in told
    assert "▸1  ✗ exit 3" in told
    assert text(seen(lab, RETRIED)).startswith("✓ completed")


def test_a_job_that_was_purged_has_no_page(lab: FakeLab) -> None:
    """Nothing is told of it; nothing fails."""
    assert Looker(lab).look(4000) is None  # type: ignore[arg-type]


def test_a_run_whose_run_before_vanishes(lab: FakeLab, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told without what differs."""

    def gone(*_: Any) -> None:
        raise Unknown("gone")

    monkeypatch.setattr(lab, "diff", gone)
    assert "since" not in text(seen(lab, 18))


@pytest.mark.parametrize(("row", "said_"), [(33, "written when it ends"), (21, "not been started"), (20, "failed"),
                                            (16, "cancelled")])  # fmt: skip
def test_why_there_are_no_data(lab: FakeLab, row: int, said_: str) -> None:
    """Whoever looks is told what it waits for, or why there will be none."""
    one = seen(lab, row)
    assert one.run is None
    assert said_ in " ".join(words(one)), one.job.state


# -- parameters ------------------------------------------------------------------------------------------------


def test_parameters_are_those_that_were_given_and_the_others(lab: FakeLab) -> None:
    """Swept ones first; with the run before's value where that differs; defaults from the file are no given ones."""
    rows = {row.name: row for row in parameters(seen(lab, 18), {"relax": 250, "step": 200})}
    assert next(iter(rows)) == "step"
    assert (rows["step"].swept, rows["step"].was, rows["relax"].given) == (True, "400", False)
    assert rows["reps"].was == ""


def test_thousands_of_parameters_are_not_all_told(lab: FakeLab) -> None:
    """As many as somebody reads, however many a file keeps."""
    whole = {f"k{number}": {f"a{inner}": inner for inner in range(50)} for number in range(1000)}
    assert len(parameters(seen(lab, 18), whole)) == MOST


def test_parameters_fold() -> None:
    """What lies in a folded one is out of sight."""
    rows = list(tree({"a": {"b": 1, "c": [{"d": 2}]}, "e": 3}))
    assert [row.key for row in rows] == ["a", "a/b", "a/c", "a/c/0", "a/c/0/d", "e"]
    assert [row.key for row in Parameters(rows, frozenset({"a"})).rows] == ["a", "e"]
    assert Parameters(rows).raw(1).split() == ["b", "1"]


def test_the_options_of_a_command() -> None:
    """Names and values as they were written, negative numbers are values."""
    argv = ["train.py", "--lr", "-0.1", "--epochs=3", "-v", "--name", "x", "in.csv"]
    assert list(options(argv)) == [("", "train.py"), ("--lr", "-0.1"), ("--epochs", "3"), ("-v", ""), ("--name", "x"),
                                   ("", "in.csv")]  # fmt: skip


@given(st.lists(st.text(alphabet="ab-=1. ", max_size=5)))
def test_no_word_of_a_command_is_lost(argv: list[str]) -> None:
    """Whatever a command line says is told, in its order."""
    assert "".join(name + value for name, value in options(argv)) == "".join(
        word.replace("=", "", 1) if len(word) > 1 and word[0] == "-" and word[1] not in "1." else word for word in argv
    )


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(st.text(max_size=3), VALUES, max_size=4), st.dictionaries(st.text(max_size=3), VALUES))
def test_any_config_becomes_lines(config: dict[str, Any], past: dict[str, Any]) -> None:
    """Each value is on a line that can be painted, whatever the run before had."""
    leaf = Parameters(list(tree(config, config, past)))
    assert set(config) == {row.name for row in leaf.rows if row.depth == 0}
    assert all(leaf.line(number, 0, 40) for number in range(leaf.count))


def test_complex_numbers_are_numbers() -> None:
    """As Python writes them."""
    assert said({"__complex__": True, "real": 1.0, "imag": -2.0}) == "1.0-2.0j"
    assert said([None, True, 1.5, "a"]) == "[null, true, 1.5, a]"


# -- the screen ------------------------------------------------------------------------------------------------


async def test_the_page_shows_data_and_leads_to_configs_and_back(lab: FakeLab) -> None:
    """From a job to its page: plot, datasets, defaults from the file; a config line leads there, esc back, twice."""
    async with paged(lab) as app:
        app.app.show_job(18)
        await app.until(lambda: app.selected == 18)
        await app.press("i")
        await app.shown("40 values")
        await app.shown("relax")
        await app.press("j", "j")
        await app.until(lambda: app.app.place.about.link.kind == "config")  # type: ignore[attr-defined]
        await app.press("enter")
        await app.shown("▸5 Configs")
        await app.press("escape")
        await app.shown("▸i Run")
        await app.press("escape")
        assert app.app.place is app.app.jobs


async def test_datasets_are_chosen_and_the_run_before_is_drawn_over(lab: FakeLab) -> None:
    """Enter draws a dataset, x draws over it, o draws the run before too."""
    async with paged(lab) as app:
        app.app.show_job(18)
        await app.until(lambda: app.selected == 18)
        await app.press("i")
        await app.shown("40 values")
        page: Any = app.app.place
        await app.press("tab", "tab", "j", "enter")
        await app.until(lambda: page.drawing.y == "avgq")
        await app.press("o")
        await app.until(lambda: len(page.drawing.files) == 2)
        await app.press("n")
        await app.shown("It was skipped")
        await app.press("n", "n")
        await app.until(lambda: page.drawing is not None and page.drawing.y == "avgq")
        assert page.seen.job.row == app.app.jobs.table.selected.row == 15


async def test_attempts_are_chosen(lab: FakeLab) -> None:
    """``[`` leads to the attempt before, whose failure and missing data are told; ``]`` back."""
    async with paged(lab) as app:
        app.app.show_job(RETRIED)
        await app.until(lambda: app.selected == RETRIED)
        await app.press("i")
        await app.shown("40 values")
        await app.press("left_square_bracket")
        await app.shown("It failed before its data was saved.")
        await app.shown("attempt 1 of 2")
        await app.press("left_square_bracket")
        await app.said("no earlier attempt")
        await app.press("right_square_bracket")
        await app.shown("40 values")


async def test_a_run_is_followed_until_its_data_are_there(lab: FakeLab, tmp_path: Path) -> None:
    """While it runs its log grows; its data is drawn while it is written, and when it has ended."""
    lab.logs[33] = tmp_path / "log"
    lab.logs[33].write_text("shot 1\n")
    async with paged(lab) as app:
        await app.press("g", "i")
        await app.shown("its data is written when it ends")
        await app.shown("shot 1")
        with lab.logs[33].open("a") as log:
            log.write("shot 2\n")
        await app.shown("shot 2")
        lab.growing = [lab.run(33, 1)]
        await app.shown("being written")
        await app.shown("40 values")
        lab.change(lab.make(33)._replace(state=State.COMPLETED, ended_at=NOW, exit_code=0))
        await app.shown("✓ completed")
        await app.shown("40 values")
        await app.until(lambda: "being written" not in app.text())


async def test_one_panel_at_a_time_where_it_is_narrow(lab: FakeLab) -> None:
    """Tab leads from one to the next, past a plot that is not there; a dataset that is chosen is seen at once."""
    async with paged(lab, (80, 24)) as app:
        await app.press("g", "i")
        await app.shown("▸run  parameters  data  plot  log")
        await app.press("tab", "tab", "tab")
        await app.shown("▸log")
        app.app.place.go_to_job(18)
        await app.press("tab", "tab", "tab")
        await app.shown("y avgi")
        await app.press("enter")
        await app.shown("▸plot")
        await app.shown("40 values")


async def test_a_file_that_vanishes_is_told(lab: FakeLab, file: Path) -> None:
    """The page stays, and says that the file is gone."""
    file.unlink()
    async with paged(lab) as app:
        app.app.show_job(18)
        await app.until(lambda: app.selected == 18)
        await app.press("i")
        await app.shown("no such file")
        await app.shown("✓ completed")


async def test_keys_of_the_plot_mean_what_they_mean_among_results(lab: FakeLab, tmp_path: Path) -> None:
    """Points, log axes, without fits, over another dataset, nearer, the cursor; the data is exported."""
    async with paged(lab) as app:
        app.app.show_job(18)
        await app.until(lambda: app.selected == 18)
        await app.press("i")
        await app.shown("40 values")
        page: Any = app.app.place
        await app.press("v", "L", "f", "tab", "tab", "j", "x")
        await app.until(lambda: page.drawing.x == "avgq")
        assert (page.drawing.style, page.drawing.logy, page.drawing.fits) == ("points", True, False)
        await app.press("x", "L", "L", "L", "tab")
        await app.emptied()
        await app.press("right", "plus")
        await app.until(lambda: page.plot.stop is not None and page.plot.window is not None)
        await app.press("escape", "0")
        await app.until(lambda: page.plot.stop is None and page.plot.window is None)
        await app.press("e", "ctrl+u", *map(_character_to_key, str(tmp_path / "out.csv")), "enter")
        await app.said("Written: ")
        assert (tmp_path / "out.csv").read_text().startswith(("avgi", "xpts"))


async def test_a_job_that_is_purged_while_shown_is_told(lab: FakeLab) -> None:
    """Its page says that it is gone, and the app goes on."""
    async with paged(lab) as app:
        app.app.show_job(18)
        await app.until(lambda: app.selected == 18)
        await app.press("i")
        await app.shown("40 values")
        lab.override[18] = None
        app.app.place.look()
        await app.shown("This job is gone.")
        await app.press("d", "o", "y", "tab", "escape")
        assert app.app.place is app.app.jobs


async def test_differences_and_keys_of_jobs(lab: FakeLab) -> None:
    """``d`` shows how it differs from the run before, ``r`` requeues it."""
    async with paged(lab) as app:
        app.app.show_job(18)
        await app.until(lambda: app.selected == 18)
        await app.press("i")
        await app.shown("40 values")
        await app.press("d")
        await app.shown("never the same twice")
        await app.press("escape", "r")
        await app.until(lambda: any(call[:2] == ("requeue", (18,)) for call in lab.calls))


async def test_from_results_and_on_a_real_yard(yard_home: Path) -> None:
    """The run that is chosen among results has a page; n leads to the next of them, esc back to the list."""
    with Yard.open(yard_home) as yard:
        prepared.data(yard, yard_home)
    with Yard.open(yard_home, face="app") as yard:
        async with opened(yard) as app:
            await app.press("6")
            await app.shown("24 values")
            await app.press("i")
            await app.shown("▸i Run  echo")
            await app.shown("24 values")
            await app.press("greater_than_sign")
            await app.until(lambda: app.app.place.drawing.at == (1,))  # type: ignore[attr-defined]
            await app.press("n")
            await app.shown("▸i Run  rabi")
            await app.press("n")
            await app.said("none further")
            await app.press("escape")
            await app.shown("▸6 Results")
