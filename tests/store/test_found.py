"""Lists that no index serves: kept, kept up job by job, looked for again only when they must be, and given up."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobyard.core.models import JobFilter, Sort
from jobyard.core.states import State
from jobyard.core.store import Interrupted, edits, queues, submit, views
from jobyard.core.store.listing import found, scanning
from tests.store.kit import COMPLETED, Lab

RABI = JobFilter(words=("rabi",))


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    """Two hundred jobs, every fourth of them a rabi; nothing is kept of other tests."""
    lab = Lab(tmp_path / "yard")
    submit.add(lab.store, [lab.new(name="rabi" if n % 4 == 0 else "T1") for n in range(200)])
    views.forget()
    yield lab
    lab.close()


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[JobFilter]:
    """Every time that all jobs are looked at."""
    seen: list[JobFilter] = []
    real = found.look

    def look(store: object, where: JobFilter, condition: object) -> object:
        seen.append(where)
        return real(store, where, condition)  # type: ignore[arg-type]

    monkeypatch.setattr(found, "look", look)
    return seen


def plain(lab: Lab, where: JobFilter) -> list[int]:
    """The rows of a list, made anew."""
    views.forget()
    return [row.row for row in views.listing(lab.store, where, None)]


def test_a_list_is_kept_until_something_changes(lab: Lab, looks: list[JobFilter]) -> None:
    """Its pages, its positions and the page after are one look; so are those of another filter beside it."""
    for where in (RABI, RABI._replace(words=("T1",)), RABI):
        page = views.page(lab.store, where, 0, 10)
        views.page(lab.store, where, 10, 10, page)
        assert views.offset_of(lab.store, where, page.rows[7].row) == 7
    assert len(looks) == 2


def test_what_changed_alone_is_looked_at_again(
    lab: Lab, looks: list[JobFilter], monkeypatch: pytest.MonkeyPatch
) -> None:
    """New, changed and ended jobs come, go and move, without another look at all."""
    monkeypatch.setattr(found, "REPEAT", 0.0)
    for few in (0, 5000):
        monkeypatch.setattr(found, "FEW", few)
        views.forget()
        looks.clear()
        before = views.page(lab.store, RABI, 0, 500)
        new = lab.submit(name="rabi two", priority=3)
        lab.submit(name="T1")
        for job in lab.claim(3):
            lab.end(job.row, COMPLETED)
        edits.hold(lab.store, [before.rows[-1].row])
        after = views.page(lab.store, RABI, 0, 500)
        assert len(looks) == 1
        assert new in [row.row for row in after.rows]
        assert after.total == before.total + 1
        assert after.version == views.version(lab.store)
        assert [row.row for row in after.rows] == plain(lab, RABI)


def test_a_busy_yard_is_not_looked_at_all_the_time(lab: Lab, looks: list[JobFilter]) -> None:
    """What would have to be looked for again is, no sooner than some times its own length; its version tells so."""
    first = views.page(lab.store, RABI, 0, 500)
    kept = found.found(lab.store, RABI)
    kept._cost = 1000.0
    queues.create(lab.store, "default", "rabi", 1)  # jobs of a queue with this name would match
    lab.submit(name="rabi")
    late = views.page(lab.store, RABI, 0, 500)
    assert (late.total, late.version, len(looks)) == (first.total, first.version, 1)
    kept._cost = 0.0
    assert views.page(lab.store, RABI, 0, 500).total == first.total + 1
    assert len(looks) == 2


def test_what_was_purged_is_looked_for_again(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """A purge does not say which jobs went."""
    from jobyard.core.store import purge

    monkeypatch.setattr(found, "REPEAT", 0.0)
    before = views.page(lab.store, RABI, 0, 500)
    edits.cancel(lab.store, [before.rows[0].row])
    tally = purge.Tally()
    for _ in purge.steps(lab.store, [purge.Rule(1, "default", lab.now + 1)], tally):
        pass
    assert tally.jobs == 1
    assert views.page(lab.store, RABI, 0, 500).total == before.total - 1


@pytest.mark.parametrize(
    "where", [RABI, RABI._replace(sort=Sort("started", True)), JobFilter(words=("true",))], ids=str
)
def test_a_scan_by_two_threads_finds_the_same(lab: Lab, where: JobFilter, monkeypatch: pytest.MonkeyPatch) -> None:
    """In stretches, with and without gaps between the rows."""
    wanted = plain(lab, where)
    assert wanted
    gone = [row for row in wanted if row % 5 == 0]
    lab.store.db.rows(f"DELETE FROM event WHERE job_id IN ({','.join(map(str, gone))})")
    lab.store.db.rows(f"DELETE FROM job WHERE id IN ({','.join(map(str, gone))})")
    for name, value in (("scanning.STRETCH", 16), ("scanning.ALONE", 1), ("found.NARROW", 0), ("found.FEW", 0)):
        monkeypatch.setattr(f"jobyard.core.store.listing.{name}", value)
    assert plain(lab, where) == [row for row in wanted if row not in gone]


def test_a_scan_by_two_threads_can_be_given_up(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Yard.interrupt ends both, whatever they are just doing; the next query works, and no thread is left."""
    began = threading.Event()

    class Slow(scanning._Work):
        def _look(self, start: int, end: int) -> None:
            began.set()
            stopped.wait(5)
            super()._look(start, end)

    stopped = threading.Event()
    monkeypatch.setattr(scanning, "_Work", Slow)
    for name, value in (("STRETCH", 16), ("ALONE", 1)):
        monkeypatch.setattr(scanning, name, value)
    monkeypatch.setattr(found, "NARROW", 0)

    def interrupt() -> None:
        began.wait(5)
        lab.store.db.interrupt()
        stopped.set()

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(Interrupted):
        views.page(lab.store, RABI, 0, 10)
    thread.join()
    monkeypatch.undo()
    assert [one for one in threading.enumerate() if one.name == "scan"] == []
    assert views.page(lab.store, RABI, 0, 10).total == 50


def test_a_scan_that_fails_says_why(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """What went wrong in the other thread is told in this one."""

    class Broken(scanning._Work):
        def _help(self, long: object) -> None:
            self._errors.append(ValueError("broken"))
            long.stop()  # type: ignore[attr-defined]

    monkeypatch.setattr(scanning, "_Work", Broken)
    monkeypatch.setattr(scanning, "ALONE", 1)
    monkeypatch.setattr(scanning, "STRETCH", 1)
    monkeypatch.setattr(found, "NARROW", 0)
    with pytest.raises(ValueError, match="broken"):
        views.page(lab.store, RABI, 0, 10)


def test_rows_that_are_named_are_not_looked_for_among_all(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """A few rows, a small queue, somebody with few jobs: each by its index."""
    monkeypatch.setattr(scanning, "marked", None)
    queue = queues.create(lab.store, "default", "small", 1).id
    row = lab.submit(queue_id=queue, name="rabi")
    for where in (
        RABI._replace(rows=frozenset({row})),
        RABI._replace(queues=frozenset({queue})),
        RABI._replace(states=frozenset({State.PENDING}), queues=frozenset({queue})),
        RABI._replace(user="nobody"),
    ):
        assert len(views.listing(lab.store, where, None)) == (0 if where.user else 1)


def test_the_only_user_is_looked_for_nowhere(lab: Lab, looks: list[JobFilter]) -> None:
    """Who it is excludes nobody, so indexes serve the list; once there is a job of somebody else, that is not shown."""
    mine = JobFilter(states=frozenset({State.PENDING}), user="ada")
    assert views.page(lab.store, mine, 0, 300).total == 200
    assert views.offset_of(lab.store, mine, 7) == 6
    assert looks == []
    lab.store.db.rows("UPDATE job SET user = 'bob' WHERE id = 7")
    assert [row.row for row in views.page(lab.store, mine, 5, 2).rows] == [6, 8]
    assert views.page(lab.store, mine._replace(user="bob"), 0, 300).total == 1
    assert views.page(lab.store, mine._replace(user="nobody"), 0, 300).total == 0
    assert len(looks) == 3
