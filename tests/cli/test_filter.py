"""The filter language on the command line: ``jobyard list FILTER``, its mistakes, its completion, its table."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from jobyard.core.filters.fields import TABLE
from tests.cli.conftest import Call, one_line, pointed

README = Path(__file__).parents[2] / "README.md"


def names(call: Call, *words: object) -> list[str]:
    return [job["name"] for job in call("list", "--json", *words).json]


@pytest.fixture
def some(call: Call) -> Call:
    """Three jobs: one is held, one waits for the first, one is of another queue."""
    call("queue", "create", "gpu")
    first = call("submit", "-n", "alpha", "--hold", "--", "true").id
    call("submit", "-n", "beta", "--after", first, "--estimate", "5m", "--", "sleep", "1")
    call("submit", "-n", "gamma ray", "-q", "gpu", "-p", "3", "--", "true")
    return call


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (["held:yes"], ["alpha"]),
        (["not", "held:yes"], ["gamma ray", "beta"]),
        (["name:alpha", "or", "queue:gpu"], ["gamma ray", "alpha"]),
        (["name:alpha or queue:gpu"], ["gamma ray", "alpha"]),
        (["(alpha or beta) -held:yes"], ["beta"]),
        (["after:alpha"], ["beta"]),
        (["before:beta"], ["alpha"]),
        (["graph:alpha"], ["alpha", "beta"]),
        (["estimate>=5m"], ["beta"]),
        (["reason:held,dependency"], ["alpha", "beta"]),
        (["priority:high..10"], []),
        (["priority>0"], ["gamma ray"]),
        (['name:"gamma ray"'], ["gamma ray"]),
        (["name~RAY"], ["gamma ray"]),
        (["pending", "--queue", "gpu"], ["gamma ray"]),
        (["queue:gpu", "--queue", "default"], []),
        (["age<1h submitted:today"], ["gamma ray", "alpha", "beta"]),
        (["id:2..3"], ["gamma ray", "beta"]),
    ],
)  # fmt: skip
def test_a_filter_shows(some: Call, words: list[str], shown: list[str]) -> None:
    """Words of the command line are one text; options narrow it further."""
    assert names(some, *words) == shown


@pytest.mark.parametrize(
    ("words", "marked", "told"),
    [
        (["alpha", "stat:failed"], "stat", "The nearest is state."),
        (["queue:gpx"], "gpx", "The nearest is gpu."),
        (["age<2x"], "2x", "10m"),
        (["after:nobody"], "nobody", "There is no job nobody."),
        (["alpha", "or"], "or", "missing after or"),
        (["名前 faild:x"], "faild", "in quotes"),
        (["x" * 300 + " (a"], "(", "not closed"),
    ],
)  # fmt: skip
def test_a_mistake_is_pointed_at(some: Call, words: list[str], marked: str, told: str) -> None:
    """The usual line, exit 2, and below it the filter with a mark; a long one around its mistake."""
    result = some("list", *words)
    assert told in result.err.splitlines()[0]
    if all(word.isascii() for word in words):
        assert told in pointed(result, marked)
    else:
        mark = result.err.splitlines()[2]
        assert mark == " " * 7 + "^" * 5  # two wide letters and their margin


def test_control_characters_of_a_filter_are_shown(some: Call) -> None:
    """What somebody pasted drives no terminal, in the sentence or below it."""
    result = some("list", "name:a\x1b[31m", "or")
    assert "\x1b" not in result.err
    assert result.err.splitlines()[2].index("^") == result.err.splitlines()[1].rindex("or")


@pytest.mark.parametrize(
    ("column", "shown"), [("name", ["alpha", "beta", "gamma ray"]), ("-name", ["gamma ray", "beta", "alpha"])]
)
def test_sorted_by_a_column(some: Call, column: str, shown: list[str]) -> None:
    """By a column, the other way round with a minus."""
    assert names(some, "--sort", column) == shown
    assert [line.split()[5] for line in some("list", "--sort", column).out.splitlines()[1:]] == [
        name.split()[0] for name in shown
    ]


def test_no_such_column(call: Call) -> None:
    """A column that is none is told, with the nearest and all there are."""
    assert "The nearest is name." in one_line(call("list", "--sort", "nam"))


def test_old_jobs_are_found_by_a_time_or_a_name(some: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """What ended long ago is listed when the filter asks for times or jobs."""
    some("cancel", "1")
    later = time.time() + 3 * 86_400
    monkeypatch.setattr(time, "time", lambda: later)
    assert "alpha" not in names(some, "cancelled")
    assert names(some, "cancelled age>=0s") == ["alpha"]


# -- completion -------------------------------------------------------------------------------------------


def completed(call: Call, monkeypatch: pytest.MonkeyPatch, line: str) -> list[str]:
    """What bash would be offered at the end of a line."""
    words = line.split(" ")
    monkeypatch.setenv("_JOBYARD_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", line)
    monkeypatch.setenv("COMP_CWORD", str(len(words) - 1))
    result = call()
    monkeypatch.delenv("_JOBYARD_COMPLETE")
    return [word.partition(",")[2] for word in result.out.splitlines()]


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("jobyard list stat", ["state:", "state:pending"]),
        ("jobyard list state:fa", ["state:failed"]),
        ("jobyard list queue:", ["queue:default", "queue:gpu"]),
        ("jobyard list state : fa", ["failed"]),  # as bash cuts it
        ("jobyard list queue :", ["default", "gpu"]),
        ("jobyard list name~al", ["name~alpha"]),
        ("jobyard list --sort dur", ["duration"]),
    ],
)
def test_the_shell_offers(some: Call, monkeypatch: pytest.MonkeyPatch, line: str, offered: list[str]) -> None:
    """Fields, then what the yard knows; what a shell would take apart is not offered."""
    found = completed(some, monkeypatch, line)
    assert found[: len(offered)] == offered
    assert not [word for word in found if re.search(r"[<>()\"' *]", word)]


# -- the table --------------------------------------------------------------------------------------------


def test_fields_are_printed(call: Call) -> None:
    """Each with its operators, what it means and an example."""
    lines = call("list", "--fields").out.splitlines()[1:]
    assert [line.split()[0] for line in lines] == [field.name for field in TABLE]
    assert all(field.help in line and field.example in line for field, line in zip(TABLE, lines, strict=True))


@pytest.mark.parametrize("field", TABLE, ids=lambda field: field.name)
def test_the_readme_has_the_table(field: object) -> None:
    """A field and its line of the README say the same."""
    name, also, operators, help, example = (
        field.name, field.aliases, field.operators, field.help, field.example,  # type: ignore[attr-defined]
    )  # fmt: skip
    told = [" ".join(f"`{word}`" for word in words) for words in ([name], also, operators)]
    assert f"| {' | '.join(told)} | {help} | `{example}` |" in README.read_text()
