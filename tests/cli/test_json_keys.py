"""The documented keys of every ``--json``."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.cli.conftest import Call

JOB = """
    id name session queue kind state reason cause message priority user command
    created_at not_before started_at ended_at exit_code signal worker
    time_limit limit limit_from estimate resources held retries retry_delay retry_factor retry_max idempotent cwd stdin
    stopping cloned_from unique array swept on_end
    depends_on dependents dependents_total configs data_file progress usage attempts
"""
ATTEMPT = """
    number state started_at ended_at exit_code signal cause message worker pid cpu_seconds max_rss stdout_bytes
    stderr_bytes configs data_file
"""
QUEUE = """
    name session slots exclusive policy paused paused_until ended session_ended instructions python station warm
    time_limit limit_factor retention declared by_hand counts
"""
WORKER = "id name host pid face mode alive hung started_at heartbeat_at running max_jobs mock jobs keeper"
EVENT = "id at verb user host face job queue before after"
CHANGE = "verb done left also"
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\Z")


def test_submit_tells_id_state_reason_position(call: Call):
    """``submit --json`` is an object of four keys; the first job is next."""
    answer = call("submit", "--json", "--", "true").json
    assert set(answer) == {"id", "state", "reason", "position"}
    assert (answer["state"], answer["position"]) == ("pending", 1)


def test_show_is_one_object_with_the_documented_keys(call: Call):
    """``show --json`` has every key of the documentation, with what was asked for."""
    parent = call("submit", "-n", "parent", "--", "true").id
    child = call("submit", "--after", "parent", "--time-limit", "10m", "--", "sh", "-c", "exit 3").id
    shown = call("show", child, "--json").json
    assert set(shown) == set(JOB.split())
    assert shown["command"] == ["sh", "-c", "exit 3"]
    assert shown["time_limit"] == 600.0
    assert shown["depends_on"] == [{"id": parent, "type": "after-ok", "state": "open"}]
    assert call("show", parent, "--json").json["dependents"] == [child]
    assert MOMENT.match(shown["created_at"])


def test_list_is_an_array_of_the_same(call: Call):
    """``list --json`` is an array of what ``show --json`` is."""
    ids = [call("submit", "--", "true").id for _ in range(2)]
    listed = call("list", "--json").json
    assert [job["id"] for job in listed] == ids
    assert listed[0] == call("show", ids[0], "--json").json


def test_an_ended_job_tells_its_attempts(call: Call, work: Callable[[], None]):
    """After a failure: cause, code, times and the attempt's figures."""
    job = call("submit", "--", "sh", "-c", "echo out; exit 3").id
    work()
    shown = call("show", job, "--json").json
    assert (shown["state"], shown["cause"], shown["exit_code"], shown["signal"]) == ("failed", "exit", 3, None)
    (attempt,) = shown["attempts"]
    assert set(attempt) == set(ATTEMPT.split())
    assert (attempt["number"], attempt["exit_code"], attempt["stdout_bytes"]) == (1, 3, 4)
    assert all(MOMENT.match(moment) for moment in (shown["started_at"], shown["ended_at"], attempt["ended_at"]))


def test_why_names_every_blocker(call: Call):
    """``why --json`` has all blockers, those behind the first too, with the job's id where there is one."""
    parent = call("submit", "-n", "parent", "--", "true").id
    call("submit", "-n", "child", "--hold", "--after", "parent", "--", "true")
    call("queue", "pause", "default")
    answer = call("why", "child", "--json").json
    assert set(answer) == {"id", "state", "reason", "blockers", "expected", "root"}
    assert set(answer["expected"]) == {"start", "end", "late_start", "late_end", "guess", "why_not", "behind"}
    rules = {blocker["rule"]: blocker for blocker in answer["blockers"]}
    assert {"held", "paused", "dependency"} <= set(rules)
    assert rules["dependency"]["job"] == parent
    assert answer["reason"] == answer["blockers"][0]["text"]


@pytest.mark.parametrize("verb", ["cancel", "hold", "release"])
def test_changes_tell_what_was_done(call: Call, verb: str):
    """``cancel``, ``hold`` and ``release`` list what changed and what did not."""
    job = call("submit", *(["--hold"] if verb == "release" else []), "--", "true").id
    answer = call(verb, job, "--json").json
    assert set(answer) == set(CHANGE.split())
    assert answer["done"] == [job]


def test_priority_and_requeue_and_clone(call: Call):
    """The other changes have the same form; a clone is a submit."""
    job = call("submit", "--", "true").id
    assert call("priority", job, "-5", "--json").json["done"] == [job]
    assert call("show", job, "--json").json["priority"] == -5
    call("cancel", job)
    assert call("requeue", job, "--json").json["done"] == [job]
    clone = call("clone", job, "--json").json
    assert call("show", clone["id"], "--json").json["cloned_from"] == job


def test_queues_and_sessions(call: Call):
    """``queue`` and ``session`` print their objects, after a change as well."""
    assert set(call("session", "create", "lab", "--json").json) == {"name", "created_at", "ended_at", "queues"}
    created = call("queue", "create", "lab/qick", "--exclusive", "--json").json
    assert set(created) == set(QUEUE.split())
    assert (created["session"], created["name"], created["exclusive"]) == ("lab", "qick", True)
    assert {queue["name"] for queue in call("queue", "list", "--json").json} == {"default", "qick"}
    assert call("queue", "pause", "lab/qick", "--json").json["paused"] is True
    assert {session["name"] for session in call("session", "list", "--json").json} == {"default", "lab"}
    assert call("queue", "remove", "lab/qick", "--json").json == {"removed": "lab/qick"}


def test_history_is_the_audit(call: Call):
    """``history --json`` has who did what, the submit first."""
    job = call("submit", "--", "true").id
    call("hold", job)
    events = call("history", job, "--json").json
    assert all(set(event) == set(EVENT.split()) for event in events)
    assert [event["verb"] for event in events] == ["submit", "hold"]


def test_workers(call: Call, worker: object):
    """``worker list --json`` has the living one."""
    (listed,) = call("worker", "list", "--json").json
    assert set(listed) == set(WORKER.split())
    assert (listed["alive"], listed["face"], listed["mode"]) == (True, "headless", "working")


def test_logs_and_init_and_doctor(call: Call, work: Callable[[], None]):
    """The remaining ones: logs, init, doctor."""
    assert set(call("init", "--json").json) == {"yard", "created", "slots", "group"}
    job = call("submit", "--", "echo", "hello").id
    work()
    logs = call("logs", job, "--json").json
    assert set(logs) == {"id", "attempt", "stream", "path", "lines"}
    assert (logs["attempt"], logs["lines"]) == (1, ["hello"])
    findings = call("doctor", "--json").json
    assert all(set(finding) == {"level", "what", "why", "todo"} for finding in findings)
    assert {finding["level"] for finding in findings} <= {"ok", "warn", "bad"}
