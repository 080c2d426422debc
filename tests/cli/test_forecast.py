"""When jobs will start: as `why` and `list` tell it."""

from __future__ import annotations

from datetime import datetime

import pytest

from jobyard.core.forecast import Expected
from jobyard.tui.foretelling import cell, told
from tests.cli.conftest import Call, until

NOW = datetime(2026, 11, 22, 14, 0).timestamp()


def test_a_time_is_told_no_finer_than_it_is_known() -> None:
    """Start and end, by when with 90 % where that is later, a guess as one, and why nobody can say."""
    late = Expected(NOW + 1920, NOW + 3000, NOW + 4200, NOW + 6000)
    assert told(late, NOW) == (
        "expected to start about 14:32 (by 15:10 with 90 %), to end about 14:50 (by 15:40 with 90 %)"
    )
    exact = Expected(NOW, NOW + 600, NOW, NOW + 600, guess=True)
    assert told(exact, NOW).startswith("expected to start now, to end about 14:10; a guess: ")
    assert told(Expected(end=NOW + 600, late_end=NOW + 601), NOW) == "expected to end about 14:10"
    stuck = Expected(why_not="waits for a job without an expected end", behind=7)
    assert told(stuck, NOW, "JOB-20261122-00007").endswith("without an expected end (JOB-20261122-00007)")
    assert [cell(one, NOW) for one in (late, exact, Expected(end=NOW + 600), stuck)] == ["14:32", "~now", "→14:10", "?"]


def test_without_a_worker_nobody_can_say(call: Call) -> None:
    """`why` says that once, among the blockers; for programs it is also the reason why there is no start."""
    call("submit", "-n", "first", "--hold", "--", "true")
    call("submit", "-n", "second", "--after", "first", "--", "true")
    assert call("why", "second").out.count("no live worker") == 1
    expected = call("why", "second", "--json").json["expected"]
    assert (expected["start"], expected["why_not"]) == (None, "no live worker")


def test_the_list_has_a_column_for_it(call: Call) -> None:
    """`--expected` adds it to the table before the command, and to each job of the JSON."""
    call("submit", "-n", "first", "--", "true")
    head, line = call("list", "--expected").out.splitlines()
    assert head.split()[-3:] == ["EXPECTED", "COMMAND", "WHY"]
    assert line[head.index("EXPECTED")] == "?"
    (job,) = call("list", "--expected", "--json").json
    assert job["expected"]["why_not"] == "no live worker"
    assert "expected" not in call("list", "--json").json[0]


def test_with_a_worker_a_job_is_expected(call: Call, worker: object) -> None:
    """`why` tells start and end of the one that waits behind a running job, and the end of the one that runs."""
    call("queue", "create", "lab", "--slots", "1")
    first = call("submit", "-q", "lab", "-n", "first", "--estimate", "10m", "--", "sleep", "60").id
    second = call("submit", "-q", "lab", "-n", "second", "--estimate", "5m", "--", "true").id
    until(lambda: call("show", first, "--json").json["state"] == "running")
    expected = call("why", second, "--json").json["expected"]
    (run, wait) = (call("why", job, "--json").json["expected"] for job in (first, second))
    assert abs(seconds(wait["start"]) - seconds(run["end"])) < 1
    assert seconds(wait["end"]) - seconds(wait["start"]) == pytest.approx(300, abs=0.01)
    assert (expected["guess"], expected["why_not"]) == (False, None)
    assert "  expected to start about " in call("why", second).out
    assert call("why", first).out.splitlines()[1].startswith("  expected to end about ")
    assert call("cancel", first, second).code == 0
    call("wait", first)  # a worker that leaves at once would not have stopped it


def seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()


def test_the_root_of_a_wait_is_told(call: Call, worker: object) -> None:
    """`why` follows what a job waits for to the one that is kept by a lock, and says by whom it is."""
    call("resource", "set", "fridge", "--capacity", "1", "--new")
    call("resource", "lock", "fridge")
    ids = [call("submit", "-n", "cool", "--need", "fridge", "--", "true").id]
    for name in ("tune", "fan"):
        ids.append(call("submit", "-n", name, "--after", ids[-1], "--", "true").id)
    said = f"waits for {ids[1]} (tune), which waits for {ids[0]} (cool): fridge locked by "
    assert f"nobody can say when it starts: {said}" in call("why", "fan").out
    found = call("why", "fan", "--json").json["root"]
    assert found["jobs"] == ids[1::-1]
    assert found["why"].startswith("fridge locked by ")
