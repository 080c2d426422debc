"""Forms of queues, sessions, resources and dependencies: texts, calls, and the command line that does the same."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobyard.core.models import Edge, QueueInfo, ResourceInfo
from jobyard.core.states import After, EdgeState, State
from jobyard.core.yard import Yard
from jobyard.tui.cli.verbs import after, queue, resource
from jobyard.tui.forms.dependants import Dependants
from jobyard.tui.forms.edges import Dependencies
from jobyard.tui.forms.fields import Form
from jobyard.tui.forms.lanes import NewQueue, NewSession, QueueSettings
from jobyard.tui.forms.locks import Lock, Unlock
from jobyard.tui.forms.shellwords import split
from tests.tui.fake_yard import FakeYard, whole

NOW = 1_795_300_000.0
LANE = QueueInfo(
    1, "lab", "qick", 2, "shortest", True, None, False, False, dict.fromkeys(State, 0), "mind the fridge", 3600.0, 2.0,
    86400.0, {"slots": 1, "time_limit": None}, {"slots": "lab1"},
)  # fmt: skip


class Asked:
    """A yard that remembers what was asked of it."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []

    def __getattr__(self, name: str) -> Any:
        return lambda *args, **named: self.calls.append((name, args, named))


def asked(form: Form, **texts: str) -> list[tuple[str, tuple[Any, ...], dict[str, Any]]]:
    """The calls that Enter would make."""
    yard = Asked()
    reading = form.read({**form.initial, **texts})
    assert not reading.wrong, reading.notes
    for step in reading.steps:
        step.call(yard)  # type: ignore[arg-type]
    return yard.calls


def line(form: Form, **texts: str) -> str:
    return form.read({**form.initial, **texts}).line


def parsed(group: Any, words: str) -> dict[str, Any]:
    """What the command line would give to the yard."""
    verb, *rest = split(words)[2:]
    found = group.commands[verb].make_context(verb, rest).params
    return {key: value for key, value in found.items() if value is not None and key not in ("as_json", "yard")}


RULES = {
    "slots": st.sampled_from(["1", "7"]),
    "policy": st.sampled_from(["fifo", "chain"]),
    "time_limit": st.sampled_from(["", "8h", "none"]),
    "limit_factor": st.sampled_from(["", "1.5"]),
    "retention": st.sampled_from(["", "never", "30d"]),
    "instructions": st.sampled_from(["", "a 'b' c"]),
    "python": st.sampled_from(["", "/bin/sh"]),
    "station": st.sampled_from(["", "lab.station:Station"]),
    "warm": st.sampled_from(["", "yes"]),
}


@given(st.fixed_dictionaries({}, optional=RULES))
def test_queue_set_is_what_its_line_says(texts: dict[str, str]) -> None:
    """Values that are touched, with what was emptied taken away; nothing else."""
    form = QueueSettings(LANE, lambda: NOW)
    calls, shown = asked(form, **texts), line(form, **texts)
    if not calls:
        assert shown == ""
        return
    told = {key: value for key, value in parsed(queue.queue, shown).items() if key != "as_declared"}
    assert calls == [("queue_set", ("lab/qick",), {key: value for key, value in told.items() if key != "name"})]
    assert told["name"] == "lab/qick"


@given(st.fixed_dictionaries({}, optional=RULES))
def test_queue_create_is_what_its_line_says(texts: dict[str, str]) -> None:
    """The same of a new one."""
    form = NewQueue("lab")
    (call,) = asked(form, name="lab/new", **texts)
    told = parsed(queue.queue, line(form, name="lab/new", **texts))
    wanted = {key: value for key, value in told.items() if key not in ("name", "exclusive") and value != ""}
    assert call == ("queue_create", ("lab/new",), wanted)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", "jobyard queue resume lab/qick"),
        ("no", "jobyard queue resume lab/qick"),
        ("+30m", "jobyard queue pause lab/qick --until +30m"),
    ],
)
def test_a_pause_is_ended_or_given_an_end(text: str, shown: str) -> None:
    """The field of a paused queue."""
    assert line(QueueSettings(LANE, lambda: NOW), paused=text) == shown


def test_a_queue_is_paused() -> None:
    """yes, without an end."""
    assert line(QueueSettings(LANE._replace(paused=False)), paused="yes") == "jobyard queue pause lab/qick"


def test_what_was_set_is_told() -> None:
    """Each value as it was and as it is, and until when it is paused."""
    form = QueueSettings(LANE, lambda: NOW)
    assert form.told((LANE._replace(slots=LANE.slots + 2, paused=False),)) == (
        f"Queue lab/qick: slots {LANE.slots} → {LANE.slots + 2}, goes on."
    )
    assert form.told((LANE,)) == "Queue lab/qick: as it was."
    fresh = QueueSettings(LANE._replace(paused=False), lambda: NOW)
    assert fresh.told((LANE._replace(paused=True, paused_until=None),)) == "Queue lab/qick: paused."
    assert fresh.told((LANE._replace(paused=True, paused_until=NOW + 60),)).startswith("Queue lab/qick: paused until ")


def test_where_a_value_comes_from_is_told() -> None:
    """What the settings file says, and who set it by hand; and that the file may decide again."""
    form = QueueSettings(LANE)
    helps = {field.key: field.help for field in form.fields}
    assert "jobyard.yml says 1. Set by hand by lab1." in helps["slots"]
    assert "jobyard.yml says none." in helps["time_limit"]
    assert line(form, declared="yes") == "jobyard queue set lab/qick --as-declared"
    assert "goes alone" in form.read({**form.initial, "declared": "yes", "slots": "3"}).notes["declared"].text


@pytest.mark.parametrize(
    ("form", "key", "text", "told"),
    [
        (QueueSettings(LANE), "slots", "0", "It is an integer from 1"),
        (QueueSettings(LANE), "slots", "", "It is an integer from 1"),
        (QueueSettings(LANE), "limit_factor", "-1", "no positive number"),
        (QueueSettings(LANE), "time_limit", "soon", "A duration is"),
        (QueueSettings(LANE), "paused", "sometime", "A time is"),
        (NewQueue(), "name", "", "It has no name yet"),
        (NewQueue(), "name", "a/b/c", "SESSION/QUEUE"),
        (NewQueue(), "name", "17", "looks like the number"),
        (NewSession(), "name", "a/b", "contains a slash"),
        (Lock(["qick", "laser"]), "name", "", "No resource is named yet"),
    ],
)
def test_what_cannot_be_read(form: Form, key: str, text: str, told: str) -> None:
    """It stands under its field, and nothing is done."""
    reading = form.read({**form.initial, key: text})
    assert reading.wrong == [key]
    assert told in reading.notes[key].text
    assert reading.steps == ()


def test_a_queue_that_is_there_and_resources(yard_home: object) -> None:
    """What only the yard can tell."""
    with Yard.open() as yard:
        yard.resource_set("qick", capacity=1, new=True)
        new = NewQueue()
        assert "already" in new.look(yard, new.read({"name": "default"}))["name"].text
        assert new.look(yard, new.read({"name": "other"})) == {}
        lock = Lock(["qick"])
        assert lock.look(yard, lock.read({"name": "qick"})) == {}
        assert 'There is no resource "laser"' in lock.look(yard, lock.read({"name": "laser"}))["name"].text
        yard.resource_lock("qick")
        assert "It is locked by" in lock.look(yard, lock.read({"name": "qick"}))["name"].text


def test_locks_are_what_their_lines_say() -> None:
    """With a note, and by force."""
    lock = Lock(["qick"])
    assert parsed(resource.resource, line(lock, note="in the hutch")) == {"name": "qick", "note": "in the hutch"}
    assert asked(lock, note="in the hutch") == [("resource_lock", ("qick", "in the hutch"), {})]
    locked = ResourceInfo("qick", "named", 1, 0, "", 1, None, "bob", NOW, "[red]mine[/]\x1b", (), 0, ())
    unlock = Unlock([locked])
    assert unlock.head == ("qick: locked by bob: [red]mine[/]␛",)
    assert parsed(resource.resource, line(unlock, force="yes")) == {"name": "qick", "force": True}
    assert asked(unlock, force="yes") == [("resource_unlock", ("qick",), {"force": True})]


def edges(count: int) -> tuple[Edge, ...]:
    return tuple(
        Edge(n, f"JOB-20261122-{n:05}", f"p{n}", After.OK, EdgeState.OPEN, State.PENDING) for n in range(1, count + 1)
    )


def test_cuts_come_before_additions(fake: FakeYard) -> None:
    """So that a wait may become one of another kind; both as on the command line."""
    form = Dependencies(whole(fake.make(21))._replace(depends_on=edges(2)))
    texts = {"add": "p2, other", "how": "after-fail", "2": "cut"}
    one, two = line(form, **texts).split(" && ")
    assert parsed(after.after, one) == {"ref": "JOB-20261122-00021", "parents": ("JOB-20261122-00002",)}
    assert parsed(after.after, two) == {
        "ref": "JOB-20261122-00021", "parents": ("p2", "other"), "any_": False, "fail": True,
    }  # fmt: skip
    assert asked(form, **texts) == [
        ("after_cut", (21, [2]), {}),
        ("after_add", (21, ["p2", "other"], After.FAIL), {}),
    ]


def test_a_wait_becomes_one_of_another_kind(fake: FakeYard) -> None:
    """In one step, so that the job does not start in between; the title has the job's name."""
    job = whole(fake.make(21))._replace(depends_on=edges(3))
    form = Dependencies(job)
    assert form.title == f"{job.name}  {job.id} waits for 3 jobs"
    assert form.fields[2].choices == ("", "cut", "after-any", "after-fail")
    texts = {"1": "after-any", "2": "after-fail", "3": "after-any"}
    assert line(form, **texts).split(" && ") == [
        "jobyard after add JOB-20261122-00021 JOB-20261122-00001 JOB-20261122-00003 --any",
        "jobyard after add JOB-20261122-00021 JOB-20261122-00002 --fail",
    ]
    assert asked(form, **texts) == [
        ("after_add", (21, [1, 3], After.ANY), {}),
        ("after_add", (21, [2], After.FAIL), {}),
    ]


def test_of_many_dependencies_the_rest_is_cut_by_name(fake: FakeYard) -> None:
    """Thirty have a line of their own."""
    form = Dependencies(whole(fake.make(21))._replace(depends_on=edges(40)))
    assert len(form.fields) == 2 + 30 + 1
    assert line(form, cut="p35, p36") == "jobyard after cut JOB-20261122-00021 p35 p36"


def test_others_shall_wait_for_a_job(fake: FakeYard) -> None:
    """A command for each, in the way that is chosen, and the same calls."""
    form = Dependants(fake.make(21))
    texts = {"jobs": "two, 7", "how": "after-fail"}
    one, other = line(form, **texts).split(" && ")
    wanted = {"ref": "two", "parents": ("JOB-20261122-00021",), "any_": False, "fail": True}
    assert parsed(after.after, one) == wanted
    assert parsed(after.after, other) == {**wanted, "ref": "7"}
    assert asked(form, **texts) == [
        ("after_add", ("two", [21], After.FAIL), {}),
        ("after_add", ("7", [21], After.FAIL), {}),
    ]
    assert form.read({}).steps == ()
