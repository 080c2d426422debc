"""``jobyard timeline``: the chart on a line each, and its JSON."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.cli.conftest import Call

KEYS = "from to by slots busy attempts waited groups"
GROUP = "name slots attempts more gaps expected"
ATTEMPT = "id name attempt state queue user worker started_at ended_at waited"


@pytest.fixture
def worked(call: Call, work: Callable[[], None]) -> Call:
    """One job completed, one failed, one is held."""
    assert call("submit", "-n", "fine", "--", "true").code == 0
    assert call("submit", "-n", "broken", "--", "sh", "-c", "exit 3").code == 0
    work()
    assert call("submit", "-n", "later", "--hold", "--", "true").code == 0
    return call


def test_the_picture(worked: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """Axis, slots, waits, a lane for the queue; as wide as the terminal, without a colour on a pipe."""
    monkeypatch.setenv("COLUMNS", "100")
    result = worked("timeline", "--since", "10m")
    lines = result.out.splitlines()
    assert result.code == 0
    assert "▼" in lines[0]
    assert lines[1].startswith("busy 0/")
    assert lines[2].startswith("wait")
    assert any(line.startswith("default") for line in lines)
    assert "✗" in result.out
    assert "\x1b" not in result.out
    assert max(map(len, lines)) <= 100


def test_the_json(worked: Call) -> None:
    """Documented keys; every attempt with its times and its wait."""
    found = worked("timeline", "--since", "1h", "--json").json
    assert set(found) == set(KEYS.split())
    (queue,) = found["groups"]
    assert set(queue) == set(GROUP.split())
    assert {one["name"]: one["state"] for one in queue["attempts"]} == {"fine": "completed", "broken": "failed"}
    assert all(set(one) == set(ATTEMPT.split()) for one in queue["attempts"])
    assert found["attempts"] == found["waited"]["count"] == 2
    assert set(found["waited"]) == {"count", "median", "p90"}


def test_by_user_and_with_a_filter(worked: Call) -> None:
    """Other lanes, fewer attempts."""
    found = worked("timeline", "--by", "user", "--json", "state:failed").json
    assert found["by"] == "user"
    assert [one["name"] for group in found["groups"] for one in group["attempts"]] == ["broken"]


def test_nothing_ran(call: Call) -> None:
    """An empty yard says so."""
    assert "Nothing ran in this time." in call("timeline").out


@pytest.mark.parametrize("words", [("--since", "-5"), ("--since", "soon"), ("--by", "moon"), ("nonsense:1",)])
def test_what_makes_no_sense_is_refused(call: Call, words: tuple[str, ...]) -> None:
    """Exit 2 and one line."""
    result = call("timeline", *words)
    assert result.code == 2
    assert result.err.startswith("jobyard: ")
