"""``jobyard run`` (the task file): validation, execution, skipping, report."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.cli.conftest import Call, Result, evaluate, execute, one_line, task_file


def run(call: Call, folder: Path, *tasks: dict, options: Iterable[object] = ()) -> Result:
    return call("run", task_file(folder, *tasks), *options)


def statuses(result: Result) -> dict[str, str]:
    return {task["name"]: task["status"] for task in result.json["tasks"]}


def events(result: Result) -> list[str]:
    return [line for line in result.out.splitlines() if line.startswith(("Started: ", "Ended: ", "Skipped: "))]


# -- the file (S3.1, S3.2) ------------------------------------------------------------------------


def test_extra_keys_are_allowed(call: Call, tmp_path: Path):
    """The format is open: keys that jobyard does not know are no error."""
    path = task_file(tmp_path, {**execute("a", "true"), "colour": "green"}, comment="mine")
    assert call("run", path).code == 0


def test_input_is_an_alias(call: Call, tmp_path: Path):
    """``--input FILE`` is FILE."""
    assert call("run", "--input", task_file(tmp_path, execute("a", "true"))).code == 0


def test_no_tasks_is_no_failure(call: Call, tmp_path: Path):
    """An empty list of tasks is done at once."""
    assert run(call, tmp_path).code == 0


WRONG: dict[str, tuple[str, str]] = {
    "no JSON": ("{", "line 1"),
    "no object": ("[]", "file"),
    "no tasks": ("{}", "tasks"),
    "tasks is no list": ('{"tasks": 5}', "tasks"),
    "duplicate name": (
        json.dumps({"tasks": [execute("twice", "true"), execute("twice", "true")]}),
        "twice",
    ),
    "unknown dependency": (json.dumps({"tasks": [execute("a", "true", "nobody")]}), "nobody"),
    "itself": (json.dumps({"tasks": [execute("selfish", "true", "selfish")]}), "selfish"),
    "cycle": (
        json.dumps({"tasks": [execute("a1", "true", "b2"), execute("b2", "true", "c3"), execute("c3", "true", "a1")]}),
        "c3",
    ),
    "bad type": (json.dumps({"tasks": [{"name": "a", "type": "fly", "arguments": "x"}]}), "fly"),
    "no name": (json.dumps({"tasks": [{"type": "exec", "arguments": "x"}]}), "name"),
    "no arguments": (json.dumps({"tasks": [{"name": "a", "type": "exec"}]}), "arguments"),
    "arguments are no text": (json.dumps({"tasks": [{"name": "a", "type": "exec", "arguments": 5}]}), "arguments"),
    "dependencies are no list": (
        json.dumps({"tasks": [{"name": "a", "type": "exec", "arguments": "x", "dependencies": "a"}]}),
        "dependencies",
    ),
}


@pytest.mark.parametrize(("text", "told"), WRONG.values(), ids=WRONG)
def test_a_wrong_file_is_refused_before_anything_runs(call: Call, tmp_path: Path, text: str, told: str):
    """One line that names the place, exit 2, and no job, no queue was made."""
    path = tmp_path / "tasks.json"
    path.write_text(text)
    assert told in one_line(call("run", path))
    assert call("list", "--all", "--json").json == []
    assert [queue["name"] for queue in call("queue", "list", "--json").json] == ["default"]


def test_a_schema_of_ones_own(call: Call, tmp_path: Path):
    """``--schema`` is a JSON Schema that the file must satisfy as well."""
    schema = tmp_path / "schema.json"
    schema.write_text(json.dumps({"properties": {"tasks": {"maxItems": 1}}}))
    one = run(call, tmp_path, execute("a", "true"), options=["--schema", schema])
    assert one.code == 0
    two = run(call, tmp_path, execute("a", "true"), execute("b", "true"), options=["--schema", schema])
    assert "tasks" in one_line(two)


@pytest.mark.parametrize("text", ["{", '{"type": 5}', None], ids=["no JSON", "no schema", "missing"])
def test_a_schema_that_is_none(call: Call, tmp_path: Path, text: str | None):
    """A schema that cannot be used is told, exit 2."""
    schema = tmp_path / "schema.json"
    if text is not None:
        schema.write_text(text)
    one_line(run(call, tmp_path, execute("a", "true"), options=["--schema", schema]))


@pytest.mark.parametrize("name", ["7", "last", "1..3", "JOB-20200101-00001", "a b", "[bold]x[/]", "ü", "-n", "x" * 255])
def test_any_name_will_do(call: Call, tmp_path: Path, name: str):
    """Names of tasks are free: also such that for a job would mean another one."""
    result = run(call, tmp_path, execute(name, "echo hi"), execute("after it", "true", name), options=["--json"])
    assert statuses(result) == {name: "ok", "after it": "ok"}


# -- exec and eval (S3.3) -------------------------------------------------------------------------


def test_exec_is_a_shell(call: Call, tmp_path: Path):
    """Pipes, variables and quotes are the shell's."""
    result = run(call, tmp_path, execute("sum", "x=20; echo $((x+1)) | sed 's/^/got /'"))
    assert "sum | got 21" in result.out.splitlines()


def test_eval_is_python(call: Call, tmp_path: Path):
    """A snippet is a module of its own: a function uses what the snippet imported."""
    code = "import math\ndef area(r):\n    return math.floor(math.pi * r * r)\nprint(area(2))"
    assert "area | 12" in run(call, tmp_path, evaluate("area", code)).out.splitlines()


@pytest.mark.parametrize(("code", "status"), [("raise SystemExit", "ok"), ("raise SystemExit(3)", "failed")])
def test_system_exit_ends_the_snippet_only(call: Call, tmp_path: Path, code: str, status: str):
    """SystemExit means what it means everywhere; the run goes on."""
    result = run(call, tmp_path, evaluate("leaver", code), execute("other", "true"), options=["--json"])
    assert statuses(result) == {"leaver": status, "other": "ok"}


def test_output_of_concurrent_snippets_is_not_mixed(call: Call, tmp_path: Path):
    """Each line carries the label of the task that wrote it."""
    talk = "import time\nfor n in range(20):\n    print('{0}', n, flush=True); time.sleep(0.005)"
    names = ["a", "b", "c"]
    result = run(call, tmp_path, *(evaluate(name, talk.format(name)) for name in names), options=["-j", 3])
    for name in names:
        said = [line.removeprefix(f"{name} | ") for line in result.out.splitlines() if line.startswith(f"{name} | ")]
        assert said == [f"{name} {n}" for n in range(20)]


def test_exceptions_are_labelled(call: Call, tmp_path: Path):
    """A traceback is output of its task, every line of it."""
    result = run(call, tmp_path, evaluate("oops", "print('before')\nraise ValueError('bad luck')"))
    lines = result.out.splitlines()
    assert result.code == 1
    assert "oops | Traceback (most recent call last):" in lines
    assert "oops | ValueError: bad luck" in lines
    assert "oops | before" in lines


# -- order, skipping, report (S3.4–S3.6) ----------------------------------------------------------

DIAMOND = [execute("top", "true"), execute("left", "true", "top"), execute("right", "true", "top")]
BOTTOM = execute("bottom", "true", "left", "right")


def test_events_come_in_true_order(call: Call, tmp_path: Path):
    """A task starts after all that it depends on have ended, and the lines say so."""
    told = events(run(call, tmp_path, *DIAMOND, BOTTOM, options=["-j", 2]))
    place = {line: number for number, line in enumerate(told)}
    assert len(told) == 8
    for name in ("top", "left", "right", "bottom"):
        assert place[f"Started: {name}"] < place[f"Ended: {name}"]
    assert place["Ended: top"] < min(place["Started: left"], place["Started: right"])
    assert max(place["Ended: left"], place["Ended: right"]) < place["Started: bottom"]


def test_output_stands_between_start_and_end(call: Call, tmp_path: Path):
    """All that a task wrote, also its last line without a newline and what it wrote to stderr, before ``Ended``."""
    lines = run(call, tmp_path, execute("t", "echo one; echo two >&2; printf three")).out.splitlines()
    begin, end = lines.index("Started: t"), lines.index("Ended: t")
    assert sorted(lines[begin + 1 : end]) == ["t | one", "t | three", "t | two"]


def test_what_depends_on_a_failure_is_skipped(call: Call, tmp_path: Path):
    """Transitively; what does not depend on it runs."""
    tasks = [
        execute("bad", "exit 3"),
        execute("child", "true", "bad"),
        execute("grandchild", "true", "child"),
        execute("good", "true"),
    ]
    result = run(call, tmp_path, *tasks, options=["--json"])
    assert result.code == 1
    assert statuses(result) == {"bad": "failed", "child": "skipped", "grandchild": "skipped", "good": "ok"}


def test_the_table_at_the_end(call: Call, tmp_path: Path):
    """Name, status, type, arguments, dependencies of every task, in the order of the file; then why one failed."""
    result = run(call, tmp_path, execute("a", "exit 4"), evaluate("b", "print(1)", "a"), execute("c", "true"))
    lines = result.out.splitlines()
    head = next(number for number, line in enumerate(lines) if line.startswith("NAME"))
    assert lines[head].split() == ["NAME", "STATUS", "TYPE", "ARGUMENTS", "DEPENDENCIES"]
    assert lines[head + 1].split() == ["a", "failed", "exec", "exit", "4"]
    assert lines[head + 2].split() == ["b", "skipped", "eval", "print(1)", "a"]
    assert lines[head + 3].split() == ["c", "ok", "exec", "true"]
    assert "a failed: exit code 4" in lines[head + 4]


def test_the_table_fits_the_terminal(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Long arguments are shortened, names are kept."""
    monkeypatch.setenv("COLUMNS", "80")
    result = run(call, tmp_path, execute("long", "echo " + "x" * 500), execute("d", "true", "long"))
    lines = result.out.splitlines()
    table = lines[next(number for number, line in enumerate(lines) if line.startswith("NAME")) :]
    assert max(map(len, table)) <= 80
    assert "…" in table[1]


def test_codes(call: Call, tmp_path: Path):
    """0 if all are ok, 1 if some failed."""
    assert run(call, tmp_path, execute("a", "true")).code == 0
    assert run(call, tmp_path, execute("a", "true"), execute("b", "false")).code == 1


def test_json_report(call: Call, tmp_path: Path):
    """One document on stdout; what happens goes to stderr."""
    result = run(call, tmp_path, execute("a", "echo hi"), options=["--json"])
    assert set(result.json) == {"file", "queue", "exit_code", "ok", "tasks"}
    (task,) = result.json["tasks"]
    keys = "name status type arguments dependencies id exit_code signal cause message started_at ended_at"
    assert set(task) == set(keys.split())
    assert "Started: a" in result.err
    assert "a | hi" in result.err


def test_as_many_at_a_time_as_told(call: Call, tmp_path: Path):
    """``-j 1`` runs one after the other."""
    told = events(run(call, tmp_path, *(execute(name, "true") for name in "abc"), options=["-j", 1]))
    assert [line.split(":")[0] for line in told] == ["Started", "Ended"] * 3


def test_a_queue_for_each_run(call: Call, tmp_path: Path):
    """Two runs of a file do not share a queue."""
    first = run(call, tmp_path, execute("a", "true"), options=["--json"]).json["queue"]
    second = run(call, tmp_path, execute("a", "true"), options=["--json"]).json["queue"]
    assert first != second
    assert first.startswith("run/tasks")


def test_with_a_living_worker_none_is_hosted(call: Call, worker: object, tmp_path: Path):
    """If a worker lives it does the work."""
    assert run(call, tmp_path, execute("a", "true")).code == 0
    assert [each["face"] for each in call("worker", "list", "--all", "--json").json] == ["headless"]


@pytest.mark.parametrize("slots", [4])
def test_wall_time_is_near_the_critical_path(call: Call, tmp_path: Path, slots: int):
    """Where slots suffice, from the first start to the last end is within 5% of the longest chain."""
    nap = "sleep 1"
    tasks = [
        execute("a", nap),
        execute("b", nap, "a"),
        execute("c", nap, "a"),
        execute("d", nap, "b", "c"),
        execute("side", "sleep 2"),
    ]
    report = run(call, tmp_path, *tasks, options=["-j", slots, "--json"]).json["tasks"]
    from datetime import datetime

    begin = min(datetime.fromisoformat(task["started_at"]) for task in report)
    end = max(datetime.fromisoformat(task["ended_at"]) for task in report)
    assert (end - begin).total_seconds() <= 3 * 1.05


# -- hostile output -------------------------------------------------------------------------------


def test_bytes_are_passed_on_behind_the_label(process: Call, tmp_path: Path):
    """On a pipe the output is what the task wrote, invalid UTF-8 and all."""
    import subprocess

    from tests.cli.conftest import command

    path = task_file(tmp_path, execute("raw", "printf 'a\\377\\033[31mb\\n'"))
    done = subprocess.run(command("run", path), capture_output=True, timeout=60)
    assert b"raw | a\xff\x1b[31mb\n" in done.stdout


def test_one_line_of_ten_megabytes(call: Call, tmp_path: Path):
    """It is one labelled line."""
    result = run(call, tmp_path, execute("big", "head -c 10000000 /dev/zero | tr '\\0' x; echo; echo after"))
    lines = result.out.splitlines()
    assert "big | " + "x" * 10_000_000 in lines
    assert "big | after" in lines


def test_control_characters_in_names_are_shown(call: Call, tmp_path: Path):
    """A name cannot move the cursor."""
    result = run(call, tmp_path, execute("\x1b[2Jclear", "echo hi"))
    assert result.code == 0
    assert "\x1b" not in result.out


def test_a_reader_that_leaves_stops_nothing(yard_home: Path, process: Call, tmp_path: Path):
    """``jobyard run … | head``: the tasks go on to their end, and the code tells how they ended."""
    import subprocess

    from tests.cli.conftest import command

    path = task_file(tmp_path, execute("a", "seq 1 1000"), execute("b", "exit 1", "a"))
    with subprocess.Popen(command("run", path), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.close()
        assert child.wait(60) == 1
    states = {job["name"]: job["state"] for job in process("list", "--json").json}
    assert states == {"a": "completed", "b": "failed"}
