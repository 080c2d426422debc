"""One attempt, step by step. `start` does it in a process of its own; a warm station calls :func:`run` again and again.

Nothing is constructed before all is known that can be known: the interpreter has what is needed, data can be written,
its name is free, the class is there.
"""

from __future__ import annotations

import copy
import os
import time
from typing import Any, Callable, Dict, List

from . import bars, calling, finding, guards, hardware, placing, saving, taking
from .attrdict import AttrDict
from .errors import Refused
from .request import Request

Opener = Callable[[Request, AttrDict], Any]


def run(request: Request, stopping: guards.Stopping, opener: Opener = hardware.open_station) -> Dict[str, Any]:
    """Run the attempt and write its data; what ``data.json`` says of it (path, size, made_at, keys).

    *opener* gives the station; a warm one gives the same again. Raises Refused in words for people, guards.Stopped
    after SIGTERM, and whatever the experiment raises; what it had measured by then is kept, but is no result.
    """
    started = time.time()
    finding.search_first(request.paths)
    finding.import_needed()
    root = output_root(request)
    placing.ready(root, request.name)
    placing.sweep(root, request.job, placing.mark(request.folder))
    made: List[Any] = []
    mask = _umask()
    try:
        left = guards.guarded(lambda: _measure(request, root, opener, made), stopping)
    except guards.Stopped:
        raise
    except BaseException:
        os.umask(mask)
        _rescue(request, root, made, started)
        raise
    finally:
        os.umask(mask)  # an experiment's own could make a data file that nobody may read
    return saving.save(request, root, left, started, stopping)


def _umask() -> int:
    """The process's; it can be asked for by setting it alone."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def output_root(request: Request) -> str:
    """Where the data goes: ``data_management.output_root`` of the hardware config, else the yard's ``data/``."""
    settings = request.config.get("data_management")
    root = settings.get("output_root") if isinstance(settings, dict) else None
    if root is None or root == "":
        return request.data_root
    if not isinstance(root, str):
        raise Refused(f"data_management.output_root of the hardware config is {root!r}, which is no path")
    return os.path.abspath(os.path.expanduser(root))


def _measure(request: Request, root: str, opener: Opener, made: List[Any]) -> taking.Left:
    """Construct the experiment, which goes into *made*, and let it go."""
    bars.as_text()
    found = finding.find_class(request.module, request.class_name)
    bars.imported_as_text()
    config = _config(request)
    station = opener(request, AttrDict(copy.deepcopy(request.config)))
    expt = _constructed(found, request, root, station)
    made.append(expt)
    _equip(expt, request, config, station)
    _put_where_none(expt, _places(request, root))
    if not callable(getattr(expt, "go", None)):
        raise Refused(f"The class {request.class_name} of {request.module} has no go()")
    returned = expt.go(**calling.accepted(expt.go, request.go))
    return taking.left_by(expt, returned, config)


def _config(request: Request) -> AttrDict:
    """A copy of the config for the experiment alone, with ``expt``."""
    config = AttrDict(copy.deepcopy(request.config))
    config["expt"] = copy.deepcopy(request.expt)
    return config


def _constructed(found: Any, request: Request, root: str, station: Any) -> Any:
    offered = {"soccfg": hardware.soccfg_of(station), **_places(request, root)}
    return found(**calling.accepted(found, offered))


def _places(request: Request, root: str) -> Dict[str, Any]:
    return {"path": root, "prefix": request.job, "config_file": request.config_file or None}


def _equip(expt: Any, request: Request, config: AttrDict, station: Any) -> None:
    """Give *expt* its config, and the station's hardware where it has none of its own.

    A file that it saves itself goes to the attempt's folder: nothing half-written stands among the results.
    """
    expt.cfg = config
    own = os.path.join(request.folder, request.name)
    if getattr(expt, "fname", None):
        expt.fname = own
    _put_where_none(expt, {"fname": own})
    if station is not None:
        hands = {"soc": getattr(station, "soc", None), "im": getattr(station, "im", None)}
        _put_where_none(expt, {"station": station, **hands})


def _put_where_none(expt: Any, values: Dict[str, Any]) -> None:
    """Set what *expt* has not by itself: a class that takes no arguments can do with ``self.fname`` all the same."""
    for name, value in values.items():
        if getattr(expt, name, None) is None:
            try:
                setattr(expt, name, value)
            except AttributeError:  # a property of its own, or slots: it does not want it
                pass


def _rescue(request: Request, root: str, made: List[Any], started: float) -> None:
    """Keep what a failed experiment had measured: hours of beam time. It never hides why the experiment failed."""
    data = getattr(made[0], "data", None) if made else None
    if not isinstance(data, dict) or not data:
        return
    try:
        left = taking.left_by(made[0], None, _config(request))
        path = saving.keep(request, root, saving.content(request, left, started))
        guards.say(f"The experiment failed, but had data: it is kept in {path}")
    except Exception as error:
        guards.say(f"The experiment failed, and the data that it had cannot be kept: {error}")
