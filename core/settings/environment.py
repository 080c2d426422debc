"""Settings from the environment: our own variables, and those of the programs that jobyard takes the place of.

A value of ours that cannot be used is an error. A foreign one may belong to a program that is still there: it is
left out, and ``config-check`` tells (:mod:`.foreign`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ..errors import BadInput
from .table import KEYS, Key

OURS = "JOBYARD_"
FOREIGN = ("EXECUTR_", "JOB_TIMEOUT_", "MAX_WORKER_", "SPACK_", "WORKER_")  # what the names of others begin with


class Given(NamedTuple):
    """A value and the variable that gives it."""

    value: Any
    variable: str


def read(environ: Mapping[str, str]) -> dict[str, Given]:
    """The settings that the environment gives. Raises BadInput that names the variable."""
    found = _foreign(environ)
    for key in KEYS:
        if key.variable in environ:
            found[key.name] = Given(_parse(key, environ[key.variable]), key.variable)
    return found


def _parse(key: Key, text: str) -> Any:
    from . import values  # most yards have none: start-up counts

    try:
        return values.parse(key, text)
    except BadInput as error:
        raise BadInput(f"{key.variable}: {error.what}", error.why, error.todo) from None


def _foreign(environ: Mapping[str, str]) -> dict[str, Given]:
    """Those of others; their table is imported only where one may be set."""
    if not any(name.removeprefix(OURS).startswith(FOREIGN) for name in environ):
        return {}
    from . import foreign

    return foreign.given(environ)
