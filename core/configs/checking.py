"""What is wrong with a config: its form, its JSON Schema if its type has one, and what we ourselves need of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import JobyardError
from ..text import one_line, quoted, visible
from . import documents, snapshots
from .structural import where
from .yamltree import Unreadable

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

MOST = 20  # complaints
HARDWARE = "hardware_config"  # the type whose data_management.output_root says where data go


def complaints(data: bytes, name: str, type: str = "", schema: str = "") -> list[str]:
    """What is wrong with the bytes of a file called *name*, at most 20 lines; *schema* is the path of a JSON Schema.

    A file of a form that we do not know is fine, unless its type needs its values.
    """
    if not documents.form(name) and not schema and type != HARDWARE:
        return []
    try:
        tree = documents.read(data, name)
    except Unreadable as error:
        return [error.text()]
    found = [*_needed(type, tree), *_by_schema(data, name, tree, schema)]
    return found[:MOST]


# -- what we need -----------------------------------------------------------------------------------------


def _needed(type: str, tree: Any) -> Iterator[str]:
    """An experiment gets the hardware config as a mapping, and its data go where that says."""
    if type != HARDWARE:
        return
    if not isinstance(tree, dict):
        yield f"it is {_kind_of(tree)}, and a {HARDWARE} is a mapping: keys with values"
        return
    management = tree.get("data_management")
    if management is not None and not isinstance(management, dict):
        yield f"data_management is {_kind_of(management)}, and has to be a mapping"
    root = management.get("output_root") if isinstance(management, dict) else None
    if root is not None and (not isinstance(root, str) or not root.strip() or "\0" in root):
        yield f"data_management.output_root is {_kind_of(root)}, and has to be the path of a folder"


def _kind_of(value: Any) -> str:
    if value is None:
        return "empty"
    if isinstance(value, str):
        return f"the text {quoted(value)}"
    return "a mapping" if isinstance(value, dict) else "a list" if isinstance(value, list) else f"{value}"


# -- the schema -------------------------------------------------------------------------------------------


def _by_schema(data: bytes, name: str, tree: Any, schema: str) -> list[str]:
    if not schema:
        return []
    try:
        rules = documents.read(b"".join(snapshots.pieces(Path(schema))), schema)
    except JobyardError as error:  # no plain file might never end, or hang
        cause = error.__cause__
        why = cause.strerror if isinstance(cause, OSError) else error.why or error.what
        return [f"its schema {visible(schema)} cannot be read: {why}"]
    except Unreadable as error:
        return [f"its schema {visible(schema)} cannot be used: {error.text()}"]
    if not isinstance(rules, (dict, bool)):
        return [f"its schema {visible(schema)} is no JSON Schema: it has to be a mapping"]
    try:
        errors = _errors(tree, rules)
    except Exception as wrong:  # what a strange schema makes jsonschema raise: bad patterns, references, recursion
        return [f"its schema {visible(schema)} cannot be used: {_short(str(wrong))}"]
    lines = documents.lines(data, name, [list(error.absolute_path) for error in errors])
    return [_told(error, line) for error, line in sorted(zip(errors, lines, strict=True), key=lambda one: one[1])]


def _errors(tree: Any, rules: Any) -> list[ValidationError]:
    """The first errors. References to other files or hosts are not followed."""
    from itertools import islice

    from jsonschema import Draft202012Validator, validators
    from referencing import Registry

    kind = validators.validator_for(rules, default=Draft202012Validator)
    kind.check_schema(rules)
    return list(islice(kind(rules, registry=Registry()).iter_errors(as_json(tree)), MOST))


def _told(error: ValidationError, line: int) -> str:
    path = where(tuple(("index" if isinstance(hop, int) else "key", hop) for hop in error.absolute_path))
    place = f"line {line}: " if line else ""
    return f"{place}{'' if path == '.' else visible(path) + ': '}{_short(error.message)}"


def _short(message: str) -> str:
    return one_line(" ".join(message.split()), 200)


def as_json(node: Any) -> Any:
    """A tree as JSON has it: keys are texts, so are dates."""
    if isinstance(node, Mapping):
        return {key if isinstance(key, str) else str(as_json(key)): as_json(one) for key, one in node.items()}
    if isinstance(node, Sequence) and not isinstance(node, (str, bytes)):
        return [as_json(one) for one in node]
    return node.isoformat() if isinstance(node, date) else node
