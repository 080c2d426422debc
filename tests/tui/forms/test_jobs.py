"""The fields of a job: texts, the job, and the command line that makes the same job."""

from __future__ import annotations

from typing import Any

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobyard.core import jobkeys
from jobyard.core.models import JobSpec
from jobyard.core.yard import wanted_needs
from jobyard.core.yard.cloning import changed
from jobyard.tui.cli.joboptions import changes_of, spec_of
from jobyard.tui.cli.verbs.change import COMMAND, clone
from jobyard.tui.cli.verbs.submit import submit
from jobyard.tui.forms.fields import BASIC, As
from jobyard.tui.forms.jobfields import job_fields
from jobyard.tui.forms.jobs import NewJob, OnceMore
from jobyard.tui.forms.jobtexts import texts_of
from jobyard.tui.forms.shellwords import split

NOW = 1_795_300_000.0
OF_COMMANDS_ALONE = {"wait", "file", "as_json", "command", "yard"}


def parsed(command: click.Command, words: list[str]) -> click.Context:
    """A command line, understood but not done."""
    return command.make_context(command.name, words)


def by_submit(line: str) -> JobSpec:
    """The job that ``jobyard submit …`` would submit."""
    params = parsed(submit, split(line)[2:]).params
    return spec_of(params["command"], **{key: value for key, value in params.items() if key not in OF_COMMANDS_ALONE})


def by_clone(line: str) -> dict[str, Any]:
    """What ``jobyard clone …`` would have otherwise."""
    ctx = parsed(clone, split(line)[2:])
    options = {key: value for key, value in ctx.params.items() if key not in {*OF_COMMANDS_ALONE, "refs"}}
    return changes_of(ctx, ctx.meta[COMMAND], options)


def read(**texts: str) -> Any:
    form = NewJob(clock=lambda: NOW)
    return form.read({**form.initial, "command": "true", **texts})


def test_option_key_and_field_are_one() -> None:
    """Every option of submit is a field and every field a key of a job file; names, help and groups are there."""
    fields = {field.key: field for field in job_fields()}
    options = {param.name for param in submit.params} - OF_COMMANDS_ALONE
    assert options == set(fields) - {"command"}
    assert set(jobkeys.KEYS) - set(fields) == {"kind", "key", "session", "user"}
    assert set(fields) - set(jobkeys.KEYS) == {"command", "clean_env"}
    assert all(field.help and field.label and len(field.label) <= 12 for field in fields.values())
    assert [field.key for field in job_fields()][:6] == [field.key for field in job_fields() if field.group == BASIC]


def test_an_empty_field_says_what_holds() -> None:
    """All but the command, which has to be given, and flags, which say no."""
    silent = {field.key for field in job_fields() if not field.placeholder}
    assert silent == {"command", *(field.key for field in job_fields() if field.kind is As.FLAG)}


WORD = st.text(
    st.characters(
        min_codepoint=33, max_codepoint=0x2FF, exclude_characters=",[]\x7f", exclude_categories=("Cc", "Cf", "Zs")
    ),
    min_size=1,
    max_size=8,
)
NAME = WORD.map(lambda word: f"n{word}x")
TEXTS: dict[str, st.SearchStrategy[str]] = {
    "command": st.lists(st.text(max_size=6).filter(lambda t: "\0" not in t and t.isprintable()), min_size=1, max_size=4)
    .filter(lambda w: bool(w[0]) and "=" not in w[0])
    .map(lambda words: __import__("shlex").join(words))
    | st.sampled_from(["a | b", "echo $HOME", "x > y"]),
    "queue": st.sampled_from(["default", "gpu", "lab/qick"]),
    "name": NAME,
    "priority": st.sampled_from(["high", "-5", "12", "0"]),
    "after": st.lists(NAME, min_size=1, max_size=3).map(", ".join),
    "after_any": NAME,
    "after_fail": NAME,
    "time_limit": st.sampled_from(["90", "1h30m", "500ms"]),
    "estimate": st.sampled_from(["0", "5m"]),
    "at": st.sampled_from(["2027-01-01", "2026-11-22T22:00"]),
    "hold": st.just("yes"),
    "retries": st.sampled_from(["0", "3"]),
    "retry_delay": st.just("5s"),
    "retry_factor": st.just("1.5"),
    "retry_max": st.just("1h"),
    "idempotent": st.just("yes"),
    "cpus": st.sampled_from(["1", "4"]),
    "mem": st.sampled_from(["512M", "2G"]),
    "gpus": st.just("1"),
    "needs": st.sampled_from(["qick", "qick, laser=2", "laser=3"]),
    "cwd": st.sampled_from(["/tmp", "sub/../x", "~"]),
    "env": st.sampled_from(["A=1", "A='x y' B=$'\\t'", "A="]),
    "clean_env": st.just("yes"),
    "stdin": st.sampled_from(["/dev/null", "in put"]),
    "umask": st.just("027"),
    "array": st.sampled_from(["1-100%10", "3"]),
    "on_end": st.sampled_from(["mail me", "cat > '$X'"]),
}


@given(
    st.fixed_dictionaries({"command": TEXTS["command"]}, optional={k: v for k, v in TEXTS.items() if k != "command"})
)
def test_the_shown_command_line_makes_the_same_job(texts: dict[str, str]) -> None:
    """Whatever is filled in, the line below the form, given to the command line, is the same job."""
    reading = read(**texts)
    assert not reading.wrong, reading.notes
    assert by_submit(reading.line) == reading.subject


@given(
    st.fixed_dictionaries({}, optional={k: v for k, v in TEXTS.items() if k not in ("array", "clean_env")}),
    st.sets(
        st.sampled_from(
            ["command", "name", "time_limit", "needs", "mem", "idempotent", "stdin", "on_end", "priority", "retries"]
        )
    ),
)
def test_the_shown_clone_makes_the_same_changes(texts: dict[str, str], emptied: set[str]) -> None:
    """The same of a job once more, whose fields may be edited or emptied; what was not touched is not said."""
    form = OnceMore(7, "JOB-20261122-00007", OLD, clock=lambda: NOW)
    edited = {**form.initial, **dict.fromkeys(emptied - {"command"}, ""), **texts}
    reading = form.read(edited)
    assert not reading.wrong, reading.notes
    asked: list[Any] = []
    reading.steps[0].call(Recorder(asked))  # type: ignore[arg-type]
    assert changed(OLD, by_clone(reading.line)) == changed(OLD, asked[0])
    assert changed(OLD, asked[0]) == reading.subject
    untouched = {key for key, text in edited.items() if text == form.initial.get(key, "")}
    for key in untouched & {"name", "priority", "cwd", "umask", "retries"}:
        assert jobkeys.arguments(key)[0] not in asked[0]


class Recorder:
    """A yard that remembers what a clone was to have otherwise."""

    def __init__(self, asked: list[Any]) -> None:
        self.asked = asked

    def clone(self, row: int, changes: dict[str, Any]) -> None:
        self.asked.append(changes)


OLD = JobSpec(
    {"command": ["python", "fit.py", "a b"]}, name="fit", priority=3, session="lab", queue="qick", time_limit=600.0,
    estimate=60.0, retries=2, retry_delay=60.0, retry_factor=2.0, retry_most=3600.0, idempotent=True, cwd="/tmp",
    umask=0o22, env={"A": "0", "PATH": "/bin"}, clean_env=True, stdin="/dev/null",
    needs={"cpus": 2, "mem": 1 << 30, "qick": 1, "laser": 3}, on_end="mail me",
)  # fmt: skip


def test_once_more_without_a_change_is_a_plain_clone() -> None:
    """Nothing is passed that was not touched."""
    form = OnceMore(7, "JOB-20261122-00007", OLD)
    assert form.read(form.initial).line == "jobyard clone JOB-20261122-00007"


def test_once_more_instead_of_the_old_one() -> None:
    """Of a pending job: submit the new one, then cancel the old one; how many would be skipped with it is said."""
    form = OnceMore(7, "JOB-20261122-00007", OLD, pending=True, skips=12)
    reading = form.read({**form.initial, "instead": "yes"})
    assert reading.line == "jobyard clone JOB-20261122-00007 && jobyard cancel --pending JOB-20261122-00007"
    assert "12 that wait for it will be skipped" in next(field.help for field in form.fields if field.key == "instead")


def test_an_array_once_more_is_its_elements_with_what_they_have_in_common() -> None:
    """Names and inputs are theirs; queue and command may be others for all."""
    form = OnceMore(7, "JOB-20261122-00007[1-3]", OLD, whole=True)
    assert not {field.key for field in form.fields} & {"name", "stdin", "unique", "array", "instead"}
    assert "command" not in form.initial
    edited = form.read({**form.initial, "command": "measure {i:02} --fast"})
    assert edited.line == "jobyard clone 'JOB-20261122-00007[1-3]' -- measure '{i:02}' --fast"
    reading = form.read({**form.initial, "queue": "gpu"})
    assert reading.line == "jobyard clone 'JOB-20261122-00007[1-3]' -q gpu"
    asked: list[Any] = []
    reading.steps[0].call(Recorder(asked))  # type: ignore[arg-type]
    assert asked == [{"session": "default", "queue": "gpu"}]


@pytest.mark.parametrize(
    "command",
    [
        ["a", "b c"],
        ["sh", "-c", "a | b"],
        ["sh", "-c", "plain words"],
        "make all",
        "x\ny\n",
        ["\x1b[0m"],
        [" a"],
        "  x | y ",
    ],
)
def test_a_command_is_shown_so_that_it_is_read_as_itself(command: list[str] | str) -> None:
    """Whatever its form, it is one printable line, and typing that very line makes the same process."""
    text = texts_of(OLD._replace(fields={"command": command}))["command"]
    assert text.isprintable()
    words = read(command=text).subject.fields["command"]
    process = ["sh", "-c", command] if isinstance(command, str) else command
    assert words == process or (isinstance(command, str) and " ".join(words) == command)


@pytest.mark.parametrize(
    ("texts", "key", "told"),
    [
        ({"command": ""}, "command", "There is no command"),
        ({"command": "a 'b"}, "command", "A quote does not end"),
        ({"time_limit": "5x"}, "time_limit", "A duration is"),
        ({"name": "17"}, "name", "looks like the number of a job"),
        ({"priority": "urgent"}, "priority", "A priority is"),
        ({"queue": "a/b/c"}, "queue", "It should name a queue"),
        ({"cpus": "2", "needs": "cpus=3"}, "needs", "wanted twice"),
        ({"needs": "qick=x"}, "needs", "It is an integer"),
        ({"mem": "64"}, "mem", "Say the unit"),
        ({"env": "A"}, "env", "NAME=VALUE"),
        ({"array": "9-1"}, "array", "runs backwards"),
        ({"array": "1-3", "unique": "k"}, "unique", "an array is many"),
        ({"umask": "9"}, "umask", "octal"),
        ({"at": "soon"}, "at", "A time is"),
    ],
)
def test_what_cannot_be_read_is_told_under_its_field(texts: dict[str, str], key: str, told: str) -> None:
    """What, why, what to do; and there is nothing to be done then."""
    reading = read(**texts)
    assert reading.wrong == [key]
    assert told in reading.notes[key].text
    assert reading.steps == ()


def test_a_secret_is_not_repeated() -> None:
    """A word of the variables that has no = in it may be a password."""
    assert "hunter2" not in read(env="hunter2").notes["env"].text


def test_a_line_for_a_shell_says_so() -> None:
    """It is no mistake."""
    reading = read(command="a | b")
    assert reading.notes["command"].text == "A shell reads it: sh -c"
    assert reading.line == "jobyard submit -- sh -c 'a | b'"


def test_a_hole_without_an_array_is_odd() -> None:
    """It is told, not refused; of an array it is as it should be."""
    assert "stays as it is" in read(command="echo {i:03}").notes["command"].text
    assert not read(name="x{i}").wrong
    assert read(name="x{i}").notes["name"].text.startswith("{i} stays")
    assert not read(command="echo {i}", array="1-3").notes
    assert not read(command="echo ${i}").notes["command"].text.startswith("{i}")


def test_needs_of_nothing_are_none() -> None:
    """Nobody asks for no resources."""
    reading = read(cpus="0", needs="qick=0")
    assert wanted_needs(reading.subject.needs) == {} == reading.subject.needs
    assert by_submit(reading.line) == reading.subject
