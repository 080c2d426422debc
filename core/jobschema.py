"""The keys of a job in a file (`jobkeys`) as a JSON Schema."""

from __future__ import annotations

from typing import Any

from . import kinds
from .jobkeys import MOST_RETRIES

_TEXT = {"type": "string"}
_SPAN = {"type": ["number", "string"], "description": "Seconds, or like 90s, 10m, 1h30m, 2d"}
_UNITS: dict[str, Any] = {"type": ["integer", "string"], "minimum": 0}
_WISHES = {"anyOf": [_TEXT, {"type": "array", "items": _TEXT}], "description": "Ids, names, or keys of this file"}
_SCHEMAS: dict[str, dict[str, Any]] = {
    "name": {"type": "string", "maxLength": 255},
    "key": {"type": "string", "description": "What other jobs of the file call this one"},
    "session": _TEXT,
    "queue": {"type": "string", "description": "QUEUE or SESSION/QUEUE"},
    "priority": {"type": ["integer", "string"], "description": "Higher starts first; or high, medium, low"},
    "user": {"type": "string", "description": "Whose it is, for lists; the history tells who submitted it"},
    "after": _WISHES,
    "after_any": _WISHES,
    "after_fail": _WISHES,
    "time_limit": _SPAN,
    "estimate": _SPAN,
    "retries": {"type": "integer", "minimum": 0, "maximum": MOST_RETRIES},
    "retry_delay": _SPAN,
    "retry_factor": {"type": "number", "minimum": 1, "description": "The delay grows by it with every attempt"},
    "retry_max": {**_SPAN, "description": "The longest delay between attempts"},
    "idempotent": {"type": "boolean", "description": "Whether it may be run again when its outcome is lost"},
    "at": {"type": "string", "description": "ISO 8601, or like 22:00 or +15m"},
    "hold": {"type": "boolean"},
    "cwd": {"type": "string", "description": "Its folder"},
    "env": {"type": "object", "additionalProperties": {"type": ["string", "integer"]}},
    "umask": {"type": "string", "description": 'Octal digits, like "027"'},
    "stdin": {"type": "string", "description": "A file"},
    "cpus": {**_UNITS, "description": "Cores of the host"},
    "mem": {**_UNITS, "description": "Memory: bytes, or like 512M, 2G"},
    "gpus": {**_UNITS, "description": "GPUs; the job is told which"},
    "needs": {
        "anyOf": [{"type": "object", "additionalProperties": _UNITS}, _TEXT, {"type": "array", "items": _TEXT}],
        "description": 'Units of resources: {"qick": 1} or ["qick", "laser=2"]',
    },
    "unique": {"type": ["string", "integer"], "description": "Only one pending or running job may bear this key"},
    "array": {
        "type": ["string", "integer"],
        "description": "A job for each index: 1-100, 1,5,9-20, 0-100:10; 1-100%10 for at most 10 at a time",
    },
    "configs": {
        "anyOf": [{"type": "object", "additionalProperties": _TEXT}, _TEXT, {"type": "array", "items": _TEXT}],
        "description": "Versions of configs by type: a version, a file, or nothing for the main version",
    },
    "on_end": {"type": "string", "description": "A line for the shell that gets the ended job's JSON"},
}


def schema() -> dict[str, Any]:
    """The JSON Schema (draft-07) of one job of a file, with the fields of every kind."""
    own = {key: value for name in kinds.names() for key, value in kinds.get(name).schema()["properties"].items()}
    kind = {"enum": list(kinds.names()), "default": "exec"}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "properties": {"kind": kind, **own, **_SCHEMAS},
        "additionalProperties": False,
        "allOf": [_rule(name) for name in kinds.names()],
    }


def _rule(name: str) -> dict[str, Any]:
    """A job of this kind (exec where none is given) has what the kind requires."""
    is_it: dict[str, Any] = {"properties": {"kind": {"const": name}}}
    if name != "exec":
        is_it["required"] = ["kind"]
    return {"if": is_it, "then": {"required": kinds.get(name).schema()["required"]}}
