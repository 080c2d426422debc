"""The station that an experiment measures with: mock hardware, the lab's own, or none."""

from __future__ import annotations

from typing import Any, Dict

from . import calling, finding
from .attrdict import AttrDict
from .errors import Refused
from .request import Request


def open_station(request: Request, config: AttrDict) -> Any:
    """The station that *request* asks for, or None. Mock hardware wins over everything."""
    if request.mock:
        return _mock(config, request.config_file)
    if not request.station:
        return None
    module, _, name = request.station.partition(":")
    if not module or not name:
        raise Refused(f"The station {request.station!r} is not MODULE:CLASS")
    station = finding.find_class(module, name)
    return station(**calling.accepted(station, _offered(config, request.config_file), openly=False))


def _mock(config: AttrDict, config_file: str) -> Any:
    from .mock import MockStation

    return MockStation(config_file=config_file, hardware_cfg=config, seed=seed_of(config))


def seed_of(config: AttrDict) -> Any:
    """``mock.seed`` of the hardware config, or None: other noise in every run."""
    mock = config.get("mock")
    return mock.get("seed") if isinstance(mock, dict) else None


def _offered(config: AttrDict, config_file: str) -> Dict[str, Any]:
    """What a station may ask for by the names of its parameters."""
    path = config_file or None
    files: Dict[str, Any] = dict.fromkeys(("config_file", "hardware_config", "hardware_config_file"), path)
    return {**files, **dict.fromkeys(("hardware_cfg", "config", "cfg"), config)}


def soccfg_of(station: Any) -> Any:
    """What the experiment is constructed with: the station's ``soccfg``, or its ``soc`` where it has no other."""
    return getattr(station, "soccfg", getattr(station, "soc", None))
