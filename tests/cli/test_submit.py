"""``jobyard submit``: what a job is given, from options and from files."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Call, one_line


def shown(call: Call, ref: str = "last") -> dict:
    return call("show", ref, "--json").json


def test_stdout_is_the_id_alone(call: Call):
    """On a pipe nothing but the id, so that a script can keep it; who will run it is said on stderr."""
    result = call("submit", "--", "true")
    assert re.fullmatch(r"JOB-\d{8}-\d{5}\n", result.out)
    assert "No worker lives here" in result.err
    assert "jobyard worker start" in result.err


def test_with_a_worker_stderr_stays_empty(call: Call, worker: object):
    """Where a worker lives there is nothing to say."""
    assert call("submit", "--", "true").err == ""


def test_every_option_reaches_the_job(call: Call, tmp_path: Path):
    """What the options say is what ``show`` says."""
    call("queue", "create", "gpu", "--slots", 2)
    call(
        *("submit", "-q", "gpu", "-n", "fit", "-p", "high", "--time-limit", "1h30m", "--estimate", "90"),
        *("--retries", 2, "--retry-delay", "5s", "--idempotent", "--hold", "--cwd", tmp_path, "--stdin", "/dev/null"),
        *("--at", "+15m", "--", "python", "-c", "print(1)"),
    )
    job = shown(call)
    expected = {
        "queue": "gpu",
        "name": "fit",
        "priority": 10,
        "time_limit": 5400.0,
        "estimate": 90.0,
        "retries": 2,
        "retry_delay": 5.0,
        "idempotent": True,
        "held": True,
        "cwd": str(tmp_path),
        "stdin": "/dev/null",
        "command": ["python", "-c", "print(1)"],
    }
    assert {key: job[key] for key in expected} == expected
    assert job["not_before"] > job["created_at"]


def test_without_options_it_runs_here(call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """The folder is the one in which it was submitted; relative ones are meant from there."""
    (tmp_path / "deep").mkdir()
    monkeypatch.chdir(tmp_path)
    call("submit", "--", "true")
    assert shown(call)["cwd"] == str(tmp_path)
    call("submit", "--cwd", "deep", "--", "true")
    assert shown(call)["cwd"] == str(tmp_path / "deep")


def test_options_of_the_command_are_its_own(call: Call):
    """Everything after the first word of the command belongs to the command, with or without ``--``."""
    call("submit", "ls", "-n", "--yard", "x", "--json")
    assert shown(call)["command"] == ["ls", "-n", "--yard", "x", "--json"]


def test_dependencies_of_three_kinds(call: Call):
    """``--after``, ``--after-any`` and ``--after-fail`` take ids, names and last, with commas and again."""
    a = call("submit", "-n", "a", "--", "true").id
    b = call("submit", "--", "true").id
    c = call("submit", "-n", "c", "--", "true").id
    call("submit", "--after", f"a,{b}", "--after-any", "last", "--", "true")
    edges = {(edge["id"], edge["type"]) for edge in shown(call)["depends_on"]}
    assert edges == {(a, "after-ok"), (b, "after-ok"), (c, "after-any")}
    call("submit", "--after-fail", "a", "--after-fail", "c", "--", "true")
    assert {(edge["id"], edge["type"]) for edge in shown(call)["depends_on"]} == {(a, "after-fail"), (c, "after-fail")}


def test_environment_is_captured_added_to_or_replaced(
    call: Call, work: Callable[[], None], monkeypatch: pytest.MonkeyPatch
):
    """A job has this shell's environment; ``--env`` adds, ``--clean-env`` leaves only what ``--env`` gives."""
    monkeypatch.setenv("COLOUR", "green")
    say = 'echo "$COLOUR $SHAPE"'
    kept = call("submit", "--env", "SHAPE=round", "--", "sh", "-c", say).id
    clean = call("submit", "--clean-env", "--env", "SHAPE=a=b", "--", "/bin/sh", "-c", say).id
    work()
    assert call("logs", kept).out == "green round\n"
    assert call("logs", clean).out == " a=b\n"


def test_secrets_are_in_no_output(call: Call, work: Callable[[], None], monkeypatch: pytest.MonkeyPatch):
    """A secret in the environment is in nothing that jobyard prints."""
    monkeypatch.setenv("API_TOKEN", "hunter2-everywhere")
    job = call("submit", "--env", "DB_PASSWORD=hunter2-added", "--", "true").id
    work()
    for words in (["show", job], ["history", job], ["list"], ["why", job], ["doctor"]):
        for more in ([], ["--json"]):
            result = call(*words, *more)
            assert "hunter2" not in result.out + result.err


def test_umask_is_the_submitters(call: Call, work: Callable[[], None], tmp_path: Path):
    """A file that the job creates has the mode that it would have had here."""
    before = os.umask(0o027)
    try:
        call("submit", "--cwd", tmp_path, "--", "touch", "made")
    finally:
        os.umask(before)
    work()
    assert (tmp_path / "made").stat().st_mode & 0o777 == 0o640


def test_wait_gives_the_jobs_own_code(call: Call, worker: object):
    """``submit --wait`` exits as the job does, 125 if it has no code, and prints its id."""
    assert call("submit", "--wait", "--", "true").code == 0
    result = call("submit", "--wait", "--", "sh", "-c", "exit 7")
    assert (result.code, result.out.startswith("JOB-")) == (7, True)
    assert call("submit", "--wait", "--", "sh", "-c", "kill -9 $$").code == 125


def test_wait_with_json_is_one_document(call: Call, worker: object):
    """``submit --wait --json`` prints the ended job, in an array as ``wait`` does."""
    (job,) = call("submit", "--wait", "--json", "--", "true").json
    assert job["state"] == "completed"


def test_a_command_that_does_not_exist_fails_its_attempt(call: Call, worker: object):
    """It is submitted; its attempt fails and says why."""
    result = call("submit", "--wait", "--", "no-such-program-at-all")
    assert result.code == 125
    assert "no-such-program-at-all" in result.err
    job = shown(call)
    assert (job["state"], job["cause"]) == ("failed", "launch")


LINES = [
    {"command": ["true"], "key": "a", "name": "first"},
    {"command": "echo two | cat", "key": "b", "after": ["a"], "queue": "default", "priority": "high"},
    {"command": "false", "after_any": ["b"], "after_fail": ["a"], "time_limit": "10m", "hold": True, "env": {"X": "1"}},
]


def test_a_file_of_json_lines(call: Call, tmp_path: Path):
    """Keys within the file become dependencies; the ids come in the file's order."""
    path = tmp_path / "jobs.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in LINES))
    ids = call("submit", "--file", path).out.split()
    assert [job["id"] for job in call("list", "--json", "--all").json] != []
    assert [edge["id"] for edge in shown(call, ids[1])["depends_on"]] == [ids[0]]
    assert {edge["id"]: edge["type"] for edge in shown(call, ids[2])["depends_on"]} == {
        ids[1]: "after-any",
        ids[0]: "after-fail",
    }
    assert shown(call, ids[1])["command"] == "echo two | cat"


def test_options_give_what_a_file_leaves_out(call: Call, tmp_path: Path):
    """With ``--file`` the options are the jobs' defaults; what the file says wins."""
    path = tmp_path / "jobs.jsonl"
    path.write_text('{"command": "true"}\n{"command": "true", "priority": 3}\n')
    ids = call("submit", "--hold", "-p", "7", "--cwd", tmp_path, "--file", path).out.split()
    jobs = [shown(call, each) for each in ids]
    assert [(job["priority"], job["held"], job["cwd"]) for job in jobs] == [
        (7, True, str(tmp_path)),
        (3, True, str(tmp_path)),
    ]


def test_a_yaml_list(call: Call, tmp_path: Path):
    """The same in YAML."""
    path = tmp_path / "jobs.yml"
    path.write_text("- command: [echo, hello]\n  name: greet\n- command: 'true'\n  after: greet\n")
    ids = call("submit", "--file", path, "--json").json
    assert shown(call, ids[0])["name"] == "greet"
    assert [edge["id"] for edge in shown(call, ids[1])["depends_on"]] == [ids[0]]


def test_a_file_from_standard_input(process: Call):
    """``--file -`` reads what is piped in."""
    result = process("submit", "--file", "-", input=b'{"command": ["true"], "name": "piped"}\n')
    assert result.code == 0, result.err
    assert process("show", "piped", "--json").json["command"] == ["true"]


@pytest.mark.parametrize("name", ["\x1b[31mred", "[bold]markup[/]", "new\nline", "tab\there", "日本", "🙂", "a b"])
def test_hostile_names_are_data(call: Call, name: str):
    """Any name comes back exactly in JSON, and nowhere reaches a terminal as anything but visible text."""
    call("submit", "-n", name, "--", "echo", name)
    assert shown(call)["name"] == name
    for words in (["list"], ["show", "last"], ["why", "last"], ["history", "last"]):
        printed = call(*words).out
        assert "\x1b" not in printed
    assert len(call("list").out.splitlines()) == 2


def test_bytes_that_are_no_text(process: Call):
    """An argument that is no UTF-8 reaches the job as it was."""
    result = process("submit", "--", b"printf", b"%s", b"a\xffb")
    assert result.code == 0, result.err
    process("--worker", "--once")
    assert process("list").code == 0
    assert process("logs", "last").out == "a\ufffdb"


# -- rules ---------------------------------------------------------------------------------------------


def test_what_a_job_needs_is_checked_and_kept(call: Call):
    """``--cpus``, ``--mem``, ``--gpus``, ``--need`` are units of resources; an unknown one is told with the nearest."""
    call("resource", "set", "qick", "--capacity", 2, "--new")
    call("submit", "--cpus", 1, "--mem", "1M", "--need", "qick=2", "--", "true")
    assert shown(call)["resources"] == {"cpus": 1, "mem": 1 << 20, "qick": 2}
    call("submit", "--need", "qick", "--", "true")
    assert shown(call)["resources"] == {"qick": 1}
    for words, told in (
        (("--need", "qik"), "qick"),
        (("--need", "qick=3"), "not that much"),
        (("--need", "qick", "--need", "qick"), "twice"),
        (("--mem", "lots"), "--mem"),
        (("--mem", "64"), "Say the unit: 64M"),
        (("--need", "mem=64"), "Say the unit: 64M"),
        (("--need", "=2"), "no resource"),
    ):
        assert told in one_line(call("submit", *words, "--", "true"))


def test_a_unique_job_is_the_only_one(call: Call):
    """The second is refused with the id of the first and exit 2; once that has ended, the key is free."""
    first = call("submit", "--unique", "nightly", "--", "true").id
    line = one_line(call("submit", "--unique", "nightly", "--", "true"))
    assert line.startswith(f"jobyard: nightly is taken. {first} is pending with it.")
    assert shown(call)["unique"] == "nightly"
    call("cancel", first)
    second = call("submit", "--unique", "nightly", "--", "true").id
    assert call("clone", second).code == 0
    assert shown(call)["unique"] is None
    refused = call("requeue", first)
    assert (refused.code, f"is taken by {second}" in refused.err) == (2, True)


def test_equal_unique_keys_in_a_file(call: Call, tmp_path: Path):
    """Both lines are named, and nothing is submitted."""
    path = tmp_path / "jobs.jsonl"
    path.write_text('{"command": "true", "unique": "k"}\n{"command": "true", "unique": "k"}\n')
    line = one_line(call("submit", "--file", path))
    assert "line 2" in line
    assert "line 1" in line
    assert call("list", "--json").json == []


def test_how_it_is_tried_again(call: Call):
    """Number, delay, factor and the longest delay; ``--max-retries`` is another word for the number."""
    call(
        *("submit", "--max-retries", 4, "--retry-delay", "5s", "--retry-factor", 1.5, "--retry-max", "1m"),
        *("--on-end", "cat > /tmp/x", "--umask", "027", "--", "true"),
    )
    job = shown(call)
    assert [job[key] for key in ("retries", "retry_delay", "retry_factor", "retry_max")] == [4, 5.0, 1.5, 60.0]
    assert job["on_end"] == "cat > /tmp/x"


def test_rules_of_a_file_are_those_of_the_options(call: Call, tmp_path: Path):
    """What a job of the file says is added to what the options say, key by key."""
    call("resource", "set", "qick", "--capacity", 2, "--new")
    path = tmp_path / "jobs.yml"
    path.write_text(
        "- {command: 'true'}\n"
        "- {command: 'true', cpus: 0, needs: {qick: 1}, retry_factor: 3, retry_max: 2m, on_end: wc}\n"
    )
    one, two = (shown(call, id) for id in call("submit", "--cpus", 1, "--on-end", "cat", "--file", path, "--json").json)
    assert (one["resources"], one["on_end"]) == ({"cpus": 1}, "cat")
    assert (two["resources"], two["on_end"], two["retry_factor"], two["retry_max"]) == ({"qick": 1}, "wc", 3.0, 120.0)


def test_a_time_in_the_past_is_told_and_no_obstacle(call: Call, work: Callable[[], None]):
    """The job may start at once; a time to come keeps it until then."""
    result = call("submit", "--at", "2020-01-01T00:00", "--", "true")
    assert "2020-01-01" in result.err
    assert "at once" in result.err
    later = call("submit", "--at", "+1h", "--", "true").id
    assert "not before" in shown(call, later)["reason"]
    assert "not before" not in shown(call, result.id)["reason"]


def test_a_command_that_wants_a_shell_is_told(call: Call):
    """One word with blanks or operators is the name of a program; the way to a shell is said."""
    assert "sh -c" in call("submit", "echo a && b").err
    assert "sh -c" not in call("submit", "echo", "a && b").err


def test_the_other_commands_file_is_told(call: Call, tmp_path: Path):
    """A task file given to submit, and a file of jobs given to run."""
    tasks, jobs = tmp_path / "tasks.json", tmp_path / "jobs.jsonl"
    for text in ('{"tasks": []}', '{\n "name": "x",\n "tasks": []\n}'):
        tasks.write_text(text)
        assert "jobyard run" in one_line(call("submit", "--file", tasks))
    (tmp_path / "tasks.yml").write_text("tasks: []\n")
    assert "jobyard run" in one_line(call("submit", "--file", tmp_path / "tasks.yml"))
    for text in ('{"command": "true"}\n{"command": "true"}\n', '[{"command": "true"}]'):
        jobs.write_text(text)
        assert "submit --file" in one_line(call("run", jobs))


def test_an_id_may_be_given_as_an_option(call: Call):
    """``--task-id`` wherever a job's id is, as one of the five originals has it (S2.8)."""
    id = call("submit", "-n", "a", "--hold", "--", "true").id
    for words in (["show"], ["why"], ["release"], ["cancel"], ["requeue"], ["clone"], ["graph"]):
        assert call(*words, "--task-id", id).code == 0, words
    assert call("show", "--task-id", id, "--json").json["id"] == id
    assert "Give one of them" in one_line(call("show", id, "--task-id", id))
    assert "ID is missing" in one_line(call("show"))
