"""The keys of a job in a file, and the job that they make.

A job is an object of these keys and of the fields of its kind. What is not given comes from a *base*: the job that
the command line describes (queue, folder, environment, …). A key whose value is null counts as not given.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NoReturn

from . import kinds
from .errors import BadInput
from .models import Dependency, JobSpec
from .names import check_name, check_text, check_unique, check_user, split_queue
from .needs import parse_needs, parse_units, wanted
from .states import After
from .text import quoted
from .units import parse_count, parse_duration, parse_factor, parse_priority, parse_time, parse_umask
from .words import nearest

MOST_RETRIES = 1000
TASKS = "Give it to: jobyard run FILE"  # what to do with a task file

Values = dict[str, Any]  # the arguments of a JobSpec


class SpecMaker:
    """Makes jobs out of objects. *now* (seconds since the epoch) is what ``at: +15m`` counts from."""

    def __init__(self, base: JobSpec, now: float) -> None:
        self.base = base
        self.now = now
        self._defaults = base._asdict()

    def make(self, job: Mapping[str, Any]) -> JobSpec:
        """The job that these keys describe. Raises BadInput."""
        values = self._defaults.copy()
        kind, own, check = _known_kind(job.get("kind") or self.base.kind)
        wanted: Values = {}
        for key, value in job.items():
            if value is None:
                continue
            if key in own:
                wanted[key] = value
            elif key in _KEYS:
                _KEYS[key](self, values, value)
            else:
                _unknown(key, kind, own)
        if values["array"] and values["unique"]:
            why = "Only one pending or running job may bear a key, and an array is many"
            raise BadInput("unique and array do not go together", why, "Leave one of them out")
        values["kind"] = kind
        values["fields"] = kinds.Checked(check(wanted or self.base.fields))
        if values["dependencies"]:
            values["dependencies"] = _check_dependencies(values["dependencies"], values["key"], values["name"])
        return JobSpec._make(values.values())  # in the order of the defaults that it was copied from

    def put(self, values: Values, key: str, value: object) -> None:
        """What one key alone says, into the arguments of a JobSpec. Raises BadInput."""
        _KEYS[key](self, values, value)


# -- one function a key, or a few -----------------------------------------------------------------


def _kind(maker: SpecMaker, values: Values, value: object) -> None:
    """Read before all others, because the other keys depend on it."""


def _name(maker: SpecMaker, values: Values, value: object) -> None:
    if not isinstance(value, str):
        _refuse("name", value, "It is not text", "Write it in quotes")
    values["name"] = check_name(value)


def _key(maker: SpecMaker, values: Values, value: object) -> None:
    values["key"] = check_text(_word("key", value), "key")


def _queue(maker: SpecMaker, values: Values, value: object) -> None:
    if not isinstance(value, str):
        _refuse("queue", value, "It is not text", "Write it in quotes")
    values["session"], values["queue"] = split_queue(value, values["session"])


def _session(maker: SpecMaker, values: Values, value: object) -> None:
    if not isinstance(value, str) or not value.strip() or "/" in value:
        _refuse("session", value, "It should be the name of a session", "See: jobyard session list")
    values["session"] = value


def _priority(maker: SpecMaker, values: Values, value: object) -> None:
    values["priority"] = parse_priority(value)


def _user(maker: SpecMaker, values: Values, value: object) -> None:
    values["user"] = check_user(_word("user", value))


def _after(after: After, key: str) -> Callable[[SpecMaker, Values, object], None]:
    def put(maker: SpecMaker, values: Values, value: object) -> None:
        parents = value if isinstance(value, list) else [value]
        values["dependencies"] += tuple([Dependency(_word(key, parent), after) for parent in parents])

    return put


def _duration(attribute: str, what: str, least: float) -> Callable[[SpecMaker, Values, object], None]:
    def put(maker: SpecMaker, values: Values, value: object) -> None:
        seconds = parse_duration(value, what)
        if seconds < least:
            _refuse(what, value, "It has to be longer than nothing", "Leave it out for none")
        values[attribute] = seconds

    return put


def _flag(attribute: str, key: str) -> Callable[[SpecMaker, Values, object], None]:
    def put(maker: SpecMaker, values: Values, value: object) -> None:
        if not isinstance(value, bool):
            _refuse(key, value, "It is either true or false")
        values[attribute] = value

    return put


def _retries(maker: SpecMaker, values: Values, value: object) -> None:
    values["retries"] = parse_count(value, "number of retries", most=MOST_RETRIES)


def _retry_factor(maker: SpecMaker, values: Values, value: object) -> None:
    values["retry_factor"] = parse_factor(value)


def _need(name: str) -> Callable[[SpecMaker, Values, object], None]:
    def put(maker: SpecMaker, values: Values, value: object) -> None:
        values["needs"] = wanted({**values["needs"], name: parse_units(name, value)})

    return put


def _needs(maker: SpecMaker, values: Values, value: object) -> None:
    values["needs"] = wanted({**values["needs"], **parse_needs(value)})


def _configs(maker: SpecMaker, values: Values, value: object) -> None:
    wishes = parse_configs(value)
    files = {type: os.path.join(maker.base.cwd, wish) for type, wish in wishes.items() if is_config_file(wish)}
    values["configs"] = {**(values["configs"] or {}), **wishes, **files}


def parse_configs(value: object) -> dict[str, str]:
    """Versions of configs by type: ``{"hardware_config": ""}``, a list of such texts as parse_config's, or one."""
    if isinstance(value, Mapping):
        for type, wish in value.items():
            if not isinstance(type, str) or not isinstance(wish, str) or "\0" in wish:
                _refuse("configs", value, "It is not texts by type", _CONFIGS)
        return dict(value)
    texts = value if isinstance(value, list) else [value]
    return dict(parse_config(text) for text in texts)


def is_config_file(wish: str) -> bool:
    """Whether that stands for a file: neither for the main version nor for the id of one."""
    return bool(wish) and not wish.upper().startswith("CFG-")


def parse_config(value: object) -> tuple[str, str]:
    """(type, wish) of ``TYPE``, ``TYPE=VERSION`` or ``TYPE=FILE``; "" is the main version. Raises BadInput."""
    if not isinstance(value, str) or "\0" in value:
        _refuse("config", value, "It is not text", _CONFIGS)
    type, equals, wish = value.partition("=")
    if not type or (equals and not wish):
        _refuse("config", value, "A type, or what stands for one, is missing", _CONFIGS)
    return type.strip(), wish


_CONFIGS = "Write it like hardware_config, hardware_config=CFG-HW-20261122-00001 or hardware_config=FILE"


def _unique(maker: SpecMaker, values: Values, value: object) -> None:
    values["unique"] = check_unique(_word("unique", value))


def _array(maker: SpecMaker, values: Values, value: object) -> None:
    from .indexes import parse_array

    text = str(value)
    parse_array(f"1{text}" if text.startswith("%") else value)  # %10 alone: of all points of a sweep
    values["array"] = text


def _on_end(maker: SpecMaker, values: Values, value: object) -> None:
    if not isinstance(value, str):
        _refuse("on_end", value, "It is not text", "Write a line for the shell")
    values["on_end"] = check_text(value, "on_end")


def _umask(maker: SpecMaker, values: Values, value: object) -> None:
    values["umask"] = parse_umask(value)


def _at(maker: SpecMaker, values: Values, value: object) -> None:
    values["not_before"] = parse_time(value, maker.now)


def _path(attribute: str) -> Callable[[SpecMaker, Values, object], None]:
    def put(maker: SpecMaker, values: Values, value: object) -> None:
        if not isinstance(value, str) or not value or "\0" in value:
            _refuse(attribute, value, "It is not a path")
        values[attribute] = os.path.join(maker.base.cwd, value)

    return put


def _env(maker: SpecMaker, values: Values, value: object) -> None:
    if not isinstance(value, Mapping):
        raise BadInput(
            "The env cannot be used", "It is not an object of names and texts", 'Write it like {"NAME": "text"}'
        )
    values["env"] = {**maker.base.env, **dict(_variable(*item) for item in value.items())}


_KEYS: dict[str, Callable[[SpecMaker, Values, Any], None]] = {
    "kind": _kind,
    "name": _name,
    "key": _key,
    "session": _session,
    "queue": _queue,
    "priority": _priority,
    "user": _user,
    "after": _after(After.OK, "after"),
    "after_any": _after(After.ANY, "after_any"),
    "after_fail": _after(After.FAIL, "after_fail"),
    "time_limit": _duration("time_limit", "time limit", 0.001),
    "estimate": _duration("estimate", "estimate", 0.0),
    "retries": _retries,
    "retry_delay": _duration("retry_delay", "retry delay", 0.0),
    "retry_factor": _retry_factor,
    "retry_max": _duration("retry_most", "longest retry delay", 0.0),
    "idempotent": _flag("idempotent", "idempotent"),
    "at": _at,
    "hold": _flag("held", "hold"),
    "cwd": _path("cwd"),
    "env": _env,
    "umask": _umask,
    "stdin": _path("stdin"),
    "cpus": _need("cpus"),
    "mem": _need("mem"),
    "gpus": _need("gpus"),
    "needs": _needs,
    "unique": _unique,
    "array": _array,
    "on_end": _on_end,
    "configs": _configs,
}

KEYS = tuple(_KEYS)

_ARGUMENTS: dict[str, tuple[str, ...]] = {
    "queue": ("session", "queue"),
    "after": ("dependencies",),
    "after_any": ("dependencies",),
    "after_fail": ("dependencies",),
    "retry_max": ("retry_most",),
    "at": ("not_before",),
    "hold": ("held",),
    "cpus": ("needs",),
    "mem": ("needs",),
    "gpus": ("needs",),
    "command": ("fields",),
}


def arguments(key: str) -> tuple[str, ...]:
    """Which arguments of a JobSpec a key sets; options of the command line and fields of forms have its name too."""
    return _ARGUMENTS.get(key, (key,))


# -- helpers --------------------------------------------------------------------------------------


@cache
def _own_keys(kind: str) -> frozenset[str]:
    return frozenset(field.name for field in kinds.get(kind).fields)


def _known_kind(name: object) -> tuple[str, frozenset[str], Callable[[Mapping[str, Any]], Mapping[str, Any]]]:
    """The kind's name, its own keys and its check."""
    if not isinstance(name, str):
        _refuse("kind", name, "It is not text", f"The kinds are {', '.join(kinds.names())}")
    return _kind_parts(name)


@cache
def _kind_parts(name: str) -> tuple[str, frozenset[str], Callable[[Mapping[str, Any]], Mapping[str, Any]]]:
    return name, _own_keys(name), kinds.get(name).check


def _unknown(key: object, kind: str, own: frozenset[str]) -> NoReturn:
    what = f"A job has no key {quoted(key)}"
    if key == "tasks":
        raise BadInput("This is a task file, not a file of jobs", "", TASKS)
    for other in kinds.names():
        if key in _own_keys(other):
            raise BadInput(
                f"The key {quoted(key)} is none of kind {kind}", f"It belongs to kind {other}", f'Add "kind": "{other}"'
            )
    near = nearest(str(key), [*_KEYS, *own])
    known = f"The keys are {', '.join([*sorted(own), *_KEYS])}"
    raise BadInput(what, "" if near else known, f'Did you mean "{near}"?' if near else "")


def _word(key: str, value: object) -> str:
    """A text that is not empty; integers, which YAML makes of 17, are taken as written."""
    if isinstance(value, str) and value:
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    _refuse(key, value, "It is not text", 'Write ids, names or keys, like "last" or ["a", "b"]')


def _variable(name: object, value: object) -> tuple[str, str]:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(name, str) or not name or "=" in name or "\0" in name:
        _refuse("name of a variable", name, "It has to be text without =")
    if not isinstance(value, str) or not _fits_environment(value):  # never quoted: it may be a secret
        raise BadInput(f"The variable {quoted(name)} cannot be used", "Its value is not text", "Write it in quotes")
    if not _fits_environment(name):
        _refuse("name of a variable", name, "It is not text")
    return name, value


def _fits_environment(text: str) -> bool:
    try:
        return b"\0" not in os.fsencode(text)
    except UnicodeEncodeError:
        return False


def _check_dependencies(wishes: tuple[Dependency, ...], key: str, name: str) -> tuple[Dependency, ...]:
    """The wishes, each once. Refuses a job that waits for itself."""
    for wish in wishes:
        if wish.parent in (key, name):
            raise BadInput(f"The job {quoted(wish.parent)} waits for itself", "It would never start", "Remove that")
    return wishes if len(wishes) == 1 else tuple(dict.fromkeys(wishes))


def _refuse(what: str, value: object, why: str, todo: str = "") -> NoReturn:
    raise BadInput(f"The {what} {quoted(value)} cannot be used", why, todo)
