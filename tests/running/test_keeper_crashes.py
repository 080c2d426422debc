"""Every crash point of the keeper: no job forgotten, none run twice, every outcome true."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
import time
import uuid
from pathlib import Path

import pytest

import jobyard.core.runners.keeper as package
from jobyard.core import crash
from jobyard.core.runners.base import Connected, Disowned, Ended, Outcome, StartSpec
from tests.running.keeperkit import PATIENCE, Yard, alive, held, until, witness, witnessed

for module in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
    importlib.import_module(module.name)
POINTS = sorted(name for name in crash.POINTS if name.startswith("keeper."))


class Worker:
    """The least that a worker does: start, ask each keeper about what it does not know, acknowledge, start again."""

    def __init__(self, yard: Yard) -> None:
        self.yard = yard
        self.open: dict[str, StartSpec] = {}
        self.cancelled: set[str] = set()
        self.ended: dict[str, Outcome] = {}  # by the token of the last attempt
        self.never: set[str] = set()
        self.next: dict[str, str] = {}  # an attempt that never started → the one after it

    def start(self, *specs: StartSpec) -> None:
        """Hand over, as claimed."""
        self.open |= {spec.token: spec for spec in specs}
        self.yard.runner.start(specs)

    def claim_only(self, spec: StartSpec) -> StartSpec:
        """A claim that another worker left without a start, and that was cancelled since."""
        self.open[spec.token] = spec
        self.cancelled.add(spec.token)
        self._ask()
        return spec

    def cancel(self, spec: StartSpec) -> None:
        """Stop the last attempt."""
        token = self.last(spec.token)
        self.cancelled.add(token)
        self.yard.runner.stop(token, "cancel")

    def last(self, token: str) -> str:
        """The attempt that counts."""
        while token in self.next:
            token = self.next[token]
        return token

    def settle(self, *specs: StartSpec, begun: StartSpec | None = None) -> None:
        """Go on, with one keeper after another, until *specs* have an answer and *begun* has begun or been lost."""
        deadline = time.monotonic() + PATIENCE
        while not (all(self._answered(spec) for spec in specs) and (begun is None or self._begun(begun))):
            assert time.monotonic() < deadline, (specs, self.yard.seen)
            self.step()

    def step(self) -> None:
        """Hear what there is, from the next keeper if need be."""
        self.yard.runner.ensure()
        for event in self.yard.hear(0.05):
            self._hear(event)

    def _answered(self, spec: StartSpec) -> bool:
        return self.last(spec.token) in self.ended.keys() | self.never

    def _begun(self, spec: StartSpec) -> bool:
        return self._answered(spec) or self.last(spec.token) in witnessed(self.yard.home)

    def _hear(self, event: object) -> None:
        match event:
            case Connected(pid, _):
                self.yard.keepers.add(pid)
                self._ask()
            case Ended(outcome):
                assert self.ended.setdefault(outcome.token, outcome).exit_code == outcome.exit_code
                self.open.pop(outcome.token, None)
                self.yard.runner.acknowledge([outcome.token])
            case Disowned(token, "never") if token in self.open:
                self._again(self.open.pop(token))

    def _ask(self) -> None:
        """As at adoption: everything that the store believes running, with the stops that were asked for."""
        runner = self.yard.runner
        for token, spec in self.open.items():
            runner.disown([held(spec)])
            if token in self.cancelled:
                runner.adopt([held(spec, stop="cancel")])

    def _again(self, spec: StartSpec) -> None:
        if spec.token in self.cancelled:
            self.never.add(spec.token)
            return
        token = uuid.uuid4().hex
        self.next[spec.token] = token
        self.start(dataclasses.replace(spec, token=token, folder=spec.folder + "x"))


def test_there_are_points() -> None:
    """The keeper names its windows."""
    assert len(POINTS) >= 15


@pytest.mark.parametrize("point", POINTS)
def test_crash(point: str, keeper_yard: Yard, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A keeper that dies at this point costs at most the knowledge of how a job ended, never its truth."""
    monkeypatch.setenv("JOBYARD_CRASH_AT", point)
    monkeypatch.setenv("JOBYARD_CRASH_ONCE", str(tmp_path))
    home, worker = keeper_yard.home, Worker(keeper_yard)
    seen = witness(home)
    keeper_yard.connect()
    short = keeper_yard.spec(f"{seen}; exit 3")
    leaving = keeper_yard.spec(f"{seen}; (trap '' TERM; while :; do sleep 0.1; done) & exit 4", grace=0.3)
    stubborn = keeper_yard.spec(f"trap '' TERM; {seen}; while :; do sleep 0.1; done", grace=0.3)
    first, waiting = (keeper_yard.spec(f"{seen}; exit 5", lane="one", lane_slots=1) for _ in range(2))
    worker.start(short, leaving, stubborn, first, waiting)
    worker.cancel(waiting)
    worker.settle(short, leaving, first, waiting)
    worker.settle(begun=stubborn)
    worker.cancel(stubborn)
    worker.settle(stubborn)
    restart(worker)
    again = keeper_yard.spec(f"{seen}; exit 6")
    worker.start(again)
    unstarted = worker.claim_only(keeper_yard.spec("true"))
    worker.settle(again, unstarted)
    check(worker, [(short, 3), (leaving, 4), (first, 5), (waiting, 5), (again, 6)], stubborn)
    until(lambda: worker.step() or (tmp_path / f"crashed-{point}").exists(), "the crash point")


def restart(worker: Worker) -> None:
    """A keeper's death in between, so that what happens at a start happens too."""
    worker.yard.keepers = {pid for pid in worker.yard.keepers if alive(pid)}
    if worker.yard.keepers:
        worker.yard.kill_keeper()
    worker.step()


def check(worker: Worker, codes: list[tuple[StartSpec, int]], stubborn: StartSpec) -> None:
    """Nothing twice, nothing false, nothing forgotten; one death costs the knowledge of one end at most."""
    ran = witnessed(worker.yard.home)
    assert len(ran) == len(set(ran))
    for spec, code in codes:
        outcome = worker.ended.get(worker.last(spec.token))
        if outcome is None:
            assert worker.last(spec.token) in worker.never
            assert worker.last(spec.token) not in ran
        else:
            assert outcome.exit_code == code or outcome.cause == "lost" or outcome.stopped, outcome
    stopped = worker.ended.get(worker.last(stubborn.token))
    assert stopped is None or (stopped.exit_code is None and (stopped.stopped or stopped.cause == "lost")), stopped
    assert sum(outcome.cause == "lost" for outcome in worker.ended.values()) <= 2
    assert not worker.open
