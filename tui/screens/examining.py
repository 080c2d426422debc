"""The doctor, asked from a screen: in a thread of its own, since a large yard takes a while."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from ..crew.sight import Verdict
from ..lanes import Lane
from ..messages import Broke, Diagnosed, Refused, Repaired
from ..text import plain
from .crewlayout import YARD, CrewLayout

if TYPE_CHECKING:
    from jobyard.core.models import Repair


class Examining(CrewLayout):
    """What the doctor found, and whether it looks just now."""

    def __init__(self) -> None:
        super().__init__()
        self.verdict: Verdict | None = None
        self.asking = False
        self._doctor: Lane | None = None

    def show(self) -> None:
        """Paint what changed."""
        raise NotImplementedError

    def examine(self) -> None:
        """Have the yard and its host examined."""
        if self.asking:
            return
        self.asking = True
        asked = self.yard_app.yard
        self._thread().put(lambda: Diagnosed(Verdict(tuple(asked.doctor()), time.time())), self)
        self.panels[YARD].choose("doctor")
        self.show()

    def _thread(self) -> Lane:
        if self._doctor is None or not self._doctor.lives:
            self._doctor = self.yard_app.lane("doctor")
        return self._doctor

    def on_diagnosed(self, message: Diagnosed) -> None:
        """What it found."""
        self.asking, self.verdict = False, message.verdict
        self.show()

    def repair(self) -> None:
        """Mend what can be mended, then look once more."""
        asked = self.yard_app.yard
        self.asking = True
        self._thread().put(lambda: Repaired(asked.repair(asked.home)), self)
        self.show()

    def on_repaired(self, message: Repaired) -> None:
        """What was done."""
        self.asking = False
        self.tell(_done(message.repair))
        self.examine()
        self.look()

    def on_refused(self, message: Refused) -> None:
        """Whatever was waited for will not come; the app says why."""
        self.asking = False
        self.show()

    def on_broke(self, message: Broke) -> None:
        """The same."""
        self.asking = False
        self.show()


def _done(repair: Repair) -> str:
    """What a repair did, in words."""
    said = [*repair.done, *(f"Lost: {one}" for one in repair.lost)]
    return plain(". ".join(said)) + "." if said else "Nothing was to be repaired."
