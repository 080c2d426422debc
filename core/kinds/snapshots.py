"""A config's snapshot as the JSON that an experiment is given: read, compared with its checksum, parsed once.

The lab's interpreter need not have a YAML parser, and every experiment of a day runs with the same few versions.
"""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from datetime import date
from pathlib import Path
from typing import Any

from ..configs import documents
from ..configs.yamltree import Unreadable
from ..errors import BadInput
from ..labmodels import ConfigLink
from ..text import visible

KEPT = 8  # configs that are remembered
TODO = "Push one that is right: jobyard config push"

_known: dict[str, str] = {}  # by checksum
_parsing = threading.Lock()  # of several threads one parses, the others find it done


def as_json(link: ConfigLink) -> str:
    """The snapshot's tree as JSON. Raises BadInput when it is gone, was changed, or cannot be parsed."""
    data = _bytes(link)
    if hashlib.sha256(data).hexdigest() != link.checksum:
        why = f"{visible(link.path)} is not what was pushed: its checksum is another"
        raise BadInput(f"{link.version} is damaged and is not used", why, "Push the config anew: jobyard config push")
    with _parsing:
        return _parsed(link.checksum, Path(link.path).name, link.version, data)


def _bytes(link: ConfigLink) -> bytes:
    try:
        return Path(link.path).read_bytes()
    except OSError as error:
        why = f"{visible(link.path)}: {error.strerror}"
        raise BadInput(f"{link.version} cannot be read", why, "Push the config anew: jobyard config push") from None


def _parsed(checksum: str, name: str, version: str, data: bytes) -> str:
    found = _known.get(checksum)
    if found is None:
        try:
            tree = documents.read(data, name)
        except Unreadable as error:
            raise BadInput(f"{version} cannot be used", error.text(), TODO) from None
        if not isinstance(tree, dict):
            raise BadInput(f"{version} cannot be used", "It has no keys and values", TODO)
        found = json.dumps(_plain(tree), separators=(",", ":"))
        if len(_known) >= KEPT:
            _known.clear()
        _known[checksum] = found
    return found


def _plain(node: Any) -> Any:
    """A YAML tree as Python's JSON has it: keys are texts, dates and bytes are written out, Infinity stays."""
    if isinstance(node, dict):
        return {_key(key): _plain(one) for key, one in node.items()}
    if isinstance(node, (list, tuple, set, frozenset)):
        return [_plain(one) for one in node]
    if isinstance(node, float):
        return float(node)
    if isinstance(node, date):
        return node.isoformat()
    if isinstance(node, bytes):
        return base64.b64encode(node).decode()
    return node


def _key(key: Any) -> str:
    return key if isinstance(key, str) else json.dumps(key, default=str)
