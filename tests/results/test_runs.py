"""Runs, found in the store by the configs that made them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jobyard.core.errors import BadFile, BadFilter, BadInput, Unknown
from jobyard.core.labmodels import RunFilter
from jobyard.core.models import JobSpec
from jobyard.core.store import results as runs
from jobyard.core.yard import Yard, submitting
from tests.results import kit
from tests.store.kit import COMPLETED, Lab, plan, statements

TYPE = "hardware_config"


class Runs(Lab):
    """A lab whose jobs can have left data."""

    def ran(self, config: object = None, hardware: str = "", user: str = "", at: float = 1e9) -> str:
        """The id of a job that left data, having run with a hardware config."""
        row = self.submit(user=user)
        self.run(row, COMPLETED)
        kit.experiment(self.store, row, config)  # type: ignore[arg-type]
        attempt = kit.left(self.store, row, self.home / "data" / f"{row}.h5", at)
        if hardware:
            kit.linked(self.store, attempt, TYPE, hardware)
        day, number = self.store.db.row("SELECT day, number FROM job WHERE id = ?", (row,)) or (0, 0)
        return f"JOB-{day:08d}-{number:05d}"


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Runs]:
    made = Runs(tmp_path / "yard")
    yield made
    made.close()


@pytest.fixture
def yard(lab: Runs) -> Iterator[Yard]:
    with Yard.open(lab.home) as opened:
        yield opened


def found(yard: Yard, *tests: str, **where: object) -> list[str]:
    return [run.job for run in yard.data_runs(tests, **where)]  # type: ignore[arg-type]


def test_runs_are_listed_newest_first_with_what_made_them(lab: Runs, yard: Yard):
    """Job, attempt, experiment, data and the versions that it ran with; at most so many."""
    first, second = lab.ran({"a": 1}), lab.ran({"a": 2}, "f: 1\n")
    told = yard.data_runs()
    assert [run.job for run in told] == [second, first]
    assert (told[0].experiment, told[0].number, told[0].data.made_at) == ("lab.rabi:Rabi", 1, 1e9)
    (link,) = told[0].configs
    assert (link.type, Path(link.path).read_text()) == (TYPE, "f: 1\n")
    assert found(yard, limit=1) == [second]


def test_what_narrows_them(lab: Runs, yard: Yard):
    """User, class or module, queue, session, time."""
    old, new = lab.ran({}, user="bob", at=100.0), lab.ran({}, user="eve", at=200.0)
    assert found(yard, user="bob") == [old]
    assert found(yard, since=150.0) == [new]
    assert found(yard, until=150.0) == [old]
    for name in ("Rabi", "lab.rabi", "lab.rabi:Rabi"):
        assert found(yard, experiment=name) == [new, old]
    assert found(yard, experiment="lab.rabi:T1") == found(yard, experiment="T1") == []
    assert found(yard, queue="default") == found(yard, session="default") == [new, old]
    with pytest.raises(Unknown, match="nearest is default"):
        found(yard, session="defualt")


def test_runs_of_a_sweep_are_found_together_with_their_points(lab: Runs, yard: Yard):
    """By the array, one of its jobs or some elements; each knows its index and its point, whoever else ran between."""
    other = lab.ran({"amp": 0.1})
    first = submitting.submit_many(lab.store, [JobSpec({"command": ["true"]}, array="1-3", name="rabi", cwd="/")])[0][0]
    for row, amp in zip(range(first, first + 3), (0.1, 0.2, 0.3), strict=True):
        lab.run(row, COMPLETED)
        kit.experiment(lab.store, row, {"amp": amp}, swept={"amp": amp})
        kit.left(lab.store, row, lab.home / "data" / f"{row}.h5")
    late = lab.ran({"amp": 0.1})
    told = yard.data_runs(array="rabi")
    assert [(run.name, run.element, run.swept) for run in told] == [
        ("rabi[3]", 3, (("amp", 0.3),)), ("rabi[2]", 2, (("amp", 0.2),)), ("rabi[1]", 1, (("amp", 0.1),)),
    ]  # fmt: skip
    assert {run.array for run in told} == {told[-1].job}
    jobs = [run.job for run in told]
    assert found(yard, array=jobs[1]) == found(yard, array=f"{jobs[2]}[]") == found(yard, array="rabi[]") == jobs
    assert found(yard, array="rabi[1-2]") == jobs[1:]
    assert found(yard, "amp=0.1", array="rabi") == jobs[2:]
    assert found(yard, "amp=0.1") == [late, jobs[2], other]
    assert (yard.data_runs()[0].array, yard.data_runs()[0].swept) == ("", ())
    with pytest.raises(Unknown, match="There is no array"):
        found(yard, array=other)


def test_a_value_of_its_own_config_or_of_one_that_it_ran_with(lab: Runs, yard: Yard):
    """By scope; without one expt first, then the linked ones; all wishes must hold."""
    low = lab.ran({"start": 0, "f": 9}, "device: {f: 4.8}\nf: 1\n")
    high = lab.ran({"start": 1}, "device: {f: 4.9}\nf: 9\n")
    plain = lab.ran(None)
    assert found(yard, "expt.start=0") == [low]
    assert found(yard, f"{TYPE}.device.f>4.8") == [high]
    assert found(yard, "device.f<5") == [high, low]
    assert found(yard, "f=9") == [high, low]
    assert found(yard, "f=1") == [], "what expt says comes before what a config says"
    assert found(yard, f"{TYPE}.f=1") == [low]
    assert found(yard, "f=9", "start=1") == [high]
    assert found(yard, "start!=0") == [high]
    assert plain not in found(yard, "start!=7")


def test_every_version_is_read_once_and_a_damaged_one_is_told_and_never_used(lab: Runs, yard: Yard):
    """However many runs had it; nothing is read that no run had."""
    jobs = [lab.ran({}, "f: 1\n") for _ in range(3)]
    other = lab.ran({}, "f: 2\n")
    path = Path(yard.data_runs()[0].configs[0].path)
    heard: list[str] = []
    assert found(yard, "f>=1", tell=heard.append) == [other, *reversed(jobs)]
    path.write_text("f: 1\n")
    assert found(yard, "f>=1", tell=heard.append) == list(reversed(jobs))
    (line,) = heard
    assert "is not what it was when it was pushed" in line
    path.unlink()
    assert found(yard, "f>=1", tell=heard.append) == list(reversed(jobs))
    assert "cannot be read" in heard[1]


def test_many_runs_are_gone_through_by_stretches(lab: Runs, yard: Yard, monkeypatch: pytest.MonkeyPatch):
    """None is lost or told twice where one stretch ends; what is not asked for is not looked at."""
    jobs = [lab.ran({"n": number}, f"f: {number % 2}\n") for number in range(12)]
    monkeypatch.setattr(runs, "FIRST_STRETCH", 2)
    monkeypatch.setattr(runs, "STRETCH", 3)
    assert found(yard) == list(reversed(jobs))
    assert found(yard, "expt.n<9", "f=0") == [jobs[at] for at in (8, 6, 4, 2, 0)]
    seen = statements(yard._store, lambda: found(yard, "f=1", limit=1))
    assert sum("FROM result r CROSS JOIN" in one for one in seen) == 1


def test_fields_that_are_no_json_fulfil_nothing(lab: Runs, yard: Yard):
    """A damaged row does not end the search."""
    job, good = lab.ran({"n": 1}), lab.ran({"n": 1})
    lab.store.db.rows("UPDATE job SET fields = '{nope' WHERE id = (SELECT min(id) FROM job)")
    assert found(yard, "expt.n=1") == [good]
    assert found(yard, "n=1", experiment="Rabi") == [good]
    assert found(yard) == [good, job]


def test_no_query_sorts_or_scans_jobs(lab: Runs, yard: Yard):
    """Runs come in the order of the table of results; attempts and jobs are looked up by their keys."""
    lab.ran({"n": 1}, "f: 1\n")
    for sql in statements(yard._store, lambda: found(yard, "expt.n=1", "f=1", user="x")):
        if "FROM result" in sql and "UNION" not in sql:
            told = plan(yard._store, sql, ())
            scans = {step.split()[1] for step in told.split("; ") if step.startswith("SCAN")}
            assert scans <= {"json_each", "(subquery-1)"}, told
            assert "ORDER BY" not in told, told
    assert "result_path" in plan(yard._store, "SELECT attempt_id FROM result WHERE path = ?", ("x",))


def test_the_data_of_a_job(lab: Runs, yard: Yard):
    """Of its last attempt that left any, of a file too; what is gone or was never there is told."""
    job = lab.ran({"n": 1})
    with pytest.raises(BadFile, match=r"The data of JOB-.* is gone"):
        yard.data_file(job)
    path = kit.write(Path(yard.data_runs()[0].data.path))
    assert yard.data_file(job) == path == yard.data_file(str(path)) == yard.data_file(job, 1)
    assert yard.data_run(str(path)) == yard.data_run(job)
    assert yard.data_load(job).cfg.expt.reps == 500
    assert yard.data_run(str(path.with_name("other.h5"))) is None
    with pytest.raises(BadInput, match="has no attempt 7"):
        yard.data_file(job, 7)
    lab.submit(name="waits")
    with pytest.raises(Unknown, match=r"has left no data. It is pending"):
        yard.data_file("waits")


def test_a_purged_job_leaves_no_run(lab: Runs, yard: Yard):
    """The row goes with its attempt."""
    lab.ran({})
    lab.store.db.rows("DELETE FROM attempt")
    assert runs.runs(lab.store, RunFilter(), None) == []


def test_a_filter_of_runs_is_one_of_jobs_and_more(lab: Runs, yard: Yard):
    """Users, classes, values and times in one line; a mistake in any part is pointed at."""
    low, high = lab.ran({"reps": 1}, "f: 1\n", "ann", at=100.0), lab.ran({"reps": 5}, "f: 2\n", "bob", at=200.0)

    def let(text: str) -> list[str]:
        return [run.job for run in yard.runs_of(yard.run_filter(text))]

    assert let("") == let("class:Rabi state:completed") == [high, low]
    assert let("user:bob or user:ann reps>3") == [high]
    assert let("not user:bob") == let(f"{TYPE}.f=1") == [low]
    assert let("class:lab.rabi:Rabi until:1970-01-01T00:02:00Z") == [low]
    assert let(f"user:ann {TYPE}.f=2") == []
    for text, at in (("reps=1 usr:ann", 7), ("reps=1 a.[x=1", 7), ("reps=1 queue:nope", 13),
                     ("class:Rabi reps=", 11), ("a expt.reps", 2)):  # fmt: skip
        with pytest.raises(BadFilter) as caught:
            yard.run_filter(text)
        assert caught.value.at == at


def test_runs_in_another_order(lab: Runs, yard: Yard):
    """By user, the newest first of each; the oldest first; every order has all."""
    first, second, third = lab.ran({}, user="bob"), lab.ran({}, user="ann"), lab.ran({}, user="bob")
    orders = {order: [run.job for run in yard.runs_of(RunFilter(), order=order)] for order in yard.run_orders()}
    assert orders["user"] == [second, third, first]
    assert orders["oldest"] == [first, second, third]
    assert all(sorted(jobs) == [first, second, third] for jobs in orders.values())


def test_what_may_be_written_comes_of_the_newest_runs(lab: Runs, yard: Yard):
    """Keys of their own configs and of those that they ran with, and what these were."""
    lab.ran({"reps": 1, "sweep": {"gain": [0.5]}}, "device: {f: 4.8}\n")
    lab.ran({"reps": 3}, "device: {f: 4.9}\n")

    def offered(text: str) -> list[str]:
        return [one.put_into(text)[0] for one in yard.complete_runs(text, len(text))]

    assert offered("expt.r") == ["expt.reps="]
    assert set(offered("expt.reps=")) == {"expt.reps=1", "expt.reps=3"}
    assert "expt.sweep.gain[0]=" in offered("gain")
    assert offered(f"{TYPE}.") == [f"{TYPE}.device.f="]
    assert offered(f"{TYPE}.device.f=") == [f"{TYPE}.device.f=4.9"]
    assert offered("class:R")[0] == "class:Rabi"


def test_an_experiment_that_runs_is_told_once_it_writes_a_file_of_its_own(lab: Runs, yard: Yard):
    """Filtered as runs are; a folder without such a file is none, and what ended is none."""
    row = lab.submit(user="ann")
    kit.experiment(lab.store, row, {"reps": 2})
    (claimed,) = lab.claim()
    lab.start(claimed.row)
    folder = lab.home / yard.job(row).attempts[-1].folder
    folder.mkdir(parents=True, exist_ok=True)
    assert yard.growing_runs() == []
    (folder / ".hidden.h5").write_bytes(b"x")
    (folder / "JOB-1.h5").write_bytes(b"half")
    (run,) = yard.growing_runs(yard.run_filter("user:ann reps=2"))
    assert (run.data.path, run.data.size, run.user) == (str(folder / "JOB-1.h5"), 4, "ann")
    assert yard.growing_runs(yard.run_filter("reps=3")) == []
    assert yard.runs_of(RunFilter()) == []
    lab.end(claimed.row, COMPLETED)
    assert yard.growing_runs() == []
