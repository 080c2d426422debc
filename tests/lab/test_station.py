"""A warm station: made once, lent to one attempt at a time, never stale, never beside another one."""

from __future__ import annotations

import atexit
import importlib
import os
import resource
import shutil
import signal
import socket
import sys
import threading
import types
from collections.abc import Iterator
from importlib.machinery import ExtensionFileLoader, ModuleSpec
from pathlib import Path

import pytest

from tests import leftovers
from tests.lab.runnerkit import part
from tests.lab.stationkit import Lab, is_gone, kill
from tests.running.promise import until


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    """A lab whose station ends with the test."""
    found = Lab(tmp_path)
    yield found
    found.close()


def test_attempts_share_one_station(lab: Lab) -> None:
    """The second attempt has what the first constructed, runs in the same process, and leaves its own data."""
    assert lab.station()
    assert [lab.run(), lab.value(), lab.run(), lab.value()] == [0, 1, 0, 1], lab.said()
    assert lab.made() == 1
    assert len(set(lab.told("begin"))) == 1
    assert (lab.home / "jobs" / "2" / "station").read_text().startswith(f"{lab.pid()} ")  # for the keeper's samples
    assert not lab.station()


def test_a_helpers_helper_is_never_stale(lab: Lab) -> None:
    """What was edited between two attempts is what runs, however deep, and the station stays."""
    assert [lab.run(), lab.value()] == [0, 1], lab.said()
    lab.write("deeper.py", "VALUE = 2\n")
    assert [lab.run(), lab.value(), lab.made()] == [0, 2, 1], lab.said()


def test_what_was_installed_elsewhere_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package of a folder site-packages that PYTHONPATH names, and all of one with a compiled part, which cannot be
    imported twice; what somebody edits goes."""
    monkeypatch.setattr(sys, "dont_write_bytecode", sys.dont_write_bytecode)
    for folder, name in (("site-packages", "of_env"), ("lab", "of_lab"), ("lab", "of_lab_fast")):
        (tmp_path / folder / name).mkdir(parents=True)
        (tmp_path / folder / name / "__init__.py").write_text("from . import inner\n")
        (tmp_path / folder / name / "inner.py").write_text("")
        monkeypatch.syspath_prepend(tmp_path / folder)
    modules = part("modules").Modules()
    for name in ("of_env", "of_lab", "of_lab_fast"):
        importlib.import_module(name)
    fast = types.ModuleType("of_lab_fast.fast")
    fast.__file__ = str(tmp_path / "lab" / "of_lab_fast" / "fast.so")
    fast.__spec__ = ModuleSpec(fast.__name__, ExtensionFileLoader(fast.__name__, fast.__file__))
    monkeypatch.setitem(sys.modules, fast.__name__, fast)
    modules.forget()
    left = {name for name in sys.modules if name.startswith("of_")}
    for name in left:
        del sys.modules[name]
    assert left == {"of_env", "of_env.inner", "of_lab_fast", "of_lab_fast.inner", "of_lab_fast.fast"}


def test_a_station_whose_file_changed_is_made_anew(lab: Lab) -> None:
    """Its object is of the old text: the next attempt gets another one, and is told why."""
    assert lab.run() == 0, lab.said()
    lab.write("station.py", (lab.code / "station.py").read_text() + "\n# another gain\n")
    assert [lab.run(), lab.made()] == [0, 2]
    assert "station.py has changed" in lab.said()


def test_another_hardware_config_makes_another_station(lab: Lab) -> None:
    """It was constructed with the config of before."""
    assert lab.run(config_file="/one") == lab.run(config_file="/one") == 0
    assert [lab.run(config_file="/two"), lab.made()] == [0, 2]
    assert "hardware config" in lab.said()


def test_a_failure_replaces_it(lab: Lab) -> None:
    """The traceback is the attempt's; the next one gets a new station."""
    assert lab.run("fails") == 1
    assert "ValueError: no such pulse" in lab.said()
    assert [lab.run(), lab.made()] == [0, 2]


def test_a_wrong_station_fails_the_attempt(lab: Lab) -> None:
    """With the traceback of its constructor, and again as soon as it is mended."""
    lab.write("station.py", "class Station:\n    def __init__(self):\n        raise OSError('the board is off')\n")
    assert lab.run() == 1
    assert "OSError: the board is off" in lab.said()
    lab.write("station.py", "class Station:\n    soc = None\n    def __init__(self):\n        pass\n")
    assert lab.run() == 0, lab.said()


def test_a_stop_is_passed_on(lab: Lab) -> None:
    """SIGTERM to the attempt's process ends the experiment, whose finally runs; the station is replaced."""
    lab.station()
    attempt = lab.attempt("sleeps")
    lab.hears("sleeps")
    attempt.terminate()
    assert attempt.wait(10) == 1
    assert "SIGTERM" in lab.said()
    assert lab.told("end") == [""]
    assert [lab.run(), lab.made()] == [0, 2]


def test_a_killed_attempt_kills_its_station_at_once(lab: Lab) -> None:
    """Even in a call that never lets go of the interpreter; the lock is held until it is dead, then the next begins."""
    lab.station()
    attempt = lab.attempt("holds")
    lab.hears("holds")
    pid = lab.pid()
    kill(attempt)
    until(lambda: is_gone(pid), "the station's death", 2.0)
    assert [lab.run(), lab.made()] == [0, 2]
    assert lab.told("end") == [""]  # of the second alone


def test_a_killed_station_fails_its_attempt(lab: Lab) -> None:
    """And says so; the next attempt gets a new one."""
    lab.station()
    attempt = lab.attempt("sleeps")
    lab.hears("sleeps")
    os.kill(lab.pid(), signal.SIGKILL)
    assert attempt.wait(10) == 1
    assert "SIGKILL" in lab.said()
    assert [lab.run(), lab.made()] == [0, 2]


def test_without_its_guard_nothing_lives_on(lab: Lab) -> None:
    """A killed guard takes the station with it and fails the attempt; the next worker's look starts both again."""
    lab.station()
    attempt = lab.attempt("holds")
    lab.hears("holds")
    pid = lab.pid()
    os.kill(int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1]), signal.SIGKILL)
    assert attempt.wait(10) == 1
    assert "ended while the attempt ran" in lab.said()
    until(lambda: is_gone(pid) and lab.is_free(), "the station's death", 2.0)
    assert lab.station()
    assert lab.run() == 0


def test_attempts_never_overlap(lab: Lab) -> None:
    """Three at a time: each begins after the one before has ended."""
    lab.station()
    some = [lab.attempt() for _ in range(3)]
    assert [one.wait(30) for one in some] == [0, 0, 0]
    heard = [line.split()[0] for line in lab.witness.read_text().splitlines() if not line.startswith("made")]
    assert heard == ["begin", "end"] * 3


def test_without_a_station_an_attempt_runs_cold(lab: Lab) -> None:
    """It has the lock meanwhile, so that no station comes beside it."""
    attempt = lab.attempt("sleeps")
    lab.hears("sleeps")
    assert not lab.station()
    assert lab.pid() == attempt.pid
    attempt.terminate()
    assert attempt.wait(10) == 1
    until(lab.is_free, "the lock")


def test_what_an_attempt_did_to_its_process_is_put_back(lab: Lab) -> None:
    """Folder, environment, module path, words, limits; its output is its own; what the station has set stays."""
    assert lab.run("messes") == 0, lab.said()
    assert "mess on 1" in lab.said("stdout")
    assert lab.run("looks") == 0, lab.said()
    bounds = f"True warn None {len(os.sched_getaffinity(0))} {resource.getrlimit(resource.RLIMIT_NOFILE)[0]}"
    assert lab.said("stdout").splitlines() == [f"{lab.code} False False False", "True loaded", bounds]
    assert lab.told("figures closed:") == ["all"]
    assert lab.made() == 1


def test_atexit_belongs_to_the_attempt(lab: Lab) -> None:
    """What it has registered runs at its end, last first, as in a process; the station's own waits for the station."""
    assert lab.run("parts") == 0, lab.said()
    assert [line for line in lab.witness.read_text().splitlines() if line[:4] in ("kept", "part", "clos")] == [
        "parted 1",
        "kept",
    ]
    assert "TypeError: value() takes 0 positional arguments" in lab.said()
    assert lab.run() == 0
    assert len(lab.told("kept")) == 1
    assert not lab.told("closed")
    lab.close()
    assert lab.told("closed")


def test_a_farewell_that_does_not_end_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The attempt ends as it did, and its guard hears that the station is no good any more; it hears one answer."""
    for holder, name in ((atexit, "register"), (atexit, "unregister"), (sys, "dont_write_bytecode")):
        monkeypatch.setattr(holder, name, getattr(holder, name))
    monkeypatch.setattr(part("guards"), "PATIENCE", 0.01)
    guard, theirs = socket.socketpair()
    with guard, theirs:
        station, heard = part("station").Station(theirs, main=lambda *_: 0), threading.Event()
        monkeypatch.setattr(station, "_answer", lambda *_: station._part(7) or {"code": 7})
        monkeypatch.setattr(station._farewell, "run", heard.wait)
        thread = threading.Thread(target=station.attend, args=({}, []))
        thread.start()
        assert part("wire").receive(guard)[0] == {
            "code": 7,
            "left": "what it registered with atexit, which does not end",
        }
        heard.set()
        thread.join()
        theirs.shutdown(socket.SHUT_WR)
        assert part("wire").receive(guard)[0] is None


def test_what_an_attempt_leaves_behind_is_stopped(lab: Lab) -> None:
    """A process that it started does not outlive it, and the station does."""
    assert lab.run("leaves") == 0, lab.said()
    assert is_gone(int(lab.told("child")[0]))
    assert [lab.run(), lab.made()] == [0, 1]


def test_a_thread_that_is_left_behind_ends_with_the_station(lab: Lab) -> None:
    """It might go on measuring beside the next attempt: the station is gone before this one has ended."""
    assert lab.run("threads") == 0, lab.said()
    assert is_gone(lab.pid())
    assert "left behind a thread (ramp)" in lab.said()
    assert [lab.run(), lab.made()] == [0, 2]


def test_another_gpu_makes_another_station(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """A library that was told of its GPUs once does not look again."""
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    assert lab.run() == 0
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1")
    assert [lab.run(), lab.made()] == [0, 2]


def test_an_idle_station_leaves(lab: Lab) -> None:
    """After the time that the settings give it; and when its yard is gone."""
    lab.station(0.2)
    until(lab.is_free, "its leaving")
    assert lab.station()
    shutil.rmtree(lab.home)
    assert leftovers.wait_until_gone(lab.home, 5) == {}
