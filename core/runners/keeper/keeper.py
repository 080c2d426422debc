"""The life of an attempt: waiting in its lane, running, ending, told.

Everything happens in one thread, in turns: :meth:`Keeper.turn` after the messages of a turn, :meth:`Keeper.look`
four times a second while something runs.
"""

from __future__ import annotations

import selectors
import time
from collections.abc import Iterable

from ... import crash
from ..base import Held, Outcome, StartSpec
from . import (
    adopt,
    cgroup,
    files,
    logbound,
    pidfd,
    procfs,
    protocol,
    reaper,
    sampling,
    spawn,
    stopping,
    system,
    telling,
)
from .cgroup import Cgroups
from .hub import Hub
from .jobs import Job, Status, held_as
from .lanes import Lanes
from .outcomes import OutcomeLog
from .stopping import Stopper
from .tree import Tree

GATHER = 0.004  # seconds, at most, that news are gathered while other attempts wait
_STARTS_A_TURN = 8  # so that messages and ends are not kept waiting by a long row of starts

crash.register(
    keeper_after_wait="a main process has been reaped, nothing of its outcome is on disk",
    keeper_before_append="`result.json` is written, the outcomes log does not have the outcome",
    keeper_after_append="the outcomes log has the outcome, nobody has been told",
    keeper_while_sweeping="the main process is over, what it left behind is being stopped",
)


class Keeper:
    """All attempts of one yard."""

    def __init__(self, run: str, hub: Hub, selector: selectors.BaseSelector) -> None:
        self.hub = hub
        self.lanes = Lanes()
        self.jobs: dict[str, Job] = {}
        self.outcomes = OutcomeLog(run)
        self.refused: set[str] = set()  # tokens that must not start, though no tombstone could be written
        self._mains: dict[int, Job] = {}
        self._selector = selector
        self._launcher = spawn.Launcher()
        self._cgroups = Cgroups(run)
        self._tree = Tree(self.jobs, self._mains, self._cgroups)
        self._stopper = Stopper(self._tree)
        self._told: dict[str, tuple[bytes, str]] = {}  # token → line, folder: ended in this turn
        self._ending: dict[str, Job] = {}  # stopping, or gone with a tree that is not
        self._old_cgroups: list[str] = []
        self._fresh: list[Job] = []  # started, not told
        self.outcomes.load()
        self._cgroups.clean()

    @property
    def holds(self) -> bool:
        """Whether any attempt waits, runs or ends here."""
        return bool(self.jobs or self.lanes.tokens())

    @property
    def busy(self) -> bool:
        """Whether somebody is being stopped, so that ends should be looked for soon."""
        return bool(self._ending)

    def next_deadline(self) -> float | None:
        """When the next time limit or grace is over, on CLOCK_BOOTTIME."""
        times = [job.deadline for job in self.jobs.values() if job.deadline and not job.stop_why and not job.status]
        times += [job.kill_at for job in self._ending.values() if job.kill_at and not job.killing]
        return min((at for at in times if at is not None), default=None)

    # -- one turn -----------------------------------------------------------------------------

    def turn(self) -> bool:
        """Reap, fill the free slots, tell; True when more could start at once.

        While other attempts wait in their lanes, the workers hear of ends and starts a few milliseconds later,
        many at a time: what they would start next is here already.
        """
        self._reap()
        for spec in self.lanes.take(_STARTS_A_TURN):
            self._start(spec)
        self._publish()
        if not self.lanes.waiting or self.hub.unsent_for() >= GATHER:
            self._say_fresh()
            self.hub.flush()
        return self.lanes.ready()

    def urge(self) -> None:
        """Limits and graces that are over, and trees that may be empty by now."""
        now = system.boottime()
        for job in list(self.jobs.values()):
            if job.deadline is not None and now >= job.deadline:
                self.stop(job, "time limit")
        for job in list(self._ending.values()):
            self._stopper.advance(job)
            self._conclude(job)

    def look(self) -> None:
        """What is due every 250 ms while something runs."""
        self._launcher.forget()
        self._tree.settle()
        stopping.end_strays(self._tree)
        for job in list(self.jobs.values()):
            self._look_at(job)
        self.outcomes.retry()
        self._old_cgroups = [path for path in self._old_cgroups if not cgroup.remove(path)]

    def close(self) -> None:
        """Leave nothing that nobody needs."""
        self.outcomes.close()
        self._cgroups.clean()

    # -- beginnings ---------------------------------------------------------------------------

    def _start(self, spec: StartSpec) -> None:
        try:
            job = self._launcher.launch(spec)
        except FileExistsError:
            self.lanes.leave(spec.lane)
            self.find(held_as(spec), -1, "start")
        except spawn.Shortage as error:
            self._not_now(spec, str(error))
        except spawn.CannotLaunch as error:
            self.lanes.leave(spec.lane)
            self._tell(spec.folder, Outcome(spec.token, None, time.time(), cause="launch", message=str(error)))
        else:
            self._mains[job.pid] = self.jobs[job.token] = job
            self._fresh.append(job)
            self.hub.owe()

    def _not_now(self, spec: StartSpec, why: str) -> None:
        self.lanes.leave(spec.lane)
        self.refused.add(spec.token)
        self.disowned(spec.token, "never", f"not started: {why}")

    def find(self, held: Held, fd: int, asked: str) -> None:
        """Answer for an attempt that this keeper does not know."""
        finding = adopt.find(held, fd)
        match finding:
            case Job():
                self._adopt(finding, held)
                if asked == "disown":
                    self.disowned(held.token, "ended" if finding.status else "runs")
            case adopt.Told(outcome):
                if asked == "disown":
                    self.disowned(held.token, "ended")
                self._tell(held.folder, outcome)
            case adopt.Never(why):
                self.disowned(held.token, "never", why)
            case adopt.Unknown(why):
                self.disowned(held.token, "unknown", why)

    def _adopt(self, job: Job, held: Held) -> None:
        self.jobs[job.token] = job
        self.lanes.enter(job.lane, held.lane_slots)
        if job.status:
            self._ending[job.token] = job
            self._conclude(job)
            return
        self._cgroups.find(job)
        if job.pidfd >= 0:
            self._selector.register(job.pidfd, selectors.EVENT_READ, lambda: self._adopted_gone(job))
        if job.stop_why:
            self._stopper.resume(job, job.stop_why)
            self._ending[job.token] = job
        self.say_started(job)

    # -- ends ---------------------------------------------------------------------------------

    def stop(self, job: Job, why: str) -> None:
        """Begin to stop *job*."""
        self._stopper.begin(job, why)
        if job.stop_why:
            self._ending[job.token] = job

    def _reap(self) -> None:
        orphans = False
        for pid, status, usage in reaper.reaped():
            job = self._mains.pop(pid, None)
            if job is not None:
                self._main_gone(job, reaper.own_status(job, status, usage))
            else:
                orphans = True
        if orphans:
            for job in list(self._ending.values()):
                self._conclude(job)

    def _adopted_gone(self, job: Job) -> None:
        """The pidfd of an adopted process says that it has ended; its status may take its new parent a moment."""
        if job.status or job.token not in self.jobs:
            return
        if not job.gone_at:
            job.gone_at = system.boottime()
            if job.pidfd >= 0:
                self._selector.unregister(job.pidfd)
        self._ending[job.token] = job
        status = reaper.adopted_status(job)
        if status is not None:
            self._main_gone(job, status)

    def _main_gone(self, job: Job, status: Status) -> None:
        crash.point("keeper.after_wait")
        job.status, job.ended_at = status, time.time()
        if job.own and self._tree.clean():
            self._end(job)
            return
        self._ending[job.token] = job
        self._conclude(job)

    def _conclude(self, job: Job) -> None:
        """End *job* if its tree is gone."""
        if job.status is None:
            if not job.own and reaper.has_ended(job):
                self._adopted_gone(job)
            return
        if self._stopper.over(job):
            self._end(job)
        elif not job.draft:
            job.draft = True
            message = {**protocol.ended_message(telling.outcome(job)), "sweeping": True}
            files.write_result(job.folder, protocol.line(message))
            crash.point("keeper.while_sweeping")

    def _end(self, job: Job) -> None:
        self._last_look(job)
        self._ending.pop(job.token, None)
        del self.jobs[job.token]
        self.lanes.leave(job.lane)
        pidfd.shut(job.pidfd)
        if job.cgroup and not cgroup.remove(job.cgroup):
            self._old_cgroups.append(job.cgroup)
        self._tell(job.folder, telling.outcome(job))

    def _tell(self, folder: str, outcome: Outcome) -> None:
        if outcome.token not in self.outcomes:
            self._told[outcome.token] = protocol.line(protocol.ended_message(outcome)), folder

    def _publish(self) -> None:
        """The outcomes of this turn: into their folders, into the log in one write, and only then to the workers."""
        if not self._told:
            return
        for line, folder in self._told.values():
            files.write_result(folder, line)
        crash.point("keeper.before_append")
        self.outcomes.add({token: line for token, (line, _) in self._told.items()})
        crash.point("keeper.after_append")
        for line, _ in self._told.values():
            self.hub.broadcast(line)
        self._told = {}

    # -- looks --------------------------------------------------------------------------------

    def _look_at(self, job: Job) -> None:
        if not job.recorded:
            spawn.record_again(job)
        if job.status is None:
            self._look_at_process(job)
        self._look_at_logs(job)

    def _look_at_process(self, job: Job) -> None:
        if not job.own and job.pidfd < 0 and reaper.has_ended(job):
            self._adopted_gone(job)
            return
        spawn.complete(job)
        self._tree.look(job)
        job.peak = procfs.peak_memory(job.pid) or job.peak
        if job.looked:  # only now has it outlived a whole interval
            self._cgroups.gather(job, lambda: self._looked(job))
            sampling.look(job)
        job.looked = True

    def _looked(self, job: Job) -> dict[int, int]:
        self._tree.look(job)
        return job.processes()

    def _look_at_logs(self, job: Job) -> None:
        try:
            text = logbound.look(job)
        except logbound.CannotBound:
            if job.status is None:
                self.stop(job, "log limit")
            return
        if text:
            self.hub.broadcast(protocol.line({"ev": "noted", "token": job.token, "text": text}))

    def _last_look(self, job: Job) -> None:
        try:
            logbound.look(job)
        except logbound.CannotBound:
            pass  # it is over: the file stays as it is

    # -- what is said -------------------------------------------------------------------------

    def _say_fresh(self) -> None:
        """Tell of what has started; of what has ended meanwhile too, its outcome tells."""
        for job in self._fresh:
            if job.token in self.jobs:
                self.say_started(job)
        self._fresh = []

    def say_started(self, job: Job) -> None:
        """Tell everybody that it runs, with a descriptor of the process to keep for the next keeper."""
        self.hub.broadcast(telling.started_line(job), job.pidfd)

    def disowned(self, token: str, answer: str, why: str = "") -> None:
        """Answer a disown, to everybody: any worker may act on it."""
        self.hub.broadcast(protocol.line({"ev": "disowned", "token": token, "answer": answer, "why": why}))

    def tokens(self) -> Iterable[str]:
        """All attempts that wait or run here."""
        return [*self.jobs, *self.lanes.tokens()]
