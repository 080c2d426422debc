"""Bad days of a store: flipped pages, cut and deleted files, read-only disks. Told, nothing overwritten, mended."""

from __future__ import annotations

import contextlib
import hashlib
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobyard.core import crash
from jobyard.core.errors import CorruptStore, JobyardError
from jobyard.core.models import Dependency, JobSpec
from jobyard.core.states import Cause, State
from jobyard.core.store import Actor, Store, check, swap
from jobyard.core.yard import Yard
from tests.running import promise
from tests.running.crewkit import Crew
from tests.running.promise import until
from tests.running.workerkit import Shift
from tests.store.test_rescue import PAGE, flip

COMPLETED, FAILED, PENDING, RUNNING = State.COMPLETED, State.FAILED, State.PENDING, State.RUNNING


@pytest.fixture
def crew(yard_home: Path) -> Iterator[Crew]:
    """A yard without workers; whoever is started ends with the test."""
    found = Crew(yard_home)
    yield found
    found.close()


def digests(home: Path) -> dict[str, str]:
    """The store's files by content; shared memory is nobody's work."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in home.iterdir()
        if path.is_file() and path.name.startswith("jobyard") and not path.name.endswith("-shm")
    }


def jobyard(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The command line as a process."""
    command = [sys.executable, "-m", "jobyard.tui.cli", "--yard", str(home), *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=promise.PATIENCE, check=False)


def is_told(done: subprocess.CompletedProcess[str]) -> bool:
    """Whether it failed with one line that names the way out."""
    lines = done.stderr.splitlines()
    assert done.returncode in (1, 2), done
    assert len(lines) == 1, done
    return lines[0].startswith("jobyard: ") and "Traceback" not in lines[0]


def spec(script: str, home: Path, **options: object) -> JobSpec:
    return JobSpec({"command": promise.shell(home, script)}, cwd=str(home), **options)  # type: ignore[arg-type]


# -- one flipped page ------------------------------------------------------------------------------------


@pytest.fixture
def lived_in(yard_home: Path) -> dict[str, int]:
    """A yard with ended and pending jobs, closed; where its tables and indexes begin."""
    with Yard.open(yard_home) as yard:
        yard.submit_many(spec("exit 0", yard_home, name=f"job-{number}", held=number > 3) for number in range(120))
        yard.submit(spec("exit 0", yard_home, name="after", dependencies=(Dependency("job-0"),)))
        store = yard._store
        with store.db.transaction() as connection:  # a free list
            connection.execute("CREATE TABLE scratch (x)")
            connection.executemany("INSERT INTO scratch VALUES (?)", [("y" * 3000,) for _ in range(40)])
        with store.db.transaction() as connection:
            connection.execute("DROP TABLE scratch")
        roots = dict(store.db.rows("SELECT name, rootpage FROM sqlite_master WHERE rootpage > 0"))
        store.db.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    with contextlib.closing(sqlite3.connect(yard_home / "jobyard.db")) as connection:
        assert connection.execute("PRAGMA freelist_count").fetchone()[0] > 10
    roots["header"] = 1
    roots["free list"] = int.from_bytes((yard_home / "jobyard.db").read_bytes()[32:36], "big")
    return roots


LOOKS = (("list", "--all"), ("show", "job-1"), ("why", "after"), ("history", "job-2"), ("queue", "list"))


@pytest.mark.parametrize("page", ["header", "job", "job_pending", "sqlite_autoindex_job_1", "event", "free list"])
def test_one_flipped_page(yard_home: Path, lived_in: dict[str, int], page: str) -> None:
    """Whoever meets it says so in a line and changes nothing; `doctor --repair` gets the yard going again."""
    flip(yard_home / "jobyard.db", lived_in[page])
    before = digests(yard_home)
    met = [is_told(done) for words in LOOKS if (done := jobyard(yard_home, *words)).returncode]
    assert all(met)
    assert digests(yard_home) == before
    found = jobyard(yard_home, "doctor", "--json")
    assert found.returncode == 1
    assert "jobyard doctor --repair" in found.stdout
    copied = jobyard(yard_home, "backup", str(yard_home / "copy"))
    assert is_told(copied)
    assert not (yard_home / "copy").exists()
    assert digests(yard_home) == before

    mended = jobyard(yard_home, "doctor", "--repair")
    assert mended.returncode == 0, mended
    assert jobyard(yard_home, "doctor").returncode == 0
    (kept,) = yard_home.glob("jobyard-damaged-*.db")
    assert hashlib.sha256(kept.read_bytes()).hexdigest() == before["jobyard.db"]
    done = jobyard(yard_home, "--worker", "--once")
    assert done.returncode == 0, done
    with Yard.open(yard_home) as yard:
        after = yard.submit(spec("exit 0", yard_home))
        assert jobyard(yard_home, "--worker", "--once").returncode == 0
        assert yard.job(after.id).state is COMPLETED
        if page not in ("job", "event"):  # a lost page of those may take what is on it
            assert yard.counts()[COMPLETED] == 4 + 1 + 1
        assert check.problems(yard._store) == []


def test_a_worker_that_meets_damage_ends_with_the_way_out(crew: Crew) -> None:
    """Jobs go on; after the repair the next worker records how they ended, and nothing ran twice."""
    worker = crew.worker()
    id = crew.gated(3)
    crew.started(id)
    crew.yard._store.db.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    root = crew.yard._store.db.value("SELECT rootpage FROM sqlite_master WHERE name = 'job_eligible'")
    waiting = crew.submit("exit 0", held=True)
    crew.yard.close()
    crew.kill_workers()  # its cache would hide the damage for a while
    worker = None
    with contextlib.closing(sqlite3.connect(crew.home / "jobyard.db")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    flip(crew.home / "jobyard.db", int(root))
    dies = promise.worker(crew.home)
    assert dies.wait(promise.PATIENCE) == 2, crew.told()
    assert all(words in crew.told() for words in ("damaged", "doctor --repair", "Running jobs go on"))
    crew.open()
    assert jobyard(crew.home, "doctor", "--repair").returncode == 0
    crew.yard = Yard.open(crew.home, face="test")
    crew.worker()
    (job,) = crew.ended(id)
    assert (job.exit_code, len(job.attempts)) == (3, 1)
    assert crew.job(waiting).state is PENDING
    assert worker is None


def test_a_damaged_store_that_is_open_is_not_replaced(yard_home: Path, lived_in: dict[str, int]) -> None:
    """What can be saved lies beside it, and who has it open is told; once they have left, it takes its place."""
    flip(yard_home / "jobyard.db", lived_in["job_ended"])
    command = [*promise.python(yard_home, "print(len(yard.queues()), flush=True); sys.stdin.read()")]
    holder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=promise.ROOT)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == b"1"
        before = digests(yard_home)
        done = jobyard(yard_home, "doctor", "--repair")
        assert done.returncode == 2
        assert is_told(done)
        assert f"open in {holder.pid} (" in done.stderr
        (rescued,) = yard_home.glob("jobyard-rescued-*.db")
        assert {name: digests(yard_home)[name] for name in before} == before
        with contextlib.closing(sqlite3.connect(rescued)) as connection:
            assert connection.execute("SELECT count(*) FROM job").fetchone() == (121,)
    finally:
        holder.communicate(timeout=30)
    assert jobyard(yard_home, "doctor", "--repair").returncode == 0
    assert jobyard(yard_home, "doctor").returncode == 0


SWAPS = sorted(name for name in crash.POINTS if name.startswith("swap."))


@pytest.mark.parametrize("point", SWAPS)
def test_a_repair_that_is_killed(yard_home: Path, lived_in: dict[str, int], tmp_path: Path, point: str) -> None:
    """In any window of putting the new store in place: whoever opens the yard next finds it whole."""
    flip(yard_home / "jobyard.db", lived_in["job_ended"])
    before = digests(yard_home)["jobyard.db"]
    surroundings = {**os.environ, "JOBYARD_CRASH_AT": point, "JOBYARD_CRASH_ONCE": str(tmp_path)}
    command = [sys.executable, "-m", "jobyard.tui.cli", "--yard", str(yard_home), "doctor", "--repair"]
    assert subprocess.run(command, env=surroundings, capture_output=True, check=False).returncode == -signal.SIGKILL
    assert (tmp_path / f"crashed-{point}").exists()
    with Yard.open(yard_home) as yard:
        assert sum(yard.counts().values()) == 121
        assert check.problems(yard._store) == []
    (kept,) = yard_home.glob("jobyard-damaged-*.db")
    assert hashlib.sha256(kept.read_bytes()).hexdigest() == before
    assert not swap.marker(yard_home).exists()


# -- the log and the shared memory -------------------------------------------------------------------------


@pytest.mark.parametrize("part", [0.02, 0.4, 0.77, 0.999])
def test_a_log_that_is_cut_off(yard_home: Path, tmp_path: Path, part: float) -> None:
    """At any byte: what was committed before it is there, without an error; a worker goes on from it."""
    with Yard.open(yard_home) as yard:
        yard._store.db.rows("PRAGMA wal_checkpoint(TRUNCATE)")
        for number in range(30):
            yard.submit(spec("exit 0", yard_home, name=f"job-{number}"))
        for end in ("", "-wal"):
            subprocess.run(["cp", f"{yard_home}/jobyard.db{end}", str(tmp_path)], check=True)
    for end in ("", "-wal"):
        shutil.copy(tmp_path / f"jobyard.db{end}", yard_home / f"jobyard.db{end}")
    log = yard_home / "jobyard.db-wal"
    os.truncate(log, int(log.stat().st_size * part))
    with Yard.open(yard_home) as yard:
        names = {row.name for row in yard.list(limit=None)}
        assert names == {f"job-{number}" for number in range(len(names))}, "a prefix"
        assert len(names) < 30
        assert check.problems(yard._store) == []
        fresh = yard.submit(spec("exit 0", yard_home, name="fresh"))
        assert jobyard(yard_home, "--worker", "--once").returncode == 0
        assert yard.job(fresh.id).state is COMPLETED


@pytest.mark.parametrize("end", ["-shm", "-wal", "-shm -wal"])
def test_files_deleted_while_nobody_is_there(yard_home: Path, end: str) -> None:
    """As a crash leaves them: without the shared memory nothing is missing, without the log what was only there is."""
    code = "yard._store.db.rows('PRAGMA wal_checkpoint(TRUNCATE)'); [yard.queue_create(f'q{n}') for n in range(9)]"
    assert promise.script(yard_home, f"{code}; import os; os._exit(0)") == 0
    for one in end.split():
        (yard_home / f"jobyard.db{one}").unlink()
    with Yard.open(yard_home) as yard:
        assert len(yard.queues()) == (10 if end == "-shm" else 1)
        assert check.problems(yard._store) == []


@pytest.mark.parametrize("end", ["-shm", "-wal", "-shm -wal"])
def test_files_deleted_while_a_worker_runs(crew: Crew, end: str) -> None:
    """It tells, opens the store anew and works on; so does everybody else; all jobs end truly and nothing is lost."""
    crew.worker()
    before = crew.gated(4)
    crew.started(before)
    for one in end.split():
        (crew.home / f"jobyard.db{one}").unlink()
    during = [crew.submit(f"exit {number}") for number in range(3)]
    assert jobyard(crew.home, "submit", "--name", "outside", "--", "sh", "-c", "exit 5").returncode == 0
    crew.open()
    jobs = crew.ended(before, *during, "outside")
    assert [job.exit_code for job in jobs] == [4, 0, 1, 2, 5]
    assert all(len(job.attempts) == 1 for job in jobs)
    until(lambda: "deleted or replaced" in crew.told(), "what the worker tells")


def test_threads_let_go_of_deleted_files_one_by_one(yard_home: Path) -> None:
    """While another thread of the process keeps the old memory, nobody writes; once it has let go, all go on."""
    import threading

    yard = Yard.open(yard_home)
    entered, leave = threading.Event(), threading.Event()

    def other() -> None:
        yard.queues()
        entered.set()
        leave.wait(30)
        yard.close()

    thread = threading.Thread(target=other)
    thread.start()
    entered.wait(30)
    (yard_home / "jobyard.db-shm").unlink()
    with pytest.raises(JobyardError, match="deleted or replaced while in use"):
        yard.queue_create("one")
    leave.set()
    thread.join()
    yard.queue_create("two")
    with Yard.open(yard_home) as another:
        assert [queue.name for queue in another.queues()] == ["default", "two"]
    yard.close()


def test_an_emptied_file_beside_its_log_is_told(yard_home: Path) -> None:
    """SQLite would take it for a new store and delete the log, which holds all there is."""
    assert promise.script(yard_home, "yard.queue_create('precious'); import os; os._exit(0)") == 0
    os.truncate(yard_home / "jobyard.db", 0)
    before = digests(yard_home)
    with pytest.raises(CorruptStore, match="--repair"):
        Yard.open(yard_home)
    assert digests(yard_home) == before
    assert jobyard(yard_home, "doctor", "--repair").returncode == 0
    with Yard.open(yard_home) as yard:
        assert {queue.name for queue in yard.queues()} == {"default", "precious"}


# -- disks --------------------------------------------------------------------------------------------------


READ_ONLY = """
set -e
mount -t tmpfs -o size=16m tmpfs "$1"
"$2" -m jobyard.tui.cli --yard "$1/yard" submit --name kept -- true >/dev/null 2>&1
before=$(cat "$1"/yard/jobyard.db* | sha256sum)
mount -o remount,ro "$1"
for words in "list" "submit -- true" "cancel kept" "--worker --once" "cleanup" "doctor --repair"; do
    code=0; "$2" -m jobyard.tui.cli --yard "$1/yard" $words >/dev/null 2>"$3" || code=$?
    echo "$code $(wc -l <"$3") $(cat "$3")"
done
[ "$before" = "$(cat "$1"/yard/jobyard.db* | sha256sum)" ] && echo untouched
mount -o remount,rw "$1"
"$2" -m jobyard.tui.cli --yard "$1/yard" --worker --once >/dev/null 2>&1
"$2" -m jobyard.tui.cli --yard "$1/yard" list --json --all
sleep 1.2
"""


def test_a_read_only_remount(tmp_path: Path) -> None:
    """A list is read all the same; what would change something says in one line why not; afterwards it works again."""
    disk = tmp_path / "disk"
    disk.mkdir()
    own = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]
    script = [*own, "sh", "-c", READ_ONLY, "sh", str(disk), sys.executable, str(tmp_path / "err")]
    surroundings = {**os.environ, "JOBYARD_KEEPER_IDLE": "0.5", "JOBYARD_DISK_FLOOR": "1M"}
    done = subprocess.run(script, capture_output=True, text=True, timeout=100, env=surroundings, cwd=promise.ROOT)
    *told, untouched, listed = done.stdout.splitlines()
    assert (len(told), untouched) == (6, "untouched"), done
    assert told.pop(0).split() == ["0", "0"]
    for line in told:
        code, lines, text = line.split(" ", 2)
        assert (int(code) in (1, 2), lines) == (True, "1"), line
        assert "read-only" in text.lower()
    assert "remount,rw; or work on a copy of the whole folder" in told[0]
    assert '"state":"completed"' in listed


TURNS_READ_ONLY = """
set -e
truncate -s 48M "$1/image"
mkfs.ext4 -q "$1/image"
mkdir "$1/disk"
mount -o loop,errors=remount-ro "$1/image" "$1/disk"
device=$(findmnt -n -o SOURCE "$1/disk")
"$2" -c "$3" "$1/disk" "/sys/fs/ext4/$(basename "$device")/trigger_fs_error" "$1"
umount "$1/disk"
e2fsck -fy "$1/image" >/dev/null 2>&1 || true
mount -o loop "$1/image" "$1/disk"
"$2" -c "$4" "$1/disk" "$1"
sleep 1.2
umount "$1/disk"
"""

WHILE_READ_ONLY = """
import sys, time
from pathlib import Path
from tests import leftovers
from tests.running.crewkit import Crew
from tests.running.promise import until
home, trigger, elsewhere = Path(sys.argv[1]) / "yard", Path(sys.argv[2]), Path(sys.argv[3])
crew = Crew(home)
try:
    worker = crew.worker()
    script = f"echo $JOBYARD_JOB >> {elsewhere}/ran; while [ ! -e {elsewhere}/gate ]; do sleep 0.05; done; exit 7"
    jobs = [crew.submit(script) for _ in range(3)]
    crew.started(*jobs)
    trigger.write_text("1")
    (elsewhere / "gate").touch()
    until(lambda: not any("/gate" in line for line in leftovers.processes_of(elsewhere).values()), "the jobs' ends")
    deadline = time.monotonic() + 3
    until(lambda: worker.poll() is not None or time.monotonic() > deadline, "some tries of the worker")
    assert worker.poll() is None, "the worker died of a read-only disk"
    print("lives")
finally:
    for process in crew.workers:
        process.kill(), process.wait()
    leftovers.end_all(home)
"""

AFTERWARDS = """
import sys
from pathlib import Path
from tests.running.crewkit import Crew
home, elsewhere = Path(sys.argv[1]) / "yard", Path(sys.argv[2])
crew = Crew(home)
crew.worker()
ids = [row.id for row in crew.yard.list()]
jobs = crew.ended(*ids)
ran = (elsewhere / "ran").read_text().split()
for job in jobs:
    assert ran.count(job.id) <= 1 and len(job.attempts) <= 1, (job, ran)
    assert (job.cause or "") in ("exit", "lost"), job
    assert job.cause != "exit" or job.exit_code == 7, job
print("true")
crew.close()
"""


def test_a_disk_that_turns_read_only_under_a_worker(tmp_path: Path) -> None:
    """As a disk with errors does: the worker lives and tries again; after the reboot every outcome is true or lost."""
    if (
        os.geteuid() != 0
        or not shutil.which("mkfs.ext4")
        or not Path("/dev/loop-control").exists()
        or not Path("/sys/fs/ext4").exists()
    ):
        pytest.skip("needs root and ext4 on a loop device")
    script = [
        "unshare", "--mount", "sh", "-c", TURNS_READ_ONLY, "sh", str(tmp_path), sys.executable, WHILE_READ_ONLY,
        AFTERWARDS,
    ]  # fmt: skip
    surroundings = {**os.environ, "JOBYARD_KEEPER_IDLE": "0.5", "JOBYARD_DISK_FLOOR": "1M"}
    done = subprocess.run(script, capture_output=True, text=True, timeout=200, env=surroundings, cwd=promise.ROOT)
    assert done.stdout.split() == ["lives", "true"], done


@pytest.fixture
def shift(yard_home: Path) -> Iterator[Shift]:
    """A yard whose worker takes its turns when told."""
    found = Shift(yard_home)
    found.yard.queue_set("default", slots=4)
    yield found
    found.close()


@contextlib.contextmanager
def nothing_can_be_written() -> Iterator[None]:
    """Every write of this process to a file fails (EFBIG), as on a disk with errors."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_worker_waits_until_the_disk_can_be_written_again(shift: Shift) -> None:
    """Nobody can write the log: it keeps its news, tells once, tries again, and records the truth when it can."""
    worker = shift.worker()
    jobs = [shift.submit() for _ in range(4)]
    shift.turn(worker)
    tokens = [shift.token(job) for job in jobs]
    with nothing_can_be_written():
        for code, token in enumerate(tokens):
            shift.spare.finish(token, code)
        shift.turn(worker, times=6)
        assert not worker.gone.is_set()
        assert [shift.state(job) for job in jobs] == [RUNNING] * 4
        assert len(shift.told) == 1, shift.told
        assert "cannot be read or written" in shift.told[0]
    shift.later(2)
    shift.turn(worker)
    assert [(shift.job(job).state, shift.job(job).exit_code) for job in jobs] == [
        (COMPLETED, 0), (FAILED, 1), (FAILED, 2), (FAILED, 3),
    ]  # fmt: skip
    assert shift.job(jobs[1]).cause is Cause.EXIT


AS_NOBODY = """
import os, sys
from jobyard.core.errors import JobyardError
from jobyard.core.yard import Yard
import tempfile
with tempfile.TemporaryDirectory() as folder:
    Yard.open(folder + "/yard").list()
if os.geteuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
try:
    with Yard.open(sys.argv[1]) as yard:
        print(len(yard.queues()))
        yard.queue_create("new")
    print("written")
except JobyardError as error:
    print(error.exit_code, error.line())
"""


@pytest.mark.parametrize(("folder", "file"), [(0o500, 0o600), (0o700, 0o400), (0o500, 0o400), (0o700, 0o000)])
def test_an_ordinary_account_without_the_right_to_write(tmp_path: Path, folder: int, file: int) -> None:
    """Its own yard, whose folder or files have become read-only: one line, and nothing is changed."""
    home = tmp_path / "yard"
    Yard.open(home).close()
    if os.geteuid() == 0:
        for path in (home, *home.rglob("*")):
            os.chown(path, 65534, 65534)
    (home / "jobyard.db").chmod(file)
    home.chmod(folder)
    for parent in home.parents:
        if parent.stat().st_uid == 0 and parent != Path("/"):
            parent.chmod(parent.stat().st_mode | 0o055)
    before = digests(home) if os.geteuid() == 0 else {}
    done = subprocess.run([sys.executable, "-c", AS_NOBODY, str(home)], capture_output=True, text=True, timeout=60)
    last = done.stdout.splitlines()[-1]
    assert last.startswith("2 The "), done
    assert {name: digests(home)[name] for name in before} == before


# -- repairs of a sound store -------------------------------------------------------------------------------


def test_counters_are_counted_anew(yard_home: Path) -> None:
    """Tallies and open dependencies that somebody has bent are right again; a worker may be at work meanwhile."""
    with Yard.open(yard_home) as yard:
        first = yard.submit(spec("exit 0", yard_home, held=True))
        yard.submit(spec("exit 0", yard_home, name="second", dependencies=(Dependency(first.id),)))
        db = yard._store.db
        db.rows("UPDATE tally SET n = n + 5 WHERE bucket = 'completed'")
        db.rows("UPDATE tally SET n = n - 1 WHERE bucket = 'pending'")
        db.rows("UPDATE job SET unmet = 0 WHERE name = 'second'")
        assert jobyard(yard_home, "doctor").returncode == 1
        done = jobyard(yard_home, "doctor", "--repair")
        assert done.returncode == 0, done
        assert "Counts of 2 kinds of jobs were wrong" in done.stdout
        assert check.problems(yard._store) == []
        assert yard.counts()[PENDING] == 2
        assert jobyard(yard_home, "doctor", "--repair").stdout.startswith("Nothing was to be mended")


def test_folders_that_belong_to_nobody(crew: Crew) -> None:
    """Old ones go; what a job of the store has, what is young and what a living process uses stays."""
    crew.worker()
    running = crew.gated()
    crew.started(running)
    mine = crew.folder(running)
    old, young, used = (mine.parent / f"JOB-20260101-0000{number}.1" for number in range(3))
    for folder in (old, young, used):
        folder.mkdir()
    (used / "started").write_text((mine / "started").read_text())
    long_ago = time.time() - 3 * 86_400
    for folder in (old, used, mine):
        os.utime(folder, (long_ago, long_ago))
    found = jobyard(crew.home, "doctor").stdout
    assert "1 folders of attempts belong to no job" in found
    assert jobyard(crew.home, "doctor", "--repair").returncode == 0
    assert [folder.exists() for folder in (old, young, used, mine)] == [False, True, True, True]
    crew.open()
    crew.ended(running)


def test_a_repair_says_what_it_may_not(yard_home: Path) -> None:
    """In a program that has the damaged store open itself it refuses."""
    with Yard.open(yard_home) as yard:
        yard.queues()
        assert swap.mine(yard_home / "jobyard.db")
        assert swap.holders(yard_home / "jobyard.db") == []
    assert not swap.mine(yard_home / "jobyard.db")
    with swap.nobody_else(yard_home / "jobyard.db") as nobody:
        assert nobody
        busy = subprocess.run(promise.python(yard_home, "print(1)"), capture_output=True, cwd=promise.ROOT, check=False)
        assert busy.returncode != 0, "the store can be opened while a repair has it"
    with Yard.open(yard_home), swap.nobody_else(yard_home / "jobyard.db") as nobody:
        assert nobody or swap.mine(yard_home / "jobyard.db")


def test_a_store_is_opened_after_a_repair_that_left_its_lock(yard_home: Path) -> None:
    """A lock file that nobody holds keeps nobody out; one that is held does, in a line."""
    Yard.open(yard_home).close()
    swap.lock_path(yard_home).touch()
    with Yard.open(yard_home) as yard:
        assert yard.queues()
    with swap.alone(yard_home), pytest.raises(JobyardError, match="being repaired"):
        Store(yard_home, Actor("ada", "host", "test"))


assert PAGE == 4096
