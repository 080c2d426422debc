"""``config-check``: every setting, queue and resource with its origin, and all that is wrong with the file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, NamedTuple

from ..models import QueueInfo
from ..settings import Loaded, foreign, values
from ..settings.document import EMPTY, Declared
from ..settings.origins import Setting, listed
from ..settings.table import QUEUE_KEYS
from ..store import Store, declared, queues, resources
from . import spack
from .spack import Spack

COLUMNS = tuple(key for key in QUEUE_KEYS if key.name not in ("exclusive", "session"))


class Value(NamedTuple):
    """A value of a queue or resource. ``file`` is what the file says where something else is in force, else ""."""

    name: str
    shown: str
    origin: str
    file: str = ""


class Thing(NamedTuple):
    """A queue (``SESSION/NAME``) or a resource with its values."""

    name: str
    values: tuple[Value, ...]


class Checked(NamedTuple):
    """All of it. ``heard`` are variables of other programs."""

    file: str
    problems: tuple[str, ...]
    settings: tuple[Setting, ...]
    queues: tuple[Thing, ...]
    resources: tuple[Thing, ...]
    configs: tuple[Thing, ...]
    heard: tuple[foreign.Heard, ...]
    spack: Spack


def look(store: Store | None, loaded: Loaded, environ: Mapping[str, str] = os.environ) -> Checked:
    """What holds in the yard; without a store what a file would declare."""
    document = loaded.document or EMPTY
    problems = tuple(problem.text(loaded.file) for problem in loaded.problems)
    if store is None:
        lanes = [_declared_thing("/".join(place), one, loaded.file) for place, one in document.queues.items()]
        units = [_declared_thing(name, one, loaded.file) for name, one in document.resources.items()]
    else:
        lanes = [_queue(one, document.queues.get((one.session, one.name)), loaded.file) for one in queues.every(store)]
        units = [
            _resource(one, document.resources.get(one.name), loaded.file) for one in resources.every(store) if one.given
        ]
    types = [_declared_thing(name, one, loaded.file) for name, one in document.configs.items()]
    return Checked(
        loaded.file, problems, tuple(listed(loaded)), tuple(lanes), tuple(units), tuple(types),
        tuple(foreign.heard(environ)), spack.look(loaded.settings.spack_setup, environ),
    )  # fmt: skip


def _declared_thing(name: str, one: Declared, file: str) -> Thing:
    found = [Value(key, _plain(key, value), f"{file}:{line}") for key, (value, line) in one.values.items()]
    return Thing(name, tuple(found))


def _queue(queue: QueueInfo, one: Declared | None, file: str) -> Thing:
    found = [_lane_value(queue, key.name, one, file) for key in COLUMNS]
    name = queue.name if queue.session == queues.DEFAULT else f"{queue.session}/{queue.name}"
    return Thing(name, tuple(found))


def _lane_value(queue: QueueInfo, key: str, one: Declared | None, file: str) -> Value:
    """A queue's value: by hand, or of the file, or the default."""
    said = one.values.get(key) if one is not None else None
    shown = _plain(key, getattr(queue, key))
    if key in queue.by_hand:
        return Value(key, shown, f"by hand by {queue.by_hand[key]}", _plain(key, said[0]) if said else "")
    if said is not None:
        return Value(key, shown, f"{file}:{said[1]}")
    plain = getattr(queue, key) == declared.defaults()[key] or (key == "paused" and not queue.paused)
    return Value(key, shown, "default" if plain else "set earlier")


def _plain(name: str, value: Any) -> str:
    for key in COLUMNS:
        if key.name == name:
            return values.show(key, value)
    return str(value)


def _resource(one: resources.Resource, said: Declared | None, file: str) -> Thing:
    """A resource's capacity and note."""
    line = said.values["capacity"][1] if said is not None else 0
    shown = resources.units(one.name, one.capacity)
    if one.by_hand is not None:
        in_file = resources.units(one.name, one.declared) if one.declared is not None else ""
        found = [Value("capacity", shown, "by hand", in_file)]
    else:
        found = [Value("capacity", shown, f"{file}:{line}" if line else "this host")]
    if one.note:
        where = said.values["note"][1] if said is not None and "note" in said.values else 0
        found.append(Value("note", one.note, f"{file}:{where}" if where else ""))
    return Thing(one.name, tuple(found))
