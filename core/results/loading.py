"""A data file as a plain object for notebooks: arrays by name, and the config that made them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from .config import Config, nested, read_config, text_of
from .opening import opened
from .tree import datasets

NOTES = "notes"
_JOB = re.compile(r"JOB-\d{8}-\d{5,}")


class Expt:
    """What an experiment left, in memory: it holds no file open.

    ``data`` are numpy arrays by the name of their dataset (``xpts``, ``avgi``, ``group/name``), strings as str;
    ``cfg`` is the config, by item and by attribute; ``attrs`` are the attributes of the file without it, ``axes`` those
    of each dataset (``_axes``, ``_axes_labels`` and others); ``notes`` is the text that goes with it; ``job`` the id of
    the job that made it, or "".
    """

    def __init__(
        self, path: Path, data: dict[str, Any], cfg: Config, attrs: dict[str, Any], axes: dict[str, dict[str, Any]]
    ) -> None:
        self.path, self.data, self.cfg, self.attrs, self.axes = path, data, cfg, attrs, axes
        self.notes: str = text_of(data.pop(NOTES, ""))
        named = _JOB.match(path.name)
        self.job: str = text_of(attrs["job"]) if "job" in attrs else named[0] if named else ""

    def __getitem__(self, name: str) -> Any:
        """``expt["avgi"]`` is ``expt.data["avgi"]``."""
        return self.data[name]

    def __repr__(self) -> str:
        return f"<Expt {self.job or self.path.name}: {', '.join(self.data) or 'no data'}>"


def load(path: Path | str) -> Expt:
    """Read a data file whole. Raises BadFile."""
    with opened(path) as file:
        found = datasets(file)
        data = {name: values(one) for name, one in found.items()}
        axes = {name: _attributes(one) for name, one in found.items() if one.attrs}
        return Expt(Path(path), data, nested(read_config(file)), _attributes(file), axes)


def values(data: Any) -> Any:
    """The values of an open dataset, strings as str; None of one that holds nothing."""
    import h5py

    if data.shape is None:
        return None
    if h5py.check_string_dtype(data.dtype) is not None:
        data = data.asstr(errors="replace")
    return data[()]


def _attributes(thing: Any) -> dict[str, Any]:
    return {name: value for name, value in thing.attrs.items() if name != "config"}
