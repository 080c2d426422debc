"""Pages are what a plain sort of all jobs gives, for every filter, from every side."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator

import pytest

from jobyard.core.models import JobFilter, JobRow
from jobyard.core.states import ENDED, After, State
from jobyard.core.store import edits, queues, submit, views
from tests.store.kit import CANCELLED, COMPLETED, FAILED, PENDING, RUNNING, SKIPPED, Lab

WORDS = ["rabi", "ramsey", "50%_odd\\name", "Grüße", "T1"]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A yard whose jobs are in every state, queue and priority, with many equal times."""
    dice = random.Random(7)
    found = Lab(tmp_path_factory.mktemp("views") / "yard", slots=40)
    second = queues.create(found.store, "calibration", "nv 1", 40).id
    for turn in range(12):
        queue = dice.choice([1, second])
        rows = submit.add(
            found.store,
            [
                found.new(
                    queue_id=queue, priority=dice.randint(-1, 2), name=dice.choice(WORDS), held=dice.random() < 0.2
                )
                for _ in range(20)
            ],
        )
        found.submit((rows[0], After.OK), name="child")
        found.now += dice.choice([0.0, 0.0, 1.0])
        for job in found.claim(12):
            if dice.random() < 0.8:
                found.start(job.row)
                if dice.random() < 0.8:
                    found.end(job.row, dice.choice([COMPLETED, FAILED, CANCELLED]))
        edits.cancel(found.store, [dice.choice(rows)])
        if turn % 4 == 3:
            edits.hold(found.store, rows[:3])
    assert {state for state, count in views.counts(found.store).items() if count} == set(State)
    yield found
    found.sound()
    found.close()


def everything(lab: Lab) -> list[JobRow]:
    """All jobs in the order of a list, sorted by Python."""
    rows = views.rows_of(lab.store, [row for (row,) in lab.store.db.rows("SELECT id FROM job")])
    return sorted(rows.values(), key=order)


def order(row: JobRow) -> tuple[float, ...]:
    if row.state is RUNNING or row.handed:
        return (0, row.row)
    if row.state is PENDING:
        return (1, -row.priority, row.rank, row.row)
    assert row.ended_at is not None
    return (2, -row.ended_at, -row.row)


def shown(row: JobRow, where: JobFilter) -> bool:
    """What a filter means, in Python."""
    text = " ".join([row.name, row.command, row.user, f"{row.session}/{row.queue}"]).lower()
    return (
        (not where.states or row.state in where.states)
        and (not where.queues or row.queue_id in where.queues)
        and (not where.user or row.user == where.user)
        and (where.ended_since is None or row.state not in ENDED or (row.ended_at or 0) >= where.ended_since)
        and all(word.lower() in text or word.lower() == row.state or word.upper() == row.id for word in where.words)
    )


def wanted(lab: Lab, where: JobFilter) -> list[int]:
    return [row.row for row in everything(lab) if shown(row, where)]


def paged(lab: Lab, where: JobFilter, size: int, anchored: bool) -> list[int]:
    """The whole list, page by page."""
    found: list[int] = []
    page = views.page(lab.store, where, 0, size)
    while page.rows:
        found += [row.row for row in page.rows]
        page = views.page(lab.store, where, len(found), size, page if anchored else None)
    assert page.total == len(found)
    return found


STATES = [frozenset(some) for n in range(3) for some in itertools.combinations(State, n)] + [ENDED, frozenset(State)]


@pytest.mark.parametrize("states", STATES, ids=lambda states: "+".join(sorted(states)) or "any")
@pytest.mark.parametrize("queue", [frozenset(), frozenset({1}), frozenset({2}), frozenset({1, 2})], ids=str)
def test_pages_are_what_a_plain_sort_gives(lab: Lab, states: frozenset[State], queue: frozenset[int]) -> None:
    """Every state filter, in one queue or several, with and without an anchor."""
    where = JobFilter(states=states, queues=queue)
    plain = wanted(lab, where)
    assert paged(lab, where, 17, anchored=False) == plain
    assert paged(lab, where, 17, anchored=True) == plain
    assert [row.row for row in views.listing(lab.store, where, None)] == plain


@pytest.mark.parametrize("since", [0.0, 2.0, 4.0, 99.0])
def test_only_ends_since_a_time(lab: Lab, since: float) -> None:
    """Older ends are left out; pending and running jobs stay."""
    where = JobFilter(ended_since=lab.now - since)
    assert paged(lab, where, 13, anchored=True) == wanted(lab, where)


@pytest.mark.parametrize("user", ["ada", "bob"])
def test_only_of_a_user(lab: Lab, user: str) -> None:
    """Everybody's jobs are this one's here, nobody's that one's."""
    assert paged(lab, JobFilter(user=user), 50, anchored=True) == wanted(lab, JobFilter(user=user))


@pytest.mark.parametrize(
    "words",
    [
        ("rabi",), ("RABI",), ("%_odd\\",), ("%",), ("_",), ("Grüße",), ("rabi", "completed"), ("nv 1",),
        ("calibration", "T1"),
        ("failed",), ("pending",), ("running",), ("no such word",), ("'; DROP TABLE job; --",),
    ],
)  # fmt: skip
def test_words_are_searched_as_they_are(lab: Lab, words: tuple[str, ...]) -> None:
    """Each must occur in name, command, user, queue, or be the state; wildcards and quotes are plain letters."""
    where = JobFilter(words=words)
    assert paged(lab, where, 19, anchored=True) == wanted(lab, where)


def test_an_id_is_a_word(lab: Lab) -> None:
    """Whole, by its beginning, and by the number alone."""
    row = everything(lab)[3]
    assert [found.row for found in views.listing(lab.store, JobFilter(words=(row.id,)), None)] == [row.row]
    number = str(int(row.id.rpartition("-")[2]))
    assert row.row in [found.row for found in views.listing(lab.store, JobFilter(words=(number,)), None)]
    prefix = JobFilter(words=(row.id[:12],))
    assert len(views.listing(lab.store, prefix, None)) == len(everything(lab))


@pytest.mark.parametrize(
    "where",
    [JobFilter(), JobFilter(states=frozenset({PENDING})), JobFilter(queues=frozenset({2})), JobFilter(words=("rabi",))],
    ids=str,
)
def test_a_job_knows_its_place(lab: Lab, where: JobFilter) -> None:
    """offset_of is the index in the plain list, and None for what the list does not show."""
    plain = wanted(lab, where)
    for row in everything(lab):
        assert views.offset_of(lab.store, where, row.row) == (plain.index(row.row) if row.row in plain else None)
    assert views.offset_of(lab.store, where, 10**9) is None


def test_a_handed_job_is_pending_for_people(lab: Lab) -> None:
    """Claimed, but without a process: shown and counted as pending, reason next."""
    handed = [row for row in everything(lab) if row.handed]
    assert handed
    assert {(row.state, row.reason) for row in handed} == {(PENDING, "next")}
    pending = views.listing(lab.store, JobFilter(states=frozenset({PENDING})), None)
    assert {row.row for row in handed} <= {row.row for row in pending}
    running = views.listing(lab.store, JobFilter(states=frozenset({RUNNING})), None)
    assert {row.row for row in handed}.isdisjoint(row.row for row in running)
    assert views.counts(lab.store)[PENDING] == len(pending)


def test_pages_beyond_the_end_are_empty(lab: Lab) -> None:
    """An offset past the last row gives none and still the total."""
    total = len(everything(lab))
    page = views.page(lab.store, JobFilter(), total + 10, 5)
    assert (page.rows, page.total) == ((), total)


def test_changes_name_the_rows(lab: Lab) -> None:
    """After an event: which jobs changed, and whether queues or workers did."""
    since = views.changes(lab.store, -1).version
    row = lab.submit()
    found = views.changes(lab.store, since)
    assert (found.rows, found.queues) == (frozenset({row}), False)
    queues.create(lab.store, "default", f"q{row}", 1)
    assert views.changes(lab.store, found.version).queues
    assert views.changes(lab.store, 10**12).rows is None


def test_too_many_changes_ask_for_a_reload(lab: Lab) -> None:
    """Beyond the limit a reader reads anew instead of row by row."""
    since = views.changes(lab.store, -1).version
    submit.add(lab.store, [lab.new(held=True) for _ in range(views.MOST_CHANGES + 1)])
    assert views.changes(lab.store, since).rows is None


def test_a_long_search_can_be_given_up(lab: Lab) -> None:
    """interrupt() of another thread ends it with Interrupted, and the next query works."""
    import threading

    from jobyard.core.store import Interrupted

    store = lab.another()
    store.db.connection.create_function("slow", 1, lambda x: (stop.set(), gone.wait(5))[1])
    stop, gone = threading.Event(), threading.Event()

    def interrupt() -> None:
        stop.wait(5)
        store.db.interrupt()
        gone.set()

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(Interrupted), store.db.interruptible():
        store.db.rows("SELECT slow(id) FROM job")
    thread.join()
    assert store.db.value("SELECT 1") == 1
    assert SKIPPED in views.counts(store)
    store.close()
