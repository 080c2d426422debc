"""Every setting with its value and where that comes from, as ``config-check`` prints it."""

from __future__ import annotations

from typing import Any, NamedTuple

from . import values
from .reading import Loaded
from .table import KEYS


class Setting(NamedTuple):
    """One of them. ``shown`` is the value as people write it; ``origin`` like ``default``, ``jobyard.yml:12``."""

    name: str
    value: Any
    shown: str
    origin: str
    live: bool
    help: str


def listed(loaded: Loaded) -> list[Setting]:
    """All settings, in the order of the table."""
    return [
        Setting(
            key.name, value := getattr(loaded.settings, key.name), values.show(key, value), origin(loaded, key.name),
            key.live, key.help,
        )
        for key in KEYS
    ]  # fmt: skip


def origin(loaded: Loaded, name: str) -> str:
    """Where a setting's value comes from."""
    if name in loaded.given:
        return f"environment {loaded.given[name].variable}"
    if loaded.document is not None and name in loaded.document.values:
        return f"{loaded.file}:{loaded.document.values[name][1]}"
    return "default"
