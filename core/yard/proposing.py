"""The facade's help for asking: what an experiment may be asked with, and how it was the last time."""

from __future__ import annotations

import builtins
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..errors import BadInput
from ..labmodels import Asked, MainFile, Sheet
from ..lazy import LazyModule
from .part import Whole

if TYPE_CHECKING:
    from ..lab import sheets
    from ..store import asked, configs
else:  # few commands ask
    asked = LazyModule("jobyard.core.store.asked")
    configs = LazyModule("jobyard.core.store.configs")
    sheets = LazyModule("jobyard.core.lab.sheets")

HARDWARE = "hardware_config"


class Proposing(Whole):
    """Experiments before they are jobs."""

    def experiments_asked(self, limit: int = 50) -> builtins.list[Asked]:
        """How experiments were asked for lately: the last job of each class, the newest first."""
        return asked.lately(self._store, limit)

    def experiment_main(self) -> MainFile | None:
        """The hardware config that an experiment would run with now: its version and its file."""
        try:
            main = configs.find(self._store, HARDWARE)
        except BadInput:  # none has been pushed
            return None
        return MainFile(main.id, str(self.home / main.path), main.filename)

    def experiment_sheet(self, module: str, name: str, paths: Sequence[str] = ()) -> Sheet:
        """The parameters of a class, with values of main beside them; *paths* are folders with the lab's modules.

        Without *paths* they are this process's: its folder, then PYTHONPATH. A class that is not found there has none.
        """
        return sheets.sheet(module, name, paths or usual_paths(), self.experiment_main())


def usual_paths() -> builtins.list[str]:
    """Where an experiment's modules are looked for unless it is told: here, then in PYTHONPATH."""
    words = [os.getcwd(), *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    return [*dict.fromkeys(os.path.abspath(word) for word in words if word)]
