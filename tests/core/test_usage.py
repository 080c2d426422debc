"""Samples of what jobs use: written sparingly, thinned out, read whatever lies there."""

from __future__ import annotations

import itertools
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobyard.core import usage
from jobyard.core.runners.keeper import cgroup, procfs, sampling
from jobyard.core.runners.keeper.jobs import Job
from jobyard.core.runners.keeper.usagefile import MOST, RECORD, UsageFile
from jobyard.core.usage import Sample

WALL = 1_795_326_000.0


def sample(at: float, cpu_seconds: float = 0.0, rss: int = 1, processes: int = 1, cpu: float = 0.0) -> Sample:
    """A sample *at* seconds into the tests' day."""
    return Sample(WALL + at, cpu_seconds, rss, processes, cpu)


def lived(folder: Path, seconds: int, most: int = MOST) -> UsageFile:
    """The file of a job that burned a core for so many seconds, looked at once a second."""
    file = UsageFile(str(folder), most=most)
    for second in range(1, seconds + 1):
        file.add(sample(second, second, 1000 + second, 2, 1.0), float(second))
    return file


# -- writing -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seconds", [1, 2, 63, 64, 65, 1000, 20_000])
def test_a_file_stays_small_and_evenly_spread(tmp_path: Path, seconds: int) -> None:
    """However long a job runs, there are at most so many records, evenly apart; the last is of the last look."""
    file = lived(tmp_path, seconds, most=64)
    found = usage.read(tmp_path / "usage")
    assert min(seconds, 31) <= len(found) <= 64
    assert found[-1] == sample(seconds, seconds, 1000 + seconds, 2, 1.0)
    apart = {after.at - before.at for before, after in itertools.pairwise(found[:-1])}
    assert len(apart) <= 1
    assert apart <= {file.interval}
    assert found[0].at - WALL <= file.interval
    assert sorted(os.listdir(tmp_path)) == ["usage"]


@given(
    st.lists(st.tuples(st.floats(0.1, 50), st.floats(-1e6, 1e6), st.integers(0, 2)), max_size=80), st.integers(2, 12)
)
def test_no_clock_fills_a_file(looks: list[tuple[float, float, int]], most: int) -> None:
    """Whatever the looks' distances, and whatever the wall clock does: never too many, the last told, in order."""
    with tempfile.TemporaryDirectory() as folder:
        file, now, wrote = UsageFile(folder, most=most), 0.0, []
        for apart, jump, cpu in looks:
            now += apart
            one = sample(now + jump, float(cpu))
            file.add(one, now)
            wrote.append(one)
            found = usage.read(f"{folder}/usage")
            assert len(found) <= most
            assert found[-1][1:] == one[1:]
        order = [wrote.index(one) for one in usage.read(f"{folder}/usage")]
        assert order == sorted(order)


def test_what_tells_nothing_new_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A job that sleeps costs a write only when a record is due that stays."""
    file = UsageFile(str(tmp_path), age=100.0, most=10)  # 16 seconds between those that stay
    written: list[int] = []
    pwrite = os.pwrite
    monkeypatch.setattr(os, "pwrite", lambda fd, data, at: written.append(at) or pwrite(fd, data, at))
    for second in range(64):
        file.add(sample(second), float(second))
    assert written == [0, 32, 64, 96]
    file.add(sample(64.5, 0.5, cpu=0.5), 63.5)
    assert written[4:] == [128]


def test_a_full_disk_is_survived(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the thinned file cannot be written the old one stays, whole and no longer than before, until it can."""
    file = lived(tmp_path, 63, most=64)
    with monkeypatch.context() as patch:
        patch.setattr(os, "rename", lambda *_: (_ for _ in ()).throw(OSError(28, "full")))
        for second in range(64, 70):
            file.add(sample(second, second), float(second))
    assert len(usage.read(tmp_path / "usage")) == 64
    assert usage.read(tmp_path / "usage")[-1].at == WALL + 69
    file.add(sample(70, 70.0), 70.0)
    assert len(usage.read(tmp_path / "usage")) == 32
    assert sorted(os.listdir(tmp_path)) == ["usage"]
    lost = UsageFile(str(tmp_path / "gone"))
    lost.add(sample(1), 1.0)
    assert usage.read(tmp_path / "gone" / "usage") == ()


def test_the_next_keeper_goes_on(tmp_path: Path) -> None:
    """Records of an earlier keeper stay; new ones follow at about the same distance."""
    lived(tmp_path, 700, most=64)
    before = usage.read(tmp_path / "usage")
    file = UsageFile(str(tmp_path), age=700.0, most=64)
    assert file.interval == 16.0
    file.add(sample(710, 5.0), 710.0)
    assert usage.read(tmp_path / "usage") == (*before, sample(710, 5.0))


# -- looking -------------------------------------------------------------------------------------------


class Host:
    """A machine of the tests: a clock, and what each process has used."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, *, own: bool = True) -> None:
        self.now, self.looks = 1000.0, 0
        self.spent: dict[int, procfs.Spent] = {}
        self.group: float | None = None
        self.job = Job("t", "j", str(folder), "l", None, 1.0, 1, 7, 1, WALL, 1000.0, own=own)
        monkeypatch.setattr(sampling.system, "boottime", lambda: self.now)
        monkeypatch.setattr(sampling.time, "time", lambda: WALL + self.now - 1000.0)
        monkeypatch.setattr(procfs, "spent", self._spent)
        monkeypatch.setattr(cgroup, "cpu_seconds", lambda path: self.group)

    def _spent(self, pid: int) -> procfs.Spent | None:
        self.looks += 1
        return self.spent.get(pid)

    def look(self, seconds: float, **cpu: float) -> Sample | None:
        """After so many seconds, with so many CPU seconds used by each process (``p7=1.5``), a page each."""
        self.now += seconds
        self.spent = {int(pid[1:]): procfs.Spent(round(used * procfs.TICKS), 4096) for pid, used in cpu.items()}
        self.job.members = {pid: 1 for pid in self.spent if pid != self.job.pid}
        sampling.look(self.job)
        return usage.last(Path(self.job.folder) / "usage")


def test_short_jobs_cost_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In its first second nothing is read of a job's processes and nothing written; later once a second."""
    host = Host(tmp_path, monkeypatch)
    for _ in range(3):
        assert host.look(0.25, p7=0.1) is None
    assert host.looks == 0
    for _ in range(40):
        host.look(0.25, p7=0.1)
    assert host.looks == 10
    assert len(usage.read(tmp_path / "usage")) == 10


def test_time_of_the_dead_stays_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """CPU time is that of the whole tree and never goes back, though a process that ends takes its own along."""
    host = Host(tmp_path, monkeypatch)
    assert host.look(2.0, p7=1.0, p8=1.0) == sample(2.0, 2.0, 8192, 2, 1.0)
    assert host.look(1.0, p7=1.5) == sample(3.0, 2.0, 4096, 1, 0.0)
    assert host.look(1.0, p7=2.5) == sample(4.0, 3.0, 4096, 1, 1.0)


def test_a_cgroup_goes_on_from_the_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the tree has been moved into a cgroup, its figure counts from there; when it cannot be read, /proc does."""
    host = Host(tmp_path, monkeypatch)
    assert (first := host.look(1.0, p7=1.0))
    host.job.cgroup, host.group = "/cg", 0.25
    assert (second := host.look(1.0, p7=1.5))
    host.group = 2.25
    assert (third := host.look(1.0, p7=2.0))
    host.group = None
    assert (fourth := host.look(1.0, p7=2.0))
    assert [one.cpu_seconds for one in (first, second, third, fourth)] == [1.0, 1.5, 3.5, 3.5]
    assert third.cpu == pytest.approx(2.0)


def test_an_adopted_job_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next keeper's sum begins where the last one's record was."""
    UsageFile(str(tmp_path)).add(sample(5, 9.0), 5.0)
    host = Host(tmp_path, monkeypatch, own=False)
    assert (one := host.look(10.0, p7=2.0))
    assert (two := host.look(1.0, p7=3.0))
    assert (one.cpu_seconds, two.cpu_seconds, two.cpu) == (9.0, 10.0, 1.0)


# -- reading -------------------------------------------------------------------------------------------


@given(st.binary(max_size=5 * RECORD.size))
def test_whatever_lies_there_is_read(content: bytes) -> None:
    """Zeros, nonsense and half a record are left out; nothing raises."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        found, last = usage.read(file.name), usage.last(file.name)
        assert all(one.at > 0 and one.cpu >= 0 for one in found)
        assert last is None or last == found[-1]
        usage.spread(usage.rates(found), 0.0, 1e10, 20, lambda one: one.rss)


def test_no_file_means_that_nothing_is_known(tmp_path: Path) -> None:
    """An attempt of before there were samples has none, and says so by that."""
    assert usage.read(tmp_path / "usage") == ()
    assert usage.last(tmp_path / "usage") is None


def test_a_pipe_in_its_place_keeps_nobody_waiting(tmp_path: Path) -> None:
    """A job may put anything where its samples are: neither the keeper nor a reader waits for it."""
    os.mkfifo(tmp_path / "usage")
    assert usage.read(tmp_path / "usage") == ()
    assert usage.last(tmp_path / "usage") is None
    lived(tmp_path, 3)
    UsageFile(str(tmp_path), age=5.0).add(sample(1), 1.0)


def test_rates_are_means_between_two_looks() -> None:
    """For a curve over time the cores in use are those between a sample and the one before."""
    one, two, three = usage.rates([sample(10, 5.0, cpu=0.5), sample(20, 25.0), sample(20, 30.0, cpu=9.0)])
    assert (one.cpu, two.cpu, three.cpu) == (0.5, 2.0, 9.0)
    assert usage.rates([]) == ()


def test_a_curve_has_a_value_wherever_somebody_looked() -> None:
    """Each stretch has the highest value in it, those between two samples the later one; outside there is none."""
    some = [sample(1, rss=5), sample(1.5, rss=9), sample(2, rss=1), sample(6, rss=3)]
    curve = usage.spread(some, WALL, WALL + 10, 10, lambda one: one.rss)
    assert curve == (None, 9, 1, 3, 3, 3, 3, None, None, None)
    assert usage.spread(some, WALL + 20, WALL + 30, 2, lambda one: one.rss) == (None, None)
    assert usage.spread(some, WALL, WALL, 2, lambda one: one.rss) == (None, None)
    assert usage.spread(some, WALL, WALL + 1, 0, lambda one: one.rss) == ()
