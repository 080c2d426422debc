"""Types of configs: four that a lab has from the start, and those that ``configs:`` declares."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import BadInput
from ..labmodels import ConfigKind
from ..text import quoted

if TYPE_CHECKING:
    from .document import Declared


BUILT_IN: Mapping[str, str] = {
    "hardware_config": "HW",
    "multiphoton_config": "MP",
    "floquet_storage_swap": "FL",
    "man1_storage_swap": "M1",
}
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}", re.ASCII)  # a folder's name, and part of a variable's
_CODE = re.compile(r"[A-Z][A-Z0-9]{1,3}", re.ASCII)


def check_name(name: str) -> str:
    """A name for a type. Raises BadInput."""
    if not _NAME.fullmatch(name):
        what = f"{quoted(name)} cannot name a type of config"
        raise BadInput(what, "It is made of small letters, digits and _, a letter first", "Choose another name")
    return name


def check_code(code: str) -> str:
    """A code for a type. Raises BadInput."""
    if not _CODE.fullmatch(code):
        what = f"{quoted(code)} cannot be the code of a type of config"
        raise BadInput(what, "It is made of 2 to 4 capitals and digits, a letter first", "Write it like HW")
    return code


def check_path(text: str, what: str) -> str:
    """A file's path, absolute or from the folder of jobyard.yml on. Raises BadInput."""
    if text.startswith("~"):
        raise BadInput(f"The {what} {quoted(text)} cannot be used", "~ is another folder for everybody", "Write it out")
    return text


def kinds(declared: Mapping[str, Declared], folder: Path) -> dict[str, ConfigKind]:
    """All types by name, the built-in ones first; their paths absolute, relative ones being below *folder*."""
    found = {name: ConfigKind(name, code) for name, code in BUILT_IN.items()}
    for name, one in declared.items():
        said = {key: str(value) for key, (value, _) in one.values.items()}
        file, schema = (os.path.normpath(folder / said[key]) if said.get(key) else "" for key in ("file", "schema"))
        found[name] = ConfigKind(name, BUILT_IN.get(name) or said["code"], file, schema)
    return found
