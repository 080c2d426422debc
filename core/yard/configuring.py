"""The facade's versions of configs: push, look up, choose which one runs use. What differs is in `configdiffs`."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .. import settings
from ..labmodels import ConfigKind, ConfigVersion, MainChange, Pushed
from ..lazy import LazyModule
from ..settings import configtypes
from ..store import Store
from .part import Whole

if TYPE_CHECKING:
    from ..configs import codes, snapshots, versions
    from ..store import configs
else:  # few commands ask
    codes = LazyModule("jobyard.core.configs.codes")
    configs = LazyModule("jobyard.core.store.configs")
    snapshots = LazyModule("jobyard.core.configs.snapshots")
    versions = LazyModule("jobyard.core.configs.versions")

MOST = 1000  # lines of a history


class Configuring(Whole):
    """Versions of configs. A *ref* is the id of one (``CFG-HW-20261122-00001``) or a type: its main version."""

    def config_push(self, type: str, source: Path | bytes, *, filename: str = "", main: bool = True) -> Pushed:
        """Keep a file's bytes as a version of a type, unless they are one, and with *main* have runs use it.

        Raises Unknown for a type, BadFile or BadInput for what cannot be read, used or is beyond 64 MiB.
        """
        maker = versions.Maker(type, codes.find(type, self._codes()))
        return versions.push(self._store, maker, source, filename, main, self.config_complaints)

    def config_version(self, ref: str) -> ConfigVersion:
        """A version. Raises Unknown; BadInput for a type without main."""
        self._check_type(ref)
        return configs.find(self._store, ref)

    def config_versions(
        self, type: str, *, limit: int = 100, before: int | None = None
    ) -> builtins.list[ConfigVersion]:
        """Versions of a type, newest first; *before* a row goes on where an earlier list has ended. Raises Unknown."""
        codes.find(type, self._codes())
        return configs.newest(self._store, type, limit, configs.END if before is None else before)

    def config_bytes(self, ref: str) -> bytes:
        """The very bytes of a version. Raises ConfigDamaged, Unknown."""
        return snapshots.read(self.home, self.config_version(ref))

    def config_path(self, ref: str) -> Path:
        """The file of a version, whose bytes were looked at; never to be written. Raises ConfigDamaged, Unknown."""
        return snapshots.verify(self.home, self.config_version(ref))

    def config_set_main(self, ref: str) -> MainChange:
        """Have runs use this version from now on. Raises Unknown, ConfigDamaged, BadFile."""
        return versions.make_main(self._store, self.config_version(ref), self.config_complaints)

    def config_kinds(self) -> builtins.list[ConfigKind]:
        """All types with their main versions, the built-in ones first; those that settings knew once come last."""
        kinds, mains, counts = self._kinds(), configs.mains(self._store), configs.counts(self._store)
        found = {name: kinds.get(name, ConfigKind(name, "")) for name in (*kinds, *sorted(mains.keys() - kinds.keys()))}
        rows = configs.some(self._store, [main.version for main in mains.values() if main.version is not None])
        return [
            kind._replace(
                main=rows.get(mains[name].version or 0), set_at=mains[name].set_at, set_by=mains[name].set_by,
                versions=counts.get(name, 0),
            ) if name in mains else kind
            for name, kind in found.items()
        ]  # fmt: skip

    def config_history(self, type: str, limit: int = MOST) -> builtins.list[MainChange]:
        """What was main of a type since when, newest first. Raises Unknown."""
        codes.find(type, self._codes())
        return configs.history(self._store, type, limit)

    def config_runs(self, ref: str, limit: int = MOST) -> builtins.list[tuple[str, int]]:
        """(job id, attempt number) of what ran with a version, newest first. Raises Unknown."""
        return configs.runs(self._store, self.config_version(ref).row, limit)

    def config_complaints(self, type: str, data: bytes, filename: str) -> Sequence[str]:
        """What is wrong with bytes that are to become main of a type, a sentence each."""
        raise NotImplementedError  # `configdiffs`

    def _kinds(self) -> dict[str, ConfigKind]:
        return kinds_of(self.home)

    def _codes(self) -> dict[str, str]:
        return codes_of(self._store)

    def _check_type(self, ref: str) -> None:
        """Raises Unknown for what is neither an id nor a type."""
        if not ref.upper().startswith("CFG-"):
            codes.find(ref, self._codes())
        else:
            configs.check_id(ref)


def kinds_of(home: Path) -> dict[str, ConfigKind]:
    """The types that there are: four built-in ones and those of the settings."""
    document = settings.read(home).document
    return configtypes.kinds(document.configs if document is not None else {}, home)


def codes_of(store: Store) -> dict[str, str]:
    """Types with their codes; those that only the store knows have been in the settings once."""
    known = {name: kind.code for name, kind in kinds_of(store.home).items()}
    return {**configs.codes(store), **known}
