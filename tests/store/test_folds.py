"""Arrays and ended chains are one line of a folded list, whatever happens to their jobs."""

from __future__ import annotations

import contextlib
import random
import re
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import pytest

from jobyard.core.errors import WrongState
from jobyard.core.models import JobFilter, JobRow
from jobyard.core.states import ENDED, After, State
from jobyard.core.store import (
    check,
    edits,
    purge,
    queues,
    recount,
    refolding,
    schema_4,
    schema_5,
    schema_6,
    settle,
    submit,
    undo,
    views,
)
from jobyard.core.store.arrays import NewArray
from tests.store.kit import CANCELLED, COMPLETED, FAILED, PENDING, RUNNING, Lab, plan, statements
from tests.store.test_views import order, paged

FOLDED = JobFilter(folded=True)


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    """An empty yard of many slots."""
    found = Lab(tmp_path / "yard", slots=60)
    queues.create(found.store, "default", "other", 3)
    return found


def array(lab: Lab, size: int, queue: int = 1) -> list[int]:
    """An array's rows."""
    jobs = [lab.new(queue_id=queue, name="scan")._replace(array=0, array_index=index) for index in range(size)]
    return submit.add(lab.store, jobs, arrays=[NewArray(0, size, f"0-{size - 1}")])


def chain(lab: Lab, length: int, after: After = After.OK, queue: int = 1) -> list[int]:
    """Jobs of which each waits for the one before."""
    jobs = [lab.new(inside=[(n - 1, after)] if n else (), queue_id=queue) for n in range(length)]
    return submit.add(lab.store, jobs)


def end(lab: Lab, row: int, state: State = COMPLETED) -> None:
    """Bring a job to its end, at a time of its own."""
    lab.now += 1
    lab.run(row, state)


def lines(lab: Lab, where: JobFilter = FOLDED) -> list[JobRow]:
    """The folded list; its pages, joined, are the same."""
    found = views.listing(lab.store, where, None)
    assert paged(lab, where, 3, anchored=True) == paged(lab, where, 4, anchored=False) == [row.row for row in found]
    for place, row in enumerate(found):
        for one in views.behind(lab.store, row.row) if row.fold is not None else [row.row]:
            assert views.offset_of(lab.store, where, one) == place
    return found


def shown(lab: Lab, where: JobFilter = FOLDED) -> list[int]:
    return [row.row for row in lines(lab, where)]


# -- arrays ---------------------------------------------------------------------------------------------


def test_an_array_is_one_line_with_its_progress(lab: Lab) -> None:
    """It has the array's reference, its size, and how many elements are in each state."""
    rows = array(lab, 5)
    (line,) = lines(lab)
    assert line.row == rows[0]
    assert line.fold is not None
    assert (line.fold.kind, line.fold.size, dict(line.fold.counts)) == ("array", 5, {PENDING: 5})
    assert line.fold.ref == f"{line.id}[0-4]"
    assert views.behind(lab.store, line.row) == rows
    assert views.page(lab.store, JobFilter(), 0, 10).total == 5


def test_the_most_telling_element_is_the_line(lab: Lab) -> None:
    """One that runs, else the first that waits, else the last that ended."""
    rows = array(lab, 4)
    edits.hold(lab.store, [rows[0], rows[2], rows[3]])
    lab.claim()
    lab.start(rows[1])
    assert shown(lab) == [rows[1]]
    end(lab, rows[1])
    assert shown(lab) == [rows[0]]
    edits.cancel(lab.store, [rows[0], rows[3]])
    assert shown(lab) == [rows[2]]
    lab.now += 1
    edits.cancel(lab.store, [rows[2]])
    assert shown(lab) == [rows[2]]
    edits.requeue(lab.store, [rows[3]])
    assert shown(lab) == [rows[3]]
    lab.sound()


def test_a_large_array_comes_in_steps_as_one_line(lab: Lab) -> None:
    """A submit of several chunks shows one line from its first admitted chunk on."""
    rows = array(lab, 2500)
    assert shown(lab) == [rows[0]]
    lab.sound()


def test_an_array_that_is_skipped_as_it_comes_is_one_line(lab: Lab) -> None:
    """Elements that wait for a job that failed are skipped with their submit, some before they are admitted."""
    parent = lab.submit()
    end(lab, parent, FAILED)
    news = [lab.new([(parent, After.OK)])._replace(array=0, array_index=index) for index in range(1500)]
    submit.add(lab.store, news, arrays=[NewArray(0, 1500, "0-1499")])
    assert len(lines(lab)) == 2
    lab.sound()


def test_only_what_a_queue_has_is_folded_there(lab: Lab) -> None:
    """A list of one queue, of several; and no folds under a filter or an order of a column."""
    here, there = array(lab, 3), array(lab, 3, queue=2)
    assert shown(lab, FOLDED._replace(queues=frozenset({2}))) == [there[0]]
    assert shown(lab, FOLDED._replace(queues=frozenset({1, 2}))) == [here[0], there[0]]
    assert len(views.listing(lab.store, FOLDED._replace(words=("scan",)), None)) == 6


# -- chains ---------------------------------------------------------------------------------------------


def test_a_chain_that_has_ended_is_the_line_of_its_last_job(lab: Lab) -> None:
    """Until then each job is a line of its own."""
    rows = chain(lab, 4)
    for row in rows[:3]:
        end(lab, row)
        assert len(lines(lab)) == 4
    end(lab, rows[3])
    (line,) = lines(lab)
    assert line.row == rows[3]
    assert line.fold is not None
    assert (line.fold.kind, line.fold.size, dict(line.fold.counts)) == ("chain", 4, {COMPLETED: 4})
    assert views.behind(lab.store, line.row) == rows
    assert views.behind(lab.store, rows[1]) == rows
    lab.sound()


def test_a_chain_that_was_skipped_is_one_line(lab: Lab) -> None:
    """The first failed, the others were skipped; however long it is."""
    rows = chain(lab, 700)
    end(lab, rows[0], FAILED)
    assert shown(lab) == [rows[-1]]
    lab.sound()


def test_what_branches_is_not_folded(lab: Lab) -> None:
    """Two children, two parents, another queue, an array: each ends a chain."""
    top, middle, bottom = chain(lab, 3)
    other = lab.submit((top, After.OK))
    joined = lab.submit((bottom, After.OK), (other, After.OK))
    strange = lab.submit((joined, After.OK), queue_id=2)
    for row in (top, middle, other, bottom, joined, strange):
        end(lab, row)
    assert set(shown(lab)) == {top, bottom, other, joined, strange}
    lab.sound()


def test_a_job_that_runs_again_unfolds_its_chain(lab: Lab) -> None:
    """Those before it are lines again, those after it stay one; and all is one when it has ended again."""
    rows = chain(lab, 6, After.ANY)
    for row in rows:
        end(lab, row)
    assert shown(lab) == [rows[5]]
    edits.requeue(lab.store, [rows[2]])
    assert set(shown(lab)) == {*rows[:3], rows[5]}
    end(lab, rows[2])
    assert shown(lab) == [rows[5]]
    edits.requeue(lab.store, [rows[5]])
    assert len(lines(lab)) == 6
    lab.sound()


def test_a_chain_goes_on(lab: Lab) -> None:
    """Another job that waits for its last one, once it has ended, takes the line."""
    rows = chain(lab, 3)
    for row in rows:
        end(lab, row)
    more = lab.submit((rows[2], After.OK))
    assert shown(lab) == [more, rows[2]]
    end(lab, more)
    assert shown(lab) == [more]
    assert views.behind(lab.store, more) == [*rows, more]
    lab.sound()


def test_jobs_that_end_out_of_order_are_folded_too(lab: Lab) -> None:
    """The middle of a chain is cancelled first, then its end, then its beginning ends."""
    rows = chain(lab, 3, After.ANY)
    for row in (rows[1], rows[2]):
        edits.cancel(lab.store, [row])
    assert set(shown(lab)) == {rows[0], rows[2]}
    end(lab, rows[0])
    assert shown(lab) == [rows[2]]
    lab.sound()


def test_a_purged_line_gives_back_what_stood_behind_it(lab: Lab) -> None:
    """Jobs that are kept longer than the last of their chain are lines again."""
    rows = chain(lab, 3)
    for row in rows:
        end(lab, row)
    with lab.store.db.transaction() as connection:
        purge._delete(connection, [rows[2]])
    settle.settle_all(lab.store)
    assert set(shown(lab)) == set(rows[:2])
    lab.sound()


# -- all of it together ---------------------------------------------------------------------------------


def model(lab: Lab) -> list[int]:
    """What a folded list shows of the jobs as they are, but for which of equally telling elements is the line."""
    rows = views.rows_of(lab.store, [row for (row,) in lab.store.db.rows("SELECT id FROM job ORDER BY id")])
    edges = lab.store.db.rows("SELECT parent_id, child_id FROM edge")
    hidden = {row for row in rows if hidden_in_chain(rows, edges, row)}
    told: dict[int, JobRow] = {}
    for row in rows.values():
        if row.array_id is not None:
            told[row.array_id] = min(told.get(row.array_id, row), row, key=telling)
    return [
        row.row
        for row in sorted(rows.values(), key=order)
        if row.row not in hidden and (row.array_id is None or told[row.array_id] is row)
    ]


def telling(row: JobRow) -> tuple[float, ...]:
    if row.state is RUNNING or row.handed:
        return (0, 0)
    return (1, row.array_index or 0) if row.state is PENDING else (2, -(row.ended_at or 0))


def hidden_in_chain(rows: dict[int, JobRow], edges: Sequence[tuple[int, int]], row: int) -> bool:
    """Whether a job is followed by another of an ended chain, which has ended to its end."""
    job, seen = rows[row], 0
    while True:
        children = [child for parent, child in edges if parent == row]
        if len(children) != 1 or sum(child == children[0] for _, child in edges) != 1:
            return seen > 0
        child = rows[children[0]]
        if child.queue_id != job.queue_id or job.array_id is not None or child.array_id is not None:
            return seen > 0
        if rows[row].ended_at is None or child.ended_at is None:
            return False
        row, seen = child.row, seen + 1


@pytest.mark.parametrize("seed", range(12))
def test_folds_follow_whatever_happens(lab: Lab, seed: int) -> None:
    """Random submits, claims, ends, holds, requeues, undos: the list is that of a model, the counters are right."""
    dice = random.Random(seed)
    for _ in range(40):
        lab.now += 1
        act(lab, dice)
        check_lines(lab)
    lab.sound()


def act(lab: Lab, dice: random.Random) -> None:
    """Anything."""
    rows = [row for (row,) in lab.store.db.rows("SELECT id FROM job")]
    some = dice.sample(rows, min(len(rows), dice.randint(1, 4)))
    match dice.randint(0, 9):
        case 0:
            array(lab, dice.randint(1, 5), dice.choice([1, 2]))
        case 1:
            chain(lab, dice.randint(1, 5), dice.choice(list(After)), dice.choice([1, 2]))
        case 2 | 3:
            lab.claim(dice.randint(1, 4))
        case 4 | 5 | 6:
            for row in dice.sample(running := lab.running(), min(len(running), 3)):
                if (
                    dice.random() < 0.2
                    and lab.store.db.value("SELECT started_at FROM job WHERE id = ?", (row,)) is None
                ):
                    lab.give_back(row)
                else:
                    lab.end(row, dice.choice([COMPLETED, COMPLETED, FAILED, CANCELLED]))
        case 7:
            edits.cancel(lab.store, some)
        case 8 if ended := [row for row in some if lab.state(row) in ENDED]:
            edits.requeue(lab.store, ended)
        case 9 if (last := undo.undoable(lab.store)) is not None and last.verb != "queue create":
            with contextlib.suppress(WrongState):
                undo.undo(lab.store)


def check_lines(lab: Lab) -> None:
    """The folded list against the model; of elements that tell as much any may be the line."""
    settle.settle_all(lab.store)
    found, wanted = lines(lab), views.rows_of(lab.store, model(lab)).values()
    assert sorted(map(tells, found)) == sorted(map(tells, wanted))
    assert found == sorted(found, key=order)


def tells(row: JobRow) -> tuple[object, ...]:
    """What a line is; of an array that does not wait, when it ended or that it runs."""
    if row.array_id is None or (row.state is PENDING and not row.handed):
        return ("job", row.row, 0.0)
    return ("array", row.array_id, row.ended_at or 0.0)


# -- what is broken is mended ------------------------------------------------------------------------------


def test_doctor_sees_and_mends_folds_that_are_wrong(lab: Lab) -> None:
    """A line that is none, a job that is folded behind nothing, a count that is off."""
    rows, others = array(lab, 4), chain(lab, 3)
    for row in others:
        end(lab, row)
    for sql in (
        f"UPDATE job SET folded = 1 WHERE id = {rows[0]}",
        "UPDATE array SET line = NULL",
        f"UPDATE job SET behind = 99999 WHERE id = {others[0]}",
        "UPDATE fold_tally SET n = n + 1 WHERE queue_id = 1 AND bucket = 'pending'",
    ):
        lab.store.db.rows(sql)
        assert check.problems(lab.store), sql
        assert recount.recount(lab.store), sql
        assert check.problems(lab.store) == []
    assert rows[0] in shown(lab)


# -- how it is read -----------------------------------------------------------------------------------------


def test_a_folded_page_names_its_index_and_counts_nothing(lab: Lab) -> None:
    """What is folded is passed over in the index; how many lines there are the tallies know."""
    for row in chain(lab, 3):
        end(lab, row)
    array(lab, 50)
    for where in (FOLDED, FOLDED._replace(queues=frozenset({1}))):
        asked = statements(lab.store, lambda where=where: views.page(lab.store, where, 0, 40))
        assert not [sql for sql in asked if "count(*)" in sql and "FROM job j" in sql]
        pages = [sql for sql in asked if "j.summary" in sql and "ORDER BY" in sql]
        assert pages
        for sql in pages:
            assert "TEMP B-TREE" not in plan(lab.store, sql, ())
            assert "INDEX job_" in plan(lab.store, sql, ())


# -- yards of before ----------------------------------------------------------------------------------------


def test_a_yard_of_before_is_folded_as_it_is_upgraded(lab: Lab) -> None:
    """Its arrays at once, its ended chains by whoever settles next; every count is right."""
    rows, others = array(lab, 4), chain(lab, 3)
    for row in (rows[0], *others):
        end(lab, row)
    before = lines(lab)
    lab.close()
    with contextlib.closing(sqlite3.connect(lab.store.path)) as connection:
        taken_back(connection)
    again = lab.another()
    assert check.problems(again) == []
    refolding.finish(again)
    assert check.problems(again) == []
    assert [row[:8] for row in views.listing(again, FOLDED, None)] == [row[:8] for row in before]
    again.close()


def taken_back(connection: sqlite3.Connection) -> None:
    """As the third version had it."""
    script = schema_4.VERSION_4 + schema_5.VERSION_5 + schema_6.VERSION_6
    for kind, name in re.findall(r"CREATE (TRIGGER|INDEX|TABLE) (\w+)", script)[::-1]:
        connection.execute(f"DROP {kind} IF EXISTS {name}")  # a trigger goes with its table
    columns = re.findall(r"ALTER TABLE (\w+) ADD COLUMN (\w+)", script)
    connection.executescript("UPDATE job SET folded = 0; PRAGMA user_version = 3")
    for table, column in columns[::-1]:
        connection.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
