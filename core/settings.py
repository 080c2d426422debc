"""The few numbers that a yard's owner may change, by environment variables ``JOBYARD_…``.

| variable               | default | what                                                              |
|------------------------|---------|-------------------------------------------------------------------|
| JOBYARD_SYNCHRONOUS    | FULL    | FULL survives a power cut; NORMAL may lose the last commits by one |
| JOBYARD_KILL_GRACE     | 5s      | between SIGTERM and SIGKILL                                        |
| JOBYARD_LOG_CAP        | 256M    | of each stream of an attempt, on disk                             |
| JOBYARD_DISK_FLOOR     | 64M     | below this room nothing new starts                                |
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from .errors import BadInput
from .units import parse_duration, parse_size


@dataclass(frozen=True, slots=True)
class Settings:
    """Durations in seconds, sizes in bytes."""

    synchronous: str = "FULL"
    kill_grace: float = 5.0
    log_cap: int = 256 * 1024 * 1024
    disk_floor: int = 64 * 1024 * 1024


def load(environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings in force; BadInput names the variable that cannot be understood."""
    plain = Settings()
    return Settings(
        synchronous=_choice(environ, "JOBYARD_SYNCHRONOUS", plain.synchronous, ("FULL", "NORMAL", "OFF", "EXTRA")),
        kill_grace=parse_duration(environ.get("JOBYARD_KILL_GRACE", "5s")),
        log_cap=parse_size(environ.get("JOBYARD_LOG_CAP", "256M")),
        disk_floor=parse_size(environ.get("JOBYARD_DISK_FLOOR", "64M")),
    )


def _choice(environ: Mapping[str, str], name: str, default: str, known: tuple[str, ...]) -> str:
    value = environ.get(name, default).upper()
    if value not in known:
        raise BadInput(f"{name}={value} cannot be used", f"it is one of {', '.join(known)}")
    return value
