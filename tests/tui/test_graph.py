"""The Graph screen: what waits for what as a list with lanes, live, walked along its edges, folded where it is long."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.cells import cell_len

from jobyard.core.models import Dependency, JobRow, JobSpec
from jobyard.core.states import After, State
from jobyard.core.yard import Yard
from jobyard.tui.screens.graph import Graph
from jobyard.tui.verbs.choosing import look_for
from tests.tui.conftest import Driver, opened, remembered
from tests.tui.fake_yard import FakeYard


def many(tmp_path: Path, waits: dict[int, list[int]], state: State = State.PENDING) -> FakeYard:
    """A yard of these jobs, all in one state, called ``a-0001``."""
    yard = FakeYard(tmp_path, running=0, pending=len(waits), ended=0)
    sample = yard.make(1)
    ended = sample.created_at + 5 if state is State.COMPLETED else None
    yard.override = {
        row: sample._replace(row=row, id=f"JOB-20261122-{row:05}", name=f"a-{row:04}", state=state, ended_at=ended)
        for row in waits
    }
    yard.waits = {row: dict.fromkeys(parents, After.OK) for row, parents in waits.items()}
    return yard


DIAMOND: dict[int, list[int]] = {1: [], 2: [1], 3: [1], 4: [2, 3]}


def graph_of(app: Driver) -> Graph:
    found = app.app.place
    assert isinstance(found, Graph)
    return found


async def on_graph(app: Driver, row: int) -> Graph:
    """Key 2 on a job of the list."""
    await app.until(lambda: app.table.loaded)
    app.app.jobs.go_to_job(row)
    await app.until(lambda: app.selected == row, f"the cursor on {row}")
    await app.press("2")
    await app.until(lambda: isinstance(app.app.screen, Graph) and graph_of(app).shown is not None, "the graph")
    return graph_of(app)


def names(graph: Graph) -> list[str]:
    """The jobs of the lines, top to bottom."""
    assert graph.shown is not None
    return [graph.shown.picture.job(line).name for line in range(graph.lanes.total)]


def under_cursor(graph: Graph) -> str:
    assert graph.job is not None
    return graph.job.name


async def test_a_job_with_what_it_waits_for_and_what_waits_for_it(tmp_path: Path) -> None:
    """Key 2 draws lanes; the way to the selected job and from it is heavy and has arrows; a note says it in words."""
    async with opened(many(tmp_path, DIAMOND)) as app:
        await on_graph(app, 2)
        lines = [line.split("  1122")[0].rstrip() for line in app.lines()[1:5]]
        assert lines == ["↑◆ ○ a-0001", "▸◆ ┣━○ a-0002", "   ○ ┃ a-0003", "↓◆ ○━┛ a-0004"]
        assert "waits for ○ a-0001   needed by ○ a-0004" in app.text()
        assert "4 jobs" in app.lines()[0]


async def test_walking_along_the_edges(tmp_path: Path) -> None:
    """To the only parent at once, to one of several children after a question that remembers the way, and back."""
    async with opened(many(tmp_path, DIAMOND)) as app:
        graph = await on_graph(app, 3)
        await app.press("left")
        assert under_cursor(graph) == "a-0001"
        await app.press("right")
        await app.shown("Needed by 2 jobs")
        await app.press("enter")
        await app.until(lambda: under_cursor(graph) == "a-0003", "the child from which one came is offered first")
        await app.press("right", "ctrl+o")
        assert under_cursor(graph) == "a-0003"
        await app.press("ctrl+o", "ctrl+o")
        assert under_cursor(graph) == "a-0003"
        await app.press("left", "left")
        await app.said("It waits for nothing here.")


async def test_a_finished_chain_is_one_line(tmp_path: Path) -> None:
    """It says how many and from where to where; enter opens it, z folds it; z elsewhere unfolds all, for good."""
    chain = {row: [row - 1] if row > 1 else [] for row in range(1, 21)}
    yard = many(tmp_path, chain, State.COMPLETED)
    yard.change(yard.override[20]._replace(state=State.PENDING, ended_at=None), ring=False)
    async with opened(yard) as app:
        graph = await on_graph(app, 20)
        await app.shown("19 jobs  a-0001 … a-0019")
        assert graph.lanes.total == 2
        await app.press("k", "enter")
        await app.until(lambda: graph.lanes.total == 20, "the open chain")
        await app.press("z")
        await app.until(lambda: graph.lanes.total == 2, "the folded chain")
        await app.press("G", "z")
        await app.until(lambda: graph.lanes.total == 20, "everything")
        assert remembered()["graph.folded"] is False


async def test_ten_thousand_children_of_one_job_are_readable(tmp_path: Path) -> None:
    """The first few and one line for all others, which commands mean as a whole after a question with their number."""
    async with opened(many(tmp_path, {1: [], **{row: [1] for row in range(2, 10_001)}})) as app:
        graph = await on_graph(app, 1)
        await app.shown("+9,996 more like it")
        assert graph.lanes.total == 5
        await app.press("right")
        await app.shown("Needed by 9,999 jobs")
        await app.press("escape", "G", "c")
        await app.shown("All 9,996 jobs of the folded line.")
        await app.press("escape", "z")
        await app.until(lambda: graph.lanes.total == 10_000, "all of them")
        await app.press("G")
        assert under_cursor(graph) == "a-10000"


@pytest.mark.parametrize(
    ("waits", "lines"),
    [
        pytest.param({row: [row - 1] if row > 1 else [] for row in range(1, 10_001)}, 10_000, id="chain"),
        pytest.param({n + 1: [n - 99] * (n >= 100) + [n] * (n % 100 > 0) for n in range(10_000)}, 10_000, id="lattice"),
    ],
)
async def test_ten_thousand_jobs_are_walked_through(waits: dict[int, list[int]], lines: int, tmp_path: Path) -> None:
    """From end to end and along the edges, in a chain and in a lattice of a hundred by a hundred."""
    async with opened(many(tmp_path, waits)) as app:
        graph = await on_graph(app, 5000)
        assert graph.lanes.total == lines
        assert graph.lanes.light is not None
        await app.press("G", "j", "k")
        assert graph.lanes.cursor == lines - 2
        await app.press("g", "pagedown")
        assert 0 < graph.lanes.cursor < 100
        await app.press("G", "left")
        assert graph.lanes.cursor < lines - 1 or "It waits for" in app.text()


async def test_a_graph_that_changes_while_it_is_shown(tmp_path: Path) -> None:
    """States and edges follow the yard; the cursor stays on its job wherever that stands now."""
    yard = many(tmp_path, {**DIAMOND, 5: [4], 6: []})
    async with opened(yard) as app:
        graph = await on_graph(app, 4)
        assert names(graph) == ["a-0001", "a-0002", "a-0003", "a-0004", "a-0005"]
        yard.waits[6] = {}
        yard.waits[1] = {6: After.OK}
        yard.change(yard.override[1]._replace(state=State.FAILED, message="exit code 3"))
        await app.until(lambda: names(graph)[0] == "a-0006", "the new first job")
        assert under_cursor(graph) == "a-0004"
        await app.shown("exit code 3")
        del yard.waits[4]
        yard.change(yard.override[4])
        await app.until(lambda: "a-0006" not in names(graph), "what is cut off is gone")
        assert under_cursor(graph) == "a-0004"


async def test_the_next_that_failed_and_the_next_that_was_found(tmp_path: Path) -> None:
    """n goes to failed jobs; after a search to what was found, which is marked; escape forgets the search."""
    yard = many(tmp_path, {row: [1] if row > 1 else [] for row in range(1, 9)})
    failed: list[JobRow] = [yard.override[row]._replace(state=State.FAILED) for row in (3, 7)]
    yard.change(*failed, ring=False)
    async with opened(yard) as app:
        graph = await on_graph(app, 1)
        await app.press("n")
        assert under_cursor(graph) == "a-0003"
        await app.press("n", "n", "N")
        assert under_cursor(graph) == "a-0007"
        await app.press("f", *"0005", "enter")
        await app.said("1 job found")
        assert under_cursor(graph) == "a-0005"
        await app.press("escape", "n")
        assert under_cursor(graph) == "a-0007"


async def test_graphs_of_a_queue_and_of_a_filter(tmp_path: Path) -> None:
    """b offers queues and sessions; a filter shows what matches, and escape goes back to what was there."""
    async with opened(many(tmp_path, {**DIAMOND, 5: [], 6: []})) as app:
        graph = await on_graph(app, 4)
        await app.press("slash", *"name~0005", "enter")
        await app.until(lambda: names(graph) == ["a-0005"], "the filter")
        assert "filter name~0005" in app.lines()[0]
        await app.press("escape")
        await app.until(lambda: names(graph) == ["a-0001", "a-0002", "a-0003", "a-0004"], "the graph of before")
        await app.press("b", "down", "down", "down", "enter")
        await app.until(lambda: len(names(graph)) == 6, "the queue")
        await app.press("slash", *"state:", "enter")
        await app.until(lambda: any("state:" in toast for toast in app.toasts()), "what is wrong with it")
        assert len(names(graph)) == 6


async def test_the_neighbours_as_boxes(tmp_path: Path) -> None:
    """Enter draws boxes that the arrows walk through; what is not shown is counted; more steps show it."""
    chain = {row: [row - 1] if row > 1 else [] for row in range(1, 10)}
    async with opened(many(tmp_path, {**chain, 10: [5], 11: [5]}), size=(120, 60)) as app:
        graph = await on_graph(app, 5)
        await app.press("enter")
        await app.shown("2 steps around a-0005")
        await app.shown("┃ a-0005")
        assert app.text().count("○ pending") == 7 + 1  # five of the chain, two beside, and the note
        assert "↑" in app.text()
        assert "+1" in app.text()
        await app.press("j")
        assert under_cursor(graph) in ("a-0006", "a-0010", "a-0011")
        await app.press("k", "k", "left")
        assert under_cursor(graph) == "a-0004"
        await app.press("greater_than_sign")
        await app.shown("3 steps around a-0005")
        await app.press("escape", "less_than_sign")
        await app.said("Boxes go 2 steps from the job.")
        await app.press("greater_than_sign", "enter")
        await app.shown("3 steps around a-0004")
        await app.shown("│ a-0001")
        await app.press("less_than_sign")
        await app.shown("2 steps around a-0004")
        await app.press("k", "k", "k")
        await app.shown("2 steps around a-0002")
        await app.press("escape")
        assert graph.lanes.has_focus
        assert under_cursor(graph) == "a-0002"
        await app.until(lambda: graph.lanes.top == 0 and "▸◆ ○ a-0002" in app.text(), "the whole list")


async def test_from_a_box_to_the_job(tmp_path: Path) -> None:
    """Enter on a box goes to it in the list of jobs; commands on it mean it."""
    yard = many(tmp_path, DIAMOND)
    async with opened(yard) as app:
        await on_graph(app, 2)
        await app.press("enter", "j", "H")
        await app.until(lambda: ("hold", (4,), True) in yard.calls, "the hold")
        await app.press("enter")
        await app.until(lambda: app.app.screen is app.app.jobs and app.selected == 4, "the job in the list")


async def test_the_graph_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """DOT goes where it is told, beside where the app was started unless told otherwise; a file that is there stays
    until a question is answered; what cannot be written is told; and it can be copied."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", "")
    async with opened(many(tmp_path, DIAMOND)) as app:
        await on_graph(app, 2)
        file = tmp_path / "a-0002.dot"
        await app.press("X", "enter", "enter")
        await app.said("Wrote 4 jobs to")
        assert file.read_text().count("->") == 4
        file.write_text("mine")
        await app.press("X", "enter", "enter")
        await app.shown("Write over this file?")
        await app.press("escape")
        assert file.read_text() == "mine"
        await app.press("X", "enter", "ctrl+u", *"/nowhere/g.dot", "enter")
        await app.said("/nowhere/g.dot cannot be written")
        await app.press("X", "enter", "ctrl+u", *"g.svg", "enter")
        await app.said("There is no Graphviz here")
        await app.press("X", "down", "enter")
        await app.said("graph as DOT")


async def test_a_cycle_is_named_before_it_is_made(tmp_path: Path) -> None:
    """Whoever wants a job to wait for what waits for it reads the way that this would close."""
    with Yard.open(tmp_path / "yard") as yard:
        for name, parents in (("one", ()), ("two", ("one",)), ("three", ("two",))):
            spec = JobSpec({"command": ["true"]}, name=name, cwd="/", dependencies=tuple(map(Dependency, parents)))
            yard.submit(spec)
        async with opened(yard) as app:
            await on_graph(app, 1)
            await app.press("x", "enter", *"three")
            await app.shown("They would wait for each")
            await app.shown("-00003 → ")
            await app.press("escape")


async def test_a_job_that_is_cut_off_stays_under_the_cursor(tmp_path: Path) -> None:
    """It stays in the picture; a cut that sets it free is asked for, and told by the name of who lost its wait."""
    with Yard.open(tmp_path / "yard") as yard:
        for name, parents in (("tune", ()), ("fan1", ("tune",)), ("fan2", ("tune",)), ("after", ("fan2",))):
            spec = JobSpec({"command": ["true"]}, name=name, cwd="/", dependencies=tuple(map(Dependency, parents)))
            yard.submit(spec)
        async with opened(yard) as app:
            graph = await on_graph(app, 1)
            await app.press("j", "j")
            await app.until(lambda: under_cursor(graph) == "fan2")
            await app.press("x", "down", "down", "enter")
            await app.shown("Cut the wait of fan2 for tune?")
            await app.shown("fan2 then waits for no job: it may start at once.")
            await app.press("enter")
            await app.said("Cut the wait of fan2 for JOB-")
            await app.until(lambda: not yard.job("fan2").depends_on)
            await app.until(lambda: graph.scope.kept == (3,) and set(names(graph)) == {"tune", "fan1", "fan2", "after"})
            assert under_cursor(graph) == "fan2"
            await app.press("u")
            await app.until(lambda: graph.shown is not None and len(graph.shown.picture.graph.edges) == 3, "the undo")
            assert under_cursor(graph) == "fan2"


async def test_where_the_selected_job_leaves_the_graph_no_other_is_meant(tmp_path: Path) -> None:
    """That it is gone is told; commands are refused until the cursor is moved; a job that comes back has it again."""
    yard = many(tmp_path, {row: [1] if row > 1 else [] for row in range(1, 6)})
    async with opened(yard) as app:
        graph = await on_graph(app, 1)
        await app.press("slash", *"state:pending", "enter")
        await app.until(lambda: graph.scope.kind == "filter" and len(names(graph)) == 5)
        await app.press("j", "j")
        yard.change(yard.override[3]._replace(state=State.COMPLETED, ended_at=yard.override[3].created_at + 5))
        await app.said("a-0003 is not in this graph any more.")
        assert graph.job is None
        await app.press("H", "c")
        assert app.app.screen is graph
        assert not [call for call in yard.calls if call[0] in ("hold", "cancel")]
        yard.change(yard.override[3]._replace(state=State.PENDING, ended_at=None))
        await app.until(lambda: graph.job is not None and under_cursor(graph) == "a-0003", "the job that came back")
        yard.change(yard.override[3]._replace(state=State.COMPLETED, ended_at=yard.override[3].created_at + 5))
        await app.until(lambda: graph.job is None, "it is gone again")
        await app.press("j", "H")
        await app.until(lambda: any(call[0] == "hold" for call in yard.calls), "the hold of where one moved")


async def test_names_are_data(tmp_path: Path) -> None:
    """Control sequences, markup, wide letters in names: shown in lines and in boxes, obeyed nowhere, nothing shifts."""
    yard = many(tmp_path, {**DIAMOND, 5: [4]})
    odd = {
        1: "\x1b[31mred\x07",
        2: "[b]bold[/]",
        3: "日本語のとても長い名前です、本当に長い",
        4: "e\u0301\u202ex",
        5: "",
    }
    yard.change(*(yard.override[row]._replace(name=name) for row, name in odd.items()), ring=False)
    async with opened(yard, size=(60, 30)) as app:
        await on_graph(app, 2)
        await app.shown("␛[31mred␇")
        await app.shown("[b]bold[/]")
        assert {cell_len(line) for line in app.lines()} == {60}
        await app.press("enter")
        await app.shown("┃ [b]bold[/]")
        for key in ("k", "j", "j", "left", "right", "j"):
            await app.press(key)
            assert {cell_len(line) for line in app.lines()} == {60}
            assert "\x1b" not in app.text()


async def test_who_may_only_look_changes_nothing(tmp_path: Path) -> None:
    """Everything is shown and walked through; edges are not offered."""
    yard = many(tmp_path, DIAMOND)
    async with opened(yard, read_only=True) as app:
        graph = await on_graph(app, 2)
        await app.press("x")
        await app.said("edges: this app is read-only")
        await app.press("left", "enter")
        await app.until(lambda: graph.near, "the boxes")


async def test_coming_back_finds_what_was_left(tmp_path: Path) -> None:
    """The cursor and the window are where they were; from another job it is that job's graph."""
    async with opened(many(tmp_path, {**DIAMOND, 5: [6], 6: []})) as app:
        graph = await on_graph(app, 2)
        await app.press("G", "1")
        await app.until(lambda: app.app.screen is app.app.jobs)
        await app.press("2")
        assert under_cursor(graph) == "a-0004"
        await app.press("1")
        app.app.jobs.go_to_job(5)
        await app.until(lambda: app.selected == 5)
        await app.press("2")
        await app.until(lambda: names(graph) == ["a-0006", "a-0005"], "the other job's graph")


async def test_without_a_job_the_first_keys_are_told(tmp_path: Path) -> None:
    """An empty screen says how a graph comes into it."""
    async with opened(FakeYard(tmp_path, running=0, pending=0, ended=0)) as app:
        await app.press("2")
        await app.shown("No job was chosen.")
        await app.press("x", "n", "left", "z", "f", "escape", "escape")
        await app.until(lambda: app.app.screen is app.app.jobs)


async def test_a_job_that_is_gone(tmp_path: Path) -> None:
    """Its graph says so; nothing breaks."""
    yard = many(tmp_path, DIAMOND)
    async with opened(yard) as app:
        await on_graph(app, 4)
        yard.override = dict.fromkeys(yard.override)
        yard.change(*[], ring=False)
        yard.changed[yard.version] = frozenset({4})
        yard.ring()
        await app.shown("That job is gone")


async def test_a_folded_array_is_shown_whole(tmp_path: Path) -> None:
    """Key 2 on its line in the list draws all elements, those alike as one line; on one element that alone."""
    with Yard.open(tmp_path / "yard") as yard:
        yard.submit(JobSpec({"command": ["true"]}, name="sweep", array="1-20", cwd="/"))
        async with opened(yard) as app:
            await app.until(lambda: app.table.loaded)
            await app.press("2")
            await app.shown("sweep[] · array of 20")
            await app.shown("+17 more like it  sweep[4] … sweep[20]")
            graph = graph_of(app)
            assert graph.lanes.total == 4
            assert under_cursor(graph) == "sweep"
            yard.hold(["sweep[8]"])
            await app.until(lambda: graph.lanes.total == 5, "the held one has a line")
            await app.shown("+16 more like it")
            assert "sweep[20]" not in app.text()
            await app.press("b", "up", "up", "enter")
            await app.until(lambda: graph.lanes.total == 1, "one element")
            assert "sweep[1]" in graph.subject()
            await app.press("b", "down", "down", "enter")
            await app.shown("sweep[] · array of 20")
            await app.press("1", "2")
            await app.until(lambda: graph.lanes.total == 5, "the array again")
            for ref, total in (("sweep[8]", 1), ("sweep", 5)):
                look_for(graph, ref)
                await app.until(lambda total=total: graph.lanes.total == total, ref)
            assert "array of 20" in graph.subject()
