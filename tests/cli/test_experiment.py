"""``jobyard experiment``: what is taken, what is told before the queue, what becomes of it."""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobyard.core.errors import BadInput
from jobyard.core.models import JobSpec
from jobyard.core.units import FOREVER
from jobyard.core.yard import Yard, experimenting
from jobyard.tui.cli import complete
from tests.cli.conftest import Call

MODULE = '''
import os, subprocess, sys
import numpy as np

class Plain:
    """Counts."""
    def __init__(self, soccfg=None, path="", prefix="", config_file=None):
        pass

    def go(self, save=False, analyze=False, display=False, progress=False):
        self.data = {"xpts": np.arange(float(self.cfg.expt.get("n", 3))), "f": np.array([self.cfg.device.f_ge])}

class Leaves(Plain):
    def go(self, **how):
        sys.exit(0)

class Vanishes(Plain):
    def go(self, **how):
        os._exit(0)

class Forks(Plain):
    def go(self, **how):
        subprocess.Popen(["sleep", "300"], start_new_session=True)
        if os.fork() == 0:
            sys.exit(0)
        os.wait()
        super().go()

class Shouts(Plain):
    def go(self, **how):
        for _ in range(300):
            print("x" * 9999)
        super().go()

class Fails(Plain):
    def go(self, **how):
        raise RuntimeError("the fridge is warm")
'''


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of a lab, in which one stands, with a hardware config that has been pushed."""
    folder = tmp_path / "lab"
    (folder / "exps").mkdir(parents=True)
    (folder / "exps" / "some.py").write_text(MODULE)
    (folder / "hw.yml").write_text("device: {f_ge: 4.8}\n")
    monkeypatch.chdir(folder)
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    monkeypatch.setenv("PATH", f"{os.path.dirname(sys.executable)}:{os.environ['PATH']}")
    return folder


@pytest.fixture
def pushed(lab: Path, call: Call) -> Path:
    assert call("config", "push", "hardware_config", "hw.yml").code == 0
    return lab


# -- what is taken --------------------------------------------------------------------------------


def test_an_experiment_is_a_job_of_the_exclusive_queue(pushed: Path, call: Call) -> None:
    """The queue is made at need; the job knows its interpreter, its folders, its parameters and whose it is."""
    job = call("experiment", "exps.some:Plain", "n=5", "sweep.stop=1e3", "label=hot", "--user", "ada").id
    shown = call("show", job, "--json").json
    assert (shown["queue"], shown["kind"], shown["user"]) == ("experiments", "experiment", "ada")
    assert shown["command"] == 'Plain  n=5 sweep={"stop":1000.0} label=hot (exps.some)'
    assert [queue["slots"] for queue in call("queue", "list", "--json").json if queue["name"] == "experiments"] == [1]
    with Yard.open() as yard:
        fields = yard.job(job).fields
    assert fields["config"] == {"n": 5, "sweep": {"stop": 1000.0}, "label": "hot"}
    assert fields["paths"] == [str(pushed)]
    assert os.path.isabs(fields["python"])
    assert call("experiment", "exps.some:Plain", "--json").json["position"] == 2


def test_what_was_measured_is_never_forgotten(pushed: Path, call: Call) -> None:
    """The queue that is made at need keeps its jobs for ever: results are found by what made them, years later."""
    call("experiment", "exps.some:Plain", "--hold")
    kept = [queue["retention"] for queue in call("queue", "list", "--json").json if queue["name"] == "experiments"]
    assert kept == [FOREVER]
    call("queue", "set", "experiments", "--retention", "30d")
    call("experiment", "exps.some:Plain", "--hold")
    kept = [queue["retention"] for queue in call("queue", "list", "--json").json if queue["name"] == "experiments"]
    assert kept == [30 * 86_400.0]


def test_parameters_of_a_file_come_first(pushed: Path, call: Call) -> None:
    """--expt holds them all, KEY=VALUE changes some."""
    (pushed / "expt.json").write_text('{"n": 1, "sweep": {"start": 0, "stop": 1}}')
    job = call("experiment", "exps.some:Plain", "--expt", "expt.json", "sweep.stop=7", "--hold").id
    with Yard.open() as yard:
        assert yard.job(job).fields["config"] == {"n": 1, "sweep": {"start": 0, "stop": 7}}


def test_a_file_of_jobs_may_hold_experiments(pushed: Path, call: Call) -> None:
    """They go to their own queue, the others to the default one; -q is for all that name none."""
    lines = [{"kind": "experiment", "module": "exps.some", "class": "Plain", "config": {"n": 2}}, {"command": "true"}]
    (pushed / "jobs.jsonl").write_text("\n".join(map(json.dumps, lines)))
    ids = call("submit", "--file", "jobs.jsonl", "--json").json
    assert [call("show", one, "--json").json["queue"] for one in ids] == ["experiments", "default"]
    ids = call("submit", "--file", "jobs.jsonl", "-q", "default", "--json").json
    assert [call("show", one, "--json").json["queue"] for one in ids] == ["default", "default"]


def test_two_submits_at_once_make_one_queue(pushed: Path, call: Call, yard_home: Path) -> None:
    """Both are taken."""
    context = multiprocessing.get_context("fork")
    start = context.Barrier(2)
    some = [context.Process(target=submit_at_once, args=(yard_home, start)) for _ in range(2)]
    for one in some:
        one.start()
    for one in some:
        one.join(30)
    assert [one.exitcode for one in some] == [0, 0]
    with Yard.open() as yard:
        assert [queue.name for queue in yard.queues()] == ["default", "experiments"]
        assert len(yard.list()) == 2


def submit_at_once(home: Path, start: Any) -> None:
    fields = {"module": "exps.some", "class": "Plain"}
    with Yard.open(home) as yard:
        start.wait(30)
        yard.submit(JobSpec(fields, kind="experiment", queue=""))


def test_what_there_is(lab: Path, call: Call) -> None:
    """Experiments of a folder with their first lines; where there is none, that is said."""
    assert "exps.some:Plain     Counts." in call("experiment", "--list").out
    found = call("experiment", "--list", str(lab / "exps"), "--json").json
    assert found[0] == {"target": "some:Plain", "about": "Counts.", "file": str(lab / "exps" / "some.py")}
    (lab / "empty").mkdir()
    assert "No experiment in empty" in call("experiment", "--list", "empty").err


def test_the_shell_offers_what_there_is(lab: Path) -> None:
    """MODULE:CLASS as it is typed."""
    context = click.Context(click.Command("experiment"))
    assert complete.experiments(context, click.Argument(["target"]), "exps.some:Pl") == ["exps.some:Plain"]
    assert complete.experiments(context, click.Argument(["target"]), "nothing") == []


# -- what is told before the queue ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["exps.some:Plian"], "Did you mean Plain?"),
        (["exps.smoe:Plain"], "Did you mean exps.some?"),
        (["exps.some"], "It does not say MODULE:CLASS"),
        (["exps.some:Plain", "n"], "It does not say KEY=VALUE"),
        (["exps.some:Plain", "n=NaN"], "config.n is NaN"),
        (["exps.some:Plain", "a.b.c=[1,-Infinity]"], "config.a.b.c[1] is -Infinity"),
        (["exps.some:Plain", "n=1", "n.x=2"], "The key n is 1 already"),
        (["exps.some:Plain", "--expt", "hw.yml"], "hw.yml line 1 column 1"),
        (["exps.some:Plain", "--expt", "nowhere.json"], "cannot be read"),
        (["exps.some:Plain", "--python", "/nowhere/python"], "There is no interpreter /nowhere/python"),
        (["exps.some:Plain", "--python", "/bin/true"], "It is no Python that answers"),
        (["exps.some:Plain", "--path", "/nowhere"], "The folder /nowhere cannot be used"),
        (["exps.some:Plain", "--station", "nonsense"], "It does not say MODULE:CLASS"),
        (["exps.some:Plain", "--config", "hardware_config=CFG-HW-20200101-00001"], "CFG-HW-20200101-00001"),
        (["exps.some:Plain", "-q", "nowhere"], "There is no queue nowhere"),
        (["exps.some:Plain", "--user", " "], "The user"),
        (["--list", "/nowhere"], "It does not exist"),
        (["exps.some:Plain", "--list"], "were both given"),
        ([], "There is no experiment to run"),
    ],
)
def test_what_is_wrong_is_told_at_once(pushed: Path, call: Call, words: list[str], told: str) -> None:
    """In one line, with what to do; nothing waits."""
    result = call("experiment", *words)
    assert (result.code, result.out) == (2, "")
    assert told in result.err
    assert len(result.err.splitlines()) == 1
    assert call("list", "--json").json == []


def test_a_missing_main_config_is_told(lab: Path, call: Call) -> None:
    """With the command that makes one; a version or a file that is named will do."""
    result = call("experiment", "exps.some:Plain")
    assert result.code == 2
    assert "jobyard config push hardware_config FILE" in result.err
    assert call("experiment", "exps.some:Plain", "--config", "hardware_config=hw.yml").id


@given(st.dictionaries(st.from_regex(r"[a-z]{1,5}", fullmatch=True), st.integers() | st.booleans() | st.none()))
def test_values_are_json_where_they_are_json(config: dict[str, Any]) -> None:
    """Whatever JSON says comes back; anything else is text, and nothing is changed in place."""
    before: dict[str, Any] = {}
    assert experimenting.with_values(before, [f"{key}={json.dumps(value)}" for key, value in config.items()]) == config
    assert before == {}


@given(st.lists(st.text(max_size=12), max_size=5))
def test_any_words_are_values_or_a_complaint(words: list[str]) -> None:
    """No word makes an accident; what was there is not changed."""
    before = {"a": {"b": 1}}
    with contextlib.suppress(BadInput):
        assert set(experimenting.with_values(before, words)) >= {"a"}
    assert before == {"a": {"b": 1}}


# -- what becomes of it -----------------------------------------------------------------------------


def test_experiments_that_do_what_they_should_not(
    pushed: Path, call: Call, work: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """sys.exit and os._exit(0) in the middle are failures that say so; a fork and 3 MB of output do no harm."""
    monkeypatch.setenv("JOBYARD_LOG_CAP", "64KiB")
    call("queue", "create", "experiments", "--slots", 3)
    names = ("Plain", "Leaves", "Vanishes", "Forks", "Shouts", "Fails")
    ids = {name: call("experiment", f"exps.some:{name}").id for name in names}
    work()
    jobs = {name: call("show", id, "--json").json for name, id in ids.items()}
    assert {name: job["state"] for name, job in jobs.items()} == {
        "Plain": "completed", "Leaves": "failed", "Vanishes": "failed", "Forks": "completed", "Shouts": "completed",
        "Fails": "failed",
    }  # fmt: skip
    assert "SystemExit" in jobs["Leaves"]["message"]
    assert jobs["Vanishes"]["message"].startswith("it ended without its data")
    assert jobs["Fails"]["message"] == "exit code 1: RuntimeError: the fridge is warm"
    for name in ("Plain", "Forks", "Shouts"):
        assert Path(jobs[name]["data_file"]).name == f"{ids[name]}.h5"
        assert jobs[name]["attempts"][0]["data_file"] == jobs[name]["data_file"]
    assert jobs["Fails"]["data_file"] is None
    assert f"{jobs['Plain']['data_file']} (" in call("show", ids["Plain"]).out


@pytest.mark.parametrize("point", ["experiment.files", "worker.claimed", "worker.told", "worker.heard"])
def test_a_worker_killed_around_an_experiment(
    pushed: Path, call: Call, process: Call, tmp_path: Path, point: str
) -> None:
    """Before its process, with it, before its end is recorded: the next worker makes one run of it, with its data."""
    job = call("experiment", "exps.some:Plain").id
    dying = {**os.environ, "JOBYARD_CRASH_AT": point, "JOBYARD_CRASH_ONCE": str(tmp_path)}
    assert process("--worker", "--once", env=dying).code == -9
    assert process("--worker", "--once").code == 0
    shown = call("show", job, "--json").json
    assert (shown["state"], [one["number"] for one in shown["attempts"]]) == ("completed", [1])
    assert Path(shown["data_file"]).exists()
    assert [file.name for file in Path(shown["data_file"]).parent.iterdir()] == [f"{job}.h5"]
