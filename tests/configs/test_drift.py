"""How files on disk stand to main versions; pulling; what differs, through the yard."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jobyard.core.configs import checking, snapshots
from jobyard.core.errors import BadFile, ConfigDamaged, Unknown
from jobyard.core.labmodels import ConfigChange, Drift
from jobyard.core.yard import Yard

TYPE = "hardware_config"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "hw.yml"
    path.write_text("device: {f_ge: 4.8}\n")
    return path


@pytest.fixture
def yard(yard_home: Path, file: Path) -> Iterator[Yard]:
    with Yard.open(yard_home) as yard:
        (yard.home / "jobyard.yml").write_text(f"configs: {{{TYPE}: {{file: {file}}}}}\n")
        yield yard


def look(yard: Yard) -> Drift:
    (found,) = yard.config_drift([TYPE])
    return found


def test_each_state_of_a_file_is_told(yard: Yard, file: Path):
    """No main, same, differs, invalid, missing, unreadable: by what is there now."""
    assert look(yard)[1:3] == ("no main", str(file))
    version = yard.config_push(TYPE, file).version
    assert look(yard) == Drift(TYPE, "same", str(file), version.id)
    file.write_text("device: {f_ge: 4.85}\n")
    assert (look(yard).state, look(yard).wrong) == ("differs", True)
    file.write_text("- 1\n")
    assert look(yard)[1::3] == ("invalid", "it is a list, and a hardware_config is a mapping: keys with values")
    file.unlink()
    assert look(yard).state == "missing"
    file.mkdir()
    assert look(yard).state == "unreadable"
    file.rmdir()
    os.mkfifo(file)
    assert look(yard)[1::3] == ("unreadable", "it is no plain file")


def test_a_damaged_snapshot_is_told_and_never_used(yard: Yard, file: Path):
    """Before all else; neither bytes nor path of it are given out, and the rest of the versions is looked at too."""
    version = yard.config_push(TYPE, file).version
    path = yard.config_path(version.id)
    path.chmod(0o600)
    path.write_text("device: {f_ge: 9.9}\n")
    assert look(yard).state == "damaged"
    assert [(one.id, bool(why)) for one, why in yard.config_damaged()] == [(version.id, True)]
    with pytest.raises(ConfigDamaged):
        yard.config_diff(TYPE, file)
    assert yard.config_push(TYPE, file).existed
    assert look(yard).state == "same"


def test_what_did_not_change_is_not_read_again(yard: Yard, file: Path, monkeypatch: pytest.MonkeyPatch):
    """A second look at a file of the same inode, size and time costs no reading; a written one is read."""
    yard.config_push(TYPE, file)
    old = file.stat().st_mtime_ns - 10**10
    for path in (file, yard.config_path(TYPE)):
        os.utime(path, ns=(old, old))
    assert look(yard).state == "same"
    read: list[str] = []
    monkeypatch.setattr(checking, "complaints", counting(read, "file", checking.complaints))
    monkeypatch.setattr(snapshots, "damage", counting(read, "snapshot", snapshots.damage))
    assert (look(yard).state, read) == ("same", [])
    file.write_text("device: {f_ge: 4.9}\n")
    assert (look(yard).state, read) == ("differs", ["file"])


def counting(told: list[str], word: str, function: Callable[..., object]) -> Callable[..., object]:
    def count(*args: object) -> object:
        told.append(word)
        return function(*args)

    return count


def test_types_are_all_that_have_a_file_or_a_main(yard: Yard):
    """Without a name those are told that there is something to tell of; an unknown one is an error."""
    yard.config_push("man1_storage_swap", b"a,b\n", filename="m.csv")
    assert [(drift.type, drift.state) for drift in yard.config_drift()] == [
        (TYPE, "no main"), ("man1_storage_swap", "no file")
    ]  # fmt: skip
    with pytest.raises(Unknown, match="hardware_config"):
        yard.config_drift(["hardware_confi"])


def test_pull_is_atomic_and_replaces_nothing_unasked(yard: Yard, file: Path, tmp_path: Path):
    """A differing file is replaced on request only; its mode and a link stay; a folder gets the name of the push."""
    first = yard.config_push(TYPE, file).version
    file.write_text("device: {f_ge: 5}\n")
    file.chmod(0o664)
    link = tmp_path / "link.yml"
    link.symlink_to(file)
    with pytest.raises(BadFile, match="--force"):
        yard.config_pull(TYPE, link)
    assert yard.config_pull(TYPE, link, replace=True) == link
    assert link.is_symlink()
    assert file.read_text() == "device: {f_ge: 4.8}\n"
    assert file.stat().st_mode & 0o777 == 0o664
    folder = tmp_path / "folder"
    folder.mkdir()
    assert yard.config_pull(first.id, folder) == folder / "hw.yml"
    assert yard.config_pull(first.id, folder) == folder / "hw.yml"
    with pytest.raises(BadFile):
        yard.config_pull(TYPE, tmp_path / "nowhere" / "x.yml")
    assert sorted(path.name for path in folder.iterdir()) == ["hw.yml"]


def test_differences_are_lines_and_values(yard: Yard, file: Path):
    """Of versions, main ones and files; what has no values says why, of what is no text there is only whether it is
    the same."""
    yard.config_push(TYPE, file)
    file.write_text("device: {f_ge: 4.85}\n")
    found = yard.config_diff(TYPE, file)
    assert found.changes == (ConfigChange("device.f_ge", "4.8", "4.85"),)
    assert found.lines[2:] == ("@@ -1 +1 @@", "-device: {f_ge: 4.8}", "+device: {f_ge: 4.85}")
    file.write_text("device: [\n")
    found = yard.config_diff(TYPE, file)
    assert found.changes is None
    assert found.why.startswith(f"{file}: line 2: it is no YAML")
    file.write_bytes("device: {f_ge: 4.8} # µs\n".encode("latin-1"))
    found = yard.config_diff(TYPE, file)
    assert found.lines[-1] == "+device: {f_ge: 4.8} # \udcb5s"
    assert found.why == f"{file}: line 1: it is not UTF-8 (save it as UTF-8)"
    file.write_bytes(b"\0")
    assert yard.config_diff(TYPE, file).lines[0].endswith("differ, and are no text")
    file.write_bytes(b"device: {f_ge: 4.8}\r\n")
    assert yard.config_diff(TYPE, file).lines[0].endswith("differ at line ends only")
    assert yard.config_diff(TYPE, TYPE).lines == ()
