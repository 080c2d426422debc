"""A list in the order of any column is what Python's own sort gives, from either end, under every filter."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator

import pytest

from jobyard.core.models import SORTABLE, TELLING, JobFilter, JobRow, Sort
from jobyard.core.store import edits, queues, resources, submit, views
from jobyard.core.store.listing import sorts
from tests.store.kit import CANCELLED, COMPLETED, FAILED, PENDING, RUNNING, Lab, plan, statements
from tests.store.test_views import order as usual
from tests.store.test_views import paged

FULL = frozenset(range(1, 4))


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A yard whose jobs differ in every column, and often do not."""
    dice = random.Random(11)
    found = Lab(tmp_path_factory.mktemp("sorts") / "yard", slots=40)
    others = [queues.create(found.store, session, name, 40).id for session, name in (("lab", "b"), ("default", "a"))]
    resources.declare(found.store, "qick", 40)
    for name, capacity in (("cpus", 400), ("mem", 1 << 40)):
        resources.set_capacity(found.store, name, capacity)
    wishes = [{"cpus": 2}, {"cpus": 10}, {"cpus": 2, "mem": 1 << 20}, {"qick": 1}]
    wants = [0, 0, 0, *(resources.intern_demand(found.store, wish) for wish in wishes)]
    for turn in range(14):
        news = [
            found.new(
                queue_id=dice.choice([1, *others]), priority=dice.choice([0, 0, 0, -2, 7]), held=dice.random() < 0.1,
                name=dice.choice(["", "rabi", "ramsey", "T1"]), kind=dice.choice(["exec", "exec", "eval", "tool"]),
                estimate=dice.choice([None, None, 5.0, 60.0]), retries=2, retry_delay=0.0,
            )._replace(demand_id=dice.choice(wants))
            for _ in range(15)
        ]  # fmt: skip
        rows = submit.add(found.store, news)
        found.now += dice.choice([0.0, 1.0])
        for job in found.claim(9):
            if dice.random() < 0.9:
                found.start(job.row)
                found.now += dice.choice([0.0, 0.5])
                if dice.random() < 0.9:
                    found.end(job.row, dice.choice([COMPLETED, FAILED, FAILED, CANCELLED]))
        edits.cancel(found.store, [dice.choice(rows)])
        if turn % 3 == 0:
            with found.store.db.transaction() as connection:
                last = "(SELECT max(id) FROM job WHERE cause = 'exit')"
                connection.execute(f"UPDATE job SET exit_code = NULL, signal = 9 WHERE id = {last}")
                connection.execute("UPDATE job SET user = 'bob' WHERE id IN (?, ?)", rows[:2])
    yield found
    found.sound()
    found.close()


def everything(lab: Lab) -> list[JobRow]:
    """All jobs, by row id."""
    return list(
        views.rows_of(lab.store, [row for (row,) in lab.store.db.rows("SELECT id FROM job ORDER BY id")]).values()
    )


def exit_of(row: JobRow) -> tuple[int, int] | None:
    if row.signal is not None:
        return (1, row.signal)
    return None if row.exit_code is None else (0, row.exit_code)


def wanted_place(lab: Lab, row: JobRow) -> tuple[int, int, int, str] | None:
    found = lab.store.db.value("SELECT wants FROM demand d JOIN job j ON j.demand_id = d.id WHERE j.id = ?", (row.row,))
    if found is None:
        return None
    wants = json.loads(found)
    return (wants.get("cpus", 0), wants.get("mem", 0), wants.get("gpus", 0), found)


VALUES = {
    "id": lambda lab, row: 0,
    "submitted": lambda lab, row: 0,
    "age": lambda lab, row: 0,
    "name": lambda lab, row: row.name or None,
    "user": lambda lab, row: row.user,
    "priority": lambda lab, row: row.priority,
    "kind": lambda lab, row: row.kind,
    "started": lambda lab, row: row.started_at,
    "ended": lambda lab, row: row.ended_at,
    "estimate": lambda lab, row: row.estimate,
    "attempts": lambda lab, row: row.attempts or None,
    "exit": lambda lab, row: exit_of(row),
    "cause": lambda lab, row: row.cause,
    "resources": wanted_place,
}


def by_column(lab: Lab, rows: list[JobRow], sort: Sort) -> list[JobRow]:
    """What the sort means: by the value, then the row; empty ones last, either way round."""
    value = VALUES[sort.key]
    backwards = sort.descending != (sort.key == "age")
    rows = rows[::-1] if backwards else rows
    empty = [row for row in rows if value(lab, row) is None]
    filled = [row for row in rows if value(lab, row) is not None]
    if sort.key == "exit":  # those that are as expected: by when they ended
        filled.sort(key=lambda row: ((row.state is COMPLETED and row.ended_at) or 0, row.row), reverse=backwards)
    filled = sorted(filled[::-1] if backwards else filled, key=lambda row: value(lab, row))
    return (filled[::-1] if backwards else filled) + sorted(empty, key=lambda row: row.row)


def by_duration(rows: list[JobRow], descending: bool) -> list[JobRow]:
    runs = [row for row in rows if row.state is RUNNING]
    ran = [row for row in rows if row.ended_at is not None and row.started_at is not None]
    rest = [row for row in rows if row not in runs and row not in ran]
    ran.sort(key=lambda row: (row.ended_at - row.started_at, row.row))  # type: ignore[operator]
    runs.sort(key=lambda row: (-row.started_at, row.row))  # type: ignore[operator]
    return [row for group in (runs, ran) for row in (group[::-1] if descending else group)] + rest


def in_a_queue(row: JobRow) -> tuple[float, ...]:
    place = usual(row)
    return (*place[:2], row.weight, *place[2:]) if place[0] == 1 else place


def model(lab: Lab, rows: list[JobRow], where: JobFilter) -> list[int]:
    """The rows of a list in the order that is asked for."""
    sort = where.sort
    assert sort is not None
    if sort.key in ("queue", "session"):
        names = sorted({(row.session, row.queue) for row in rows}, reverse=sort.descending)
        found = [row for name in names for row in sorted(rows, key=in_a_queue) if (row.session, row.queue) == name]
    elif sort.key == "state":
        groups = [("running", False), ("next", True), *((state.value, False) for state in TELLING[1:])]
        groups = groups[::-1] if sort.descending else groups
        found = [row for group in groups for row in sorted(rows, key=usual) if state_group(row) == group]
    elif sort.key == "duration":
        found = by_duration(rows, sort.descending)
    else:
        found = by_column(lab, rows, sort)
    return [row.row for row in found]


def state_group(row: JobRow) -> tuple[str, bool]:
    return ("next", True) if row.handed else (row.state.value, False)


def shown(row: JobRow, where: JobFilter) -> bool:
    return (
        (not where.queues or row.queue_id in where.queues)
        and (not where.states or row.state in where.states)
        and (not where.user or row.user == where.user)
        and all(word in f"{row.name} {row.command}" for word in where.words)
    )


FILTERS = {
    "all": JobFilter(),
    "a queue": JobFilter(queues=frozenset({2})),
    "queues": JobFilter(queues=frozenset({1, 3})),
    "states": JobFilter(states=frozenset({FAILED, PENDING})),
    "a state of a queue": JobFilter(states=frozenset({COMPLETED}), queues=frozenset({1})),
    "a user": JobFilter(user="bob"),
    "a word": JobFilter(words=("rabi",)),
}


@pytest.mark.parametrize("descending", [False, True], ids=["up", "down"])
@pytest.mark.parametrize("key", SORTABLE)
@pytest.mark.parametrize("name", FILTERS)
def test_an_order_is_what_a_plain_sort_gives(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, name: str, key: str, descending: bool
) -> None:
    """Page by page, with and without an anchor, whole and from its middle; and each job knows its place."""
    where = FILTERS[name]._replace(sort=Sort(key, descending))
    wanted = model(lab, [row for row in everything(lab) if shown(row, where)], where)
    for few in (0, 10_000):  # by the indexes, and sorted
        for limit in ("plans.FEW", "found.FEW", "found.NARROW"):
            monkeypatch.setattr(f"jobyard.core.store.listing.{limit}", few)
        views.forget()
        assert paged(lab, where, 17, anchored=True) == wanted
        assert paged(lab, where, 23, anchored=False) == wanted
        assert [row.row for row in views.listing(lab.store, where, None)] == wanted
        for place, row in list(enumerate(wanted))[::7]:
            assert views.offset_of(lab.store, where, row) == place
        hidden = {row.row for row in everything(lab)} - set(wanted)
        assert all(views.offset_of(lab.store, where, row) is None for row in sorted(hidden)[:5])


def test_every_column_that_sorts_has_its_order() -> None:
    """What the faces offer is what the store knows, no more and no less."""
    assert set(sorts.ORDERS) | {"state", "queue", "session"} == set(SORTABLE)


@pytest.mark.parametrize("descending", [False, True], ids=["up", "down"])
@pytest.mark.parametrize("key", [key for key in SORTABLE if key != "duration"])
@pytest.mark.parametrize("queue", [frozenset(), frozenset({2})], ids=["all", "a queue"])
def test_an_order_sorts_nothing(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, key: str, descending: bool, queue: frozenset[int]
) -> None:
    """Each page of each order walks an index that it names, or the table, and needs no sorting of its own."""
    monkeypatch.setattr("jobyard.core.store.listing.plans.FEW", 0)
    where = JobFilter(queues=queue, sort=Sort(key, descending))
    total = views.page(lab.store, where, 0, 0).total
    for offset in (0, total // 2, total - 9):
        asked = statements(lab.store, lambda at=offset: views.page(lab.store, where, at, 9))
        pages = [sql for sql in asked if "j.summary" in sql and "ORDER BY" in sql]
        assert pages
        for sql in pages:
            found = plan(lab.store, sql, ())
            assert "TEMP B-TREE" not in found, (found, sql)
            assert "INDEX job_" in found or "SCAN j" in found, found


def test_an_anchor_says_nothing_of_another_place(lab: Lab) -> None:
    """A page that is not the one before is no way to a page in the order of a column either."""
    where = JobFilter(sort=Sort("priority", True))
    first = views.page(lab.store, where, 0, 10)
    assert views.page(lab.store, where, 30, 10, first).rows == views.page(lab.store, where, 30, 10).rows


def test_estimate_and_wants_are_in_the_line(lab: Lab) -> None:
    """What somebody said of a job's length, and what it takes beside its slot, for people."""
    rows = everything(lab)
    assert {row.estimate for row in rows} == {None, 5.0, 60.0}
    assert {row.wants for row in rows} == {"", "cpus 2", "cpus 10", "cpus 2, mem 1M", "qick 1"}
