"""What can be copied of a version, or of the file of a type."""

from __future__ import annotations

from pathlib import Path

from jobyard.core.labmodels import ConfigKind, ConfigVersion
from jobyard.core.yard import shell_join

from ..verbs.copying import Thing
from .versions import FILE


def things(kind: ConfigKind, version: ConfigVersion | None, mark: str, home: Path) -> list[Thing]:
    """Its id, path, checksum, and commands about it; *mark* is what it is compared with ("" = nothing)."""
    if version is None:
        return [Thing("path", kind.file), Thing("command that pushes it", _command("push", kind.name, kind.file))]
    found = [
        Thing("id", version.id), Thing("path", str(home / version.path)), Thing("checksum", version.checksum),
        Thing("command that shows it", _command("show", version.id)),
        Thing("command that writes it to a file", _command("pull", version.id, version.filename or "FILE")),
        Thing("command that makes it main", _command("main", version.type, version.id)),
    ]  # fmt: skip
    if mark and mark != version.id:
        other = kind.file if mark == FILE else mark
        found.append(Thing("command that compares them", _command("diff", other, version.id)))
    return found


def _command(*words: str) -> str:
    return f"jobyard config {shell_join(words)}"
