"""Undo and redo: what comes back, what refuses and names whom, what a crash leaves."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from jobyard.core.errors import Unknown, WrongState
from jobyard.core.models import Change
from jobyard.core.states import After, State
from jobyard.core.store import Store, edits, history, holdings, moves, queues, resources, settle, submit, undo
from tests.store.kit import CANCELLED, COMPLETED, FAILED, PENDING, RUNNING, SKIPPED, Lab

OK = After.OK


Open = Callable[..., Store]


@pytest.fixture
def another(lab: Lab) -> Iterator[Open]:
    """Opens the same yard once more, as somebody else or, without a name, as the same user in another program."""
    opened: list[Store] = []

    def store(user: str = "ada", face: str = "cli") -> Store:
        opened.append(lab.another())
        opened[-1].actor = opened[-1].actor._replace(user=user, host="rig", face=face)
        return opened[-1]

    yield store
    for one in opened:
        one.close()


def job(lab: Lab, row: int) -> tuple[object, ...] | None:
    """All that is stored of a job."""
    return lab.store.db.row("SELECT * FROM job WHERE id = ?", (row,))


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(WrongState) as error:
        call()
    return error.value.line()


# -- there and back ---------------------------------------------------------------------------------


def test_a_cancel_comes_back_with_its_skips(lab: Lab) -> None:
    """Cancelled jobs are pending as they were, held or not; those that were skipped through them too."""
    parent = lab.submit(held=True)
    child = lab.submit((parent, OK))
    below = lab.submit((child, OK))
    before = [job(lab, row) for row in (parent, child, below)]
    edits.cancel(lab.store, [parent])
    assert lab.states([parent, child, below]) == [CANCELLED, SKIPPED, SKIPPED]
    change = undo.undo(lab.store)
    assert [job(lab, row) for row in (parent, child, below)] == before
    assert (change.verb, len(change.done), len(change.also)) == ("undo cancel", 1, 2)
    assert lab.verbs(parent)[-2:] == ["cancel", "undo cancel"]


def test_redo_does_it_again_and_can_be_undone(lab: Lab) -> None:
    """Undo and redo walk back and forth over several changes, in order."""
    row = lab.submit()
    changes = [
        lambda: edits.hold(lab.store, [row]),
        lambda: edits.priority(lab.store, [row], lambda old: old + 5),
        lambda: edits.cancel(lab.store, [row]),
    ]
    seen = [job(lab, row)]
    for change in changes:
        change()
        seen.append(job(lab, row))
    for _ in range(2):
        for at in (2, 1, 0):
            undo.undo(lab.store)
            assert job(lab, row) == seen[at]
        for at in (1, 2, 3):
            undo.redo(lab.store)
            assert job(lab, row) == seen[at]


def test_a_new_change_clears_redo(lab: Lab) -> None:
    """What was undone before another change stays undone."""
    row = lab.submit()
    edits.hold(lab.store, [row])
    undo.undo(lab.store)
    assert undo.redoable(lab.store) is not None
    edits.priority(lab.store, [row], lambda old: 3)
    assert undo.redoable(lab.store) is None
    assert "nothing to redo" in refused(lambda: undo.redo(lab.store))


@pytest.mark.parametrize("end", [COMPLETED, FAILED, CANCELLED])
def test_a_requeue_that_has_not_started_is_taken_back(lab: Lab, end: State) -> None:
    """The job is again as it had ended: state, times, exit code, cause, words; so are those that wait for it."""
    row = lab.submit()
    child = lab.submit((row, After.OK if end is COMPLETED else After.FAIL))
    lab.claim()
    lab.start(row)
    lab.end(row, end)
    before = job(lab, row), job(lab, child), lab.edge(child, row)
    edits.requeue(lab.store, [row])
    assert lab.edge(child, row) == "open"
    undo.undo(lab.store)
    assert (job(lab, row), job(lab, child), lab.edge(child, row)) == before
    undo.redo(lab.store)
    assert lab.state(row) is PENDING
    lab.run(row, COMPLETED)


def test_a_requeue_that_started_is_refused(lab: Lab) -> None:
    """What has begun cannot be taken back; the answer says that it began, and when."""
    row = lab.submit()
    lab.run(row, FAILED)
    edits.requeue(lab.store, [row])
    lab.claim()
    lab.start(row)
    lab.now += 12
    words = refused(lambda: undo.undo(lab.store))
    assert "start by you on host (test) 12s ago" in words
    assert "JOB-" in words
    assert lab.state(row) is RUNNING


def test_a_mixed_cancel_brings_back_what_was_pending(lab: Lab) -> None:
    """Of 2 running and 3 pending jobs the pending ones come back; the answer says which could not."""
    rows = [lab.submit() for _ in range(2)]
    lab.claim()
    for row in rows:
        lab.start(row)
    waiting = submit.add(lab.store, [lab.new() for _ in range(3)])
    edits.cancel(lab.store, [*rows, *waiting])
    for row in rows:
        lab.end(row, CANCELLED)
    change = undo.undo(lab.store)
    assert len(change.done) == 3
    assert [why for _, why in change.left] == [
        "it was running, and a process that was stopped cannot be brought back"
    ] * 2
    assert lab.states(waiting) == [PENDING] * 3
    assert lab.states(rows) == [CANCELLED] * 2
    undo.redo(lab.store)
    assert lab.states(waiting) == [CANCELLED] * 3


def test_a_cancel_of_a_handed_job_comes_back_once_the_keeper_returned_it(lab: Lab) -> None:
    """A job that the keeper had not started was pending for people: undo knows it as such."""
    row = lab.submit()
    lab.claim()
    edits.cancel(lab.store, [row])
    assert "a process that was stopped" in refused(
        lambda: undo.undo(lab.store)
    )  # it is still to be seen whether it began
    lab.give_back(row)
    assert lab.state(row) is CANCELLED
    assert undo.undo(lab.store).done
    assert lab.state(row) is PENDING
    undo.redo(lab.store)
    assert lab.state(row) is CANCELLED


def test_a_handed_job_is_recalled(lab: Lab) -> None:
    """What is set back on a job in the keeper's hand takes it back first, as the change itself did."""
    row = lab.submit()
    edits.priority(lab.store, [row], lambda old: 7)
    lab.claim()
    undo.undo(lab.store)
    assert lab.store.db.row("SELECT stop, priority FROM job WHERE id = ?", (row,)) == ("recall", 0)
    lab.give_back(row)


def test_what_its_parents_did_meanwhile_counts(lab: Lab) -> None:
    """A job that comes back under a parent that failed meanwhile is skipped at once."""
    parent = lab.submit()
    child = lab.submit((parent, OK))
    edits.cancel(lab.store, [child])
    lab.run(parent, FAILED)
    undo.undo(lab.store)
    assert lab.state(child) is SKIPPED
    edits.requeue(lab.store, [parent])
    assert lab.state(child) is PENDING


# -- whose, and what refuses ---------------------------------------------------------------------------


def test_only_your_own_changes(lab: Lab, another: Open) -> None:
    """Undo takes the newest change of the same user, from whatever face; never another's."""
    row = lab.submit()
    bob, ada = another("bob"), another("ada", "app")
    edits.hold(lab.store, [row])
    edits.priority(bob, [row], lambda old: 3)
    assert undo.undo(ada).verb == "undo hold"
    assert undo.undo(bob).verb == "undo priority"
    assert "nothing to undo" in refused(lambda: undo.undo(bob)).lower()
    number = history.of_user(lab.store, "bob", 1, None)[0].id
    assert "not yours" in refused(lambda: undo.undo(lab.store, number))


def test_who_changed_it_is_named(lab: Lab, another: Open) -> None:
    """Where a row holds something else by now, the answer says who, how, from where and when; nothing is changed."""
    rows = [lab.submit() for _ in range(2)]
    edits.priority(lab.store, rows, lambda old: 5)
    edits.priority(another("bob"), [rows[1]], lambda old: 9)
    lab.now += 70
    words = refused(lambda: undo.undo(lab.store))
    assert "priority by bob on rig (cli) 1m ago" in words
    assert "priority of 2 jobs by you 1m ago" in words
    values = lab.store.db.rows("SELECT priority FROM job ORDER BY id")
    assert values == [(5,), (9,)]


def test_another_column_is_no_matter(lab: Lab, another: Open) -> None:
    """Only what the change set must still hold."""
    row = lab.submit()
    edits.priority(lab.store, [row], lambda old: 5)
    edits.hold(another("bob"), [row])
    undo.undo(lab.store)
    assert lab.store.db.row("SELECT priority, held FROM job WHERE id = ?", (row,)) == (0, 1)


def test_a_hold_that_an_undo_lifts_is_told_and_comes_back(lab: Lab, another: Open) -> None:
    """A requeue is taken back from a job that somebody held meanwhile: its history says so, and redo holds it again."""
    row = lab.submit()
    edits.cancel(lab.store, [row])
    edits.requeue(lab.store, [row])
    edits.hold(another("bob"), [row])
    undo.undo(lab.store)
    told = lab.store.db.row("SELECT before, after FROM event WHERE verb = 'undo requeue'")
    assert told is not None
    assert [json.loads(image)["held"] for image in told] == [1, 0]
    assert lab.store.db.row("SELECT state, held FROM job WHERE id = ?", (row,)) == (CANCELLED, 0)
    undo.redo(lab.store)
    assert lab.store.db.row("SELECT state, held FROM job WHERE id = ?", (row,)) == (PENDING, 1)


def test_a_submit_is_passed_over_and_told(lab: Lab) -> None:
    """A submit is no edit: the change before it is undone, and the answer names the submit; alone it is refused."""
    row = lab.submit()
    words = refused(lambda: undo.undo(lab.store))
    assert "cancel it instead: jobyard cancel JOB-" in words.lower().replace("job-", "JOB-")
    edits.hold(lab.store, [row])
    lab.submit()
    change = undo.undo(lab.store)
    assert change.verb == "undo hold"
    assert change.passed is not None
    assert change.passed.verb == "submit"


def test_a_stopped_process_is_not_brought_back(lab: Lab) -> None:
    """A cancel of running jobs alone cannot be undone; the answer names requeue."""
    row = lab.submit()
    lab.claim()
    lab.start(row)
    edits.cancel(lab.store, [row])
    assert "jobyard requeue" in refused(lambda: undo.undo(lab.store))
    lab.end(row, CANCELLED)


def test_a_unique_key_that_is_taken_refuses(lab: Lab) -> None:
    """A job whose key another one bears by now stays cancelled, in words."""
    row = lab.submit(unique="nightly")
    edits.cancel(lab.store, [row])
    taker = lab.submit(unique="nightly")
    assert 'its key "nightly" is taken by JOB-' in refused(lambda: undo.undo(lab.store))
    edits.cancel(lab.store, [taker])
    number = history.of_user(lab.store, "ada", 9, None)[2].id
    assert undo.undo(lab.store, number).done


def test_a_revived_job_does_not_take_a_key_that_is_taken(lab: Lab) -> None:
    """What was skipped through a cancelled job stays skipped if its key has a new bearer; nothing breaks."""
    parent = lab.submit()
    child = lab.submit((parent, OK), unique="nightly")
    edits.cancel(lab.store, [parent])
    lab.submit(unique="nightly")
    undo.undo(lab.store)
    assert lab.states([parent, child]) == [PENDING, SKIPPED]
    assert "key" in edits.requeue(lab.store, [child]).left[0][1]


def test_a_purged_job_refuses(lab: Lab) -> None:
    """A change one of whose jobs is gone for good is not undone in part."""
    rows = [lab.submit() for _ in range(2)]
    edits.cancel(lab.store, rows)
    with lab.store.db.transaction() as connection:
        connection.execute("DELETE FROM event WHERE job_id = ?", (rows[0],))
        connection.execute("DELETE FROM job WHERE id = ?", (rows[0],))
    assert "1 of its jobs has been purged since" in refused(lambda: undo.undo(lab.store))
    assert lab.state(rows[1]) is CANCELLED


def test_a_number_that_is_none(lab: Lab) -> None:
    """An unknown number, one that is undone already, one that cannot be: each in words."""
    row = lab.submit()
    edits.hold(lab.store, [row])
    undo.undo(lab.store)
    hold, submitted = (one.id for one in history.of_user(lab.store, "ada", 9, None)[1:3])
    with pytest.raises(Unknown, match="There is no change 999"):
        undo.undo(lab.store, 999)
    assert "undone already" in refused(lambda: undo.undo(lab.store, hold))
    assert "cannot be undone" in refused(lambda: undo.undo(lab.store, submitted))


# -- queues, sessions, resources ---------------------------------------------------------------------------


def lanes(lab: Lab) -> list[tuple[object, ...]]:
    return lab.store.db.rows("SELECT * FROM queue ORDER BY id") + lab.store.db.rows("SELECT * FROM session ORDER BY id")


def change_queue(verb: str, **values: object) -> Callable[[Lab], object]:
    return lambda lab: queues.change(lab.store, queues.find(lab.store, "lab", "q"), verb, **values)


LANES: dict[str, Callable[[Lab], object]] = {
    "queue set": change_queue("set", slots=7, instructions="be kind", python="/bin/sh", station="lab:S", warm=1),
    "queue pause": change_queue("pause", paused=1, paused_until=9e9),
    "queue end": change_queue("end", ended_at=5.0),
    "queue create": lambda lab: queues.create(lab.store, "new", "gpu", 2),
    "queue remove": lambda lab: queues.remove(lab.store, queues.find(lab.store, "lab", "q")),
    "session create": lambda lab: queues.create_session(lab.store, "other"),
    "session end": lambda lab: queues.end_session(lab.store, "lab"),
}


@pytest.mark.parametrize("verb", LANES)
def test_lanes_come_back(lab: Lab, verb: str) -> None:
    """Every edit of a queue or session is undone and redone, to the last column."""
    queues.create(lab.store, "lab", "q", 3)
    before = lanes(lab)
    LANES[verb](lab)
    after = lanes(lab)
    assert after != before
    assert undo.undo(lab.store).verb == f"undo {verb}"
    assert lanes(lab) == before
    undo.redo(lab.store)
    assert lanes(lab) == after


def test_a_queue_with_jobs_is_not_unmade(lab: Lab) -> None:
    """The making of a queue that has jobs by now is passed over."""
    queue = queues.create(lab.store, "default", "gpu", 1)
    assert [change.what for change in undo.candidates(lab.store, 9)] == ["gpu", "default"]
    lab.submit(queue_id=queue.id)
    assert [change.what for change in undo.candidates(lab.store, 9)] == ["default"]
    number = history.of_user(lab.store, "ada", 9, None)[1].id
    assert "has jobs by now" in refused(lambda: undo.undo(lab.store, number))


def test_a_pause_that_is_over_refuses(lab: Lab) -> None:
    """A queue that a worker has resumed in due time is told as such."""
    queue = queues.find(lab.store, "default", "default")
    queues.change(lab.store, queue, "pause", paused=1, paused_until=lab.now + 5)
    lab.now += 10
    lab.claim()
    assert "resume by" in refused(lambda: undo.undo(lab.store))


def test_ids_of_queues_are_not_used_again(lab: Lab) -> None:
    """The history of a removed queue is not that of the next one."""
    first = queues.create(lab.store, "default", "a", 1)
    queues.remove(lab.store, first)
    second = queues.create(lab.store, "default", "b", 1)
    assert second.id != first.id
    assert [event.verb for event in history.of_queue(lab.store, second.id, 9, None)] == ["queue create"]


def test_resources_come_back(lab: Lab) -> None:
    """A capacity that was set by hand, and a resource that was made, are undone and redone."""

    def rows() -> list[tuple[object, ...]]:
        return lab.store.db.rows("SELECT * FROM resource WHERE kind = 'named'")

    seen = [rows()]
    for capacity in (2, 5):
        resources.set_capacity(lab.store, "qick", capacity, new=True)
        seen.append(rows())
    for at in (1, 0):
        undo.undo(lab.store)
        assert rows() == seen[at]
    for at in (1, 2):
        undo.redo(lab.store)
        assert rows() == seen[at]


def test_a_lock_comes_and_goes(lab: Lab, another: Open) -> None:
    """A lock is undone as long as it is yours; one that somebody took off by force is named."""
    resources.set_capacity(lab.store, "qick", 1, new=True)

    def lock() -> tuple[object, ...] | None:
        return lab.store.db.row("SELECT locked_by, locked_at, lock_note FROM resource WHERE name = 'qick'")

    holdings.lock(lab.store, "qick", "in the hutch")
    locked = lock()
    undo.undo(lab.store)
    assert lock() == (None, None, "")
    undo.redo(lab.store)
    assert lock() == locked
    bob = another("bob")
    holdings.unlock(bob, "qick", force=True)
    assert "resource unlock by bob on rig (cli)" in refused(lambda: undo.undo(lab.store))
    undo.undo(bob)
    assert lock() == locked


def test_room_that_a_move_made_is_given_back(lab: Lab) -> None:
    """Where neighbours had to go up a little for a move, its undo brings them back; the order is as it was."""
    rows = [lab.submit() for _ in range(4)]

    def order() -> list[tuple[int, int]]:
        return lab.store.db.rows("SELECT id, rank FROM job ORDER BY rank")

    seen = [order()]
    while "shift" not in lab.verbs(rows[1]) + lab.verbs(rows[2]) + lab.verbs(rows[3]):
        moving = rows[2] if len(seen) % 2 else rows[3]
        moves.move(lab.store, [moving], "after", rows[0])
        seen.append(order())
        assert len(seen) < 60, "no room was ever short"
    for before in seen[-2:-6:-1]:
        change = undo.undo(lab.store)
        assert len(change.done) == 1
        assert order() == before


def test_a_redo_that_is_refused_says_so(lab: Lab, another: Open) -> None:
    """What was undone and then changed by somebody else is not done again."""
    row = lab.submit()
    edits.priority(lab.store, [row], lambda old: 5)
    undo.undo(lab.store)
    edits.priority(another("bob"), [row], lambda old: 9)
    words = refused(lambda: undo.redo(lab.store))
    assert "cannot be redone" in words
    assert "priority by bob" in words


# -- many, and crashes ------------------------------------------------------------------------------------


@pytest.fixture
def many(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Ten cancelled jobs, in a store whose steps are of three events."""
    monkeypatch.setattr(undo, "STEP", 3)
    rows = submit.add(lab.store, [lab.new() for _ in range(10)])
    edits.cancel(lab.store, rows)
    return rows


class Killed(BaseException):
    """As a SIGKILL: nothing is tidied up."""


def break_off(monkeypatch: pytest.MonkeyPatch, call: Callable[[], object], after: int) -> None:
    """Die after so many steps."""
    left = after

    def point(name: str) -> None:
        nonlocal left
        left -= name == "undo.step"
        if left == 0:
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(undo.crash, "point", point)
        with pytest.raises(Killed):
            call()


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_an_undo_that_was_broken_off_goes_on(
    lab: Lab, another: Open, many: list[int], monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    """Some rows are back, others not: the next undo brings the rest, in the same change set, and redo takes all."""
    break_off(monkeypatch, lambda: undo.undo(lab.store), steps)
    assert lab.states(many).count(PENDING) == 3 * steps
    again = another()
    assert len(undo.undo(again).done) == 10 - 3 * steps
    assert lab.states(many) == [PENDING] * 10
    undo.redo(again)
    assert lab.states(many) == [CANCELLED] * 10
    assert lab.store.db.value("SELECT count(*) FROM change WHERE of IS NOT NULL") == 2


@pytest.mark.parametrize("second", [undo.undo, undo.redo])
def test_a_redo_that_was_broken_off(
    lab: Lab, another: Open, many: list[int], monkeypatch: pytest.MonkeyPatch, second: Callable[[Store], Change]
) -> None:
    """Redo finishes it; undo finishes it and takes it back."""
    undo.undo(lab.store)
    break_off(monkeypatch, lambda: undo.redo(lab.store), 2)
    second(another())
    assert lab.states(many) == [PENDING if second is undo.undo else CANCELLED] * 10


def test_redo_of_an_undo_that_was_broken_off(
    lab: Lab, another: Open, many: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The undo is made whole before it is taken back."""
    break_off(monkeypatch, lambda: undo.undo(lab.store), 2)
    undo.redo(another())
    assert lab.states(many) == [CANCELLED] * 10


def test_all_is_checked_before_anything_is_set_back(lab: Lab, another: Open, many: list[int]) -> None:
    """One row of many that holds something else refuses it all, also beyond the first step."""
    bob = another("bob")
    edits.requeue(bob, [many[0]])
    assert "requeue by bob" in refused(lambda: undo.undo(lab.store))
    assert lab.states(many[1:]) == [CANCELLED] * 9


def test_what_changes_between_check_and_step_is_left_and_told(
    lab: Lab, another: Open, many: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once some rows are back for good, one that somebody takes meanwhile is left as it is."""
    bob = another("bob")

    def point(name: str) -> None:
        if name == "undo.step" and lab.state(many[0]) is CANCELLED:
            edits.requeue(bob, [many[0]])

    monkeypatch.setattr(undo.crash, "point", point)
    change = undo.undo(lab.store)
    assert len(change.done) == 9
    assert "requeue by bob" in change.left[0][1]


def test_two_programs_of_one_user_at_once(
    lab: Lab, another: Open, many: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second undo while the first is under way helps to finish it, and takes nothing else."""
    edits_before = lab.store.db.value("SELECT count(*) FROM event WHERE verb = 'undo cancel'")
    helper, helped = another(), False

    def point(name: str) -> None:
        nonlocal helped
        if name == "undo.step" and not helped:
            helped = True
            undo.undo(helper)

    monkeypatch.setattr(undo.crash, "point", point)
    undo.undo(lab.store)
    assert lab.states(many) == [PENDING] * 10
    assert lab.store.db.value("SELECT count(*) FROM event WHERE verb = 'undo cancel'") - edits_before == 10


def test_ten_thousand_jobs_in_short_transactions(lab: Lab) -> None:
    """A cancel of many is undone by steps, each a short transaction."""
    rows = submit.add(lab.store, [lab.new() for _ in range(3000)])
    edits.cancel(lab.store, rows)
    seen: list[int] = []
    original = undo._step

    def step(*args: object) -> bool:
        before = lab.store.db.connection.total_changes
        done = original(*args)  # type: ignore[arg-type]
        seen.append(lab.store.db.connection.total_changes - before)
        return done

    undo._step = step  # type: ignore[assignment]
    try:
        assert len(undo.undo(lab.store).done) == 3000
    finally:
        undo._step = original
    assert len(seen) == 3000 // undo.STEP + 1
    assert settle.pending(lab.store) is False
