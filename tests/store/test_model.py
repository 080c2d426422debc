"""Whatever people and workers do in whatever order, the store says what a tiny model says, and every count is true."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from jobyard.core.errors import BadInput, Cycle, WrongState
from jobyard.core.states import ENDED, After, Cause, EdgeState, State, judge
from jobyard.core.store import check, edges, edits, holdings, queues, resources, submit, views
from tests.store.kit import CANCELLED, COMPLETED, FAILED, PENDING, RUNNING, SKIPPED, Lab


@dataclass
class Job:
    """What the model knows of a job."""

    parents: dict[int, After]
    judged: dict[int, EdgeState] = field(default_factory=dict)  # of each parent's edge
    state: State = PENDING
    held: bool = False
    started: bool = False
    stop: bool = False
    retries: int = 0
    tried: int = 0
    base: int = 0
    delayed: bool = False
    wants: bool = False  # the one instrument
    ran: bool = field(default=False)


ENDS = st.sampled_from([COMPLETED, FAILED, CANCELLED])


class YardMachine(RuleBasedStateMachine):
    """Rules are what people and workers do; the invariant compares everything."""

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.lab = Lab(Path(self.folder.name) / "yard", slots=3)
        self.jobs: dict[int, Job] = {}
        self.locked = False
        resources.set_capacity(self.lab.store, "qick", 1, new=True)

    def teardown(self) -> None:
        if hasattr(self, "lab"):
            self.lab.close()
            self.folder.cleanup()

    def pick(self, data: st.DataObject, *states: State) -> int | None:
        rows = [row for row, job in self.jobs.items() if not states or job.state in states]
        return data.draw(st.sampled_from(rows)) if rows else None

    # -- the model's own settling ---------------------------------------------------------------

    def settled(self) -> None:
        """Ended parents judge open edges; a dead one skips; edges of who has not run follow the parent, and revive."""
        changed = True
        while changed:
            changed = False
            for job in self.jobs.values():
                revivable = False
                waits = job.state in (PENDING, SKIPPED) and not job.ran
                for parent, after in job.parents.items():
                    old = job.judged.setdefault(parent, EdgeState.OPEN)
                    new = judge(after, self.jobs[parent].state)
                    if new is not old and (old is EdgeState.OPEN or waits):
                        job.judged[parent], changed = new, True
                        revivable |= old is EdgeState.DEAD
                dead = EdgeState.DEAD in job.judged.values()
                if job.state is PENDING and dead:
                    job.state, changed = SKIPPED, True
                elif job.state is SKIPPED and not dead and revivable:
                    job.state, changed = PENDING, True

    def judge_anew(self, job: Job) -> None:
        """A job that comes back, or is begun anew, looks at its parents as they are."""
        job.judged = {parent: judge(after, self.jobs[parent].state) for parent, after in job.parents.items()}

    # -- rules ----------------------------------------------------------------------------------

    @rule(data=st.data(), held=st.booleans(), retries=st.integers(0, 1), many=st.integers(1, 3), wants=st.booleans())
    def submit(self, data: st.DataObject, held: bool, retries: int, many: int, wants: bool) -> None:
        demand = resources.intern_demand(self.lab.store, {"qick": 1} if wants else {})
        known = list(self.jobs)
        news, wishes = [], []
        for index in range(many):
            outside = data.draw(st.lists(st.sampled_from(known), unique=True, max_size=2)) if known else []
            parents = [(row, data.draw(st.sampled_from(After))) for row in outside]
            inside = [(index - 1, data.draw(st.sampled_from(After)))] if index and data.draw(st.booleans()) else []
            new = self.lab.new(parents, inside, held=held, retries=retries, retry_delay=60.0)
            news.append(new._replace(demand_id=demand))
            wishes.append((dict(parents), inside))
        whole = data.draw(st.sampled_from([submit.CHUNK, 1]))  # one transaction, or chunks of one job
        before, submit.CHUNK = submit.CHUNK, whole
        try:
            rows = submit.add(self.lab.store, news)
        finally:
            submit.CHUNK = before
        for row, (parents_, inside) in zip(rows, wishes, strict=True):
            whole_ = parents_ | {rows[i]: after for i, after in inside}
            self.jobs[row] = Job(whole_, held=held, retries=retries, wants=wants)
        self.settled()

    @rule(room=st.one_of(st.none(), st.integers(0, 2)))
    def claim(self, room: int | None) -> None:
        for job in self.lab.claim(room):
            model = self.jobs[job.row]
            assert model.state is PENDING
            assert not model.held
            assert not model.delayed
            assert EdgeState.OPEN not in model.judged.values()
            assert not (model.wants and self.locked)
            model.state, model.started = RUNNING, False
        running = [job for job in self.jobs.values() if job.state is RUNNING]
        assert len(running) <= 3
        assert sum(job.wants for job in running) <= 1
        if room is None and len(running) < 3:
            taken = self.locked or any(job.wants for job in running)
            assert not [row for row, job in self.jobs.items() if self.eligible(job) and not (job.wants and taken)]

    def eligible(self, job: Job) -> bool:
        """Whether nothing but slots and resources keeps it from starting."""
        free = job.state is PENDING and not job.held and not job.delayed
        return free and EdgeState.OPEN not in job.judged.values()

    @rule(lock=st.booleans())
    def lock(self, lock: bool) -> None:
        try:
            (holdings.lock if lock else holdings.unlock)(self.lab.store, "qick")
        except WrongState:
            assert not lock
            assert not self.locked
        self.locked = lock

    @rule(data=st.data(), add=st.booleans(), after=st.sampled_from(After))
    def depend(self, data: st.DataObject, add: bool, after: After) -> None:
        child, parent = self.pick(data), self.pick(data)
        known = [(row, one) for row, job in self.jobs.items() for one in job.parents]
        if known and not add:
            child, parent = data.draw(st.sampled_from(known))
        if child is None or parent is None:
            return
        job = self.jobs[child]
        waits = job.state is PENDING or (job.state is RUNNING and not job.started)
        try:
            if add:
                change = edges.add(self.lab.store, child, [parent], after)
            else:
                change = edges.cut(self.lab.store, child, [parent])
        except Cycle:
            assert child in self.above(parent)
        except (BadInput, WrongState):
            assert (add and child == parent) or not (waits or (not add and job.state is SKIPPED))
        else:
            assert bool(change.done) is (job.parents.get(parent) != after if add else parent in job.parents)
            if change.done and add:
                job.parents[parent] = after
                job.judged[parent] = judge(after, self.jobs[parent].state)
            elif change.done:
                del job.parents[parent], job.judged[parent]
            self.settled()

    def above(self, row: int) -> set[int]:
        """A job and all that it waits for."""
        found, frontier = {row}, {row}
        while frontier:
            frontier = {parent for one in frontier for parent in self.jobs[one].parents} - found
            found |= frontier
        return found

    @rule(data=st.data())
    def start(self, data: st.DataObject) -> None:
        row = self.pick(data, RUNNING)
        if row is not None:
            self.lab.start(row)
            job = self.jobs[row]
            if not job.started:
                job.started, job.held, job.ran = True, False, True
                job.tried += 1

    @rule(data=st.data())
    def give_back(self, data: st.DataObject) -> None:
        row = self.pick(data, RUNNING)
        if row is not None and not self.jobs[row].started:
            from jobyard.core.store import settle

            self.lab.give_back(row)
            settle.settle_all(self.lab.store)
            job = self.jobs[row]
            job.state = CANCELLED if job.stop else PENDING
            if job.stop:
                job.held = False
            else:
                self.judge_anew(job)
            job.stop = False
            self.settled()

    @rule(data=st.data(), end=ENDS, lost=st.booleans())
    def end(self, data: st.DataObject, end: State, lost: bool) -> None:
        row = self.pick(data, RUNNING)
        if row is None:
            return
        job = self.jobs[row]
        self.lab.end(row, end, Cause.LOST if lost and end is FAILED else Cause.EXIT)
        if not job.started:
            job.tried += 1
        job.ran = True
        again = end is FAILED and not job.stop and not lost and job.tried - job.base <= job.retries
        job.state, job.delayed = (PENDING, True) if again else (end, False)
        job.started = False
        if not again:
            job.held = False
        job.stop = False
        self.settled()

    @rule(seconds=st.sampled_from([1.0, 61.0]))
    def later(self, seconds: float) -> None:
        self.lab.now += seconds
        with self.lab.store.db.transaction() as connection:
            from jobyard.core.store import outcomes

            outcomes.admit_due(self.lab.store, connection)
        for row, job in self.jobs.items():
            job.delayed = not self.lab.store.db.value("SELECT due FROM job WHERE id = ?", (row,))

    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        row = self.pick(data)
        if row is not None:
            edits.cancel(self.lab.store, [row])
            job = self.jobs[row]
            if job.state is PENDING:
                job.state, job.held = CANCELLED, False
            elif job.state is RUNNING:
                job.stop = True
            self.settled()

    @rule(data=st.data())
    def requeue(self, data: st.DataObject) -> None:
        row = self.pick(data)
        if row is None:
            return
        change = edits.requeue(self.lab.store, [row])
        job = self.jobs[row]
        dead = any(judge(after, self.jobs[p].state) == "dead" for p, after in job.parents.items())
        assert bool(change.done) is (job.state in ENDED and not dead)
        if change.done:
            job.state, job.base, job.delayed, job.ran = PENDING, job.tried, False, False
            self.judge_anew(job)
            self.settled()

    @rule(data=st.data(), hold=st.booleans())
    def hold(self, data: st.DataObject, hold: bool) -> None:
        row = self.pick(data)
        if row is not None:
            (edits.hold if hold else edits.release)(self.lab.store, [row])
            job = self.jobs[row]
            if job.state is PENDING or (job.state is RUNNING and not job.started):
                job.held = hold

    @rule(data=st.data(), value=st.integers(-5, 5))
    def priority(self, data: st.DataObject, value: int) -> None:
        row = self.pick(data)
        if row is not None:
            edits.priority(self.lab.store, [row], lambda old: value)

    # -- what must hold -------------------------------------------------------------------------

    @precondition(lambda self: hasattr(self, "lab"))
    @invariant()
    def the_store_says_what_the_model_says(self) -> None:
        assert check.problems(self.lab.store) == []
        rows = self.lab.store.db.rows("SELECT id, state, held, tried, stop IS NOT NULL AND stop = 'cancel' FROM job")
        found = {row: (State(state), bool(held), tried, bool(stop)) for row, state, held, tried, stop in rows}
        assert found == {row: (job.state, job.held, job.tried, job.stop) for row, job in self.jobs.items()}
        counts = views.counts(self.lab.store)
        handed = sum(job.state is RUNNING and not job.started for job in self.jobs.values())
        for state in State:
            real = sum(job.state is state for job in self.jobs.values())
            real += handed if state is PENDING else -handed if state is RUNNING else 0
            assert counts[state] == real
        assert queues.every(self.lab.store)[0].counts == counts


YardMachine.TestCase.settings = settings(max_examples=30, stateful_step_count=40, deadline=None)
TestYard = YardMachine.TestCase
TestYard.__doc__ = "A random walk of everything that people and workers do."
