"""Settings from the environment: our own variables, and those of the programs that jobyard takes the place of.

A value of ours that cannot be used is an error. A foreign one may belong to a program that is still there: it is
left out, and ``config-check`` tells.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ..errors import BadInput
from . import values
from .foreign import FOREIGN, Foreign
from .table import BY_NAME, KEYS

OURS = "JOBYARD_"


class Given(NamedTuple):
    """A value and the variable that gives it."""

    value: Any
    variable: str


class Heard(NamedTuple):
    """A foreign variable that is set: what has become of it, in a few words."""

    variable: str
    program: str
    key: str  # "" where it means nothing here
    fate: str


def read(environ: Mapping[str, str]) -> dict[str, Given]:
    """The settings that the environment gives. Raises BadInput that names the variable."""
    found = {key: given for key, given, _ in _foreign(environ) if given is not None}
    for key in KEYS:
        text = environ.get(key.variable)
        if text is not None:
            try:
                found[key.name] = Given(values.parse(key, text), key.variable)
            except BadInput as error:
                raise BadInput(f"{key.variable}: {error.what}", error.why, error.todo) from None
    return found


def heard(environ: Mapping[str, str]) -> list[Heard]:
    """What has become of every foreign variable that is set."""
    ours = read(environ)
    found = [_dead(one, name) for one, name in _set(environ) if not one.key]
    for key, given, told in _foreign(environ):
        if given is not None and ours[key].variable != given.variable:
            told = told._replace(fate=f"{ours[key].variable} comes before it")
        found.append(told)
    return found


def _dead(one: Foreign, name: str) -> Heard:
    return Heard(name, one.program, "", f"is not needed: {one.note}")


def _set(environ: Mapping[str, str]) -> Iterator[tuple[Foreign, str]]:
    for one in FOREIGN:
        for name in (one.name, OURS + one.name):
            if name in environ:
                yield one, name


def _foreign(environ: Mapping[str, str]) -> Iterator[tuple[str, Given | None, Heard]]:
    """Each foreign variable that stands for a setting, in the order in which a later one wins."""
    for one, name in _set(environ):
        if one.key:
            try:
                value = values.parse(BY_NAME[one.key], environ[name])
            except BadInput as error:
                yield one.key, None, Heard(name, one.program, one.key, f"is left out: {error.line()}")
            else:
                yield one.key, Given(value, name), Heard(name, one.program, one.key, f"taken for {one.key}")
