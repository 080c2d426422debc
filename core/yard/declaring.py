"""The facade's part on settings: which hold, where each comes from, and what is wrong with the file."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from .. import modes, settings
from ..errors import JobyardError
from ..lazy import LazyModule
from ..settings import Loaded, Settings
from ..store import Store, declared
from ..store.store import Retrying
from .part import Whole

if TYPE_CHECKING:
    from .. import kinds, reload
    from . import checking
    from .checking import Checked
else:
    kinds = LazyModule("jobyard.core.kinds")
    reload = LazyModule("jobyard.core.reload")
    checking = LazyModule("jobyard.core.yard.checking")


class Declaring(Whole):
    """Settings of the yard, as they are now."""

    _loaded: Loaded
    _times: settings.Times

    @property
    def settings(self) -> Settings:
        """Those in force, as of the last look: when the yard was opened, or `settings_trouble`."""
        return self._loaded.settings

    def settings_trouble(self) -> str:
        """What is wrong with ``jobyard.yml`` now, in a line, or "". Looks at the file, reads it if it was edited."""
        times = settings.times(self.home)
        if times != self._times:
            self._times = times
            try:
                self._heed(settings.read(self.home))
            except JobyardError as error:  # a variable of the environment, or the store
                return error.line()
        return self._loaded.trouble()

    def settings_check(self) -> Checked:
        """Every setting, queue and resource with its origin, and all that is wrong with the file."""
        return checking.look(self._store, reload.remembered(self._store, settings.read(self.home)))

    @staticmethod
    def settings_check_file(file: Path) -> Checked:
        """The same of a file that no yard has yet. Raises BadFile when it cannot be read."""
        return checking.look(None, settings.check(file))

    def settings_begin(self) -> bool:
        """Put the commented file that ships into the yard, unless it has one; whether it was made. Raises YardError."""
        from importlib.resources import files

        if self._store.db.refusal is not None:
            raise self._store.db.refusal
        try:
            fd = modes.open_file(self.home / settings.FILE, os.O_EXCL | os.O_WRONLY)
        except FileExistsError:
            return False
        with open(fd, "wb") as file:
            file.write(files("jobyard.config").joinpath(settings.FILE).read_bytes())
        return True

    def _heed(self, loaded: Loaded) -> None:
        """Have the store follow these settings; a worker or the next command does it where this one cannot."""
        if loaded.problems or declared.digest(self._store) != loaded.digest:
            loaded = reload.remembered(self._store, loaded)
            try:
                reload.apply(self._store, loaded)
            except JobyardError:
                pass
        self._loaded = loaded
        follow(self._store, loaded.settings)


def follow(store: Store, now: Settings) -> None:
    """What the store itself has to know of the settings."""
    store.disk_floor, store.hung_after = now.disk_floor, now.hung_after
    store.retrying = Retrying(now.retries, now.retry_delay, now.retry_factor, now.retry_max)
    store.limit_factor = partial(_factor, now.time_limit_factor)


def _factor(factor: float, kind: str) -> float | None:
    """What a kind multiplies a job's estimate by, if it does."""
    return kinds.limit_factor(kind, factor)
