"""Task files: what is read, and how everything that is wrong is told."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobyard.core.errors import BadFile, BadInput, Cycle
from jobyard.core.models import Dependency, JobSpec
from jobyard.core.taskfile import load_tasks

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "type", "tasks"]), inner),
    max_leaves=8,
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The path of the task file."""
    return tmp_path / "tasks.json"


def task(name: str, *dependencies: str, **more: Any) -> dict[str, Any]:
    found = {"name": name, "type": "exec", "arguments": "true", **more}
    return {**found, "dependencies": list(dependencies)} if dependencies else found


def write(path: Path, *tasks: Any, **more: Any) -> Path:
    path.write_text(json.dumps({"tasks": list(tasks), **more}))
    return path


def told(path: Path, **more: Any) -> str:
    """The line with which the file is refused, which is one line and names the file."""
    with pytest.raises(BadInput) as caught:
        load_tasks(path, **more)
    line = caught.value.line()
    assert caught.value.exit_code == 2
    assert "\n" not in line
    assert path.name in line
    return line


# -- what is read -------------------------------------------------------------------------------


def test_tasks_become_jobs(file: Path) -> None:
    """exec is a line for a shell, eval is Python code; names are keys, dependencies are after-ok."""
    write(file, task("a"), task("b", "a", type="eval", arguments="print(1)"))
    first, second = load_tasks(file)
    assert (first.name, first.key, first.kind, first.fields) == ("a", "a", "exec", {"command": "true"})
    assert (second.kind, second.fields) == ("eval", {"code": "print(1)"})
    assert second.dependencies == (Dependency("a"),)


def test_the_rest_comes_from_the_base(file: Path) -> None:
    """Queue, folder and environment are those of whoever runs the file."""
    base = JobSpec(fields={}, queue="run-1", cwd="/data", env={"A": "1"}, priority=3)
    [job] = load_tasks(write(file, task("a")), base=base)
    assert (job.queue, job.cwd, job.env, job.priority) == ("run-1", "/data", {"A": "1"}, 3)


def test_extra_keys_are_allowed(file: Path) -> None:
    """At the top and in a task."""
    assert len(load_tasks(write(file, task("a", comment="hello"), version=3))) == 1


def test_names_may_be_numbers(file: Path) -> None:
    """Within its file a name means a task, whatever it looks like."""
    assert [job.name for job in load_tasks(write(file, task("1"), task("2", "1")))] == ["1", "2"]


def test_dependencies_may_come_later_and_twice(file: Path) -> None:
    """The order of a file is no order of execution, and saying something twice is no mistake."""
    first, _ = load_tasks(write(file, task("a", "b", "b"), task("b")))
    assert first.dependencies == (Dependency("b"),)


def test_a_file_without_tasks_is_none(file: Path) -> None:
    """Nothing to do is no error."""
    assert load_tasks(write(file)) == []


def test_a_byte_order_mark_is_ignored(file: Path) -> None:
    """Some editors write it."""
    file.write_bytes(b"\xef\xbb\xbf" + write(file, task("a")).read_bytes())
    assert len(load_tasks(file)) == 1


def test_a_pipe_is_read(tmp_path: Path) -> None:
    """`jobyard run <(generate)` works."""
    read, write_end = os.pipe()
    os.write(write_end, json.dumps({"tasks": [task("a")]}).encode())
    os.close(write_end)
    try:
        assert len(load_tasks(Path(f"/dev/fd/{read}"))) == 1
    finally:
        os.close(read)


# -- places -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tasks", "words"),
    [
        ([task("a"), task("a")], ["tasks[1].name", '"a" is taken', "tasks[0]"]),
        ([task("build"), task("b", "biuld")], ["tasks[1].dependencies[0]", '"biuld"', 'Did you mean "build"?']),
        ([task("a", "a")], ["a → a", "waits for itself"]),
        ([task("a", type="evil")], ["tasks[0].type", '"evil"', "exec"]),
        ([task("a"), {"name": "b", "type": "exec"}], ["tasks[1]", 'no "arguments"']),
        ([{"name": "b", "typ": "exec", "arguments": ""}], ['no "type"', 'but "typ"']),
        ([task("a", arguments=["ls"])], ["tasks[0].arguments", '["ls"]', "string"]),
        ([task("a", arguments=" ")], ["tasks[0]", "empty"]),
        ([task("a", type="eval", arguments="x" * 120_001)], ["tasks[0]", "120,001 bytes"]),
        ([task("a", dependencies="b")], ["tasks[0].dependencies", "array"]),
        ([task("a", dependencies=["b", 3])], ["tasks[0].dependencies[1]", "string"]),
        ([task("")], ["tasks[0].name", "empty"]),
        ([task("x" * 300)], ["tasks[0].name"]),
        ([task("a\0")], ["tasks[0]", "NUL"]),
        ([task("\ud800")], ["tasks[0]", "UTF-8"]),
        (["a"], ["tasks[0]", "object"]),
        ([task("\x1b[31m"), task("\x1b[31m")], ["␛[31m"]),
    ],
)
def test_what_is_wrong_is_told_with_its_place(file: Path, tasks: list[Any], words: list[str]) -> None:
    """The task and the key, in one line, before anything runs."""
    line = told(write(file, *tasks))
    assert all(word in line for word in words), line
    assert line.isprintable()


def test_a_cycle_is_named(file: Path) -> None:
    """Whole, from its first task on."""
    write(file, task("z"), task("c", "a"), task("a", "b"), task("b", "c", "z"))
    with pytest.raises(Cycle, match="c → a → b → c"):
        load_tasks(file)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", ["empty"]),
        (b" \n", ["empty"]),
        (b'{"tasks": [\n  {"name": }]}', ["line 2 column 12"]),
        (b'{"tasks": []', ["line 1 column 13"]),
        (b'{"tasks": []}\n}', ["line 2 column 1"]),
        (b'{"tasks":\n "\xff"}', ["line 2", "UTF-8"]),
        ('{"tasks": []}'.encode("utf-16"), ["UTF-8"]),
        (b'{"tasks": [NaN]}', ["NaN is not JSON"]),
        (b'{"tasks": [{"name": "a", "type": "exec", "type": "eval"}]}', ['"type" occurs twice in task "a"']),
        (b'{"tasks": [], "tasks": []}', ['"tasks" occurs twice in one object']),
        (b"[" * 100_000, ["nested too deeply"]),
        (b'{"tasks": [' + b"1" * 5000 + b"]}", ["not JSON that can be read"]),
        (b"[]", ["the file is [], which is no object"]),
        (b"{}", ['the file has no "tasks"']),
        (b'{"tasks": {}}', ["tasks is", "array"]),
    ],
)
def test_a_file_that_is_none_is_told(file: Path, content: bytes, words: list[str]) -> None:
    """Line and column where there are some, never a traceback."""
    file.write_bytes(content)
    line = told(file)
    assert all(word in line for word in words), line


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    """A missing file, a folder, a device, an impossible name."""
    assert "No such file" in told(tmp_path / "missing.json")
    assert "directory" in told(tmp_path)
    assert "device" in told(Path("/dev/zero"))
    with pytest.raises(BadFile):
        load_tasks(Path("a\0b"))


@given(JSON)
def test_any_json_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, document: object) -> None:
    """Nothing but BadInput, in one line, for whatever a file may hold."""
    path = tmp_path_factory.getbasetemp() / "any.json"
    path.write_text(json.dumps(document))
    try:
        load_tasks(path)
    except BadInput as error:
        line = error.line()
    else:
        line = ""
    assert "\n" not in line


# -- schemas ------------------------------------------------------------------------------------


def test_a_schema_may_ask_for_more(file: Path, tmp_path: Path) -> None:
    """`--schema` is checked besides the built-in one, and named in the error."""
    schema = tmp_path / "strict.json"
    schema.write_text(json.dumps({"properties": {"tasks": {"items": {"required": ["owner"]}}}}))
    write(file, task("a", owner="me"))
    assert len(load_tasks(file, schema)) == 1
    line = told(write(file, task("a")), schema=schema)
    assert 'tasks[0] has no "owner"' in line
    assert "strict.json" in line


def test_a_schema_cannot_ask_for_less(file: Path, tmp_path: Path) -> None:
    """What cannot be run is refused whatever a schema allows."""
    schema = tmp_path / "anything.json"
    schema.write_text("true")
    assert "tasks[0].type" in told(write(file, task("a", type="odd")), schema=schema)


@pytest.mark.parametrize(
    "schema",
    [
        '{"type": "nonsense"}',
        "[]",
        '{"$ref": "http://localhost:1/x.json"}',
        '{"$ref": "#/nowhere"}',
        '{"$ref": "#"}',
        '{"properties": {"tasks": {"items": {"properties": {"name": {"pattern": "("}}}}}}',
    ],
)
def test_a_bad_schema_is_told(file: Path, tmp_path: Path, schema: str) -> None:
    """A schema that is none, points elsewhere or to itself; nothing is fetched."""
    path = tmp_path / "bad.schema.json"
    path.write_text(schema)
    with pytest.raises(BadFile, match=r"bad\.schema\.json"):
        load_tasks(write(file, task("a")), path)


def test_ten_thousand_tasks_are_checked_in_seconds(file: Path) -> None:
    """A chain of them, which is deep as well."""
    write(file, *[task(f"t{number}", *([f"t{number - 1}"] if number else [])) for number in range(10_000)])
    start = time.process_time()
    assert len(load_tasks(file)) == 10_000
    assert time.process_time() - start < 10
