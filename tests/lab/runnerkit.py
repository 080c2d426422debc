"""A lab of a few modules, and attempts of its experiments: in a process as the kind begins them, or in this one."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import h5py

PROCESS = Path(__file__).parents[2] / "core" / "lab" / "process"
START = PROCESS / "start.py"
JOB = "JOB-20261122-00001"


def loaded() -> ModuleType:
    """start.py as a module, with the package of its siblings loaded as it does that itself."""
    spec = importlib.util.spec_from_file_location("_start_of_tests", START)
    assert spec is not None
    assert spec.loader is not None
    start = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(start)
    if start.PACKAGE not in sys.modules:
        start.load()
    return start


def part(name: str) -> Any:
    """A module of the runner."""
    return loaded().part(name)


class Ended(NamedTuple):
    """How an attempt in a process ended."""

    code: int
    out: str
    err: str


class Lab:
    """A folder with modules, a yard's data and attempts."""

    def __init__(self, folder: Path) -> None:
        self.modules, self.data, self.attempts = folder / "lab", folder / "data", folder / "attempts"
        for one in (self.modules, self.attempts):
            one.mkdir()

    def write(self, module: str, code: str) -> None:
        """Write a module."""
        (self.modules / f"{module}.py").write_text(code)

    def request(self, module: str, attempt: int = 1, **changes: Any) -> Path:
        """The request of an attempt of class ``Expt``, in the attempt's folder."""
        folder = self.attempts / str(attempt)
        folder.mkdir(exist_ok=True)
        name = f"{JOB}.h5" if attempt == 1 else f"{JOB}.{attempt}.h5"
        said = {
            "format": 1, "job": JOB, "attempt": attempt, "user": "ada", "module": module, "class": "Expt",
            "paths": [str(self.modules)], "expt": {"reps": 3}, "config": {"device": {"qubit": {"f_ge": 4.8}}},
            "configs": [{"type": "hardware_config", "version": "CFG-HW-20261122-00001", "path": "/snapshot.yml"}],
            "config_file": "/snapshot.yml", "folder": str(folder), "data_root": str(self.data), "name": name,
            "go": {"save": True, "analyze": True, "display": False, "progress": True}, "station": "", "mock": False,
            "lease": "", **changes,
        }  # fmt: skip
        path = folder / "request.json"
        path.write_text(json.dumps(said))
        return path

    def run(self, module: str, attempt: int = 1, python: tuple[str, ...] = (sys.executable,), **changes: Any) -> Ended:
        """Run it in a process."""
        with self.begin(module, attempt, python, **changes) as process:
            out, err = process.communicate(timeout=60)
        return Ended(process.returncode, out, err)

    def begin(
        self, module: str, attempt: int = 1, python: tuple[str, ...] = (sys.executable,), **changes: Any
    ) -> subprocess.Popen[str]:
        """Begin it in a process."""
        argv = [*python, "-u", str(START), str(self.request(module, attempt, **changes))]
        return subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd="/")

    def here(self, module: str, attempt: int = 1, **changes: Any) -> dict[str, Any]:
        """Run it in this process, as a warm station does; what data.json says."""
        request = part("request").read(str(self.request(module, attempt, **changes)))
        said: dict[str, Any] = part("running").run(request, part("guards").Stopping())
        return said

    def noted(self, attempt: int = 1) -> dict[str, Any] | None:
        """What data.json of an attempt says."""
        path = self.attempts / str(attempt) / "data.json"
        return json.loads(path.read_text()) if path.exists() else None

    def results(self) -> list[str]:
        """The names in the data folder that could be taken for results."""
        return sorted(path.name for path in self.data.glob("*.h5"))

    def files(self) -> list[str]:
        """All names in the data folder."""
        return sorted(path.name for path in self.data.iterdir())

    def open(self, name: str = f"{JOB}.h5") -> h5py.File:
        """A data file, for reading."""
        return h5py.File(self.data / name, "r")
