"""Jobs moved by hand: whatever moves where, the order is that of a list from which they are taken and put back."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobyard.core.errors import BadInput, WrongState
from jobyard.core.models import Change
from jobyard.core.states import After
from jobyard.core.store import edits, moves, queues, submit
from jobyard.core.store.moves import Where
from jobyard.core.store.ranks import ROOM, SPACINGS, window
from tests.store.kit import Lab, statements

WHERE: tuple[Where, ...] = ("before", "after", "top", "bottom", "up", "down")


def order(lab: Lab, queue: int = 1) -> list[int]:
    """The waiting jobs of a queue, as they will start."""
    sql = (
        "SELECT id FROM job WHERE queue_id = ? AND (state = 'pending' OR (state = 'running' AND started_at IS NULL)) "
        "ORDER BY priority DESC, weight, rank, id"
    )
    return [row for (row,) in lab.store.db.rows(sql, (queue,))]


def priorities(lab: Lab, rows: list[int]) -> list[int]:
    return [lab.store.db.value("SELECT priority FROM job WHERE id = ?", (row,)) for row in rows]


def some(lab: Lab, *priorities: int) -> list[int]:
    return submit.add(lab.store, [lab.new(priority=priority) for priority in priorities])


def moved(jobs: list[int], block: list[int], where: str, anchor: int | None) -> list[int]:
    """What a list looks like after the same move."""
    if where in ("up", "down"):
        block = [job for job in jobs if job in block]
        at = jobs.index(block[0] if where == "up" else block[-1])
        others = [job for job in (jobs[:at] if where == "up" else jobs[at:]) if job not in block]
        if not others:
            return jobs
        anchor = others[-1] if where == "up" else others[0]
        where = "before" if where == "up" else "after"
    rest = [job for job in jobs if job not in block]
    match where:
        case "top":
            at = 0
        case "bottom":
            at = len(rest)
        case _:
            assert anchor is not None
            at = rest.index(anchor) + (where == "after")
    return rest[:at] + block + rest[at:]


@settings(max_examples=40, deadline=None)
@given(data=st.data(), policy=st.sampled_from(["fifo", "shortest", "chain"]))
def test_random_moves_are_those_of_a_list(data: st.DataObject, policy: str) -> None:
    """Blocks to anywhere, over priorities and weights, again and again: every order is the list's."""
    with tempfile.TemporaryDirectory() as folder:
        lab = Lab(Path(folder) / "yard")
        queues.change(lab.store, queues.find(lab.store, "default", "default"), "set", policy=policy)
        wishes = st.tuples(st.integers(-1, 1), st.sampled_from([None, 1.0, 5.0]))
        specs = data.draw(st.lists(wishes, min_size=2, max_size=9))
        rows = submit.add(lab.store, [lab.new(priority=p, estimate=e) for p, e in specs])
        model = order(lab)
        for _ in range(data.draw(st.integers(1, 12))):
            block = data.draw(st.lists(st.sampled_from(rows), unique=True, min_size=1, max_size=4))
            where = data.draw(st.sampled_from(WHERE))
            others = [row for row in rows if row not in block]
            anchor = data.draw(st.sampled_from(others)) if where in ("before", "after") and others else None
            if where in ("before", "after") and anchor is None:
                continue
            moves.move(lab.store, block, where, anchor)
            model = moved(model, block, where, anchor)
            assert order(lab) == model
        lab.sound()
        lab.close()


def test_a_job_moves_up_and_down(lab: Lab) -> None:
    """One place at a time, told once it is at the end."""
    a, b, c = some(lab, 0, 0, 0)
    assert moves.move(lab.store, [c], "up").done == (lab_id(lab, c),)
    assert order(lab) == [a, c, b]
    moves.move(lab.store, [a], "down")
    assert order(lab) == [c, a, b]
    assert moves.move(lab.store, [c], "up").left[0][1] == moves.FIRST
    assert moves.move(lab.store, [b], "down").left[0][1] == moves.LAST


def lab_id(lab: Lab, row: int) -> str:
    (target,) = edits.targets(lab.store.db.connection, [row])
    return target.id


def test_crossing_a_priority_takes_the_neighbours(lab: Lab) -> None:
    """Up into a higher priority, down into a lower one; between two it keeps its own."""
    high, low, lowest = some(lab, 5, 0, -5)
    moves.move(lab.store, [low], "up")
    assert (order(lab), priorities(lab, [low])) == ([low, high, lowest], [5])
    moves.move(lab.store, [high], "bottom")
    assert (order(lab), priorities(lab, [high])) == ([low, lowest, high], [-5])
    other = lab.submit(priority=1)
    moves.move(lab.store, [other], "after", low)
    assert (order(lab), priorities(lab, [other])) == ([low, other, lowest, high], [1])


def test_a_block_keeps_the_order_given(lab: Lab) -> None:
    """Several jobs stand together afterwards, in the order of the command."""
    a, b, c, d, e = some(lab, 0, 3, 0, 3, 0)
    moves.move(lab.store, [e, a, d], "before", c)
    assert order(lab) == [b, e, a, d, c]


def test_what_is_submitted_later_comes_last(lab: Lab) -> None:
    """However often something is moved to the bottom, a new job stands behind it."""
    a, b = some(lab, 0, 0)
    for _ in range(30):
        moves.move(lab.store, [a], "bottom")
        moves.move(lab.store, [b], "bottom")
    moves.move(lab.store, [a, b], "bottom")
    new = lab.submit()
    assert order(lab) == [a, b, new]


def test_a_used_up_gap_is_widened_where_it_is(lab: Lab) -> None:
    """Hundreds of moves into one gap: the order stays, and only neighbours are touched."""
    rows = some(lab, *[0] * 40)
    model = order(lab)
    far = rows[30:]
    before = ranks(lab, far)
    for turn in range(300):
        job = model[-1 - turn % 5] if turn % 2 else rows[1 + turn % 4]
        if job != rows[0] and job not in far:
            moves.move(lab.store, [job], "after", rows[0])
            model = moved(model, [job], "after", rows[0])
    for _ in range(60):
        first, second = order(lab)[1:3]
        moves.move(lab.store, [second], "before", first)
        model = moved(model, [second], "before", first)
    assert order(lab) == model
    assert ranks(lab, far) == before
    assert "shift" in {verb for (verb,) in lab.store.db.rows("SELECT DISTINCT verb FROM event")}


def ranks(lab: Lab, rows: list[int]) -> list[int]:
    return [lab.store.db.value("SELECT rank FROM job WHERE id = ?", (row,)) for row in rows]


@pytest.mark.parametrize("dense", [10, 1500])
def test_room_is_made_in_a_crowd(lab: Lab, dense: int) -> None:
    """Where very many stand rank by rank, room is made in steps, and nobody passes anybody."""
    rows = submit.add(lab.store, [lab.new() for _ in range(dense)])
    with lab.store.db.transaction() as connection:
        connection.executemany("UPDATE job SET rank = ? WHERE id = ?", [(7 + n, row) for n, row in enumerate(rows)])
    newest = lab.submit()
    seen = statements(lab.store, lambda: moves.move(lab.store, [newest], "after", rows[1]))
    assert order(lab) == [*rows[:2], newest, *rows[2:]]
    assert dense - 2 <= sum(sizes(seen)) - 1
    assert max(sizes(seen)) <= moves.STEP + 1


def sizes(seen: list[str]) -> list[int]:
    """How many jobs each transaction changed."""
    found: list[int] = []
    for sql in seen:
        if sql.startswith("BEGIN"):
            found.append(0)
        elif sql.startswith("UPDATE job SET") and "rank" in sql:
            found[-1] += 1
    return found


def test_a_large_block_goes_in_steps(lab: Lab) -> None:
    """Two thousand jobs go before the first one, in order, some hundreds a transaction."""
    rows = submit.add(lab.store, [lab.new() for _ in range(2500)])
    seen = statements(lab.store, lambda: moves.move(lab.store, rows[500:], "top"))
    assert order(lab) == rows[500:] + rows[:500]
    assert sum(sizes(seen)) == 2000
    assert max(sizes(seen)) <= moves.STEP


def test_only_waiting_jobs_of_the_queue_move(lab: Lab) -> None:
    """Those that run, have ended or stand in another queue are told, the others move."""
    elsewhere = queues.create(lab.store, "default", "other", 1).id
    runs, ended, a, b = some(lab, 9, 8, 0, 0)
    other = lab.submit(queue_id=elsewhere)
    edits.cancel(lab.store, [ended])
    lab.claim(room=1)
    lab.start(runs)
    change = moves.move(lab.store, [runs, ended, other, b], "before", a)
    assert change.done == (lab_id(lab, b),)
    assert [why.partition(" than")[0] for _, why in change.left] == [
        "it is running", "it is cancelled", "it stands in another queue",
    ]  # fmt: skip
    assert order(lab) == [b, a]


@pytest.mark.parametrize("where", ["top", "bottom", "up", "down"])
def test_without_an_anchor_each_moves_in_its_own_queue(lab: Lab, where: Where) -> None:
    """Jobs of two queues at once."""
    elsewhere = queues.create(lab.store, "default", "other", 1).id
    one, two = some(lab, 0, 0), [lab.submit(queue_id=elsewhere) for _ in range(2)]
    pick = -1 if where in ("top", "up") else 0
    assert len(moves.move(lab.store, [one[pick], two[pick]], where).done) == 2
    assert (order(lab), order(lab, elsewhere)) == (one[::-1], two[::-1])


def test_an_anchor_must_wait_and_be_another(lab: Lab) -> None:
    """Beside itself, or beside something that has ended, nothing can stand."""
    a, b = some(lab, 0, 0)
    with pytest.raises(BadInput, match="beside itself"):
        moves.move(lab.store, [a, b], "before", b)
    edits.cancel(lab.store, [b])
    with pytest.raises(WrongState, match="cancelled"):
        moves.move(lab.store, [a], "after", b)


def test_a_handed_job_is_recalled(lab: Lab) -> None:
    """Who moves is asked back from the keeper, and who shall start only after it."""
    first, second, third = some(lab, 0, 0, 0)
    assert [job.row for job in lab.claim(room=2)] == [first, second]
    moves.move(lab.store, [third], "before", second)
    assert stops(lab, [first, second, third]) == [None, "recall", None]
    moves.move(lab.store, [first], "bottom")
    assert stops(lab, [first, second, third]) == ["recall", "recall", None]
    assert order(lab) == [third, second, first]


def stops(lab: Lab, rows: list[int]) -> list[str | None]:
    return [lab.store.db.value("SELECT stop FROM job WHERE id = ?", (row,)) for row in rows]


def test_a_move_tells_what_it_changed(lab: Lab) -> None:
    """Each job's event has the columns before and after; all events of a command are one change."""
    _, b, c = some(lab, 4, 0, 0)
    moves.move(lab.store, [c, b], "top")
    rows = lab.store.db.rows("SELECT job_id, change_id, before, after FROM event WHERE verb = 'move' ORDER BY id")
    assert [row for row, *_ in rows] == [c, b]
    assert len({change for _, change, _, _ in rows}) == 1
    before, after = json.loads(rows[0][2]), json.loads(rows[0][3])
    assert before.keys() == after.keys() == {"priority", "weight", "rank", "moved"}
    assert (before["priority"], after["priority"], after["moved"]) == (0, 4, 1)


def test_where_it_stands_already_nothing_changes(lab: Lab) -> None:
    """A move to where it is leaves no event."""
    a, b = some(lab, 0, 0)
    change = moves.move(lab.store, [a], "before", b)
    assert change == Change("move", (), ((lab_id(lab, a), moves.THERE),))
    assert "move" not in lab.verbs(a)


def test_a_moved_job_stays_when_chains_change(lab: Lab) -> None:
    """Under policy chain it keeps its place until the policy is set anew."""
    queue = queues.change(lab.store, queues.find(lab.store, "default", "default"), "set", policy="chain")
    a, b, c = (lab.submit(estimate=float(n)) for n in (30, 20, 10))
    moves.move(lab.store, [c], "top")
    assert order(lab) == [c, a, b]
    lab.submit((c, After.OK), estimate=1.0, held=True)
    lab.submit((b, After.OK), estimate=2.0, held=True)
    assert order(lab)[:3] == [c, a, b]
    queues.change(lab.store, queue, "set", policy="chain")
    assert order(lab)[:3] == [a, b, c]


@given(
    low=st.integers(-50, 50),
    steps=st.lists(st.integers(1, 3 * ROOM), max_size=30),
    count=st.integers(1, 5),
    spacing=st.sampled_from(SPACINGS),
    end=st.booleans(),
)
def test_a_window_is_as_small_as_can_be_and_goes_up(
    low: int, steps: list[int], count: int, spacing: int, end: bool
) -> None:
    """All in it go up, none beyond the next; a smaller one would not have room."""
    following, rank = [], low
    for step in steps:
        rank += step
        following.append(rank)
    found = window(low, following, count, spacing, end)
    if found is None:
        return
    new = [low + (count + 1 + n) * spacing for n in range(found)]
    assert all(after > before for before, after in zip(following, new, strict=False))
    if found < len(following):
        assert (new[-1] if new else low + count * spacing) < following[found]
