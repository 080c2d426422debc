"""The list at the left: the tree, its folds, its resources, the pace of the last hour."""

from __future__ import annotations

import pytest

from jobyard.core.models import QueueInfo, ResourceInfo, Share
from jobyard.core.states import State
from jobyard.tui.lanetree import Folded, tree
from jobyard.tui.pace import CELLS, STEP, Pace
from jobyard.tui.sparkline import sparkline
from jobyard.tui.widgets.queues import queue_line, resource_line
from tests.tui.conftest import opened
from tests.tui.fake_yard import NOW, FakeYard


def queue(id: int, name: str, session: str = "default", *, ended: bool = False, over: bool = False) -> QueueInfo:
    counts = {State.RUNNING: id, State.PENDING: 10 * id}
    return QueueInfo(id, session, name, 4, "fifo", False, None, ended, over, counts)


def resource(name: str, *, free: int = 1, locked_by: str = "", note: str = "", holders: int = 0) -> ResourceInfo:
    shares = tuple(Share(n, f"JOB-20261122-{n:05}", f"rabi-{n}", 1) for n in range(1, holders + 1))
    locked_at = NOW if locked_by else None
    return ResourceInfo(name, "named", 1, free, "", 1, None, locked_by, locked_at, note, shares, 0, ())


LAB = (queue(1, "default"), queue(2, "qick", "lab"), queue(3, "spectra", "lab"), queue(4, "old", "lab", ended=True))


def keys(*lines: QueueInfo, folded: Folded = Folded(), chosen: str = "") -> list[str]:
    return [node.key for node in tree(lines, (), folded, chosen)]


# -- the tree -------------------------------------------------------------------------------------------------


def test_one_session_is_not_named() -> None:
    """With a single session its queues stand right below "All jobs"."""
    assert keys(queue(1, "a"), queue(2, "b")) == ["", "queue:1", "queue:2"]


def test_sessions_have_their_queues_below() -> None:
    """With several, each is a line that sums its queues; queues that have ended are one line."""
    assert keys(*LAB) == ["", "session:default", "queue:1", "session:lab", "queue:2", "queue:3", "ended:lab"]
    lab = tree(LAB)[3]
    assert (lab.running, lab.pending, lab.queues) == (9, 90, frozenset({2, 3, 4}))


def test_a_closed_session_hides_its_queues() -> None:
    """A session is open unless somebody closed it."""
    assert keys(*LAB, folded=Folded(closed=frozenset({"session:lab"})))[-1] == "session:lab"


def test_what_ended_opens() -> None:
    """The line of ended queues opens; a chosen one shows though it is closed."""
    assert keys(*LAB, folded=Folded(opened=frozenset({"ended:lab"})))[-1] == "queue:4"
    assert keys(*LAB, chosen="queue:4")[-2:] == ["ended:lab", "queue:4"]


def test_ended_sessions_are_one_line() -> None:
    """Sessions that have ended are folded into one line; within it each is closed for itself."""
    lines = (queue(1, "a"), queue(2, "b", "gone", over=True), queue(3, "c", "past", over=True))
    assert keys(*lines) == ["", "session:default", "queue:1", "ended-sessions"]
    opened_ = Folded(opened=frozenset({"ended-sessions"}))
    assert keys(*lines, folded=opened_)[-2:] == ["session:gone", "session:past"]
    within = opened_.toggled("session:gone", True)
    assert keys(*lines, folded=within)[-3:] == ["session:gone", "queue:2", "session:past"]


def test_folding_twice_is_as_before() -> None:
    """Closing and opening a line again shows the same."""
    folded = Folded().toggled("session:lab", False)
    assert folded.open("session:lab", True) is False
    assert folded.toggled("session:lab", True).open("session:lab", True) is True


def test_locked_and_held_resources_are_told() -> None:
    """A resource has its lock with who and why, or who has it; the lines that say so cannot be chosen."""
    nodes = tree((), [resource("qick", free=0, locked_by="ada", note="in the hutch"), resource("vna", holders=3)])
    assert [(node.title, node.fixed) for node in nodes[1:]] == [
        ("", True),
        ("qick", False),
        ("by ada: in the hutch", True),
        ("vna", False),
        ("rabi-1 and 2 more", True),
    ]


def test_the_hosts_cores_are_not_listed() -> None:
    """Cores and memory are no instruments: they show when somebody locked them."""
    cpus = resource("cpus")._replace(kind="host")
    assert len(tree((), [cpus])) == 1
    assert [node.title for node in tree((), [cpus._replace(locked_by="ada")])] == ["All jobs", "", "cpus", "by ada"]


@pytest.mark.parametrize("width", [10, 16, 26, 40])
def test_lines_fill_their_width(width: int) -> None:
    """Whatever the names, marks and counts: a line is as wide as the pane, so that nothing of the old one stays."""
    from rich.cells import cell_len

    long = LAB[1]._replace(name="測量" * 20, paused=True)
    nodes = tree((*LAB, long), [resource("q" * 60, locked_by="ada")])
    for node in nodes:
        if not node.fixed:
            line = (resource_line if node.resource else queue_line)(node, width)
            assert sum(cell_len(text) for text, _ in line) >= width - 1


def test_a_paused_queue_keeps_its_name() -> None:
    """A mark is a sign and a word behind the name; where there is no room for both, the sign stands before the name."""
    node = tree([LAB[0]._replace(paused=True)])[1]
    assert "".join(text for text, _ in queue_line(node, 40)).startswith(" default ‖ paused ")
    assert "".join(text for text, _ in queue_line(node, 26)).startswith(" ‖ default ")


def test_a_closed_session_tells_what_it_hides() -> None:
    """That queues in it are paused; open, its queues say so themselves."""
    lab = (LAB[0], LAB[1]._replace(paused=True), LAB[2])
    closed = tree(lab, folded=Folded(closed=frozenset({"session:lab"})))
    assert [node.mark for node in closed if node.title == "lab"] == ["1 paused"]
    assert "".join(text for text, _ in queue_line(closed[-1], 26)).startswith(" ▸ ‖ lab ")
    assert [node.mark for node in tree(lab) if node.title == "lab"] == [""]


# -- the pace -------------------------------------------------------------------------------------------------


def test_bars_are_eighths_of_the_highest() -> None:
    """The highest is a full cell, the lowest a trace, and nothing is blank."""
    assert sparkline([0, 1, 4, 8]) == " ▁▄█"
    assert sparkline([0, 1, 1000]) == " ▁█"
    assert sparkline([]) == ""


def test_only_the_newest_stretches_are_counted_again() -> None:
    """At first the whole hour, then the present stretch and the one before, which late ends may still reach."""
    pace, now = Pace(), 1000 * STEP + 5
    assert pace.since(now) == (1000 - CELLS + 1) * STEP
    pace.take(now, {1: {990: 3, 1000: 1}, 2: {1000: 2}})
    assert pace.since(now + STEP) == 999 * STEP
    pace.take(now + STEP, {1: {1000: 4}})
    assert pace.bars({1}, now + STEP)[-2:] == [4, 0]
    assert sum(pace.bars(set(), now + STEP)) == 7
    assert sum(pace.bars({1}, now + 3600 + STEP)) == 0


# -- in the app -----------------------------------------------------------------------------------------------


class LabYard(FakeYard):
    """A yard with two sessions."""

    def queues(self) -> list[QueueInfo]:
        return list(LAB)


async def test_sessions_fold_and_are_remembered(tmp_path: object, fake: FakeYard) -> None:
    """Left closes a session, the next app begins with it closed, right opens it."""
    yard = LabYard(fake.home)
    async with opened(yard) as app:
        await app.shown("▾ lab")
        await app.press("b", "j", "j", "j", "left")
        await app.shown("▸ lab")
        assert "spectra" not in "\n".join(line[:26] for line in app.lines())
    async with opened(yard) as app:
        await app.shown("▸ lab")
        await app.press("b", "j", "j", "j", "right")
        await app.until(lambda: "spectra" in "\n".join(line[:26] for line in app.lines()), "its queues")


async def test_enter_folds_a_session_and_leaves_a_queue(fake: FakeYard) -> None:
    """Enter on a session folds it; on a queue it goes to its jobs."""
    async with opened(LabYard(fake.home)) as app:
        await app.shown("▾ lab")
        await app.press("b", "j", "enter")
        await app.shown("▸ default")
        await app.press("j", "j", "enter")
        await app.until(lambda: app.app.jobs.focused is app.table, "the table has the keys")
        assert app.table.where.queues == {2}


async def test_z_and_a_click_fold_a_session(fake: FakeYard) -> None:
    """z on a session folds it as enter does; a click on its sign opens it again."""
    async with opened(LabYard(fake.home)) as app:
        await app.shown("▾ lab")
        await app.press("b", "j", "z")
        await app.shown("▸ default")
        await app.pilot.click("#queues", offset=(1, 2))
        await app.shown("▾ default")


async def test_a_resource_filters(fake: FakeYard) -> None:
    """Choosing a resource shows the jobs that want it; going back to a queue drops that."""
    fake.resource_list = [resource("qick", free=0, locked_by="ada", note="in the hutch")]
    async with opened(fake) as app:
        await app.shown("‖ locked")
        await app.shown("by ada: in the hutch")
        await app.press("b", "G")
        await app.until(lambda: app.app.jobs.filter_text == "needs:qick", "its jobs")
        await app.press("k")
        await app.until(lambda: app.app.jobs.filter_text == "" and app.table.where.queues, "the queue above")


@pytest.mark.parametrize(
    ("typed", "both"), [("pending", "pending"), ("queue:qick or failed", "(queue:qick or failed)")]
)
async def test_a_resource_keeps_what_was_typed(fake: FakeYard, typed: str, both: str) -> None:
    """Walking over resources limits what a typed filter shows; leaving them brings that filter back as it was."""
    fake.resource_list = [resource("qick"), resource("vna")]
    async with opened(fake) as app:
        jobs = app.app.jobs
        await app.shown("1/1")
        await app.press("slash", *typed, "enter", "b", "G")
        await app.until(lambda: jobs.filter_text == f"{both} needs:vna", "both")
        await app.press("k")
        await app.until(lambda: jobs.filter_text == f"{both} needs:qick", "the other")
        await app.press("g")
        await app.until(lambda: jobs.filter_text == typed, "as typed")
        assert jobs.filter_line.input.value == typed


async def test_a_filter_typed_on_a_resource_stays(fake: FakeYard) -> None:
    """What is typed while a resource is chosen is the filter from then on."""
    fake.resource_list = [resource("qick")]
    async with opened(fake) as app:
        jobs = app.app.jobs
        await app.shown("1/1")
        await app.press("b", "G")
        await app.until(lambda: jobs.filter_text == "needs:qick", "its jobs")
        await app.press("slash", "ctrl+u", *"failed", "enter", "b", "g")
        await app.until(lambda: not jobs.queues.chosen and jobs.queues.node.resource is None, "all jobs")
        assert jobs.filter_text == "failed"


async def test_dropping_the_filter_leaves_the_resource(fake: FakeYard) -> None:
    """Escape in the table drops what the resource has filtered, and the list says so."""
    fake.resource_list = [resource("qick")]
    async with opened(fake) as app:
        await app.shown("1/1")
        await app.press("b", "G")
        await app.until(lambda: app.app.jobs.filter_text == "needs:qick", "its jobs")
        await app.press("right", "escape")
        await app.until(lambda: app.app.jobs.filter_text == "" and app.app.jobs.queues.cursor == 0, "everything")


async def test_what_ended_is_drawn(fake: FakeYard) -> None:
    """The last hour stands at the bottom of the list, of the chosen queue or of all."""
    import time

    stretch = int(time.time() // STEP)
    fake.ends = {1: {stretch: 7, stretch - 3: 9}, 2: {stretch - 3: 100}}
    async with opened(fake) as app:
        await app.shown("116/h")
        await app.press("b", "j")
        await app.shown("16/h")


async def test_a_thousand_queues(fake: FakeYard) -> None:
    """The cursor scrolls the list; the click goes to the line under it."""

    class Many(FakeYard):
        def queues(self) -> list[QueueInfo]:
            return [queue(n, f"queue-{n}", f"s{n // 5}") for n in range(1, 1001)]

    async with opened(Many(fake.home)) as app:
        await app.press("b", "G")
        await app.shown("queue-1000")
        await app.press("g")
        await app.shown("queue-1 ")
        await app.pilot.click("#queues", offset=(6, 3))
        await app.until(lambda: app.app.jobs.queues.queue is not None, "a queue")
        assert app.app.jobs.queues.queue.name == "queue-1"


async def test_a_gap_beside_the_table(fake: FakeYard) -> None:
    """No count touches the signs of the job beside it; enter is called what it does on the line."""
    async with opened(LabYard(fake.home)) as app:
        await app.shown("▾ lab")
        edge = app.table.region.x - 1
        assert {line[edge] for line in app.lines()[1:-1]} == {" "}
        await app.press("b", "j")
        await app.until(lambda: "enter fold" in app.lines()[-1], "of a session")
        await app.press("j")
        await app.until(lambda: "enter to the jobs" in app.lines()[-1], "of a queue")
