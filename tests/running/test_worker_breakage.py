"""What the world does to a yard: killed keepers, torn files, full disks, odd clocks, hostile jobs. Nothing false."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobyard.core.models import Dependency, JobSpec
from jobyard.core.runners.keeper import pidfd
from jobyard.core.states import Cause, State
from tests.running import promise
from tests.running.crewkit import Crew
from tests.running.promise import until

COMPLETED, FAILED, CANCELLED = State.COMPLETED, State.FAILED, State.CANCELLED
PENDING, RUNNING = State.PENDING, State.RUNNING


@pytest.fixture
def crew(yard_home: Path) -> Iterator[Crew]:
    """A yard without workers; whoever is started ends with the test."""
    found = Crew(yard_home)
    yield found
    found.close()


def true_or_lost(job: object, code: int) -> None:
    """The exact exit code where the kernel tells it to those that were never its parent; else lost, with the reason."""
    if job.cause is Cause.LOST:  # type: ignore[attr-defined]
        assert "keeper" in job.message  # type: ignore[attr-defined]
    else:
        assert (job.exit_code, job.state) == (code, FAILED)  # type: ignore[attr-defined]


# -- killed keepers -------------------------------------------------------------------------------------


def test_a_killed_keeper_ends_no_job(crew: Crew) -> None:
    """Jobs go on, keep their process, and end with what the kernel can tell; nothing runs twice."""
    crew.worker()
    ids = [crew.gated(code) for code in (3, 4)]
    crew.started(*ids)
    pids = [crew.pid(id) for id in ids]
    crew.kill_keeper()
    assert all(Path(f"/proc/{pid}").exists() for pid in pids)
    until(lambda: promise.keepers(crew.home), "the next keeper")
    crew.open()
    for job, code in zip(crew.ended(*ids), (3, 4), strict=True):
        true_or_lost(job, code)
        assert len(job.attempts) == 1
    assert crew.ended(crew.submit("exit 0"))[0].state is COMPLETED


def test_the_exit_status_survives_the_keeper(crew: Crew) -> None:
    """On kernels that keep it for whoever holds the pidfd, the code is exact; never a false completed."""
    crew.worker()
    id = crew.gated(9)
    crew.started(id)
    folder = crew.folder(id)
    for pid in promise.keepers(crew.home):
        os.kill(pid, 19)  # stopped: the job ends while its keeper sees nothing
    stopped = promise.keepers(crew.home)
    crew.open()
    pid = crew.pid(id)
    until(lambda: state_of(pid) in ("Z", ""), "the end of the job")
    assert not (folder / "result.json").exists()
    for keeper in stopped:
        promise.kill(keeper)
    (job,) = crew.ended(id)
    true_or_lost(job, 9)
    if getattr(pidfd, "EXIT_KNOWN", None) is True:
        assert job.exit_code == 9


def state_of(pid: int) -> str:
    """The letter of a process' state; "" when it has gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return ""


def test_keeper_and_worker_killed_together(crew: Crew) -> None:
    """One job ends while nobody lives, one goes on: nothing false, one attempt each; a new worker finds both."""
    crew.worker()
    ends, goes_on = crew.gated(5, "early"), crew.gated(6, "late")
    crew.started(ends, goes_on)
    pids = [crew.pid(ends), crew.pid(goes_on)]
    crew.kill_workers()
    crew.kill_keeper()
    crew.open("early")
    until(lambda: state_of(pids[0]) in ("Z", ""), "the end of the first")
    crew.worker()
    (job,) = crew.ended(ends)
    true_or_lost(job, 5)
    assert len(job.attempts) == 1
    assert crew.job(goes_on).state is RUNNING
    crew.open("late")
    (job,) = crew.ended(goes_on)
    true_or_lost(job, 6)
    assert (len(job.attempts), job.attempts[-1].pid) == (1, pids[1])


def test_a_cancel_outlives_the_keeper(crew: Crew) -> None:
    """Asked for while no keeper lives: the next one stops the job, tree and all."""
    crew.worker()
    id = crew.submit("sleep 300 & sleep 300")
    crew.started(id)
    crew.kill_workers()
    crew.kill_keeper()
    crew.yard.cancel([id])
    crew.worker()
    assert crew.ended(id)[0].state is CANCELLED
    until(lambda: not crew.children(), "the end of the tree")


def test_a_torn_outcomes_log_is_read_as_far_as_it_is_whole(crew: Crew) -> None:
    """Cut in the middle of a line, with rubbish behind: the outcomes come from the folders, true."""
    crew.worker()
    ids = [crew.gated(code) for code in (3, 4)]
    crew.started(*ids)
    crew.kill_workers()
    crew.open()
    folders = [crew.folder(id) for id in ids]
    until(lambda: all((folder / "result.json").exists() for folder in folders), "the ends")
    crew.kill_keeper()
    (log,) = (crew.home / "run").glob("outcomes-*.log")
    whole = log.read_bytes()
    log.write_bytes(whole[: len(whole) - 30] + b'\x00\xff{"token": 7}\n{"ev": "ended", "outcome"')
    crew.worker()
    jobs = crew.ended(*ids)
    assert [(job.exit_code, job.cause, len(job.attempts)) for job in jobs] == [(3, Cause.EXIT, 1), (4, Cause.EXIT, 1)]


def test_a_pid_that_is_anothers_now_is_left_alone(crew: Crew) -> None:
    """While nobody looked, the job ended and its pid went to a stranger: the job is lost, the stranger lives."""
    crew.worker()
    id = crew.gated(0)
    crew.started(id)
    folder, pid = crew.folder(id), crew.pid(id)
    crew.kill_workers()
    crew.kill_keeper()
    promise.kill(pid)
    until(lambda: state_of(pid) in ("Z", ""), "the job's death")
    stranger = subprocess.Popen(["sleep", "300"])
    try:
        lines = (folder / "started").read_bytes()
        facts = json.loads(lines[256:512])
        facts["pid"] = stranger.pid
        (folder / "started").write_bytes(lines[:256] + json.dumps(facts).encode().ljust(255) + b"\n")
        crew.yard.cancel([id])
        crew.worker()
        (job,) = crew.ended(id)
        assert job.state is CANCELLED or job.cause is Cause.LOST
        assert job.state is not COMPLETED
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


# -- disks and clocks -----------------------------------------------------------------------------------


def test_an_attempts_folder_that_cannot_be_made(crew: Crew) -> None:
    """A file lies where the day's folder should be: no job is lost, and it runs once that is put right."""
    id = crew.submit("exit 0", retries=0)
    day = crew.home / "jobs" / crew.job(id).id.split("-")[1]
    day.write_text("in the way")
    crew.worker()
    (job,) = crew.ended(id)
    assert (job.cause, job.exit_code) == (Cause.LAUNCH, None)
    assert str(day) in job.message
    day.unlink()
    crew.yard.requeue([id])
    (job,) = crew.ended(id)
    assert job.state is COMPLETED


FULL = """
import contextlib, os, sys, time
from pathlib import Path
from jobyard.core.errors import JobyardError
from jobyard.core.models import JobSpec
from jobyard.core.states import State
from tests.running.crewkit import Crew
from tests.running.promise import until

os.environ["JOBYARD_DISK_FLOOR"] = "0"
crew = Crew(Path(sys.argv[1]) / "yard")
elsewhere = Path(sys.argv[2])
try:
    crew.worker()
    runs = crew.yard.submit(JobSpec({"command": ["sh", "-c", "read x < fifo; exit 7"]}, cwd=str(elsewhere))).id
    crew.started(runs)
    waits = crew.submit("exit 0", priority=-1, not_before=time.time() + 1)
    ballast = crew.home / "ballast"
    with contextlib.suppress(OSError), open(ballast, "wb", buffering=0) as file:
        while True:
            file.write(b"x" * 1024)
    told = ""
    for _ in range(2000):
        try:
            crew.submit("exit 0", held=True)
        except JobyardError as error:
            told = error.line()
            assert error.exit_code == 1, told
            break
    assert "no room" in told, told
    (elsewhere / "fifo").write_text("go")
    began = time.monotonic()
    until(lambda: crew.folder(runs).joinpath("result.json").exists() or time.monotonic() > began + 3, "the end")
    assert crew.job(runs).state in (State.RUNNING, State.FAILED)
    ballast.unlink()
    job, after = crew.ended(runs, waits)
    assert (job.exit_code, len(job.attempts)) == (7, 1), job
    assert after.state is State.COMPLETED, after
    assert crew.ended(crew.submit("exit 3"))[0].exit_code == 3
    assert crew.workers[0].poll() is None, crew.told()
    print("fine")
finally:
    crew.close()
"""


def test_a_full_disk(tmp_path: Path) -> None:
    """No false outcome, no lost job, a clear error; the same worker goes on when there is room."""
    disk, elsewhere = tmp_path / "disk", tmp_path / "elsewhere"
    disk.mkdir(), elsewhere.mkdir()
    os.mkfifo(elsewhere / "fifo")
    mount = 'mount -t tmpfs -o size=3m tmpfs "$1" && exec "$2" -c "$3" "$1" "$4"'
    command = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"]), "sh", "-c", mount, "sh"]
    done = subprocess.run(
        [*command, str(disk), sys.executable, FULL, str(elsewhere)], capture_output=True, text=True, timeout=100,
        check=False, cwd=promise.ROOT,
    )  # fmt: skip
    assert done.stdout.strip() == "fine", done.stdout + done.stderr


def an_hour_back() -> dict[str, str]:
    """An environment in which every clock is an hour behind."""
    (library,) = list(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))[:1] or [None]
    assert library, "libfaketime is needed: apt-get install libfaketime"
    return {"LD_PRELOAD": str(library), "FAKETIME": "-1h"}


@pytest.mark.parametrize("who", ["worker", "submitter", "worker after a restart"])
def test_a_clock_set_back_an_hour(crew: Crew, who: str) -> None:
    """Whoever's clock it is: outcomes are true, jobs start, ids and order stand."""
    back = an_hour_back()
    first = crew.submit("exit 3")
    if who == "worker after a restart":
        crew.worker()
        runs = crew.gated(4)
        crew.started(runs)
        crew.kill_workers()
        crew.kill_keeper()
        crew.worker(**back)
        crew.open()
        true_or_lost(crew.ended(runs)[0], 4)
    else:
        crew.worker(**(back if who == "worker" else {}))
    code = "from jobyard.core.models import JobSpec; yard.submit(JobSpec({'command': ['sh', '-c', 'exit 5']}, cwd='/'))"
    assert promise.script(crew.home, code, **(back if who == "submitter" else {})) == 0
    second = crew.yard.list()[0].id if crew.yard.list()[0].id != first else crew.yard.list()[1].id
    jobs = crew.ended(first, second)
    assert [job.exit_code for job in jobs] == [3, 5]
    assert [len(job.attempts) for job in jobs] == [1, 1]
    assert jobs[0].row < jobs[1].row
    assert jobs[0].id < jobs[1].id
    assert all((job.started_at or 0) <= (job.ended_at or 0) for job in jobs)


def test_a_time_limit_ignores_the_wall_clock(crew: Crew) -> None:
    """A limit is a duration: a clock an hour back neither prolongs nor shortens it."""
    crew.worker(**an_hour_back())
    id = crew.submit("sleep 300", time_limit=0.4)
    began = time.monotonic()
    (job,) = crew.ended(id)
    assert job.cause is Cause.TIME_LIMIT
    assert 0.4 <= time.monotonic() - began < 20


# -- hostile jobs ---------------------------------------------------------------------------------------

NASTY = [
    "\x1b[31mred\x1b[0m", "[bold]markup[/bold]", "[@click=app.quit]x[/]", "%s%n{0}", "$(reboot)",
    "'; DROP TABLE job;--", "\u202egnp.exe", "a\nb", "é" * 100, "-rf",
]  # fmt: skip
MISLEADING = ["", " ", "JOB-20260101-00001", "17", "3..5", "last", "x" * 300, "a\0b", "\udcff"]


@pytest.mark.parametrize("name", NASTY, ids=ascii)
def test_a_hostile_name_is_a_name(crew: Crew, name: str) -> None:
    """It comes back as it was given, finds its job, and can be depended on."""
    id = crew.submit("exit 0", name=name)
    child = crew.submit("exit 0", dependencies=(Dependency(name),))
    assert crew.job(name).id == id
    assert crew.yard.list()[0].name in (name, "")
    crew.worker("--once").wait(promise.PATIENCE)
    assert [crew.job(one).state for one in (id, child)] == [COMPLETED, COMPLETED]


@pytest.mark.parametrize("name", MISLEADING, ids=ascii)
def test_a_name_that_would_mislead_is_refused(crew: Crew, name: str) -> None:
    """What reads as an id, a number or nothing at all; an empty one is none."""
    from jobyard.core.errors import BadInput

    if name == "":
        crew.submit("exit 0", name=name)
        return
    with pytest.raises(BadInput):
        crew.submit("exit 0", name=name)


def test_hostile_output_is_kept_and_harmless(crew: Crew) -> None:
    """Escapes, markup, NUL and broken UTF-8 are in the log byte for byte, and clean on the screen."""
    rude = b"\x1b]0;title\x07\x1b[2J\x1b[31mred [bold]b[/] \xff\xfe\x00 \xe2\x82 end\r\nlast"
    (crew.home / "rude").write_bytes(rude)
    id = crew.submit("cat rude; cat rude >&2; exit 3")
    crew.worker("--once").wait(promise.PATIENCE)
    for stream in ("stdout", "stderr"):
        path = crew.yard.log_path(id, stream)
        assert path is not None
        assert path.read_bytes() == rude
    shown = "\n".join(crew.yard.tail(id))
    assert "\x1b" not in shown
    assert "\0" not in shown
    assert "[bold]b[/]" in shown
    assert crew.job(id).exit_code == 3


def test_a_line_of_ten_megabytes(crew: Crew) -> None:
    """Kept whole, shown by its end, and nobody waits for it."""
    id = crew.submit("head -c 10000000 /dev/zero | tr '\\0' x; echo end")
    crew.worker("--once").wait(promise.PATIENCE)
    path = crew.yard.log_path(id)
    assert path is not None
    assert path.stat().st_size == 10_000_004
    began = time.monotonic()
    shown = crew.yard.tail(id)
    assert time.monotonic() - began < 2
    assert len(shown[-1]) < 1_000_000
    assert shown[-1].startswith("xxx")
    assert crew.job(id).state is COMPLETED


def test_a_job_that_opens_its_own_log_for_writing(crew: Crew) -> None:
    """``> /dev/stdout`` truncates the file under the feet of all: the job and its outcome are not harmed."""
    id = crew.submit("echo before; echo after > /dev/stdout; echo more; exit 4")
    crew.worker("--once").wait(promise.PATIENCE)
    assert crew.job(id).exit_code == 4
    path = crew.yard.log_path(id)
    assert path is not None
    assert path.read_text().endswith("more\n")
    assert crew.yard.tail(id)[-1] == "more"


def test_a_job_that_submits_cancels_and_reads_its_own_yard(crew: Crew) -> None:
    """A job may use the yard as anybody else; its marks do not go to the jobs that it submits."""
    inner = "from jobyard.core.models import JobSpec; print(yard.submit(JobSpec({'command': ['env']}, cwd='/')).id)"
    id = crew.yard.submit(JobSpec({"command": promise.python(crew.home, inner)}, cwd=str(promise.ROOT))).id
    crew.worker("--once").wait(promise.PATIENCE)
    (child,) = crew.yard.tail(id, "stdout")
    printed = crew.yard.log_path(child)
    assert printed is not None
    environment = dict(line.split("=", 1) for line in printed.read_text().splitlines() if "=" in line)
    assert environment["JOBYARD_JOB"] == child
    assert crew.job(child).state is COMPLETED
    assert not any(name.startswith("JOBYARD_CRASH") for name in environment)
