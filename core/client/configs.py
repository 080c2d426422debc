"""``client.config``: versions of configs. A *ref* is a version's id, or a type, which means its main version."""

from __future__ import annotations

import builtins
from pathlib import Path
from typing import Any

from ..errors import BadFile
from ..labmodels import ConfigDiff, ConfigKind, ConfigVersion, Drift, MainChange, Pushed
from ..lazy import LazyModule
from ..yard import Yard

documents: Any = LazyModule("jobyard.core.configs.documents")


class Configs:
    """Push, pull, list, compare."""

    def __init__(self, yard: Yard) -> None:
        self._yard = yard

    def push(self, type: str, source: str | Path | builtins.bytes, *, filename: str = "", main: bool = True) -> Pushed:
        """Keep a file (or bytes) as a version of a type, which becomes its main one; equal bytes are one version.

        Raises BadInput, BadFile for what is no config, Unknown for a type that there is not.
        """
        data = source if isinstance(source, builtins.bytes) else Path(source).expanduser()
        return self._yard.config_push(type, data, filename=filename, main=main)

    def pull(self, ref: str, to: str | Path = ".", *, replace: bool = False) -> Path:
        """Write a version into a file or folder; where. Raises Unknown, ConfigDamaged; BadInput if one is there."""
        return self._yard.config_pull(ref, Path(to).expanduser(), replace)

    def version(self, ref: str) -> ConfigVersion:
        """A version. Raises Unknown."""
        return self._yard.config_version(ref)

    def versions(self, type: str, limit: int | None = None) -> list[ConfigVersion]:
        """The versions of a type, newest first."""
        return self._yard.config_versions(type) if limit is None else self._yard.config_versions(type, limit=limit)

    def load(self, ref: str) -> Any:
        """What a version says, as dicts, lists and values. Raises Unknown, ConfigDamaged, BadFile."""
        version = self._yard.config_version(ref)
        try:
            return _plain(documents.read(self._yard.config_bytes(version.id), version.filename))
        except documents.Unreadable as error:
            raise BadFile(f"{version.id} cannot be read", error.text(), "Take its bytes: client.config.bytes") from None

    def bytes(self, ref: str) -> builtins.bytes:
        """The very bytes of a version: their checksum is looked at. Raises Unknown, ConfigDamaged."""
        return self._yard.config_bytes(ref)

    def path(self, ref: str) -> Path:
        """The snapshot of a version, never to be written. Raises Unknown."""
        return self._yard.config_path(ref)

    def set_main(self, ref: str) -> MainChange:
        """Make a version the main one of its type. Raises Unknown, ConfigDamaged."""
        return self._yard.config_set_main(ref)

    def kinds(self) -> list[ConfigKind]:
        """All types, each with its main version."""
        return self._yard.config_kinds()

    def history(self, type: str) -> list[MainChange]:
        """Which version was main since when, and who said so."""
        return self._yard.config_history(type)

    def damaged(self) -> list[tuple[ConfigVersion, str]]:
        """Versions whose snapshot no longer has its checksum, and why; they are never used."""
        return self._yard.config_damaged()

    def runs(self, ref: str) -> list[tuple[str, int]]:
        """The jobs and attempts that ran with a version."""
        return self._yard.config_runs(ref)

    def diff(self, one: str | Path, other: str | Path) -> ConfigDiff:
        """How two differ; a Path is a file on disk."""
        return self._yard.config_diff(one, other)

    def drift(self) -> list[Drift]:
        """How the file on disk of each type stands to its main version."""
        return self._yard.config_drift()

    def check(self, source: str | Path | builtins.bytes, type: str) -> list[str]:
        """What is wrong with a file (or bytes) as a config of a type; nothing: it may become main."""
        return self._yard.config_check(Path(source).expanduser() if isinstance(source, str) else source, type)


def _plain(node: Any) -> Any:
    """A tree of Python's own values: numbers as they were written are for whoever compares."""
    if isinstance(node, dict):
        return {key: _plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(value) for value in node]
    if isinstance(node, str):
        return str(node)
    return float(node) if isinstance(node, float) else node
