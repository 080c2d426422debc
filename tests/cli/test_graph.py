"""``jobyard graph``: lanes for people, DOT for Graphviz, JSON for programs."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.cli.conftest import Call

DIAMOND = [
    {"command": "true", "key": "a", "name": "fetch"},
    {"command": "true", "key": "b", "name": "build", "after": "a"},
    {"command": "true", "key": "c", "name": "docs", "after": "a"},
    {"command": "true", "key": "d", "name": "ship", "after": "b", "after_any": "c"},
    {"command": "true", "key": "e", "name": "other parent"},
    {"command": "true", "key": "f", "name": "deploy", "after": ["d", "e"]},
    {"command": "true", "name": "stranger"},
]


def submitted(call: Call, folder: Path) -> list[str]:
    """The ids of the jobs above."""
    path = folder / "jobs.jsonl"
    path.write_text("".join(json.dumps(job) + "\n" for job in DIAMOND))
    return call("submit", "--file", path).out.split()


def test_lanes(call: Call, tmp_path: Path) -> None:
    """Parents stand above their children, a lane leads from one to the other, and after-any is told."""
    ids = submitted(call, tmp_path)
    lines = call("graph", "fetch").out.splitlines()
    assert [line.split("JOB")[0].rstrip() for line in lines[1:]] == ["○", "├─○", "○ │", "○─╯", "○"]
    assert [re.search(r"JOB-\d+-\d+", line)[0] for line in lines[1:]] == [ids[0], ids[1], ids[2], ids[3], ids[5]]  # type: ignore[index]
    assert f"after-any {ids[2]} [open]" in lines[4]
    assert "stranger" not in "".join(lines)


def test_whole(call: Call, tmp_path: Path) -> None:
    """With --whole the other parents of a dependant come too; what is not connected never does."""
    submitted(call, tmp_path)
    assert "other parent" not in call("graph", "fetch").out
    whole = call("graph", "fetch", "--whole").out
    assert "other parent" in whole
    assert "stranger" not in whole


def test_dot(call: Call, tmp_path: Path) -> None:
    """Every job is a node, every dependency an edge with its type; a hostile name stays inside its quotes."""
    ids = submitted(call, tmp_path)
    call("submit", "--after", ids[0], "-n", 'x"];evil [label="\x1b[31m', "--", "true")
    out = call("graph", ids[0], "--dot").out
    assert out.startswith("digraph jobs {")
    assert out.rstrip().endswith("}")
    assert f'"{ids[0]}" -> "{ids[1]}" [style=solid' in out
    assert f'"{ids[2]}" -> "{ids[3]}" [style=dashed' in out
    assert 'label="x\\"];evil [label=\\"' in out
    assert "\x1b" not in out


def test_json(call: Call, tmp_path: Path) -> None:
    """Jobs in the order of the list, edges by id, and which jobs were asked for."""
    ids = submitted(call, tmp_path)
    found = call("graph", "ship", "--json").json
    assert [job["id"] for job in found["jobs"]] == [ids[0], ids[1], ids[2], ids[3], ids[5]]
    assert [job["id"] for job in found["jobs"] if job["asked"]] == [ids[3]]
    assert {"child": ids[3], "parent": ids[2], "type": "after-any", "state": "open"} in found["edges"]
    assert found["cut"] is False


def test_a_limit_is_told(call: Call, tmp_path: Path) -> None:
    """A graph that is larger than asked for says so; the job that was asked for is there."""
    submitted(call, tmp_path)
    result = call("graph", "deploy", "--limit", 2)
    assert "The graph is larger: 2 of its jobs are shown" in result.err
    assert "deploy" in result.out


def test_a_queue_a_session_a_filter(call: Call, tmp_path: Path) -> None:
    """Their jobs alone, with the dependencies among each other; just one of them may be asked for."""
    submitted(call, tmp_path)
    call("queue", "create", "lab")
    call("submit", "-q", "lab", "-n", "probe", "--", "true")
    assert re.findall(r"probe|ship", call("graph", "--queue", "lab").out) == ["probe"]
    assert "stranger" in call("graph", "--session", "default").out
    found = call("graph", "--filter", "name:fetch,build,docs", "--json").json
    assert [job["name"] for job in found["jobs"]] == ["fetch", "build", "docs"]
    assert len(found["edges"]) == 2
    for words in ([], ["fetch", "--queue", "lab"], ["--session", "nowhere"], ["--filter", "state:odd"]):
        assert call("graph", *words).code == 2


def test_the_critical_path(call: Call, tmp_path: Path) -> None:
    """By estimates; without any the longest way, whose length nobody knows."""
    submitted(call, tmp_path)
    unknown = call("graph", "fetch", "--critical")
    assert "nobody knows how long they take" in unknown.err
    assert call("graph", "fetch", "--json").json["critical_seconds"] is None
    for name, estimate, parents in (("p", "10m", []), ("q", "1m", ["p"]), ("r", "5m", ["p"]), ("s", "1m", ["q", "r"])):
        after = [word for parent in parents for word in ("--after", parent)]
        call("submit", "-n", name, "--estimate", estimate, *after, "--", "true")
    result = call("graph", "p", "--critical")
    assert re.findall(r" ([pqrs])  +(\d+m)", result.out) == [("p", "10m"), ("r", "5m"), ("s", "1m")]
    assert "3 jobs and takes 16m" in result.err
    found = call("graph", "p", "--json").json
    assert (len(found["critical"]), found["critical_seconds"]) == (3, 960.0)
    call("submit", "-n", "t", "--after", "s", "--", "true")
    guessed = call("graph", "p", "--critical")
    assert re.search(r" t  +~\d", guessed.out)
    assert re.search(r" p  +10m", guessed.out)
    assert "4 jobs and takes ~" in guessed.err


def test_many_alike_are_one_line(call: Call, tmp_path: Path) -> None:
    """Folded, twenty children of one job are four lines; JSON and DOT have all of them."""
    path = tmp_path / "many.jsonl"
    jobs = [{"command": "true", "key": "a", "name": "root"}]
    jobs += [{"command": "true", "name": f"leaf-{n}", "after": "a"} for n in range(20)]
    path.write_text("".join(json.dumps(job) + "\n" for job in jobs))
    call("submit", "--file", path)
    folded = call("graph", "root", "--fold").out.splitlines()
    assert len(folded) == 1 + 5
    assert "+17 more like it  leaf-3 … leaf-19" in folded[-1]
    assert len(call("graph", "root").out.splitlines()) == 1 + 21
    assert len(call("graph", "root", "--fold", "--json").json["jobs"]) == 21
    assert call("graph", "root", "--fold", "--dot").out.count("->") == 20
