"""The words of a filter line as a wish for runs: ``user:ann class:Rabi queue:q since:2026-11-01 expt.reps>=100``."""

from __future__ import annotations

import shlex
import time
from typing import Any

from jobyard.core.errors import BadInput
from jobyard.core.units import parse_time
from jobyard.core.words import nearest

NAMES = {"user": "user", "class": "experiment", "queue": "queue", "session": "session", "since": "since",
         "until": "until"}  # fmt: skip
TIMES = ("since", "until")
HINT = "user:ann  class:Rabi  queue:Q  session:S  since:2026-11-01  expt.reps>=100  device.qubit.f_ge=4.8"


def wishes(text: str, now: float | None = None) -> dict[str, Any]:
    """What `Yard.data_runs` is called with. Raises BadInput for what cannot be understood."""
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise BadInput(f"The filter {text!r} cannot be read", str(error).lower(), "") from None
    found: dict[str, Any] = {"tests": []}
    for word in words:
        name, colon, value = word.partition(":")
        if not colon or any(sign in name for sign in "=<>~"):
            found["tests"].append(word)
        elif name not in NAMES:
            raise BadInput(f"There is no {name}:", f"the nearest is {nearest(name, NAMES) or 'user'}:", "")
        else:
            known = NAMES[name]
            found[known] = parse_time(value, now or time.time()) if name in TIMES else value
    return found
