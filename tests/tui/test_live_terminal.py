"""What the app promises while others change the yard, on a real terminal: what can be counted and what can be seen.

Times are not asserted here; tests/bench/bench_live.py measures them.
"""

from __future__ import annotations

import sqlite3
import statistics
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from jobyard.core.models import Dependency, JobSpec
from jobyard.core.states import After, State
from jobyard.core.store.database import BUSY_TIMEOUT
from jobyard.core.yard import Yard
from tests.running import promise
from tests.tui import prepared
from tests.tui.terminal import Terminal, app_on

JOBS = 300
PRESSES = 6
KEY_BYTES = 1500  # for a j, the detail pane included
STORM = 4.0  # seconds
RATE = 30_000  # bytes a second


@pytest.fixture
def yard(yard_home: Path) -> Iterator[Yard]:
    """Many pending jobs, ``job-000`` first, of some days ago: nothing runs them, and their ages stand still."""
    with Yard.open(yard_home) as yard:
        yard.submit_many(JobSpec({"command": ["true"]}, name=f"job-{number:03}", cwd="/") for number in range(JOBS))
        with yard._store.db.transaction() as connection:
            connection.execute("UPDATE job SET created_at = created_at - 259200 - 4000 * id")
        yield yard


@contextmanager
def watching(yard: Yard, *words: str) -> Iterator[Terminal]:
    """The app on it, without a worker, its first picture whole."""
    with app_on(yard.home, *(words or ("--no-worker",))) as terminal:
        terminal.shown("job-001")
        terminal.shown("no worker")
        yield terminal
        assert not (yard.home / "run" / "app-crash.txt").exists()


def elsewhere(yard: Yard, code: str) -> None:
    """Python code with ``yard`` at hand, done by another process."""
    assert promise.script(yard.home, code) == 0


@contextmanager
def storm(yard: Yard) -> Iterator[None]:
    """Another process raises and lowers the priorities of what is on the screen, ten times a second fifty of them."""
    code = """
    import time
    rows, turn = [row.row for row in yard.list(limit=50)], 0
    while True:
        turn += 1
        yard.priority_by(rows, 1 if turn % 2 else -1)
        time.sleep(0.1 - time.monotonic() % 0.1)
    """
    process = subprocess.Popen(promise.python(yard.home, code.strip()), cwd=promise.ROOT)
    try:
        yield
        assert process.poll() is None, "the storm ended by itself"
    finally:
        process.kill()
        process.wait()


def line_of(terminal: Terminal, words: str) -> int:
    """On which line of the screen these words are."""
    return next(number for number, line in enumerate(terminal.screen.display) if words in line)


def quiet(terminal: Terminal) -> int:
    """Read until nothing comes for longer than the app lets anything rest; the bytes so far."""
    before = -1
    while terminal.received != before:
        before = terminal.received
        terminal._read(0.25)
    return before


def test_another_process_is_heard(yard: Yard) -> None:
    """A job that another process submits, holds and cancels is on the screen each time, without a key."""
    with watching(yard) as terminal:
        elsewhere(
            yard,
            "from jobyard.core.models import JobSpec; "
            "yard.submit(JobSpec({'command': ['true']}, name='newcomer', priority=9, cwd='/'))",
        )
        terminal.shown("newcomer")
        elsewhere(yard, "yard.hold(['newcomer'])")
        terminal.until(lambda: "held" in terminal.screen.display[line_of(terminal, "newcomer")], "held")
        elsewhere(yard, "yard.cancel(['newcomer'])")
        terminal.until(lambda: "newcomer" not in "\n".join(terminal.screen.display[:8]), "gone to the ended ones")
        terminal.keys("G")
        terminal.shown("⊘ cancelled")


@pytest.mark.parametrize("scrolling", [False, True], ids=["in view", "scrolling"])
def test_bytes_of_a_key(yard: Yard, scrolling: bool) -> None:
    """A ``j`` costs at most 1,500 bytes while the window stands, the detail of the job included."""
    with watching(yard) as terminal:
        terminal.keys("j" * (60 if scrolling else 1))
        before, spent = quiet(terminal), list[int]()
        for _ in range(PRESSES):
            terminal.keys("j")
            terminal._read(5.0)
            before, start = quiet(terminal), before
            spent.append(before - start)
        print(f"{spent} bytes")
        assert statistics.median(spent) <= (KEY_BYTES if not scrolling else 12 * KEY_BYTES)


@pytest.fixture
def various(yard_home: Path) -> Iterator[Yard]:
    """Jobs that have run in many queues, of which one said much, a chain of sixty that are held; runs with data."""
    with Yard.open(yard_home) as yard:
        prepared.curves(yard, 6)
        for number in range(12):
            yard.queue_create(f"queue-{number}")
            yard.submit(JobSpec({"command": ["true"]}, name=f"one-{number}", queue=f"queue-{number}", cwd="/"))
        yard.submit(JobSpec({"command": ["seq", "-f", "line %g of a log", "500"]}, name="talker", cwd="/"))
        last = yard.job("talker").id
        for number in range(60):
            wait = (Dependency(last, After.ANY),)
            last = yard.submit(
                JobSpec({"command": ["true"]}, name=f"link-{number:02}", cwd="/", held=True, dependencies=wait)
            ).id
        assert promise.worker(yard_home, "--once").wait(60) == 0
        with yard._store.db.transaction() as connection:
            connection.execute("UPDATE job SET created_at = created_at - 259200")  # their ages stand still
        yield yard


IDLE, SPELLS = 0.5, 3  # seconds, and how often
PER_SCREEN = {  # of Configs and Results all that is shown is another one then: a diff, a plot
    "2": (KEY_BYTES, 200), "3": (KEY_BYTES, 1000), "4": (4 * KEY_BYTES, 200), "5": (2 * KEY_BYTES, 200),
    "6": (10 * KEY_BYTES, 200), "7": (KEY_BYTES, 1000),
}  # fmt: skip


def resting(terminal: Terminal) -> int:
    """The bytes a second that come while nobody does anything."""
    before = terminal.received
    quiet_for(terminal, IDLE)
    return int((terminal.received - before) / IDLE)


def test_bytes_on_each_screen(various: Yard) -> None:
    """What a ``j`` and what a second of looking costs, where nothing changes: at most so many bytes."""
    with app_on(various.home, "--no-worker") as terminal:
        terminal.shown("no worker")
        terminal.keys(":talker\r")
        terminal.shown("line %g of a log")
        for key, (most, idle) in PER_SCREEN.items():
            terminal.keys(f"1{key}")
            terminal.shown("7 Workers")
            terminal.until(lambda key=key: f"▸{key}" in terminal.text(), "the screen")
            if key == "6":
                terminal.keys("g")
                terminal.shown("80 values")
            quiet(terminal)
            terminal.keys("g" if key in "45" else "")  # a log begins at its end, versions at main
            before, spent = quiet(terminal), list[int]()
            for _ in range(3):
                terminal.keys("j")
                terminal._read(1.0)
                before, start = quiet(terminal), before
                spent.append(before - start)
            rests = [resting(terminal) for _ in range(SPELLS)]
            print(f"screen {key}: {spent} bytes a key, {rests} a second")
            assert 0 < statistics.median(spent) <= most, (key, spent)
            assert statistics.median(rests) <= idle, (key, rests)
            assert max(rests) < RATE, (key, rests)  # the window of the Timeline goes on by some cells from time to time


def test_bytes_under_a_storm(yard: Yard) -> None:
    """While another process makes 500 changes a second the terminal gets less than 30 kB a second, and keys work."""
    with watching(yard) as terminal, storm(yard):
        terminal.until(lambda: yard.job("job-000").priority, "the storm")
        began, before, changes = time.monotonic(), terminal.received, yard.changes(-1).version
        quiet_for(terminal, STORM)
        took = time.monotonic() - began
        rate, made = (terminal.received - before) / took, (yard.changes(-1).version - changes) / took
        print(f"{rate:.0f} bytes a second for {made:.0f} changes a second")
        assert made > 100, "there was no storm"
        assert terminal.received > before, "nothing of it was shown"
        assert rate < RATE
        terminal.keys("G")
        terminal.shown(f"job-{JOBS - 1:03}")


def test_selection_marks_and_window_hold(yard: Yard) -> None:
    """Far down the list, jobs that come and go above move neither the cursor's line nor a mark, nor the window."""
    with watching(yard) as terminal:
        terminal.keys("j" * 100)
        terminal.shown("job-100")
        terminal.keys(" ")
        terminal.shown("1 marked")
        quiet(terminal)
        lines = {name: line_of(terminal, f"{name} ") for name in ("job-095", "job-100", "job-101")}
        elsewhere(yard, "yard.cancel([f'job-{n:03}' for n in range(40)]); yard.priority(['job-299'], 7)")
        terminal.until(lambda: "260 pending" in terminal.text(), "the counts in the header")
        quiet(terminal)
        assert {name: line_of(terminal, f"{name} ") for name in lines} == lines
        assert "1 marked" in terminal.text()
        terminal.keys("H")
        terminal.until(lambda: yard.job("job-100").held, "the marked one is held")
        assert [row.name for row in yard.list() if row.held] == ["job-100"]


def test_small_and_back_while_it_changes(yard: Yard) -> None:
    """A window of 20×5 in the middle of changes, keys in it, and back: whole again and up to date."""
    with watching(yard) as terminal:
        terminal.resize(20, 5)
        elsewhere(yard, "yard.priority(['job-200'], 9)")
        terminal.until(lambda: "job-200" in terminal.text() and len(terminal.screen.display) == 5, "the small picture")
        terminal.keys("jjkc?\x1b")
        quiet(terminal)
        terminal.resize(160, 50)
        terminal.shown("JOB-")
        terminal.shown("job-040")
        assert terminal.process.poll() is None


def locked_for(yard: Yard, terminal: Terminal) -> float:
    """Lock the store, hold the first job meanwhile, and move the cursor; for how many seconds it waited."""
    other = sqlite3.connect(yard.home / "jobyard.db", isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        terminal.keys("H")
        began = time.monotonic()
        terminal.shown("locked by another program")
        terminal.keys("G")
        terminal.shown(f"job-{JOBS - 1:03}")
        assert not yard.job("job-000").held
        other.execute("ROLLBACK")
        return time.monotonic() - began
    finally:
        other.close()


def test_a_locked_store_holds_no_key(yard: Yard) -> None:
    """While another program has the store's lock the cursor moves; the command that waits is done afterwards."""
    with watching(yard) as terminal:
        while locked_for(yard, terminal) > BUSY_TIMEOUT:  # a machine so slow that the command has given up
            terminal.keys("g")
            quiet(terminal)
        terminal.until(lambda: yard.job("job-000").held, "held at last")
        terminal.until(lambda: "locked by another" not in terminal.text(), "the words go")


def test_a_log_that_vanishes(yard: Yard) -> None:
    """A running job's log is removed under the log screen: no crash, the way back works, the job goes on."""
    yard.queue_set("default", slots=1)
    script = f"i=0; while [ ! -e {yard.home}/go ]; do i=$((i+1)); echo line $i; sleep 0.05; done"
    yard.submit(JobSpec({"command": ["sh", "-c", script]}, name="talker", priority=9, cwd="/"))
    with app_on(yard.home) as terminal:
        terminal.shown("● running")
        terminal.keys("gl")
        terminal.until(lambda: "line " in terminal.text() and "talker" in terminal.screen.display[0], "its log")
        path = yard.log_path("talker")
        assert path is not None
        path.unlink()
        terminal.keys("s")
        terminal.shown("stdout")
        quiet_for(terminal, 1.5)
        terminal.keys("\x1b")
        terminal.shown("reason")
        (yard.home / "go").touch()
        terminal.until(lambda: yard.job("talker").state is State.COMPLETED, "its end")
        yard.cancel([row.row for row in yard.list(limit=None) if row.state is State.PENDING])
        assert not (yard.home / "run" / "app-crash.txt").exists()


def quiet_for(terminal: Terminal, seconds: float) -> None:
    """Read for so long: two looks at the log and more."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        terminal._read(0.05)
