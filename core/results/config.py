"""The config that an experiment ran with, as its data file keeps it: the root attribute ``config``, JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import BadFile
from .opening import opened

COMPLEX = "__complex__"


def config_of(path: Path | str) -> dict[str, Any]:
    """The full config, complex numbers as such; empty for a file without one. Raises BadFile."""
    with opened(path) as file:
        return read_config(file)


def read_config(file: Any) -> dict[str, Any]:
    """The same of an open file. Raises BadFile."""
    text = text_of(file.attrs["config"]) if "config" in file.attrs else ""
    if not text:
        return {}
    try:
        found = json.loads(text, object_hook=_revived)
    except (ValueError, RecursionError) as error:
        why = "it is nested too deeply" if isinstance(error, RecursionError) else f"it is no JSON: {error}"
        raise BadFile(f"The config in {file.filename} cannot be read", why, "") from None
    return found if isinstance(found, dict) else {"config": found}


def text_of(value: Any) -> str:
    """The text that an attribute or a dataset holds, whichever kind of string it is."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, str):
        return value
    if hasattr(value, "ravel"):
        return "\n".join(text_of(each) for each in value.ravel().tolist())
    return "" if type(value).__name__ == "Empty" else str(value)


def _revived(found: dict[str, Any]) -> Any:
    if found.get(COMPLEX) is not True:
        return found
    try:
        return complex(found["real"], found["imag"])
    except (KeyError, TypeError, ValueError):
        return found


class Config(dict[str, Any]):
    """A config whose values are had as items and as attributes: ``cfg["expt"]["reps"]``, ``cfg.expt.reps``."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"this config has no {name}") from None

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *(key for key in self if key.isidentifier())]


def nested(value: Any) -> Any:
    """The same with every mapping in it a `Config`, and what JSON cannot say otherwise left alone."""
    if isinstance(value, Mapping):
        return Config((key, nested(inner)) for key, inner in value.items())
    return [nested(inner) for inner in value] if isinstance(value, list) else value
