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
