"""One attempt of an experiment, step by step: what it is given, what is asked of it, and what comes of it."""

from __future__ import annotations

import ast
import errno
import hashlib
import json
import math
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import h5py
import numpy as np
import pytest

from jobyard.core.kinds.base import Context
from jobyard.core.kinds.experiment_ import request
from jobyard.core.labmodels import ConfigLink
from tests.lab.runnerkit import JOB, PROCESS, Lab, part

SIMPLE = """
import numpy as np

class Expt:
    def go(self, save=False, analyze=False, display=False, progress=False):
        self.data = {"xpts": np.arange(5.0), "asked": [save, analyze, display, progress]}
"""


def test_an_experiment_becomes_its_data_file(lab: Lab) -> None:
    """The file holds the data, the config with expt, the notes, the axes, and who made it when with what."""
    lab.write(
        "rabi",
        """
import numpy as np

class Expt:
    axes = {"avgi": (0.0, 1.0)}
    axes_labels = {"avgi": ("gain", "I")}

    def __init__(self, soccfg, path, prefix, config_file):
        self.given = (soccfg, path, prefix, config_file)

    def go(self, save, analyze, display, progress):
        assert self.cfg.device.qubit.f_ge == self.cfg["device"]["qubit"]["f_ge"] == 4.8
        self.cfg.seen = 1 + 2j
        self.notes = "warm today"
        self.data = {"avgi": np.arange(4.0), "one": 7}
        print(*self.given, save, analyze, display, progress)
""",
    )
    ended = lab.run("rabi")
    assert ended == (0, f"None {lab.data} {JOB} /snapshot.yml True True False True\n", "")
    with lab.open() as file:
        assert sorted(file) == ["avgi", "notes", "one"]
        assert file["avgi"][()].tolist() == [0, 1, 2, 3]
        assert file["avgi"].maxshape == (None,)
        assert file["avgi"].attrs["_axes"].tolist() == [0, 1]
        assert file["avgi"].attrs["_axes_labels"].tolist() == ["gain", "I"]
        assert file["one"][()] == 7
        assert file["notes"].asstr()[:].tolist() == ["warm today"]
        config = json.loads(file.attrs["config"])
        assert config["expt"] == {"reps": 3}
        assert config["seen"] == {"__complex__": True, "real": 1.0, "imag": 2.0}
        said = {
            name: file.attrs[name] for name in ("experiment", "module", "job", "attempt", "user", "mock", "configs")
        }
        assert said == {
            "experiment": "Expt", "module": "rabi", "job": JOB, "attempt": 1, "user": "ada", "mock": False,
            "configs": '{"hardware_config": "CFG-HW-20261122-00001"}',
        }  # fmt: skip
        assert file.attrs["started_at"] <= file.attrs["ended_at"]
    path = lab.data / f"{JOB}.h5"
    noted = lab.noted()
    assert noted is not None
    assert (noted["path"], noted["size"], noted["keys"]) == (str(path), path.stat().st_size, ["avgi", "one", "notes"])


def test_what_the_kind_asks_for_is_what_the_runner_reads(lab: Lab) -> None:
    """A request made for a claimed job, with its hardware config in YAML, becomes a data file that says all of it."""
    config = b"device: {qubit: {f_ge: 4.8, phase: .nan}}"
    snapshot = lab.attempts / "hardware.yml"
    snapshot.write_bytes(config)
    link = ConfigLink("hardware_config", "CFG-HW-20261122-00001", hashlib.sha256(config).hexdigest(), str(snapshot))
    folder = lab.attempts / "1"
    folder.mkdir()
    context = Context(
        folder=str(folder), home=str(lab.data.parent), job=JOB, number=2, configs=(link,), user="ada", mock=True
    )
    lab.write("asks", "class Expt:\n  def go(self): return {'x': self.cfg.expt.reps, 'y': self.cfg.device.qubit.phase}")
    fields = {"module": "asks", "class": "Expt", "paths": [str(lab.modules)], "config": {"reps": 3}}
    (folder / "request.json").write_bytes(request(fields, context))
    part("running").run(part("request").read(str(folder / "request.json")), part("guards").Stopping())
    with lab.open(f"{JOB}.2.h5") as file:
        assert (file["x"][()], math.isnan(file["y"][()])) == (3, True)
        assert [file.attrs[name] for name in ("attempt", "user", "mock")] == [2, "ada", True]


def test_it_is_called_with_what_it_takes(lab: Lab) -> None:
    """A constructor and a go() that take fewer arguments get those; what go() returned is data if .data is absent."""
    lab.write("few", "class Expt:\n  def __init__(self, prefix): self.p = prefix\n  def go(self): return {'p': self.p}")
    lab.write(
        "all", "class Expt:\n  def __init__(self, **k): self.k = k\n  def go(self, **k): self.data = {**self.k, **k}"
    )
    assert lab.here("few")["keys"] == ["p", "notes"]
    keys = ["soccfg", "path", "prefix", "config_file", "save", "analyze", "display", "progress", "notes"]
    assert lab.here("all", attempt=2)["keys"] == keys


def test_a_class_without_arguments_has_its_places_all_the_same(lab: Lab) -> None:
    """It can write to its fname; what it has set itself, and what it cannot have, stays as it is."""
    lab.write(
        "bare",
        "import h5py\nclass Expt:\n  prefix = 'mine'\n  def go(self):\n"
        "    with h5py.File(self.fname, 'w') as file: file['x'] = [1]\n"
        "    self.data = {'path': self.path, 'prefix': self.prefix, 'fname': self.fname}",
    )
    lab.here("bare")
    with lab.open() as file:
        said = {name: file[name][()].decode() for name in ("path", "prefix", "fname")}
    assert said == {"path": str(lab.data), "prefix": "mine", "fname": str(lab.attempts / "1" / f"{JOB}.h5")}
    lab.write("slots", "class Expt:\n  __slots__ = ('cfg', 'data')\n  def go(self): self.data = {'x': [1]}")
    assert lab.here("slots", attempt=2)["keys"] == ["x", "notes"]


def test_what_an_experiment_saves_itself_is_beside_its_log(lab: Lab) -> None:
    """A file that go() saves goes to the attempt's folder; its axes and notes are taken too."""
    lab.write(
        "slab",
        """
import h5py

class Expt:
    def __init__(self, path):
        self.fname = path + "/00000_data.h5"

    def go(self, save=False):
        self.data = {"avgi": [1.0, 2.0]}
        with h5py.File(self.fname, "a") as file:
            file["avgi"] = self.data["avgi"]
            file["avgi"].attrs["_axes"] = (0.0, 2.0)
            file.create_dataset("notes", data=["a note"], dtype=h5py.string_dtype())
""",
    )
    lab.here("slab")
    assert lab.files() == [f"{JOB}.h5"]
    assert (lab.attempts / "1" / f"{JOB}.h5").exists()
    with lab.open() as file:
        assert file["avgi"].attrs["_axes"].tolist() == [0, 2]
        assert file["notes"].asstr()[:].tolist() == ["a note"]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("class Other: pass\nclass Expr: pass", "The module odd has no class Expt. Did you mean Expr?"),
        ("Expt = 3", "Expt of the module odd is no class but int"),
        ("class Expt: pass", "The class Expt of odd has no go()"),
        ("class Expt:\n  def go(self): pass", "The experiment left no data"),
        ("class Expt:\n  data = [1]\n  def go(self): pass", "no dict of arrays but list"),
        ("import sys\nsys.exit(0)", "The experiment called sys.exit(0)"),
        ("import sys\nclass Expt:\n  def go(self): sys.exit()", "The experiment called sys.exit(None)"),
    ],
)
def test_what_is_no_experiment_is_told_in_a_line(lab: Lab, code: str, words: str) -> None:
    """What is wrong with a module or class is told in words, sys.exit with any code among it, and leaves no data."""
    lab.write("odd", code)
    with pytest.raises(part("errors").Refused) as told:
        lab.here("odd")
    assert words in str(told.value)
    assert (lab.files(), lab.noted()) == ([], None)


def test_a_missing_module_and_a_missing_import_of_a_module_are_two_things(lab: Lab) -> None:
    """A module that is not there is told with where it was looked for; one that lacks another, by its traceback."""
    lab.write("lacks", "import nobody_has_this")
    with pytest.raises(part("errors").Refused, match=f"There is no module absent.*{lab.modules}"):
        lab.here("absent")
    with pytest.raises(ModuleNotFoundError, match="nobody_has_this"):
        lab.here("lacks")


def test_an_interpreter_without_numpy_is_told_before_anything_is_constructed(lab: Lab) -> None:
    """Missing numpy and h5py are one line on stderr, with what to do; the module is not even imported."""
    lab.write("early", "print('imported')")
    ended = lab.run("early", python=(sys.executable, "-S"))
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("This interpreter lacks numpy and h5py")
    assert "-m pip install numpy h5py\n" in ended.err
    assert ended.err.count("\n") == 1


def test_the_lab_s_paths_come_first_and_the_runner_shadows_nothing(lab: Lab) -> None:
    """A lab's modules called request or mock are the lab's; its folders come before all others, in their order."""
    for name in ("request", "mock", "errors"):
        lab.write(name, "mine = True")
    lab.write("names", "import errors, mock, request, sys\nclass Expt:\n  def go(self): print(sys.path[0]); return {}")
    ended = lab.run("names")
    assert (ended.code, ended.out) == (0, f"{lab.modules}\n")


def test_where_data_goes_is_said_by_the_hardware_config(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """data_management.output_root is made if it is missing, with ~ as the home; data.json holds the absolute path."""
    monkeypatch.setenv("HOME", str(tmp_path))
    lab.write("simple", SIMPLE)
    said = lab.here("simple", config={"data_management": {"output_root": "~/far/off"}})
    assert said["path"] == str(tmp_path / "far" / "off" / f"{JOB}.h5")
    assert os.path.exists(said["path"])


@pytest.mark.parametrize("root", ["/dev/null/data", "/proc/none", 7])
def test_a_folder_that_cannot_be_written_is_told_before_it_runs(lab: Lab, root: object) -> None:
    """Nothing is constructed if the data could not be written afterwards."""
    lab.write("never", "raise AssertionError('imported')")
    with pytest.raises(part("errors").Refused, match=r"cannot be written to|is no path"):
        lab.here("never", config={"data_management": {"output_root": root}})


def test_a_file_of_that_name_is_never_replaced(lab: Lab) -> None:
    """A file that has the name already is told before the run; one that comes while it runs, after it: data is kept."""
    lab.write("simple", SIMPLE)
    lab.here("simple")
    before = (lab.data / f"{JOB}.h5").read_bytes()
    with pytest.raises(part("errors").Refused, match="exists already, and is not replaced"):
        lab.here("simple")
    lab.write(
        "late",
        f"import os\nclass Expt:\n  def go(self):\n    os.mknod({str(lab.data / f'{JOB}.2.h5')!r}); return {{'a': 1}}",
    )
    with pytest.raises(part("errors").Refused, match=r"exists already.*\.2\.h5\.incomplete"):
        lab.here("late", attempt=2)
    assert (lab.data / f"{JOB}.h5").read_bytes() == before
    assert (lab.data / f"{JOB}.2.h5").read_bytes() == b""
    assert lab.noted(2) is None


def test_data_that_hdf5_cannot_hold_fails_the_attempt_and_keeps_the_rest(lab: Lab) -> None:
    """Each key that cannot be held is told with its type; the rest is in a file that is no result, and told."""
    lab.write("mixed", "class Expt:\n  def go(self): return {'good': [1, 2], 'bad': object(), 'd': {'worse': len}}")
    with pytest.raises(part("errors").Refused) as told:
        lab.here("mixed")
    words = str(told.value)
    assert "bad (object): " in words
    assert "d/worse (builtin_function_or_method): " in words
    kept = lab.data / f"{JOB}.h5.incomplete"
    assert str(kept) in words
    assert (lab.results(), lab.noted()) == ([], None)
    with lab.open(kept.name) as file:
        assert file["good"][:].tolist() == [1, 2]
        assert len(json.loads(file.attrs["incomplete"])) == 2


def test_a_value_that_cannot_be_looked_at_does_not_cost_the_others(lab: Lab) -> None:
    """A dataset of a file that is closed by now is told, on the first line, and the rest is kept."""
    lab.write("closed", CLOSED)
    with pytest.raises(
        part("errors").Refused, match=r"^Some of .* HDF5: bad \(h5py.*\n  off .* RuntimeError: the"
    ) as told:
        lab.here("closed")
    assert "is kept" in str(told.value)
    with lab.open(f"{JOB}.h5.incomplete") as file:
        assert file["good"][:].tolist() == [1, 2]


CLOSED = """
import h5py
class Instrument:
  @property
  def columns(self): raise RuntimeError("the board is off")
class Expt:
  def go(self):
    with h5py.File.in_memory() as file:
      file["x"] = [1]
      return {"bad": file["x"], "off": Instrument(), "good": [1, 2]}
"""


def test_what_a_failed_experiment_had_measured_is_kept(lab: Lab, capfd: pytest.CaptureFixture[str]) -> None:
    """An analysis that raises does not cost the measurement: that is in a file that is no result."""
    lab.write(
        "fails",
        "class Expt:\n  def go(self):\n    self.data = {'hours': [1.5, 2.5]}\n    raise ZeroDivisionError('fit')",
    )
    with pytest.raises(ZeroDivisionError):
        lab.here("fails")
    assert f"it is kept in {lab.data / f'{JOB}.h5.incomplete'}" in capfd.readouterr().err
    with lab.open(f"{JOB}.h5.incomplete") as file:
        assert file["hours"][:].tolist() == [1.5, 2.5]
    assert (lab.results(), lab.noted()) == ([], None)


TQDM = """
class tqdm(list):
    def __init__(self, *args): super().__init__(args[0]); print("a bar of text")

def trange(*args): return tqdm(range(*args))

def tqdm_notebook(*args): raise ImportError("IProgress not found")

tnrange = tqdm_notebook
"""
NOTEBOOK = """
from . import tqdm as std

class tqdm_notebook(std):
    def __init__(self, *args): raise ImportError("IProgress not found")

tqdm = tqdm_notebook
"""


def test_bars_for_a_notebook_are_text(lab: Lab) -> None:
    """An experiment that imports the bars of tqdm that need a notebook gets those of a terminal."""
    (lab.modules / "tqdm").mkdir()
    lab.write("tqdm/__init__", TQDM)
    lab.write("tqdm/notebook", NOTEBOOK)
    use = "from tqdm import tqdm_notebook, tnrange\nfrom tqdm.notebook import tqdm\n"
    lab.write("bars", use + "class Expt:\n  def go(self): return {'x': [*tqdm_notebook([1]), *tnrange(1), *tqdm([2])]}")
    assert lab.run("bars") == (0, "a bar of text\n" * 3, "")
    with lab.open() as file:
        assert file["x"][:].tolist() == [1, 0, 2]


# -- what an experiment does to its process -----------------------------------------------------


def test_a_failure_is_a_traceback_of_the_lab_s_own_code(lab: Lab) -> None:
    """An exception ends the process with 1 and a traceback that begins in the lab's module."""
    lab.write("raises", "class Expt:\n  def go(self):\n    raise ValueError('no signal')")
    ended = lab.run("raises")
    assert ended.code == 1
    assert ended.err.startswith(f'Traceback (most recent call last):\n  File "{lab.modules}/raises.py", line 3')
    assert ended.err.endswith("ValueError: no signal\n")


def test_what_it_leaves_behind_does_not_keep_the_process(lab: Lab) -> None:
    """Threads, another folder, stdout, stderr or umask do no harm; atexit runs; MPLBACKEND is Agg."""
    lab.write(
        "messy",
        """
import atexit, io, os, sys, threading, time

class Expt:
    def go(self):
        threading.Thread(target=time.sleep, args=(600,)).start()
        os.chdir("/tmp")
        os.umask(0o777)
        atexit.register(os.write, 1, b"instruments off")
        print(os.environ["MPLBACKEND"])
        sys.stdout, sys.stderr = io.StringIO(), None
        sys.__stderr__.close()
        return {"x": 1}
""",
    )
    assert lab.run("messy")[:2] == (0, "Agg\ninstruments off")
    assert lab.results() == [f"{JOB}.h5"]
    assert (lab.data / f"{JOB}.h5").stat().st_mode & 0o600 == 0o600


def test_a_forked_child_writes_no_data(lab: Lab) -> None:
    """A child that comes back from go(), raises or exits ends there; the parent's data is written once."""
    lab.write(
        "forks",
        """
import os, sys

class Expt:
    def go(self):
        codes = []
        for way in ("return", "raise", "exit"):
            child = os.fork()
            if not child:
                if way == "return": return {"child": 1}
                if way == "raise": raise ValueError("in the child")
                sys.exit(7)
            codes.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        return {"codes": codes}
""",
    )
    ended = lab.run("forks")
    assert ended.code == 0
    assert "in the child" in ended.err
    with lab.open() as file:
        assert file["codes"][:].tolist() == [0, 1, 7]
    assert lab.files() == [f"{JOB}.h5"]


def test_its_own_processes_get_its_config(lab: Lab) -> None:
    """Processes that an experiment spawns find the lab's modules and read the config that they are given."""
    lab.write(
        "spawns",
        """
import multiprocessing

def work(cfg):
    return cfg.device.qubit.f_ge * cfg.expt.reps

class Expt:
    def go(self):
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            return {"x": pool.map(work, [self.cfg])}
""",
    )
    assert lab.run("spawns").code == 0
    with lab.open() as file:
        assert file["x"][:] == pytest.approx([14.4])


@pytest.mark.parametrize("stubborn", [False, True], ids=["lets itself be stopped", "catches it"])
def test_sigterm_lets_it_switch_its_instruments_off(lab: Lab, stubborn: bool) -> None:
    """SIGTERM runs the experiment's finally blocks; there is no data then, also if it catches the exception."""
    catch = "except BaseException: pass" if stubborn else "except ZeroDivisionError: pass"
    lab.write(
        "long",
        f"""
import time

class Expt:
    def go(self):
        self.data = {{"half": [1]}}
        try:
            print("on", flush=True)
            time.sleep(60)
        {catch}
        finally:
            print("off")
""",
    )
    with lab.begin("long") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "on\n"
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (1, "off\n", "Stopped by SIGTERM: there is no data\n")
    assert (lab.files(), lab.noted()) == ([], None)


KILLED = """
import os, signal, sys

class Expt:
    def go(self):
        name, function, calls = {point!r}
        module, left = sys.modules["_jobyard_lab." + name], [calls]
        old = getattr(module, function)
        def kill(*args):
            left[0] -= 1
            return old(*args) if left[0] else os.kill(os.getpid(), signal.SIGKILL)
        setattr(module, function, kill)
        return {{"x": list(range(50_000)), "y": [1.5] * 50_000}}
"""


@pytest.mark.parametrize(
    "point", [("datafile", "_dataset", 2), ("datafile", "check", 1), ("placing", "_rename", 1)], ids=lambda it: it[1]
)
def test_sigkill_while_data_is_written_leaves_no_result(lab: Lab, point: tuple[str, str, int]) -> None:
    """What was half-written has no name of a result, and the job's next attempt removes it."""
    lab.write("killed", KILLED.format(point=point))
    lab.write("simple", SIMPLE)
    assert lab.run("killed").code == -signal.SIGKILL
    assert (lab.results(), lab.noted()) == ([], None)
    assert [name.endswith(".part") for name in lab.files()] == [True]
    others = [f".{JOB}.h5.0123456789abcdef.part", f".{JOB[:-1]}.h5.x.part"]  # of another yard, of another job
    for name in others:
        (lab.data / name).touch()
    old = lab.data / f".{JOB[:-1]}7.2.h5.incomplete.0123456789abcdef0123.part"  # of a job that was killed days ago
    old.touch()
    os.utime(old, (1, 1))
    lab.here("simple", attempt=2)
    assert lab.files() == sorted([*others, f"{JOB}.2.h5"])


def test_sigkill_before_it_is_told_leaves_a_whole_file_that_is_no_result_yet(lab: Lab) -> None:
    """Without data.json the attempt is not completed; the file that has its name by then is whole."""
    lab.write("killed", KILLED.format(point=("placing", "tell", 1)))
    assert lab.run("killed").code == -signal.SIGKILL
    assert lab.noted() is None
    with lab.open() as file:
        assert len(file["x"]) == len(file["y"]) == 50_000


def test_a_full_disk_is_told_and_leaves_nothing(lab: Lab) -> None:
    """Where not a byte more can be written the attempt fails in words, with no file that is half there."""
    lab.write("large", "import numpy as np\nclass Expt:\n  def go(self): return {'x': np.zeros(200_000)}")
    ended = lab.run("large", python=("prlimit", "--fsize=100000", sys.executable))
    assert ended.code == 1
    assert "The data cannot be written to" in ended.err
    assert "is lost" in ended.err
    assert (lab.files(), lab.noted()) == ([], None)


def test_a_disk_that_cannot_hold_the_data_does_not_cost_it(lab: Lab) -> None:
    """Room is taken before HDF5 writes, which would crash for want of it: the data is kept beside the log, whole."""
    lab.write("large", "import numpy as np\nclass Expt:\n  def go(self): return {'x': np.arange(4_000_000.0)}")
    lab.data.mkdir()
    mounted = f'mount -t tmpfs -o size=8m tmpfs {lab.data} && exec "$@"'
    alone = ("unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"]))
    ended = lab.run("large", python=(*alone, "sh", "-c", mounted, "sh", sys.executable))
    kept = lab.attempts / "1" / f"{JOB}.h5.incomplete"
    assert (ended.code, ended.err.count("No space left on device")) == (1, 1)
    assert f"is kept, but is no result: {kept}" in ended.err
    with h5py.File(kept) as file:
        assert float(file["x"][-1]) == 3_999_999.0


def test_a_file_system_that_takes_no_room_ahead_is_asked_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What has less than is needed is full; what does not say how much it has is believed to have it."""
    room = part("room")
    monkeypatch.setattr(room, "_fallocate", lambda descriptor, size: errno.EOPNOTSUPP)
    free, blocks = [10], [10]
    monkeypatch.setattr(
        room.os, "fstatvfs", lambda descriptor: SimpleNamespace(f_bavail=free[0], f_frsize=4096, f_blocks=blocks[0])
    )
    with (tmp_path / "file").open("wb") as file:
        room._take(file.fileno(), 40_960)
        with pytest.raises(OSError, match="No space left on device"):
            room._take(file.fileno(), 40_961)
        free[0] = blocks[0] = 0
        room._take(file.fileno(), 1 << 40)


def test_another_way_to_write_hdf5_takes_its_own_room(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Data is written as the lab's environment says, which may have no descriptor to take room with."""
    lab.write("simple", SIMPLE)
    monkeypatch.setenv("HDF5_DRIVER", "core")
    assert lab.run("simple").code == 0
    assert lab.results() == [f"{JOB}.h5"]


def test_data_for_which_no_disk_of_the_yard_has_room_is_kept_elsewhere(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """In a folder for temporary files, which nobody else may enter."""
    write = part("datafile").write

    def full(path: str, what: object) -> None:
        if path.startswith((str(lab.data), str(lab.attempts))):
            raise OSError(28, "No space left on device")
        write(path, what)

    monkeypatch.setattr(part("datafile"), "write", full)
    monkeypatch.setattr(part("saving").tempfile, "tempdir", str(tmp_path))
    lab.write("simple", SIMPLE)
    with pytest.raises(part("errors").Refused, match="is kept, but is no result"):
        lab.here("simple")
    (kept,) = tmp_path.glob(f"jobyard-*/{JOB}.h5.incomplete")
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700


def test_data_of_a_group_yard_is_read_by_its_group(lab: Lab) -> None:
    """Folder and file, whatever the umask of who submitted; elsewhere that decides."""
    lab.write("simple", SIMPLE)
    closed = ("sh", "-c", 'umask 077; exec "$@"', "sh", sys.executable)
    modes = []
    for number, shares in ((1, 0o2770), (2, 0o700)):
        root = lab.modules / str(number)
        root.mkdir()
        root.chmod(shares)
        assert lab.run("simple", number, python=closed, data_root=str(root / "data")).code == 0
        (file,) = (root / "data").iterdir()
        modes += [stat.S_IMODE(path.stat().st_mode) for path in (root / "data", file)]
    assert modes == [0o2750, 0o640, 0o700, 0o600]


def test_the_runner_shadows_nothing_behind_a_link_either(lab: Lab, tmp_path: Path) -> None:
    """Where a link leads to jobyard, the interpreter has the folder behind it on its path."""
    (tmp_path / "link").symlink_to(PROCESS)
    lab.write(
        "looks", "import importlib.util as u\nclass Expt:\n  def go(self): return {'found': bool(u.find_spec('wire'))}"
    )
    words = [sys.executable, "-u", str(tmp_path / "link" / "start.py"), str(lab.request("looks"))]
    subprocess.run(words, check=True, cwd="/")
    with lab.open() as file:
        assert not file["found"][()]


def test_room_is_never_less_than_what_is_written(lab: Lab) -> None:
    """Whatever the data is; and what was too much is given back."""
    values = {
        "cube": np.zeros((3, 7, 1001)),
        "texts": ["x" * n for n in range(500)],
        "many": {str(n): n for n in range(300)},
    }
    datafile, room = part("datafile"), part("room")
    for key, value in {**values, "rows": [list(range(n % 40)) for n in range(900)], "nothing": None}.items():
        path = lab.modules / f"{key}.h5"
        what = datafile.content({key: value}, {"long": "x" * 100_000}, [], {}, {})
        datafile.write(str(path), what)
        size = path.stat().st_size
        assert size <= sum(room.needed(leaf.value) + 4096 for leaf in what.plan.leaves) + 100_000 + room.SLACK
        assert path.stat().st_blocks * 512 < size + 8192


def test_an_attempt_whose_folder_is_gone_leaves_no_result(lab: Lab) -> None:
    """Data that was written, but cannot be told, gets a name that is no result's."""
    code = f"import shutil\nclass Expt:\n  def go(self): shutil.rmtree({str(lab.attempts)!r}); return {{'a': 1}}"
    lab.write("gone", code)
    with pytest.raises(part("errors").Refused, match=r"cannot be told.*\.h5\.incomplete"):
        lab.here("gone")
    assert lab.files() == [f"{JOB}.h5.incomplete"]


def test_a_disk_that_fills_up_keeps_the_data_beside_the_log(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Data for which its own disk has no room is kept in the attempt's folder, and is no result."""
    write = part("datafile").write

    def full(path: str, what: object) -> None:
        if path.startswith(str(lab.data)):
            Path(path).write_bytes(b"half")
            raise OSError(28, "No space left on device")
        write(path, what)

    monkeypatch.setattr(part("datafile"), "write", full)
    lab.write("simple", SIMPLE)
    with pytest.raises(part("errors").Refused, match=r"No space left.*/1/JOB-.*\.h5\.incomplete"):
        lab.here("simple")
    assert (lab.files(), lab.noted()) == ([], None)
    assert (lab.attempts / "1" / f"{JOB}.h5.incomplete").exists()


# -- the runner's own files ---------------------------------------------------------------------

LATER = {"removeprefix", "removesuffix", "lcm", "cache", "pairwise", "TypeAlias", "waitstatus_to_exitcode"}
FILES = sorted(PROCESS.glob("*.py"))


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.stem)
def test_the_runner_is_python_3_8_and_imports_nothing_of_ours(file: Path) -> None:
    """It parses as Python 3.8, uses no later names, and imports the standard library, its siblings, numpy and h5py."""
    tree = ast.parse(file.read_text(), feature_version=(3, 8))
    used = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert used & LATER == set()
    assert outside(tree) <= {"numpy", "h5py"}


def outside(tree: ast.AST) -> set[str]:
    """What is imported from neither the standard library nor beside it."""
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    froms = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert all(node.level <= 1 for node in froms)
    names |= {str(node.module) for node in froms if not node.level}
    return {name.partition(".")[0] for name in names} - sys.stdlib_module_names
