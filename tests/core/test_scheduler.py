"""The decision which jobs start: limits, order, reservations, fairness."""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import count
from types import FrameType
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from jobyard.core import scheduler
from jobyard.core.scheduler import (
    LATE,
    Ahead,
    Candidate,
    QueueView,
    World,
    decide,
    hand_ahead,
    in_order,
    in_turn,
    reserved,
    taken_back,
)

RESOURCES = ("qick", "fridge", "licence")


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """A small yard in any state, also one with more running than its slots allow; some queues have a policy."""
    queues = [
        QueueView(
            id=number,
            slots=draw(st.integers(1, 4)),
            running=draw(st.integers(0, 4)),
            handed=draw(st.integers(0, 3)),
            open=draw(st.sampled_from([True, True, True, False])),
            recent=draw(st.sampled_from([None, 0.01, 5.0])),
            latest=draw(st.none() | st.just((0, 0.0, 5, 5))),
        )
        for number in range(draw(st.integers(0, 3)))
    ]
    weights = draw(st.sampled_from([st.just(0.0), st.integers(0, 2)]))
    demand = st.dictionaries(st.sampled_from(RESOURCES), st.integers(1, 3), max_size=2)
    candidates = [
        Candidate(
            row, draw(st.integers(0, 3)), draw(demand), draw(st.integers(-1, 1)), draw(st.integers(0, 9)), draw(weights)
        )
        for row in range(draw(st.integers(0, 14)))
    ]
    free = draw(st.dictionaries(st.sampled_from(RESOURCES), st.integers(0, 4)))
    locked = draw(st.frozensets(st.sampled_from(RESOURCES), max_size=1))
    return World(
        queues,
        candidates,
        free,
        draw(st.none() | st.integers(0, 6)),
        draw(st.sampled_from([True] * 9 + [False])),
        locked,
    )


def chosen(world: World) -> list[Candidate]:
    by_row = {candidate.row: candidate for candidate in world.candidates}
    return [by_row[row] for row in decide(world)]


def used(candidates: list[Candidate]) -> Counter[str]:
    total: Counter[str] = Counter()
    for candidate in candidates:
        total.update(candidate.demand)
    return total


def free_slots(queue: QueueView) -> int:
    return max(0, queue.slots - queue.running - queue.handed)


def queue(slots: int = 1, number: int = 1, **more: object) -> QueueView:
    return QueueView(id=number, slots=slots, **more)  # type: ignore[arg-type]


def job(row: int, number: int = 1, priority: int = 0, rank: int | None = None, **demand: int) -> Candidate:
    return Candidate(row, number, demand, priority, row if rank is None else rank)


def start(*candidates: Candidate, queues: list[QueueView], room: int | None = None, **free: int) -> list[int]:
    return decide(World(queues, candidates, free, room))


# -- limits -------------------------------------------------------------------------------------


@given(worlds())
def test_no_queue_exceeds_its_slots(world: World) -> None:
    """A queue never has more than its slots and what it may hand ahead; a closed one starts nothing."""
    for lane in world.queues:
        mine = [candidate for candidate in chosen(world) if candidate.queue_id == lane.id]
        limit = max(0, lane.slots + hand_ahead(lane) - lane.running - lane.handed) if lane.open else 0
        assert len(mine) <= limit
        assert sum(bool(candidate.demand) for candidate in mine) <= free_slots(lane)


@given(worlds())
def test_no_resource_is_given_twice(world: World) -> None:
    """What starts together never wants more of a resource than is free, and nothing that is locked."""
    assert all(units <= world.free.get(name, 0) for name, units in used(chosen(world)).items())
    assert not world.locked & used(chosen(world)).keys()


@given(worlds())
def test_the_worker_has_room_for_all_that_start(world: World) -> None:
    """Never more than the worker's own limit, and nothing from a worker that may not start."""
    rows = decide(world)
    assert len(rows) == len(set(rows))
    assert world.room is None or len(rows) <= world.room
    assert world.may_start or not rows


@given(worlds())
def test_unknown_queues_start_nothing(world: World) -> None:
    """A candidate whose queue is not part of the view is left alone."""
    assert {candidate.queue_id for candidate in chosen(world)} <= {lane.id for lane in world.queues}


# -- order --------------------------------------------------------------------------------------


@given(worlds())
def test_a_queue_keeps_its_order(world: World) -> None:
    """Within a queue jobs start by priority, then weight, then rank, then row."""
    for lane in world.queues:
        mine = [candidate.order() for candidate in chosen(world) if candidate.queue_id == lane.id]
        assert mine == sorted(mine)


@given(worlds(), st.randoms(use_true_random=False))
def test_the_answer_depends_on_the_world_alone(world: World, random: object) -> None:
    """The order in which candidates and queues are listed changes nothing."""
    candidates, queues = list(world.candidates), list(world.queues)
    random.shuffle(candidates)  # type: ignore[attr-defined]
    random.shuffle(queues)  # type: ignore[attr-defined]
    assert decide(replace(world, queues=queues, candidates=candidates)) == decide(world)


@given(worlds())
def test_a_job_is_passed_only_by_jobs_that_take_nothing_from_it(world: World) -> None:
    """Whoever starts before an earlier job of a queue with a free slot uses no resource that the earlier job lacks."""
    started = chosen(world)
    full = used(started)
    for waiting in world.candidates:
        lane = next((lane for lane in world.queues if lane.id == waiting.queue_id and lane.open), None)
        if lane is None or waiting in started or not free_slots(lane) or world.room is not None:
            continue
        if world.locked & waiting.demand.keys():
            continue
        place = {one.row: at for at, one in enumerate(in_order(world.candidates))}
        ahead = used([one for one in started if place[one.row] < place[waiting.row]])
        lacks = {name for name, units in waiting.demand.items() if units > world.free.get(name, 0) - ahead[name]}
        later = [one for one in started if place[one.row] > place[waiting.row] and lacks & one.demand.keys()]
        assert not later or not world.may_start, (waiting, later, full)


# -- work conservation --------------------------------------------------------------------------


@given(worlds())
def test_no_slot_idles_while_something_fits(world: World) -> None:
    """What stays behind in an open queue with a free slot wants a resource that is short or reserved."""
    if not world.may_start or world.room is not None:
        return
    started = chosen(world)
    taken = used(started)
    for lane in world.queues:
        mine = [candidate for candidate in started if candidate.queue_id == lane.id]
        if not lane.open or len(mine) >= free_slots(lane):
            continue
        for waiting in world.candidates:
            if waiting.queue_id == lane.id and waiting not in started:
                assert waiting.demand
                locked = world.locked & waiting.demand.keys()
                assert locked or any(is_short(name, waiting, world, taken) for name in waiting.demand)


def is_short(name: str, waiting: Candidate, world: World, taken: Mapping[str, int]) -> bool:
    """Too little of it is left, or an earlier job that did not start wants it too."""
    left = world.free.get(name, 0) - taken.get(name, 0)
    return waiting.demand[name] > left or reserved(world).get(name, waiting.row) != waiting.row


@given(worlds())
def test_a_worker_with_little_room_still_fills_it(world: World) -> None:
    """Limited room starts as many of the same jobs as fit."""
    everything = decide(replace(world, room=None))
    rows = decide(world)
    assert set(rows) <= set(everything)
    assert len(rows) == min(len(everything), len(everything) if world.room is None else world.room)


# -- examples -----------------------------------------------------------------------------------


def test_higher_priority_starts_first() -> None:
    """Priority outweighs submission order; rank decides among equals."""
    assert start(job(1), job(2, priority=10), job(3, rank=0), queues=[queue(3)]) == [2, 3, 1]


def test_a_blocked_job_reserves_what_it_waits_for() -> None:
    """A later job of another queue does not take the last unit of an instrument from a job that wants two."""
    queues = [queue(2, 1), queue(2, 2)]
    assert start(job(1, 1, qick=2), job(2, 2, qick=1), queues=queues, qick=1) == []
    assert start(job(1, 1, qick=2), job(2, 2, qick=1), queues=queues, qick=2) == [1]


def test_jobs_that_want_other_things_pass() -> None:
    """A busy instrument holds up nobody who does not want it, not even for what the blocked job wants after it."""
    queues = [queue(2, 1), queue(2, 2)]
    free = {"fridge": 0, "licence": 1, "cpus": 1}
    wants = {"fridge": 1, "licence": 1, "cpus": 1}
    others = [job(2, 1), job(3, 2, licence=1), job(4, 2, cpus=1)]
    assert start(job(1, 1, **wants), *others, queues=queues, **free) == [2, 3, 4]


def test_an_earlier_job_takes_what_a_later_one_would_reserve() -> None:
    """Only later jobs stand back."""
    queues = [queue(1, 1), queue(1, 2)]
    assert start(job(1, 1, qick=1), job(2, 2, qick=2), queues=queues, qick=1) == [1]


def test_a_passed_job_reserves_also_while_its_queue_is_full() -> None:
    """Otherwise the two that each want one unit would keep the one that wants both waiting for ever."""
    queues = [queue(1, 1, running=1), queue(2, 2)]
    assert start(job(1, 1, qick=2), job(2, 2, qick=1), queues=queues, qick=1) == []


def test_a_job_deep_in_a_full_queue_reserves_nothing() -> None:
    """Only the jobs in line for the slots stand for their queue; the instrument does not idle for the rest."""
    queues = [queue(1, 1, running=1), queue(2, 2)]
    assert start(job(1, 1), job(2, 1, qick=2), job(3, 2, qick=1), queues=queues, qick=1) == [3]


def test_a_job_that_only_waits_for_a_slot_reserves_nothing() -> None:
    """An instrument is not kept idle for a job whose queue is busy with something else."""
    queues = [queue(1, 1, running=1), queue(1, 2)]
    assert start(job(1, 1, qick=1), job(2, 2, qick=1), queues=queues, qick=1) == [2]


def test_little_room_is_shared_between_queues() -> None:
    """The queue with the smaller share of its slots in use is served first, then the earliest job."""
    queues = [queue(4, 1, running=2), queue(4, 2)]
    jobs = [job(row, 1 if row < 10 else 2) for row in (1, 2, 10, 11, 12)]
    assert start(*jobs, queues=queues, room=3) == [10, 11, 1]


def test_equal_shares_go_to_the_earliest_job() -> None:
    """With room for one, no queue starves another: whoever waits longest is next."""
    queues = [queue(2, 1), queue(2, 2)]
    assert start(job(7, 1), job(5, 2), queues=queues, room=1) == [5]


def test_short_jobs_are_handed_ahead() -> None:
    """A queue of very short jobs keeps as many waiting in the keeper as its slots work off in a round of the worker."""
    assert hand_ahead(queue(2, recent=0.001)) == 40
    assert hand_ahead(queue(2, recent=0.1)) == 2
    assert hand_ahead(queue(64, recent=0.001)) == 48
    assert len(start(*map(job, range(50)), queues=[queue(2, recent=0.001)])) == 42
    assert len(start(*map(job, range(50)), queues=[queue(2, recent=0.001, running=2, handed=5)])) == 35


def test_nothing_is_handed_ahead_where_order_matters() -> None:
    """Not for exclusive queues, not for longer jobs, not before the queue's jobs are known to be short."""
    assert [hand_ahead(queue(1, recent=0.001)), hand_ahead(queue(8, recent=0.3)), hand_ahead(queue(8))] == [0, 0, 0]


def test_a_slot_with_a_long_job_works_nothing_off() -> None:
    """As many are handed ahead as the other slots need; none where all have long jobs."""
    assert [hand_ahead(queue(3, recent=0.001, long=long)) for long in (0, 1, 2, 3, 4)] == [48, 40, 20, 0, 0]


def ahead(row: int, number: int = 1, priority: int = 0, waited: float = 0.0) -> Ahead:
    return Ahead(number, (-priority, 0.0, row, row), waited)


def test_what_stands_before_a_better_job_is_taken_back() -> None:
    """All that is worse than the first that lacks a slot at most; what lacks more is in nobody's way."""
    handed = [ahead(8, priority=-1), ahead(5), ahead(3, priority=2)]
    lane = queue(2, running=2, handed=3)
    assert taken_back(World([lane], [job(9, priority=1)], ahead=handed)) == [8, 5]
    assert taken_back(World([lane], [job(9, priority=-2)], ahead=handed)) == []
    assert taken_back(World([lane], [job(9, priority=1, qick=1)], ahead=handed)) == []
    assert taken_back(World([lane], [job(9, priority=1, qick=1)], {"qick": 1}, ahead=handed)) == [8, 5]


def test_what_is_not_about_to_start_is_taken_back() -> None:
    """Behind long jobs in every slot, or after a second; otherwise it stays."""
    handed = [ahead(8), ahead(5, waited=LATE)]
    assert taken_back(World([queue(2, running=2, handed=2, long=2)], [], ahead=handed)) == [8, 5]
    assert taken_back(World([queue(2, running=2, handed=2, long=1)], [], ahead=handed)) == [5]


@given(worlds())
def test_what_is_handed_now_is_not_taken_back_at_once(world: World) -> None:
    """A decision regrets nothing of itself: were all that it picks handed, none would be asked for again."""
    picked = chosen(world)
    queues, handed = [], []
    for lane in world.queues:
        mine = [one for one in picked if one.queue_id == lane.id]
        after = replace(lane, handed=lane.handed + len(mine))
        queues.append(after)
        free = [one for one in mine if not one.demand]
        handed += [Ahead(lane.id, one.order(), 0.0) for one in free[-after.surplus :] if after.surplus]
    left = [one for one in world.candidates if one not in picked]
    free_units = {name: units - used(picked)[name] for name, units in world.free.items()}
    then = World(queues, left, free_units, None, True, world.locked, handed)
    if world.room is None:
        assert taken_back(then) == []


def test_nothing_is_handed_past_a_job_that_wants_a_resource() -> None:
    """A job with a demand starts only into a free slot, and what is behind it may not slip in before."""
    lane = queue(2, recent=0.001, running=2)
    assert start(job(1, qick=1), job(2), queues=[lane], qick=1) == []
    assert start(job(1), job(2, qick=1), job(3), queues=[lane], qick=1) == [1]


def test_a_queue_beyond_its_slots_starts_nothing() -> None:
    """After its slots were lowered it waits until enough have ended."""
    assert start(job(1), queues=[queue(2, running=5)]) == []
    assert start(job(1), queues=[queue(2, running=12, recent=0.01)]) == []


def test_the_work_of_a_decision_grows_with_its_candidates_alone() -> None:
    """Ten thousand candidates and fifty resources take ten times as many steps as a thousand, not a hundred times."""
    few, many = (steps(lambda count=count: decide(crowd(count))) for count in (1_000, 10_000))
    assert len(decide(crowd(10_000))) == 5_000
    assert few < many < 15 * few


def crowd(count: int) -> World:
    """Candidates in twenty queues, each wanting one of fifty resources, half of them free."""
    names = [f"r{number}" for number in range(50)]
    candidates = [Candidate(row, row % 20, {names[row % 50]: 1}, row % 3, row) for row in range(count)]
    return World([QueueView(number, count) for number in range(20)], candidates, dict.fromkeys(names, count // 100))


def steps(action: Callable[[], object]) -> int:
    """How many lines of the scheduler are run."""
    seen = 0

    def trace(frame: FrameType, event: str, argument: object) -> Any:
        nonlocal seen
        seen += 1
        return trace if frame.f_code.co_filename == scheduler.__file__ else None

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        action()
    finally:
        sys.settrace(before)
    return seen


# -- policies, locks, reservations ------------------------------------------------------------------


def test_a_policy_orders_its_own_queue_only() -> None:
    """A queue's weights decide within it; which queue gets the last unit is decided by the ranks of their heads."""
    queues = [queue(2, 1, policy="shortest"), queue(2, 2)]
    jobs = [weighted(1, 1, 60), weighted(3, 1, 5), weighted(2, 2, 0)]
    assert start(*jobs, queues=queues, qick=1) == [2]  # 3 is the head of its queue, 2 is older than 3
    assert start(*jobs, queues=queues, qick=2) == [2, 3]


def weighted(row: int, number: int, weight: float) -> Candidate:
    return Candidate(row, number, {"qick": 1}, 0, row, weight)


@given(worlds())
def test_queues_are_merged_by_their_heads(world: World) -> None:
    """The order is every queue's own order, and each next job is the first of the heads that are left."""
    heads: dict[int, list[Candidate]] = {}
    for candidate in sorted(world.candidates, key=Candidate.order):
        heads.setdefault(candidate.queue_id, []).append(candidate)
    for candidate in in_order(world.candidates):
        first = min((queue[0] for queue in heads.values() if queue), key=Candidate.in_yard)
        assert heads[first.queue_id].pop(0) == candidate


def test_a_locked_resource_stops_only_those_that_want_it() -> None:
    """Nobody gets it, and whoever waits for it keeps nothing else from others: nobody knows for how long."""
    world = World([queue(4)], [job(1, qick=1, cpus=6), job(2, cpus=6), job(3)], {"qick": 1, "cpus": 8})
    assert decide(world) == [1, 3]
    assert decide(replace(world, locked=frozenset({"qick"}))) == [2, 3]


def test_the_first_that_waits_is_named() -> None:
    """Of each reserved resource the earliest job that waits for it: the reason that later ones are told."""
    world = World([queue(4)], [job(1, cpus=6), job(2, cpus=1), job(3, qick=1)], {"cpus": 3, "qick": 1})
    assert decide(world) == [3]
    assert reserved(world) == {"cpus": 1}


def test_what_comes_first_is_kept_while_the_second_is_waited_for() -> None:
    """Named resources come before the host's: who waits for cores keeps the instrument, not the other way round."""
    assert in_turn(("cpus", "mem", "qick", "gpus", "fridge")) == ("fridge", "qick", "gpus", "mem", "cpus")
    queues = [queue(4, 1), queue(4, 2)]
    both = job(1, 1, qick=1, cpus=4)
    assert start(both, job(2, 2, qick=1), queues=queues, qick=1, cpus=2) == []
    assert start(both, job(2, 2, cpus=2), queues=queues, qick=0, cpus=4) == [2]


def test_only_what_is_wanted_is_kept() -> None:
    """A job that waits for an instrument keeps its two licences of five, the others go on."""
    queues = [queue(4, 1), queue(4, 2)]
    waits = job(1, 1, alicence=2, qick=1)
    others = [job(row, 2, alicence=1) for row in (2, 3, 4, 5)]
    assert start(waits, *others, queues=queues, alicence=5, qick=0) == [2, 3, 4]


def test_a_job_passed_by_its_queue_keeps_what_it_wants() -> None:
    """A busy queue lets an instrument go to others, unless a later job of that queue has taken the slot before."""
    full = queue(1, 1, running=1, latest=(0, 0.0, 0, 0))
    passed = queue(1, 1, running=1, latest=(0, 0.0, 9, 9))
    jobs = [job(1, 1, qick=1), job(2, 2, qick=1)]
    assert start(*jobs, queues=[full, queue(1, 2)], qick=1) == [2]
    assert start(*jobs, queues=[passed, queue(1, 2)], qick=1) == []


Kinds = list[dict[str, int]]  # what the jobs of a queue's stream want, in turn
Stream = tuple[dict[str, int], list[tuple[int, Kinds]], Candidate]


@st.composite
def streams(draw: st.DrawFn) -> Stream:
    """Capacities, the slots and the never-ending stream of small jobs of each queue, and one job that wants a lot."""
    capacity = {name: draw(st.integers(1, 4)) for name in RESOURCES}
    small = st.dictionaries(st.sampled_from(RESOURCES), st.just(1), max_size=2)
    lanes = st.tuples(st.integers(1, 2), st.lists(small, min_size=1, max_size=2))
    large = {
        name: draw(st.integers(1, capacity[name])) for name in draw(st.sets(st.sampled_from(RESOURCES), min_size=1))
    }
    return capacity, draw(st.lists(lanes, min_size=1, max_size=3)), Candidate(0, 0, large)


@given(streams(), st.integers(0, 10_000))
@example(({"qick": 1}, [(1, [{}]), (1, [{"qick": 1}])], Candidate(0, 0, {"qick": 1})), 0)
def test_nobody_waits_for_ever(stream: Stream, seed: int) -> None:
    """Small jobs stream into every queue and end at any time; the large one that is older than they starts.

    The yard is full of them at its beginning, and one of each kind is pending in each queue, always.
    """
    capacity, lanes, large = stream
    yard = Yard(capacity, lanes, random.Random(seed))
    yard.turn()
    yard.pending.append(large)
    for _ in range(400):
        yard.turn()
        if large in yard.running:
            return
    raise AssertionError(f"{large} never started: {yard.running}")


class Yard:
    """A simulation: what runs is ended by a die. Ranks grow, so the large job's 0 is the first."""

    def __init__(self, capacity: dict[str, int], lanes: list[tuple[int, Kinds]], die: random.Random) -> None:
        self.capacity, self.lanes, self.die = capacity, lanes, die
        self.rows = count(1)
        self.pending: list[Candidate] = []
        self.running: list[Candidate] = []

    def turn(self) -> None:
        """Some job ends, new ones come, the scheduler decides; nothing is ever given twice."""
        if self.running:
            self.running.remove(self.die.choice(self.running))
        wanted = [(number, tuple(kind.items())) for number, (_, kinds) in enumerate(self.lanes) for kind in kinds]
        there = {(one.queue_id, tuple(one.demand.items())) for one in self.pending if one.row}
        for number, kind in wanted:
            if (number, kind) not in there:
                row = next(self.rows)
                self.pending.append(Candidate(row, number, dict(kind), 0, row))
        rows = decide(self.world())
        self.running += [one for one in self.pending if one.row in rows]
        self.pending = [one for one in self.pending if one.row not in rows]
        assert all(units <= self.capacity[name] for name, units in used(self.running).items())

    def world(self) -> World:
        queues = []
        for number, (slots, _) in enumerate(self.lanes):
            mine = [one for one in self.running if one.queue_id == number]
            latest = max((one.order() for one in mine), default=None)
            queues.append(QueueView(number, slots, len(mine), latest=latest))
        held = used(self.running)
        return World(queues, self.pending, {name: units - held[name] for name, units in self.capacity.items()})
