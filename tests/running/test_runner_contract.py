"""What a worker may rely on, whichever runner it has: the same suite on the keeper and on the fake."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

from jobyard.core.runners.base import Connected, Disowned, Ended, Held, Lost, Runner, RunnerEvent, Started, StartSpec
from tests.running.fake_runner import FakeHost, FakeRunner
from tests.running.keeperkit import Yard, held, token_of, until


class World(Protocol):
    """A runner, and how to make things happen below it."""

    runner: Runner

    def finish(self, token: str, code: int) -> None: ...
    def stopped(self, token: str) -> None: ...
    def die(self) -> None: ...
    def another(self) -> Runner: ...


class RealWorld:
    """The keeper; jobs end when a file says so."""

    def __init__(self, yard: Yard) -> None:
        self.yard, self.runner = yard, yard.runner

    def finish(self, token: str, code: int) -> None:
        """Let the job exit."""
        (self.yard.home / f"{token}.new").write_text(str(code))
        (self.yard.home / f"{token}.new").rename(self.yard.home / token)

    def stopped(self, token: str) -> None:
        """The keeper stops by itself."""

    def die(self) -> None:
        """SIGKILL."""
        self.yard.kill_keeper()

    def another(self) -> Runner:
        """A second worker."""
        return self.yard.another()


class FakeWorld:
    """The fake."""

    def __init__(self) -> None:
        self.host = FakeHost()
        self.runner = FakeRunner(self.host)

    def finish(self, token: str, code: int) -> None:
        """End it."""
        until(lambda: token in self.host.running)
        self.runner.finish(token, code)

    def stopped(self, token: str) -> None:
        """The stop has its effect."""
        self.runner.finish(token, None, signal=15, stopped="cancel")

    def die(self) -> None:
        """The fake keeper dies."""
        self.host.die()

    def another(self) -> Runner:
        """A second worker."""
        return FakeRunner(self.host)


class Ear:
    """Hears one runner, and remembers."""

    def __init__(self, runner: Runner) -> None:
        self.runner = runner
        self.heard: list[RunnerEvent] = []

    def expect(self, kind: type[RunnerEvent], token: str = "") -> RunnerEvent:
        """The first event of a kind, waited for and used up."""
        until(lambda: self._find(kind, token), f"{kind.__name__} {token}")
        event = self._find(kind, token)
        assert event is not None
        self.heard.remove(event)
        return event

    def _find(self, kind: type[RunnerEvent], token: str) -> RunnerEvent | None:
        self.heard += self.runner.events()
        return next((e for e in self.heard if isinstance(e, kind) and token in ("", token_of(e))), None)


@pytest.fixture(params=["keeper", "fake"])
def world(request: pytest.FixtureRequest, yard_home: Path) -> Iterator[World]:
    """Both worlds, connected."""
    if request.param == "fake":
        fake = FakeWorld()
        fake.runner.ensure()
        yield fake
        fake.runner.close()
        return
    yard = Yard(yard_home)
    yard.runner.ensure()
    yard.keepers |= {event.pid for event in yard.runner.events() if isinstance(event, Connected)}
    yard.runner.close()
    yard.runner = yard.another()
    yard.runner.ensure()
    yield RealWorld(yard)
    yard.close()


@pytest.fixture
def ear(world: World) -> Ear:
    """What the world's first worker hears."""
    return Ear(world.runner)


def spec_in(home: Path, lane_slots: int = 4) -> StartSpec:
    """A job that ends when the file named by its token says how."""
    token = uuid.uuid4().hex
    script = f"until [ -e {token} ]; do sleep 0.01; done; exit $(cat {token})"
    return StartSpec(
        token, "JOB-20260101-00001", str(home / "jobs" / token), ("sh", "-c", script), {"PATH": "/usr/bin:/bin"},
        str(home), grace=0.5, lane="a/b", lane_slots=lane_slots,
    )  # fmt: skip


def test_start_to_end(world: World, ear: Ear, yard_home: Path) -> None:
    """Connected comes first, then Started, then Ended with the exit code."""
    assert isinstance(ear.expect(Connected), Connected)
    spec = spec_in(yard_home)
    world.runner.start([spec])
    ear.expect(Started, spec.token)
    world.finish(spec.token, 3)
    ended = ear.expect(Ended, spec.token)
    assert isinstance(ended, Ended)
    assert ended.outcome.exit_code == 3


def test_lanes(world: World, ear: Ear, yard_home: Path) -> None:
    """A lane of one starts the second when the first has ended; a waiting one can be taken back."""
    first, second, third = (spec_in(yard_home, lane_slots=1) for _ in range(3))
    world.runner.start([first, second, third])
    ear.expect(Started, first.token)
    world.runner.disown([held(second)])
    assert ear.expect(Disowned, second.token) == Disowned(second.token, "never")
    world.finish(first.token, 0)
    ear.expect(Ended, first.token)
    ear.expect(Started, third.token)
    assert not [event for event in ear.heard if isinstance(event, Started)]


def test_stop(world: World, ear: Ear, yard_home: Path) -> None:
    """A stop ends a running attempt as cancelled, and a waiting one as never started."""
    first, second = (spec_in(yard_home, lane_slots=1) for _ in range(2))
    world.runner.start([first, second])
    ear.expect(Started, first.token)
    world.runner.stop(second.token, "cancel")
    assert ear.expect(Disowned, second.token) == Disowned(second.token, "never")
    world.runner.stop(first.token, "cancel")
    world.stopped(first.token)
    ended = ear.expect(Ended, first.token)
    assert isinstance(ended, Ended)
    assert ended.outcome.stopped == "cancel"


def test_disown(world: World, ear: Ear, yard_home: Path) -> None:
    """Disown answers runs, ended with its Ended, or never, after which a start does nothing."""
    running, over, unknown = (spec_in(yard_home) for _ in range(3))
    world.runner.start([running, over])
    ear.expect(Started, over.token)
    world.finish(over.token, 1)
    ear.expect(Ended, over.token)
    world.runner.disown([held(running), held(over), held(unknown)])
    answers = [ear.expect(Disowned, spec.token) for spec in (running, over, unknown)]
    assert [answer.answer for answer in answers if isinstance(answer, Disowned)] == ["runs", "ended", "never"]
    ear.expect(Ended, over.token)
    world.runner.start([unknown])
    assert ear.expect(Disowned, unknown.token) == Disowned(unknown.token, "never")


def test_death_and_adoption(world: World, ear: Ear, yard_home: Path) -> None:
    """A runner's death is Lost; the next one is asked and answers for what runs, and for what never started."""
    running, waiting = (spec_in(yard_home, lane_slots=1) for _ in range(2))
    world.runner.start([running, waiting])
    ear.expect(Started, running.token)
    if isinstance(world, RealWorld):
        world.yard.seen.clear()
    world.die()
    if not isinstance(world, RealWorld):
        ear.expect(Lost)
    assert not world.runner.connected
    world.runner.ensure()
    ear.expect(Connected)
    world.runner.adopt([held(running), held(waiting)])
    ear.expect(Started, running.token)
    assert ear.expect(Disowned, waiting.token) == Disowned(waiting.token, "never")
    world.finish(running.token, 0)
    ear.expect(Ended, running.token)


def test_outcomes_until_acknowledged(world: World, ear: Ear, yard_home: Path) -> None:
    """Every worker hears an end; who connects later hears it too, until somebody acknowledges it."""
    spec = spec_in(yard_home)
    world.runner.start([spec])
    ear.expect(Started, spec.token)
    world.finish(spec.token, 2)
    ear.expect(Ended, spec.token)
    later = Ear(world.another())
    later.runner.ensure()
    later.expect(Connected)
    later.expect(Ended, spec.token)
    later.runner.acknowledge([spec.token])
    later.runner.close()
    world.runner.disown([marker := Held("m" * 32, "JOB-20260101-00009", str(yard_home / "jobs" / "m"))])
    ear.expect(Disowned, marker.token)
    last = Ear(world.another())
    last.runner.ensure()
    last.expect(Connected)
    last.runner.disown([marker])
    last.expect(Disowned, marker.token)
    assert not [event for event in last.heard if isinstance(event, Ended)]
    last.runner.close()


def test_descriptors_tell(world: World, ear: Ear, yard_home: Path) -> None:
    """A descriptor is readable while there is something to hear."""
    import select

    spec = spec_in(yard_home)
    world.runner.start([spec])
    ready = select.select(world.runner.filenos(), [], [], 10)[0]
    assert ready
    ear.expect(Started, spec.token)
    world.runner.close()
    assert not world.runner.connected
