"""``jobyard resource`` and what other commands tell of resources."""

from __future__ import annotations

import sys
from collections.abc import Callable

from tests.cli.conftest import Call, one_line

KEYS = """
    name kind capacity free note declared by_hand locked_by locked_at lock_note holders waiting waiters
"""


def listed(call: Call, name: str) -> dict[str, object]:
    return next(each for each in call("resource", "list", "--json").json if each["name"] == name)


def test_the_host_is_listed_with_its_documented_keys(call: Call):
    """A new yard has the host's cores, memory and GPUs."""
    found = call("resource", "list", "--json").json
    assert [each["name"] for each in found] == ["cpus", "gpus", "mem"]
    assert all(set(each) == set(KEYS.split()) for each in found)
    assert "cpus" in call("resource", "list").out


def test_a_lock_is_told_wherever_jobs_are(call: Call):
    """In the list of resources, in the job's reason, in the list of jobs; not any more once it is unlocked."""
    call("resource", "set", "qick", "--capacity", "1", "--new")
    job = call("submit", "--need", "qick=1", "-n", "rabi", "--", "true").id
    assert "locked by" in call("resource", "lock", "qick", "--note", "in the hutch").out
    assert "in the hutch" in call("resource", "list").out
    assert listed(call, "qick")["waiters"] == [job]
    blockers = call("why", job, "--json").json["blockers"]
    assert blockers[0]["rule"] == "locked"
    assert blockers[0]["text"].endswith(": in the hutch")
    assert "qick locked by" in call("list").out
    assert call("resource", "unlock", "qick", "--json").json["locked_by"] is None
    assert "locked" not in call("why", job).out


def test_a_job_shows_what_it_wants(call: Call):
    """In ``show``, as text and as JSON; memory in bytes."""
    call("resource", "set", "qick", "--capacity", "2", "--new")
    job = call("submit", "--need", "qick=2", "--cpus", "1", "--mem", "64M", "--", "true").id
    assert call("show", job, "--json").json["resources"] == {"cpus": 1, "mem": 64 << 20, "qick": 2}
    assert "cpus 1, mem 64 MiB, qick 2" in call("show", job).out


def test_what_cannot_be_is_one_line(call: Call):
    """Unknown names with the nearest, wants above capacity, units that are none, an unlock of what is not locked."""
    call("resource", "set", "qick", "--capacity", "1", "--new")
    assert "nearest is qick" in one_line(call("submit", "--need", "qik=1", "--", "true"))
    assert "its capacity is 1" in one_line(call("submit", "--need", "qick=2", "--", "true"))
    assert "nearest is qick" in one_line(call("resource", "lock", "qik"))
    assert "not locked" in one_line(call("resource", "unlock", "qick"))
    assert "integer" in one_line(call("resource", "set", "qick", "--capacity", "many"))
    assert "nearest is qick" in one_line(call("resource", "set", "qicks", "--capacity", "1"))
    assert "either --capacity or --as-declared" in one_line(call("resource", "set", "qick"))
    assert "not declared" in one_line(call("resource", "set", "qick", "--as-declared"))
    assert call("list", "--json").json == []


def test_somebody_elses_lock_needs_force(call: Call, monkeypatch):
    """Another user is told whose lock it is; by force it goes, and the audit names both."""
    call("resource", "set", "qick", "--capacity", "1", "--new")
    monkeypatch.setattr("jobyard.core.yard.facade.user_name", lambda: "ada")
    call("resource", "lock", "qick", "--note", "calibrating")
    monkeypatch.setattr("jobyard.core.yard.facade.user_name", lambda: "bob")
    assert "locked by ada: calibrating" in one_line(call("resource", "unlock", "qick"))
    assert call("resource", "unlock", "qick", "--force").code == 0


def test_a_capacity_by_hand_is_told(call: Call):
    """``resource set`` takes sizes for memory; the list says what was set by hand, until it is as declared again."""
    before = listed(call, "mem")["capacity"]
    assert call("resource", "set", "mem", "--capacity", "16M", "--json").json["by_hand"] == 16 << 20
    assert "Say the unit: 1M" in one_line(call("resource", "set", "mem", "--capacity", "1"))
    assert "by hand" in call("resource", "list").out
    assert call("resource", "set", "mem", "--as-declared", "--json").json["capacity"] == before


def test_a_job_that_used_too_much_memory_says_so(call: Call, work: Callable[[], None]):
    """It completes; its message tells what it used and what it asked for."""
    job = call("submit", "--mem", "1M", "--", sys.executable, "-c", "b'.' * 9_000_000").id
    work()
    shown = call("show", job, "--json").json
    assert shown["state"] == "completed"
    assert shown["message"].endswith("of memory, asked for 1M")
