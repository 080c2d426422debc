"""`jobyard optimize`: the planned order with its times, what another policy would give, and what never starts."""

from __future__ import annotations

from tests.cli.conftest import Call


def test_the_planned_order_and_a_better_policy(call: Call) -> None:
    """Jobs in the order of their starts, and the command that sets the best policy, which keeps its word."""
    call("queue", "create", "lab", "--slots", "1")
    for name, estimate in (("long", "90m"), ("short", "10m"), ("middle", "20m")):
        call("submit", "-q", "lab", "-n", name, "--estimate", estimate, "--", "true")
    said = call("optimize")
    assert [line.split()[-3] for line in said.out.splitlines()[1:4]] == ["long", "short", "middle"]
    assert "  jobyard queue set lab --policy shortest" in said.out
    assert "no live worker" in said.err
    plan = call("optimize", "--queue", "lab", "--json").json
    assert {one["policy"]: one["mean_wait"] for one in plan["policies"]} == {
        "fifo": 3800.0, "shortest": 800.0, "chain": 4000.0,
    }  # fmt: skip
    assert [one["policy"] for one in plan["policies"] if one["best"]] == ["shortest"]
    assert call("queue", "set", "lab", "--policy", "shortest").code == 0
    after = call("optimize", "--queue", "lab", "--json").json
    assert [job["name"] for job in after["order"]] == ["short", "middle", "long"]
    assert [one["command"] for one in after["policies"]] == [None] * 3


def test_what_never_starts_has_a_reason(call: Call) -> None:
    """Held jobs, what waits for them, and what waits for a failure are told apart, with the job behind."""
    held = call("submit", "-n", "held", "--hold", "--", "true").id
    waits = call("submit", "-n", "waits", "--after", "held", "--", "true").id
    call("submit", "-n", "fine", "--", "true")
    call("submit", "-n", "else", "--after-fail", "fine", "--", "true")
    said = call("optimize").out
    assert "3 jobs without a start:" in said
    assert f"  waits for a job without an expected end: {waits} (waits) behind {held}" in said
    assert "will be skipped, if what it waits for ends as expected" in said
    without = call("optimize", "--json").json["without"]
    assert {job["name"]: job["expected"]["why_not"] for job in without}["held"] == "held"


def test_a_queue_that_is_not_there(call: Call) -> None:
    """An empty yard has nothing to plan; a wrong name is told."""
    assert call("optimize").out == "Nothing waits.\n"
    assert call("optimize", "--queue", "lap").code == 2


def test_the_kept_output_has_both_ends(call: Call, work: object) -> None:
    """`show --output` prints a long stream's first and last lines and the true totals; --json has the same text."""
    job = call("submit", "--", "sh", "-c", "seq 400000; echo done >&2").id
    work()  # type: ignore[operator]
    lines = call("show", job, "--output").out.splitlines()
    assert lines[1:3] == ["1", "2"]
    assert lines[-3:] == ["400000", "stderr: 5 B, 1 line", "done"]
    kept = call("show", job, "--output", "--json").json["stdout"]
    assert (kept["bytes"], kept["lines"]) == (2_688_895, 400_000)
    assert len(kept["text"].encode()) <= 1 << 20
    assert f"{kept['left_out']:,} bytes left out" in kept["text"]
