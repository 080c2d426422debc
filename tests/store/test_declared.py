"""What jobyard.yml declares, in the store: queues and resources made, changed, left alone; who won is told."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from jobyard.core.errors import WrongState
from jobyard.core.models import JobSpec, QueueInfo
from jobyard.core.store import declared, queues, resources
from jobyard.core.store.declared import Wish
from jobyard.core.yard import Yard
from tests.store.kit import Lab

GPU = ("default", "gpu")


def wish(digest: str, some: dict[tuple[str, str], dict[str, Any]] | None = None, **more: Any) -> Wish:
    """What a file of this digest says."""
    return Wish(digest, f"# {digest}", more.pop("values", {}), some or {}, more.pop("resources", {}), more)


def gpu(lab: Lab) -> QueueInfo:
    return queues.find(lab.store, *GPU)


def verbs(lab: Lab, verb: str) -> int:
    return int(lab.store.db.value("SELECT count(*) FROM event WHERE verb = ?", (verb,)))


def test_what_is_declared_is_made(lab: Lab):
    """A queue, its session and a resource that the file names are there afterwards, as it says."""
    declared.apply(
        lab.store, wish("1", {("lab", "qick"): {"slots": 1, "time_limit": 60.0}}, resources={"qick": (1, "x")})
    )
    found = queues.find(lab.store, "lab", "qick")
    assert (found.slots, found.time_limit, found.declared) == (1, 60.0, {"slots": 1, "time_limit": 60.0})
    assert (resources.find(lab.store, "qick").capacity, resources.find(lab.store, "qick").note) == (1, "x")
    lab.sound()


def test_applying_twice_changes_nothing(lab: Lab):
    """Two workers and a command may all apply the same file: one of them does."""
    one = wish("1", {GPU: {"slots": 2}}, resources={"qick": (1, "")}, values={"kill_grace": "9s"})
    declared.apply(lab.store, one)
    newest = lab.store.db.value("SELECT max(id) FROM event")
    declared.apply(lab.another(), one)
    declared.apply(lab.store, one._replace(digest="2"))  # another text that says the same
    assert lab.store.db.value("SELECT max(id) FROM event") == newest


def test_a_change_is_audited_with_before_and_after(lab: Lab):
    """The audit has what changed, and only that, of the settings and of each queue."""
    declared.apply(lab.store, wish("1", {GPU: {"slots": 2}}, values={"kill_grace": "9s", "log_cap": "1G"}))
    declared.apply(lab.store, wish("2", {GPU: {"slots": 3}}, values={"kill_grace": "8s", "log_cap": "1G"}))
    rows = lab.store.db.rows("SELECT before, after FROM event WHERE verb = 'settings' ORDER BY id DESC LIMIT 2")
    assert rows[0] == ('{"kill_grace":"9s"}', '{"kill_grace":"8s"}')
    assert rows[1][0].startswith('{"slots":2,')
    assert rows[1][1].startswith('{"slots":3,')


def test_what_was_set_by_hand_wins(lab: Lab):
    """A key that was set by hand stays as it is, others follow the file; the declared value is kept beside it."""
    declared.apply(lab.store, wish("1", {GPU: {"slots": 2, "policy": "fifo"}}))
    queues.change(lab.store, gpu(lab), "set", hand=["slots"], slots=4)
    declared.apply(lab.store, wish("2", {GPU: {"slots": 3, "policy": "shortest"}}))
    now = gpu(lab)
    assert (now.slots, now.policy) == (4, "shortest")
    assert (now.declared, now.by_hand) == ({"slots": 3, "policy": "shortest"}, {"slots": "ada"})


def test_as_declared_is_the_way_back(lab: Lab):
    """It puts in force what the file says, or the default of what it does not say, and follows the file again."""
    declared.apply(lab.store, wish("1", {GPU: {"slots": 2}}))
    queues.change(lab.store, gpu(lab), "set", hand=["slots", "time_limit"], slots=4, time_limit=9.0)
    queues.change(lab.store, gpu(lab), "as declared", **declared.as_declared(gpu(lab)))
    assert (gpu(lab).slots, gpu(lab).time_limit, gpu(lab).by_hand) == (2, None, {})
    declared.apply(lab.store, wish("2", {GPU: {"slots": 3}}))
    assert gpu(lab).slots == 3


def test_as_declared_needs_a_declaration(lab: Lab):
    """A queue that the file does not name has no way back to it."""
    with pytest.raises(WrongState, match="not declared"):
        declared.as_declared(queues.find(lab.store, "default", "default"))


def test_a_key_that_is_not_declared_any_more_gets_its_default(lab: Lab):
    """Removing a line from a queue's entry undoes what that line did."""
    declared.apply(lab.store, wish("1", {GPU: {"slots": 2, "time_limit": 60.0, "paused": 1}}))
    assert gpu(lab).paused
    declared.apply(lab.store, wish("2", {GPU: {"slots": 2}}))
    assert (gpu(lab).time_limit, gpu(lab).paused) == (None, False)


def test_a_queue_that_is_not_declared_any_more_is_left_and_told(lab: Lab):
    """It may have jobs: it stays as it is, a resource has no units left, and both are told."""
    declared.apply(lab.store, wish("1", {GPU: {"slots": 2}}, resources={"qick": (1, "")}))
    told = declared.apply(lab.store, wish("2"))
    assert (gpu(lab).slots, gpu(lab).declared) == (2, None)
    assert resources.find(lab.store, "qick").capacity == 0
    assert len(told) == 2
    assert "gpu" in told[0]
    assert "qick" in told[1]


def test_a_queue_of_an_ended_session_is_told_not_made(lab: Lab):
    """The rest of the file is applied all the same."""
    queues.create_session(lab.store, "lab")
    queues.end_session(lab.store, "lab")
    told = declared.apply(lab.store, wish("1", {("lab", "x"): {}, GPU: {"slots": 2}}))
    assert told == ["queue lab/x is not made, since session lab has ended"]
    assert gpu(lab).slots == 2


def test_a_refusal_is_audited_once_for_each_state_of_the_file(lab: Lab):
    """Two workers refuse the same broken file: one event; broken again after a good one: another."""
    assert declared.refuse(lab.store, "bad", ["line 3: x"])
    assert not declared.refuse(lab.another(), "bad", ["line 3: x"])
    declared.refuse(lab.store, "", [])
    assert declared.refuse(lab.store, "bad", ["line 3: x"])
    assert verbs(lab, "settings refused") == 2


def test_the_largest_file_is_applied_in_one_transaction(lab: Lab):
    """Three hundred queues: all or nothing, and all is sound."""
    many = {("default", f"q{number}"): {"slots": 2, "time_limit": 60.0} for number in range(300)}
    declared.apply(lab.store, wish("1", many))
    assert len(queues.every(lab.store)) == 301
    lab.sound()


# -- through the facade: files, by hand, limits -----------------------------------------------------------


@pytest.fixture
def yard(yard_home: Path) -> Iterator[Yard]:
    with Yard.open(yard_home, face="test") as opened:
        yield opened


def edit(yard: Yard, text: str) -> None:
    """Write the file, and open the yard as the next command does."""
    (yard.home / "jobyard.yml").write_text(text)
    Yard.open(yard.home, face="test").close()


def test_the_next_command_applies_an_edit(yard: Yard):
    """Without any worker, whoever opens the yard next makes it true; an edit of a deleted file as well."""
    edit(yard, "queues: {gpu: {slots: 2}}\nresources: {qick: 1}\n")
    assert yard.queue("gpu").slots == 2
    edit(yard, "queues: {gpu: {slots: 3}}\n")
    assert yard.queue("gpu").slots == 3
    (yard.home / "jobyard.yml").unlink()
    Yard.open(yard.home).close()
    assert yard.queue("gpu").declared is None


def test_a_broken_edit_changes_nothing(yard: Yard):
    """The old settings stay, also when nothing but the store remembers them."""
    edit(yard, "kill_grace: 9s\nqueues: {gpu: {slots: 2}}\n")
    (yard.home / "run" / "settings.json").unlink()
    edit(yard, "kill_grace: soon\nqueues: {gpu: {slots: 3}}\n")
    with Yard.open(yard.home) as again:
        assert again.settings.kill_grace == 9.0
        assert "line 1" in again.settings_trouble()
    assert yard.queue("gpu").slots == 2


def test_limit_factor_true_is_that_of_the_settings(yard: Yard):
    """A queue may ask for the rule and leave the number to the yard."""
    edit(yard, "time_limit_factor: 3\nqueues: {gpu: {limit_factor: true}, a: {limit_factor: false}}\n")
    assert (yard.queue("gpu").limit_factor, yard.queue("a").limit_factor) == (3.0, None)


def test_pausing_by_hand_wins_where_the_file_speaks_of_pauses(yard: Yard):
    """Resumed by hand: the file does not pause it again."""
    edit(yard, "queues: {gpu: {paused: true}}\n")
    yard.queue_resume("gpu")
    edit(yard, "kill_grace: 9s\nqueues: {gpu: {paused: true}}\n")
    assert not yard.queue("gpu").paused
    assert "paused" in yard.queue("gpu").by_hand


def test_undo_of_a_set_by_hand_gives_the_key_back_to_the_file(yard: Yard):
    """The mark goes with the value."""
    edit(yard, "queues: {gpu: {slots: 2}}\n")
    yard.queue_set("gpu", slots=4)
    yard.undo()
    assert (yard.queue("gpu").slots, yard.queue("gpu").by_hand) == (2, {})


def test_jobs_that_say_nothing_of_retries_take_the_yards(yard: Yard):
    """The settings' retries, delay, factor and longest delay; what a job says itself stands, also 0."""
    edit(yard, "retries: 3\nretry_delay: 5s\nretry_factor: 3\nretry_max: 1m\n")
    with Yard.open(yard.home) as again:
        plain = again.job(again.submit(JobSpec({"command": ["true"]}, cwd="/")).id)
        own = again.job(again.submit(JobSpec({"command": ["true"]}, cwd="/", retries=0, retry_delay=1.0)).id)
        (line,) = again.submit_many(again.load_jobs(BytesIO(b'{"command": ["true"], "retry_max": "2m"}')))
        listed = again.job(line)
    assert (plain.retries, plain.retry_delay, plain.retry_factor, plain.retry_most) == (3, 5.0, 3.0, 60.0)
    assert (own.retries, own.retry_delay, own.retry_factor) == (0, 1.0, 3.0)
    assert (listed.retries, listed.retry_most) == (3, 120.0)
