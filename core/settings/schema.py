"""The JSON Schema of a settings file, out of the table; ``config/schemas/settings.schema.json`` is its output."""

from __future__ import annotations

from typing import Any

from .document import MOST_DECLARED
from .table import CONFIG_KEYS, KEYS, MEMORY_KEYS, QUEUE_KEYS, RESOURCE_KEYS, SECTION_HELP, Key

_TYPES: dict[str, dict[str, Any]] = {
    "duration": {"type": ["number", "string"], "examples": ["90s", "10m", "1h30m", "7d"]},
    "size": {"type": ["integer", "string"], "examples": ["64M", "2G"]},
    "count": {"type": "integer"},
    "factor": {"type": "number"},
    "factor or flag": {"type": ["number", "boolean"]},
    "flag": {"type": "boolean"},
    "choice": {"type": "string"},
    "text": {"type": "string", "maxLength": 10_000},
    "path": {"type": "string", "examples": ["/opt/lab/bin/python"]},
    "class": {"type": "string", "examples": ["lab.station:Station"]},
    "words": {"type": "array", "items": {"type": "string"}},
}


def schema() -> dict[str, Any]:
    """Draft-07. A key without a value (null) counts as not given."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Settings of a jobyard yard (jobyard.yml)",
        **_object(KEYS),
        "properties": {**_properties(KEYS), "queues": _queues(), "resources": _resources(), "configs": _configs()},
    }


def _queues() -> dict[str, Any]:
    return _section("queues", {"additionalProperties": _nullable(_object(QUEUE_KEYS))})


def _resources() -> dict[str, Any]:
    return _section(
        "resources", {"properties": {"mem": _units(MEMORY_KEYS)}, "additionalProperties": _units(RESOURCE_KEYS)}
    )


def _configs() -> dict[str, Any]:
    return _section("configs", {"additionalProperties": _nullable(_object(CONFIG_KEYS))})


def _section(name: str, more: dict[str, Any]) -> dict[str, Any]:
    return {"type": ["object", "null"], "description": SECTION_HELP[name], "maxProperties": MOST_DECLARED, **more}


def _units(keys: tuple[Key, ...]) -> dict[str, Any]:
    """A resource: its capacity alone, or its keys."""
    return {"anyOf": [_property(keys[0]), {**_object(keys), "required": ["capacity"]}]}


def _object(keys: tuple[Key, ...]) -> dict[str, Any]:
    return {"type": "object", "properties": _properties(keys), "additionalProperties": False}


def _properties(keys: tuple[Key, ...]) -> dict[str, Any]:
    return {key.name: _nullable(_property(key)) for key in keys}


def _property(key: Key) -> dict[str, Any]:
    found = {**_TYPES[key.kind], "description": key.help}
    if key.kind in ("count", "factor", "factor or flag"):
        found |= {"minimum": key.least, "maximum": key.most}
    if key.choices:
        found["enum"] = list(key.choices)
    if key.default not in (None, ()):
        found["default"] = list(key.default) if isinstance(key.default, tuple) else key.default
    return found


def _nullable(one: dict[str, Any]) -> dict[str, Any]:
    kind = one["type"]
    more = {"enum": [*one["enum"], None]} if "enum" in one else {}
    return {**one, "type": [*([kind] if isinstance(kind, str) else kind), "null"], **more}
