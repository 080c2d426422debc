"""Old jobs go in short steps, with all that is theirs, and nothing that is needed goes with them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from jobyard.core import retention
from jobyard.core.errors import WrongState
from jobyard.core.states import After
from jobyard.core.store import attic, edits, ids, purge, queues, submit, views
from tests.store.kit import COMPLETED, FAILED, NOW, PENDING, SKIPPED, Lab

HOUR, DAY = 3600.0, 86_400.0
ANY, OK = After.ANY, After.OK


def ended(lab: Lab, *parents: int, **spec: object) -> int:
    """A job that has completed."""
    row = lab.submit(*((parent, OK) for parent in parents), **spec)
    lab.run(row, COMPLETED)
    return row


def cleaned(lab: Lab, keep: float = DAY, **options: object) -> purge.Tally:
    """A whole purge of what ended more than *keep* seconds ago."""
    tally = purge.Tally()
    for _ in purge.steps(lab.store, purge.rules(lab.store, 7 * DAY, keep), tally):
        pass
    return tally


def rows(lab: Lab) -> list[int]:
    return [row for (row,) in lab.store.db.rows("SELECT id FROM job ORDER BY id")]


def count(lab: Lab, table: str) -> int:
    return int(lab.store.db.value(f"SELECT count(*) FROM {table}"))


def test_hours_are_hours(lab: Lab) -> None:
    """48 h means 48 hours to the second: older goes, younger stays."""
    old = ended(lab)
    lab.now += 2
    young = ended(lab)
    lab.now = NOW + 48 * HOUR + 1
    assert cleaned(lab, 48 * HOUR).jobs == 1
    assert rows(lab) == [young]
    assert old not in rows(lab)


def test_each_queue_keeps_as_long_as_it_says(lab: Lab) -> None:
    """A queue's own retention before the default, and a command's before both."""
    short = queues.create(lab.store, "default", "short", 1).id
    lab.store.db.rows("UPDATE queue SET retention = ? WHERE id = ?", (HOUR, short))
    fleeting, lasting = ended(lab, queue_id=short), ended(lab)
    lab.now += 2 * HOUR
    kept = {rule.name: lab.now - rule.before for rule in purge.rules(lab.store, 7 * DAY)}
    assert kept == {"default": 7 * DAY, "short": HOUR}
    for _ in purge.steps(lab.store, purge.rules(lab.store, 7 * DAY), purge.Tally()):
        pass
    assert rows(lab) == [lasting]
    assert [rule.before for rule in purge.rules(lab.store, 7 * DAY, keep=5.0, queue=short)] == [lab.now - 5.0]
    assert fleeting not in rows(lab)


def test_all_that_is_its_own_goes_with_a_job(lab: Lab) -> None:
    """Attempts, edges, events, the change set; the counters agree; the folder is in the trash list; one event tells."""
    parent = ended(lab)
    child = ended(lab, parent)
    folders = [folder for (folder,) in lab.store.db.rows("SELECT folder FROM attempt")]
    lab.now += 2 * DAY
    tally = cleaned(lab)
    assert (tally.jobs, tally.kept, tally.folders, tally.by_queue) == (2, 0, 2, {"default": 2})
    assert [count(lab, table) for table in ("job", "edge", "attempt", "settle")] == [0, 0, 0, 0]
    assert changes(lab) == []
    assert lab.store.db.value("SELECT count(*) FROM event WHERE job_id IS NOT NULL") == 0
    assert sorted(purge.trash(lab.store)) == sorted(folders)
    told = [json.loads(after) for (after,) in lab.store.db.rows("SELECT after FROM event WHERE verb = 'purge'")]
    day = ids.local_day(NOW)
    assert told == [{"jobs": 2, "first": ids.text(day, parent), "last": ids.text(day, child)}]
    assert cleaned(lab).jobs == 0


def test_the_folders_of_claims_that_came_to_nothing_go_too(lab: Lab) -> None:
    """A job that was asked back twice has three folders, of which its attempts name one."""
    row = lab.submit()
    for _ in range(2):
        lab.claim()
        lab.give_back(row)
    lab.run(row, COMPLETED)
    (name,) = (folder.removesuffix(".3") for (folder,) in lab.store.db.rows("SELECT folder FROM attempt"))
    lab.now += 2 * DAY
    assert cleaned(lab).jobs == 1
    assert purge.trash(lab.store) == [f"{name}.{claim}" for claim in (1, 2, 3)]


def test_a_parent_that_something_pending_needs_stays(lab: Lab) -> None:
    """However old; it goes once its last child has ended."""
    parent, other = ended(lab), lab.submit(held=True)
    child = lab.submit((parent, OK), (other, ANY))
    lab.now += 30 * DAY
    tally = cleaned(lab)
    assert (tally.jobs, tally.kept) == (0, 1)
    assert (lab.edge(child, parent), lab.state(child)) == ("satisfied", PENDING)
    edits.release(lab.store, [other])
    lab.run(other, FAILED)
    lab.run(child, COMPLETED)
    lab.now += 2 * DAY
    assert cleaned(lab).jobs == 3


def test_no_child_changes_when_its_parent_goes(lab: Lab) -> None:
    """Ended children lose the edge and nothing else, and can be requeued as if it had never been."""
    parent = lab.submit()
    lab.run(parent, FAILED)
    lab.now += 2 * DAY
    skipped, after_any = lab.submit((parent, OK)), lab.submit((parent, ANY))
    lab.run(after_any, COMPLETED)
    assert cleaned(lab, DAY).jobs == 1
    assert lab.states([skipped, after_any]) == [SKIPPED, COMPLETED]
    assert count(lab, "edge") == 0
    assert edits.requeue(lab.store, [skipped, after_any]).left == ()
    assert lab.states([skipped, after_any]) == [PENDING, PENDING]
    assert lab.store.db.rows("SELECT DISTINCT unmet FROM job") == [(0,)]


def test_what_is_not_settled_stays(lab: Lab) -> None:
    """A parent whose end has not reached its children yet, and one whose hook has not run."""
    plain, hooked = ended(lab), ended(lab)
    lab.store.db.rows("INSERT INTO settle (parent_id) VALUES (?)", (plain,))
    lab.store.db.rows(
        "INSERT INTO hook (job_id, attempt, state, created_at) VALUES (?, 1, 'completed', ?)", (hooked, NOW)
    )
    lab.now += 2 * DAY
    assert cleaned(lab).kept == 2
    lab.store.db.rows("DELETE FROM settle")
    lab.store.db.rows("DELETE FROM hook")
    assert cleaned(lab).jobs == 2


def test_a_row_of_an_unfinished_batch_stays(lab: Lab) -> None:
    """Also when it was skipped already: its submitter may still be at it."""
    row = ended(lab)
    lab.store.db.rows("UPDATE job SET batch = 7 WHERE id = ?", (row,))
    lab.now += 2 * DAY
    assert cleaned(lab).jobs == 0
    lab.store.db.rows("UPDATE job SET batch = NULL WHERE id = ?", (row,))
    lab.store.db.rows("UPDATE tally SET n = 1 WHERE bucket = 'completed'")


@pytest.mark.parametrize("way", ["children", "parents", "attempts"])
def test_a_job_with_very_much_of_its_own_goes_in_steps(lab: Lab, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    """A star, a gathering job, one that was retried for years: no step deletes more than its share, and all goes."""
    monkeypatch.setattr(purge, "MANY", 20)
    hub = ended(lab)
    if way == "children":
        submit.add(lab.store, [lab.new([(hub, OK)]) for _ in range(90)])
    elif way == "parents":
        others = submit.add(lab.store, [lab.new() for _ in range(90)])
        lab.submit(*((row, ANY) for row in others))
    edits.cancel(lab.store, [row for row in rows(lab) if lab.state(row) is PENDING])
    if way == "attempts":
        for number in range(2, 90):
            lab.store.db.rows(
                "INSERT INTO attempt (job_id, number, token, folder, worker_id, state, claimed_at, ended_at) "
                "VALUES (?, ?, ?, ?, 1, 'failed', 0, 1)",
                (hub, number, f"token-{number}", f"jobs/20260101/x.{number}"),
            )
    folders = count(lab, "attempt")
    lab.now += 2 * DAY
    largest = 0
    steps = purge.steps(lab.store, purge.rules(lab.store, DAY), purge.Tally())
    before = count(lab, "edge") + count(lab, "attempt")
    for _ in steps:
        now = count(lab, "edge") + count(lab, "attempt")
        largest, before = max(largest, before - now), now
    assert rows(lab) == []
    assert count(lab, "edge") == count(lab, "attempt") == 0
    assert len(purge.trash(lab.store)) == folders
    if way != "parents":  # there each of the many parents takes its own edge along
        assert largest <= 2 * 20 + purge.GROUP


def test_no_step_is_long(lab: Lab) -> None:
    """Three thousand jobs go in steps of their budget, none of 50 ms."""
    submit.add(lab.store, [lab.new() for _ in range(3000)])
    edits.cancel(lab.store, rows(lab))
    lab.now += 2 * DAY
    lab.store.db.longest = 0.0
    turns = sum(1 for _ in purge.steps(lab.store, purge.rules(lab.store, DAY), purge.Tally()))
    assert rows(lab) == []
    assert turns >= 3000 / purge.STEP
    assert count(lab, "event") >= turns // 2


def test_a_reader_that_is_behind_reloads(lab: Lab) -> None:
    """Rows that went cannot be told one by one."""
    ended(lab)
    since = views.version(lab.store)
    assert views.changes(lab.store, since).rows == frozenset()
    lab.now += 2 * DAY
    cleaned(lab)
    changed = views.changes(lab.store, since)
    assert changed.rows is None
    assert views.changes(lab.store, changed.version).rows == frozenset()


def test_ids_are_never_used_again(lab: Lab) -> None:
    """The counters outlive the jobs."""
    last = ended(lab)
    lab.now += 2 * DAY
    cleaned(lab)
    assert rows(lab) == []
    assert lab.submit() == last + 1


def test_a_look_changes_nothing(lab: Lab) -> None:
    """--dry-run counts what would go and what would be kept."""
    parent = ended(lab)
    ended(lab)
    lab.submit((parent, OK), held=True)
    lab.now += 2 * DAY
    before = lab.store.db.rows("SELECT * FROM event")
    tally = purge.look(lab.store, purge.rules(lab.store, DAY))
    assert (tally.jobs, tally.kept, tally.by_queue) == (1, 1, {"default": 1})
    assert lab.store.db.rows("SELECT * FROM event") == before
    assert len(rows(lab)) == 3


# -- change sets, queues, environments ------------------------------------------------------------------


def changes(lab: Lab) -> list[int]:
    """Change sets that are about jobs."""
    return [id for (id,) in lab.store.db.rows("SELECT id FROM change WHERE verb NOT LIKE 'queue%' ORDER BY id")]


def test_a_change_set_stays_while_it_has_events(lab: Lab) -> None:
    """One submit of two jobs: its row goes with the last of them."""
    first, second = submit.add(lab.store, [lab.new(), lab.new(held=True)])
    lab.run(first, COMPLETED)
    kept = changes(lab)
    lab.now += 2 * DAY
    cleaned(lab)
    assert changes(lab) == kept
    edits.cancel(lab.store, [second])
    lab.now += 2 * DAY
    cleaned(lab)
    assert changes(lab) == []


def test_an_undo_goes_together_with_what_it_undid(lab: Lab) -> None:
    """References between change sets hold: a family goes as one, and not before its last event."""
    first = ended(lab)
    second = ended(lab)
    one, two = (
        lab.store.db.value("SELECT change_id FROM event WHERE job_id = ? AND verb = 'submit'", (row,))
        for row in (first, second)
    )
    lab.store.db.rows("UPDATE change SET undone = ? WHERE id = ?", (two, one))
    lab.store.db.rows("UPDATE change SET of = ? WHERE id = ?", (one, two))
    lab.store.db.rows("UPDATE job SET ended_at = ? WHERE id = ?", (lab.now + 2 * DAY, second))
    lab.now += 2 * DAY
    assert cleaned(lab).jobs == 1
    assert changes(lab) == [one, two]
    lab.now += 2 * DAY
    assert cleaned(lab).jobs == 1
    assert changes(lab) == []


def test_the_queue_of_a_run_goes_with_its_last_job(lab: Lab) -> None:
    """An old empty queue of session `run` goes; a new one, a used one and one of another session stay."""
    old = queues.create(lab.store, "run", "build", 1).id
    queues.create(lab.store, "other", "build", 1)
    job = ended(lab, queue_id=old)
    lab.now += 2 * DAY
    queues.create(lab.store, "run", "today", 1)
    used = queues.create(lab.store, "run", "used", 1).id
    ended(lab, queue_id=used)
    tally = cleaned(lab)
    assert (tally.jobs, tally.queues) == (1, 1)
    assert job not in rows(lab)
    assert [(queue.session, queue.name) for queue in queues.every(lab.store) if queue.session != "default"] == [
        ("run", "today"), ("run", "used"), ("other", "build"),
    ]  # fmt: skip
    assert lab.store.db.value("PRAGMA foreign_keys") == 1


def test_environments_go_when_nobody_uses_them(lab: Lab) -> None:
    """Except one that somebody has just looked up, and the newest, so that no id ever means another."""
    unused, used, newest = (submit.intern_environment(lab.store, json.dumps({"A": str(n)})) for n in range(3))
    job = lab.submit()
    lab.store.db.rows("UPDATE job SET env_id = ? WHERE id = ?", (used, job))
    assert cleaned(lab).environments == 0
    lab.now += attic.RECENT + 1
    submit.intern_environment(lab.store, "{}")  # looked up again
    assert cleaned(lab).environments == 1
    left = {id for (id,) in lab.store.db.rows("SELECT id FROM environment")}
    assert left == {lab.env, used, newest}
    assert unused not in left


# -- folders --------------------------------------------------------------------------------------------


def with_folders(lab: Lab, jobs: Sequence[int]) -> list[Path]:
    """The folders of these jobs' attempts, made, with something in them."""
    found = []
    for row in jobs:
        folder = lab.home / str(lab.store.db.value("SELECT folder FROM attempt WHERE job_id = ?", (row,)))
        (folder / "work").mkdir(parents=True)
        (folder / "stdout").write_text("hello")
        (folder / "work" / "result").write_text("1")
        found.append(folder)
    return found


def empty(lab: Lab) -> None:
    for _ in retention.emptied(lab.store):
        pass


def test_folders_follow_their_jobs(lab: Lab) -> None:
    """The folder of what went is removed, and the day's once no job of that day is left."""
    first = ended(lab)
    lab.now += 1.5 * DAY
    second = ended(lab)
    gone, stays = with_folders(lab, [first, second])
    cleaned(lab)
    assert gone.exists()
    empty(lab)
    assert not gone.parent.exists()
    assert (stays / "stdout").exists()
    assert purge.trash(lab.store) == []


def test_a_folder_that_is_closed_or_a_link_goes_too(lab: Lab, tmp_path: Path) -> None:
    """A job may leave folders without rights, and links that lead elsewhere: those are not followed."""
    closed, link = ended(lab), ended(lab)
    closed_folder, linked = with_folders(lab, [closed, link])
    (closed_folder / "work").chmod(0o000)
    elsewhere = tmp_path / "precious"
    elsewhere.mkdir()
    (elsewhere / "data").write_text("kept")
    (closed_folder / "out").symlink_to(elsewhere)
    retention.remove(lab.home, str(linked.relative_to(lab.home)))
    linked.symlink_to(elsewhere)
    lab.now += 2 * DAY
    cleaned(lab)
    empty(lab)
    assert not closed_folder.exists()
    assert not linked.is_symlink()
    assert (elsewhere / "data").read_text() == "kept"


@pytest.mark.parametrize(
    "path", ["", ".", "jobs", "jobs/20260101", "../x/y", "jobs/../x", "jobs/20260101/..", "/etc/a/b"]
)
def test_nothing_but_an_attempts_folder_is_ever_removed(path: str) -> None:
    """Whatever somebody may have written into the list."""
    assert not retention.is_attempts(path)
    assert retention.is_attempts("jobs/20260101/JOB-20260101-00001.1")


def test_a_queue_of_a_run_is_not_removed_by_hand_while_it_has_jobs(lab: Lab) -> None:
    """As before: people remove empty queues only."""
    queue = queues.create(lab.store, "run", "build", 1)
    ended(lab, queue_id=queue.id)
    with pytest.raises(WrongState):
        queues.remove(lab.store, queue)
