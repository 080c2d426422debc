"""What is told of an experiment before it waits: interpreter, libraries, module, class."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobyard.core.errors import BadInput, Unknown
from jobyard.core.kinds import Submitter
from jobyard.core.lab import asking, listing, looking, reach

RABI = '''
"""Rabi."""
from .base import Base
from math import pi as PI

class Rabi(Base):
    """Amplitude Rabi.

    More."""
    def acquire(self): ...

try:
    class Tried: pass
except ImportError:
    class Caught: pass

One, two = Rabi, Tried
class _Private:
    def go(self): ...
'''

AROUND = Submitter("/", {"PATH": os.environ["PATH"]})


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    """A folder of a lab's modules."""
    folder = tmp_path / "lab"
    (folder / "experiments").mkdir(parents=True)
    (folder / "experiments" / "rabi.py").write_text(RABI)
    (folder / "experiments" / "broken.py").write_text("class MyExperiment(:\n")
    (folder / "experiments" / "any.py").write_text("from os.path import *\n")
    (folder / "helper.py").write_text("class Fit:\n    pass\n")
    return folder


@pytest.fixture
def python(tmp_path: Path) -> Path:
    """An interpreter that has numpy and h5py as far as it says, in milliseconds."""
    return stand_in(tmp_path / "python3", numpy='"1"', h5py='"3"')


def stand_in(
    path: Path, numpy: str = "null", h5py: str = "null", version: str = "[3, 11, 1]", file: str = "null"
) -> Path:
    answer = f'{{"version": {version}, "numpy": {numpy}, "h5py": {h5py}, "file": {file}, "outline": null, "wrong": ""}}'
    path.write_text(f"#!/bin/sh\necho hello from sitecustomize\necho '{looking.MARK}{answer}'\n")
    path.chmod(0o755)
    return path


def find(
    lab: Path, python: Path, module: str = "experiments.rabi", name: str = "Rabi", **more: object
) -> dict[str, object]:
    fields = {"module": module, "class": name, "python": str(python), **more}
    return asking.found(fields, Submitter(str(lab), {"PATH": os.environ["PATH"]}))


# -- what is found --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Rabi", "Tried", "Caught", "One", "two", "Base", "PI", "Rabi.Inner"])
def test_a_class_is_found_in_the_text_of_its_module(lab: Path, python: Path, name: str) -> None:
    """Defined, assigned, imported, in a branch: whatever binds the name; what the submitter has is stored with it."""
    found = find(lab, python, name=name)
    assert (found["python"], found["paths"]) == (str(python), [str(lab)])


def test_the_submitters_folder_comes_before_its_pythonpath(lab: Path, python: Path, tmp_path: Path) -> None:
    """As for a script: the folder, then PYTHONPATH; what is not there is left out."""
    other = tmp_path / "other"
    other.mkdir()
    env = {"PYTHONPATH": f"{other}:/nowhere:"}
    fields = {"module": "helper", "class": "Fit", "python": str(python)}
    assert asking.found(fields, Submitter(str(lab), env))["paths"] == [str(lab), str(other)]


def test_paths_that_are_given_are_the_only_ones(lab: Path, python: Path, tmp_path: Path) -> None:
    """They are made absolute from the job's folder."""
    fields = {"module": "helper", "class": "Fit", "python": str(python), "paths": ["lab"]}
    found = asking.found(fields, Submitter(str(tmp_path), {"PYTHONPATH": "/usr"}))
    assert found["paths"] == [str(lab)]


def test_the_job_the_queue_the_submitter(lab: Path, tmp_path: Path) -> None:
    """The interpreter is the job's, else the queue's, else the environment's, else what python3 means."""
    (tmp_path / "bin").mkdir()
    job, queue, env, plain = (
        stand_in(tmp_path / name, '"1"', '"1"') for name in ("job", "queue", "bin/python3", "python3")
    )
    path = {"PATH": str(tmp_path)}
    fields = {"module": "helper", "class": "Fit"}
    for wanted, around in (
        (job, Submitter(str(lab), path, str(queue))),
        (queue, Submitter(str(lab), path, str(queue))),
        (env, Submitter(str(lab), {**path, "VIRTUAL_ENV": str(tmp_path)})),
        (plain, Submitter(str(lab), {**path, "VIRTUAL_ENV": "/nowhere"})),
    ):
        asked = {**fields, "python": str(job)} if wanted is job else fields
        assert asking.found(asked, around)["python"] == str(wanted)


# -- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("module", "name", "told"),
    [
        ("experiments.rabi", "Raby", "Did you mean Rabi?"),
        ("experiments.rabi", "Zzzzzz", "It has Rabi, Tried, Caught, _Private"),
        ("experiments.raby", "Rabi", "Did you mean experiments.rabi?"),
        ("experiments.broken", "Rabi", "is no Python"),
        ("nowhere.at.all", "Rabi", "It was looked for in"),
    ],
)
def test_what_is_not_there_is_told_with_the_nearest(lab: Path, python: Path, module: str, name: str, told: str) -> None:
    """A typing mistake costs no place in the queue."""
    with pytest.raises(BadInput, match=told.replace("?", r"\?")):
        if module == "experiments.broken":  # asked of an interpreter that really parses
            python = Path(sys.executable)
        find(lab, python, module, name)


def test_what_cannot_be_known_is_not_refused(lab: Path, python: Path) -> None:
    """A star import may bring any name; a library of the interpreter is its own matter."""
    find(lab, python, "experiments.any", "Whatever")
    built_in = stand_in(python, '"1"', '"1"', file='""')
    find(lab, built_in, "sys", "flags")


def test_an_edited_module_is_looked_at_again(lab: Path, python: Path) -> None:
    """A long-lived notebook sees the class that was just written."""
    with pytest.raises(Unknown):
        find(lab, python, "helper", "New")
    (lab / "helper.py").write_text("class New:\n    pass\n")
    os.utime(lab / "helper.py", ns=(1, 1))
    find(lab, python, "helper", "New")


@pytest.mark.parametrize(
    ("numpy", "h5py", "version", "told"),
    [
        ("null", '"3"', "[3, 11, 1]", "lacks numpy"),
        ("null", "null", "[3, 11, 1]", "lacks numpy and h5py"),
        ('"1"', '"3"', "[3, 7, 9]", "It is Python 3.7.9, and 3.8 is the oldest"),
    ],
)
def test_an_interpreter_that_lacks_something(
    lab: Path, tmp_path: Path, numpy: str, h5py: str, version: str, told: str
) -> None:
    """It is told what to install, or that it is too old."""
    with pytest.raises(BadInput, match=told):
        find(lab, stand_in(tmp_path / "it", numpy, h5py, version))


def test_an_interpreter_that_is_none(lab: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Missing, a folder, not executable, another program, one that never answers."""
    script = tmp_path / "script"
    script.write_text("#!/bin/sh\necho no such option >&2; exit 2\n")
    with pytest.raises(BadInput, match="is not executable"):
        find(lab, script)
    script.chmod(0o755)
    with pytest.raises(BadInput, match="It is no Python that answers: no such option"):
        find(lab, script)
    for missing in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(BadInput, match="There is no interpreter"):
            find(lab, missing)
    monkeypatch.setattr(asking, "PATIENCE", 0.05)
    script.write_text("#!/bin/sh\nexec sleep 30\n")
    os.utime(script, ns=(1, 1))
    with pytest.raises(BadInput, match=r"It did not answer within 0\.05 seconds"):
        find(lab, script)


def test_an_interpreter_is_asked_once(lab: Path, python: Path, tmp_path: Path) -> None:
    """Two submits, one process; another after it has been replaced."""
    asked = tmp_path / "asked"
    python.write_text(python.read_text() + f"echo >> {asked}\n")
    find(lab, python), find(lab, python, name="Tried")
    assert asked.read_text() == "\n"
    os.utime(python, ns=(5, 5))
    find(lab, python)
    assert asked.read_text() == "\n\n"


def test_a_real_interpreter_answers(lab: Path) -> None:
    """Without importing the module, it finds its own libraries and their versions, and parses for us."""
    told = asking.ask(sys.executable, AROUND, "concurrent.futures.thread", str(lab / "experiments" / "rabi.py"))
    assert told.lacks == ()
    assert told.version[:2] == sys.version_info[:2]
    assert str(told.file).endswith("concurrent/futures/thread.py")
    assert [one["name"] for one in (told.outline or {})["classes"]] == ["Rabi", "Tried", "Caught", "_Private"]
    assert asking.ask(sys.executable, AROUND, "sys").file == ""
    assert asking.ask(sys.executable, AROUND, "no_such_module.x").file is None


def test_the_question_needs_nothing_of_ours() -> None:
    """It runs isolated, by its text alone."""
    source = Path(looking.__file__).read_text()
    command = [sys.executable, "-I", "-S", "-c", source, '{"module": "json.decoder", "parse": ""}']
    answer = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout
    assert answer.startswith(looking.MARK)
    assert "json/decoder.py" in answer
    assert '"numpy": null' in answer


# -- where modules are ----------------------------------------------------------------------------


@given(name=st.text(max_size=20), deep=st.lists(st.text(min_size=1, max_size=5), max_size=4))
def test_any_name_is_looked_for_without_an_accident(name: str, deep: list[str]) -> None:
    """Whatever is asked for: a file, a folder, or nothing."""
    word = ".".join([name, *deep]).replace("\0", "").replace("/", "")
    try:
        word.encode()
    except UnicodeEncodeError:
        return
    assert looking.locate(word, ["/usr/lib/python3"]) in (None, "") or word


def test_modules_are_found_in_the_order_of_python(tmp_path: Path) -> None:
    """A package before a module of its name, a module before a folder, the first folder before the second."""
    for name in ("one/a/__init__.py", "one/a.py", "one/b.py", "two/b/c.py", "one/space/x.py", "two/space/y.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    one, two = str(tmp_path / "one"), str(tmp_path / "two")
    assert looking.locate("a", [one, two]) == f"{one}/a/__init__.py"
    assert looking.locate("b", [two, one]) == f"{one}/b.py"
    assert looking.locate("b.c", [two, one]) is None
    assert looking.locate("space.y", [one, two]) == f"{two}/space/y.py"
    assert looking.locate("space", [one, two]) == ""


# -- who can read it --------------------------------------------------------------------------------


def test_what_the_yards_owner_cannot_read_is_told() -> None:
    """The jobs run under that account: a home that is closed to it is no place for modules."""
    stranger = 4_000_000
    with tempfile.TemporaryDirectory(dir="/tmp") as home:
        module = Path(home) / "rabi.py"
        module.write_text("")
        module.chmod(0o644)
        Path(home).chmod(0o755)
        assert reach.reachable(str(module), stranger)
        Path(home).chmod(0o750)
        assert not reach.reachable(str(module), stranger)
        assert reach.reachable(str(module), 0)
        assert reach.reachable(str(module), os.geteuid())
        with pytest.raises(BadInput, match="Account 4000000, who runs the jobs, cannot read it"):
            reach.check(str(module), stranger, "The module")
        fields = {"module": "rabi", "class": "Rabi", "paths": ["/tmp"]}
        with pytest.raises(BadInput, match=f"The job's folder {home} cannot be used"):
            asking.found(fields, Submitter(home, {"PATH": os.environ["PATH"]}, owner=stranger))


# -- lists ------------------------------------------------------------------------------------------


def test_experiments_of_a_folder(lab: Path) -> None:
    """Classes with go or acquire, or with an experiment as base; private ones, environments and hidden ones not."""
    (lab / "t1.py").write_text("import base\nclass T1(base.BaseExperiment):\n    '''Decay.'''\n")
    (lab / "venv").mkdir()
    (lab / "venv" / "x.py").write_text("class X:\n    def go(self): ...\n")
    found, wrong = listing.experiments(str(lab))
    assert [(one.target, one.about) for one in found] == [
        ("t1:T1", "Decay."),
        ("experiments.rabi:Rabi", "Amplitude Rabi."),
    ]
    assert wrong == [str(lab / "experiments" / "broken.py")]


@pytest.fixture(autouse=True)
def forgetful() -> Iterator[None]:
    """What was remembered of files of other tests is none of this one's."""
    yield
    asking._known.clear()
    asking._parsed.cache_clear()
