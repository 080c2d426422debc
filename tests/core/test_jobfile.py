"""Files of jobs: JSON lines, arrays and YAML, key by key, and how mistakes are told."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobyard.core import kinds
from jobyard.core.errors import BadFile
from jobyard.core.jobfile import read_job_file, read_jobs
from jobyard.core.jobkeys import KEYS
from jobyard.core.jobschema import schema
from jobyard.core.models import Dependency, JobSpec
from jobyard.core.states import After

NOW = 1_795_326_000.0
BASE = JobSpec(fields={}, cwd="/work", env={"A": "1"})
TRUE = {"command": ["true"]}


def read(data: str | bytes, name: str = "jobs.jsonl", base: JobSpec = BASE) -> list[JobSpec]:
    data = data.encode() if isinstance(data, str) else data
    return list(read_jobs(io.BytesIO(data), name, base, NOW))


def lines(*jobs: Any) -> str:
    return "".join(json.dumps(job) + "\n" for job in jobs)


def one(**keys: Any) -> JobSpec:
    [job] = read(lines({**TRUE, **keys}))
    return job


def told(data: str | bytes, name: str = "jobs.jsonl") -> str:
    """The line with which a file is refused."""
    with pytest.raises(BadFile) as caught:
        read(data, name)
    line = caught.value.line()
    assert line.startswith(name)
    assert line.isprintable()
    return line


# -- keys ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "attribute", "value"),
    [
        ({"name": "rabi"}, "name", "rabi"),
        ({"key": "17"}, "key", "17"),
        ({"key": 17}, "key", "17"),
        ({"queue": "gpu"}, "queue", "gpu"),
        ({"queue": "lab/gpu"}, "session", "lab"),
        ({"session": "lab", "queue": "gpu"}, "session", "lab"),
        ({"priority": "high"}, "priority", 10),
        ({"priority": -3}, "priority", -3),
        ({"time_limit": "10m"}, "time_limit", 600.0),
        ({"time_limit": None}, "time_limit", None),
        ({"estimate": 5}, "estimate", 5.0),
        ({"retries": 3}, "retries", 3),
        ({"retry_delay": "2m"}, "retry_delay", 120.0),
        ({"idempotent": True}, "idempotent", True),
        ({"at": "+15m"}, "not_before", NOW + 900),
        ({"at": "2026-11-22T05:40:00Z"}, "not_before", NOW),
        ({"hold": True}, "held", True),
        ({"cwd": "sub"}, "cwd", "/work/sub"),
        ({"cwd": "/abs"}, "cwd", "/abs"),
        ({"stdin": "in.txt"}, "stdin", "/work/in.txt"),
        ({"env": {"B": "2", "N": 4}}, "env", {"A": "1", "B": "2", "N": "4"}),
        ({"after": "a"}, "dependencies", (Dependency("a"),)),
        ({"after": ["a", 17, "a"]}, "dependencies", (Dependency("a"), Dependency("17"))),
        ({"after_any": ["a"]}, "dependencies", (Dependency("a", After.ANY),)),
        ({"after_fail": "a"}, "dependencies", (Dependency("a", After.FAIL),)),
        ({"command": "a | b"}, "fields", {"command": "a | b"}),
        ({"kind": "exec"}, "kind", "exec"),
    ],
)
def test_every_key_is_understood(keys: dict[str, Any], attribute: str, value: object) -> None:
    """Each key of a line sets its part of the job; null means not given."""
    assert getattr(one(**keys), attribute) == value


def test_eval_jobs_have_code() -> None:
    """The keys of a kind are its fields, wherever the kind stands in the line."""
    [job] = read('{"code": "print(1)", "kind": "eval"}')
    assert (job.kind, job.fields) == ("eval", {"code": "print(1)"})


def test_what_is_not_given_comes_from_the_base() -> None:
    """The options of the command line hold for every job; the environment is shared, not copied."""
    base = JobSpec(fields={}, queue="gpu", cwd="/w", env={"A": "1"}, priority=4, held=True, time_limit=9.0)
    [job] = read(lines(TRUE), base=base)
    assert (job.queue, job.cwd, job.priority, job.held, job.time_limit) == ("gpu", "/w", 4, True, 9.0)
    assert job.env is base.env


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"comand": "x"}, ['"comand"', 'Did you mean "command"?']),
        ({"zzzzzz": 1}, ['"zzzzzz"', "The keys are"]),
        ({"code": "1"}, ["kind exec", "kind eval"]),
        ({"kind": "exce"}, ['"exce"', '"exec"']),
        ({"kind": 3}, ["kind 3"]),
        ({"name": 12}, ["name 12", "not text"]),
        ({"name": "12"}, ["looks like the number"]),
        ({"priority": "urgent"}, ["urgent"]),
        ({"priority": True}, ["priority true"]),
        ({"time_limit": 0}, ["time limit 0"]),
        ({"time_limit": "soon"}, ["soon"]),
        ({"retries": -1}, ["retries"]),
        ({"idempotent": "yes"}, ["true or false"]),
        ({"hold": 1}, ["hold 1"]),
        ({"at": "tomorrow"}, ["tomorrow"]),
        ({"after": {"a": 1}}, ["after"]),
        ({"after": [""]}, ["after"]),
        ({"after": ["x"], "key": "x"}, ["waits for itself"]),
        ({"after_fail": "x", "name": "x"}, ["waits for itself"]),
        ({"env": ["A=1"]}, ["env"]),
        ({"env": {"A=B": "1"}}, ["without ="]),
        ({"env": {"A": None}}, ['"A"', "not text"]),
        ({"cwd": ""}, ["cwd"]),
        ({"queue": "a/b/c"}, ["SESSION/QUEUE"]),
        ({"session": "a/b"}, ["session"]),
        ({"command": []}, ["no program"]),
        ({"command": None}, ["needs its command"]),
        ({"cpus": "many"}, ['"many"', "integer"]),
        ({"mem": "2X"}, ['"2X"', "512M"]),
        ({"mem": 64}, ["64", "Say the unit: 64M"]),
        ({"needs": 7}, ["7", "neither an object nor a list"]),
        ({"needs": ["qick", "qick=2"]}, ['"qick"', "twice"]),
        ({"needs": {"": 1}}, ["name of a resource"]),
        ({"needs": {"qick": -1}}, ["-1", "integer"]),
        ({"retry_factor": 0.5}, ["0.5", "from 1"]),
        ({"umask": 27}, ["27", "octal"]),
        ({"umask": "089"}, ['"089"', "octal"]),
        ({"array": "10-1"}, ["runs backwards", "1-10"]),
        ({"array": "1-10%0"}, ["at least 1"]),
        ({"array": "1-9999999"}, ["100,000"]),
        ({"array": "1-3", "unique": "x"}, ["do not go together"]),
        ({"unique": " "}, ["unique key"]),
        ({"on_end": 3}, ["on_end", "not text"]),
        ({"user": " "}, ["user", "printable text"]),
        ({"tasks": []}, ["task file", "jobyard run"]),
    ],
)
def test_a_wrong_key_is_told_with_its_line(keys: dict[str, Any], words: list[str]) -> None:
    """What, where, and what would do."""
    line = told(lines(TRUE, {**TRUE, **keys}))
    assert line.startswith("jobs.jsonl line 2: ")
    assert all(word in line for word in words), line


def test_keys_are_unique_within_a_file() -> None:
    """Both lines are named."""
    line = told(lines({**TRUE, "key": "a"}, TRUE, {**TRUE, "key": "a"}))
    assert "line 3" in line
    assert "line 1" in line


# -- forms --------------------------------------------------------------------------------------


def test_blank_lines_are_skipped_and_counted() -> None:
    """A place is a line of the file, whatever stands before it."""
    assert len(read("\n\n" + lines(TRUE) + "\n" + lines(TRUE))) == 2
    assert "line 4:" in told("\n\n" + lines(TRUE) + "{\n")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b'{"command": \xff}\n', ["line 1", "UTF-8", "Byte 13"]),
        (b'{"command": ["true"]} x\n', ["more after the job", "column 22"]),
        (b'{"command": ["true"],}\n', ["not JSON", "column"]),
        (b'{"priority": NaN, "command": "x"}\n', ["NaN"]),
        (b'{"command": ["true"]}\n[1]\n', ["line 2", "object"]),
        (b'{"a": ' + b"[" * 100_000 + b"\n", ["nested too deeply"]),
        (b'{"priority": ' + b"9" * 5000 + b', "command": "x"}\n', ["line 1"]),
        (b'{\n"command": ["true"]}\n', ["line 1", "one job a line"]),
        (b'[{"command": ["true"]}, {"x": 1}]', ["job 2", '"x"']),
        (b"[1", ["line 1"]),
        (b"[\xff]", ["UTF-8"]),
        (b"[NaN]", ["NaN"]),
        (b"hello", ["not a list of jobs"]),
        (b"- command: true\n", ["line 1", "neither a list"]),
        (b"- command: [a\n", ["not YAML"]),
        (b"- true\n", ["line 1", "object"]),
        (b"- command: x\n- &a [*a]\n", ["line 2"]),
        (b"- command: x\n  name: 12\n", ["not text"]),
    ],
)
def test_what_cannot_be_read_is_told(data: bytes, words: list[str]) -> None:
    """Broken JSON, broken YAML, broken UTF-8: the place and the reason, never a traceback."""
    line = told(data)
    assert all(word in line for word in words), line


def test_yaml_is_a_list_of_the_same_jobs() -> None:
    """With the types that YAML makes of numbers and times; errors name the line."""
    data = "# jobs\n- command: [echo, hi]\n  after: 17\n  at: 2026-11-22T05:40:00Z\n- command: a | b\n  env: {N: 4}\n"
    first, second = read(data, "jobs.yml")
    assert (first.fields["command"], first.dependencies, first.not_before) == (["echo", "hi"], (Dependency("17"),), NOW)
    assert (second.fields["command"], second.env["N"]) == ("a | b", "4")
    assert "line 5" in told(data.replace("N: 4", "N: [4]"), "jobs.yml")


def test_an_array_is_read_too() -> None:
    """A JSON list of jobs, over any number of lines."""
    assert len(read("\ufeff[\n" + json.dumps(TRUE) + ",\n" + json.dumps(TRUE) + "]")) == 2


@pytest.mark.parametrize("name", ["jobs.jsonl", "jobs.yml", "-"])
def test_an_empty_file_has_no_jobs(name: str) -> None:
    """Nothing to submit is no error."""
    assert read("", name) == read("\n \n", name) == []


def test_other_wrong_lines_are_named() -> None:
    """The first mistake is explained, up to twenty others are listed, so that one look is enough."""
    bad = {**TRUE, "x": 1}
    assert told(lines(bad, TRUE, bad, bad)).endswith("Also wrong (2): line 3, line 4.")
    assert "(20 or more)" in told(lines(*[bad] * 1000))


def test_no_job_comes_after_a_mistake() -> None:
    """Jobs before a mistake may have been handed out; whoever takes them forgets them when the error comes."""
    jobs = read_jobs(io.BytesIO(lines(TRUE, {"x": 1}, TRUE).encode()), "j", BASE, NOW)
    next(jobs)
    with pytest.raises(BadFile):
        next(jobs)


def test_files_are_read_by_path(tmp_path: Path) -> None:
    """What is missing is told as for every other file."""
    path = tmp_path / "jobs.jsonl"
    path.write_text(lines(TRUE, TRUE))
    assert len(list(read_job_file(path, BASE, NOW))) == 2
    with pytest.raises(BadFile, match="No such file"):
        list(read_job_file(tmp_path / "missing", BASE, NOW))


def test_a_swelling_yaml_stays_small() -> None:
    """References to references to references: refused without being written out."""
    steps = "".join(f"  - &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30))
    assert "not text" in told(f"- command:\n  - &a0 [x]\n{steps}", "bomb.yml")


KEY = st.sampled_from([*KEYS, "command", "code", "x"])
VALUE = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists, max_leaves=3)


@given(st.lists(st.dictionaries(KEY, VALUE, max_size=4), max_size=3))
def test_any_keys_make_jobs_or_one_error(jobs: list[dict[str, Any]]) -> None:
    """Whatever the values, the answer is jobs or one BadFile."""
    try:
        found = read(lines(*jobs))
    except BadFile as error:
        assert "\n" not in error.line()  # noqa: PT017 - either outcome is right
    else:
        assert len(found) == len(jobs)


@given(st.binary(max_size=60) | st.text("-{}[]:,\"'&*!#|> \nabc1").map(str.encode), st.sampled_from(["a.yml", "-"]))
def test_any_bytes_make_jobs_or_one_error(data: bytes, name: str) -> None:
    """Whatever a file holds, the answer is jobs or one BadFile."""
    try:
        read(data, name)
    except BadFile as error:
        assert "\n" not in error.line()  # noqa: PT017 - either outcome is right


def test_the_schema_of_a_job_has_every_key() -> None:
    """What editors and tools are told is what is read."""
    from jsonschema import Draft7Validator

    whole = schema()
    Draft7Validator.check_schema(whole)
    fields = {field.name for kind in kinds.names() for field in kinds.get(kind).fields}
    assert set(whole["properties"]) == {*KEYS, *fields}
    valid = Draft7Validator(whole).is_valid
    assert valid({"command": ["true"], "after": ["a"], "time_limit": "10m", "env": {"A": "1"}})
    assert valid({"kind": "eval", "code": "1"})
    assert not valid({"kind": "eval", "command": "true"})
    assert not valid({"comand": "true"})
