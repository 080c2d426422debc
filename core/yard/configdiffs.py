"""The facade's looks at configs as files: what differs, what is wrong, how the disk stands to main, pulling."""

from __future__ import annotations

import builtins
import os
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from .. import replacing
from ..errors import BadFile, Unknown
from ..labmodels import ConfigChange, ConfigDiff, ConfigKind, ConfigVersion, Drift
from ..lazy import LazyModule
from ..text import quoted
from ..words import nearest
from .configuring import Configuring

if TYPE_CHECKING:
    from ..configs import checking, documents, drift, snapshots, structural, textual, yamltree
    from . import snapshotcare
else:  # few commands ask
    checking = LazyModule("jobyard.core.configs.checking")
    documents = LazyModule("jobyard.core.configs.documents")
    drift = LazyModule("jobyard.core.configs.drift")
    snapshotcare = LazyModule("jobyard.core.yard.snapshotcare")
    snapshots = LazyModule("jobyard.core.configs.snapshots")
    structural = LazyModule("jobyard.core.configs.structural")
    textual = LazyModule("jobyard.core.configs.textual")
    yamltree = LazyModule("jobyard.core.configs.yamltree")


class Side(NamedTuple):
    """One side of a comparison: what it is called, its bytes, the name whose ending says its form."""

    name: str
    data: bytes
    filename: str


class ConfigDiffs(Configuring):
    """Files and versions of configs, compared and checked."""

    def config_diff(
        self, one: str | Path, other: str | Path, *, structure: bool = True, most: int | None = None
    ) -> ConfigDiff:
        """How two configs differ: each an id, a type (its main version) or a Path.

        *structure* asks for the values, *most* for no more lines than so many. Raises Unknown, BadFile, ConfigDamaged.
        """
        sides = self._side(one), self._side(other)
        lines = _unified(*sides, most)
        values, why = _changes(*sides) if structure else (None, "")
        return ConfigDiff(sides[0].name, sides[1].name, lines, values, why)

    def config_source(self, one: str | Path) -> bytes:
        """The bytes of one side of a comparison: an id, a type (its main version) or a Path.

        Raises Unknown, BadFile, ConfigDamaged.
        """
        return self._side(one).data

    def config_drift(self, types: Sequence[str] = ()) -> builtins.list[Drift]:
        """How the file of each of these types (default: all with a file or a main version) stands to main.

        Raises Unknown for a type that there is not.
        """
        kinds = {kind.name: kind for kind in self.config_kinds()}
        for type in types:
            if type not in kinds:
                near = nearest(type, kinds)
                raise Unknown(f"There is no type of config {quoted(type)}", f"the nearest is {near}" if near else "")
        chosen = [kinds[type] for type in types] or [kind for kind in kinds.values() if kind.file or kind.main]
        looker = self._looker()
        return [looker.look(kind) for kind in chosen]

    def config_check(self, source: Path | bytes, type: str, filename: str = "") -> builtins.list[str]:
        """What is wrong with a file (or bytes) as a config of a type; nothing: it may become main.

        Raises BadFile for one that cannot be read.
        """
        data = source if isinstance(source, bytes) else b"".join(snapshots.pieces(source))
        name = filename or (source.name if isinstance(source, Path) else "")
        return list(self.config_complaints(type, data, name))

    def config_complaints(self, type: str, data: bytes, filename: str) -> Sequence[str]:
        """What is wrong with bytes that are to become main of a type, a line each."""
        kind = self._kinds().get(type, ConfigKind(type, ""))
        return checking.complaints(data, filename, type, kind.schema)

    def config_pull(self, ref: str, to: Path, replace: bool = False) -> Path:
        """Write a version to a file, atomically; into a folder under the name that it was pushed with; where.

        Raises BadFile if something else is there, unless *replace*; Unknown, ConfigDamaged.
        """
        version = self.config_version(ref)
        data = snapshots.read(self.home, version)
        target = to / (Path(version.filename).name or Path(version.path).name) if to.is_dir() else to
        replacing.check(target)
        there = _present(target)
        if there != data:
            if there is not None and not replace:
                why = f"it is not {version.id}, and would be lost"
                todo = f"See: jobyard config diff {target} {version.id}; replace it with --force"
                raise BadFile(f"{target} is there already", why, todo)
            _write(target, data)
        return target

    def config_damaged(self) -> builtins.list[tuple[ConfigVersion, str]]:
        """Versions whose file is damaged or gone, and why; the main ones are read first, others while it is quick."""
        return snapshotcare.look(self._store).wrong

    def _looker(self) -> drift.Looker:
        """One for the life of this yard: what it has seen it need not read again."""
        known: drift.Looker | None = getattr(self, "_drift_looker", None)
        if known is None:
            known = self._drift_looker = drift.Looker(self.home)
        return known

    def _side(self, one: str | Path) -> Side:
        if isinstance(one, Path):
            return Side(str(one), b"".join(snapshots.pieces(one)), one.name)
        version = self.config_version(one)
        name = version.id if one.upper() == version.id else f"{version.id} (main {version.type})"
        return Side(name, snapshots.read(self.home, version), version.filename or version.path)


def _unified(one: Side, other: Side, most: int | None) -> tuple[str, ...]:
    if one.data == other.data:
        return ()
    names, mine, yours = (one.name, other.name), _lines(one), _lines(other)
    if mine is None or yours is None:
        return (f"{one.name} and {other.name} differ, and are no text",)
    return tuple(islice(textual.unified(mine, yours, names), most)) or (
        f"{one.name} and {other.name} differ at line ends only",
    )


def _lines(side: Side) -> builtins.list[str] | None:
    """The lines of a text, bytes that are no UTF-8 as surrogates; None of what is none: it has a NUL byte."""
    if b"\0" in side.data:
        return None
    text = side.data.decode("utf-8", "surrogateescape").replace("\r\n", "\n").removesuffix("\n")
    return text.split("\n") if side.data else []


def _changes(one: Side, other: Side) -> tuple[tuple[ConfigChange, ...] | None, str]:
    """The values that differ; None, and why, where one of the two has none that can be read."""
    if one.data == other.data:
        return (), ""
    trees: builtins.list[Any] = []
    for side in (one, other):
        try:
            trees.append(documents.read(side.data, side.filename))
        except yamltree.Unreadable as error:
            return None, f"{side.name}: {error.text()}"
    return tuple(structural.changes(*trees)), ""


def _present(target: Path) -> bytes | None:
    try:
        return b"".join(snapshots.pieces(target)) if os.path.lexists(target) else None
    except BadFile:
        if target.is_dir():
            raise
        return b""  # there, whatever it holds


def _write(target: Path, data: bytes) -> None:
    """Through a temporary file beside it. Raises BadFile. A link stays one; the mode of a file that is there stays."""
    real = Path(os.path.realpath(target))
    partial = real.with_name(f".{real.name}.{os.getpid()}.part")
    try:
        mode = real.stat().st_mode & 0o777 if real.exists() else None
        fd = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
        with open(fd, "wb") as file:
            if mode is not None:
                os.fchmod(fd, mode)
            file.write(data)
            file.flush()
            os.fsync(fd)
        os.replace(partial, real)
    except OSError as error:
        partial.unlink(missing_ok=True)
        why = error.strerror or str(error)
        raise BadFile(f"{target} cannot be written", why, "Choose another path") from None
