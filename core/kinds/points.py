"""Sweeps of experiments: many jobs in one submit, each with the values of its point in its config.

A job that asks for one has ``sweep``: ``{"axes": [[KEY, [VALUE, …]], …], "zip": false}``. The jobs that it becomes have
``swept`` instead, ``{KEY: VALUE}``, which says again what their config has at these keys, for lists and searches.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .. import dotted, sweeps
from ..errors import BadInput
from ..indexes import fill
from ..lazy import LazyModule
from ..sweeps import Axis, Sweep
from ..text import quoted
from . import asjson
from .base import Checked

if TYPE_CHECKING:
    from .. import axes
else:  # whose numbers take 5 ms to import
    axes = LazyModule("jobyard.core.axes")

LARGEST = 256 << 20  # bytes of all configs of a sweep together
EXAMPLE = 'Write it like {"axes": {"amp": "0:1:11", "freq": [4.8, 4.9]}}; "zip": true goes through them together'

Fields = Mapping[str, Any]


def checked(fields: Fields, config: Fields, check: Callable[[Any], object]) -> dict[str, Any]:
    """What *fields* say of a sweep, as it is stored; *config* is theirs, checked. Raises BadInput.

    *check* refuses a config that a job may not have.
    """
    sweep = of(fields)
    if sweep is None:
        return _swept(fields.get("swept"), config)
    if fields.get("swept"):
        raise BadInput("sweep and swept do not go together", "A job of a sweep is none itself", "Leave one of them out")
    _check_sizes(config, sweep, check)
    return {"sweep": {"axes": [[key, list(values)] for key, values in sweep.axes], "zip": sweep.zipped}}


def _check_sizes(config: Fields, sweep: Sweep, check: Callable[[Any], object]) -> None:
    """Refuse a sweep whose largest config no job may have, or which has too much of them together."""
    sizes = [[len(json.dumps(value)) for value in values] for _, values in sweep.axes]
    longest = {key: values[its.index(max(its))] for (key, values), its in zip(sweep.axes, sizes, strict=True)}
    check(_laid(config, longest))
    size = len(json.dumps(config)) * sweep.size + sum(sum(its) * (sweep.size // len(its)) for its in sizes)
    if size > LARGEST:
        why = f"The configs of its {sweep.size:,} jobs have {size:,} bytes together, and {LARGEST:,} are the limit"
        raise BadInput("The sweep cannot be used", why, "Put large tables into a file and name that")


def of(fields: Fields) -> Sweep | None:
    """The sweep that *fields* ask for. Raises BadInput."""
    given = fields.get("sweep")
    if given is None:
        return None
    if isinstance(fields, Checked):
        return Sweep(tuple((key, values) for key, values in given["axes"]), given["zip"])
    if not isinstance(given, Mapping):
        raise BadInput(f"The sweep {quoted(given)} cannot be used", "It is no object", EXAMPLE)
    if unknown := [key for key in given if key not in ("axes", "zip")]:
        raise BadInput("The sweep cannot be used", f"It has no {quoted(unknown[0])}", EXAMPLE)
    zipped = given.get("zip", False)
    if not isinstance(zipped, bool):
        raise BadInput(f"The zip {quoted(zipped)} cannot be used", "It is either true or false", EXAMPLE)
    return sweeps.checked([*_axes(given.get("axes"))], zipped)


def _axes(given: Any) -> Iterable[Axis]:
    """The axes, by key or as pairs; values may be written as on the command line: ``"0:1:11"``."""
    pairs = given.items() if isinstance(given, Mapping) else given
    if not isinstance(given, (Mapping, list, tuple)) or not all(isinstance(pair, (list, tuple)) for pair in pairs):
        raise BadInput("The sweep cannot be used", "Its axes are no values by key", EXAMPLE)
    for pair in pairs:
        if len(pair) != 2 or not isinstance(pair[0], str):
            raise BadInput("The sweep cannot be used", f"{quoted(list(pair))} is no key with its values", EXAMPLE)
        yield _axis(*pair)


def _axis(key: str, values: Any) -> Axis:
    if isinstance(values, str):
        return key, axes.parse_values(values, f"{key}={values}")
    plain = asjson.plain_object({key: values}, "sweep")[key]
    if not isinstance(plain, list):
        why = f"Its axis {quoted(key)} has {quoted(plain)}, which is no list of values"
        raise BadInput("The sweep cannot be used", why, EXAMPLE)
    return key, plain


def _swept(given: Any, config: Fields) -> dict[str, Any]:
    """A job's point: its keys as they were given, its values as its config has them now."""
    if not given:
        return {}
    keys: Sequence[Any] = list(given) if isinstance(given, (Mapping, list, tuple)) else []
    if not keys or not all(isinstance(key, str) for key in keys):
        raise BadInput(f"The swept {quoted(given)} cannot be used", "It is no object of values by key", "Leave it out")
    found = {key: dotted.get(config, key) for key in keys if dotted.has(config, key)}
    return {"swept": found} if found else {}


# -- the jobs of an array -------------------------------------------------------------------------------


def element(fields: Fields, index: int) -> Fields:
    """*fields* with the point of this index, and the index wherever a text of their config has ``{i}``."""
    sweep = of(fields)
    config = fields.get("config", {})
    point = sweep.point(index - 1) if sweep else {}
    its = _filled(_laid(config, point), index)
    if not point and its == config:
        return fields
    rest = {key: value for key, value in fields.items() if key != "sweep"}
    keys = point or fields.get("swept", {})
    return Checked({**rest, "config": its, **_swept(keys, its)})


def again(fields: Fields, before: Fields, index: int) -> Fields:
    """Checked *fields* for an element that had *before*: its point stays. Raises BadInput for another sweep."""
    if "sweep" in fields:
        raise BadInput("The sweep cannot be another one", "The jobs keep their points", "Submit a new one instead")
    point = before.get("swept", {})
    return element(Checked({**fields, "config": _laid(fields.get("config", {}), point), **_keys(point)}), index)


def whole(fields: Fields, elements: Sequence[Fields]) -> Fields:
    """*fields* with the sweep that the points of these jobs make, as far as they make one."""
    seen: dict[str, dict[str, Any]] = {}
    for one in elements:
        for key, value in one.get("swept", {}).items():
            seen.setdefault(key, {}).setdefault(json.dumps(value), value)
    if not seen:
        return fields
    found = [[key, list(values.values())] for key, values in seen.items()]
    zipped = math.prod(len(values) for _, values in found) != len(elements)
    return {**fields, "sweep": {"axes": found, "zip": zipped}}


def _keys(point: Fields) -> dict[str, Any]:
    return {"swept": point} if point else {}


def _laid(config: Fields, point: Fields) -> dict[str, Any]:
    """The config with the values of a point. Raises BadInput where one lies in something that is no object."""
    whole = dict(config)
    for key, value in point.items():
        dotted.put(whole, dotted.parts_of(key), value, key)
    return whole


def _filled(value: Any, index: int) -> Any:
    if isinstance(value, str):
        return fill(value, index)
    if isinstance(value, dict):
        return {key: _filled(one, index) for key, one in value.items()}
    if isinstance(value, list):
        return [_filled(one, index) for one in value]
    return value


# -- for people -----------------------------------------------------------------------------------------


def told(fields: Fields) -> dict[str, str]:
    """What is swept, by key, as a line says it: ``amp=0.3`` of a point, ``amp=0:1:11`` of a whole sweep."""
    given = fields.get("sweep")
    if not given:
        return {key: sweeps.told({key: value}) for key, value in fields.get("swept", {}).items()}
    found = {key: axes.spelled((key, values)) for key, values in given["axes"]}
    return {**found, "": "zipped"} if given["zip"] and len(found) > 1 else found
