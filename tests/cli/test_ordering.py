"""``move``, ``after``, ``priority``: where jobs stand and what they wait for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Call, one_line


@pytest.fixture
def jobs(call: Call) -> dict[str, str]:
    """Four jobs that wait, by name; c has priority 5."""
    found = {}
    for name in "abcd":
        found[name] = call("submit", "-n", name, "-p", 5 if name == "c" else 0, "--", "true").id
    return found


def order(call: Call) -> str:
    return "".join(job["name"] for job in call("list", "--json").json)


@pytest.mark.parametrize(
    ("words", "after"),
    [
        ("move d --top", "dcab"),
        ("move c --bottom", "abdc"),
        ("move d --before b", "cadb"),
        ("move a --after b", "cbad"),
        ("move d a --before b", "cdab"),
        ("move 1..2 --bottom", "cdab"),
        ("move d --up", "cadb"),
        ("move a --down", "cbad"),
    ],
)
def test_move(call: Call, jobs: dict[str, str], words: str, after: str):
    """To a place beside another, to an end, one up or down; several as a block, in the order given."""
    result = call(*words.split())
    assert result.code == 0
    assert result.out.startswith("move: JOB-")
    assert order(call) == after


def test_a_move_tells_of_another_priority(call: Call, jobs: dict[str, str]):
    """Who crosses a priority takes it, and is told so; of several each change has its line."""
    assert call("move", "d", "--top").out == f"move: {jobs['d']} (priority 0 → 5)\n"
    both = call("move", "c", "a", "--bottom").out.splitlines()
    assert both == [f"move: {jobs['c']} {jobs['a']}", f"priority 5 → 0: {jobs['c']}"]
    assert call("move", "c", "a", "--top", "--json").json["priorities"] == {jobs["c"]: 5, jobs["a"]: 5}
    assert call("move", "d", "--up").out == f"move: {jobs['d']}\n"


def test_move_tells_what_it_left(call: Call, jobs: dict[str, str]):
    """A job of another queue and one that has ended stay; with nothing done it exits 2."""
    call("queue", "create", "other")
    elsewhere = call("submit", "-q", "other", "--", "true").id
    call("cancel", "b")
    result = call("move", elsewhere, "b", "d", "--before", "a", "--json")
    assert result.code == 0
    assert result.json["done"] == [jobs["d"]]
    assert {entry["id"]: entry["why"] for entry in result.json["left"]} == {
        elsewhere: f"it stands in another queue than {jobs['a']}",
        jobs["b"]: "it is cancelled",
    }
    assert "it is cancelled" in one_line(call("move", "b", "--top"))


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("move a", "needs a place"),
        ("move a --top --bottom", "one place"),
        ("move a --before a", "beside itself"),
        ("move a --before nobody", "nobody"),
        ("move nobody --top", "nobody"),
        ("after add a a", "itself"),
        ("after add a nobody", "nobody"),
        ("after add a b --any --fail", "exclude"),
        ("after add 1..2 c", "must be one"),
        ("after bind a b", "bind"),
        ("queue set default --policy shortes", "shortest"),
    ],
)
def test_misuse_is_one_line(call: Call, jobs: dict[str, str], words: str, says: str):
    """What is wrong, and what to do."""
    assert says in one_line(call(*words.split()))


def test_after_add_and_cut(call: Call, jobs: dict[str, str]):
    """Several parents at once, of each kind; show says the same."""
    assert call("after", "add", "d", "a", "b", "--any").out == f"{jobs['d']} waits for {jobs['a']} {jobs['b']}\n"
    assert call("after", "add", "d", "c", "--fail", "--json").json == {
        "id": jobs["d"], "verb": "after add", "done": [jobs["c"]], "left": [], "also": [],
    }  # fmt: skip
    assert waits(call, "d") == {"a": "after-any", "b": "after-any", "c": "after-fail"}
    assert call("after", "cut", "d", "1..2").code == 0
    assert waits(call, "d") == {"c": "after-fail"}
    assert "does not wait for it" in one_line(call("after", "cut", "d", "a"))


def waits(call: Call, name: str) -> dict[str, str]:
    names = {job["id"]: job["name"] for job in call("list", "--json", "--all").json}
    return {names[edge["id"]]: edge["type"] for edge in call("show", name, "--json").json["depends_on"]}


def test_a_circle_is_named(call: Call, jobs: dict[str, str]):
    """The line shows the way round."""
    call("after", "add", "b", "a")
    call("after", "add", "c", "b")
    line = one_line(call("after", "add", "a", "c"))
    assert " → ".join(jobs[name] for name in "acba") in line
    assert waits(call, "a") == {}


def test_a_dead_dependency_skips_at_once(call: Call, jobs: dict[str, str]):
    """And says so."""
    call("cancel", "a")
    result = call("after", "add", "b", "a")
    assert f"skipped: {jobs['b']}" in result.out
    assert call("show", "b", "--json").json["state"] == "skipped"
    assert "is skipped" in one_line(call("after", "add", "b", "c"))
    assert call("after", "cut", "b", "a").code == 0
    assert call("requeue", "b").code == 0
    assert call("show", "b", "--json").json["state"] == "pending"


@pytest.mark.parametrize(
    ("words", "values"),
    [
        ("priority a 3", {"a": 3}),
        ("priority a c +1", {"a": 1, "c": 6}),
        ("priority a c --by 2", {"a": 2, "c": 7}),
        ("priority a c --by -2", {"a": -2, "c": 3}),
        ("priority --by -2 a", {"a": -2}),
        ("priority a -2", {"a": -2}),
        ("priority c low", {"c": -10}),
    ],
)
def test_priority_tells_the_value(call: Call, jobs: dict[str, str], words: str, values: dict[str, int]):
    """Set or changed by so much: what it is now is printed, and in JSON."""
    result = call(*words.split())
    assert result.code == 0, result.err
    for name, value in values.items():
        assert any(line.startswith(f"priority {value}: ") and jobs[name] in line for line in result.out.splitlines())
        assert call("show", name, "--json").json["priority"] == value
    again = call("priority", "a", "4", "--json").json
    assert (set(again), again["priorities"]) == ({"verb", "done", "left", "also", "priorities"}, {jobs["a"]: 4})


def test_policies_of_a_queue(call: Call):
    """Shortest and chain order the queue's jobs; fifo brings back the order of submission."""
    call("queue", "create", "q")
    for name, estimate, *after in (("slow", "20m"), ("any", ""), ("quick", "1m"), ("next", "30m", "quick")):
        more = [f"--estimate={estimate}"] if estimate else []
        call("submit", "-q", "q", "-n", name, *more, *(f"--after={parent}" for parent in after), "--", "true")
    orders = {}
    for policy in ("shortest", "chain", "fifo"):
        assert call("queue", "set", "q", "--policy", policy).code == 0
        rows = call("list", "--queue", "q", "--json").json
        orders[policy] = " ".join(job["name"] for job in rows)
    assert orders == {
        "shortest": "quick slow next any",
        "chain": "quick next slow any",
        "fifo": "slow any quick next",
    }


def test_a_long_cascade_is_summed_up(call: Call, work: Callable[[], None], tmp_path: Path):
    """The nearest twenty are listed, the others counted; nothing is changed."""
    call("submit", "-n", "p", "--", "false")
    lines = "".join(f'{{"command": "true", "name": "c{n}", "after": ["p"]}}\n' for n in range(30))

    path = tmp_path / "jobs.jsonl"
    path.write_text(lines)
    call("submit", "--file", path)
    work()
    shown = call("requeue", "p", "--cascade", "--dry-run").out.splitlines()
    assert len(shown) == 1 + 20 + 1
    assert shown[-1] == "and 10 others"
    assert len(call("requeue", "p", "--cascade", "--dry-run", "--json").json["also"]) == 30
    assert len(call("requeue", "p", "--cascade", "--yes", "--json").json["done"]) == 31
