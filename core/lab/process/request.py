"""What is asked of an attempt: the file ``request.json`` in its folder."""

from __future__ import annotations

import json
import os
from typing import Any, Dict, List, NamedTuple

from . import jsonplain
from .errors import Refused

FORMAT = 1


class Request(NamedTuple):
    """One attempt. ``config`` is the hardware config, ``expt`` what the experiment itself is asked to do."""

    job: str  # JOB-YYYYMMDD-NNNNN
    attempt: int
    user: str
    module: str
    class_name: str
    paths: List[str]  # of the lab, first on sys.path
    expt: Dict[str, Any]
    config: Dict[str, Any]
    config_file: str  # the snapshot of the hardware config, or ""
    configs: Dict[str, str]  # version by type
    folder: str  # of the attempt
    data_root: str  # where data goes unless the config says otherwise
    name: str  # of the data file
    go: Dict[str, bool]
    station: str  # MODULE:CLASS, or ""
    mock: bool


def read(path: str) -> Request:
    """The request in the file *path*. Raises Refused if it cannot be understood."""
    try:
        with open(path, "rb") as file:
            return parsed(json.loads(file.read().decode("utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refused(f"The request {path} cannot be read: {type(error).__name__}: {error}") from error


def parsed(raw: Dict[str, Any]) -> Request:
    """A request from its JSON. Complex numbers are written as in the data file."""
    if raw["format"] != FORMAT:
        raise Refused(f"The request has format {raw['format']!r}, and this runner knows {FORMAT}")
    return Request(
        job=raw["job"],
        attempt=raw["attempt"],
        user=raw.get("user", ""),
        module=raw["module"],
        class_name=raw["class"],
        paths=list(raw.get("paths", ())),
        expt=dict(jsonplain.restored(raw.get("expt") or {})),
        config=dict(jsonplain.restored(raw.get("config") or {})),
        config_file=raw.get("config_file", ""),
        configs={one["type"]: one["version"] for one in raw.get("configs", ())},
        folder=os.path.abspath(raw["folder"]),
        data_root=os.path.abspath(raw["data_root"]),
        name=raw["name"],
        go=dict(raw.get("go", {})),
        station=raw.get("station", ""),
        mock=bool(raw.get("mock", False)),
    )
