"""The configs of a lab by the names of the original job server: ``ConfigVersionManager``, thin on ``client.config``.

There a session of the database was passed around. Here nothing needs one: ``session`` is accepted and not looked at.
``updated_by`` is accepted too; who changed what is the account, as for every change (`jobyard config history`).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from ..errors import BadInput, Unknown
from ..labmodels import ConfigVersion as Version
from ..yard import Yard
from .result import moment

MOST = 100_000  # versions of a type that are listed


class ConfigType(StrEnum):
    """The types of config that the original knew; a yard may declare others."""

    HARDWARE_CONFIG = "hardware_config"
    MULTIPHOTON_CONFIG = "multiphoton_config"
    FLOQUET_STORAGE_SWAP = "floquet_storage_swap"
    MAN1_STORAGE_SWAP = "man1_storage_swap"


class ConfigVersion(NamedTuple):
    """A version: ``created_at`` is of this machine's zone, ``snapshot_path`` absolute, ``checksum`` SHA-256."""

    version_id: str
    config_type: str
    original_filename: str
    snapshot_path: str
    checksum: str
    created_at: datetime
    created_by: str
    created_by_job_id: str | None


class Database:
    """What code for the original passes around: a yard that is looked for where it usually is."""

    def __init__(self, home: Path | str | None = None) -> None:
        self.home = home

    @contextlib.contextmanager
    def session(self) -> Iterator[Yard]:
        """The yard, open for the block."""
        with Yard.open(self.home, face="client") as yard:
            yield yard

    get_session = session


def get_database(home: Path | str | None = None) -> Database:
    """The yard at *home* (default: ``JOBYARD_HOME``, else the account's own)."""
    return Database(home)


class ConfigVersionManager:
    """Versions of configs. Files are looked for in *config_dir* where a path is relative and not found from here."""

    def __init__(self, config_dir: Path | str = ".", *, home: Path | str | None = None) -> None:
        self.config_dir = Path(config_dir)
        self.yard = Yard.open(home, face="client")

    # -- push -------------------------------------------------------------------------------------

    def push_to_main(
        self, source_path: Path | str, config_type: str, session: object = None, updated_by: str | None = None
    ) -> tuple[str, Path]:
        """Keep a file as a version and make it the main one; its id and its snapshot. Raises BadFile, Unknown."""
        return self._push(source_path, config_type, main=True)

    def snapshot_config(self, source_path: Path | str, config_type: str, session: object = None) -> tuple[str, Path]:
        """The same without making it the main one."""
        return self._push(source_path, config_type, main=False)

    def push_hardware_config_to_main(
        self, source_path: Path | str, session: object = None, updated_by: str | None = None
    ) -> tuple[str, Path]:
        """`push_to_main` of a hardware_config."""
        return self.push_to_main(source_path, ConfigType.HARDWARE_CONFIG)

    def push_multiphoton_config_to_main(
        self, source_path: Path | str, session: object = None, updated_by: str | None = None
    ) -> tuple[str, Path]:
        """`push_to_main` of a multiphoton_config."""
        return self.push_to_main(source_path, ConfigType.MULTIPHOTON_CONFIG)

    def push_floquet_csv_to_main(
        self, source_path: Path | str, session: object = None, updated_by: str | None = None
    ) -> tuple[str, Path]:
        """`push_to_main` of a floquet_storage_swap."""
        return self.push_to_main(source_path, ConfigType.FLOQUET_STORAGE_SWAP)

    def push_man1_csv_to_main(
        self, source_path: Path | str, session: object = None, updated_by: str | None = None
    ) -> tuple[str, Path]:
        """`push_to_main` of a man1_storage_swap."""
        return self.push_to_main(source_path, ConfigType.MAN1_STORAGE_SWAP)

    def _push(self, source_path: Path | str, config_type: str, main: bool) -> tuple[str, Path]:
        source = Path(source_path)
        if not source.is_absolute() and not source.exists():
            source = self.config_dir / source
        version = self.yard.config_push(str(config_type), source, main=main).version
        return version.id, self._path(version)

    # -- pull -------------------------------------------------------------------------------------

    def get_main_version(self, config_type: str, session: object = None) -> ConfigVersion | None:
        """The main version of a type; None while there is none."""
        version = self._kinds().get(str(config_type))
        return self._told(version) if version is not None else None

    def get_main_config_path(self, config_type: str, session: object = None) -> Path | None:
        """The snapshot of the main version of a type, never to be written. Raises ConfigDamaged."""
        version = self.get_main_version(config_type)
        return self.yard.config_path(version.version_id) if version is not None else None

    def get_all_main_configs(self, session: object = None) -> dict[str, str | None]:
        """The id of the main version of each type, None where there is none."""
        return {name: version.id if version else None for name, version in self._kinds().items()}

    def get_all_main_config_paths(self, session: object = None) -> dict[str, Path | None]:
        """The snapshot of the main version of each type. Raises ConfigDamaged."""
        return {name: self.yard.config_path(one.id) if one else None for name, one in self._kinds().items()}

    def list_versions(self, config_type: str | None = None, session: object = None) -> list[ConfigVersion]:
        """The versions of a type, or of all, newest first."""
        types = [str(config_type)] if config_type else list(self._kinds())
        found = [version for name in types for version in self.yard.config_versions(name, limit=MOST)]
        return [self._told(version) for version in sorted(found, key=lambda one: one.row, reverse=True)]

    def get_config_path(self, version_id: str, session: object = None) -> Path | None:
        """The snapshot of a version; None if there is no such version."""
        with contextlib.suppress(Unknown):
            return self.yard.config_path(version_id)
        return None

    def get_config_for_job(self, job_id: str, config_type: str, session: object = None) -> Path | None:
        """The snapshot with which the last attempt of a job ran, also one that was there before; None if with none."""
        tries = self.yard.job(job_id).attempts
        links = tries[-1].configs if tries else ()
        return next((Path(link.path) for link in links if link.type == str(config_type)), None)

    def set_main_version(
        self, config_type: str, version_id: str, session: object = None, updated_by: str | None = None
    ) -> ConfigVersion:
        """Make a version the main one of its type; no file is made. Raises Unknown, BadInput for another type's."""
        version = self.yard.config_version(version_id)
        if version.type != str(config_type):
            raise BadInput(f"{version.id} is no {config_type}", f"It is a version of {version.type}")
        self.yard.config_set_main(version.id)
        return self._told(version)

    def _kinds(self) -> dict[str, Version | None]:
        return {kind.name: kind.main for kind in self.yard.config_kinds()}

    def _path(self, version: Version) -> Path:
        return self.yard.home / version.path

    def _told(self, version: Version) -> ConfigVersion:
        return ConfigVersion(
            version.id, version.type, version.filename, str(self._path(version)), version.checksum,
            moment(version.created_at), version.created_by, version.job or None,
        )  # fmt: skip
