"""The loop that decides and records: wake, hear, commit outcomes and claims together, start.

It holds no state that matters: whatever dies between two lines, the store, the keeper and the attempt
folders say what is true, and the next worker goes on from there. The same class runs as a thread in
the app, as ``jobyard --worker``, and in tests with a fake runner and a clock of their own.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable, Sequence, Set

from . import crash, leavings, locks, telling
from .adoption import Adoption
from .charge import Charge
from .chores import Chore, Chores
from .errors import CorruptStore, JobyardError, Retired, RunnerError, StoreFull, WrongState
from .launch import spec_from
from .models import Result
from .pulse import BACK_OFF, BURY, Inbox, Timers
from .readable import HasFileno, readable
from .runners.base import (
    SHORTAGES,
    Connected,
    Disowned,
    Ended,
    Lost,
    Noted,
    Outcome,
    Runner,
    RunnerEvent,
    Started,
    StartSpec,
)
from .settings import Settings
from .states import Cause
from .stops import Stops
from .store import Bell, Store, claims, outcomes, resources, settle, workers
from .store.claims import Claimed, Freeze
from .store.database import Troubled
from .text import people_size
from .verdict import verdict

POLL = 0.25  # seconds between looks at data_version, the doorbell's backstop
LINGER = 0.015  # seconds, at most, in which ends are gathered while the keeper has other jobs in hand
AHEAD = 0.25  # seconds between looks whether what is handed ahead still should be
ENOUGH = 24  # jobs in hand that last for a whole linger; fewer, the shorter it is
MOST_RESULTS = 200  # outcomes a transaction

crash.register(
    worker_admitted="the worker's generation is admitted, nothing is adopted",
    worker_claimed="jobs are claimed in the store, the keeper has not been told",
    worker_told="the keeper has been told to start, the worker knows nothing of it",
    worker_heard="an outcome is heard, nothing is committed",
    worker_committed="an outcome is committed, the keeper has no acknowledgement",
    worker_leaving="the worker has left in the store, its lock is still held",
)


class Worker:
    """One generation of a worker. ``run`` blocks until it has left."""

    def __init__(
        self,
        store: Store,
        runner: Runner,
        settings: Settings,
        *,
        face: str,
        name: str,
        max_jobs: int | None = None,
        once: bool = False,
        replaces: int | None = None,
        mock: bool = False,
        chores: Sequence[Chore] = (),
        prepare: Callable[[Claimed], None] = lambda job: None,
        freeze: Freeze = lambda connection, claimed: [None] * len(claimed),
        configs: claims.Configs = claims.NO_CONFIGS,
        clock: Callable[[], float] = time.monotonic,
        tell: Callable[[str], None] = lambda text: None,
    ) -> None:
        self.store, self.runner, self.settings = store, runner, settings
        self.face, self.name, self.max_jobs, self.once, self.replaces = face, name, max_jobs, once, replaces
        self.mock = mock
        self.id = 0
        self.why_left = ""
        self.admitted = threading.Event()
        self.gone = threading.Event()
        self._clock, self._tell, self._freeze, self._prepare = clock, tell, freeze, prepare
        self._configs = configs
        store.db.tell = self._say
        self._said = ""  # the trouble told last
        self._awaited: float | None = None  # the time for which it has said that it waits
        self._inbox = Inbox()
        self._charge = Charge(clock)
        self._leave = self._drain = False
        self._rung = True  # somebody has committed something
        self._again = False  # the last commit left something to do
        self._timers = Timers(clock)
        self._stops = Stops(store, runner, self._charge)
        self._adoption = Adoption(
            store, runner, self._charge, self._stops, self._inbox, self._timers, lambda: self.settings
        )
        self._lock: int | None = None
        self._wake_r, self._wake_w = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        self._chores = Chores(chores, clock, self._wake, self._say)

    # -- from other threads ---------------------------------------------------------------------

    def stop(self) -> None:
        """Leave at once; jobs go on."""
        self._leave = True
        self._wake()

    def follow(self, settings: Settings) -> None:
        """Go by these settings from now on, and look at once what may start by them. From its own thread."""
        self.settings = settings
        self._rung = True

    def look(self) -> None:
        """Look at once what may start: something is ready that a claim has waited for. From its own thread."""
        self._rung = True

    def drain(self) -> None:
        """Start nothing new, leave when the last job has ended."""
        self._drain = self._rung = True
        self._wake()

    @property
    def running(self) -> bool:
        """Whether it has been admitted and has not left."""
        return self.admitted.is_set() and not self.gone.is_set()

    @property
    def busy(self) -> int:
        """How many attempts it answers for."""
        return len(self._charge)

    def _say(self, text: str) -> None:
        """Tell a trouble once, not with every new try."""
        if text != self._said:
            self._said = text
            with contextlib.suppress(OSError, ValueError):  # what it tells may go to the very disk that is full
                self._tell(text)

    def _wake(self) -> None:
        with contextlib.suppress(OSError):
            os.write(self._wake_w, b"!")

    # -- the loop ---------------------------------------------------------------------------------

    def run(self) -> None:
        """Work until stopped, drained, retired, or (``once``) until nothing can run any more."""
        try:
            self._begin()
            with Bell(self.store.run) as bell:
                self.store.ringer.but = bell.name
                while not self._leave:
                    self._wait(bell, self.turn())
            self._left()
        except Retired as error:
            self.why_left = str(error)
        finally:
            self._end()

    def _begin(self) -> None:
        self._lock = locks.acquire(workers.lock_path(self.store.run, self.name))
        if self._lock is None:
            raise WrongState(f"A worker named {self.name} lives already", "", "Choose another --name")
        workers.mark(self._lock, self.mock)
        actor = self.store.actor
        self.id = workers.admit(self.store, self.name, actor.host, os.getpid(), self.face, self.max_jobs, self.replaces)
        resources.ensure_host(self.store, refresh=True)
        self.admitted.set()
        crash.point("worker.admitted")  # the first turn recovers, and goes on trying where that fails

    def _left(self) -> None:
        with contextlib.suppress(JobyardError):
            workers.set_mode(self.store, self.id, "left")
        crash.point("worker.leaving")

    def _end(self) -> None:
        self.gone.set()
        self._chores.close()
        self.runner.close()
        if self._lock is not None:
            with contextlib.suppress(OSError):
                workers.lock_path(self.store.run, self.name).unlink()
            os.close(self._lock)
        os.close(self._wake_r)
        os.close(self._wake_w)
        self._wake_w = -1
        self.store.close()

    def turn(self) -> float:
        """One round of the loop; seconds that it may sleep now."""
        try:
            self._hear(self.runner.events())
            self._on_timers()
            if self._has_work():
                self._commit()
            self._send_stops()
            self._leave = self._leave or self._finished()
        except (StoreFull, Troubled, RunnerError, OSError) as error:  # OSError: no room, no descriptors, no folder
            self._say(error.line() if isinstance(error, JobyardError) else str(error))
            self._again, self._rung = True, False  # nothing was taken off the list: try it all again, but not at once
            return BACK_OFF
        except CorruptStore as error:  # it does not heal: whoever comes after the repair takes over
            raise CorruptStore(error.what, error.why, f"Running jobs go on. {error.todo}") from error
        if self._inbox or self._leave or self._again:
            return 0.0
        ahead = AHEAD if self._charge.waiting else BURY
        return min(self._timers.next_in(self.store.clock()), self._chores.next_in(), ahead)

    def _wait(self, bell: Bell, seconds: float) -> None:
        """Sleep until something rings: the doorbell, the keeper, another thread, a timer."""
        deadline = self._clock() + seconds
        while True:
            left = deadline - self._clock()
            sources: list[HasFileno | int] = [bell, self._wake_r, *self.runner.filenos()]
            ready = readable(sources, min(POLL, left))
            if self._wake_r in ready:
                os.read(self._wake_r, 4096)
            self._rung = bell.drain() or self._timers.data_changed(self.store.db) or self._rung
            if ready or self._rung or left <= 0:
                break
        waiting = len(self._charge.waiting)
        if waiting and not self._leave:
            # More ends are milliseconds away, and the keeper has jobs in hand.
            time.sleep(LINGER * min(1.0, waiting / ENOUGH))

    # -- hearing ------------------------------------------------------------------------------------

    def _hear(self, events: list[RunnerEvent]) -> None:
        for event in events:
            match event:
                case Started() if event.token in self._charge:  # another's start is the other's to record
                    self._charge.waiting.discard(event.token)
                    self._inbox.started.append((event.token, event.pid, event.at))
                case Ended():
                    self._hear_end(event)
                case Disowned():
                    self._hear_disowned(event)
                case Noted():
                    self._inbox.notes.append((event.token, event.text))
                case Lost():
                    self._timers.reconnect = self._rung = True
                case Connected() | Started():
                    pass
        if any(isinstance(event, Ended) for event in events):
            crash.point("worker.heard")

    def _hear_end(self, event: Ended) -> None:
        if event.outcome.token in self._charge:
            self._inbox.ends[event.outcome.token] = event
        else:
            self._adoption.hear(event, self._clock())

    def _hear_disowned(self, event: Disowned) -> None:
        if event.answer == "never":
            self._inbox.returned.append(event.token)
            if event.why:  # the host lacks room, memory or descriptors: it will, for a while
                self._timers.pause_claims(BACK_OFF)
                self._say(event.why)
        elif event.answer == "unknown":
            self._timers.readopt = self._clock() + BACK_OFF

    def _on_timers(self) -> None:
        """Whatever is due: the heartbeat, the dead, the lost keeper, the chores."""
        now = self._clock()
        if self._timers.due("heartbeat", self.settings.heartbeat):
            workers.heartbeat(self.store, self.id)
        if self._timers.due("bury", BURY):
            self._recover()
        self._follow_clock(self.store.clock())
        if self._timers.reconnect or now >= self._timers.readopt:
            self._adoption.reconnect()
        self._adoption.take_late(now)
        self._chores.turn()

    def _follow_clock(self, wall: float) -> None:
        """A wall clock that was set back would have retries wait longer than they should."""
        if self._timers.went_back(wall):
            outcomes.hasten(self.store)
            self._rung = True
        self._timers.follow_wall(wall)

    def _recover(self) -> None:
        """Take over what others left, unless there is nothing left to work for."""
        if workers.lock_path(self.store.run, self.name).exists():
            self._adoption.recover(self.id)
        else:  # nor, most likely, is the yard
            self._leave = True

    # -- committing ---------------------------------------------------------------------------------

    def _has_work(self) -> bool:
        """Whether a transaction would change anything; asked without taking the write lock."""
        if self._inbox or self._timers.wall_due(self.store.clock()):
            return True
        if not (self._rung or self._again or self._timers.pause_over() or self._look_ahead()):
            return False
        self._rung = self._again = False
        self._timers.wall = outcomes.next_due(self.store)
        self._follow_mode()
        if not self._can_claim():
            return settle.pending(self.store)
        self.runner.ensure()  # before anything is claimed for it
        return True

    def _look_ahead(self) -> bool:
        """Whether it is time to look what became of the jobs that were handed ahead."""
        return bool(self._charge.waiting) and self._timers.due("ahead", AHEAD)

    def _follow_mode(self) -> None:
        """What others have asked of this worker, by the store."""
        mode = workers.mode(self.store, self.id)
        self._drain = self._drain or mode == "draining"
        if self._drain and mode == "working":
            workers.set_mode(self.store, self.id, "draining")
        self._leave = self._leave or mode == "stopping"
        if mode not in ("working", "draining", "stopping"):
            raise Retired(None, f"generation {self.id} is {mode}")

    def _room(self, leaving: Set[str] = frozenset()) -> int | None:
        """How many more it may take, once *leaving* (some of which may be others') are gone."""
        return None if self.max_jobs is None else max(0, self.max_jobs - self._charge.beside(leaving))

    def _may_claim(self) -> bool:
        if self._drain or self._leave or self._timers.claims_paused():
            return False
        room, floor = disk_room(self.store.home), self.settings.disk_floor
        if room < floor:
            self._timers.pause_claims(BACK_OFF)  # and look again then: nobody rings when room is made
            self._say(f"Nothing new starts: {people_size(room)} of disk are free, the floor is {people_size(floor)}.")
        return room >= floor

    def _can_claim(self) -> bool:
        if not self._may_claim():
            return False
        return claims.wanted(claims.look(self.store, self._charge.medians(), self._room()))

    def _commit(self) -> None:
        """Everything heard and everything claimed, in one transaction; then tell the keeper."""
        inbox, results = self._inbox, self._results()
        with self.store.db.transaction() as connection:
            mode = claims.check_generation(connection, self.id)
            outcomes.started(self.store, connection, inbox.lasting())
            outcomes.returned(self.store, connection, inbox.returned)
            outcomes.ended(self.store, connection, results)
            for token, text in inbox.notes:
                outcomes.note(self.store, connection, token, text)
            settle.step(self.store, connection)
            outcomes.admit_due(self.store, connection)
            claimed: list[Claimed] = []
            if mode == "working" and self._may_claim() and self.runner.connected:
                leaving = {result.token for result in results} | set(inbox.returned)
                room, recent = self._room(leaving), self._charge.medians()
                claimed = claims.claim(self.store, connection, self.id, recent, room, self._freeze, self._configs)
        crash.point("worker.committed")
        if results or self._timers.wall_due(self.store.clock()):
            self._timers.wall = outcomes.next_due(self.store)  # what failed may be tried again at a time
        self._forget(inbox, results)
        if results:
            self._chores.jobs_ended()
        specs = self._take(claimed)
        if specs:
            crash.point("worker.claimed")
            self.runner.start(specs)
            crash.point("worker.told")
        # The claim came after all that could make jobs eligible; only what did not fit, or a keeper that was not
        # there, needs another look.
        more = len(claimed) >= claims.MOST or not self.runner.connected
        self._again = more or bool(inbox.ends) or settle.pending(self.store)

    def _results(self) -> list[Result]:
        some = list(self._inbox.ends.values())[:MOST_RESULTS]
        ended = leavings.judged(self.store, self._charge, [verdict(event.outcome) for event in some])
        return telling.explained(self.store, ended)

    def _forget(self, inbox: Inbox, results: list[Result]) -> None:
        """The store has them: drop them here and let the keeper drop them."""
        tokens = [result.token for result in results]
        for token in tokens:
            inbox.ends.pop(token, None)
        over = {*tokens, *inbox.returned}
        self._charge.drop(over, results)
        self._stops.forget(over)
        inbox.clear_all_but_ends()
        if tokens:
            self.runner.acknowledge(tokens)

    def _take(self, claimed: list[Claimed]) -> list[StartSpec]:
        """Claims as start requests; one that its kind cannot make into a process fails its attempt.

        Whatever is wrong with one job, the others are started and the worker lives: its end goes with the next commit.
        """
        specs = []
        for job in claimed:
            try:
                self._prepare(job)
                spec = spec_from(job, self.store.home, self.settings, self.mock)
            except Exception as error:
                if isinstance(error, OSError) and error.errno in SHORTAGES:
                    self._not_now(job, error)
                else:
                    self._fail_launch(job, error)
                continue
            specs.append(spec)
            self._charge.take(spec, job.queue_id, job.kind)
        return specs

    def _not_now(self, job: Claimed, error: OSError) -> None:
        """No room for its kind's files, or no descriptors: it waits again, since nobody was told to start it."""
        self._inbox.returned.append(job.token)
        self._timers.pause_claims(BACK_OFF)
        self._say(f"{job.id} could not be started: {error.strerror}. It is tried again.")

    def _fail_launch(self, job: Claimed, error: Exception) -> None:
        message = error.line() if isinstance(error, JobyardError) else f"{type(error).__name__}: {error}"
        outcome = Outcome(job.token, None, self.store.clock(), cause=Cause.LAUNCH, message=message)
        self._inbox.ends[job.token] = Ended(outcome)

    # -- stops ------------------------------------------------------------------------------------------

    def _send_stops(self) -> None:
        """Pass on what people want stopped, and what is not to be started any more."""
        if self._drain:
            self._stops.recall()
        self._stops.send()

    # -- leaving ------------------------------------------------------------------------------------------

    def _finished(self) -> bool:
        if self._inbox or self._charge or self._chores.busy():
            return False
        return self._drain or (self.once and self._nothing_left())

    def _nothing_left(self) -> bool:
        """Nothing runs, nothing may start now or at a later time."""
        if settle.pending(self.store) or self._can_claim() or self._awaits():
            return False
        return not workers.any_attempt(self.store)

    def _awaits(self) -> bool:
        """Whether a job starts by itself later; whoever watches is told once for which it waits, and until when."""
        due = outcomes.next_due(self.store)
        if due is None or not outcomes.awaits(self.store):
            return False
        found = None if due == self._awaited else outcomes.awaited(self.store)
        if found is not None:
            self._awaited = due
            self._say(f"{found.words()}; Ctrl-C leaves, {'they stay' if found.more else 'it stays'}")
        return True


def disk_room(folder: os.PathLike[str]) -> int:
    """Bytes that may still be written there."""
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize
