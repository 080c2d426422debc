"""Four people at once: processes that do at random what people do, on one yard whose workers are killed meanwhile.

What they do is everything that changes something: submit (with wants, keys, parents, arrays), cancel, requeue, hold,
release, priority, move, dependencies, locks, pauses, policies, slots, undo, redo. A refusal is an answer; anything
else than a refusal or a success is broken. `audit` then reads whether all that happened was lawful.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from jobyard.core.errors import JobyardError
from jobyard.core.models import Dependency, JobFilter, JobSpec
from jobyard.core.states import After, State
from jobyard.core.yard import Yard
from tests.running import audit, promise

PEOPLE = 4
RECENT = 60  # jobs that they still care about
BACKLOG = 150  # jobs at hand beyond which nobody submits
QUEUES = ("wide", "alone", "long")
INSTRUMENTS = ("qick", "laser")
KEYS = tuple(f"key{number}" for number in range(6))
QUIET = 240.0  # seconds for everything to end once nobody does anything any more

Act = Callable[[Yard, random.Random, list[str]], object]


# -- what people do ---------------------------------------------------------------------------------


def submit(yard: Yard, dice: random.Random, ids: list[str]) -> object:
    """One job, sometimes several as an array."""
    if sum(yard.counts()[state] for state in (State.PENDING, State.RUNNING)) > BACKLOG:
        return cancel(yard, dice, ids)
    instrument = dice.choice(INSTRUMENTS) if dice.random() < 0.3 else ""
    parents = dice.sample(ids, min(len(ids), dice.choice((0, 0, 1, 2))))
    spec = JobSpec(
        {"command": promise.shell(yard.home, script(yard.home, dice, instrument))},
        queue=dice.choice(QUEUES),
        priority=dice.randrange(-2, 3),
        dependencies=tuple(Dependency(parent, dice.choice(tuple(After))) for parent in parents),
        needs={instrument: 1} if instrument else {"gadget": dice.choice((1, 1, 3))} if dice.random() < 0.3 else {},
        unique=dice.choice(KEYS) if dice.random() < 0.1 else "",
        estimate=dice.choice((None, 1.0, 60.0)),
        held=dice.random() < 0.05,
        retries=dice.choice((0, 0, 2)),
        retry_delay=0.2,
        not_before=time.time() + 0.5 if dice.random() < 0.1 else None,
        cwd="/",
    )
    return yard.submit(spec)


def script(home: Path, dice: random.Random, instrument: str) -> str:
    """What a job does; one that has an instrument fails with 77 if somebody else has it too."""
    sleep = f"sleep 0.{dice.randrange(1, 20):02d}"
    if instrument:
        return f"flock --nonblock --conflict-exit-code 77 {home}/{instrument}.taken {sleep}"
    return dice.choice((sleep, sleep, f"{sleep}; exit 3", "sleep 100" if dice.random() < 0.2 else sleep))


def some(dice: random.Random, ids: list[str]) -> list[str]:
    """A few of the jobs."""
    return dice.sample(ids, min(len(ids), dice.choice((1, 1, 1, 3))))


def cancel(yard: Yard, dice: random.Random, ids: list[str]) -> object:
    """A few jobs."""
    return yard.cancel(some(dice, ids))


def requeue(yard: Yard, dice: random.Random, ids: list[str]) -> object:
    """A few jobs, sometimes with their dependants."""
    return yard.requeue(some(dice, ids), cascade=dice.random() < 0.3)


def hold(yard: Yard, dice: random.Random, ids: list[str]) -> object:
    """A few jobs."""
    return yard.hold(some(dice, ids))


def release(yard: Yard, dice: random.Random, ids: list[str]) -> object:
    """A few jobs."""
    return yard.release(some(dice, ids))


def priority(yard: Yard, dice: random.Random, ids: list[str]) -> object:
    """A few jobs."""
    return yard.priority(some(dice, ids), dice.randrange(-3, 4))


def move(yard: Yard, dice: random.Random, ids: list[str]) -> object:
    """A few jobs to somewhere in their queue."""
    where = dice.choice(("top", "bottom", "before", "after"))
    anchor = dice.choice(ids) if where in ("before", "after") else None
    return yard.move(some(dice, ids), where, anchor)


def depend(yard: Yard, dice: random.Random, ids: list[str]) -> object:
    """A dependency more, or one less."""
    child, parent = dice.choice(ids), dice.choice(ids)
    if dice.random() < 0.6:
        return yard.after_add(child, [parent], dice.choice(tuple(After)))
    return yard.after_cut(child, [parent])


def lock(yard: Yard, dice: random.Random, ids: list[str]) -> object:
    """An instrument for oneself, and back."""
    name = dice.choice(INSTRUMENTS)
    if dice.random() < 0.4:
        return yard.resource_lock(name, "in the hutch")
    return yard.resource_unlock(name, force=dice.random() < 0.3)


def pause(yard: Yard, dice: random.Random, ids: list[str]) -> object:
    """A queue, mostly for a moment."""
    queue = dice.choice(QUEUES)
    if dice.random() < 0.4:
        return yard.queue_pause(queue, time.time() + 0.3 if dice.random() < 0.7 else None)
    return yard.queue_resume(queue)


def policy(yard: Yard, dice: random.Random, ids: list[str]) -> object:
    """Another order, other slots."""
    if dice.random() < 0.5:
        return yard.queue_set(dice.choice(("wide", "long")), slots=dice.randrange(1, 5))
    return yard.queue_set(dice.choice(QUEUES), policy=dice.choice(("fifo", "shortest", "chain")))


def undo(yard: Yard, dice: random.Random, ids: list[str]) -> object:
    """One's last change, or the undoing of it."""
    return yard.undo() if dice.random() < 0.7 else yard.redo()


def look(yard: Yard, dice: random.Random, ids: list[str]) -> object:
    """What people read."""
    job = yard.job(dice.choice(ids))
    yard.history(job.row)
    yard.list(JobFilter(states=frozenset({State.PENDING})), 20)
    return yard.graph([job.row])


ACTS: dict[Act, int] = {
    submit: 30, cancel: 8, requeue: 8, hold: 5, release: 6, priority: 6, move: 10, depend: 10, lock: 4, pause: 4,
    policy: 3, undo: 6, look: 6,
}  # fmt: skip


def person(home: Path, seed: int, seconds: float) -> Counter[str]:
    """Do things for so long; what was done, refused, and (what must not be) broken."""
    dice = random.Random(seed)
    done: Counter[str] = Counter()
    until = time.monotonic() + seconds
    with Yard.open(home, face="soak") as yard:
        while time.monotonic() < until:
            rows = yard.list(JobFilter(), RECENT)
            ids = [row.id for row in rows]
            act = dice.choices(list(ACTS), list(ACTS.values()))[0] if ids else submit
            try:
                act(yard, dice, ids)
                done[act.__name__] += 1
            except JobyardError as error:
                done[f"{act.__name__} refused"] += 1
                if not error.line().startswith("jobyard") and not error.what:
                    done[f"{act.__name__} broken"] += 1
            time.sleep(dice.uniform(0, 0.02))
    return done


# -- the yard that they share ------------------------------------------------------------------------------


def prepare(home: Path) -> Yard:
    """A yard with their queues and instruments."""
    yard = Yard.open(home, face="soak")
    yard.queue_create("wide", slots=4)
    yard.queue_create("alone", exclusive=True)
    yard.queue_create("long", slots=2)
    yard.queue_set("long", policy="chain")
    for name, capacity in (*((name, 1) for name in INSTRUMENTS), ("gadget", 4)):
        yard.resource_set(name, capacity=capacity, new=True)
    return yard


def together(home: Path, seed: int, seconds: float) -> list[str]:
    """Four people for so long while workers and keepers are killed; what is broken."""
    dice = random.Random(seed)
    yard = prepare(home)
    people = [start_person(home, dice.randrange(1 << 30), seconds, number) for number in range(PEOPLE)]
    workers: list[subprocess.Popen[bytes]] = []
    found: list[str] = []
    try:
        while any(one.poll() is None for one in people):
            workers = _kept(home, workers)
            _strike(home, workers, dice)
            time.sleep(dice.uniform(0.1, 0.4))
        for number, one in enumerate(people):
            out = one.communicate()[0].decode()
            if one.returncode or "broken" in out:
                found.append(f"person {number} ended with {one.returncode}: {out[-2000:]}")
        calm(yard, lambda: _kept(home, workers))
        print(f"together: {told(yard)}", flush=True)
        found += promise.broken(yard, {}, may_lose=True) + audit.unlawful(yard._store) + shared(yard)
    finally:
        promise.put_down(home, [*workers, *people])
        yard.close()
    return found[:20]


def start_person(home: Path, seed: int, seconds: float, number: int) -> subprocess.Popen[bytes]:
    """One of them, with a name of their own."""
    words = [sys.executable, "-m", "tests.running.clients", str(home), str(seed), str(seconds)]
    env = {**os.environ, "LOGNAME": f"person{number}", "USER": f"person{number}"}
    return subprocess.Popen(words, cwd=promise.ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def _kept(home: Path, workers: list[subprocess.Popen[bytes]]) -> list[subprocess.Popen[bytes]]:
    """Two workers, whoever died."""
    alive = [worker for worker in workers if worker.poll() is None]
    while len(alive) < 2:
        alive.append(promise.worker(home, JOBYARD_KILL_GRACE="0.2s"))
    return alive


def _strike(home: Path, workers: list[subprocess.Popen[bytes]], dice: random.Random) -> None:
    what = dice.random()
    if what < 0.06:
        dice.choice(workers).kill()
    elif what < 0.09:
        for pid in promise.keepers(home):
            promise.kill(pid)


def calm(yard: Yard, keep: Callable[[], object]) -> None:
    """Nobody does anything any more: open everything, and let it all end."""
    for queue in yard.queues():
        if queue.paused:
            yard.queue_resume(f"{queue.session}/{queue.name}")
    for name in INSTRUMENTS:
        try:
            yard.resource_unlock(name, force=True)
        except JobyardError:
            pass  # it is free
    deadline = time.monotonic() + QUIET
    while rows := yard.list(JobFilter(states=frozenset({State.PENDING, State.RUNNING})), 500):
        if time.monotonic() > deadline:
            raise AssertionError(f"stuck: {[(row.id, row.state, row.reason) for row in rows[:10]]}")
        keep()
        held = [row.row for row in rows if row.held]
        if held:
            yard.release(held)
        endless = [row.row for row in rows if row.state is State.RUNNING and row.command.endswith("sleep 100'")]
        if endless:
            yard.cancel(endless)
        time.sleep(0.2)


def told(yard: Yard) -> str:
    """What became of it all."""
    events = yard._store.db.rows("SELECT verb, count(*) FROM event GROUP BY 1 ORDER BY 2 DESC")
    return ", ".join(f"{count} {verb}" for verb, count in events)


def shared(yard: Yard) -> list[str]:
    """Jobs that found their instrument in another's hands."""
    rows = yard._store.db.rows("SELECT job_id, number FROM attempt WHERE exit_code = 77")
    return [f"row {row}, attempt {number}: its instrument was taken" for row, number in rows]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="clients")
    parser.add_argument("home", type=Path)
    parser.add_argument("seed", type=int)
    parser.add_argument("seconds", type=float)
    given = parser.parse_args()
    for name, count in sorted(person(given.home, given.seed, given.seconds).items()):
        print(name, count)
