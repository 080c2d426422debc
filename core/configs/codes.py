"""Types of configs by name and code: ``hardware_config`` is HW, so that its versions are ``CFG-HW-…``."""

from __future__ import annotations

from collections.abc import Mapping

from ..errors import Unknown
from ..text import quoted
from ..words import nearest


def find(name: str, codes: Mapping[str, str]) -> str:
    """The code of a type. Raises Unknown, with the nearest."""
    if name in codes:
        return codes[name]
    near = nearest(name, codes)
    raise Unknown(
        f"There is no type of config {quoted(name)}",
        f"the nearest is {near}" if near else f"the types are {', '.join(codes)}",
        "See: jobyard config types; one of your own comes with a section configs of the settings",
    )


def variable(name: str) -> str:
    """The variable that tells a job where its config is: JOBYARD_CONFIG_HARDWARE_CONFIG."""
    return f"JOBYARD_CONFIG_{name.upper()}"
