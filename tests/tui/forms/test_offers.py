"""What completes the text of a field."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from jobyard.core.models import JobSpec
from jobyard.core.yard import Yard
from jobyard.tui.forms.fields import As, Field
from jobyard.tui.forms.looking import odd
from jobyard.tui.forms.offers import known_to, offers, told

WORDS = {"queues": ("default", "lab/qick"), "jobs": ("JOB-1", "rabi", "rabi-2", "ramsey")}


def known(source: str) -> Mapping[str, str]:
    return {word: f"about {word}" for word in WORDS[source]}


def test_words_of_the_yard() -> None:
    """Those that begin as typed; after a comma the last word is completed."""
    assert offers(Field("queue", "queue", source="queues"), "d", known) == ["default"]
    assert offers(Field("queue", "queue", source="queues"), "", known) == ["default", "lab/qick"]
    after = Field("after", "after", kind=As.WORDS, source="jobs")
    assert offers(after, "JOB-1, ra", known) == ["JOB-1, rabi", "JOB-1, rabi-2", "JOB-1, ramsey"]
    assert offers(after, "JOB-1", known) == []


def test_a_whole_word_comes_before_those_that_begin_so() -> None:
    """So that a job whose name begins another's can be meant; a line tells jobs apart."""
    after = Field("after", "after", kind=As.WORDS, source="jobs")
    found = offers(after, "JOB-1, rabi", known)
    assert found == ["JOB-1, rabi", "JOB-1, rabi-2"]
    assert told(after, found, known) == ["rabi  about rabi", "rabi-2  about rabi-2"]
    assert told(Field("queue", "queue", source="queues"), ["default"], known) == []


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a program, a text and another folder; it is the search path, and where the app stands."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "fitall").write_text("#!/bin/sh\n")
    (tmp_path / "bin" / "fitall").chmod(0o755)
    (tmp_path / "bin" / "fit.txt").write_text("")
    for name in ("data", "data two"):
        (tmp_path / name).mkdir()
    (tmp_path / "data.h5").write_text("")
    (tmp_path / ".hidden").write_text("")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


COMMAND = Field("command", "command", kind=As.COMMAND, source="command")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("fi", ["fitall"]),
        ("", []),
        ("fitall da", ["fitall data/", "fitall data.h5"]),
        ("fitall .h", ["fitall .hidden"]),
        ("bin/f", ["bin/fit.txt", "bin/fitall"]),
        ("fitall nothing/", []),
    ],
)
def test_programs_and_paths_of_a_command(folder: Path, text: str, found: list[str]) -> None:
    """First the program, then paths that need no quotes."""
    assert offers(COMMAND, text, known) == found


def test_folders_and_files(folder: Path) -> None:
    """A folder's field offers folders alone."""
    assert offers(Field("cwd", "folder", kind=As.PATH, source="folders"), "da", known) == ["data/", "data two/"]
    assert offers(Field("stdin", "input", kind=As.PATH, source="files"), "data.", known) == ["data.h5"]


def test_each_source_of_the_yard_is_asked_once(yard_home: object) -> None:
    """While a form is open."""
    with Yard.open() as yard:
        one = yard.submit(JobSpec({"command": ["true"]}, name="rabi")).id
        yard.submit_many([JobSpec({"command": ["true"]}, name="twice"), JobSpec({"command": ["true"]}, name="twice")])
        array = yard.submit(JobSpec({"command": ["true"]}, name="sweep", array="1-4")).id
        words = known_to(yard)
        assert words("jobs")[one] == "rabi ○ pending"
        assert words("jobs")["rabi"] == f"{one} ○ pending"
        assert words("jobs")["twice"] == "2 jobs"
        assert words("jobs")[array.partition("[")[0] + "[]"] == "sweep array of 4"
        assert list(words("queues")) == ["default"]
        yard.queue_create("other")
        assert list(words("queues")) == ["default"]


@pytest.mark.parametrize(
    ("spec", "keys"),
    [
        (JobSpec({"command": ["fitall"]}), []),
        (JobSpec({"command": ["nothere"]}), ["command"]),
        (JobSpec({"command": ["./x"]}, cwd="/nowhere"), ["cwd", "command"]),
        (JobSpec({"command": ["bin/fitall"]}, stdin="/nowhere"), ["stdin"]),
        (JobSpec({"command": ["p{i}"]}, stdin="in{i}"), []),
        (JobSpec({"command": "a | b"}), []),
        (JobSpec({"command": ["fitall"]}, env={"PATH": "/nowhere"}), ["command"]),
    ],
)
def test_what_is_not_there_is_a_doubt(folder: Path, spec: JobSpec, keys: list[str]) -> None:
    """Folder, input and program, as they are on this host now."""
    assert [key for key, _ in odd(spec)] == keys
    assert os.getcwd() == str(folder)
