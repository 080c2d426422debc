"""Configs by the client's own names, and by those of the original."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobyard.core import ConfigType, ConfigVersionManager, JobClient
from jobyard.core.errors import BadFile, BadInput, ConfigDamaged


@pytest.fixture
def manager(client: JobClient, tmp_path: Path) -> ConfigVersionManager:
    """One on the client's yard, for a folder with configs."""
    (tmp_path / "hardware.yml").write_text("device: {qubit: {f_ge: 4.8}}\n")
    (tmp_path / "man1.csv").write_text("a,b\n1,2\n")
    return ConfigVersionManager(tmp_path)


def test_push_look_and_pull(client: JobClient, tmp_path: Path) -> None:
    """A version is found by its id or its type, loaded, compared, written out again, never over something else."""
    first = client.config.push("hardware_config", b"device: {f_ge: 4.8}\n", filename="hardware.yml").version
    second = client.config.push("hardware_config", b"device: {f_ge: 4.9}\n", filename="hardware.yml")
    assert second.before == first.id
    assert client.config.load("hardware_config") == {"device": {"f_ge": 4.9}}
    odd = client.config.push("hardware_config", b"device: {f_ge: 4.8}\n# in notes\n", filename="notes.txt", main=False)
    with pytest.raises(BadFile, match="cannot be read"):
        client.config.load(odd.version.id)
    swap = client.config.push("man1_storage_swap", b"name,gain\nM1-S1,0.5\n", filename="man1.csv").version
    assert "M1-S1" in str(client.config.load(swap.id))
    assert client.config.bytes(first.id) == b"device: {f_ge: 4.8}\n"
    assert [version.id for version in client.config.versions("hardware_config")][1:] == [second.version.id, first.id]
    (change,) = client.config.diff(first.id, "hardware_config").changes or ()
    assert (change.path, change.before, change.after) == ("device.f_ge", "4.8", "4.9")
    client.config.set_main(first.id)
    assert client.config.version("hardware_config").id == first.id
    assert [change.version for change in client.config.history("hardware_config")][:2] == [first.id, second.version.id]
    target = client.config.pull("hardware_config", tmp_path)
    assert target.read_bytes() == b"device: {f_ge: 4.8}\n"
    with pytest.raises(BadFile):
        client.config.pull(second.version.id, target)
    assert client.config.runs(first.id) == []
    assert client.config.check(b"device: [", "hardware_config") != []
    assert {kind.name for kind in client.config.kinds()} >= set(ConfigType)


def test_a_damaged_snapshot_is_told_and_never_handed_out(client: JobClient, manager: ConfigVersionManager) -> None:
    """Neither its bytes nor its path."""
    version, path = manager.push_hardware_config_to_main("hardware.yml")
    path.chmod(0o600)
    path.write_text("device: {}\n")
    for ask in (client.config.bytes, client.config.path):
        with pytest.raises(ConfigDamaged):
            ask(version)
    with pytest.raises(ConfigDamaged):
        manager.get_main_config_path("hardware_config")
    assert [damaged.id for damaged, _ in client.config.damaged()] == [version]


def test_the_originals_other_spellings(client: JobClient, manager: ConfigVersionManager) -> None:
    """A push for each type, a snapshot that is not made main, paths; a version of another type is refused."""
    swap, path = manager.push_man1_csv_to_main("man1.csv")
    assert (swap[:6], path.suffix) == ("CFG-M1", ".csv")
    same, _ = manager.snapshot_config("hardware.yml", ConfigType.HARDWARE_CONFIG)
    assert manager.get_main_version(ConfigType.HARDWARE_CONFIG) is None
    assert manager.get_main_config_path(ConfigType.HARDWARE_CONFIG) is None
    assert manager.push_hardware_config_to_main("hardware.yml") == (same, manager.get_config_path(same))
    assert manager.get_all_main_config_paths()["man1_storage_swap"] == path
    assert manager.get_config_path("CFG-HW-20200101-00001") is None
    assert manager.get_config_for_job(client.submit(["true"]), "hardware_config") is None
    with pytest.raises(BadInput, match="is no multiphoton_config"):
        manager.set_main_version(ConfigType.MULTIPHOTON_CONFIG, same)
    version = manager.list_versions(ConfigType.HARDWARE_CONFIG)[0]
    assert (version.version_id, version.original_filename, version.created_by) == (
        same,
        "hardware.yml",
        client.yard.user,
    )
    assert len(version.checksum) == 64
