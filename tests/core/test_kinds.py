"""Kinds of jobs: what they accept, what they run, how they explain."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobyard.core import kinds
from jobyard.core.errors import BadInput, Unknown
from jobyard.core.kinds import Context

JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(st.characters()), st.lists, max_leaves=4)


def run(kind: str, fields: dict[str, Any], cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a job of this kind as a runner would."""
    process = kinds.get(kind).process(kinds.get(kind).check(fields), Context(cwd=str(cwd)))
    return subprocess.run(process.argv, cwd=cwd, capture_output=True, text=True, check=False, timeout=30)


# -- the registry -------------------------------------------------------------------------------


def test_every_file_is_a_kind() -> None:
    """Each kind bears the name of its file and describes itself and its fields."""
    assert {"exec", "eval"} <= set(kinds.names())
    for name in kinds.names():
        kind = kinds.get(name)
        assert kind.name == name
        assert kind.summary
        assert kind.fields
        assert all(field.help for field in kind.fields)
        assert set(kind.schema()["properties"]) == {field.name for field in kind.fields}


@pytest.mark.parametrize(("name", "near"), [("exce", "exec"), ("EVAL", "eval")])
def test_an_unknown_kind_is_told_with_the_nearest(name: str, near: str) -> None:
    """A typing mistake costs one look."""
    with pytest.raises(Unknown, match=f'Did you mean "{near}"'):
        kinds.get(name)


def test_the_base_is_no_kind() -> None:
    """Only files with an ending underscore are."""
    with pytest.raises(Unknown, match="The kinds are"):
        kinds.get("base")


@pytest.mark.parametrize("kind", kinds.names())
@given(value=st.dictionaries(st.sampled_from(["command", "code", "python", "x"]), JSON, max_size=3))
def test_whatever_is_accepted_can_be_run(kind: str, value: dict[str, Any]) -> None:
    """Checked fields make words that the kernel takes, and a line for people; everything else is BadInput."""
    it = kinds.get(kind)
    fields = try_to_check(it, value)
    if isinstance(fields, BadInput):
        assert "\n" not in fields.line()
        return
    argv = it.process(fields, Context()).argv
    assert argv
    assert argv[0]
    assert all("\0" not in word and word.encode("utf-8", "surrogateescape") is not None for word in argv)
    assert it.command_line(fields).isprintable()
    assert it.check(fields) == fields


def try_to_check(kind: kinds.Kind, fields: dict[str, Any]) -> Mapping[str, Any] | BadInput:
    try:
        return kind.check(fields)
    except BadInput as error:
        return error


# -- exec ---------------------------------------------------------------------------------------


def test_exec_runs_a_list_of_words_as_they_are(tmp_path: Path) -> None:
    """No shell looks at them."""
    assert run("exec", {"command": ["printf", "%s|", "$HOME", "a b", "*"]}, tmp_path).stdout == "$HOME|a b|*|"


def test_exec_gives_a_string_to_a_shell(tmp_path: Path) -> None:
    """Pipes, variables and exit codes are those of /bin/sh."""
    done = run("exec", {"command": "x=3; echo out | cat; exit $x"}, tmp_path)
    assert (done.stdout, done.returncode) == ("out\n", 3)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({}, "needs its command"),
        ({"command": None}, "needs its command"),
        ({"command": []}, "no program"),
        ({"command": [""]}, "no program"),
        ({"command": " \n"}, "empty"),
        ({"command": ["a", 3]}, "not text"),
        ({"command": {"a": 1}}, "neither a list"),
        ({"command": ["a\0b"]}, "NUL"),
        ({"command": "a\0b"}, "NUL"),
        ({"command": ["\ud800"]}, "UTF-8"),
        ({"command": ["x" * 131_072]}, "131,072 bytes"),
        ({"command": "é" * 70_000}, "140,000 bytes"),
        ({"command": ["true"], "comand": 1}, 'Did you mean "command"'),
    ],
)
def test_exec_refuses_what_cannot_be_run(fields: dict[str, Any], why: str) -> None:
    """At submit, with the reason, not when its turn has come."""
    with pytest.raises(BadInput, match=why):
        kinds.get("exec").check(fields)


def test_exec_accepts_words_that_are_no_utf8() -> None:
    """File names are bytes; what the command line hands over undecodable stays what it is."""
    fields = {"command": ["cat", "\udcff\n"]}
    assert kinds.get("exec").check(fields) == fields
    assert kinds.get("exec").command_line(fields) == "cat $'\\377\\012'"


def test_many_words_may_be_long_together() -> None:
    """The limit is a word's, not the command's."""
    fields = {"command": ["echo", *["x" * 100_000] * 3]}
    assert kinds.get("exec").check(fields) == fields


# -- eval ---------------------------------------------------------------------------------------


def test_eval_keeps_imports_for_functions(tmp_path: Path) -> None:
    """What the snippet imports is there when its functions run."""
    code = "import math\ndef area(r):\n    return math.floor(math.pi * r)\nprint(area(2))"
    assert run("eval", {"code": code}, tmp_path).stdout == "6\n"


def test_eval_can_import_from_the_jobs_folder(tmp_path: Path) -> None:
    """Modules beside the job are found."""
    (tmp_path / "my_module.py").write_text("answer = 42\n")
    assert run("eval", {"code": "import my_module; print(my_module.answer)"}, tmp_path).stdout == "42\n"


@pytest.mark.parametrize(
    ("code", "exit_code"), [("raise SystemExit(0)", 0), ("raise SystemExit(4)", 4), ("exit('x')", 1)]
)
def test_eval_ends_as_system_exit_says(tmp_path: Path, code: str, exit_code: int) -> None:
    """SystemExit ends the snippet, nothing else, with its own code."""
    assert run("eval", {"code": code}, tmp_path).returncode == exit_code


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("def f(:", "exit code 1: SyntaxError: invalid syntax"),
        ("def f():\n    raise ValueError('boom\\nmore')\nf()", "exit code 1: ValueError: boom"),
        ("class Odd(Exception): pass\nraise Odd('sideways')", "exit code 1: Odd: sideways"),
    ],
)
def test_eval_explains_an_exception(tmp_path: Path, code: str, message: str) -> None:
    """The message names the exception; the traceback stands in the log."""
    done = run("eval", {"code": code}, tmp_path)
    explained = kinds.get("eval").explain("exit code 1", done.stderr.splitlines())
    assert explained.replace("__main__.", "") == message


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({}, "needs its code"),
        ({"code": "  "}, "empty"),
        ({"code": 3}, "not text"),
        ({"code": "a\0"}, "NUL"),
        ({"code": "#" * 120_001}, "120,001 bytes"),
        ({"code": "1", "python": ["x"]}, "not text"),
        ({"code": "1", "command": "true"}, "has no"),
    ],
)
def test_eval_refuses_what_cannot_be_run(fields: dict[str, Any], why: str) -> None:
    """At submit; code that does not compile is for Python to judge."""
    with pytest.raises(BadInput, match=why):
        kinds.get("eval").check(fields)


def test_eval_runs_the_interpreter_of_jobyard_or_the_one_that_is_named() -> None:
    """Unbuffered, so that its output can be followed."""
    kind = kinds.get("eval")
    assert kind.process({"code": "1"}, Context()).argv == (sys.executable, "-u", "-c", "1")
    assert kind.process(kind.check({"code": "1", "python": "/opt/py"}), Context()).argv[0] == "/opt/py"


# -- explanations -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "tail", "message"),
    [
        ("exit code 3", [], "exit code 3"),
        ("exit code 2", ["ls: cannot access 'x': No such file"], "exit code 2: ls: cannot access 'x': No such file"),
        ("exit code 2", [b"unable to \x1b[1mread\x1b[0m", b"bye"], "exit code 2: unable to read"),
        ("exit code 5", ["step 1", "step 2", "", "  "], "exit code 5: step 2"),
        ("killed by SIGKILL (9)", ["error: x"], "killed by SIGKILL (9): error: x"),
        ("exit code 1", ["error: \x1b[2J" + "x" * 1000], None),
    ],
)
def test_failures_are_explained_in_a_line(said: str, tail: list[str | bytes], message: str | None) -> None:
    """How it ended, and the most telling line of its output, or for want of one the last."""
    explained = kinds.get("exec").explain(said, tail)
    assert explained.isprintable()
    assert len(explained) <= 220
    if message is not None:
        assert explained == message
