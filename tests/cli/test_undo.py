"""``undo``, ``redo`` and ``history`` of a queue, a user, the yard."""

from __future__ import annotations

import getpass
from collections.abc import Callable

import pytest

from jobyard.core.states import RUNNING
from jobyard.core.yard import Yard
from tests.cli.conftest import Call, one_line

CHANGE = {
    "id", "at", "verb", "what", "user", "host", "face", "jobs", "first", "of", "undone", "undoable",
}  # fmt: skip
EVENT = {"id", "at", "verb", "user", "host", "face", "job", "queue", "before", "after"}


@pytest.fixture
def pair(call: Call) -> tuple[str, str]:
    """A parent and a child, cancelled and skipped."""
    parent = call("submit", "-n", "parent", "--", "true").id
    child = call("submit", "-n", "child", "--after", "parent", "--", "true").id
    call("cancel", "parent")
    return parent, child


def states(call: Call, *refs: str) -> list[str]:
    return [call("show", ref, "--json").json["state"] for ref in refs]


def test_undo_and_redo(call: Call, pair: tuple[str, str]):
    """A cancel comes back with its skips, and goes again; both say what it was."""
    result = call("undo")
    assert (result.code, states(call, *pair)) == (0, ["pending", "pending"])
    assert f"undid: cancel of {pair[0]} by you" in result.out
    assert f"with it: {pair[1]}" in result.out
    result = call("redo")
    assert f"redid: cancel of {pair[0]} by you" in result.out
    assert states(call, *pair) == ["cancelled", "skipped"]


def test_a_dry_run_changes_nothing(call: Call, pair: tuple[str, str]):
    """It says what would be undone, in words or as JSON; null for nothing."""
    assert f"would undo: cancel of {pair[0]}" in call("undo", "--dry-run").out
    assert call("redo", "--dry-run", "--json").json is None
    shown = call("undo", "--dry-run", "--json").json
    assert set(shown) == CHANGE
    assert (shown["verb"], shown["undoable"], shown["first"]) == ("cancel", True, [pair[0]])
    assert states(call, *pair) == ["cancelled", "skipped"]
    call("undo")
    assert call("redo", "--dry-run", "--json").json["verb"] == "cancel"


def test_json_has_the_documented_keys(call: Call, pair: tuple[str, str]):
    """What was done, left, skipped or revived with it, and of what."""
    answer = call("undo", "--json").json
    assert set(answer) == {"verb", "done", "left", "also", "of"}
    assert set(answer["of"]) == CHANGE
    assert (answer["done"], answer["also"]) == ([pair[0]], [pair[1]])


def test_a_change_by_its_number(call: Call, pair: tuple[str, str]):
    """--list numbers what can be undone, newest first; any of it can be chosen."""
    other = call("submit", "--", "true").id
    call("hold", other)
    listed = call("undo", "--list", "--json").json
    assert [change["verb"] for change in listed] == ["hold", "cancel"]
    assert all(set(change) == CHANGE for change in listed)
    assert other in call("undo", "--list").out
    assert call("undo", listed[1]["id"]).code == 0
    assert states(call, *pair) == ["pending", "pending"]
    assert call("show", other, "--json").json["held"] is True


def test_nothing_to_undo(call: Call):
    """In one line, exit 2; a submit says what to do instead."""
    assert "nothing to undo" in one_line(call("undo"))
    assert "nothing to redo" in one_line(call("redo"))
    job = call("submit", "--", "true").id
    assert f"jobyard cancel {job}" in one_line(call("undo"))
    assert "no change 99" in one_line(call("undo", "99"))


def test_what_somebody_changed_since(call: Call, yard_home):
    """Nothing is touched, and the line names who, how and when."""
    job = call("submit", "--", "true").id
    call("priority", job, "5")
    with Yard.open(yard_home, face="app") as yard:
        yard.priority([job], 9)
    first = call("undo", "--list", "--json").json[1]["id"]
    line = one_line(call("undo", first))
    assert "priority by you on" in line
    assert "(app) just now" in line
    assert call("show", job, "--json").json["priority"] == 9


def test_undo_says_what_it_passed_over(call: Call, pair: tuple[str, str]):
    """A later submit is no edit; it is named."""
    later = call("submit", "--", "true").id
    result = call("undo")
    assert states(call, *pair) == ["pending", "pending"]
    assert f"Your submit of {later} by you" in result.err


def test_a_requeue_is_taken_back(call: Call, work: Callable[[], None]):
    """Until it starts, the job can be again what it was."""
    job = call("submit", "--", "sh", "-c", "exit 3").id
    work()
    before = call("show", job, "--json").json
    call("requeue", job)
    call("undo")
    assert call("show", job, "--json").json == before


def test_queues_and_their_history(call: Call):
    """Edits of a queue are undone, and its history tells of all of it with what changed."""
    call("queue", "create", "gpu", "--slots", 2)
    call("queue", "set", "gpu", "--slots", 3)
    assert "queue set of gpu" in call("undo").out
    assert call("queue", "list", "--json").json[-1]["slots"] == 2
    events = call("history", "--queue", "gpu", "--json").json
    assert all(set(event) == EVENT for event in events)
    assert [event["verb"] for event in events if "set" in event["verb"]][-2:] == ["queue set", "undo queue set"]
    assert "slots: 3 → 2" in call("history", "--queue", "gpu").out


def test_history_of_a_user(call: Call, pair: tuple[str, str]):
    """Each command is one line, newest first: what, when, from where, and whether it has been undone."""
    call("undo")
    changes = call("history", "--user", getpass.getuser(), "--json").json
    assert all(set(change) == CHANGE for change in changes)
    assert [change["verb"] for change in changes] == ["undo cancel", "cancel", "submit", "submit"]
    assert [change["undone"] for change in changes] == [False, True, False, False]
    assert changes[0]["of"] == changes[1]["id"]
    shown = call("history", "--user", getpass.getuser()).out
    assert f"cancel of {pair[0]}" in shown
    assert "undone" in shown
    assert "No user nobody-at-all" in one_line(call("history", "--user", "nobody-at-all"))


@pytest.mark.parametrize("arguments", [(), ("--all",)])
def test_history_of_the_yard(call: Call, pair: tuple[str, str], arguments: tuple[str, ...]):
    """The latest of everything, oldest first, as many as wanted and since when."""
    events = call("history", *arguments, "--json").json
    assert [event["verb"] for event in events][-2:] == ["cancel", "skip"]
    assert call("history", *arguments, "--limit", 1, "--json").json == events[-1:]
    assert len(call("history", *arguments, "--since", "1h", "--json").json) == len(events)
    assert call("history", *arguments, "--since", "2999-01-01", "--json").json == []
    assert pair[0] in call("history", *arguments).out


def test_history_takes_one_of_them(call: Call):
    """A job and a queue at once, a time that is none: told."""
    assert "exclude each other" in one_line(call("history", "last", "--all"))
    assert "an age or a time" in one_line(call("history", "--since", "yore"))


def test_a_cascade_is_shown_without_doing_it(call: Call, work: Callable[[], None]):
    """``requeue --cascade --dry-run`` lists those that would go along, and changes nothing."""
    parent = call("submit", "-n", "p", "--", "true").id
    child = call("submit", "-n", "c", "--after", "p", "--", "true").id
    work()
    assert child in call("requeue", parent, "--cascade", "--dry-run").out
    both = call("requeue", parent, "--cascade", "--dry-run", "--json").json
    assert (both["done"], both["also"]) == ([parent], [child])
    alone = call("requeue", parent, "--dry-run")
    assert alone.out == f"would requeue: {parent}\n"
    assert "1 other depends on it: see --cascade --dry-run" in alone.err
    assert states(call, parent, child) == ["completed", "completed"]


def test_a_requeue_is_shown_without_doing_it(call: Call, work: Callable[[], None]):
    """``requeue --dry-run`` says who would be requeued, revived and left, and why; the requeue does just that."""
    failed, skipped, last, waits = (
        call("submit", *words, "--", word).id
        for word, words in (
            ("false", ("-n", "a")),
            ("true", ("-n", "b", "--after", "a")),
            ("true", ("--after", "b")),
            ("true", ("--hold",)),
        )
    )
    work()
    refs = (failed, waits)
    shown = call("requeue", *refs, "--dry-run")
    assert shown.out.splitlines() == [f"would requeue: {failed}", f"with it: {skipped} {last}"]
    assert shown.err == f"jobyard: {waits} would be left as it is: it is pending.\n"
    assert call("requeue", skipped, "--dry-run").code == 2
    assert states(call, failed, skipped, last) == ["failed", "skipped", "skipped"]
    told = call("requeue", *refs, "--dry-run", "--json").json
    done = call("requeue", *refs, "--json").json
    assert {key: sorted(done[key]) for key in done} == {key: sorted(told[key]) for key in told}


def test_what_is_left_for_one_reason_is_one_line(call: Call, work: Callable[[], None]):
    """However many jobs it is: the first and the last of them, and how many."""
    jobs = call("submit", "--array", "1-12", "--", "true").id
    odd = call("submit", "--hold", "--", "true").id
    work()
    lines = call("hold", jobs, odd).err.splitlines()
    assert len(lines) == 2
    assert lines[0].endswith("00012 (12 jobs) were left as they are: it is completed.")
    assert lines[1] == f"jobyard: {odd} was left as it is: it is held already."


def test_why_says_who_asked_a_job_to_stop(call: Call, yard_home):
    """``why`` of a stopping job tells when the stop was asked for, and by whom; not only when the job started."""
    from jobyard.tui.cli.verbs.why import tail

    job = call("submit", "--", "true").id
    with Yard.open(yard_home) as yard:
        running = yard.job(job)._replace(state=RUNNING, started_at=1.0)
    assert "asked by" not in tail(running)
    assert "asked by bob; it started at" in tail(running._replace(stopping=True, stop_at=2.0, stop_by="bob"))
