"""Versions of configs: immutable, one for equal bytes, verified whenever they are read; one of each type is main."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from jobyard.core.configs import snapshots
from jobyard.core.errors import BadFile, BadInput, ConfigDamaged, Unknown
from jobyard.core.models import JobSpec
from jobyard.core.store import Actor, Store, check, configs, mend_configs, recount
from jobyard.core.store.mend import Mending
from jobyard.core.yard import Yard, snapshotcare

HW = "hardware_config"


@pytest.fixture
def yard(yard_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Yard]:
    """An empty yard that takes any bytes for a config."""
    monkeypatch.setattr(Yard, "config_complaints", lambda self, *args: ())
    with Yard.open(yard_home, face="test") as found:
        yield found
        assert check.problems(found._store) == []


def file_of(yard: Yard, ref: str) -> Path:
    return yard.home / yard.config_version(ref).path


def spoil(path: Path, data: bytes = b"other") -> None:
    os.chmod(path, 0o600)
    path.write_bytes(data)


# -- pushing ------------------------------------------------------------------------------------------------


def test_a_push_is_a_read_only_snapshot_that_is_main(yard: Yard, tmp_path: Path) -> None:
    """The bytes are a file of the yard, named by the id with the original's ending; it is main with who and when."""
    source = tmp_path / "lab config.yml"
    source.write_bytes(b"f_ge: 4.8\n")
    done = yard.config_push(HW, source)
    version = done.version
    assert (done.existed, done.before, version.main, version.filename, version.size) == (
        False, "", True, "lab config.yml", 10,
    )  # fmt: skip
    day = version.id.split("-")[2]
    assert version.id == f"CFG-HW-{day}-00001"
    assert version.path == f"configs/versions/{HW}/{version.id}.yml"
    assert stat.S_IMODE((yard.home / version.path).stat().st_mode) == 0o400
    assert yard.config_bytes(HW) == yard.config_bytes(version.id) == b"f_ge: 4.8\n"
    (kind,) = [kind for kind in yard.config_kinds() if kind.name == HW]
    assert (kind.code, kind.main, kind.set_by, kind.versions) == ("HW", version, yard.user, 1)
    source.write_bytes(b"f_ge: 4.9\n")
    assert yard.config_bytes(HW) == b"f_ge: 4.8\n"


def test_equal_bytes_are_one_version_of_a_type(yard: Yard) -> None:
    """Pushed once more they become main again; another type has a version and numbers of its own."""
    first = yard.config_push(HW, b"1").version
    second = yard.config_push(HW, b"2").version
    again = yard.config_push(HW, b"1")
    assert (again.existed, again.before, again.version.id) == (True, second.id, first.id)
    other = yard.config_push("multiphoton_config", b"1").version
    assert other.id.startswith("CFG-MP-")
    assert other.id.endswith("-00001")
    assert [version.id for version in yard.config_versions(HW)] == [second.id, first.id]
    assert [change.version for change in yard.config_history(HW)] == [first.id, second.id, first.id]
    assert len(list((yard.home / "configs/versions" / HW).iterdir())) == 2


def test_a_push_that_changes_nothing_tells_nothing(yard: Yard) -> None:
    """What is a version and main already leaves no event and no line of the history."""
    yard.config_push(HW, b"1")
    before = yard.changes(-1).version
    assert yard.config_push(HW, b"1").existed
    assert yard.changes(-1).version == before
    assert len(yard.config_history(HW)) == 1


def test_without_main_only_a_version_is_made(yard: Yard) -> None:
    """Runs go on with what was main; the version can become main later, by its id."""
    first = yard.config_push(HW, b"1").version
    done = yard.config_push(HW, b"2", main=False)
    assert (done.before, done.version.main, yard.config_version(HW).id) == (first.id, False, first.id)
    change = yard.config_set_main(done.version.id.lower())
    assert (change.version, change.by) == (done.version.id, yard.user)
    told = [event for event in yard.events() if event.verb == "config main"][-1]
    assert (told.before, told.after) == ({"config": HW, "main": first.id}, {"config": HW, "main": done.version.id})


def test_two_pushes_at_once_are_one_version(yard: Yard) -> None:
    """However their steps mix, everybody gets the same version and no file is left over."""
    barrier, got = threading.Barrier(6), list[str]()

    def push() -> None:
        with closing(Store(yard.home, Actor("bob", "host", "test"))), Yard.open(yard.home, face="test") as mine:
            barrier.wait()
            got.append(mine.config_push(HW, b"the same").version.id)

    threads = [threading.Thread(target=push) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 6
    assert len(set(got)) == 1
    assert [path.stem for path in (yard.home / "configs/versions" / HW).iterdir()] == [got[0]]


def test_numbers_are_never_used_twice(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even where a file of a lost version is in the way, and the day never goes backwards."""
    first = yard.config_push(HW, b"1").version
    in_the_way = file_of(yard, first.id).with_name(first.id.replace("00001", "00002"))
    in_the_way.write_bytes(b"of a newer copy of the store")
    monkeypatch.setattr(yard._store, "clock", lambda: first.created_at - 40 * 86_400)
    second = yard.config_push(HW, b"2").version
    assert second.id == first.id.replace("00001", "00003")
    assert in_the_way.read_bytes() == b"of a newer copy of the store"


# -- what is refused ------------------------------------------------------------------------------------------


def test_only_plain_files_of_a_known_type_are_taken(
    yard: Yard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pipe, a device, a folder, nothing at all, too much: each is told in words, and nothing is left behind."""
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.setattr(snapshots, "LARGEST", 1000)
    (tmp_path / "big").write_bytes(b"x" * 1001)
    for source, words in (
        (tmp_path / "pipe", "no plain file"), (Path("/dev/zero"), "no plain file"), (tmp_path, "a folder"),
        (tmp_path / "nothing", "There is no file"), (tmp_path / "big", "too big"), (b"x" * 1001, "too big"),
    ):  # fmt: skip
        with pytest.raises(BadInput, match=words):
            yard.config_push(HW, source)
    with pytest.raises(Unknown, match="nearest is hardware_config"):
        yard.config_push("hardware", b"1")
    assert yard.config_versions(HW) == []
    assert list((yard.home / "configs/versions").glob("*/*")) == []


def test_what_is_complained_of_never_becomes_main(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither by a push nor by its id; as a version that is not main it is kept."""
    good = yard.config_push(HW, b"1").version
    monkeypatch.setattr(Yard, "config_complaints", lambda self, *args: ["line 3: f_ge is missing"])
    with pytest.raises(BadFile, match=r"bad\.yml cannot become the main hardware_config\. .*f_ge is missing"):
        yard.config_push(HW, b"2", filename="bad.yml")
    kept = yard.config_push(HW, b"2", filename="bad.yml", main=False).version
    with pytest.raises(BadFile, match="f_ge is missing"):
        yard.config_set_main(kept.id)
    assert yard.config_version(HW).id == good.id


def test_what_there_is_not_is_told(yard: Yard) -> None:
    """A type without main, a version that was never made, what is no id."""
    with pytest.raises(BadInput, match=r"no main version of hardware_config.*config push"):
        yard.config_version(HW)
    for ref, error in (("CFG-HW-20200101-00001", Unknown), ("CFG-HW-1", BadInput), ("nope", Unknown)):
        with pytest.raises(error):
            yard.config_version(ref)


# -- damage ----------------------------------------------------------------------------------------------------


def test_a_damaged_version_is_told_and_never_used(yard: Yard) -> None:
    """Every way to its bytes names version, file and remedy; pushing the very bytes again puts the file right."""
    version = yard.config_push(HW, b"f_ge: 4.8\n").version
    other = yard.config_push(HW, b"2").version
    for harm in (lambda path: spoil(path), lambda path: path.unlink(), lambda path: spoil(path, b"f_ge: 4.8\n more")):
        harm(yard.home / version.path)
        for way in (yard.config_bytes, yard.config_path, yard.config_set_main):
            with pytest.raises(ConfigDamaged, match=f"{version.id}.*is not used.*{version.path}.*config push"):
                way(version.id)
        assert yard.config_version(HW).id == other.id
        again = yard.config_push(HW, b"f_ge: 4.8\n", main=False)
        assert (again.existed, again.mended) == (True, True)
        assert yard.config_bytes(version.id) == b"f_ge: 4.8\n"
    assert not yard.config_push(HW, b"f_ge: 4.8\n", main=False).mended


def test_the_doctor_looks_after_the_files(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    """It tells a damaged main, files of nobody and half-written ones; a repair puts those aside and nothing else."""
    version = yard.config_push(HW, b"1").version
    assert [finding.level for finding in snapshotcare.examine(yard._store)] == ["ok"]
    folder = file_of(yard, version.id).parent
    (folder / "CFG-HW-20200101-00009.yml").write_bytes(b"orphan")
    (folder / ".new-1234").write_bytes(b"half")
    assert [finding.level for finding in snapshotcare.examine(yard._store)] == ["ok"], "a push may be under way"
    monkeypatch.setattr(snapshotcare, "YOUNG", -1.0)
    spoil(yard.home / version.path)
    bad, warn = snapshotcare.examine(yard._store)
    assert (bad.level, warn.level) == ("bad", "warn")
    assert version.id in bad.what
    assert "2 files" in warn.what
    assert snapshotcare.put_aside(yard._store) == 2
    assert [path.name for path in (yard.home / "configs/aside").iterdir()] == ["CFG-HW-20200101-00009.yml"]
    assert [path.name for path in folder.iterdir()] == [f"{version.id}"]


def test_versions_come_back_from_their_files(yard: Yard) -> None:
    """Of a damaged store the rows of versions are made anew; main is for people to say; no number comes twice."""
    lost = yard.config_push(HW, b"1", filename="a.yml").version
    kept = yard.config_push(HW, b"2", filename="a.yml").version
    yard.config_set_main(lost.id)
    connection = yard._store.db.connection
    connection.execute("PRAGMA foreign_keys = 0")
    connection.execute("DELETE FROM config_version WHERE id = ?", (lost.row,))
    connection.execute("DELETE FROM counter")
    mending = Mending(connection, yard._store.clock(), yard.home)
    mend_configs.versions(mending)
    assert len(mending.said) == 2
    assert "by its file" in mending.said[0]
    assert "main version of hardware_config" in mending.said[1]
    assert yard.config_bytes(lost.id) == b"1"
    assert mend_configs.counters(mending) == {f"CFG-HW-{kept.id.split('-')[2]}": 2}
    with pytest.raises(BadInput, match="no main"):
        yard.config_version(HW)
    assert list(recount.recount(yard._store)) == []


# -- long lists -----------------------------------------------------------------------------------------------------


def test_long_lists_are_paged_by_an_index(yard: Yard) -> None:
    """The newest come first, a page goes on where the other ended, and nothing is sorted or scanned for it."""
    day = 20261122
    rows = [(HW, "HW", day, n, f"{n:064x}", 1, "a", f"p{n}", 1.0, 1) for n in range(1, 301)]
    with yard._store.db.transaction() as connection:
        connection.executemany(
            "INSERT INTO config_version (type, code, day, number, checksum, size, filename, path, created_at, "
            "actor_id) VALUES (?,?,?,?,?,?,?,?,?,?)",
            rows,
        )
    first = yard.config_versions(HW, limit=100)
    assert [first[0].id, first[-1].id] == [f"CFG-HW-{day}-00300", f"CFG-HW-{day}-00201"]
    assert yard.config_versions(HW, limit=1, before=first[-1].row)[0].id == f"CFG-HW-{day}-00200"
    sql = (
        configs._VERSION.format("INDEXED BY config_version_type") + "v.type = ? AND v.id < ? ORDER BY v.id DESC LIMIT ?"
    )
    plan = " ".join(row[3] for row in yard._store.db.rows(f"EXPLAIN QUERY PLAN {sql}", (HW, configs.END, 100)))
    assert "TEMP B-TREE" not in plan
    assert "SCAN" not in plan


# -- what jobs may ask for -------------------------------------------------------------------------------------------


def test_what_a_job_asks_for_is_checked_at_submit(yard: Yard, tmp_path: Path) -> None:
    """Types, versions, files: what is wrong is told before the queue; what is right is kept, also by a clone."""
    version = yard.config_push(HW, b"1").version
    (tmp_path / "a.yml").write_bytes(b"2")

    def submit(**wishes: str) -> str:
        return yard.submit(JobSpec({"command": ["true"]}, cwd=str(tmp_path), configs=wishes)).id

    for wishes, words in (
        ({"hardware": ""}, "nearest is hardware_config"), ({"man1_storage_swap": ""}, "no main version"),
        ({HW: "CFG-HW-20200101-00001"}, "no version"), ({HW: "CFG-HW"}, "is no version"), ({HW: "b.yml"}, "no file"),
        ({"man1_storage_swap": version.id}, "is no man1_storage_swap"), ({HW: "/dev/zero"}, "no plain file"),
    ):  # fmt: skip
        with pytest.raises(BadInput, match=words):
            submit(**wishes)
    job = submit(**{HW: "a.yml"})
    assert yard.job(job).configs == {HW: str(tmp_path / "a.yml")}
    assert yard.job(yard.clone(job).id).configs == {HW: str(tmp_path / "a.yml")}
    assert yard.job(yard.clone(job, {"configs": {HW: version.id}}).id).configs == {HW: version.id}
    assert not yard.job(yard.clone(job, {"configs": {HW: None}}).id).configs
    assert yard.job(yard.submit(JobSpec({"command": ["true"]})).id).configs is None
