"""The facade's commands that keep a yard in order: what is old goes, a copy is made."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from .. import replacing, settings
from ..errors import BadInput, JobyardError, YardError
from ..lazy import LazyModule
from ..models import Cleanup, Copy, Repair
from ..store import Actor, queues, workers
from . import access
from .part import Whole

if TYPE_CHECKING:
    from .. import retention
    from ..store import backup, configs, purge, results, wallclock
    from . import hostcheck, unit
else:
    retention = LazyModule("jobyard.core.retention")
    backup = LazyModule("jobyard.core.store.backup")
    configs = LazyModule("jobyard.core.store.configs")
    purge = LazyModule("jobyard.core.store.purge")
    results = LazyModule("jobyard.core.store.results")
    wallclock = LazyModule("jobyard.core.store.wallclock")
    hostcheck = LazyModule("jobyard.core.yard.hostcheck")
    unit = LazyModule("jobyard.core.yard.unit")

LINGER = "It runs while you are logged in. To have it run always: loginctl enable-linger {user}"


class Upkeep(Whole):
    """Cleaning up and copying; what `doctor` finds and mends needs no open yard and is beside."""

    def cleanup(
        self,
        *,
        keep: float | None = None,
        queue: str = "",
        dry_run: bool = False,
        force: bool = False,
        progress: Callable[[int], None] = lambda jobs: None,
    ) -> Cleanup:
        """Purge what ended more than *keep* seconds ago (default: as each queue keeps it), with its logs.

        What a pending or running job waits for stays. *progress* hears how many jobs are gone. Raises WrongState
        while the clock of the host is doubted, unless *force*.
        """
        access.require_owner(self.home, "A clean-up")
        one = self.queue(queue).id if queue else None
        rules = purge.rules(self._store, settings.load(self.home).retention, keep, one)
        if not (force or dry_run):
            wallclock.check(self._store)
        if dry_run:
            tally = purge.look(self._store, rules)
        else:
            tally = retention.purge_now(self._store, rules, workers.any_alive(self._store), progress)
        return Cleanup(tally.jobs, tally.kept, tally.folders, dict(tally.by_queue), tally.queues, dry_run)

    def backup(
        self, file: Path | str, *, force: bool = False, progress: Callable[[float], None] = lambda part: None
    ) -> Copy:
        """Copy the store as it is at this instant into *file*; people go on working. *progress* hears 0 to 1.

        Raises BadInput for a file that is there already (unless *force*), YardError when it cannot be written.
        """
        target = _target(Path(file), self.home, force)
        began = time.monotonic()
        try:
            backup.copy(self._store.db, target, replace=force, progress=progress)
        except JobyardError:
            raise
        except FileExistsError:
            raise _taken(target) from None
        except OSError as error:
            raise YardError(f"The backup {target} cannot be written", error.strerror or str(error)) from error
        jobs = queues.all_jobs(self._store)
        versions, data = sum(configs.counts(self._store).values()), results.count(self._store)
        return Copy(str(target), target.stat().st_size, jobs, time.monotonic() - began, versions, data)

    def unit(self) -> str:
        """A systemd user unit that runs a worker of this yard."""
        return unit.unit_text(self.home, self._store.actor.host)

    def unit_install(self, *, now: bool = False) -> tuple[str, str]:
        """Write and enable that unit (*now*: start it); its file, and what else is to be done, if anything."""
        access.require_owner(self.home, "Installing a worker")
        path = unit.install(self.home, self._store.actor.host, now=now)
        advice = "" if hostcheck.lingers(self._store.actor.user) else LINGER.format(user=self._store.actor.user)
        return str(path), advice

    def unit_uninstall(self) -> str:
        """Stop, disable and remove that unit; jobs go on. Its file; "" if there was none."""
        return str(unit.uninstall(self.home) or "")

    @staticmethod
    def repair(folder: Path | str | None = None, progress: Callable[[str], None] = lambda text: None) -> Repair:
        """Set counters right and remove litter; make a new store of what can be read of a damaged one.

        For a yard that nobody in this process has open. Raises YardError, StoreFull; nothing is overwritten.
        """
        from . import home, repairing
        from .facade import user_name

        where = Path(os.path.abspath(Path(folder) if folder else home.default()))
        return repairing.repair(where, Actor(user_name(), "", "repair"), progress)


def _target(file: Path, home: Path, force: bool) -> Path:
    target = Path(os.path.abspath(os.path.expanduser(file)))
    if target.is_dir():
        raise BadInput(f"{target} is a folder", "", "Name a file in it")
    if os.path.realpath(target) in {os.path.realpath(home / f"jobyard.db{end}") for end in ("", "-wal", "-shm")}:
        raise BadInput(f"{target} is the store itself", "", "Choose another file")
    replacing.check(target)
    if os.path.lexists(target) and not force:
        raise _taken(target)
    return target


def _taken(target: Path) -> BadInput:
    return BadInput(f"{target} is there already", "it was left as it is", "Choose another file, or add --force")
