"""What the words of `jobyard config` mean: versions, types, files; which of them belong together, and what is wrong."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from jobyard.core.errors import BadInput, ConfigDamaged
from jobyard.core.labmodels import ConfigKind, ConfigVersion, Drift

if TYPE_CHECKING:
    from jobyard.core.yard import Yard


def side(word: str, kinds: dict[str, ConfigKind]) -> str | Path:
    """A version or type, else a file."""
    return word if word in kinds or word.upper().startswith("CFG-") or not os.path.lexists(word) else Path(word)


def both(yard: Yard, word: str, kinds: dict[str, ConfigKind]) -> tuple[str | Path, str | Path]:
    """What one word alone is compared with. Raises BadInput."""
    kind = kinds.get(word)
    if kind is not None and not kind.file:
        why, todo = "the settings name none", f"Name one: jobyard config diff {word} FILE; or in jobyard.yml, configs"
        raise BadInput(f"There is no file to compare the main {word} with", why, todo)
    if kind is not None:
        return kind.name, Path(kind.file)
    found = side(word, kinds)
    if isinstance(found, Path):
        return type_of(found, kinds), found
    version = yard.config_version(found)
    return version.type, version.id


def type_of(path: Path, kinds: dict[str, ConfigKind]) -> str:
    """The type whose file this is. Raises BadInput."""
    for kind in kinds.values():
        if is_file_of(kind, path):
            return kind.name
    raise BadInput(
        f"{path} is the file of no type", "", f"Say with what to compare it: jobyard config diff TYPE {path}"
    )


def is_file_of(kind: ConfigKind, path: Path) -> bool:
    """Whether this is the file that a type names."""
    return bool(kind.file) and os.path.realpath(kind.file) == os.path.realpath(path)


def own_file(yard: Yard, version: ConfigVersion) -> Path:
    """The file of a version's type. Raises BadInput."""
    kind = next((kind for kind in yard.config_kinds() if kind.name == version.type), None)
    if kind is None or not kind.file:
        why = f"the settings name no file of {version.type}"
        raise BadInput("It is not known where to", why, "Name one: jobyard config pull REF FILE")
    return Path(kind.file)


def default_name(yard: Yard, type: str) -> str:
    """What a config from stdin is called: as the type's file, or its main version; its ending says its form."""
    kind = next((kind for kind in yard.config_kinds() if kind.name == type), ConfigKind(type, ""))
    return Path(kind.file).name or (kind.main.filename if kind.main else "") or f"{type}.yml"


def damage_of(yard: Yard, version: ConfigVersion) -> str:
    """What is wrong with a version's snapshot, or ""."""
    try:
        yard.config_path(version.id)
    except ConfigDamaged as error:
        return error.why
    return ""


def sound(yard: Yard, ref: str) -> bool:
    """Whether a version can be compared with."""
    return not damage_of(yard, yard.config_version(ref))


def checked(yard: Yard, words: tuple[str, ...], type: str | None) -> Iterator[Drift]:
    """What there is to tell of these files and types; of everything if none is named."""
    kinds = {kind.name: kind for kind in yard.config_kinds()}
    if type is not None:
        yard.config_versions(type, limit=1)  # is there such a type?
    if not words and type is None:
        drifts = yard.config_drift()
        told = {drift.main for drift in drifts if drift.state == "damaged"}
        yield from drifts
        for version, why in yard.config_damaged():
            if version.id not in told:
                yield Drift(version.type, "damaged", version.path, version.id, why)
    for word in words or (type or "",)[: type is not None]:
        if isinstance(found := side(word, kinds), Path):
            yield from file_checked(yard, found, type, kinds)
        else:
            yield from yard.config_drift([found])


def file_checked(yard: Yard, path: Path, type: str | None, kinds: dict[str, ConfigKind]) -> Iterator[Drift]:
    """What is wrong with a file, a line each; or that nothing is."""
    known = next((kind.name for kind in kinds.values() if is_file_of(kind, path)), "")
    kind = kinds.get(type or known, ConfigKind("", ""))
    complaints = yard.config_check(path, kind.name)
    yield from (Drift(kind.name, "invalid", str(path), "", why) for why in complaints)
    if not complaints:
        main = kind.main.id if kind.main is not None and not damage_of(yard, kind.main) else ""
        same = bool(main) and yard.config_bytes(main) == path.read_bytes()
        yield Drift(kind.name, "same" if same else "valid", str(path), main, "" if same else "it may become main")
