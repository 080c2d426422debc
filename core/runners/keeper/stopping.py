"""Stopping as an escalation: SIGTERM to the whole tree, grace, SIGKILL until nothing is left.

The same for a cancel, a limit, and for what a job's main process leaves behind. A job counts as ended when its
tree is empty, or when what is left could not be killed for a while (another account's, or stuck in the kernel):
then its outcome says so.
"""

from __future__ import annotations

import signal

from ... import crash
from . import cgroup, files, pidfd, procfs, reaper, system
from .jobs import Job
from .tree import Tree

PATIENCE = 10.0  # seconds of SIGKILL after which the rest of a tree is given up

crash.register(
    keeper_before_term="a stop is decided and noted, nothing has been signalled",
    keeper_after_term="the tree has its SIGTERM, not yet its SIGKILL",
    keeper_after_kill="the tree has its SIGKILL, its end has not been seen",
)


class Stopper:
    """Walks jobs to their end; whoever owns it calls :meth:`advance` often enough while ``kill_at`` is set."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree

    def begin(self, job: Job, why: str) -> None:
        """Stop a running job. If its main process has ended before, its own outcome stands."""
        if job.stop_why or reaper.has_ended(job):
            return
        job.stop_why = why
        files.note_stop(job.folder, why)
        crash.point("keeper.before_term")
        self._terminate(job)
        files.note_stop(job.folder, "sent")
        crash.point("keeper.after_term")

    def resume(self, job: Job, why: str) -> None:
        """Go on with a stop whose first signal an earlier keeper sent."""
        job.stop_why = why
        self._terminate(job)

    def sweep(self, job: Job) -> bool:
        """Stop what the ended main process left behind; True when there is nothing."""
        self._find(job)
        if not job.members:
            return True
        job.swept = max(job.swept, len(job.members))
        if job.kill_at is None:
            self._terminate(job)
        elif not job.killing:
            self._ask(job)  # whoever was forked while the others were told
        return False

    def advance(self, job: Job) -> None:
        """SIGKILL when the grace is over, again and again: a tree may go on forking."""
        if job.kill_at is None or system.boottime() < job.kill_at:
            return
        self._find(job)
        job.killing = True
        if job.cgroup:
            cgroup.kill(job.cgroup)
        send(job.processes(), signal.SIGKILL)
        crash.point("keeper.after_kill")

    def over(self, job: Job) -> bool:
        """Whether the main process is gone and its tree empty, or given up."""
        if job.status is None:
            return False
        if self.sweep(job):
            return True
        if job.kill_at is None or system.boottime() < job.kill_at + PATIENCE:
            return False
        job.given_up = len(job.members)
        return True

    def _terminate(self, job: Job) -> None:
        self._find(job)
        job.kill_at = system.boottime() + job.grace
        self._ask(job)

    def _ask(self, job: Job) -> None:
        """SIGTERM to everybody in the tree who has not had it."""
        new = {pid: ticks for pid, ticks in job.processes().items() if (pid, ticks) not in job.asked}
        job.asked.update(new.items())
        send(new, signal.SIGTERM, signal.SIGCONT)

    def _find(self, job: Job) -> None:
        if job.own:
            self._tree.settle()
        else:
            self._tree.search(job)
        self._tree.look(job)


def send(processes: dict[int, int], *signals: int) -> None:
    """Signal each of these, oldest first, so that no parent sees its child end before it is told itself."""
    for pid in sorted(processes):
        pidfd.send(pid, processes[pid], *signals)


def end_strays(tree: Tree) -> None:
    """SIGKILL to strays whose jobs have all been told: nobody waits for them any more."""
    for pid, ticks in tree.doomed().items():
        if procfs.lives(pid, ticks):
            pidfd.send(pid, ticks, signal.SIGKILL)
