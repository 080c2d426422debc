"""``experiment``: a lab's experiment, in a process of its own, in the lab's own interpreter.

That interpreter need not contain jobyard: what runs there is core/lab/process, which imports nothing of ours and is
told what to do by ``request.json`` in the attempt's folder. It ends well only after the data file is closed, checked
and named; what it left is looked at once more here.
"""

from __future__ import annotations

import json
import keyword
import math
import os
import stat
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..errors import BadInput
from ..labmodels import DataFile
from ..lazy import LazyModule
from ..names import check_class, check_text
from ..text import one_line, quoted, visible
from .base import (
    COMMAND_WIDTH,
    Context,
    Field,
    FieldType,
    Kind,
    Process,
    Submitter,
    check_word,
    exception_line,
)

if TYPE_CHECKING:
    from ..lab import asking, stations
    from . import asjson, points, snapshots
else:
    asking = LazyModule("jobyard.core.lab.asking")
    stations = LazyModule("jobyard.core.lab.stations")
    asjson = LazyModule("jobyard.core.kinds.asjson")
    points = LazyModule("jobyard.core.kinds.points")
    snapshots = LazyModule("jobyard.core.kinds.snapshots")

HARDWARE = "hardware_config"  # the type of config that an experiment's `cfg` is made of
REQUEST = "request.json"
START = os.path.join(os.path.dirname(os.path.dirname(__file__)), "lab", "process", "start.py")
LARGEST_CONFIG = 1 << 20  # bytes of an experiment's own config as JSON
MOST_PATHS = 100
LARGEST_NOTE = 1 << 20  # bytes of data.json
MAGIC = b"\x89HDF\r\n\x1a\n"  # what an HDF5 file begins with
FLAGS = {"save": True, "analyze": True, "display": False, "progress": True}  # what `go` is called with unless told

_dump = json.JSONEncoder(separators=(",", ":")).encode


class Experiment(Kind):
    """Runs a class of the lab's own."""

    name = "experiment"
    summary = "run an experiment: a class of the lab's own modules, with versioned configs and a data file"
    configs = (HARDWARE,)
    queue = "experiments"
    leaves = True
    looks = True
    sweeps = True
    fields = (
        Field("module", FieldType.TEXT, "The module, like experiments.rabi", required=True),
        Field("class", FieldType.TEXT, "The class in it, like Rabi", required=True),
        Field("config", FieldType.OBJECT, "Its parameters: what it finds as cfg.expt"),
        Field(
            "python", FieldType.PATH, "The interpreter; the queue's or the submitter's unless given", False, "--python"
        ),
        Field("paths", FieldType.WORDS, "Folders in which modules are looked for first", option="--path"),
        Field("save", FieldType.FLAG, "Whether go() saves (default true)", option="--save"),
        Field("analyze", FieldType.FLAG, "Whether go() analyzes (default true)", option="--analyze"),
        Field("display", FieldType.FLAG, "Whether go() displays (default false)", option="--display"),
        Field("progress", FieldType.FLAG, "Whether go() shows its progress (default true)", option="--progress"),
        Field(
            "station",
            FieldType.TEXT,
            "MODULE:CLASS that opens the hardware; its queue's unless given",
            False,
            "--station",
        ),
        Field("sweep", FieldType.OBJECT, 'A job for each point: {"axes": {KEY: [VALUE, ...]}, "zip": false}'),
        Field("swept", FieldType.OBJECT, "Of a job of a sweep: its point, whose values are in config too"),
    )

    def check(self, fields: Mapping[str, Any]) -> Mapping[str, Any]:
        self.check_names(fields)
        found: dict[str, Any] = {"module": _module(fields["module"]), "class": _class(fields["class"])}
        found["config"] = _config(fields.get("config"))
        if fields.get("python"):
            found["python"] = check_word(fields["python"], "interpreter")
        if fields.get("paths"):
            found["paths"] = _paths(fields["paths"])
        for flag, default in FLAGS.items():
            if (value := fields.get(flag)) is not None and _flag(flag, value) is not default:
                found[flag] = value
        if fields.get("station"):
            found["station"] = check_class(check_word(fields["station"], "station"), "station")
        return {**found, **points.checked(fields, found["config"], _config)}

    def points(self, fields: Mapping[str, Any]) -> int:
        sweep = points.of(fields)
        return sweep.size if sweep else 0

    def element(self, fields: Mapping[str, Any], index: int) -> Mapping[str, Any]:
        return points.element(fields, index)

    def again(self, fields: Mapping[str, Any], before: Mapping[str, Any], index: int) -> Mapping[str, Any]:
        return points.again(fields, before, index)

    def whole(self, fields: Mapping[str, Any], elements: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
        return points.whole(fields, elements)

    def found(self, fields: Mapping[str, Any], around: Submitter) -> Mapping[str, Any]:
        return asking.found(fields, around)

    def argv(self, fields: Mapping[str, Any], context: Context) -> tuple[str, ...]:
        return fields.get("python") or "python3", "-u", START, os.path.join(context.folder, REQUEST)

    def process(self, fields: Mapping[str, Any], context: Context) -> Process:
        return Process(self.argv(fields, context), files={REQUEST: request(fields, context)})

    def command_line(self, fields: Mapping[str, Any]) -> str:
        swept = points.told(fields)
        said = [f"{key}={_short(value)}" for key, value in fields.get("config", {}).items() if key not in swept]
        words = "  ".join(part for part in (fields["class"], " ".join([*swept.values(), *said[:50]])) if part)
        return one_line(visible(f"{words} ({fields['module']})"), COMMAND_WIDTH)

    def telling(self, tail: Sequence[str | bytes]) -> str:
        return exception_line(tail) or super().telling(tail)

    def left(self, folder: str) -> tuple[DataFile | None, str]:
        try:
            data = _noted(folder)
        except FileNotFoundError:
            return None, "it ended without its data"
        except ValueError as error:
            return None, f"what it says of its data cannot be used: {error}"
        wrong = _wrong(data)
        return (None, wrong) if wrong else (data, "")


# -- the request --------------------------------------------------------------------------------


def request(fields: Mapping[str, Any], context: Context) -> bytes:
    """What the runner is told (JSON). Raises BadInput without a hardware config, or with one that is damaged."""
    main = next((link for link in context.configs if link.type == HARDWARE), None)
    if main is None:
        raise BadInput(
            f"There is no {HARDWARE}", "An experiment needs one", f"Push one: jobyard config push {HARDWARE} FILE"
        )
    number = "" if context.number <= 1 else f".{context.number}"
    told = {
        "format": 1, "job": context.job, "attempt": context.number, "user": context.user, "module": fields["module"],
        "class": fields["class"], "paths": fields.get("paths", [context.cwd]), "expt": fields.get("config", {}),
        "configs": [{"type": link.type, "version": link.version, "path": link.path} for link in context.configs],
        "config_file": main.path, "folder": context.folder, "data_root": os.path.join(context.home, "data"),
        "name": f"{context.job}{number}.h5", "go": {flag: fields.get(flag, plain) for flag, plain in FLAGS.items()},
        "station": fields.get("station") or context.station, "mock": context.mock,
        "lease": stations.lease_of(context.home, context.queue) if context.warm else "",
    }  # fmt: skip
    return f'{_dump(told)[:-1]},"config":{snapshots.as_json(main)}}}'.encode()


# -- what it left -------------------------------------------------------------------------------


def _noted(folder: str) -> DataFile:
    """What data.json says. Raises FileNotFoundError, and ValueError for what it should not say."""
    with open(os.path.join(folder, "data.json"), "rb") as file:
        said = json.loads(file.read(LARGEST_NOTE))
    if not isinstance(said, dict):
        raise ValueError("it is no object")
    path, size, made = said.get("path"), said.get("size"), said.get("made_at")
    if not (isinstance(path, str) and os.path.isabs(path) and "\0" not in path):
        raise ValueError("its path is not absolute")
    if not (isinstance(size, int) and isinstance(made, (int, float)) and math.isfinite(made)):
        raise ValueError("its size or its time is no number")
    return DataFile(path, size, float(made))


def _wrong(data: DataFile) -> str:
    """What is wrong with the file; "" when it is as it was when it was made."""
    shown = visible(data.path)
    try:
        found = os.stat(data.path)
        if not stat.S_ISREG(found.st_mode):
            return f"its data {shown} is no file"
        if found.st_size != data.size:
            return f"its data file {shown} has {found.st_size:,} bytes, {data.size:,} were written"
        with open(data.path, "rb") as file:
            return "" if file.read(len(MAGIC)) == MAGIC else f"its data file {shown} is no HDF5 file"
    except (FileNotFoundError, NotADirectoryError):
        return f"its data file {shown} is not there"
    except PermissionError:
        return f"its data file {shown} cannot be read: permission denied"


# -- the fields, one by one ---------------------------------------------------------------------


def _module(text: object) -> str:
    name = check_word(text, "module")
    if not all(_is_name(part) for part in name.split(".")):
        todo = "Write it as in an import: experiments.rabi"
        raise BadInput(f"The module {quoted(name)} cannot be used", "It is no name of a Python module", todo)
    return name


def _class(text: object) -> str:
    name = check_word(text, "class")
    if not _is_name(name):
        raise BadInput(
            f"The class {quoted(name)} cannot be used", "It is no name of a Python class", "Write it like Rabi"
        )
    return name


def _is_name(text: str) -> bool:
    return text.isidentifier() and not keyword.iskeyword(text)


def _config(value: Any) -> dict[str, Any]:
    if not value and not isinstance(value, (int, float, str, list)):
        return {}
    config = asjson.plain_object(value, "config")
    size = len(_dump(config))
    if size > LARGEST_CONFIG:
        why = f"It has {size:,} bytes as JSON, and {LARGEST_CONFIG:,} are the limit"
        raise BadInput("The config cannot be used", why, "Put large tables into a file and name that")
    return config


def _paths(given: Any) -> list[str]:
    if isinstance(given, str):
        given = given.split(os.pathsep)
    if not isinstance(given, (list, tuple)):
        raise BadInput(f"The paths {quoted(given)} cannot be used", "They are no list of folders", 'Write ["/lab"]')
    if len(given) > MOST_PATHS:
        raise BadInput("The paths cannot be used", f"There are {len(given):,} of them", f"Give {MOST_PATHS} at most")
    return [check_text(check_word(path, "path"), "path") for path in given if path]


def _flag(name: str, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    raise BadInput(f"The {name} {quoted(value)} cannot be used", "It is either true or false")


def _short(value: Any) -> str:
    """A value for people: texts as they are, the rest as JSON."""
    text = value if isinstance(value, str) and value else _dump(value)
    return one_line(visible(text), 60)


KIND = Experiment()
