"""``jobyard experiment --sweep``: a job for each point, told, found and looked at by its values."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import click
import pytest

from jobyard.core.models import ArrayRow
from jobyard.core.store import submit
from jobyard.core.yard import Yard
from jobyard.tui.cli import complete
from tests.cli.conftest import Call

MODULE = '''
class Plain:
    """Counts."""
    def __init__(self, soccfg=None, path="", prefix="", config_file=None):
        pass

    def go(self, save=False, analyze=False, display=False, progress=False):
        self.data = {"xpts": [1.0, 2.0], "avgi": [self.cfg.expt.amp, self.cfg.expt.pulse.gain]}
'''
TARGET = "exps.some:Plain"
AXES = ("--sweep", "amp=0:1:3", "--sweep", "pulse.gain=10,20")


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: Call) -> Path:
    """A folder of a lab, in which one stands, with a hardware config that has been pushed."""
    folder = tmp_path / "lab"
    (folder / "exps").mkdir(parents=True)
    (folder / "exps" / "some.py").write_text(MODULE)
    (folder / "hw.yml").write_text("device: {f_ge: 4.8}\n")
    monkeypatch.chdir(folder)
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    monkeypatch.setenv("PATH", f"{os.path.dirname(sys.executable)}:{os.environ['PATH']}")
    assert call("config", "push", "hardware_config", "hw.yml").code == 0
    return folder


def configs(*refs: str) -> list[Any]:
    with Yard.open() as yard:
        return [yard.job(ref).fields["config"] for ref in refs]


def test_a_job_for_each_point_with_its_values(lab: Path, call: Call) -> None:
    """The first axis slowest; dotted keys nest beside what is there; the answer says how many, from where to where."""
    answer = call("experiment", TARGET, "reps=5", "pulse.length=40", *AXES, "-n", "rabi")
    assert answer.out.endswith("[1-6]\n")
    assert "6 jobs, from amp=0 pulse.gain=10 to amp=1 pulse.gain=20" in answer.err
    assert configs("rabi[1]", "rabi[4]") == [
        {"reps": 5, "pulse": {"length": 40, "gain": 10}, "amp": 0.0},
        {"reps": 5, "pulse": {"length": 40, "gain": 20}, "amp": 0.5},
    ]
    shown = call("show", "rabi[4]", "--json").json
    assert shown["swept"] == {"amp": 0.5, "pulse.gain": 20}
    assert shown["command"].startswith("Plain  amp=0.5 pulse.gain=20 reps=5")
    assert "swept      amp=0.5 pulse.gain=20\n" in call("show", "rabi[4]").out
    assert "Plain  amp=0,0.5,1 pulse.gain=10,20 reps=5" in call("list").out


def test_zipped_axes_go_together_and_json_tells_the_ends(lab: Path, call: Call) -> None:
    """At most so many at a time, if one wants: --array %N."""
    answer = call(
        "experiment", TARGET, "--sweep", "amp=1,2", "--sweep", "f=4,5", "--zip", "--array", "%1", "--json"
    ).json
    assert (answer["jobs"], answer["first"], answer["last"]) == (2, {"amp": 1, "f": 4}, {"amp": 2, "f": 5})
    assert call("show", answer["id"], "--json").json["most"] == 1


def test_some_points_of_a_sweep(lab: Path, call: Call) -> None:
    """Their indexes are those of the whole, so that a sweep is gone on with where it ended."""
    answer = call("experiment", TARGET, *AXES, "--array", "5-6", "-n", "rest", "--json").json
    assert (answer["jobs"], answer["first"]) == (2, {"amp": 1.0, "pulse.gain": 10})
    assert configs("rest[6]") == [{"amp": 1.0, "pulse": {"gain": 20}}]


def test_a_rehearsal_prints_the_points_and_submits_nothing(lab: Path, call: Call) -> None:
    """Each with its index, as text or as JSON; nothing is stored."""
    told = call("experiment", TARGET, *AXES, "--dry-run")
    assert told.out.splitlines()[:2] == ["1  amp=0 pulse.gain=10", "2  amp=0 pulse.gain=20"]
    assert "6 jobs" in told.err
    points = call("experiment", TARGET, *AXES, "--dry-run", "--array", "3", "--json").json
    assert points == [{"index": 3, "swept": {"amp": 0.5, "pulse.gain": 10}}]
    assert call("list", "--json").json == []


def test_a_misspelt_key_is_told_and_taken(lab: Path, call: Call) -> None:
    """A class may take what its text does not tell: keys that are like none of it are nobody's mistake."""
    told = call("experiment", TARGET, "puls.gain=3", "reps=5", "--sweep", "ampl=1,2", "--dry-run")
    assert told.err.splitlines()[1:] == [
        "jobyard: Plain is not known to take puls.gain. Did you mean pulse.gain?",
        "jobyard: Plain is not known to take ampl. Did you mean amp?",
    ]
    taken = call("experiment", TARGET, "ampl=1", "pulse=5", "--hold")
    assert (taken.code, taken.err.count("Did you mean")) == (0, 1)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--sweep", "amp"), "does not say KEY=VALUES"),
        (("--sweep", "amp=0:1:200000"), "more than 100,000 values"),
        (("--sweep", "a=0:1:1000", "--sweep", "b=0:1:1000"), "1,000 × 1,000 points"),
        (("--sweep", "a=1,2", "--sweep", "b=1", "--zip"), "There are 2 values of a, 1 values of b"),
        (("--sweep", "a=1,2", "--array", "2-3"), "The sweep has 2 points"),
        (("a=1", "--sweep", "a.b=1,2"), "The key a is 1 already, and has nothing in it"),
        (("--sweep", "a=1,2", "--unique", "k"), "an array is many"),
        (("--zip",), "--zip was given without --sweep"),
        (("--dry-run",), "There is no sweep to show"),
    ],
)
def test_a_mistake_stores_nothing(lab: Path, call: Call, words: tuple[str, ...], told: str) -> None:
    """It is told with exit code 2, and no job is there."""
    answer = call("experiment", TARGET, *words)
    assert answer.code == 2
    assert told in answer.err
    assert call("list", "--json").json == []


@pytest.mark.parametrize(("point", "left"), [("submit.chunk", 0), ("submit.complete", 1200)])
def test_a_killed_submit_leaves_all_of_a_sweep_or_nothing(
    lab: Path, call: Call, process: Call, tmp_path: Path, point: str, left: int
) -> None:
    """Also one of more jobs than a transaction takes; the next worker clears up."""
    dying = {**os.environ, "JOBYARD_CRASH_AT": point, "JOBYARD_CRASH_ONCE": str(tmp_path)}
    assert process("experiment", TARGET, "--sweep", "amp=0:1:1200", "-n", "rabi", env=dying).code == -9
    with Yard.open() as yard:
        assert yard.folded() == []
        submit.sweep(yard._store)
        counted = [array.left for array in yard.folded() if isinstance(array, ArrayRow)]
    assert counted == ([left] if left else [])


def test_files_of_jobs_hold_sweeps(lab: Path, call: Call) -> None:
    """JSON and YAML: axes by key or as pairs, values as a list or as on the command line."""
    job = {"kind": "experiment", "module": "exps.some", "class": "Plain", "config": {"n": 2}}
    pairs = {**job, "name": "one", "sweep": {"axes": [["amp", [1, 2]], ["f", "log:1:100:3"]]}}
    (lab / "jobs.jsonl").write_text(json.dumps(pairs) + "\n" + json.dumps({"command": "true"}))
    (lab / "jobs.yml").write_text(
        "- {kind: experiment, module: exps.some, class: Plain, name: two, array: '%2',\n"
        "   sweep: {axes: {amp: '0:1:3', f: [1, 2, 3]}, zip: true}}\n"
    )
    ids = call("submit", "--file", "jobs.jsonl", "--json").json
    assert ids[0].endswith("[1-6]")
    assert len(ids) == 2
    (id,) = call("submit", "--file", "jobs.yml", "--json").json
    assert (id[-5:], call("show", id, "--json").json["most"]) == ("[1-3]", 2)
    assert configs("one[6]", "two[2]") == [{"n": 2, "amp": 2, "f": 100}, {"amp": 0.5, "f": 2}]
    wrong = {**job, "sweep": {"axes": {"amp": 5}}}
    (lab / "wrong.jsonl").write_text(json.dumps(wrong))
    answer = call("submit", "--file", "wrong.jsonl")
    assert (answer.code, "which is no list of values" in answer.err) == (2, True)


def test_copies_keep_their_points(lab: Path, call: Call) -> None:
    """A clone of one job, of some, of the whole; with another config each keeps its own values."""
    assert call("experiment", TARGET, "reps=5", *AXES, "-n", "rabi").code == 0
    call("hold", "rabi[]")
    (one,) = call("clone", "rabi[4]").out.split()
    assert call("show", one, "--json").json["swept"] == {"amp": 0.5, "pulse.gain": 20}
    (every,) = call("clone", "rabi[]").out.split()
    with Yard.open() as yard:
        elements = yard.rows(yard.resolve([every]))
        points = [yard.job(row).fields["swept"] for row in elements]
        changed = yard.clone("rabi[]", {"fields": {"module": "exps.some", "class": "Plain", "config": {"reps": 9}}})
        assert yard.job(yard.resolve([changed.id])[3]).fields["config"] == {
            "reps": 9,
            "amp": 0.5,
            "pulse": {"gain": 20},
        }
        assert "Plain  amp=0,0.5,1 pulse.gain=10,20 reps=9 (exps.some)" in [line.command for line in yard.folded()]
        (edited,) = [yard.clone(one, {"fields": {**yard.job(one).fields, "config": {"amp": 7}}}).id]
        assert yard.job(edited).fields["swept"] == {"amp": 7}
    assert points[3] == {"amp": 0.5, "pulse.gain": 20}
    assert len(points) == 6


def test_the_shell_offers_what_the_class_takes(lab: Path) -> None:
    """Its parameters as KEY=, for values and for axes; a value is nobody's to guess."""
    context = click.Context(click.Command("experiment"))
    context.params = {"target": TARGET, "paths": ()}
    argument = click.Argument(["values"])
    assert complete.experiment_keys(context, argument, "") == ["amp=", "pulse.gain="]
    assert complete.experiment_keys(context, argument, "pul") == ["pulse.gain="]
    assert complete.experiment_keys(context, argument, "amp=") == []
    context.params = {}
    assert complete.experiment_keys(context, argument, "") == []


def test_two_jobs_of_a_sweep_differ_by_their_values(lab: Path, call: Call) -> None:
    """Value by value, and by nothing else; so do those of another class or of another way to go."""
    assert call("experiment", TARGET, "reps=5", *AXES, "-n", "rabi").code == 0
    assert differing(call, "rabi[1]", "rabi[4]") == {"expt.amp": ("0.0", "0.5"), "expt.pulse.gain": ("10", "20")}
    (lab / "exps" / "some.py").write_text(f"{MODULE}\nclass Other(Plain):\n    pass\n")
    other = call("experiment", "exps.some:Other", "reps=5", "amp=0.0", "pulse.gain=10", "label=", "--no-save").id
    assert differing(call, "rabi[1]", other) == {
        "command": (TARGET, "exps.some:Other"), "expt.label": (None, '""'), "save": (None, "false"),
    }  # fmt: skip


def differing(call: Call, *refs: str) -> dict[str, tuple[str | None, str | None]]:
    """What differs and counts, with both sides."""
    found = call("diff", *refs, "--json").json["differences"]
    return {each["what"]: (each["one"], each["other"]) for each in found if each["counts"]}
