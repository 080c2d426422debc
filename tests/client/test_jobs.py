"""The client's calls on a yard: what is submitted, told, waited for and cancelled."""

from __future__ import annotations

import asyncio
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jobyard.core import JobClient, JobSpec
from jobyard.core.client import Standing, watching
from jobyard.core.errors import BadInput, Unknown, WrongState
from jobyard.core.states import After
from tests.store.kit import CANCELLED, COMPLETED, FAILED, Lab


@pytest.fixture
def ended(client: JobClient, lab: Lab) -> Callable[[], str]:
    """A job that has completed; its id."""

    def run() -> str:
        job = client.submit(["true"])
        lab.run(client.job(job).row, COMPLETED)
        return job

    return run


class Waiter:
    """Somebody who waits in a thread; ``heard`` is set once he does."""

    def __init__(self, client: JobClient, job: str) -> None:
        self.heard = threading.Event()
        self.seen: list[Standing] = []
        self._client, self._job = client, job
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        self.result = self._client.wait_for_completion(self._job, progress=self._hear)
        self._client.close()

    def _hear(self, standing: Standing) -> None:
        self.seen.append(standing)
        self.heard.set()

    def __enter__(self) -> Waiter:
        self._thread.start()
        assert self.heard.wait(30)
        return self

    def __exit__(self, *error: object) -> None:
        self._thread.join(30)
        assert not self._thread.is_alive()


# -- opening ------------------------------------------------------------------------------------


def test_an_address_is_refused_with_what_to_do_instead() -> None:
    """The original talked to a server; here there is none, and the line says so."""
    with pytest.raises(BadInput, match=r"http://localhost:8000. is the address of a server.*opens the yard directly"):
        JobClient("http://localhost:8000")


def test_how_the_yard_is(client: JobClient, capsys: pytest.CaptureFixture[str]) -> None:
    """Counts, and whether anybody works; that nobody does is said once on stderr, with how to change it."""
    client.submit(["true"])
    client.submit(["true"])
    found = client.health_check()
    assert (found["status"], found["pending_jobs"], found["running_jobs"]) == ("no worker", 2, 0)
    assert found["yard"] == str(client.yard.home)
    assert capsys.readouterr().err.count("jobyard worker start") == 1


def test_with_a_worker_it_is_healthy(client: JobClient, lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is said then."""
    client.submit(["true"])
    assert client.health_check()["status"] == "healthy"
    assert "worker" not in capsys.readouterr().err


# -- submit -------------------------------------------------------------------------------------


def test_a_label_is_the_clients_or_the_jobs(yard_home: Path) -> None:
    """`user` names whose job it is; the account behind it stays known."""
    with JobClient(user="Claude") as client:
        mine, other = client.submit(["true"]), client.submit(["true"], user="Grace")
        many = client.submit_many([{"command": ["true"]}, JobSpec({"command": ["true"]}, user="Grace")])
        assert [client.get_status(job).user for job in (mine, other, *many)] == ["Claude", "Grace", "Claude", "Grace"]
        assert client.job(mine).account == client.yard.user
        assert [job["job_id"] for job in client.get_history(user="Grace")] == [many[1], other]
    with pytest.raises(BadInput, match="user"):
        JobClient(user="a\x1b[2Jb")


def test_whatever_a_job_may_be_asked_with(client: JobClient) -> None:
    """Dependencies one or many, arguments of a JobSpec; one that there is not is told with the nearest."""
    first = client.submit("true", name="first")
    other = client.submit(["true"])
    second = client.submit(["true"], after=["first"], after_any=other, priority=3, time_limit=60)
    job = client.job(second)
    assert {(edge.id, edge.after) for edge in job.depends_on} == {(first, After.OK), (other, After.ANY)}
    assert (job.priority, job.time_limit) == (3, 60)
    with pytest.raises(BadInput, match="Did you mean priority"):
        client.submit(["true"], prioritty=3)
    with pytest.raises(Unknown):
        client.submit(["true"], queue="nowhere")
    assert {edge.parent for edge in client.graph(second).edges} == {client.job(first).row, client.job(other).row}
    assert client.why(second)[0].rule == "dependency"


# -- look ---------------------------------------------------------------------------------------


def test_status_of_a_job_through_its_life(client: JobClient, lab: Lab) -> None:
    """Pending with its position and reason, running, completed with its times."""
    client.submit(["true"], priority=5)
    job = client.submit(["true"])
    row = client.job(job).row
    found = client.get_status(job)
    assert (found.status, found.queue_position, found.is_done()) == ("pending", 2, False)
    lab.claim()
    lab.start(row)
    assert client.get_status(job).status == "running"
    lab.now += 60
    lab.end(row, FAILED)
    found = client.get_status(job)
    assert (found.status, found.is_done(), found.is_successful()) == ("failed", True, False)
    assert found.completed_at is not None
    assert found.completed_at >= found.created_at
    assert found.error_message
    with pytest.raises(WrongState, match="has no data"):
        found.load_expt()
    with pytest.raises(Unknown):
        client.get_status("JOB-20200101-00001")


def test_the_queue_as_dicts_and_as_lines(client: JobClient, lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    """What runs, then what waits as it starts, with positions within each queue."""
    client.yard.queue_create("rig", slots=1)
    running = client.submit(["true"], queue="rig")
    lab.claim()
    lab.start(client.job(running).row)
    low, high = client.submit(["low"], queue="rig"), client.submit(["high"], queue="rig", priority=10)
    other = client.submit(["other"], user="Claude", after=low)
    found = client.list_queue()
    assert found["running_job"]["job_id"] == running
    assert found["total_pending"] == 3
    places = {job["job_id"]: job["queue_position"] for job in found["pending_jobs"]}
    assert places == {high: 1, low: 2, other: 1}
    assert [job["job_id"] for job in client.list_queue("rig")["pending_jobs"]] == [high, low]
    capsys.readouterr()
    client.print_queue()
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[1] for line in lines[1:3]] == [running, high]
    assert "Claude" in "\n".join(lines)
    assert "running" in lines[1]


def test_an_empty_queue_says_so(client: JobClient, capsys: pytest.CaptureFixture[str]) -> None:
    """No table without a job."""
    client.print_queue()
    assert capsys.readouterr().out == "Nothing runs or waits.\n"


def test_history_is_newest_first_by_user_and_status(client: JobClient, ended: Callable[[], str]) -> None:
    """As dicts with the original's keys; a status that there is not is told with those that there are."""
    first = ended()
    second = client.submit(["true"], user="Claude")
    assert [job["job_id"] for job in client.get_history()] == [second, first]
    assert [job["job_id"] for job in client.get_history(status="completed")] == [first]
    assert [job["job_id"] for job in client.get_history(user="Claude", limit=10)] == [second]
    assert client.get_history(limit=1)[0].keys() >= {
        "job_id", "user", "experiment_class", "status", "created_at", "completed_at", "data_file_path",
    }  # fmt: skip
    with pytest.raises(BadInput, match="completed, failed"):
        client.get_history(status="finito")


# -- wait ---------------------------------------------------------------------------------------


def test_a_wait_wakes_when_the_job_ends(client: JobClient, lab: Lab) -> None:
    """Also in a thread; a callback hears how it is meanwhile."""
    job = client.submit(["true"])
    with Waiter(client, job) as waiter:
        lab.run(client.job(job).row, COMPLETED)
    assert waiter.result.is_successful()
    assert waiter.seen[0].status == "pending"


def test_a_worker_that_dies_meanwhile_is_told(
    client: JobClient, lab: Lab, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once, to whoever waits: the job may have ended, and nobody records how."""
    alive = [True]
    monkeypatch.setattr(watching, "LOOK", 0.0)
    monkeypatch.setattr(type(client.yard), "worker_alive", lambda self: alive[0])
    job = client.job(client.submit("true"))
    lab.claim(), lab.start(job.row)
    told = ""
    with Waiter(client, job.id):
        alive[0] = False
        deadline = time.monotonic() + 30
        while not told and time.monotonic() < deadline:
            client.yard.submit(JobSpec({"command": ["true"]}, held=True))  # rings
            told = capsys.readouterr().err
        lab.end(job.row, COMPLETED)
    assert told.startswith("jobyard: No worker lives here: how it ends is not recorded until one does.")
    assert capsys.readouterr().err == ""


async def test_a_wait_works_while_an_event_loop_runs(client: JobClient, lab: Lab) -> None:
    """As in Jupyter, where one always does: in the loop's own thread, and in another."""
    job = client.submit(["true"])
    lab.run(client.job(job).row, COMPLETED)
    assert client.wait_for_completion(job, verbose=False).is_successful()
    assert (await asyncio.to_thread(client.wait_for_completion, job, verbose=False)).is_successful()


def test_a_wait_gives_up_in_words_and_the_job_goes_on(client: JobClient) -> None:
    """TimeoutError, of one job and of several."""
    job = client.submit(["true"])
    with pytest.raises(TimeoutError, match=f"{job} has not ended within .* It is pending and goes on"):
        client.wait_for_completion(job, timeout=0.01)
    with pytest.raises(TimeoutError):
        client.wait([job], timeout=0)
    assert client.get_status(job).status == "pending"


def test_the_end_is_told(client: JobClient, ended: Callable[[], str], capsys: pytest.CaptureFixture[str]) -> None:
    """A line on stderr with how it ended; nothing with verbose=False."""
    job = ended()
    client.wait_for_completion(job)
    assert capsys.readouterr().err.splitlines()[-1].startswith(f"{job} completed")
    client.wait_for_completion(job, verbose=False)
    assert capsys.readouterr().err == ""


@pytest.fixture
def interrupt() -> Iterator[Callable[[Standing], None]]:
    """Ctrl-C, as soon as the wait has begun; also where whoever runs the tests has it ignored (``make test &``)."""

    def press(standing: Standing) -> None:
        signal.raise_signal(signal.SIGINT)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield press
    signal.signal(signal.SIGINT, before)


def test_ctrl_c_cancels_a_job_that_waits(
    client: JobClient, interrupt: Callable[[Standing], None], capsys: pytest.CaptureFixture[str]
) -> None:
    """It is told, and KeyboardInterrupt goes on."""
    job = client.submit(["true"])
    with pytest.raises(KeyboardInterrupt):
        client.wait_for_completion(job, progress=interrupt)
    assert client.get_status(job).status == "cancelled"
    assert "cancelled: it had not started" in capsys.readouterr().err


def test_ctrl_c_leaves_a_job_that_runs(
    client: JobClient, lab: Lab, interrupt: Callable[[Standing], None], capsys: pytest.CaptureFixture[str]
) -> None:
    """With the line that would stop it."""
    job = client.submit(["true"])
    lab.claim()
    lab.start(client.job(job).row)
    with pytest.raises(KeyboardInterrupt):
        client.wait_for_completion(job, progress=interrupt)
    found = client.job(job)
    assert (found.state.value, found.stopping) == ("running", False)
    assert f'client.cancel_job("{job}", running=True)' in capsys.readouterr().err


def test_ctrl_c_leaves_what_is_somebody_elses(
    client: JobClient, interrupt: Callable[[Standing], None], capsys: pytest.CaptureFixture[str]
) -> None:
    """Who looks at another's job and has seen enough cancels nothing."""
    job = client.submit(["true"], user="Grace")
    with JobClient(user="Claude") as other, pytest.raises(KeyboardInterrupt):
        other.wait_for_completion(job, progress=interrupt)
    assert client.get_status(job).status == "pending"
    assert f'is pending and goes on. To stop it: client.cancel_job("{job}")' in capsys.readouterr().err


# -- cancel, output -----------------------------------------------------------------------------


def test_only_what_waits_is_cancelled(client: JobClient, lab: Lab) -> None:
    """A job that runs is refused with how to stop it, unless that is asked for; one that ended in any case."""
    job = client.submit(["true"])
    other = client.submit(["true"])
    assert client.cancel_job(other) is True
    lab.claim()
    lab.start(client.job(job).row)
    with pytest.raises(WrongState, match=r"is running.*running=True"):
        client.cancel_job(job)
    assert client.cancel_job(job, running=True) is True
    lab.end(client.job(job).row, CANCELLED)
    with pytest.raises(WrongState, match="cancelled"):
        client.cancel_job(job)


@pytest.fixture
def written(client: JobClient, lab: Lab) -> tuple[str, Path]:
    """A job that runs, and the folder of its attempt."""
    job = client.submit(["true"])
    lab.claim()
    lab.start(client.job(job).row)
    folder = client.yard.home / client.job(job).attempts[-1].folder
    folder.mkdir(parents=True)
    (folder / "stdout").write_text("first\nsecond\n")
    (folder / "stderr").write_text("a warning\n")
    return job, folder


def test_what_a_job_has_written(client: JobClient, written: tuple[str, Path]) -> None:
    """Both streams, or one; of very much the ends, with how much is left out."""
    job, folder = written
    assert sorted(client.get_output(job).splitlines()) == ["a warning", "first", "second"]
    assert client.get_output(job, stream="stderr") == "a warning\n"
    (folder / "stdout").write_text("".join(f"line {number}\n" for number in range(10_000)))
    text = client.get_output(job, limit=2000)
    assert len(text) < 3000
    assert all(part in text for part in ("bytes left out", "line 0\n", "line 9999\n"))
    assert client.logs(job, lines=1, stream="stdout") == ["line 9999"]
    assert client.get_output(client.submit(["true"])) == ""


def test_output_is_followed_until_the_end(client: JobClient, lab: Lab, written: tuple[str, Path]) -> None:
    """Line by line, the last one also without its end."""
    job, folder = written
    lines = client.get_output(job, follow=True, stream="stdout")
    assert [next(lines), next(lines)] == ["first", "second"]
    with (folder / "stdout").open("a") as file:
        file.write("third\nlast")
    lab.end(client.job(job).row, COMPLETED)
    assert list(lines) == ["third", "last"]


def test_several_are_waited_for_at_once(client: JobClient, ended: Callable[[], str]) -> None:
    """In the order in which they were named."""
    jobs = [ended(), ended()]
    assert [result.job_id for result in client.wait(jobs, timeout=time.monotonic())] == jobs
    assert client.jobs("state:completed", limit=1)[0].id in jobs
    assert client.requeue(jobs[0]).done == (jobs[0],)
    assert client.cancel(jobs[0]).done == (jobs[0],)
