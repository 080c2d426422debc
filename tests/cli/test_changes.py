"""``cancel``, ``hold``, ``release``, ``priority``, ``requeue``, ``clone``, ``queue``, ``session``, ``worker``."""

from __future__ import annotations

import os
import pty
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Call, alive, command, one_line, until
from tests.tui import prepared


def state(call: Call, ref: str) -> str:
    return call("show", ref, "--json").json["state"]


def test_cancel_takes_what_waits_along(call: Call):
    """A cancelled job's dependants are skipped, and named."""
    parent = call("submit", "-n", "parent", "--", "true").id
    child = call("submit", "-n", "child", "--after", "parent", "--", "true").id
    answer = call("cancel", "parent", "--json").json
    assert answer["done"] == [parent]
    assert (state(call, parent), state(call, child)) == ("cancelled", "skipped")


def test_cancel_a_range(call: Call):
    """Numbers of today and ranges of them are understood."""
    for _ in range(4):
        call("submit", "--", "true")
    assert len(call("cancel", "2..3", "--json").json["done"]) == 2
    assert [job["state"] for job in call("list", "--json", "--state", "cancelled").json] == ["cancelled"] * 2


def test_cancel_of_what_waits_alone(call: Call, yard_home: Path):
    """--pending leaves what runs, and says so."""
    prepared.make(yard_home)
    answer = call("cancel", "two", "run", "--pending", "--json").json
    assert [why["why"] for why in answer["left"]] == ["it is running"]
    assert (state(call, "two"), call("show", "run", "--json").json["state"]) == ("cancelled", "running")


def test_cancel_stops_a_running_job(call: Call, worker: object):
    """A running job is stopped and ends as cancelled."""
    job = call("submit", "--", "sleep", "600").id
    until(lambda: state(call, job) == "running")
    assert call("cancel", job).code == 0
    assert call("wait", job).code == 125
    assert state(call, job) == "cancelled"


def test_cancelling_twice_changes_nothing(call: Call):
    """What has ended is left as it is, told on stderr, exit 2."""
    job = call("submit", "--", "true").id
    assert call("cancel", job).code == 0
    assert job in one_line(call("cancel", job))


def test_hold_and_release(call: Call):
    """A held job says so; a released one does not."""
    job = call("submit", "--", "true").id
    call("hold", job)
    assert "held" in call("why", job).out
    call("release", job)
    assert call("show", job, "--json").json["held"] is False


@pytest.mark.parametrize(("word", "value"), [("7", 7), ("-3", -3), ("high", 10), ("low", -10)])
def test_priority_in_numbers_and_words(call: Call, word: str, value: int):
    """Negative numbers need no ``--``."""
    job = call("submit", "--", "true").id
    assert call("priority", job, word).code == 0
    assert call("show", job, "--json").json["priority"] == value


def test_requeue_runs_again_under_the_same_id(call: Call, work: Callable[[], None]):
    """The second attempt belongs to the same job."""
    job = call("submit", "--", "false").id
    work()
    call("requeue", job)
    work()
    assert [attempt["number"] for attempt in call("show", job, "--json").json["attempts"]] == [1, 2]


def test_requeue_brings_the_skipped_back(call: Call, work: Callable[[], None]):
    """What was skipped through it waits again."""
    parent = call("submit", "-n", "p", "--", "false").id
    child = call("submit", "--after", "p", "--", "true").id
    work()
    assert state(call, child) == "skipped"
    call("requeue", parent)
    assert state(call, child) == "pending"


@pytest.fixture
def finished_pair(call: Call, work: Callable[[], None]) -> tuple[str, str]:
    """A parent and a child that have both completed."""
    parent = call("submit", "-n", "p", "--", "true").id
    child = call("submit", "-n", "c", "--after", "p", "--", "true").id
    work()
    return parent, child


def test_cascade_asks_nobody_without_a_terminal(call: Call, finished_pair: tuple[str, str]):
    """Without a terminal and without ``--yes`` nothing is changed; the list is shown."""
    parent, child = finished_pair
    result = call("requeue", parent, "--cascade")
    assert result.code == 2
    assert child in result.out
    assert "--yes" in result.err
    assert (state(call, parent), state(call, child)) == ("completed", "completed")


def test_cascade_with_yes(call: Call, finished_pair: tuple[str, str]):
    """``--yes`` takes the dependants along."""
    parent, child = finished_pair
    assert call("requeue", parent, "--cascade", "--yes").code == 0
    assert (state(call, parent), state(call, child)) == ("pending", "pending")


@pytest.mark.parametrize(("answer", "code", "after"), [(b"y\n", 0, "pending"), (b"n\n", 1, "completed")])
def test_cascade_asks_on_a_terminal(call: Call, finished_pair: tuple[str, str], answer: bytes, code: int, after: str):
    """On a terminal it asks, and does what it is told."""
    parent, child = finished_pair
    leader, follower = pty.openpty()
    child_process = subprocess.Popen(
        command("requeue", parent, "--cascade"), stdin=follower, stdout=subprocess.DEVNULL, stderr=follower
    )
    os.close(follower)
    shown = b""
    while b"[y/N]" not in shown:
        shown += os.read(leader, 1024)
    os.write(leader, answer)
    assert child_process.wait(30) == code
    os.close(leader)
    assert state(call, child) == after


def test_a_queue_pauses_and_resumes(call: Call):
    """A paused queue says so to ``why``; resumed it does not."""
    call("queue", "create", "gpu", "--slots", 2)
    call("submit", "-q", "gpu", "--", "true")
    call("queue", "pause", "gpu")
    assert "paused" in call("why", "last").out
    call("queue", "resume", "gpu")
    assert "paused" not in call("why", "last").out


def test_an_ended_queue_refuses(call: Call):
    """Nothing can be submitted to it."""
    call("queue", "create", "gpu")
    call("queue", "end", "gpu")
    assert "gpu" in one_line(call("submit", "-q", "gpu", "--", "true"))


def test_a_queue_with_jobs_is_not_removed(call: Call):
    """Removing would lose them."""
    call("queue", "create", "gpu")
    call("submit", "-q", "gpu", "--", "true")
    one_line(call("queue", "remove", "gpu"))
    assert len(call("list", "--json", "--queue", "gpu").json) == 1


def test_a_session_ends_with_its_queues(call: Call):
    """An ended session refuses jobs."""
    call("session", "create", "lab")
    call("queue", "create", "lab/q")
    call("session", "end", "lab")
    one_line(call("submit", "-q", "lab/q", "--", "true"))


def test_a_worker_from_start_to_stop(call: Call, yard_home):
    """``worker start`` starts one, a second time names it, ``worker stop`` ends it; the job it ran goes on."""
    first = call("worker", "start", "--json").json
    assert call("worker", "start", "--json").json["name"] == first["name"]
    job = call("submit", "--", "sleep", "600").id
    until(lambda: state(call, job) == "running")
    assert call("worker", "stop").code == 0
    until(lambda: not alive(yard_home))
    assert state(call, job) == "running"
    call("worker", "start")
    call("cancel", job)
    assert call("wait", job).code == 125
    call("worker", "stop")


def test_no_worker_to_stop(call: Call):
    """Stopping where none lives is no error."""
    result = call("worker", "stop")
    assert (result.code, "No worker" in result.out) == (0, True)
