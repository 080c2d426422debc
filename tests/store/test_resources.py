"""Resources: what there is, what jobs want of it, who gets it, who waits and why."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobyard.core import host
from jobyard.core.errors import BadInput, JobyardError, Unknown, WrongState
from jobyard.core.launch import granted
from jobyard.core.models import JobFilter, ResourceInfo, Result
from jobyard.core.states import State
from jobyard.core.store import (
    Actor,
    Store,
    edits,
    holdings,
    jobs,
    outcomes,
    queues,
    resources,
    submit,
    undo,
    views,
    world,
)  # fmt: skip
from jobyard.core.store.arrays import NewArray
from tests.store.kit import COMPLETED, NOW, Lab, statements


@pytest.fixture
def lab(lab: Lab) -> Lab:
    """A lab with an instrument, eight cores and four GPUs."""
    for name, capacity in (("qick", 1), ("cpus", 8), ("gpus", 4)):
        resources.declare(lab.store, name, capacity)
    return lab


def add(lab: Lab, spec: dict[str, object] | None = None, **needs: int) -> int:
    """A job that wants these; its row."""
    demand = resources.intern_demand(lab.store, needs)
    return submit.add(lab.store, [lab.new(**(spec or {}))._replace(demand_id=demand)])[0]


def claimed(lab: Lab) -> list[int]:
    """The rows that the next claim starts."""
    rows = [job.row for job in lab.claim()]
    for row in rows:
        lab.start(row)
    return rows


def reasons(lab: Lab, row: int) -> list[str]:
    return [blocker.text for blocker in jobs.load(lab.store, row).blockers if blocker.rule != "worker"]


def short(lab: Lab, row: int) -> str:
    return views.rows_of(lab.store, [row])[row].reason


def info(lab: Lab, name: str) -> ResourceInfo:
    return holdings.one(lab.store, name)


def by(lab: Lab, user: str) -> Store:
    """The yard, opened by somebody else."""
    return Store(lab.home, Actor(user, "host", "test"), clock=lambda: lab.now)


# -- the host ---------------------------------------------------------------------------------------


def test_the_host_knows_its_cores_and_memory() -> None:
    """At least one core, and memory that is neither nothing nor more than the machine's."""
    found = host.capacities()
    assert found["cpus"] >= 1
    assert 1 << 20 < found["mem"] <= 1 << 50


def test_gpus_are_counted_by_their_entries(tmp_path: Path) -> None:
    """As the driver lists them, else as device files; none where there is neither."""
    assert host.gpus(tmp_path) == 0
    (tmp_path / "dev").mkdir()
    for name in ("nvidia0", "nvidia1", "nvidiactl", "nvidia-uvm"):
        (tmp_path / "dev" / name).touch()
    assert host.gpus(tmp_path) == 2
    for name in ("0000:01:00.0", "0000:02:00.0", "0000:03:00.0"):
        (tmp_path / "proc/driver/nvidia/gpus" / name).mkdir(parents=True)
    assert host.gpus(tmp_path) == 3


def test_the_hosts_resources_are_made_once(lab: Lab) -> None:
    """When they are there, looking for them writes nothing."""
    resources.ensure_host(lab.store)
    asked = statements(lab.store, lambda: resources.ensure_host(lab.store, refresh=True))
    assert not [sql for sql in asked if sql.startswith(("BEGIN", "INSERT", "UPDATE"))]
    assert {one.name for one in resources.every(lab.store)} == {"cpus", "gpus", "mem", "qick"}


def test_a_host_that_changed_is_noticed(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """More memory than at the last look counts at the next worker's start; what is declared stays."""
    monkeypatch.setattr(host, "capacities", lambda: {"cpus": 2, "mem": 1 << 30, "gpus": 0})
    resources.ensure_host(lab.store, refresh=True)
    assert resources.find(lab.store, "mem").capacity == 1 << 30
    assert resources.find(lab.store, "cpus").capacity == 8


# -- wants --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("needs", "error", "words"),
    [
        ({"qik": 1}, Unknown, "The nearest is qick"),
        ({"qick": 0}, BadInput, "1 or more"),
        ({"qick": -3}, BadInput, "1 or more"),
        ({"qick": 2}, BadInput, "2 are wanted, its capacity is 1"),
        ({"mem": 1 << 60}, BadInput, "wanted, its capacity is"),
        ({"array/1": 1}, Unknown, "no resource"),
    ],
)
def test_what_cannot_be_wanted_is_refused(
    lab: Lab, needs: dict[str, int], error: type[JobyardError], words: str
) -> None:
    """An unknown name, nothing, less than nothing, more than there is: told, and nothing is stored."""
    with pytest.raises(error, match=words):
        resources.intern_demand(lab.store, needs)
    assert lab.store.db.value("SELECT count(*) FROM demand") == 0


def test_the_same_wants_are_one_demand(lab: Lab) -> None:
    """In whatever order they are written; to want nothing is demand 0."""
    first = resources.intern_demand(lab.store, {"qick": 1, "cpus": 2})
    assert resources.intern_demand(lab.store, {"cpus": 2, "qick": 1}) == first
    assert resources.intern_demand(lab.store, {"cpus": 2}) != first
    assert resources.intern_demand(lab.store, {}) == 0
    assert resources.wants(lab.store, first) == {"cpus": 2, "qick": 1}


# -- claims -------------------------------------------------------------------------------------------


def test_a_resource_is_shared_by_all_queues(lab: Lab) -> None:
    """Two queues, one instrument: the second job starts when the first has ended."""
    other = queues.create(lab.store, "default", "other", 4).id
    first, second = add(lab, qick=1), add(lab, {"queue_id": other}, qick=1)
    assert claimed(lab) == [first]
    assert claimed(lab) == []
    lab.end(first, COMPLETED)
    assert claimed(lab) == [second]


def test_a_claim_that_never_started_gives_its_units_back(lab: Lab) -> None:
    """What a returned claim held is free again."""
    first = add(lab, qick=1)
    lab.claim()
    assert info(lab, "qick").free == 0
    lab.give_back(first)
    assert info(lab, "qick").free == 1
    assert [job.row for job in lab.claim()] == [first]


def test_a_large_job_is_not_starved_by_small_ones(lab: Lab) -> None:
    """Six of eight cores: while single ones end and more of them wait, the cores that come back are kept for it."""
    queues.change(lab.store, queues.find(lab.store, "default", "default"), "set", slots=20)
    small = [add(lab, cpus=1) for _ in range(8)]
    assert claimed(lab) == small
    large, more = add(lab, cpus=6), [add(lab, cpus=1) for _ in range(8)]
    for row in small[:5]:
        lab.end(row, COMPLETED)
        assert claimed(lab) == []
    lab.end(small[5], COMPLETED)
    assert claimed(lab) == [large]
    assert reasons(lab, more[0]) == [
        f"waits for cpus (0 of 8 free, held by {', '.join(jobs.id_of(lab.store, row) for row in [*small[6:], large])})"
    ]


def test_a_full_queue_that_was_passed_keeps_the_instrument(lab: Lab) -> None:
    """A job whose queue has let a later one pass gets the instrument before another queue's jobs do."""
    one = queues.create(lab.store, "default", "one", 1).id
    holder = add(lab, qick=1)
    assert claimed(lab) == [holder]
    waits, passes = add(lab, {"queue_id": one}, qick=1), add(lab, {"queue_id": one})
    assert claimed(lab) == [passes]
    later = add(lab, qick=1)
    lab.end(holder, COMPLETED)
    assert claimed(lab) == []
    assert reasons(lab, later) == [f"qick reserved for {jobs.id_of(lab.store, waits)}"]
    assert short(lab, later) == "qick reserved"
    lab.end(passes, COMPLETED)
    assert claimed(lab) == [waits]


def test_jobs_that_want_nothing_pass_and_cost_nothing(lab: Lab) -> None:
    """They start past those that wait, and where none wants anything no resource is read."""
    asked = statements(lab.store, lambda: (submit.add(lab.store, [lab.new()]), lab.claim()))
    assert not [sql for sql in asked if "FROM resource" in sql or "job_holding" in sql]
    add(lab, qick=1), add(lab, qick=1)
    free = submit.add(lab.store, [lab.new()])[0]
    assert free in claimed(lab)


def test_of_a_blocked_demand_only_the_first_is_read(lab: Lab) -> None:
    """However many wait for a busy instrument, a look is shown one of them; of a locked one none."""
    add(lab, qick=1), claimed(lab)
    demand = resources.intern_demand(lab.store, {"qick": 1})
    rows = submit.add(lab.store, [lab.new()._replace(demand_id=demand) for _ in range(50)])
    assert [one.row for one in world.look(lab.store, {}, None).candidates] == rows[:1]
    holdings.lock(lab.store, "qick")
    assert not world.look(lab.store, {}, None).candidates


def test_gpus_are_handed_out_by_their_indices(lab: Lab) -> None:
    """The lowest that nobody has; each job is told its own; a second worker's claim respects them."""
    first, second, third = (add(lab, gpus=count) for count in (2, 1, 2))
    grants = {job.row: job.grants for job in lab.claim()}
    assert grants == {first: {"gpus": [0, 1]}, second: {"gpus": [2]}}
    assert granted(grants[first]) == {"CUDA_VISIBLE_DEVICES": "0,1", "JOBYARD_GPUS": "0,1"}
    lab.end(first, COMPLETED)
    assert [job.grants for job in lab.claim()] == [{"gpus": [0, 1]}]
    lab.end(second, COMPLETED)
    fourth = add(lab, gpus=2)
    assert [(job.row, job.grants) for job in lab.claim()] == [(fourth, {"gpus": [2, 3]})]
    assert {share.id: share.indices for share in info(lab, "gpus").holders} == {
        jobs.id_of(lab.store, third): (0, 1),
        jobs.id_of(lab.store, fourth): (2, 3),
    }


def test_a_job_is_told_its_cores_and_memory(lab: Lab) -> None:
    """As variables; a job that wants no GPU finds the one for CUDA as it was."""
    add(lab, cpus=2, mem=1 << 20)
    (job,) = lab.claim()
    assert granted(job.grants) == {"JOBYARD_CPUS": "2", "JOBYARD_MEM": str(1 << 20)}
    assert granted({}) == {}


# -- locks ------------------------------------------------------------------------------------------------


def test_a_lock_keeps_jobs_off_until_unlocked(lab: Lab) -> None:
    """What runs goes on; nothing new starts; the reason names who locked it and why; then it starts."""
    runs = add(lab, cpus=1)
    assert claimed(lab) == [runs]
    holdings.lock(lab.store, "cpus", "in the hutch")
    waits = add(lab, cpus=1)
    assert claimed(lab) == []
    assert lab.state(runs) is State.RUNNING
    assert reasons(lab, waits) == ["cpus locked by ada: in the hutch"]
    assert short(lab, waits) == "cpus locked by ada"
    holdings.unlock(lab.store, "cpus")
    assert claimed(lab) == [waits]


def test_a_lock_belongs_to_who_made_it(lab: Lab) -> None:
    """Another user may neither lock nor unlock it, is told whose it is, and can force it in an emergency."""
    holdings.lock(lab.store, "qick", "calibrating")
    other = by(lab, "bob")
    with pytest.raises(WrongState, match="locked by ada: calibrating"):
        holdings.lock(other, "qick")
    with pytest.raises(WrongState, match=r"locked by ada: calibrating.*--force"):
        holdings.unlock(other, "qick")
    assert info(lab, "qick").locked_by == "ada"
    holdings.unlock(other, "qick", force=True)
    event = "SELECT e.before, e.after, a.user FROM event e JOIN actor a ON a.id = e.actor_id ORDER BY e.id DESC LIMIT 1"
    before, after, user = lab.store.db.row(event) or ("", "", "")
    assert '"locked_by":"ada"' in before
    assert '"locked_by":null' in after
    assert user == "bob"
    other.close()


def test_locking_again_changes_the_note(lab: Lab) -> None:
    """Since when it has been locked stays; unlocking what is not locked is refused."""
    holdings.lock(lab.store, "qick", "one")
    lab.now += 60
    holdings.lock(lab.store, "qick", "two")
    assert (info(lab, "qick").locked_at, info(lab, "qick").lock_note) == (NOW, "two")
    holdings.unlock(lab.store, "qick")
    with pytest.raises(WrongState, match="not locked"):
        holdings.unlock(lab.store, "qick")


def test_a_locked_resource_blocks_no_other(lab: Lab) -> None:
    """Who waits for a locked instrument and cores keeps no core from others."""
    holdings.lock(lab.store, "qick")
    add(lab, qick=1, cpus=8)
    other = add(lab, cpus=8)
    assert claimed(lab) == [other]


def test_a_lock_asks_back_what_has_not_started(lab: Lab) -> None:
    """Claimed and handed over is not started: only what has a process goes on; a job without it is left alone."""
    resources.set_capacity(lab.store, "qick", 3)
    runs, handed, other = add(lab, qick=1), add(lab, qick=1), add(lab, cpus=1)
    lab.claim()
    lab.start(runs)
    holdings.lock(lab.store, "qick")
    stops = dict(lab.store.db.rows("SELECT id, stop FROM job"))
    assert stops == {runs: None, handed: "recall", other: None}
    lab.give_back(handed)
    assert claimed(lab) == []
    assert [share.row for share in info(lab, "qick").holders] == [runs]


def test_fewer_units_and_a_lock_that_is_made_again_ask_back_too(lab: Lab) -> None:
    """Whatever makes it unavailable: a lower capacity, the undo of an unlock."""
    row = add(lab, qick=1)
    lab.claim()
    resources.set_capacity(lab.store, "qick", 0)
    assert lab.store.db.value("SELECT stop FROM job WHERE id = ?", (row,)) == "recall"
    lab.give_back(row)
    resources.set_capacity(lab.store, "qick", 1)
    holdings.lock(lab.store, "qick")
    holdings.unlock(lab.store, "qick")
    lab.claim()
    undo.undo(lab.store)
    assert info(lab, "qick").locked_by == "ada"
    assert lab.store.db.value("SELECT stop FROM job WHERE id = ?", (row,)) == "recall"
    lab.give_back(row)


def test_a_lock_is_one_change_that_rings(lab: Lab) -> None:
    """Workers hear of it, and of the unlock: their transactions ring the bell."""
    rung: list[int] = []
    resources.ensure_host(lab.store)
    changes = lab.store.db.value("SELECT count(*) FROM change")
    lab.store.db.on_commit = lambda: rung.append(1)
    holdings.lock(lab.store, "qick"), holdings.unlock(lab.store, "qick"), resources.set_capacity(lab.store, "qick", 2)
    assert len(rung) == 3
    assert lab.store.db.value("SELECT count(*) FROM change") == changes + 3


# -- capacities -------------------------------------------------------------------------------------------


def test_what_was_set_by_hand_wins(lab: Lab) -> None:
    """Over what is declared, before and after; until the declared value is wanted again."""
    resources.set_capacity(lab.store, "qick", 3)
    assert resources.declare(lab.store, "qick", 2, "two boxes").capacity == 3
    assert resources.set_as_declared(lab.store, "qick").capacity == 2


def test_a_resource_that_is_not_there_is_made_only_when_asked_for(lab: Lab) -> None:
    """A misspelt name makes none; with *new* it does."""
    with pytest.raises(Unknown, match="The nearest is qick"):
        resources.set_capacity(lab.store, "qik", 1)
    assert resources.set_capacity(lab.store, "laser", 1, new=True).capacity == 1
    with pytest.raises(BadInput, match="cannot be used"):
        resources.set_capacity(lab.store, "a b", 1, new=True)


def test_less_than_is_in_use_starts_nothing_new(lab: Lab) -> None:
    """What runs goes on, free is never negative, and the next starts when enough has come back."""
    runs = [add(lab, cpus=2) for _ in range(3)]
    assert claimed(lab) == runs
    resources.set_capacity(lab.store, "cpus", 3)
    waits = add(lab, cpus=2)
    assert info(lab, "cpus").free == 0
    lab.end(runs[0], COMPLETED), lab.end(runs[1], COMPLETED)
    assert claimed(lab) == []
    lab.end(runs[2], COMPLETED)
    assert claimed(lab) == [waits]


def test_a_resource_that_is_declared_no_more_tells_its_jobs(lab: Lab) -> None:
    """It stays, without a unit, for as long as jobs want it; they say so, and keep nothing else from others."""
    waits = add(lab, qick=1, cpus=8)
    resources.undeclare(lab.store, "qick")
    other = add(lab, cpus=8)
    assert claimed(lab) == [other]
    assert reasons(lab, waits)[0].startswith("waits for 8 cpus")
    assert reasons(lab, waits)[1] == "wants qick, which is not declared any more or has no units"
    assert not info(lab, "qick").given
    with pytest.raises(BadInput, match="not declared any more"):
        resources.intern_demand(lab.store, {"qick": 1})
    edits.cancel(lab.store, [waits])
    assert "qick" not in {one.name for one in holdings.every(lab.store)}


def test_a_capacity_below_what_is_wanted_tells_so(lab: Lab) -> None:
    """A job that can never start says what it wants and what there is."""
    waits = add(lab, cpus=8)
    resources.set_capacity(lab.store, "cpus", 4)
    assert reasons(lab, waits) == ["wants 8 cpus, its capacity is 4 now"]


# -- looking ----------------------------------------------------------------------------------------------


def test_holders_and_waiters_are_named(lab: Lab) -> None:
    """Who has how much, how many wait, who is next, by priority."""
    has = add(lab, {"name": "rabi"}, qick=1)
    assert claimed(lab) == [has]
    low, high = add(lab, {"priority": -1}, qick=1), add(lab, {"priority": 5}, qick=1)
    found = info(lab, "qick")
    assert [(share.name, share.units) for share in found.holders] == [("rabi", 1)]
    assert (found.free, found.waiting) == (0, 2)
    assert found.waiters == (jobs.id_of(lab.store, high), jobs.id_of(lab.store, low))
    assert reasons(lab, high) == [f"waits for qick (0 of 1 free, held by {jobs.id_of(lab.store, has)} (rabi))"]
    assert short(lab, high) == "waits for qick"


def test_waiters_beyond_a_thousand_are_not_counted(lab: Lab) -> None:
    """A list of resources costs the same for a million that wait."""
    demand = resources.intern_demand(lab.store, {"qick": 1})
    submit.add(lab.store, [lab.new()._replace(demand_id=demand) for _ in range(1_100)])
    assert info(lab, "qick").waiting == ">=1000"


def test_hidden_resources_are_shown_nowhere(lab: Lab) -> None:
    """What limits an array is counted like the others, and is in no list; its jobs say that they wait for it."""
    elements = [lab.new()._replace(array=0, array_index=index) for index in (1, 2, 3)]
    some = submit.add(lab.store, elements, arrays=[NewArray(0, 3, "1-3%1", most=1)])
    assert claimed(lab) == some[:1]
    assert reasons(lab, some[1]) == ["waits for its array (1 at a time: JOB-20260921-00001)"]
    assert short(lab, some[1]) == "waits for its array"
    assert not [one for one in holdings.every(lab.store) if one.kind == "array"]
    with pytest.raises(Unknown):
        holdings.lock(lab.store, "array/JOB-20260921-00001")


def test_the_turn_in_an_array_is_the_last_reason(lab: Lab) -> None:
    """What it lacks besides is the real one: both are told, in the list that one."""
    elements = [lab.new()._replace(array=0, array_index=index) for index in (1, 2, 3)]
    array = NewArray(0, 3, "1-3%1", most=1, needs={"qick": 1})
    first, second, _ = submit.add(lab.store, elements, arrays=[array])
    assert claimed(lab) == [first]
    taken, turn = reasons(lab, second)
    assert taken.startswith("waits for qick (0 of 1 free, held by JOB-")
    assert turn.startswith("waits for its array (1 at a time")
    assert short(lab, second) == "waits for qick"
    holdings.lock(lab.store, "qick")
    assert short(lab, second).startswith("qick locked by ")


def test_a_resources_name_finds_the_jobs_that_want_it(lab: Lab) -> None:
    """As a word of a filter, beside all else that words find; only the whole name."""
    wants, other, named = add(lab, qick=1, cpus=2), add(lab, cpus=1), add(lab, {"name": "qick-fit"})

    def found(*words: str) -> set[int]:
        return {row.row for row in views.listing(lab.store, JobFilter(words=words), None)}

    assert found("qick") == {wants, named}
    assert found("cpus") == {wants, other}
    assert found("cpus", "qick") == {wants}
    assert found("cpu") == set()


def test_a_page_reads_the_resources_once(lab: Lab) -> None:
    """However many pending jobs it shows, whatever they want."""
    for count in range(1, 9):
        add(lab, cpus=count), add(lab, qick=1, cpus=count)
    asked = statements(lab.store, lambda: views.page(lab.store, JobFilter(), 0, 50))
    assert len([sql for sql in asked if "FROM resource" in sql]) <= 2
    assert len([sql for sql in asked if "job_holding" in sql]) <= 2


def test_a_full_disk_is_a_reason(lab: Lab) -> None:
    """Below the floor nothing starts, and jobs say so, with both sizes."""
    row = add(lab)
    lab.store.disk_floor = 1 << 60
    assert reasons(lab, row)[0].startswith("disk below its floor (")
    assert "nothing starts below 1024P" in reasons(lab, row)[0]


def test_more_memory_than_asked_for_is_told(lab: Lab) -> None:
    """It is not prevented; the end of the attempt and an event say how much it was."""
    row, modest = add(lab, mem=1 << 20), add(lab, mem=1 << 22)
    lab.claim()
    for one in (row, modest):
        result = Result(lab.tokens[one], COMPLETED, NOW, NOW, exit_code=0, max_rss=3 << 20)
        with lab.store.db.transaction() as connection:
            outcomes.ended(lab.store, connection, [result])
    assert jobs.load(lab.store, row).message == "used 3M of memory, asked for 1M"
    assert jobs.load(lab.store, modest).message == ""
    assert "note" in lab.verbs(row)
    assert "note" not in lab.verbs(modest)


def test_of_very_many_kinds_the_oldest_are_looked_at(lab: Lab) -> None:
    """Jobs that each want another amount of memory: a claim looks at so many kinds and starts as many jobs as fit."""
    kinds = [resources.intern_demand(lab.store, {"mem": 1 + count}) for count in range(80)]
    rows = submit.add(lab.store, [lab.new()._replace(demand_id=kind) for kind in kinds for _ in range(2)])
    found = world.look(lab.store, {}, None).candidates
    assert {one.row for one in found} >= set(rows[::2])
    assert len(found) < len(rows)
    assert claimed(lab) == rows[:4]
