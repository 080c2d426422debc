"""Of a damaged store all that is readable is saved; nothing starts that might not be meant to; what is lost is told."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from jobyard.core.errors import CorruptStore, NewerStore
from jobyard.core.models import JobSpec
from jobyard.core.states import After
from jobyard.core.store import Actor, Store, check, edits, ids, mend, migrations, pages, rescue, settle, submit
from jobyard.core.store.rescue import Rescued
from jobyard.core.store.store import Retrying
from tests.store.kit import CANCELLED, COMPLETED, FAILED, NOW, PENDING, RUNNING, Lab

PAGE = 4096
JOBS = 420


class Wreck(NamedTuple):
    """A store that was in use, its files copied while the log was full, and where its tables and indexes begin."""

    folder: Path
    home: Path
    roots: dict[str, int]
    rows: dict[str, list[tuple[object, ...]]]


def lived_in(lab: Lab) -> None:
    """Jobs of every fate, with dependencies, in a database of many pages with a free list and a log."""
    rows = submit.add(lab.store, [lab.new(name=f"job-{number}" * 9) for number in range(300)])
    submit.add(lab.store, [lab.new([(row, After.OK)]) for row in rows[:100]])
    for number in range(40):
        for claimed in lab.claim():
            lab.end(claimed.row, FAILED if number % 3 else COMPLETED)
    lab.claim()
    edits.cancel(lab.store, rows[-50:])
    with lab.store.db.transaction() as connection:  # a free list
        connection.execute("CREATE TABLE scratch (x)")
        connection.executemany("INSERT INTO scratch VALUES (?)", [("y" * 3000,) for _ in range(30)])
    with lab.store.db.transaction() as connection:
        connection.execute("DROP TABLE scratch")
    lab.store.db.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    submit.add(lab.store, [lab.new(name=f"late-{number}") for number in range(20)])


@pytest.fixture(scope="module")
def wreck(tmp_path_factory: pytest.TempPathFactory) -> Wreck:
    """Made once; each test harms a copy of its own."""
    folder = tmp_path_factory.mktemp("wreck")
    lab = Lab(folder / "yard")
    lived_in(lab)
    roots = dict(lab.store.db.rows("SELECT name, rootpage FROM sqlite_master WHERE rootpage > 0"))
    names = [name for (name,) in lab.store.db.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
    rows = {name: sorted(lab.store.db.rows(f"SELECT * FROM {name}"), key=repr) for name in names}
    (folder / "files").mkdir()
    os.system(f"cp {lab.store.path} {lab.store.path}-wal {folder / 'files'}")  # by another process: ours has it open
    lab.sound()
    lab.close()
    return Wreck(folder / "files", lab.home, roots, rows)


@pytest.fixture
def files(wreck: Wreck, tmp_path: Path) -> Path:
    """A copy to harm; its database."""
    shutil.copytree(wreck.folder, tmp_path / "files")
    return tmp_path / "files" / "jobyard.db"


def flip(path: Path, number: int, page: int = PAGE) -> None:
    """Every bit of a page is the opposite of what it was."""
    with open(path, "r+b") as file:
        file.seek((number - 1) * page)
        data = file.read(page)
        file.seek((number - 1) * page)
        file.write(bytes(byte ^ 0xFF for byte in data))


def saved(files: Path, home: Path) -> Rescued:
    return rescue.rescue(files, Path(f"{files}-wal"), files.with_name("new.db"), home, NOW, lambda text: None)


@contextlib.contextmanager
def opened(found: Rescued) -> Iterator[Store]:
    """The new store, checked as doctor does."""
    folder = found.path.with_name("yard")
    (folder / "run").mkdir(parents=True)
    shutil.copy(found.path, folder / "jobyard.db")
    store = Store(folder, Actor("ada", "host", "test"), clock=lambda: NOW)
    try:
        assert check.problems(store) == []
        yield store
        settle.settle_all(store)
        assert check.problems(store) == []
    finally:
        store.close()


def contents(store: Store, table: str) -> list[tuple[object, ...]]:
    return sorted(store.db.rows(f"SELECT * FROM {table}"), key=repr)


WHOLE = ("job", "edge", "attempt", "environment", "queue", "session", "counter", "worker", "tally")


def test_a_sound_store_is_saved_whole(files: Path, wreck: Wreck) -> None:
    """Every row of every table, those that are only in the log included; the original is not written."""
    before = {path.name: path.read_bytes() for path in files.parent.iterdir()}
    found = saved(files, wreck.home)
    assert found.said == []
    assert found.jobs == JOBS
    with opened(found) as store:
        for table in WHOLE:
            assert contents(store, table) == wreck.rows[table], table
        told = store.db.rows("SELECT verb, after FROM event WHERE verb = 'repair'")
        assert told == [("repair", json.dumps({"said": []}))]
        others = [row for row in contents(store, "event") if row[2] != "repair"]
        assert others == wreck.rows["event"]
    assert {path.name: path.read_bytes() for path in files.parent.iterdir() if path.name in before} == before


def test_indexes_are_made_anew(files: Path, wreck: Wreck) -> None:
    """A flipped page of any index costs nothing at all."""
    os.unlink(f"{files}-wal")
    for name in ("job_ended", "job_eligible", "edge_parent", "event_job", "job_environment"):
        flip(files, wreck.roots[name])
    found = saved(files, wreck.home)
    assert found.said == []
    assert found.jobs == JOBS - 20  # the log had the rest
    with opened(found):
        pass


TABLES = ("job", "edge", "attempt", "event", "environment", "queue", "session", "counter", "worker", "actor", "change")


@pytest.mark.parametrize("table", TABLES)
def test_a_root_page(files: Path, wreck: Wreck, table: str) -> None:
    """The first page of any table: what lies below it is found, what is lost is told, and the rest works together."""
    os.unlink(f"{files}-wal")
    flip(files, wreck.roots[table])
    found = saved(files, wreck.home)
    assert any(f"table {table} could not be read" in text for text in found.said)
    assert found.jobs == JOBS - 20
    with opened(found) as store:
        assert submit.add(store, [_one(store)]) == [JOBS - 19]


def _one(store: Store) -> submit.NewJob:
    env = submit.intern_environment(store, "{}")
    queue = int(store.db.value("SELECT min(id) FROM queue"))
    spec = JobSpec(fields={}, cwd="/", umask=0o22, **Retrying()._asdict())
    return submit.NewJob(spec, queue, "{}", "true", env)


def test_the_header_and_the_list_of_tables(files: Path, wreck: Wreck) -> None:
    """Without its first page the tables are told by what their rows look like; no job is lost."""
    os.unlink(f"{files}-wal")
    flip(files, 1)
    found = saved(files, wreck.home)
    assert found.jobs == JOBS - 20
    assert "list of tables" in found.said[0]
    with opened(found) as store:
        late = JOBS - 19  # rows from here on were in the log alone
        for table in ("edge", "attempt", "queue", "session", "worker"):
            assert contents(store, table) == wreck.rows[table], table
        assert contents(store, "job") == [row for row in wreck.rows["job"] if int(str(row[0])) < late]


def test_every_page_of_the_file(files: Path, wreck: Wreck, tmp_path: Path) -> None:
    """Whichever page is flipped, a sound store comes out, and no more is lost than was on it."""
    os.unlink(f"{files}-wal")
    count = files.stat().st_size // PAGE
    for number in range(1, count + 1, 3):
        work = tmp_path / f"page-{number}"
        work.mkdir()
        harmed = Path(shutil.copy(files, work / "jobyard.db"))
        flip(harmed, number)
        found = saved(harmed, wreck.home)
        assert found.jobs >= JOBS - 20 - 60, f"page {number}"
        with opened(found):
            pass


@pytest.mark.parametrize("cut", [0.0, 0.3, 0.8])
def test_a_file_that_is_cut_off(files: Path, wreck: Wreck, cut: float) -> None:
    """What is left of it is saved; of nothing, nothing can be."""
    os.unlink(f"{files}-wal")
    os.truncate(files, int(files.stat().st_size * cut))
    if not cut:
        with pytest.raises(CorruptStore, match="Nothing of a store"):
            saved(files, wreck.home)
        return
    found = saved(files, wreck.home)
    assert found.rows["queue"] == 1
    with opened(found):
        pass


@pytest.mark.parametrize("at", [10, 40, 5000, 30_000])
def test_a_log_that_is_cut_off(files: Path, wreck: Wreck, at: int) -> None:
    """What had been committed before the cut counts; the reading agrees with SQLite's own."""
    log = Path(f"{files}-wal")
    os.truncate(log, at)
    found = saved(files, wreck.home)
    with contextlib.closing(sqlite3.connect(files)) as connection:
        theirs = connection.execute("SELECT count(*) FROM job").fetchone()[0]
    assert found.jobs == theirs
    assert found.said == []


def test_a_log_whose_head_is_torn_is_told(files: Path, wreck: Wreck) -> None:
    """What was only there is missing."""
    with open(f"{files}-wal", "r+b") as file:
        file.write(b"\xff" * 40)
    found = saved(files, wreck.home)
    assert "write-ahead log could not be read" in found.said[0]
    assert found.jobs == JOBS - 20


def test_deleted_rows_do_not_come_back(files: Path, wreck: Wreck, tmp_path: Path) -> None:
    """Pages of purged jobs still hold them: a torn page elsewhere brings none of them back."""
    lab = Lab(tmp_path / "purged")
    rows = submit.add(lab.store, [lab.new(name="gone" * 20) for _ in range(400)])
    edits.cancel(lab.store, rows)
    with lab.store.db.transaction() as connection:
        for table in ("event", "job"):
            column = "job_id" if table == "event" else "id"
            connection.execute(f"DELETE FROM {table} WHERE {column} <= 300")
    lab.store.db.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    root = lab.store.db.value("SELECT rootpage FROM sqlite_master WHERE name = 'job'")
    lab.sound()
    lab.close()
    flip(lab.store.path, root)
    (tmp_path / "copy").mkdir()
    copy = Path(shutil.copy(lab.store.path, tmp_path / "copy" / "jobyard.db"))
    found = saved(copy, lab.home)
    with opened(found) as store:
        assert {row for (row,) in store.db.rows("SELECT id FROM job")} <= set(range(301, 401))


# -- nothing starts that might not be meant to --------------------------------------------------------------


@pytest.fixture
def harmed(tmp_path: Path) -> Iterator[Callable[[str], Store]]:
    """Make a small store, let a statement harm its rows as a torn page does, and save it: the new store."""
    lab = Lab(tmp_path / "yard", slots=2)
    first = lab.submit()
    lab.claim()
    lab.start(first)
    waits = lab.submit((first, After.OK), name="waits")
    lab.submit((waits, After.ANY), name="later")
    lab.submit(name="free", held=False)
    stack = contextlib.ExitStack()

    def harm(sql: str) -> Store:
        lab.store.db.rows("PRAGMA foreign_keys = 0")
        for trigger in [name for (name,) in lab.store.db.rows("SELECT name FROM sqlite_master WHERE type = 'trigger'")]:
            lab.store.db.rows(f"DROP TRIGGER {trigger}")
        lab.store.db.rows(sql)
        lab.store.db.rows("PRAGMA wal_checkpoint(TRUNCATE)")
        lab.close()
        (tmp_path / "copy").mkdir()
        found = saved(Path(shutil.copy(lab.store.path, tmp_path / "copy" / "jobyard.db")), lab.home)
        store = stack.enter_context(opened(found))
        store.said = found.said  # type: ignore[attr-defined]
        return store

    yield harm
    stack.close()


def states(store: Store) -> dict[str, tuple[str, int]]:
    """State and held of each job by name; the running one has none."""
    return {name: (state, held) for name, state, held in store.db.rows("SELECT name, state, held FROM job")}


@pytest.mark.parametrize(
    ("sql", "held"),
    [
        ("DELETE FROM edge WHERE child_id = 2", {"waits"}),
        ("DELETE FROM job WHERE id = 1", {"waits"}),
        ("DELETE FROM environment", {"waits", "later", "free"}),
        ("UPDATE job SET demand_id = 7 WHERE name = 'free'", {"free"}),
        ("UPDATE job SET batch = 9 WHERE name = 'free'", {"free"}),
    ],
)
def test_a_job_that_misses_something_is_held(harmed: Callable[[str], Store], sql: str, held: set[str]) -> None:
    """A lost dependency, parent, environment, demand or batch: it is there, it waits, its history says why."""
    store = harmed(sql)
    found = states(store)
    assert {name for name, (state, is_held) in found.items() if is_held and state == PENDING} == held
    told = store.db.rows("SELECT j.name FROM event e JOIN job j ON j.id = e.job_id WHERE e.verb = 'repair'")
    assert {name for (name,) in told} == held
    assert store.said  # type: ignore[attr-defined]


def test_a_lost_queue_comes_back_paused(harmed: Callable[[str], Store]) -> None:
    """Its jobs are all there."""
    store = harmed("DELETE FROM queue")
    assert store.db.rows("SELECT name, slots, paused FROM queue") == [("rescued-1", 1, 1)]
    assert len(states(store)) == 4


def test_a_running_job_whose_attempt_is_lost(harmed: Callable[[str], Store], tmp_path: Path) -> None:
    """With nothing in its folder it fails as lost, and what waits for it is skipped: nothing is made up."""
    store = harmed("DELETE FROM attempt")
    assert store.db.rows("SELECT state, cause FROM job WHERE id = 1") == [(FAILED, "lost")]


def test_a_lost_attempt_is_found_in_its_folder(harmed: Callable[[str], Store], tmp_path: Path) -> None:
    """The token lies there, so that the next worker adopts the process."""
    folder = tmp_path / "yard" / "jobs" / str(ids.local_day(NOW)) / f"{ids.text(ids.local_day(NOW), 1)}.1"
    folder.mkdir(parents=True)
    (folder / "started").write_text(json.dumps({"token": "abc123"}).ljust(255) + "\n" + "{}")
    store = harmed("DELETE FROM attempt")
    assert store.db.rows("SELECT job_id, token, state FROM attempt") == [(1, "abc123", RUNNING)]
    assert store.db.value("SELECT state FROM job WHERE id = 1") == RUNNING


def test_edges_that_are_out_of_line_settle(harmed: Callable[[str], Store]) -> None:
    """A lost work list of ended parents is made anew: nobody waits for ever."""
    store = harmed(f"UPDATE job SET state = '{CANCELLED}', ended_at = 1, stop = NULL WHERE id = 1")
    settle.settle_all(store)
    assert states(store)["waits"][0] == "skipped"


def test_counters_never_fall(tmp_path: Path) -> None:
    """Folders on the disk, rows and lost jobs tell how far numbers were given out."""
    lab = Lab(tmp_path / "yard")
    lab.submit()
    day = ids.local_day(NOW)
    (lab.home / "jobs" / str(day) / f"{ids.text(day, 77)}.1").mkdir(parents=True)
    mending = mend.Mending(lab.store.db.connection, NOW, lab.home)
    mending.lost_jobs = {55: "row 55"}
    mend.counters(mending)
    found = dict(lab.store.db.rows("SELECT name, value FROM counter"))
    assert found["job"] == 55
    assert found[f"JOB-{day}"] == 77
    assert lab.submit() == 56
    lab.close()


def test_a_newer_store_is_not_touched(files: Path, wreck: Wreck) -> None:
    """Not even to repair it."""
    with contextlib.closing(sqlite3.connect(files)) as connection:
        connection.execute(f"PRAGMA user_version = {migrations.NEWEST + 1}")
    with pytest.raises(NewerStore):
        saved(files, wreck.home)
    assert not files.with_name("new.db").exists()


def test_an_older_store_is_saved_as_todays(tmp_path: Path) -> None:
    """Rows of the first version are shorter; what came later has its default."""
    path = tmp_path / "jobyard.db"
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript(migrations.MIGRATIONS[0])
        connection.executescript(
            "INSERT INTO session VALUES (1, 'default', 0, NULL); INSERT INTO environment VALUES (1, 'h', '{}');"
            "INSERT INTO queue (session_id, name, slots, created_at) VALUES (1, 'default', 2, 0);"
            "INSERT INTO job (day, number, name, queue_id, kind, fields, summary, user, priority, rank, created_at, "
            "cwd, umask, env_id) VALUES (20260101, 1, 'old', 1, 'exec', '{}', 'true', 'ada', 0, 1, 0, '/', 18, 1);"
            f"PRAGMA application_id = {migrations.APPLICATION_ID}; PRAGMA user_version = 1;"
        )
    with opened(saved(path, tmp_path)) as store:
        assert store.db.rows("SELECT name, retry_factor, state FROM job") == [("old", 2.0, "pending")]


# -- the file format ------------------------------------------------------------------------------------------


def test_every_kind_of_value_is_read(tmp_path: Path) -> None:
    """Numbers of every width, texts and bytes longer than many pages: as SQLite reads them."""
    path = tmp_path / "values.db"
    values = [0, 1, -1, 127, -129, 40_000, -(2**23), 2**31, -(2**40), 2**47, 2**62, 1.5, -0.1, None, "", "é" * 9000,
              b"", b"\0\xff" * 20_000]  # fmt: skip
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE t (v)")
        connection.executemany("INSERT INTO t VALUES (?)", [(value,) for value in values])
        connection.commit()
    with pages.Image(path, tmp_path / "none") as image:
        leaves = [cell for number in range(2, image.count + 1) if image.kind(number) == pages.TABLE_LEAF
                  for cell in image.node(number).cells]  # fmt: skip
        found = {cell.row: cell.record[0] for cell in leaves}
    assert [found[row] for row in range(1, len(values) + 1)] == values


def test_random_bytes_are_torn_and_never_more(tmp_path: Path) -> None:
    """Whatever is on a page: it is read or refused, and always comes to an end."""
    import random

    chance = random.Random(7)
    path = tmp_path / "noise.db"
    for _ in range(60):
        page = bytearray(chance.randbytes(PAGE * 4))
        for start in range(0, len(page), PAGE):
            page[start] = chance.choice([2, 5, 10, 13, page[start]])
            page[start + 3] = 0
        path.write_bytes(bytes(page))
        with pages.Image(path, tmp_path / "none") as image:
            rescue.read(image)
