"""What the file said when it was read last, as JSON beside it: YAML is parsed once for each edit, not by each command.

``run/settings.json`` belongs to the owner of the yard; whoever may not write it does without. It also is the last
good version, which holds while the file cannot be used.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .. import modes
from .document import Declared, Document
from .table import BY_NAME

RECENT = 0.1  # seconds: a file changed so lately may change again without its times saying so

Mark = list[int]  # of a file's state: times, size, inode


def mark(found: os.stat_result) -> Mark:
    """What differs when the file is another one, or has been written."""
    return [found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino]


def path(home: Path) -> Path:
    """Where it lies."""
    return home / "run" / "settings.json"


def load(home: Path) -> tuple[Mark, Document] | None:
    """What is there: the state of the file that it is of, and what that said."""
    try:
        data = json.loads(path(home).read_bytes())
        return data["mark"], _document(data)
    except (OSError, ValueError, TypeError, KeyError):
        return None


def save(home: Path, found: Mark, document: Document, now: Callable[[], float] = time.time) -> None:
    """Keep it, unless the file is so young that its times could lie."""
    if now() - max(found[:2]) / 1e9 < RECENT:
        found = []  # the last good version all the same
    partial = path(home).with_suffix(f".{os.getpid()}.part")
    with contextlib.suppress(OSError):
        fd = modes.open_file(partial, os.O_EXCL | os.O_WRONLY)
        with os.fdopen(fd, "w") as file:
            json.dump({"mark": found, **_plain(document)}, file)
        os.replace(partial, path(home))


def _plain(document: Document) -> dict[str, Any]:
    queues = [[*place, declared.line, declared.values] for place, declared in document.queues.items()]
    resources = [[name, declared.line, declared.values] for name, declared in document.resources.items()]
    configs = [[name, declared.line, declared.values] for name, declared in document.configs.items()]
    sections = {"queues": queues, "resources": resources, "configs": configs}
    return {"values": document.values, **sections, "digest": document.digest}


def _document(data: dict[str, Any]) -> Document:
    """Raises KeyError for a setting that this version does not know: another version has written it."""
    queues = {(session, name): Declared(line, _placed(found)) for session, name, line, found in data["queues"]}
    resources = {name: Declared(line, _placed(found)) for name, line, found in data["resources"]}
    configs = {name: Declared(line, _placed(found)) for name, line, found in data["configs"]}
    found = _placed(data["values"])
    if not found.keys() <= BY_NAME.keys():
        raise KeyError
    return Document(found, queues, resources, configs, str(data["digest"]))


def _placed(found: dict[str, Any]) -> dict[str, Any]:
    return {key: (tuple(value) if isinstance(value, list) else value, line) for key, (value, line) in found.items()}
