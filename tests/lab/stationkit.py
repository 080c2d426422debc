"""A lab with a station that leaves traces, and attempts as processes of their own beside it; no yard, no keeper."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from jobyard.core import locks
from jobyard.core.lab import guard, stations
from tests import leftovers
from tests.running.promise import until

QUEUE = "default/experiments"
STATION = """
import atexit, os, sys
sys.path.append("/drivers")
class Station:
    soccfg = soc = None
    def __init__(self):
        with open(os.environ["WITNESS"], "a") as file:
            file.write(f"made {os.getpid()}\\n")
        os.environ["DRIVER"] = "loaded"
        atexit.register(self.closes)
    def closes(self):
        with open(os.environ["WITNESS"], "a") as file:
            file.write("closed\\n")
"""
EXPERIMENT = """
import atexit, ctypes, gc, os, resource, socket, subprocess, sys, threading, time
import numpy as np
import helper

class Exp:
    def __init__(self, soccfg=None, path="", prefix="", config_file=None):
        self.cfg, self.data = None, None

    def go(self, save=False, analyze=False, display=False, progress=False):
        told(f"begin {os.getpid()}")
        try:
            getattr(self, self.cfg.expt.do, lambda: None)()
        finally:
            told("end")
        self.data = {"said": np.array([helper.value()])}

    def fails(self):
        raise ValueError("no such pulse")

    def sleeps(self):
        told("sleeps")
        time.sleep(60)

    def holds(self):
        told("holds")
        ctypes.PyDLL(None).usleep(60_000_000)  # a driver that never lets go of the interpreter

    def leaves(self):
        child = subprocess.Popen(["sleep", "60"])
        told(f"child {child.pid}")

    def threads(self):
        threading.Thread(target=time.sleep, args=(60,), daemon=True, name="ramp").start()

    def messes(self):
        os.chdir("/tmp"), os.umask(0), os.environ.update(MESS="1")
        sys.path.insert(0, "/mess"), sys.argv.append("mess")
        print(f"mess on {sys.stdout.fileno()}")
        import matplotlib.pyplot
        gc.disable(), np.seterr(all="raise"), socket.setdefaulttimeout(0.1)
        os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])
        resource.setrlimit(resource.RLIMIT_NOFILE, (40, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))

    def parts(self):
        atexit.register(told, "kept")
        atexit.register(lambda: told(f"parted {os.environ['JOBYARD_ATTEMPT']}"))
        atexit.unregister(atexit.register(print, "never"))
        atexit.register(helper.value, "too many")

    def looks(self):
        print(os.getcwd(), "MESS" in os.environ, "/mess" in sys.path, "mess" in sys.argv)
        print("/drivers" in sys.path, os.environ["DRIVER"])
        bounds = len(os.sched_getaffinity(0)), resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        print(gc.isenabled(), np.geterr()["divide"], socket.getdefaulttimeout(), *bounds)

def told(word):
    with open(os.environ["WITNESS"], "a") as file:
        file.write(word + "\\n")
"""


class Lab:
    """A folder of modules, a folder for a station, attempts."""

    def __init__(self, folder: Path) -> None:
        self.home, self.code, self.witness = folder / "yard", folder / "code", folder / "witness"
        self.lock = Path(stations.lease_of(self.home, QUEUE)).with_suffix(".lock")
        for one in (self.home / "run", self.home / "data", self.code):
            one.mkdir(parents=True)
        self.write("station.py", STATION)
        self.write("exp.py", EXPERIMENT)
        self.write("helper.py", "import deeper\ndef value(): return deeper.VALUE\n")
        self.write("deeper.py", "VALUE = 1\n")
        (self.code / "matplotlib").mkdir()
        self.write("matplotlib/pyplot.py", "import exp\ndef close(which): exp.told(f'figures closed: {which}')\n")
        self.count = 0

    def write(self, name: str, text: str) -> None:
        (self.code / name).write_text(text)

    def station(self, idle: float = 60.0) -> bool:
        """Have a station, as the worker does before an attempt."""
        return stations.ensure(self.home, QUEUE, idle)

    def attempt(self, do: str = "", **told: Any) -> subprocess.Popen[bytes]:
        """The process of an attempt."""
        self.count += 1
        folder = self.home / "jobs" / str(self.count)
        folder.mkdir(parents=True)
        request = {
            "format": 1, "job": f"JOB-20261122-{self.count:05}", "attempt": 1, "module": "exp", "class": "Exp",
            "paths": [str(self.code)], "expt": {"do": do}, "configs": [], "config_file": "", "config": {},
            "folder": str(folder), "data_root": str(self.home / "data"), "name": f"{self.count}.h5",
            "go": {"progress": False}, "station": "station:Station", "mock": False,
            "lease": stations.lease_of(self.home, QUEUE), **told,
        }  # fmt: skip
        (folder / "request.json").write_text(json.dumps(request))
        with open(folder / "stdout", "wb") as out, open(folder / "stderr", "wb") as err:
            words = [sys.executable, "-u", guard.START, str(folder / "request.json")]
            env = {**os.environ, "WITNESS": str(self.witness), "JOBYARD_ATTEMPT": str(self.count)}
            return subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=env, cwd=self.code)

    def run(self, do: str = "", **told: Any) -> int:
        """The exit code of an attempt of a queue that keeps its station."""
        self.station()
        return self.attempt(do, **told).wait(30)

    def said(self, name: str = "stderr") -> str:
        """What the last attempt printed."""
        return (self.home / "jobs" / str(self.count) / name).read_text()

    def value(self) -> int:
        """What the last attempt measured."""
        import h5py

        with h5py.File(self.home / "data" / f"{self.count}.h5") as file:
            return int(file["said"][0])

    def told(self, word: str) -> list[str]:
        """What the witness has heard: the words after *word* in its lines."""
        lines = self.witness.read_text().splitlines() if self.witness.exists() else []
        return [line[len(word) :].strip() for line in lines if line.startswith(word)]

    def made(self) -> int:
        """How many stations have been made."""
        return len(self.told("made"))

    def hears(self, word: str) -> None:
        """Wait for a line of the witness."""
        until(lambda: bool(self.told(word)), f"the word {word}")

    def pid(self) -> int:
        """The process in which the last attempt ran."""
        return int(self.told("begin")[-1])

    def is_free(self) -> bool:
        """Whether nobody has the hardware."""
        return not locks.is_held(self.lock)

    def close(self) -> None:
        """Have the station leave, and see that nothing is left."""
        for name in stations.living(self.home):
            stations.dismiss(self.home, name)
        left = leftovers.wait_until_gone(self.home.parent, 5)
        leftovers.end_all(self.home.parent)
        assert not left


def is_gone(pid: int) -> bool:
    """Whether a process is no more."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return True


def kill(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL, and its end."""
    process.send_signal(signal.SIGKILL)
    process.wait(10)
