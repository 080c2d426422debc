"""Reading a store that may not be written: with nobody there, with a writer beside, with one who comes and goes."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobyard.core.errors import NewerStore, YardError
from jobyard.core.models import JobSpec
from jobyard.core.store import Actor
from jobyard.core.yard import Yard

REFUSAL = YardError("The yard is read-only")


@pytest.fixture
def writer(yard_home: Path) -> Iterator[Yard]:
    """A yard with a job, open to write."""
    with Yard.open(yard_home) as yard:
        submit(yard, "first")
        yield yard


@pytest.fixture
def reader(writer: Yard) -> Iterator[Yard]:
    """The same, to look at; nobody had it open when it was opened."""
    writer.close()
    with looker(writer.home) as yard:
        yield yard


def looker(home: Path) -> Yard:
    return Yard(home, Actor("ada", "host", "test"), REFUSAL)


def submit(yard: Yard, name: str) -> None:
    yard.submit(JobSpec({"command": ["true"]}, name=name, held=True, cwd="/"))


def names(yard: Yard) -> set[str]:
    return {job.name for job in yard.list()}


def files(home: Path) -> dict[str, tuple[int, int]]:
    """Everything that lies there, with its size and when it was changed."""
    found = {str(path): path.lstat() for path in [home, *home.rglob("*")]}
    return {name: (stat.st_size, stat.st_mtime_ns) for name, stat in found.items()}


def test_nobody_there(reader: Yard) -> None:
    """Without a log the file is all there is; nothing is made beside it."""
    before = files(reader.home)
    assert names(reader) == {"first"}
    assert reader.resources() == []
    assert "cannot be written by you" in reader.looks
    assert files(reader.home) == before
    assert not Path(f"{reader._store.path}-wal").exists()


def test_a_writer_beside(writer: Yard) -> None:
    """What others commit is seen at once, and nothing is written."""
    with looker(writer.home) as reader:
        assert names(reader) == {"first"}
        submit(writer, "second")
        before = files(writer.home)
        assert names(reader) == {"first", "second"}
        assert files(writer.home) == before


def test_a_writer_comes_and_goes(reader: Yard, writer: Yard) -> None:
    """Who comes later is seen, and leaves the log where it is, since somebody looks."""
    for name in ("second", "third"):
        assert name not in names(reader)
        with Yard.open(writer.home) as other:
            submit(other, name)
        assert name in names(reader)
        assert Path(f"{reader._store.path}-wal").exists()


def test_a_writer_in_the_middle_of_a_query(reader: Yard, writer: Yard) -> None:
    """Such a query is asked again: it could have seen half of what was before and half of what is now."""
    asked = []

    def listen(sql: str) -> None:
        asked.append(sql)
        submit(writer, "second")

    database = reader._store.db
    database.connection.set_trace_callback(listen)
    assert database.rows("SELECT name FROM job ORDER BY id") == [("first",), ("second",)]
    assert len(asked) == 1


def test_changes_are_refused(reader: Yard) -> None:
    """Each with the words that it was opened with; also what goes past the transactions."""
    with pytest.raises(YardError) as told:
        reader.release(["first"])
    assert told.value is REFUSAL
    with pytest.raises(YardError, match="read-only"):
        reader._store.db.rows("UPDATE job SET held = 0")


def test_a_log_that_nobody_can_read(writer: Yard, tmp_path: Path) -> None:
    """A copy without its shared memory: what was written last is in the log, so nothing is shown, and it is said."""
    copy = tmp_path / "copy"
    copy.mkdir()
    writer._store.db.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    submit(writer, "second")
    for end in ("", "-wal"):
        shutil.copy(f"{writer._store.path}{end}", copy)
    with pytest.raises(YardError) as told:
        looker(copy)
    assert "jobyard.db-wal" in told.value.line()
    assert "cp -a, then --yard COPY" in told.value.line()
    Path(copy / "jobyard.db-wal").write_bytes(b"")
    with looker(copy) as reader:
        assert names(reader) == {"first"}


@pytest.mark.parametrize(("version", "words"), [(1, "by an older jobyard"), (99, "by a newer jobyard")])
def test_another_version(writer: Yard, version: int, words: str) -> None:
    """An older store cannot be brought to this version, a newer one is not understood."""
    writer._store.db.rows(f"PRAGMA user_version = {version}")
    with pytest.raises((YardError, NewerStore), match=words):
        looker(writer.home)


def test_no_store(tmp_path: Path) -> None:
    """Another program's database, or an empty file."""
    (tmp_path / "jobyard.db").touch()
    with pytest.raises(YardError, match="is not a jobyard store"):
        looker(tmp_path)
    sqlite3.connect(tmp_path / "jobyard.db").executescript("CREATE TABLE other (x)").connection.close()
    with pytest.raises(YardError, match="is not a jobyard store"):
        looker(tmp_path)


def test_a_store_under_repair(writer: Yard) -> None:
    """It is left alone until the repair is over."""
    (writer.home / "run" / "swap").write_text("")
    with pytest.raises(YardError, match="is being repaired"):
        looker(writer.home)
