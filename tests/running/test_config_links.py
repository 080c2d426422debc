"""What a job runs with is decided and verified before its claim, linked in it, and told to its process."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobyard.core import kinds, preparing
from jobyard.core.kinds import snapshots
from jobyard.core.models import Comparison, JobSpec
from jobyard.core.preparing import Preparer
from jobyard.core.states import Cause
from jobyard.core.store import wishes
from jobyard.core.store.wishes import Configs, Wanting
from jobyard.core.yard import Yard
from jobyard.core.yard.configuring import codes_of
from tests.running import promise
from tests.running.promise import PATIENCE
from tests.running.workerkit import COMPLETED, FAILED, PENDING, RUNNING, Shift, until

HW, MP = "hardware_config", "multiphoton_config"


class Bench(Shift):
    """A worker that prepares configs, and a keeper in memory."""

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self.yard.queue_set("default", slots=8)
        store = self.yard._store
        self.preparer = Preparer(store, lambda: codes_of(store), lambda: self.ticks)
        self.at_work = self.worker(chores=[self.preparer], configs=self.preparer)
        self.preparer.look = self.at_work.look

    def push(self, data: bytes, type: str = HW, main: bool = True) -> str:
        """A version; its id."""
        return self.yard.config_push(type, data, filename="a.yml", main=main).version.id

    def ask(self, **wishes: str) -> str:
        return self.submit(configs=wishes)

    def until_claimed(self, *jobs: str) -> None:
        """Turns until nothing of it waits for its configs any more."""

        def claimed() -> bool:
            self.turn(times=1)
            return all(self.job(job).attempts or self.running(job) for job in jobs)

        until(claimed, "claims")
        self.turn()

    def running(self, job: str) -> bool:
        sql = "SELECT 1 FROM attempt WHERE job_id = ?"
        return self.yard._store.db.value(sql, (self.job(job).row,)) is not None

    def linked(self, job: str) -> list[str]:
        """The versions of its last attempt."""
        return [link.version for link in self.job(job).attempts[-1].configs]


@pytest.fixture
def bench(yard_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """A yard that takes any bytes for a config."""
    monkeypatch.setattr(Yard, "config_complaints", lambda self, *args: ())
    found = Bench(yard_home)
    yield found
    found.close()


# -- what it runs with -------------------------------------------------------------------------------------------


def test_main_a_version_and_a_file_are_linked(bench: Bench, tmp_path: Path) -> None:
    """Each attempt has the versions it ran with; a file is what it was at the start, and equal bytes are no new one."""
    first, main = bench.push(b"a: 1"), bench.push(b"a: 2")
    (tmp_path / "a.yml").write_bytes(b"a: at submit")
    (tmp_path / "b.yml").write_bytes(b"a: 1")
    jobs = [bench.ask(**{HW: wish}) for wish in ("", first, str(tmp_path / "a.yml"), str(tmp_path / "b.yml"))]
    (tmp_path / "a.yml").write_bytes(b"a: at the start")
    bench.until_claimed(*jobs)
    new = bench.yard.config_versions(HW)[0]
    assert [bench.linked(job) for job in jobs] == [[main], [first], [new.id], [first]]
    assert (bench.yard.config_bytes(new.id), new.job, new.main) == (b"a: at the start", jobs[2], False)
    assert bench.yard.config_version(HW).id == main, "a job's file does not become main"
    assert bench.yard.config_runs(first) == [(jobs[3], 1), (jobs[1], 1)]
    assert bench.yard.config_version(first).attempts == 2
    told: Comparison = bench.yard.diff(jobs[0], jobs[1])
    assert [(one.what, one.one, one.other) for one in told.differences if "config" in one.what] == [
        (f"config {HW}", main, first)
    ]


def test_the_process_is_told_where_they_are(bench: Bench) -> None:
    """In the environment of the start request, and to the kind in the context of its launch."""
    bench.push(b"a: 1")
    bench.ask(**{HW: ""})
    seen = {}
    start = bench.at_work.runner.start
    bench.at_work.runner.start = lambda specs: (seen.update(specs[0].marks), start(specs))  # type: ignore[method-assign]
    until(lambda: (bench.turn(times=1), seen)[1], "a start")
    assert Path(seen["JOBYARD_CONFIG_HARDWARE_CONFIG"]).read_bytes() == b"a: 1"


def test_a_kind_that_needs_configs_gets_every_main(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The types it needs and all others with a main; what the job names comes before; without main it is refused."""
    monkeypatch.setattr(type(kinds.get("exec")), "configs", (HW,))
    with pytest.raises(Exception, match="no main version of hardware_config"):
        bench.submit()
    old, hw, mp = bench.push(b"a: 1"), bench.push(b"a: 2"), bench.push(b"b", MP)
    plain, own = bench.submit(), bench.ask(**{HW: old})
    bench.until_claimed(plain, own)
    assert [bench.linked(plain), bench.linked(own)] == [[hw, mp], [old, mp]]


def test_what_a_kind_needs_is_parsed_before_the_claim(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the thread that has read it: the worker, which ten megabytes of YAML would keep for seconds, finds it done."""
    monkeypatch.setattr(type(kinds.get("exec")), "configs", (HW,))
    read, readers = snapshots.documents.read, []
    monkeypatch.setattr(
        snapshots.documents, "read", lambda *args: (readers.append(threading.current_thread().name), read(*args))[1]
    )
    bench.push(b"parsed: once")
    job = bench.submit()
    bench.until_claimed(job)
    assert snapshots.as_json(bench.job(job).attempts[-1].configs[0]) == '{"parsed":"once"}'
    assert readers == ["jobyard-configs"]


def test_jobs_without_configs_ask_nobody(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a query nor a thread is spent on them, and they do not wait for those that do."""
    monkeypatch.setattr(wishes, "main_rows", lambda connection: pytest.fail("asked"))
    monkeypatch.setattr(Preparer, "ready", lambda *args: pytest.fail("asked"))
    job = bench.submit()
    bench.turn(times=1)
    assert bench.running(job)
    bench.turn()


def test_a_main_that_moves_meanwhile_is_taken_up(bench: Bench) -> None:
    """Between preparation and claim another version became main: the job runs with that one, and only that."""
    bench.push(b"a: 1")
    job = bench.ask(**{HW: ""})
    bench.turn(times=1)
    until(lambda: bench.preparer._done, "the preparation")
    second = bench.push(b"a: 2")
    bench.until_claimed(job)
    assert bench.linked(job) == [second]


def test_what_was_read_long_ago_is_read_again(bench: Bench, tmp_path: Path) -> None:
    """A preparation that nobody claimed with counts for seconds only."""
    (tmp_path / "a.yml").write_bytes(b"1")
    job = bench.ask(**{HW: str(tmp_path / "a.yml")})
    bench.turn(times=1)
    until(lambda: bench.preparer._done, "the preparation")
    (tmp_path / "a.yml").write_bytes(b"2")
    bench.later(preparing.FRESH + 1)
    bench.until_claimed(job)
    assert bench.yard.config_bytes(bench.linked(job)[0]) == b"2"


# -- what goes wrong ---------------------------------------------------------------------------------------------


def test_what_cannot_be_used_fails_the_attempt_in_words(bench: Bench, tmp_path: Path) -> None:
    """A damaged version, a file that is gone, a main that is gone: a launch failure each; others run on."""
    bench.push(b"good", MP)
    version = bench.yard.config_push(HW, b"a: 1", filename="a.yml").version
    (tmp_path / "a.yml").write_bytes(b"1")
    damaged, gone, fine = bench.ask(**{HW: ""}), bench.ask(**{HW: str(tmp_path / "a.yml")}), bench.ask(**{MP: ""})
    os.chmod(bench.yard.home / version.path, 0o600)
    (bench.yard.home / version.path).write_bytes(b"a: 9")
    (tmp_path / "a.yml").unlink()
    until(lambda: (bench.turn(times=1), bench.state(damaged) is bench.state(gone) is FAILED)[1], "failures")
    told = [bench.job(job) for job in (damaged, gone)]
    assert [job.cause for job in told] == [Cause.LAUNCH, Cause.LAUNCH]
    assert version.id in told[0].message
    assert "There is no file" in told[1].message
    assert all(not job.attempts[-1].configs for job in told)
    bench.until_claimed(fine)
    assert bench.state(fine) is RUNNING


def test_a_file_system_that_hangs_holds_nobody(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other jobs start while one waits for its config; after a while it fails in words."""
    bench.push(b"a: 1")
    free = threading.Event()
    monkeypatch.setattr(preparing, "prepared", lambda *args: free.wait(60))
    stuck, other = bench.ask(**{HW: ""}), bench.submit()
    bench.turn()
    assert (bench.state(stuck), bench.running(other)) == (PENDING, True)
    bench.later(preparing.PATIENCE + 1)
    until(lambda: (bench.turn(times=1), bench.state(stuck) is FAILED)[1], "the failure")
    assert "has not answered" in bench.job(stuck).message
    free.set()


def test_what_is_ready_holds_only_as_long_as_it_is_right() -> None:
    """Of main versions those count that the job asks for; of a kind that needs configs all do."""
    plain, needy = Wanting(1, '{"a":"","b":"CFG-B-20200101-00001"}', ()), Wanting(2, None, ("a",))
    assert plain.wishes(["a", "b", "c"]) == {"a": "", "b": "CFG-B-20200101-00001"}
    assert needy.wishes(["b"]) == {"a": "", "b": ""}
    assert Configs().ready([plain], {}) == {}


# -- SIGKILL -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("point", ["config.named", "config.stored", "config.prepared"])
def test_a_worker_killed_between_file_row_and_claim(point: str, yard_home: Path, tmp_path: Path) -> None:
    """The next one runs the job once, with the bytes of the file; one version holds them, and no number comes twice."""
    (tmp_path / "a.yml").write_bytes(b"f_ge: 4.8\n")
    (tmp_path / "once").mkdir()
    crash = {"JOBYARD_CRASH_AT": point, "JOBYARD_CRASH_ONCE": str(tmp_path / "once")}
    with Yard.open(yard_home, face="test") as yard:
        command = promise.shell(yard_home, 'cat "$JOBYARD_CONFIG_HARDWARE_CONFIG"')
        job = yard.submit(JobSpec({"command": command}, cwd="/", configs={HW: str(tmp_path / "a.yml")})).id
        workers = [promise.worker(yard_home, **crash)]
        deadline = time.monotonic() + PATIENCE
        while yard.job(job).ended_at is None:
            assert time.monotonic() < deadline, "waited in vain for the end"
            if workers[-1].poll() is not None:
                workers.append(promise.worker(yard_home, **crash))
            time.sleep(0.02)
        workers[-1].terminate()
        workers[-1].wait(PATIENCE)
        assert (tmp_path / "once" / f"crashed-{point}").exists()
        done = yard.job(job)
        assert done.state is COMPLETED
        assert yard.tail(job) == ["f_ge: 4.8"]
        (version,) = yard.config_versions(HW)
        assert [link.version for link in done.attempts[-1].configs] == [version.id]
        assert yard.config_bytes(version.id) == b"f_ge: 4.8\n"
