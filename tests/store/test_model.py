"""Whatever people and workers do in whatever order, the store says what a tiny model says, and every count is true."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from jobyard.core.states import ENDED, After, Cause, State, judge
from jobyard.core.store import check, edits, queues, submit, views
from tests.store.kit import CANCELLED, COMPLETED, FAILED, PENDING, RUNNING, SKIPPED, Lab


@dataclass
class Job:
    """What the model knows of a job."""

    parents: dict[int, After]
    state: State = PENDING
    held: bool = False
    started: bool = False
    stop: bool = False
    retries: int = 0
    tried: int = 0
    base: int = 0
    delayed: bool = False
    ran: bool = field(default=False)


ENDS = st.sampled_from([COMPLETED, FAILED, CANCELLED])


class YardMachine(RuleBasedStateMachine):
    """Rules are what people and workers do; the invariant compares everything."""

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.lab = Lab(Path(self.folder.name) / "yard", slots=3)
        self.jobs: dict[int, Job] = {}

    def teardown(self) -> None:
        if hasattr(self, "lab"):
            self.lab.close()
            self.folder.cleanup()

    def pick(self, data: st.DataObject, *states: State) -> int | None:
        rows = [row for row, job in self.jobs.items() if not states or job.state in states]
        return data.draw(st.sampled_from(rows)) if rows else None

    # -- the model's own settling ---------------------------------------------------------------

    def settled(self) -> None:
        """Edges are what the parents' states say; a dead one skips; reopened ones revive."""
        changed = True
        while changed:
            changed = False
            for job in self.jobs.values():
                dead = any(judge(after, self.jobs[parent].state) == "dead" for parent, after in job.parents.items())
                if job.state is PENDING and dead and not job.ran:
                    job.state, changed = SKIPPED, True
                elif job.state is SKIPPED and not dead:
                    job.state, changed = PENDING, True

    # -- rules ----------------------------------------------------------------------------------

    @rule(data=st.data(), held=st.booleans(), retries=st.integers(0, 1), many=st.integers(1, 3))
    def submit(self, data: st.DataObject, held: bool, retries: int, many: int) -> None:
        known = list(self.jobs)
        news, wishes = [], []
        for index in range(many):
            outside = data.draw(st.lists(st.sampled_from(known), unique=True, max_size=2)) if known else []
            parents = [(row, data.draw(st.sampled_from(After))) for row in outside]
            inside = [(index - 1, data.draw(st.sampled_from(After)))] if index and data.draw(st.booleans()) else []
            news.append(self.lab.new(parents, inside, held=held, retries=retries, retry_delay=60.0))
            wishes.append((dict(parents), inside))
        whole = data.draw(st.sampled_from([submit.CHUNK, 1]))  # one transaction, or chunks of one job
        before, submit.CHUNK = submit.CHUNK, whole
        try:
            rows = submit.add(self.lab.store, news)
        finally:
            submit.CHUNK = before
        for row, (parents_, inside) in zip(rows, wishes, strict=True):
            self.jobs[row] = Job(parents_ | {rows[i]: after for i, after in inside}, held=held, retries=retries)
        self.settled()

    @rule(room=st.one_of(st.none(), st.integers(0, 2)))
    def claim(self, room: int | None) -> None:
        for job in self.lab.claim(room):
            model = self.jobs[job.row]
            assert model.state is PENDING
            assert not model.held
            assert not model.delayed
            open_ = [p for p, after in model.parents.items() if judge(after, self.jobs[p].state) == "open"]
            assert not open_ or model.ran
            model.state, model.started = RUNNING, False
        assert sum(job.state is RUNNING for job in self.jobs.values()) <= 3

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
