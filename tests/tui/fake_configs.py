"""The facade's configs in memory: nothing was pushed, unless somebody says what."""

from __future__ import annotations

import hashlib
from pathlib import Path

from jobyard.core.configs import documents, structural, textual
from jobyard.core.errors import BadFile, Unknown
from jobyard.core.labmodels import ConfigDiff, ConfigKind, ConfigVersion, Drift, MainChange

TYPE = "hardware_config"
FILE = "/lab/hardware.yml"


class FakeConfigs:
    """Versions of one type, the newest last; its file, if there is one, and how that stands."""

    def __init__(self) -> None:
        self.config_texts: list[str] = []
        self.config_file = ""
        self.config_state = "differs"
        self.config_at = 1_795_300_000.0

    def config_kinds(self) -> list[ConfigKind]:
        some = self.config_versions(TYPE)
        first = ConfigKind(TYPE, "HW", FILE if self.config_file else "")
        if some:
            first = first._replace(main=some[0], set_at=some[0].created_at, set_by="mira", versions=len(some))
        return [first, ConfigKind("multiphoton_config", "MP"), ConfigKind("man1_storage_swap", "M1")]

    def config_versions(self, type: str, *, limit: int = 100, before: int | None = None) -> list[ConfigVersion]:
        rows = range(len(self.config_texts), 0, -1) if type == TYPE else ()
        return [self._version(row) for row in rows if before is None or row < before][:limit]

    def _version(self, row: int) -> ConfigVersion:
        data, id = self.config_texts[row - 1].encode(), f"CFG-HW-20261122-{row:05}"
        at = self.config_at - 3600 * (len(self.config_texts) - row)
        main = row == len(self.config_texts)
        sha = hashlib.sha256(data).hexdigest()
        return ConfigVersion(row, id, TYPE, sha, len(data), "hardware.yml", id, at, "mira", "", main, 3 * row)

    def config_version(self, ref: str) -> ConfigVersion:
        for version in self.config_versions(TYPE, limit=1000):
            if ref in (version.id, version.type):
                return version
        raise Unknown(f"There is no version {ref}")

    def config_path(self, ref: str) -> Path:
        return Path("/lab") / self.config_version(ref).path

    def config_history(self, type: str, limit: int = 1000) -> list[MainChange]:
        return [MainChange(type, one.id, one.created_at, "mira") for one in self.config_versions(type)[:limit]]

    def config_runs(self, ref: str, limit: int = 1000) -> list[tuple[str, int]]:
        return []

    def config_drift(self, *_: object) -> list[Drift]:
        if not self.config_file:
            return []
        return [Drift(TYPE, self.config_state, FILE, self.config_version(TYPE).id)]

    def config_check(self, *_: object) -> list[str]:
        return []

    def config_source(self, one: str | Path) -> bytes:
        if isinstance(one, Path):
            if not self.config_file:
                raise BadFile(f"There is no file {one}")
            return self.config_file.encode()
        return self.config_texts[self.config_version(one).row - 1].encode()

    def config_diff(
        self, one: str | Path, other: str | Path, *, structure: bool = True, most: int | None = None
    ) -> ConfigDiff:
        names = str(one), str(other)
        texts = [self.config_source(side).decode() for side in (one, other)]
        lines = textual.unified(texts[0].split("\n"), texts[1].split("\n"), names)
        trees = (documents.read(text.encode(), "a.yml") for text in texts)
        return ConfigDiff(*names, tuple(lines), tuple(structural.changes(*trees)) if structure else None)
