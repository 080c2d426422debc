"""Queries that must stay cheap at a million jobs: each names its index, none sorts."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobyard.core.models import JobFilter
from jobyard.core.states import ENDED, After, State
from jobyard.core.store import (
    claims,
    holdings,
    jobs,
    outcomes,
    queues,
    reasons,
    resources,
    settle,
    submit,
    views,
    workers,
    world,
)
from tests.store.kit import COMPLETED, FAILED, Lab, plan, statements


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A few hundred jobs in every state, in two queues."""
    found = Lab(tmp_path_factory.mktemp("plans") / "yard")
    other = queues.create(found.store, "default", "other", 2).id
    parent = found.submit()
    submit.add(found.store, [found.new([(parent, After.OK)]) for _ in range(30)])
    for queue in (1, other):
        submit.add(found.store, [found.new(queue_id=queue, priority=i % 3) for i in range(100)])
        submit.add(found.store, [found.new(queue_id=queue, held=True) for i in range(30)])
    for state in (COMPLETED, FAILED):
        for job in found.claim():
            found.end(job.row, state)
    found.claim()
    yield found
    found.close()


@pytest.mark.parametrize(
    ("sql", "parameters"),
    [(world.CANDIDATES, (1, 0, 8)), (world.DEMANDS, (1, -1, 9)), (world.FIRSTS, (1, -1, 9))],
    ids=["candidates", "demands", "firsts"],
)
def test_a_claim_reads_its_index_in_order(lab: Lab, sql: str, parameters: tuple[int, ...]) -> None:
    """The index of what is eligible holds the order of the claim: nothing is sorted, nothing else is read."""
    found = plan(lab.store, sql, parameters)
    assert "job_eligible" in found
    assert "TEMP B-TREE" not in found
    assert "SCAN job" not in found


def test_a_whole_claim_scans_no_table_of_jobs(lab: Lab) -> None:
    """Everything that a worker asks in a claim finds its rows by an index."""

    def one_claim() -> None:
        with lab.store.db.transaction() as connection:
            claims.claim(lab.store, connection, lab.worker, {}, None)
            outcomes.admit_due(lab.store, connection)
            settle.step(lab.store, connection)

    assert scans(lab, one_claim) == []


def test_resources_scan_no_table_of_jobs(lab: Lab) -> None:
    """What a claim, a list, a reason and the list of resources ask where jobs want something finds its rows too."""
    resources.declare(lab.store, "qick", 1)
    demand = resources.intern_demand(lab.store, {"qick": 1})
    mine = [lab.new()._replace(demand_id=demand) for _ in range(5)]
    other = [lab.new(queue_id=2)._replace(demand_id=demand) for _ in range(5)]
    rows = submit.add(lab.store, [*mine, *other])

    def ask() -> None:
        with lab.store.db.transaction() as connection:
            claims.claim(lab.store, connection, lab.worker, {}, None)
        jobs.load(lab.store, rows[-1])
        views.rows_of(lab.store, rows)
        holdings.every(lab.store)

    assert scans(lab, ask) == []


def test_what_an_idle_worker_asks_scans_no_table_of_jobs(lab: Lab) -> None:
    """The looks of every two seconds cost the same at a million jobs."""

    def idle() -> None:
        workers.bury(lab.store, lab.worker)
        workers.inherit(lab.store, lab.worker)
        workers.running(lab.store, lab.worker)
        workers.to_stop(lab.store)
        outcomes.next_due(lab.store)
        settle.pending(lab.store)
        submit.sweep(lab.store)

    assert scans(lab, idle) == []


def scans(lab: Lab, action: object) -> list[str]:
    """Statements that read all jobs, attempts, edges or events."""
    found = []
    for sql in statements(lab.store, action):  # type: ignore[arg-type]
        if sql.lstrip().upper().startswith(("SELECT", "UPDATE", "DELETE", "INSERT")) and not sql.startswith("--"):
            steps = plan(lab.store, sql, ()).split("; ")
            found += [f"{step}: {sql}" for step in steps if whole_table(step)]
    return found


def whole_table(step: str) -> bool:
    """SCAN without an index; a partial index such as job_running holds only what is meant."""
    words = step.split()
    big = {"job", "j", "attempt", "a", "edge", "e", "event", "c", "p"}
    return words[:1] == ["SCAN"] and words[1] in big and "INDEX" not in words


FILTERS = {
    "all": JobFilter(),
    "a queue": JobFilter(queues=frozenset({1})),
    "running": JobFilter(states=frozenset({State.RUNNING})),
    "pending": JobFilter(states=frozenset({State.PENDING})),
    "pending of a queue": JobFilter(states=frozenset({State.PENDING}), queues=frozenset({2})),
    "completed": JobFilter(states=frozenset({State.COMPLETED})),
    "failed and cancelled": JobFilter(states=frozenset({State.FAILED, State.CANCELLED})),
    "ended of a queue": JobFilter(states=frozenset(ENDED), queues=frozenset({1})),
}


@pytest.mark.parametrize("name", FILTERS)
@pytest.mark.parametrize("where", ["start", "middle", "end", "anchored"])
def test_a_page_names_its_index_and_sorts_nothing(lab: Lab, name: str, where: str) -> None:
    """Every segment of every page, wherever it begins."""
    total = views.page(lab.store, FILTERS[name], 0, 0).total
    offset = {"start": 0, "middle": total // 2, "end": max(0, total - 5), "anchored": 5}[where]
    anchor = views.page(lab.store, FILTERS[name], 0, 5) if where == "anchored" else None
    asked = statements(lab.store, lambda: views.page(lab.store, FILTERS[name], offset, 40, anchor))
    pages = [sql for sql in asked if "j.summary" in sql and "ORDER BY" in sql]
    assert pages or total <= offset
    for sql in pages:
        found = plan(lab.store, sql, ())
        assert "USING INDEX job_" in found or "USING COVERING INDEX job_" in found, found
        assert "TEMP B-TREE" not in found, (found, sql)


def test_the_lists_of_the_app_count_nothing(lab: Lab) -> None:
    """Totals come from the tallies where no user, time or word is asked for."""
    for where in (FILTERS["all"], FILTERS["a queue"], FILTERS["completed"], FILTERS["failed and cancelled"]):
        asked = statements(lab.store, lambda where=where: views.page(lab.store, where, 0, 40))
        assert not [sql for sql in asked if "count(*)" in sql and "FROM job" in sql]


def test_a_job_is_found_by_every_handle_without_a_scan(lab: Lab) -> None:
    """By id, by range, by name, by its place in the queue."""

    def find() -> None:
        jobs.by_id(lab.store, 20260921, 1)
        jobs.by_range(lab.store, 20260921, 1, 5)
        jobs.by_name(lab.store, "rabi", only=True)
        jobs.names_like(lab.store, "ra")
        reasons.place(lab.store, 50)

    asked = [sql for sql in statements(lab.store, find) if "FROM job" in sql]
    assert len(asked) >= 5
    for sql in asked:
        found = plan(lab.store, sql, ())
        assert "SCAN j" not in found, (found, sql)


def test_changes_are_read_from_the_end_of_the_log(lab: Lab) -> None:
    """What came after N is a range of the primary key."""
    since = views.version(lab.store) - 5
    asked = statements(lab.store, lambda: views.changes(lab.store, since))
    found = [plan(lab.store, sql, ()) for sql in asked if "FROM event" in sql and "max(" not in sql]
    assert found
    assert all("SEARCH event USING INTEGER PRIMARY KEY (rowid>?)" in one for one in found)


def test_the_filters_above_are_told_apart() -> None:
    """Each filter is its own, so that each plan above is another one."""
    assert all(one != other for one, other in itertools.combinations(FILTERS.values(), 2))


def test_the_database_is_there(lab: Lab) -> None:
    """The module's yard has jobs in every state but two that need a person."""
    assert Path(lab.store.path).exists()
    assert {state for state, n in views.counts(lab.store).items() if n} >= {
        State.PENDING,
        State.FAILED,
        State.COMPLETED,
    }
