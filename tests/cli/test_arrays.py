"""Job arrays on the command line: one line, one reference, elements by index."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Call, one_line, pointed


@pytest.fixture
def scan(call: Call) -> str:
    """An array of six elements, as printed."""
    return call("submit", "--array", "1-6%2", "-n", "scan", "--", "sh", "-c", "echo {i} $JOBYARD_ARRAY_INDEX").id


def base(scan: str) -> str:
    return scan.partition("[")[0]


def lines(call: Call, *words: object) -> list[str]:
    return call("list", *words).out.splitlines()[1:]


def test_submit_prints_one_reference(call: Call):
    """The id with its indexes; as JSON the same, with the state and place of the first element."""
    assert re.fullmatch(r"JOB-\d{8}-00001\[1-3,9\]\n", call("submit", "--array", "1,2,3,9", "--", "true").out)
    answer = call("submit", "--array", "0-20:10", "--json", "--", "true").json
    assert set(answer) == {"id", "state", "reason", "position"}
    assert answer["id"].endswith("-00005[0-20:10]")


def test_an_element_sees_its_index(call: Call, scan: str, work: Callable[[], None]):
    """In its command and in its environment."""
    work()
    assert [call("logs", f"{base(scan)}[{index}]").out for index in (1, 6)] == ["1 1\n", "6 6\n"]


def test_list_shows_one_line(call: Call, scan: str):
    """With progress and reason; ``--elements`` one line each, with the index at the name."""
    (line,) = lines(call)
    assert line.startswith(scan)
    assert "0/6 done" in line
    assert "no live worker" in line
    elements = lines(call, "--elements")
    assert [re.search(r"scan\[(\d)\]", line)[1] for line in elements] == list("123456")  # type: ignore[index]
    assert lines(call, "--limit", 3) == [line]


def test_a_list_of_elements(call: Call, scan: str, work: Callable[[], None]):
    """``NAME[]`` is the array's line; indexes and states are elements, a line each; what is not there is refused."""
    call("submit", "-n", "scan", "--", "echo", "scan[1]")
    named = base(scan)
    assert [line.split()[0] for line in lines(call, f"{named}[]")] == [scan]
    found = lines(call, f"{named}[2-3]", f"{named}[6]")
    assert [re.search(r"scan\[(\d)\]", line)[1] for line in found] == list("236")  # type: ignore[index]
    assert lines(call, f"{named}[2-3]", "completed") == []
    work()
    assert len(lines(call, f"{named}[2-3]", "completed")) == 2
    assert len(call("list", f"{named}[done]", "--json").json) == 6
    assert "There is no element 7 in" in pointed(call("list", f"{named}[7]"), f"{named}[7]")
    assert "There is no array nothing[]" in pointed(call("list", "nothing[]"), "nothing[]")


def test_a_list_of_elements_by_name(call: Call, scan: str):
    """The newest array of that name is meant, unless a job is called just so."""
    assert [line.split()[0] for line in lines(call, "scan[]")] == [scan]
    assert len(lines(call, "scan[3]")) == 1
    job = call("submit", "-n", "fit [3]", "--", "true").id
    assert [line.split()[0] for line in lines(call, "fit [3]")] == [job]


def test_list_as_json_has_every_element(call: Call, scan: str):
    """Which says of which array it is; a job that is none of one has null."""
    call("submit", "--", "true")
    jobs = call("list", "--json").json
    assert [job["array"] for job in jobs] == [
        *({"id": base(scan), "index": index, "size": 6} for index in range(1, 7)),
        None,
    ]


def test_show_is_a_page_of_the_array(call: Call, work: Callable[[], None]):
    """Counts, and the elements that failed with why; an element's own page names its array."""
    scan = call("submit", "--array", "1-5", "-n", "odd", "--", "sh", "-c", "echo bad {i} >&2; exit $(({i} % 2))").id
    work()
    page = call("show", scan).out
    assert "2/5 done, 3 failed" in page
    assert f"{base(scan)}[5]" in page
    assert "bad 5" in page
    shown = call("show", f"{base(scan)}[]", "--json").json
    assert shown["counts"]["failed"] == 3
    assert [call("show", each, "--json").json["array"]["index"] for each in shown["failed"]] == [1, 3, 5]
    assert f"{base(scan)}[], element 3 of 5" in call("show", f"{base(scan)}[3]").out


def test_why_tells_equal_elements_once(call: Call):
    """The first of those that wait alike, and how many others do."""
    scan = call("submit", "--array", "1-300", "--hold", "--", "true").id
    out = call("why", scan).out
    assert out.count("held; release it") == 1
    assert "and 299 others likewise" in out
    assert len(call("why", f"{base(scan)}[1-3]", "--json").json) == 3


def test_why_an_element_waits_for_its_array(call: Call):
    """How many may run at a time, and which is next; the hidden resource is never named."""
    call("queue", "set", "default", "--slots", 9)
    scan = call("submit", "--array", "1-6%2", "-n", "scan", "--", "true").id
    waiting = [call("why", f"{base(scan)}[{index}]").out for index in range(1, 7)]
    assert any("waits for its array (2 at a time; " in each for each in waiting)
    for words in (["list"], ["list", "--elements"], ["show", scan], ["resource", "list"], ["why", scan]):
        assert "array/" not in call(*words).out


def test_show_of_an_array_has_what_its_elements_share(call: Call):
    """What it wants, how long it may take, where it runs: as its elements were submitted."""
    scan = call("submit", "--array", "1-3", "--cpus", 1, "--estimate", "1h", "--retries", 2, "--", "true").id
    page = call("show", scan).out
    element = call("show", f"{base(scan)}[2]").out
    for name in ("resources", "estimate", "retries", "folder"):
        of_array, of_element = (
            next(line.split(maxsplit=1)[1] for line in text.splitlines() if line.startswith(name))
            for text in (page, element)
        )
        assert of_array == of_element


def test_an_element_is_called_by_its_index(call: Call):
    """Wherever jobs are named one by one: why, graph, top, what waits for it."""
    scan = call("submit", "--array", "4-5", "-n", "scan", "--", "true").id
    fit = call("submit", "-n", "fit", "--after", scan, "--", "true").id
    assert "(scan[5])" in call("why", "scan[5]").out
    for words in (["why", fit], ["show", fit], ["graph", fit], ["top", "--once"]):
        out = call(*words).out
        assert all(name in out for name in ("scan[4]", "scan[5]")), words


def test_cancelled_requeued_cloned_as_one_or_by_element(call: Call, scan: str):
    """What has not ended stays as it is in a requeue of the whole."""
    id = base(scan)
    assert len(call("cancel", f"{id}[2,4-5]", "--json").json["done"]) == 3
    assert len(call("requeue", f"{id}[]", "--json").json["done"]) == 3
    assert call("requeue", f"{id}[]").code == 2
    assert len(call("hold", scan, "--json").json["done"]) == 6
    assert call("clone", scan).out.strip().endswith("-00007[1-6]")
    assert len(call("cancel", "last", "--json").json["done"]) == 6
    assert "[" not in call("clone", f"{id}[2]").out
    assert call("show", "last", "--json").json["command"] == ["sh", "-c", "echo 2 $JOBYARD_ARRAY_INDEX"]


def test_wait_is_for_all_of_it(call: Call, worker: object):
    """The code is that of the first element, by index, that did not complete."""
    assert call("submit", "--wait", "--array", "1-3", "--", "true").code == 0
    result = call("submit", "--wait", "--array", "1-4", "--", "sh", "-c", "[ {i} -lt 3 ] || exit {i}")
    assert result.code == 3
    assert call("wait", "last").code == 3
    assert call("wait", "last[1,2]").code == 0


def test_after_an_array(call: Call, scan: str):
    """Commas between indexes are part of the reference."""
    call("submit", "--after", f"{base(scan)}[1,3],{base(scan)}[5]", "--after-any", f"{base(scan)}[2]", "--", "true")
    edges = call("show", "last", "--json").json["depends_on"]
    assert [edge["id"][-5:] for edge in edges] == ["00001", "00002", "00003", "00005"]


def test_arrays_in_a_file(call: Call, tmp_path: Path):
    """With a key that others wait for; the answer has an entry for each line."""
    path = tmp_path / "jobs.jsonl"
    given = [{"command": ["run", "{i}"], "array": "1-3%1", "key": "scan"}, {"command": "report", "after": "scan"}]
    path.write_text("".join(json.dumps(line) + "\n" for line in given))
    ids = call("submit", "--file", path, "--json").json
    assert ids[0].endswith("-00001[1-3]")
    assert len(call("show", ids[1], "--json").json["depends_on"]) == 3


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["submit", "--array", "5-1", "--", "true"], "runs backwards"),
        (["submit", "--array", "1-200000", "--", "true"], "100,000"),
        (["submit", "--array", "1-3", "--unique", "k", "--", "true"], "Leave one of them out"),
        (["show", "1[9]"], "no element 9"),
        (["history", "last"], "[INDEX]"),
        (["show", "7[]"], "no array"),
    ],
)
def test_what_is_wrong_is_told(call: Call, scan: str, words: list[str], told: str):
    """In one line, and nothing is submitted."""
    assert told in one_line(call(*words))
    assert len(call("list", "--json").json) == 6


def test_the_shell_offers_arrays_and_elements(call: Call, scan: str, monkeypatch: pytest.MonkeyPatch):
    """``ID[]`` among the ids; behind the bracket all, the failed ones, and each index."""
    from jobyard.tui.cli import complete

    def offered(word: str) -> list[str]:
        return complete.jobs(None, None, word)  # type: ignore[arg-type]

    assert f"{base(scan)}[]" in offered("JOB-")
    assert offered(f"{base(scan)}[")[:4] == [f"{base(scan)}[{what}]" for what in ("", "failed", "1", "2")]
    assert offered(f"other,{base(scan)}[5") == [f"other,{base(scan)}[5]"]


def test_a_whole_array_is_waited_for_in_a_line(call: Call, yard_home: Path):
    """With its progress; a few elements of it are named one by one."""
    call("submit", "--array", "0-9", "-n", "rabi", "--", "true")
    call("submit", "-n", "single", "--", "true")
    call("submit", "-n", "fit", "--after", "rabi[],single", "--", "true")
    call("submit", "-n", "part", "--after", "rabi[0-6]", "--", "true")
    call("submit", "-n", "few", "--after", "rabi[0-4]", "--", "true")
    whole = [line.strip() for line in call("why", "fit").out.splitlines()]
    assert whole[1] == "- waits for rabi[0-9]: 0/10 done [after-ok]"
    assert "(single), pending" in whole[2]
    assert "rabi[0-9]: 0/10 done, after-ok" in call("show", "fit").out
    assert "waits for 7 of rabi[0-9]: 0/7 done" in call("why", "part").out
    assert call("why", "few").out.count("rabi[") == 5
    assert len(call("show", "fit", "--json").json["depends_on"]) == 11
