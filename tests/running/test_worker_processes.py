"""Workers and keepers as real processes: killed, replaced, detached; what they recorded is what happened."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobyard.core.models import Dependency, JobSpec
from jobyard.core.states import ENDED, After, Cause, State
from tests.running import promise
from tests.running.crewkit import Crew
from tests.running.promise import until

COMPLETED, FAILED, CANCELLED = State.COMPLETED, State.FAILED, State.CANCELLED
PENDING, RUNNING, SKIPPED = State.PENDING, State.RUNNING, State.SKIPPED


@pytest.fixture
def crew(yard_home: Path) -> Iterator[Crew]:
    """A yard without workers; whoever is started ends with the test."""
    found = Crew(yard_home)
    yield found
    found.close()


# -- plain work -----------------------------------------------------------------------------------------


def test_a_graph_runs_to_its_end(crew: Crew) -> None:
    """Exit codes, skips and rescues of a small graph, by one worker that leaves when all is done."""
    first = crew.submit("exit 0", name="first")
    bad = crew.submit("exit 3", dependencies=(Dependency("first"),))
    skipped = crew.submit("exit 0", dependencies=(Dependency(bad),))
    rescue = crew.submit("exit 0", dependencies=(Dependency(bad, After.FAIL),))
    worker = crew.worker("--once")
    assert worker.wait(promise.PATIENCE) == 0, crew.told()
    assert [crew.job(id).state for id in (first, bad, skipped, rescue)] == [COMPLETED, FAILED, SKIPPED, COMPLETED]
    assert (crew.job(bad).exit_code, crew.job(bad).cause) == (3, Cause.EXIT)
    assert [info.mode for info in crew.yard.workers(all=True)] == ["left"]


def test_a_retry_waits_and_counts(crew: Crew) -> None:
    """Each attempt is kept with its own output; the delay is kept without anybody ringing."""
    script = 'echo "try $JOBYARD_NUMBER"; [ $JOBYARD_NUMBER = 3 ]'
    id = crew.submit(script, retries=5, retry_delay=0.2)
    worker = crew.worker("--once")
    assert worker.wait(promise.PATIENCE) == 0, crew.told()
    job = crew.job(id)
    assert (job.state, [attempt.exit_code for attempt in job.attempts]) == (COMPLETED, [1, 1, 0])
    texts = [(crew.home / attempt.folder / "stdout").read_text() for attempt in job.attempts]
    assert texts == ["try 1\n", "try 2\n", "try 3\n"]
    gaps = [later.started_at - before.ended_at for before, later in itertools.pairwise(job.attempts)]  # type: ignore[operator]
    assert gaps[0] >= 0.19
    assert gaps[1] >= 0.39


def test_a_time_limit_ends_the_whole_tree(crew: Crew) -> None:
    """Failed by the limit, not by the signal; nothing is left."""
    id = crew.submit("sleep 300 & sleep 300", time_limit=0.3)
    crew.worker()
    (job,) = crew.ended(id)
    assert (job.state, job.cause) == (FAILED, Cause.TIME_LIMIT)
    until(lambda: not crew.children(), "the end of the tree")


@pytest.mark.parametrize(
    ("command", "cwd", "says"),
    [
        (["no-such-command-anywhere"], "/", "no-such-command-anywhere"),
        (["/etc/passwd"], "/", "/etc/passwd"),
        (["true"], "/no/such/folder", "/no/such/folder"),
        (["true"], "/etc/passwd", "/etc/passwd"),
    ],
    ids=str,
)
def test_what_cannot_be_launched_fails_with_the_reason(crew: Crew, command: list[str], cwd: str, says: str) -> None:
    """The attempt fails, the worker and the next job go on."""
    id = crew.yard.submit(JobSpec({"command": command}, cwd=cwd)).id
    fine = crew.submit("exit 0")
    crew.worker()
    job, after = crew.ended(id, fine)
    assert (job.state, job.cause, after.state) == (FAILED, Cause.LAUNCH, COMPLETED)
    assert says in job.message
    assert job.exit_code is None


def test_cancel_in_every_state(crew: Crew) -> None:
    """Pending at once, running with its tree, ended not at all."""
    done = crew.submit("exit 0")
    crew.worker()
    crew.ended(done)
    runs = crew.submit("sleep 300 & trap '' TERM; while :; do sleep 0.05; done")
    waits = crew.submit("exit 0", dependencies=(Dependency(runs),))
    crew.started(runs)
    change = crew.yard.cancel([done, runs, waits])
    assert set(change.done) == {runs, waits}
    assert change.left == ((done, "it is completed already"),)
    (job,) = crew.ended(runs)
    assert (job.state, crew.job(waits).state) == (CANCELLED, CANCELLED)
    until(lambda: not crew.children(), "the end of the tree")


def test_a_cancel_without_a_worker_reaches_the_keeper(crew: Crew) -> None:
    """The worker was killed: the command itself has the keeper stop the job; the next worker records it."""
    worker = crew.worker()
    id = crew.gated()
    crew.started(id)
    pid = crew.pid(id)
    worker.kill()
    worker.wait()
    crew.yard.cancel([id])
    until(lambda: not Path(f"/proc/{pid}").exists(), "the job's death")
    crew.worker()
    assert crew.ended(id)[0].state is CANCELLED


# -- workers die, jobs do not ---------------------------------------------------------------------------


def test_jobs_that_end_without_a_worker_are_recorded_truly(crew: Crew) -> None:
    """Worker killed; one job ends then, one later: exit codes, and the times at which they ended."""
    worker = crew.worker()
    early, late = crew.gated(7, "early"), crew.gated(8, "late")
    crew.started(early, late)
    pids = [crew.pid(early), crew.pid(late)]
    worker.kill()
    worker.wait()
    before = time.time()
    crew.open("early")
    folder = crew.folder(early)
    until(lambda: (folder / "result.json").exists(), "the end of the first")
    after = time.time()
    assert crew.job(early).state is RUNNING  # nobody has recorded it
    time_between(after + 0.3)
    crew.worker()
    (job,) = crew.ended(early)
    assert (job.exit_code, len(job.attempts)) == (7, 1)
    assert before - 0.1 <= (job.ended_at or 0) <= after + 0.1
    assert crew.pid(late) == pids[1]
    crew.open("late")
    (job,) = crew.ended(late)
    assert (job.exit_code, len(job.attempts)) == (8, 1)


def time_between(at: float) -> None:
    """Let the clock reach a time, so that a later one can be told from it."""
    until(lambda: time.time() >= at, "the clock")


def test_detach_and_attach_move_no_job(crew: Crew) -> None:
    """From a thread to a process and back: the job keeps its process and its one attempt."""
    embedded = crew.yard.start_worker("app")
    id, other = crew.gated(4), crew.gated(5, "other")
    crew.started(id, other)
    pid = crew.pid(id)
    headless = crew.yard.worker_detach()
    assert headless.face == "headless"
    assert embedded.join(10)
    assert embedded.error is None
    crew.open()
    (job,) = crew.ended(id)
    assert (job.exit_code, len(job.attempts), crew.pid(id)) == (4, 1, pid)
    attached = crew.yard.worker_attach()
    until(lambda: not Path(f"/proc/{headless.pid}").exists(), "the headless worker's leaving")
    later = crew.submit("exit 6")
    crew.open("other")
    assert [(job.exit_code, len(job.attempts)) for job in crew.ended(other, later)] == [(5, 1), (6, 1)]
    assert attached.stop()
    modes = [(info.face, info.mode) for info in crew.yard.workers(all=True)]
    assert modes == [("app", "left"), ("headless", "retired"), ("app", "retired")]


def test_a_signal_drains_and_a_second_one_leaves_at_once(crew: Crew) -> None:
    """SIGTERM: nothing new starts, what runs is waited for; SIGTERM again: away, the job goes on."""
    worker = crew.worker()
    id = crew.gated(3)
    crew.started(id)
    worker.terminate()
    until(lambda: crew.yard.workers()[0].mode == "draining", "draining")
    waits = crew.submit("exit 0")
    assert worker.poll() is None
    worker.terminate()
    assert worker.wait(20) == 0
    assert (crew.job(waits).state, crew.job(id).state) == (PENDING, RUNNING)
    crew.open()
    crew.worker()
    assert [job.state for job in crew.ended(id, waits)] == [FAILED, COMPLETED]


def test_a_hangup_changes_nothing(crew: Crew) -> None:
    """A headless worker is deaf to SIGHUP."""
    worker = crew.worker()
    worker.send_signal(signal.SIGHUP)
    assert crew.ended(crew.submit("exit 0"))[0].state is COMPLETED
    assert worker.poll() is None


def test_a_worker_that_is_restarted_under_its_name_adopts(crew: Crew) -> None:
    """The name's lock is its own again: that does not make the killed generation look alive."""
    worker = crew.worker("--name", "gpu")
    id = crew.gated(2)
    crew.started(id)
    worker.kill()
    worker.wait()
    crew.worker("--name", "gpu")
    crew.open()
    assert (crew.ended(id)[0].exit_code, len(crew.job(id).attempts)) == (2, 1)


def test_a_second_worker_of_a_name_is_told_so(crew: Crew) -> None:
    """One line, exit code 2; the first goes on."""
    crew.worker("--name", "gpu")
    second = promise.worker(crew.home, "--name", "gpu")
    assert second.wait(20) == 2
    assert "lives already" in crew.told()
    assert crew.ended(crew.submit("exit 0"))[0].state is COMPLETED


def test_an_idle_worker_costs_next_to_nothing(crew: Crew) -> None:
    """No busy loop: over a few seconds far below two hundredths of a core, also with jobs that wait for later."""
    worker = crew.worker()
    crew.ended(crew.submit("exit 0"))
    crew.submit("exit 0", not_before=time.time() + 3600)
    crew.submit("exit 0", held=True)
    before, began = cpu(worker.pid), time.monotonic()
    time_between(time.time() + 4)
    used = cpu(worker.pid) - before
    assert used / (time.monotonic() - began) < 0.03


def cpu(pid: int) -> float:
    """Seconds of processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_a_worker_and_keeper_whose_yard_vanishes_leave(crew: Crew) -> None:
    """Somebody removes the folder: nobody stays behind for it."""
    worker = crew.worker()
    crew.ended(crew.submit("exit 0"))
    gone = crew.home.with_name("gone")
    crew.home.rename(gone)
    worker.wait(20)
    until(lambda: not promise.keepers(crew.home), "the keeper's leaving")
    gone.rename(crew.home)


# -- several workers ------------------------------------------------------------------------------------


def test_four_workers_on_an_exclusive_queue(crew: Crew) -> None:
    """600 jobs that each fail if another one holds their lock: all complete."""
    from tests.running.rounds import exclusive

    assert exclusive(crew.home, 600, 4) == []


def test_workers_share_slots_and_limits(crew: Crew) -> None:
    """Two workers, one of them for a single job at a time: slots hold for both together."""
    crew.yard.queue_set("default", slots=3)
    ids = [crew.submit(f"echo >> {crew.home}/n; sleep 0.05") for _ in range(24)]
    crew.worker()
    crew.worker("--max-jobs", "1")
    most = 0
    while any(crew.job(id).state not in ENDED for id in ids[-1:]):
        running = [row for row in crew.yard.list() if row.state is RUNNING]
        most = max(most, len(running))
    crew.ended(*ids)
    assert 0 < most <= 3
    spans = [(job.started_at or 0, job.ended_at or 0) for job in map(crew.job, ids)]
    for at, _ in spans:
        assert sum(begin <= at < end for begin, end in spans) <= 3


def test_a_job_is_started_soon_after_its_submit(crew: Crew) -> None:
    """The doorbell wakes the worker: far sooner than its backstop would."""
    crew.worker()
    crew.ended(crew.submit("exit 0"))
    waits = []
    for _ in range(5):
        began = time.time()
        (job,) = crew.ended(crew.submit("exit 0"))
        waits.append((job.started_at or 0) - began)
    assert sorted(waits)[2] < 0.2  # the bench holds the median to 0.02


def test_more_jobs_at_a_time_than_open_files(crew: Crew) -> None:
    """With a soft limit of 256 open files a worker runs 300 jobs at a time, and hears of every end."""
    gate = crew.home / "gate"
    crew.yard.queue_create("wide", slots=300)
    command = ["sh", "-c", f"while ! test -e {gate}; do sleep 0.5; done"]
    crew.yard.submit_many(JobSpec({"command": command}, queue="wide", cwd="/") for _ in range(300))
    narrow = ["sh", "-c", 'ulimit -Sn 256; exec "$@"', "sh"]
    worker = subprocess.Popen(
        [*narrow, sys.executable, "-m", "jobyard.tui.cli", "--yard", str(crew.home), "--worker"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        promise.until(lambda: crew.yard.counts()[RUNNING] == 300, "300 jobs to run", 120)
        gate.touch()
        promise.until(lambda: crew.yard.counts()[COMPLETED] == 300, "300 jobs to end", 120)
    finally:
        worker.kill()
        told = worker.communicate()[0].decode()
    assert "Too many open files" not in told
