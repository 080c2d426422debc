"""An experiment as people write it on a command line: MODULE:CLASS, KEY=VALUE, a file of JSON, a sweep's axes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from .. import dotted
from ..axes import parse_axis, parse_values, spelled
from ..dotted import flat
from ..errors import BadFile, BadInput
from ..jobfile import open_input, read_whole
from ..lab import listing, sheets
from ..lab.fields import complaint
from ..lab.listing import Found
from ..sweeps import checked, chosen, points, told
from ..text import quoted, visible
from ..words import nearest
from .proposing import usual_paths

__all__ = [
    "checked", "chosen", "complaint", "experiments_in", "flat", "misspelt", "parse_axis", "parse_values", "points",
    "read_config", "spelled", "split_target", "told", "usual_paths", "with_values",
]  # fmt: skip

ALIKE = 0.75  # of a key that was probably meant

# What a screen has done in a process of its own (`core.results.apart`): modules are large, disks hang.
SCAN = "jobyard.core.lab.listing:experiments"
SHEET = "jobyard.core.lab.sheets:sheet"

Config = dict[str, Any]


def split_target(text: str) -> tuple[str, str]:
    """``(module, class)`` of ``MODULE:CLASS``. Raises BadInput."""
    module, colon, name = text.strip().partition(":")
    if not (colon and module and name):
        why = "It does not say MODULE:CLASS"
        raise BadInput(f"The experiment {quoted(text)} cannot be used", why, "Write it like experiments.rabi:Rabi")
    return module, name


def read_config(source: Path | BinaryIO) -> Config:
    """An experiment's parameters out of a file or stream of JSON. Raises BadFile."""
    label = visible(str(source)) if isinstance(source, Path) else "standard input"
    if isinstance(source, Path):
        with open_input(source, "file of parameters") as stream:
            data = read_whole(stream)
    else:
        data = read_whole(source)
    found = _parsed(data, label)
    if not isinstance(found, dict):
        raise BadFile(f"{label} holds no parameters", "It is no JSON object", 'Write it like {"reps": 1000}')
    return found


def _parsed(data: bytes, label: str) -> Any:
    try:
        return json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise BadFile(f"{label} is not UTF-8", f"Byte {error.start + 1} is none", "Save the file as UTF-8") from None
    except json.JSONDecodeError as error:
        where = f"{label} line {error.lineno} column {error.colno}"
        raise BadFile(f"{where}: {error.msg}", "It is not JSON", "Correct it") from None
    except RecursionError:
        raise BadFile(f"{label} cannot be used", "It is nested too deeply", "Make it flatter") from None
    except ValueError as error:  # an integer of thousands of digits
        raise BadFile(f"{label} cannot be used", str(error), "Correct it") from None


def with_values(config: Mapping[str, Any], texts: Iterable[str]) -> Config:
    """*config* with what ``KEY=VALUE`` says: a value is JSON where it is JSON, else text; dotted keys nest.

    Raises BadInput.
    """
    whole = dict(config)
    for text in texts:
        key, equals, value = text.partition("=")
        parts = dotted.parts_of(key)
        if not equals or not parts:
            raise BadInput(f"{quoted(text)} cannot be used", "It does not say KEY=VALUE", "Write it like reps=1000")
        dotted.put(whole, parts, _value(value), text)
    return whole


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def misspelt(fields: Mapping[str, Any], keys: Iterable[str]) -> list[tuple[str, str]]:
    """Of *keys* for the experiment of *fields* those that it seems not to take, each with what was probably meant.

    Its text tells what it takes, and a class may take what no text tells: a key that is like none of them is not told.
    """
    sheet = sheets.sheet(fields["module"], fields["class"], fields.get("paths") or usual_paths())
    known = [one.key for one in sheet.parameters]
    others = [key for key in keys if not any(_within(key, one) or _within(one, key) for one in known)]
    return [(key, near) for key in others if (near := nearest(key, known, ALIKE))]


def _within(key: str, other: str) -> bool:
    """Whether it is *other*, or a value in it."""
    return key == other or key.startswith(f"{other}.")


def experiments_in(folder: Path) -> tuple[list[Found], list[str]]:
    """Experiments that a folder's modules define, and the files that could not be read. Raises BadInput."""
    if not folder.is_dir():
        why = "It is no folder" if folder.exists() else "It does not exist"
        raise BadInput(f"The folder {visible(str(folder))} cannot be looked through", why, "Name another")
    return listing.experiments(str(folder))
