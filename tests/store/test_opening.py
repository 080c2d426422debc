"""What is opened is a yard's store of a version that this program knows, or is left exactly as it was."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from jobyard.core.errors import CorruptStore, JobyardError, NewerStore, Retired, StoreFull, YardError
from jobyard.core.store import Actor, Store, check, claims, complaints, migrations, schema, workers
from jobyard.core.yard import Yard
from tests.store.kit import Lab

SECOND = "ALTER TABLE job ADD COLUMN colour TEXT NOT NULL DEFAULT 'grey';\n"


def filled(home: Path) -> Path:
    """A yard with some jobs, closed; its database."""
    lab = Lab(home)
    for _ in range(50):
        lab.submit()
    lab.store.db.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    lab.close()
    return home / "jobyard.db"


def digest(folder: Path) -> dict[str, str]:
    """Every file that SQLite could have changed, by content."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.iterdir()
        if path.is_file() and path.name.startswith("jobyard")
    }


def outside(path: Path, script: str) -> None:
    """SQL by another program."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)


def test_a_new_yard_has_the_newest_version(tmp_path: Path) -> None:
    """Made at first use, with its marks and its default queue."""
    with Yard.open(tmp_path / "yard") as yard:
        assert [queue.name for queue in yard.queues()] == ["default"]
    with contextlib.closing(sqlite3.connect(tmp_path / "yard" / "jobyard.db")) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (migrations.NEWEST,)
        assert connection.execute("PRAGMA application_id").fetchone() == (migrations.APPLICATION_ID,)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_newer_store_is_refused_untouched(tmp_path: Path) -> None:
    """Byte for byte as it was, and the error says which version it has and what to do."""
    path = filled(tmp_path / "yard")
    outside(path, f"PRAGMA user_version = {migrations.NEWEST + 1}")
    before = digest(path.parent)
    with pytest.raises(NewerStore) as caught:
        Yard.open(path.parent)
    assert f"version {migrations.NEWEST + 1}" in caught.value.line()
    assert digest(path.parent) == before


@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_another_programs_database_is_refused_untouched(tmp_path: Path, mode: str) -> None:
    """A file of that name that is somebody else's keeps its journal mode and its every byte."""
    home = tmp_path / "yard"
    home.mkdir()
    path = home / "jobyard.db"
    outside(path, f"PRAGMA journal_mode = {mode}; CREATE TABLE recipes (name); INSERT INTO recipes VALUES ('soup');")
    before = digest(home)
    with pytest.raises(YardError) as caught:
        Yard.open(home)
    assert caught.value.exit_code == 2
    assert "not a jobyard store" in caught.value.line()
    assert digest(home) == before


def test_another_programs_database_with_a_version_is_refused(tmp_path: Path) -> None:
    """A user_version that happens to be ours does not make it ours."""
    home = tmp_path / "yard"
    home.mkdir()
    outside(home / "jobyard.db", f"CREATE TABLE job (name); PRAGMA user_version = {migrations.NEWEST};")
    before = digest(home)
    with pytest.raises(YardError, match="not a jobyard store"):
        Yard.open(home)
    assert digest(home) == before


def test_an_upgrade_keeps_a_backup_and_the_jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second migration: the store moves on by one version, beside it lies what it was."""
    path = filled(tmp_path / "yard")
    monkeypatch.setattr(migrations, "MIGRATIONS", (*migrations.MIGRATIONS, SECOND))
    monkeypatch.setattr(migrations, "NEWEST", migrations.NEWEST + 1)
    with Yard.open(path.parent) as yard:
        assert sum(yard.counts().values()) == 50
    with contextlib.closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (migrations.NEWEST,)
        assert connection.execute("SELECT DISTINCT colour FROM job").fetchall() == [("grey",)]
    (backup,) = path.parent.glob("jobyard-v*.db")
    with contextlib.closing(sqlite3.connect(backup)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (migrations.NEWEST - 1,)
        assert connection.execute("SELECT count(*) FROM job").fetchone() == (50,)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


OLD = """
INSERT INTO actor VALUES (1, 'ada', 'host', 'cli');
INSERT INTO session VALUES (1, 'default', 1.0, NULL);
INSERT INTO queue (id, session_id, name, slots, created_at) VALUES (1, 1, 'default', 4, 1.0);
INSERT INTO environment VALUES (1, 'x', '{}');
INSERT INTO worker VALUES (7, 'old', 'host', 1, 'headless', 'working', NULL, 1.0, 1.0, 'boot', NULL);
INSERT INTO job (id, day, number, name, queue_id, kind, fields, summary, user, state, priority, rank, created_at,
    started_at, ended_at, exit_code, cause, cwd, umask, env_id, claims, tried) VALUES
    (1, 20260101, 1, 'a', 1, 'exec', '{}', 't', 'ada', 'completed', 0, 1, 1.0, 2.0, 3.0, 0, NULL, '/', 18, 1, 1, 1),
    (2, 20260101, 2, 'b', 1, 'exec', '{}', 't', 'ada', 'failed', 0, 2, 1.0, 2.0, 3.0, 1, 'exit', '/', 18, 1, 1, 1),
    (3, 20260101, 3, 'c', 1, 'exec', '{}', 't', 'ada', 'running', 0, 3, 1.0, 2.0, NULL, NULL, NULL, '/', 18, 1, 1, 1),
    (4, 20260101, 4, 'd', 1, 'exec', '{}', 't', 'ada', 'running', 0, 4, 1.0, NULL, NULL, NULL, NULL, '/', 18, 1, 1, 0),
    (5, 20260101, 5, 'e', 1, 'exec', '{}', 't', 'ada', 'pending', 5, 5, 1.0, NULL, NULL, NULL, NULL, '/', 18, 1, 0, 0),
    (6, 20260101, 6, 'f', 1, 'exec', '{}', 't', 'ada', 'pending', 0, 6, 1.0, NULL, NULL, NULL, NULL, '/', 18, 1, 0, 0);
INSERT INTO counter VALUES ('job', 6), ('day', 20260101), ('JOB-20260101', 6);
INSERT INTO edge VALUES (5, 1, 'after-ok', 'satisfied'), (6, 3, 'after-ok', 'open'), (6, 2, 'after-any', 'satisfied');
INSERT INTO attempt (id, job_id, number, token, folder, worker_id, state, claimed_at, started_at, ended_at, exit_code)
    VALUES (1, 1, 1, 't1', 'jobs/1', 7, 'completed', 1.0, 2.0, 3.0, 0),
    (2, 2, 1, 't2', 'jobs/2', 7, 'failed', 1.0, 2.0, 3.0, 1),
    (3, 3, 1, 't3', 'jobs/3', 7, 'running', 1.0, 2.0, NULL, NULL),
    (4, 4, 1, 't4', 'jobs/4', 7, 'running', 1.0, NULL, NULL, NULL);
INSERT INTO event VALUES (1, 1.0, 'submit', 1, 1, 1, NULL, NULL);
"""


def test_a_yard_of_the_first_version_at_work_goes_on(tmp_path: Path) -> None:
    """Every job, edge and attempt is kept; a worker of before, which knows no locks, commits nothing more."""
    lab = Lab(tmp_path / "yard")
    lab.close()
    path = tmp_path / "yard" / "jobyard.db"
    for left in path.parent.glob("jobyard.db*"):
        left.unlink()
    outside(path, f"PRAGMA application_id = {migrations.APPLICATION_ID}; PRAGMA user_version = 1;")
    with contextlib.closing(sqlite3.connect(path)) as connection:
        for statement in (*migrations.statements(schema.VERSION_1), *migrations.statements(OLD)):
            connection.execute(statement)
        connection.commit()
        before = {
            table: connection.execute(f"SELECT * FROM {table}").fetchall() for table in ("job", "edge", "attempt")
        }
    with contextlib.closing(Store(path.parent, Actor("ada", "host", "test"))) as store:
        assert check.problems(store) == []
        for table, rows in before.items():
            assert [row[: len(rows[0])] for row in store.db.rows(f"SELECT * FROM {table}")] == rows
        with pytest.raises(Retired), store.db.transaction() as connection:
            claims.check_generation(connection, 7)
        heir = workers.admit(store, "new", "host", os.getpid(), "headless", None, None)
        workers.inherit(store, heir)
        assert [(one.row, one.started) for one in workers.running(store, heir)] == [(3, True), (4, False)]
        with store.db.transaction() as connection:
            assert [job.row for job in claims.claim(store, connection, heir, {}, None)] == [5]


def test_one_of_many_upgrades(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Opened by several at once: one backup, of what was there before, and one upgrade."""
    path = filled(tmp_path / "yard")
    monkeypatch.setattr(migrations, "MIGRATIONS", (*migrations.MIGRATIONS, SECOND))
    monkeypatch.setattr(migrations, "NEWEST", migrations.NEWEST + 1)
    together, failures = threading.Barrier(4), []

    def enter() -> None:
        together.wait()
        try:
            Yard.open(path.parent).close()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=enter) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    (backup,) = path.parent.glob("jobyard-v*")
    with contextlib.closing(sqlite3.connect(backup)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (migrations.NEWEST - 1,)


def test_an_upgrade_that_fails_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A migration is one transaction: its first half is not kept when its second cannot be done."""
    path = filled(tmp_path / "yard")
    with monkeypatch.context() as patch:
        patch.setattr(
            migrations, "MIGRATIONS", (*migrations.MIGRATIONS, SECOND + "ALTER TABLE nowhere ADD COLUMN x;\n")
        )
        patch.setattr(migrations, "NEWEST", migrations.NEWEST + 1)
        with pytest.raises(JobyardError):
            Yard.open(path.parent)
    with Yard.open(path.parent) as yard:
        assert sum(yard.counts().values()) == 50


def test_many_processes_may_make_a_yard_at_once(tmp_path: Path) -> None:
    """Whoever comes first makes it, the others find it; none fails."""
    script = "import sys; from jobyard.core.yard import Yard; print(len(Yard.open(sys.argv[1]).queues()))"
    command = [sys.executable, "-c", script, str(tmp_path / "yard")]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(6)]
    answers = [process.communicate(timeout=60) for process in processes]
    assert [out.strip() for out, _ in answers] == ["1"] * 6, answers


# -- what cannot be a yard --------------------------------------------------------------------------


def garbage(path: Path) -> None:
    path.write_bytes(b"this was never a database\n" * 500)


def torn_header(path: Path) -> None:
    with open(path, "r+b") as file:
        file.write(os.urandom(64))


def torn_pages(path: Path) -> None:
    size = path.stat().st_size
    with open(path, "r+b") as file:
        file.seek(4096)
        file.write(os.urandom(size - 4096))


def cut_off(path: Path) -> None:
    os.truncate(path, 4096 * 3)


@pytest.mark.parametrize("harm", [garbage, torn_header, torn_pages, cut_off])
def test_a_damaged_store_is_told_and_not_overwritten(tmp_path: Path, harm: Callable[[Path], None]) -> None:
    """One line with the way out; the file is as the damage left it."""
    path = filled(tmp_path / "yard")
    harm(path)
    before = path.read_bytes()
    with pytest.raises(CorruptStore) as caught:
        Yard.open(path.parent).list()
    assert caught.value.exit_code == 2
    assert "Nothing was overwritten" in caught.value.line()
    assert "\n" not in caught.value.line()
    assert path.read_bytes() == before


def test_a_yard_that_is_a_file(tmp_path: Path) -> None:
    """It is said so, and the file stays."""
    (tmp_path / "yard").write_text("precious")
    with pytest.raises(YardError, match="not a folder"):
        Yard.open(tmp_path / "yard")
    with pytest.raises(YardError):
        Yard.open(tmp_path / "yard" / "below")
    assert (tmp_path / "yard").read_text() == "precious"


def test_a_database_that_is_a_folder(tmp_path: Path) -> None:
    """Odd, but no traceback."""
    (tmp_path / "yard" / "jobyard.db").mkdir(parents=True)
    with pytest.raises(YardError):
        Yard.open(tmp_path / "yard")


AS_NOBODY = """
import os, sys, tempfile
from jobyard.core.errors import JobyardError
from jobyard.core.yard import Yard
with tempfile.TemporaryDirectory() as folder:
    Yard.open(folder + "/yard").list()  # all that is needed is imported while we may read it
os.setgroups([]); os.setgid(65534); os.setuid(65534)
try:
    Yard.open(sys.argv[1]).list()
except JobyardError as error:
    print(error.exit_code, error.line())
"""


def as_nobody(home: Path) -> str:
    """What an ordinary account is told that opens the yard."""
    for parent in home.parents:
        if parent.stat().st_uid == os.geteuid() and parent != Path("/"):
            parent.chmod(parent.stat().st_mode | 0o055)
    done = subprocess.run([sys.executable, "-c", AS_NOBODY, str(home)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_somebody_elses_private_yard_is_told_in_a_line(tmp_path: Path) -> None:
    """An ordinary account that may not even look gets one line and exit code 2."""
    path = filled(tmp_path / "yard")
    path.parent.chmod(0o700)
    before = digest(path.parent)
    told = as_nobody(path.parent)
    assert told.startswith("2 The yard "), told
    assert digest(path.parent) == before


@pytest.mark.parametrize("mode", [0o755, 0o555])
def test_somebody_elses_open_yard_is_looked_at(tmp_path: Path, mode: int) -> None:
    """An ordinary account that may read but not write reads, and leaves everything as it is."""
    path = filled(tmp_path / "yard")
    path.chmod(0o644)
    path.parent.chmod(mode)
    before = digest(path.parent)
    assert as_nobody(path.parent) == ""
    assert digest(path.parent) == before


def test_a_folder_in_which_nothing_can_be_made(tmp_path: Path) -> None:
    """A new yard below a folder of somebody else."""
    told = as_nobody(tmp_path / "yard")
    assert told.startswith("2 The yard "), told
    assert not (tmp_path / "yard").exists()


def test_create_false_makes_nothing(tmp_path: Path) -> None:
    """`doctor` and others only look."""
    with pytest.raises(YardError, match="There is no yard"):
        Yard.open(tmp_path / "yard", create=False)
    assert not (tmp_path / "yard").exists()


def test_a_shared_file_system_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite's log does not work across hosts: NFS and its like are told, with the reason."""
    from jobyard.core.yard import home

    monkeypatch.setattr(home, "file_system", lambda path: "nfs4")
    with pytest.raises(YardError, match="file systems that hosts share"):
        Yard.open(tmp_path / "yard")
    assert not (tmp_path / "yard").exists()


def test_a_yard_is_private(tmp_path: Path) -> None:
    """Whoever makes it: nobody else may look, whatever the umask."""
    before = os.umask(0)
    try:
        Yard.open(tmp_path / "yard").close()
    finally:
        os.umask(before)
    assert (tmp_path / "yard").stat().st_mode & 0o777 == 0o700
    assert all(path.stat().st_mode & 0o077 == 0 for path in (tmp_path / "yard").iterdir() if path.is_dir())


def test_the_store_opens_read_with_another_actor(tmp_path: Path) -> None:
    """Two stores on one file see each other's commits."""
    path = filled(tmp_path / "yard")
    store = Store(path.parent, Actor("bob", "host", "cli"))
    assert store.db.value("SELECT count(*) FROM job") == 50
    store.close()


def test_a_full_disk_is_told_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where SQLite says that the disk cannot be read: readers share memory, which is a file."""
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR_SHMSIZE
    assert isinstance(complaints.translation(tmp_path / "jobyard.db", error), complaints.DiskTrouble)
    found = os.statvfs(tmp_path)
    full = os.statvfs_result((*found[:4], 3, *found[5:]))
    monkeypatch.setattr(complaints.os, "statvfs", lambda path: full)
    told = complaints.translation(tmp_path / "jobyard.db", error)
    assert isinstance(told, StoreFull)
    assert told.line().startswith("There is no room left on the yard's disk.")
