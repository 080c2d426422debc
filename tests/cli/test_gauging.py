"""How far running jobs are and what they use, on the command line."""

from __future__ import annotations

import re
from pathlib import Path

from tests.cli.conftest import Call, until

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\Z")


def test_a_running_job_tells_how_far_it_is_and_what_it_uses(call: Call, worker: object, tmp_path: Path) -> None:
    """``list`` and ``show`` have the bar, ``--usage`` CPU and memory, ``--json`` both; another job has neither."""
    script = f"echo '::progress 0.4 second pass'; until [ -e {tmp_path}/go ]; do sleep 0.02; done"
    id = call("submit", "-n", "fit", "--", "sh", "-c", script).id
    waits = call("submit", "--hold", "--", "true").id
    until(lambda: call("show", id, "--json").json["usage"])
    shown = call("show", id, "--json").json
    assert shown["progress"].keys() == {"fraction", "text", "at", "expected_end"}
    assert (shown["progress"]["fraction"], shown["progress"]["text"]) == (0.4, "second pass")
    assert MOMENT.match(shown["progress"]["expected_end"])
    assert shown["usage"].keys() == {"at", "cpu", "cpu_seconds", "rss", "processes"}
    assert shown["usage"]["rss"] > 0
    listed = {job["id"]: job for job in call("list", "--json").json}
    assert listed[id]["progress"]["fraction"] == 0.4
    assert listed[waits]["progress"] is listed[waits]["usage"] is None
    assert re.search(r"▕██▍   ▏ 40% → [\d:-]+ · second pass", call("list").out)
    assert re.search(r"CPU +MEM +COMMAND", call("list", "--usage").out)
    assert re.search(r"memory +[\d.]+ [KM]iB now, [12] process", call("show", id).out)
    assert "40% · second pass · ends about" in call("show", id).out
    (tmp_path / "go").touch()
    assert call("wait", id).code == 0
    over = call("show", id, "--json").json
    assert over["progress"] is over["usage"] is None


def test_an_end_that_nobody_records_is_told(call: Call, worker: object, tmp_path: Path) -> None:
    """A job that said that it is done has no end that grows on where no worker lives: it is told so."""
    script = f"echo '::progress 1.0'; until [ -e {tmp_path}/go ]; do sleep 0.02; done"
    id = call("submit", "--", "sh", "-c", script).id
    until(lambda: (call("show", id, "--json").json["progress"] or {}).get("fraction") == 1.0)
    assert "no worker lives" not in call("show", id).out
    call("worker", "stop")
    until(lambda: not [one for one in call("worker", "list", "--json").json if one["alive"]])
    assert "100% · no worker lives to record its end" in call("show", id).out
    assert call("show", id, "--json").json["progress"]["expected_end"] is None
    (tmp_path / "go").touch()
